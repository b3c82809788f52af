//! Replies as Graph, and strangers before it, write them.

use std::time::{Duration, SystemTime};

use graph_message::graph::{BodyEnd, Framing, Reply, Request};
use serde_json::{Value, json};

use crate::faults::End;
use crate::looks::LookFault;
use crate::model::Folder;
use crate::names::{OTHER, OTHERS_ID, internet_message_id};

const HOUR: Duration = Duration::from_secs(3600);
const YEAR: &str = "31536000";
const FAR_AWAY: &str = "Fri, 31 Dec 9999 23:59:59 GMT";

fn graph(status: u16, body: Vec<u8>, request: &Request, date: SystemTime) -> Reply {
    Reply {
        request_id: "5a0e".to_owned(),
        date: Some(httpdate::fmt_http_date(date)),
        client_request_ids: vec![request.client_request_id.to_string()],
        ..Reply::whole(status, body)
    }
}

/// Somebody else's: no request-id, no Graph error.
fn foreign(status: u16, request: &Request, date: SystemTime) -> Reply {
    let reply = graph(status, b"<html>".to_vec(), request, date);
    Reply { request_id: String::new(), client_request_ids: Vec::new(), ..reply }
}

/// An error of Graph's, whose message repeats the token: it must not come out again.
fn error(status: u16, code: &str, request: &Request, date: SystemTime) -> Reply {
    let echo = request.token.as_ref().unwrap().authorization();
    let body = format!(r#"{{"error":{{"code":"{code}","message":"said with {echo}"}}}}"#);
    graph(status, body.into_bytes(), request, date)
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
    let empty = |status| graph(status, Vec::new(), request, date);
    let anonymous = |status| Reply { request_id: String::new(), client_request_ids: Vec::new(), ..empty(status) };
    let unframed = |status| Reply { framing: Framing::Uncertain, ..empty(status) };
    let foreign = |status| foreign(status, request, date);
    let error = |status, code| error(status, code, request, date);
    match end {
        End::RetryAfter202 => wait("3", empty(202)),
        End::Unframed202 => unframed(202),
        End::Cut202 | End::Trickle => Reply { framing: Framing::Chunked, body_end: BodyEnd::CutOff, ..empty(202) },
        End::Early202 => Reply { came_early: true, ..empty(202) },
        End::Others202 => {
            let other = "0e4ffd4c-0000-4000-8000-000000000000".to_owned();
            Reply { client_request_ids: vec![other], ..empty(202) }
        }
        End::WithId200 => empty(200),
        End::Anonymous200 => anonymous(200),
        End::Unframed200 => unframed(200),
        End::WithId204 => empty(204),
        End::Anonymous204 => anonymous(204),
        End::Page200 => foreign(200),
        End::Redirect302 => empty(302),
        End::RedirectYear302 => wait(YEAR, foreign(302)),
        End::Bad400 => refusal(400, request, date),
        End::Token401 => refusal(401, request, date),
        End::Claims401 => {
            // {"access_token":{}}
            let header = r#"Bearer realm="", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ==""#;
            Reply { www_authenticate: vec![header.to_owned()], ..refusal(401, request, date) }
        }
        End::Denied403 => refusal(403, request, date),
        End::Missing404 => refusal(404, request, date),
        End::Late408 => empty(408),
        End::Conflict412 => refusal(412, request, date),
        End::TooLarge413 => refusal(413, request, date),
        End::Misdirected421 => empty(421),
        End::Wait429 => wait("2", error(429, "ApplicationThrottled")),
        End::LongWait429 => wait("150", error(429, "ApplicationThrottled")),
        End::YearWait429 => wait(YEAR, error(429, "ApplicationThrottled")),
        End::DateWait429 => {
            let until = httpdate::fmt_http_date(date + Duration::from_secs(4));
            wait(&until, error(429, "ApplicationThrottled"))
        }
        End::NoWait429 => error(429, "TooManyRequests"),
        End::Unclear429 => wait("2", error(429, "UnknownError")),
        End::Empty429 => empty(429),
        End::PageYear429 => wait(YEAR, foreign(429)),
        End::Closed499 => empty(499),
        End::Error500 => error(500, "ErrorInternalServerError"),
        End::Page502 => foreign(502),
        End::Wait503 => wait("2", error(503, "ErrorServerBusy")),
        End::PageYear503 => wait(YEAR, foreign(503)),
        End::PageDate503 => wait(FAR_AWAY, foreign(503)),
        End::Late504 => error(504, "UnknownError"),
        End::Page403 => foreign(403),
        End::Page404 => foreign(404),
        End::Plain202
        | End::NoConnection
        | End::NoName
        | End::BadCertificate
        | End::NoConnectInTime
        | End::Reset
        | End::Silence => empty(202),
    }
}

/// The reply to a look, where a fault takes the place of what is shown.
pub fn to_look(fault: LookFault, is_list: bool, request: &Request, date: SystemTime) -> Option<Reply> {
    let foreign = |status| foreign(status, request, date);
    let throttled = || error(429, "ApplicationThrottled", request, date);
    Some(match fault {
        LookFault::Error500 => error(500, "ErrorInternalServerError", request, date),
        LookFault::Page200 => foreign(200),
        LookFault::Unframed200 => {
            let body = if is_list { json!({"value": []}) } else { draft(0, 0, "x", Folder::Drafts, None) };
            Reply { framing: Framing::Uncertain, ..json(&body, request, date) }
        }
        LookFault::Wait429 => wait("2", throttled()),
        LookFault::LongWait429 => wait("150", throttled()),
        LookFault::Wait429Zero => wait("0", throttled()),
        LookFault::PageYear429 => wait(YEAR, foreign(429)),
        LookFault::PageYear503 => wait(YEAR, foreign(503)),
        LookFault::RedirectYear302 => wait(YEAR, foreign(302)),
        LookFault::Denied403 => refusal(403, request, date),
        LookFault::Token401 => refusal(401, request, date),
        LookFault::OtherMessage if !is_list => json(&other(false, date), request, date),
        LookFault::OtherDraft if !is_list => json(&other(true, date), request, date),
        LookFault::Unfiltered | LookFault::OtherMessage if is_list => {
            json(&json!({"value": [other(false, date)]}), request, date)
        }
        LookFault::OtherDraft => json(&json!({"value": [other(true, date)]}), request, date),
        _ => return None,
    })
}

/// What a fault does to the date of a reply.
pub fn with_date(fault: LookFault, reply: Reply, date: SystemTime) -> Reply {
    let text = |date| Some(httpdate::fmt_http_date(date));
    let date = match fault {
        LookFault::NoDate => None,
        LookFault::BadDate => Some("Thu, 2N Nov 2026".to_owned()),
        LookFault::DateAhead => text(date + HOUR),
        LookFault::DateBack => text(date - HOUR),
        LookFault::DateSlightlyAhead => text(date + Duration::from_secs(6)),
        _ => return reply,
    };
    Reply { date, ..reply }
}

/// What a fault does to the time of a message that was sent.
pub fn with_time(fault: LookFault, item: &mut Value, sent_at: SystemTime) {
    let time = match fault {
        LookFault::SentNull => Value::Null,
        LookFault::SentEmpty => json!(""),
        LookFault::SentNumber => json!(1_795_000_000),
        LookFault::SentInYearOne => json!("0001-01-01T00:00:00Z"),
        LookFault::SentUnreadable => json!("2026-11-2NT10:00:00Z"),
        LookFault::SentWithOffset => {
            let there = humantime::format_rfc3339_seconds(sent_at - HOUR).to_string();
            json!(there.replace('Z', "-01:00"))
        }
        LookFault::SentAbsent => {
            drop(item.as_object_mut().unwrap().remove("sentDateTime"));
            return;
        }
        _ => return,
    };
    item["sentDateTime"] = time;
}

pub fn json(body: &Value, request: &Request, date: SystemTime) -> Reply {
    graph(200, body.to_string().into_bytes(), request, date)
}

/// A message that nobody asked about, sent or written just now.
pub fn other(is_draft: bool, date: SystemTime) -> Value {
    json!({
        "id": OTHER, "isDraft": is_draft,
        "parentFolderId": if is_draft { Folder::Drafts.id() } else { Folder::SentItems.id() }, "changeKey": "other",
        "internetMessageId": OTHERS_ID,
        "sentDateTime": humantime::format_rfc3339_seconds(date).to_string(),
        "toRecipients": [{}], "ccRecipients": [], "bccRecipients": []
    })
}

/// A message that is a draft; Graph shows a sentDateTime there, too.
pub fn draft(version: u32, draft: usize, id: &str, folder: Folder, deferred: Option<SystemTime>) -> Value {
    let mut item = json!({
        "id": id, "isDraft": true, "parentFolderId": folder.id(), "changeKey": format!("key-{version}"),
        "internetMessageId": internet_message_id(draft), "sentDateTime": "2026-11-01T10:00:00Z",
        "toRecipients": [{}], "ccRecipients": [], "bccRecipients": []
    });
    if let Some(deferred) = deferred {
        let value = humantime::format_rfc3339_seconds(deferred).to_string();
        item["singleValueExtendedProperties"] = json!([{ "id": "SystemTime 0x3fef", "value": value }]);
    }
    item
}

/// A message that is no draft, or none any more.
pub fn no_draft(sent_at: SystemTime, draft: usize, id: &str, folder: Folder) -> Value {
    json!({
        "id": id, "isDraft": false, "parentFolderId": folder.id(), "changeKey": "sent",
        "sentDateTime": humantime::format_rfc3339_seconds(sent_at).to_string(),
        "internetMessageId": internet_message_id(draft),
        "toRecipients": [{}], "ccRecipients": [], "bccRecipients": []
    })
}
