//! The properties of a message: which there are, what values they take, and how the service normalises them.

use std::time::SystemTime;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::clock;
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
    Extended,
    Open,
    /// Set by the service; a value sent for it is passed over.
    ReadOnly,
}

use Kind::{Body, Extended, Flag, Headers, OneOf, Open, ReadOnly, Recipient, Recipients, Text};

/// Extended properties with one value each.
pub const SINGLE_VALUE: &str = "singleValueExtendedProperties";

/// Extended properties with several values each.
pub const MULTI_VALUE: &str = "multiValueExtendedProperties";

/// The time to which the sending of a message is deferred: PidTagDeferredSendTime.
const DEFERRED_SEND_TIME: &str = "SystemTime 0x3fef";

/// The types of extended properties.
const TYPES: &[&str] = &[
    "ApplicationTime",
    "Binary",
    "Boolean",
    "CLSID",
    "Currency",
    "Double",
    "Float",
    "Integer",
    "Long",
    "Object",
    "Short",
    "String",
    "SystemTime",
];

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
    (MULTI_VALUE, Extended),
    ("parentFolderId", ReadOnly),
    ("receivedDateTime", ReadOnly),
    ("replyTo", Recipients),
    ("sender", Recipient),
    ("sentDateTime", ReadOnly),
    (SINGLE_VALUE, Extended),
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

/// Changes properties. Extended properties that are not named stay.
pub fn change(properties: &mut Properties, changes: Properties) {
    for (name, value) in changes {
        let old = properties.get_mut(&name).and_then(Value::as_array_mut);
        match (old, value) {
            (Some(old), Value::Array(new)) if name == SINGLE_VALUE || name == MULTI_VALUE => {
                old.retain(|old| !new.iter().any(|new| new["id"] == old["id"]));
                old.extend(new);
            }
            (_, value) => _ = properties.insert(name, value),
        }
    }
}

/// When the message may leave at the earliest.
pub fn deferred_until(properties: &Properties) -> Option<SystemTime> {
    let all = properties.get(SINGLE_VALUE)?.as_array()?;
    let deferred = all.iter().find(|property| property["id"] == DEFERRED_SEND_TIME)?;
    clock::read(deferred["value"].as_str()?)
}

/// The id of an extended property as the service writes it: `SystemTime 0x3fef`, `String {...} Name Color`,
/// `Integer {...} Id 0x8102`. The name alone keeps its case.
pub fn extended_id(id: &str) -> Option<String> {
    let (kind, rest) = id.trim().split_once(' ')?;
    let (single, array) = match kind.to_ascii_lowercase().strip_suffix("array") {
        Some(_) => kind.split_at(kind.len() - "array".len()),
        None => (kind, ""),
    };
    let kind = TYPES.iter().find(|known| known.eq_ignore_ascii_case(single))?;
    let array = if array.is_empty() { "" } else { "Array" };
    let hex = |number: &str| {
        let digits = number.strip_prefix("0x").or_else(|| number.strip_prefix("0X"))?;
        u32::from_str_radix(digits, 16).ok().map(|number| format!("{number:#x}"))
    };
    let Some(rest) = rest.strip_prefix('{') else {
        return Some(format!("{kind}{array} {}", hex(rest)?));
    };
    let (set, rest) = rest.split_once("} ")?;
    let set = Uuid::parse_str(set).ok()?;
    let (key, value) = rest.split_once(' ')?;
    match key.to_ascii_lowercase().as_str() {
        "name" if !value.is_empty() => Some(format!("{kind}{array} {{{set}}} Name {value}")),
        "id" => Some(format!("{kind}{array} {{{set}}} Id {}", hex(value)?)),
        _ => None,
    }
}

/// Extended properties, each with its value or values.
fn extended(all: &[Value]) -> Option<Value> {
    let one = |property: &Value| {
        let id = extended_id(property.get("id")?.as_str()?)?;
        let value = property.get("value")?;
        let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        let value = match value {
            Value::String(time) if id.starts_with("SystemTime ") => clock::timestamp(clock::read(time)?).into(),
            _ if values.iter().all(Value::is_string) => value.clone(),
            _ => return None,
        };
        Some(json!({"id": id, "value": value}))
    };
    all.iter().map(one).collect::<Option<Vec<_>>>().map(Value::Array)
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
        (Extended, Value::Array(all)) => extended(all),
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
