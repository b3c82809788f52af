//! Replies as Graph, and proxies before it, write them.

use std::time::SystemTime;

use graph_message::message::Request;
use graph_message::outcome::{BodyEnd, Framing, Reply};
use serde_json::{Value, json};

use crate::faults::{End, LookFault};
use crate::model::Met;

/// A mail in Sent Items, or on its way there.
pub struct Sent {
    pub at: SystemTime,
    pub id: String,
}

fn graph(status: u16, body: Vec<u8>, date: SystemTime) -> Reply {
    Reply {
        status,
        framing: Framing::Length,
        body_end: BodyEnd::Complete,
        body,
        request_id: "5a0e".to_owned(),
        retry_after: None,
        date: Some(httpdate::fmt_http_date(date)),
        www_authenticate: Vec::new(),
        client_request_ids: Vec::new(),
        came_early: false,
    }
}

/// Somebody else's: no request-id, no Graph error.
fn foreign(status: u16, date: SystemTime) -> Reply {
    Reply { request_id: String::new(), ..graph(status, b"<html>".to_vec(), date) }
}

/// An error of Graph's, whose message repeats the token: it must not come out again.
fn error(status: u16, code: &str, request: &Request, date: SystemTime) -> Reply {
    let echo = request.token.authorization();
    let body = format!(r#"{{"error":{{"code":"{code}","message":"said with {echo}"}}}}"#);
    graph(status, body.into_bytes(), date)
}

pub fn refusal(status: u16, request: &Request, date: SystemTime) -> Reply {
    let code = match status {
        401 => "InvalidAuthenticationToken",
        403 => "ErrorAccessDenied",
        404 => "ErrorItemNotFound",
        412 => "ErrorIrresolvableConflict",
        413 => "RequestEntityTooLarge",
        _ => "ErrorInvalidRecipients",
    };
    error(status, code, request, date)
}

fn wait(seconds: &str, reply: Reply) -> Reply {
    Reply { retry_after: Some(seconds.to_owned()), ..reply }
}

/// The reply to a send.
pub fn to_send(end: End, request: &Request, date: SystemTime) -> Reply {
    let empty = |status| graph(status, Vec::new(), date);
    let anonymous = |status| Reply { request_id: String::new(), ..empty(status) };
    let unframed = |status| Reply { framing: Framing::UntilClose, ..empty(status) };
    match end {
        End::RetryAfter202 => wait("3", empty(202)),
        End::Unframed202 => unframed(202),
        End::Cut202 | End::Trickle => Reply { framing: Framing::Chunked, body_end: BodyEnd::CutOff, ..empty(202) },
        End::WithId200 => empty(200),
        End::Anonymous200 => anonymous(200),
        End::Unframed200 => unframed(200),
        End::WithId204 => empty(204),
        End::Anonymous204 => anonymous(204),
        End::Page200 => foreign(200, date),
        End::Redirect302 => empty(302),
        End::Bad400 => refusal(400, request, date),
        End::Token401 => refusal(401, request, date),
        End::Denied403 => refusal(403, request, date),
        End::Missing404 => refusal(404, request, date),
        End::Conflict412 => refusal(412, request, date),
        End::TooLarge413 => refusal(413, request, date),
        End::Wait429 => wait("2", error(429, "ApplicationThrottled", request, date)),
        End::LongWait429 => wait("150", error(429, "ApplicationThrottled", request, date)),
        End::NoWait429 => error(429, "TooManyRequests", request, date),
        End::Unclear429 => wait("2", error(429, "UnknownError", request, date)),
        End::Empty429 => empty(429),
        End::Error500 => error(500, "ErrorInternalServerError", request, date),
        End::Page502 => foreign(502, date),
        End::Wait503 => wait("2", error(503, "ErrorServerBusy", request, date)),
        End::Late504 => error(504, "UnknownError", request, date),
        End::Page403 => foreign(403, date),
        End::Page404 => foreign(404, date),
        End::Plain202
        | End::NoConnection
        | End::NoName
        | End::BadCertificate
        | End::NoConnectInTime
        | End::Reset
        | End::Silence => empty(202),
    }
}

/// The reply to a look, where a fault decides about it.
pub fn to_look(fault: LookFault, request: &Request, date: SystemTime) -> Option<Reply> {
    Some(match fault {
        LookFault::Error500 => error(500, "ErrorInternalServerError", request, date),
        LookFault::Page200 => foreign(200, date),
        LookFault::Unframed200 => Reply { framing: Framing::UntilClose, ..draft(0, 0, request, date) },
        LookFault::Wait429 => wait("2", error(429, "ApplicationThrottled", request, date)),
        LookFault::LongWait429 => wait("150", error(429, "ApplicationThrottled", request, date)),
        LookFault::Wait429Zero => wait("0", error(429, "ApplicationThrottled", request, date)),
        LookFault::Denied403 => refusal(403, request, date),
        LookFault::Token401 => refusal(401, request, date),
        _ => return None,
    })
}

fn json(body: &Value, date: SystemTime) -> Reply {
    graph(200, body.to_string().into_bytes(), date)
}

fn internet_message_id(draft: usize) -> String {
    format!("<mail-{draft}@contoso.example>")
}

/// A message that is a draft; Graph shows a sentDateTime there, too.
pub fn draft(version: u32, draft: usize, _: &Request, date: SystemTime) -> Reply {
    json(
        &json!({
            "id": format!("draft-{draft}"), "isDraft": true, "parentFolderId": "drafts", "changeKey": format!("key-{version}"),
            "internetMessageId": internet_message_id(draft), "sentDateTime": "2026-11-01T10:00:00Z",
            "toRecipients": [{}], "ccRecipients": [], "bccRecipients": []
        }),
        date,
    )
}

fn item(sent: &Sent, draft: usize) -> Value {
    let at = humantime::format_rfc3339_seconds(sent.at).to_string();
    json!({
        "id": sent.id, "isDraft": false, "parentFolderId": "sent", "changeKey": "sent", "sentDateTime": at,
        "internetMessageId": internet_message_id(draft)
    })
}

/// A message that is no draft any more.
pub fn no_draft(sent: &Sent, draft: usize, _: &Request, date: SystemTime) -> Reply {
    json(&item(sent, draft), date)
}

/// A list of what Sent Items hold.
pub fn sent_items(sent: Option<Sent>, draft: usize, _: &Request, date: SystemTime) -> Reply {
    let items: Vec<Value> = sent.iter().map(|sent| item(sent, draft)).collect();
    json(&json!({ "value": items }), date)
}

/// What a reply shows to whoever reads it rightly.
pub fn read_back(reply: &Reply) -> Met {
    let json: Value = serde_json::from_slice(&reply.body).unwrap();
    let dated = reply.date.is_some();
    match json.get("value").and_then(Value::as_array) {
        Some(items) if items.is_empty() => Met::Gone,
        Some(_) => Met::NotADraft { dated },
        None if json["isDraft"] == true => {
            let key = json["changeKey"].as_str().unwrap().trim_start_matches("key-");
            Met::Draft { version: key.parse().unwrap() }
        }
        None => Met::NotADraft { dated },
    }
}
