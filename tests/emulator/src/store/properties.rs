//! The properties of a message: which there are, what values they take, and how the service normalises them.

use serde_json::{Map, Value, json};

use crate::failure::Failure;

/// The properties of one message, by Graph's names.
pub type Properties = Map<String, Value>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Flag,
    Body,
    Recipient,
    Recipients,
    OneOf(&'static [&'static str]),
    Headers,
    Open,
    /// Set by the service; a value sent for it is passed over.
    ReadOnly,
}

use Kind::{Body, Flag, Headers, OneOf, Open, ReadOnly, Recipient, Recipients, Text};

const TABLE: &[(&str, Kind)] = &[
    ("attachments", Open),
    ("bccRecipients", Recipients),
    ("body", Body),
    ("bodyPreview", ReadOnly),
    ("categories", Open),
    ("ccRecipients", Recipients),
    ("changeKey", ReadOnly),
    ("conversationId", ReadOnly),
    ("conversationIndex", ReadOnly),
    ("createdDateTime", ReadOnly),
    ("extensions", Open),
    ("flag", Open),
    ("from", Recipient),
    ("hasAttachments", ReadOnly),
    ("id", ReadOnly),
    ("importance", OneOf(&["low", "normal", "high"])),
    ("inferenceClassification", OneOf(&["focused", "other"])),
    ("internetMessageHeaders", Headers),
    ("internetMessageId", Text),
    ("isDeliveryReceiptRequested", Flag),
    ("isDraft", ReadOnly),
    ("isRead", Flag),
    ("isReadReceiptRequested", Flag),
    ("lastModifiedDateTime", ReadOnly),
    ("multiValueExtendedProperties", Open),
    ("parentFolderId", ReadOnly),
    ("receivedDateTime", ReadOnly),
    ("replyTo", Recipients),
    ("sender", Recipient),
    ("sentDateTime", ReadOnly),
    ("singleValueExtendedProperties", Open),
    ("subject", Text),
    ("toRecipients", Recipients),
    ("uniqueBody", ReadOnly),
    ("webLink", ReadOnly),
];

/// Left out of a reply unless `$select` names them.
pub const ON_SELECT_ONLY: &[&str] = &[
    "attachments",
    "extensions",
    "internetMessageHeaders",
    "multiValueExtendedProperties",
    "singleValueExtendedProperties",
    "uniqueBody",
];

/// Hidden from a token that has `Mail.ReadBasic` alone.
pub const NOT_BASIC: &[&str] = &["attachments", "body", "bodyPreview", "extensions", "uniqueBody"];

/// Updatable on a draft only.
pub const DRAFT_ONLY: &[&str] = &["body", "subject", "replyTo", "internetMessageId"];

/// Graph's spelling of a property named by a client in any case.
pub fn canonical(name: &str) -> Option<&'static str> {
    TABLE.iter().map(|(known, _)| *known).find(|known| known.eq_ignore_ascii_case(name))
}

/// The properties a client's JSON sets, normalised.
pub fn read(sent: &Value) -> Result<Properties, Failure> {
    let Value::Object(sent) = sent else {
        return Err(Failure::unreadable_body("A message is a JSON object."));
    };
    let mut properties = Properties::new();
    for (name, value) in sent.iter().filter(|(name, _)| !name.contains('@')) {
        let Some((known, kind)) = TABLE.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) else {
            return Err(Failure::unreadable_body(format!(
                "The property '{name}' does not exist on type 'microsoft.graph.message'."
            )));
        };
        if *kind != ReadOnly {
            let value = normalise(*kind, value).ok_or_else(|| {
                Failure::unreadable_body(format!("The value of the property '{known}' does not have its type."))
            })?;
            properties.insert((*known).to_owned(), value);
        }
    }
    derive(&mut properties);
    Ok(properties)
}

/// Brings the properties that follow from others up to date.
pub fn derive(properties: &mut Properties) {
    if let Some(body) = properties.get("body") {
        let preview = preview(body);
        properties.insert("bodyPreview".to_owned(), preview.into());
    }
    if let Some(Value::Array(attachments)) = properties.get("attachments") {
        let has = attachments.iter().any(|attachment| attachment.get("isInline") != Some(&Value::Bool(true)));
        properties.insert("hasAttachments".to_owned(), has.into());
    }
}

fn normalise(kind: Kind, value: &Value) -> Option<Value> {
    match (kind, value) {
        (Text, Value::String(_) | Value::Null) | (Flag, Value::Bool(_) | Value::Null) | (Open, _) => {
            Some(value.clone())
        }
        (Body, Value::Object(body)) => {
            let content_type = body.get("contentType").map_or(Some("text"), Value::as_str)?.to_ascii_lowercase();
            let content = body.get("content").map_or(Some(""), Value::as_str)?;
            matches!(content_type.as_str(), "text" | "html").then(|| self::body(&content_type, content))
        }
        (Recipient, Value::Null) => Some(Value::Null),
        (Recipient, _) => recipient(value),
        (Recipients, Value::Null) => Some(json!([])),
        (Recipients, Value::Array(all)) => all.iter().map(recipient).collect::<Option<Vec<_>>>().map(Value::Array),
        (OneOf(names), Value::String(name)) => {
            names.iter().find(|known| known.eq_ignore_ascii_case(name)).map(|known| (*known).into())
        }
        (Headers, Value::Array(all)) => {
            let custom = |header: &Value| {
                let name = header.get("name").and_then(Value::as_str).unwrap_or_default();
                name.to_ascii_lowercase().starts_with("x-") && header.get("value").is_some_and(Value::is_string)
            };
            all.iter().all(custom).then(|| value.clone())
        }
        _ => None,
    }
}

/// A body as the service keeps it: HTML comes back as a whole document.
pub fn body(content_type: &str, content: &str) -> Value {
    let whole = content.to_ascii_lowercase().contains("<html");
    if content_type == "text" || whole || content.is_empty() {
        return json!({"contentType": content_type, "content": content});
    }
    let content = format!(
        "<html><head>\r\n<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"></head>\
         <body>{content}</body></html>"
    );
    json!({"contentType": "html", "content": content})
}

/// A recipient as the service writes it; the name falls back on the address.
pub fn mailbox(name: &str, address: &str) -> Value {
    json!({"emailAddress": {"name": name, "address": address}})
}

fn recipient(value: &Value) -> Option<Value> {
    let address = value.get("emailAddress")?;
    let name = address.get("name").and_then(Value::as_str);
    let address = address.get("address").map_or(Some(""), Value::as_str)?;
    Some(mailbox(name.unwrap_or(address), address))
}

/// The addresses in a list of recipients.
pub fn addresses(properties: &Properties, names: &[&str]) -> Vec<String> {
    let lists = names.iter().filter_map(|name| properties.get(*name)?.as_array());
    lists.flatten().filter_map(address).map(str::to_owned).collect()
}

/// The address of one recipient.
pub fn address(recipient: &Value) -> Option<&str> {
    recipient.get("emailAddress")?.get("address")?.as_str()
}

/// The first 255 characters of a body, without its markup.
fn preview(body: &Value) -> String {
    let content = body.get("content").and_then(Value::as_str).unwrap_or_default();
    let mut text = String::new();
    let mut depth = 0_u32;
    let markup = body.get("contentType").and_then(Value::as_str) == Some("html");
    for c in content.chars() {
        match c {
            '<' if markup => depth += 1,
            '>' if depth > 0 => depth -= 1,
            _ if depth == 0 => text.push(c),
            _ => {}
        }
    }
    text.trim().chars().take(255).collect()
}
