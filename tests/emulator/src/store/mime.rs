//! A message given as MIME: base64 of the whole message, as `text/plain`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail_parser::{Address, MessageParser, MimeHeaders};
use serde_json::Value;

use super::properties::{self, Properties};
use crate::failure::Failure;

/// Reads base64 of a MIME message into the properties it sets.
pub fn read(body: &[u8]) -> Result<Properties, Failure> {
    let base64: Vec<u8> = body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let mime = STANDARD.decode(base64).map_err(|_| Failure::invalid_base64())?;
    let message = MessageParser::default().parse(&mime).ok_or_else(Failure::invalid_base64)?;
    let mut properties = Properties::new();
    if let Some(subject) = message.subject() {
        properties.insert("subject".to_owned(), subject.into());
    }
    if let Some(id) = message.message_id() {
        properties.insert("internetMessageId".to_owned(), format!("<{id}>").into());
    }
    let lists = [
        ("toRecipients", message.to()),
        ("ccRecipients", message.cc()),
        ("bccRecipients", message.bcc()),
        ("replyTo", message.reply_to()),
    ];
    for (name, list) in lists {
        if let Some(list) = list {
            properties.insert(name.to_owned(), Value::Array(recipients(list)));
        }
    }
    for name in ["from", "sender"] {
        let given = if name == "sender" { message.sender().or(message.from()) } else { message.from() };
        if let Some(one) = given.map(recipients).unwrap_or_default().into_iter().next() {
            properties.insert(name.to_owned(), one);
        }
    }
    let html = message.html_part(0).is_some_and(|part| part.is_text_html());
    let content = if html { message.body_html(0) } else { message.body_text(0) };
    if let Some(content) = content {
        properties.insert("body".to_owned(), properties::body(if html { "html" } else { "text" }, &content));
    }
    let attached = message.attachments().any(|part| part.content_disposition().is_some_and(|d| d.is_attachment()));
    properties.insert("hasAttachments".to_owned(), attached.into());
    Ok(properties)
}

fn recipients(list: &Address<'_>) -> Vec<Value> {
    let one = |address: &mail_parser::Addr<'_>| {
        let mail = address.address().unwrap_or_default();
        properties::mailbox(address.name().unwrap_or(mail), mail)
    };
    list.iter().map(one).collect()
}
