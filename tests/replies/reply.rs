//! What the tables of replies are crossed from.

use std::time::{Duration, SystemTime};

use graph_message::graph::{BodyEnd, Cause, Framing, Reply};

/// The `client-request-id` of every request here.
pub const OURS: &str = "7e1c6d5a-0000-4000-8000-00000000000a";
/// Graph's `request-id`.
pub const REQUEST_ID: &str = "b3f0c2d4-0000-4000-8000-00000000000b";
const ANOTHER: &str = "11111111-2222-4333-8444-555555555555";

/// 23 November 2026, 10:00:00 GMT, by our clock and by the service's.
pub const DATE: &str = "Mon, 23 Nov 2026 10:00:00 GMT";
const NOW: u64 = 1_795_428_000;

pub fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(NOW)
}

pub const FRAMINGS: [Framing; 3] = [Framing::Length, Framing::Chunked, Framing::Uncertain];
pub const ENDS: [BodyEnd; 3] = [BodyEnd::Complete, BodyEnd::CutOff, BodyEnd::TooLong];
pub const CAUSES: [Cause; 8] = [
    Cause::Cancelled,
    Cause::TimedOut,
    Cause::Resolve,
    Cause::Connection,
    Cause::Proxy,
    Cause::Tls,
    Cause::Protocol,
    Cause::Local,
];

/// The `client-request-id` headers of a reply, in the ways that are met.
pub const CLIENT_REQUEST_IDS: [&[&str]; 8] = [
    &[],
    &[OURS],
    &["7E1C6D5A-0000-4000-8000-00000000000A"],
    &[REQUEST_ID],
    &[ANOTHER],
    &[OURS, REQUEST_ID],
    &[OURS, ANOTHER],
    &[ANOTHER, OURS],
];

/// Whether a body is Graph's error JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorJson {
    /// It is, with this `error.code`, "" where it names none.
    Code(&'static str),
    /// The sources do not say: an `error` object without a `code`.
    Unsettled,
    /// It is something else.
    No,
}

/// Bodies, and what they are. [P 7] the shape, [P 1.6] the codes met in it.
pub const BODIES: [(&str, ErrorJson); 21] = [
    ("", ErrorJson::No),
    (
        r#"{"error":{"code":"ErrorItemNotFound","message":"The specified object was not found in the store."}}"#,
        ErrorJson::Code("ErrorItemNotFound"),
    ),
    (
        r#"{"error":{"code":"ApplicationThrottled","message":"Application is over its MailboxConcurrency limit."}}"#,
        ErrorJson::Code("ApplicationThrottled"),
    ),
    (
        r#"{"error":{"code":"TooManyRequests","innerError":{"code":"429","date":"2020-08-18T12:51:51","message":"Please retry after","request-id":"r","status":"429"},"message":"Please retry again later."}}"#,
        ErrorJson::Code("TooManyRequests"),
    ),
    (
        r#"{"error":{"code":"CommandConcurrencyLimitReached","message":""}}"#,
        ErrorJson::Code("CommandConcurrencyLimitReached"),
    ),
    (
        r#"{"error":{"code":"InvalidAuthenticationToken","message":"","innererror":{"request-id":"r"}}}"#,
        ErrorJson::Code("InvalidAuthenticationToken"),
    ),
    (
        r#"{"error":{"code":"ErrorAccessDenied","message":"m","target":"t","details":[]}}"#,
        ErrorJson::Code("ErrorAccessDenied"),
    ),
    (
        r#" {"error" : {"message" : "m", "code" : "ErrorInvalidRecipients"} } "#,
        ErrorJson::Code("ErrorInvalidRecipients"),
    ),
    (r#"{"error":{"code":"ErrorServerBusy","message":null,"innerError":null}}"#, ErrorJson::Code("ErrorServerBusy")),
    (r#"{"error":{"code":"UnknownError","message":""}}"#, ErrorJson::Code("UnknownError")),
    (r#"{"error":{"code":"UnknownError","message":"","innerError":{"code":"429"}}}"#, ErrorJson::Code("UnknownError")),
    (r#"{"error":{"code":"","message":""}}"#, ErrorJson::Code("")),
    // [P 7] The nested error is walked for a code.
    (
        r#"{"error":{"code":"","message":"","innerError":{"code":"ErrorServerBusy"}}}"#,
        ErrorJson::Code("ErrorServerBusy"),
    ),
    (r#"{"error":{"message":"m"}}"#, ErrorJson::Unsettled),
    ("<html><body>The service is unavailable.</body></html>", ErrorJson::No),
    (r#"{"status":"ok"}"#, ErrorJson::No),
    // An identity service's, [P 9.1], and a gateway's that says something, too, under `error`.
    (r#"{"error":"invalid_client","error_description":"AADSTS7000215: m"}"#, ErrorJson::No),
    (r#"{"error":null}"#, ErrorJson::No),
    (r#"{"error":{}}"#, ErrorJson::No),
    (r#"[{"error":{"code":"ErrorItemNotFound","message":"m"}}]"#, ErrorJson::No),
    ("\r\n", ErrorJson::No),
];

/// A gateway's errors in JSON, of which the code is a number: in Graph's it is text, [P 7].
pub const GATEWAY_ERRORS: [&str; 2] = [
    r#"{"error":{"code":404,"message":"Not found.","status":"NOT_FOUND"}}"#,
    r#"{"error":{"code":null,"message":"no route","type":"gateway"}}"#,
];

/// One reply, and what it was made from.
pub struct Row {
    pub reply: Reply,
    pub json: ErrorJson,
}

impl Row {
    /// A whole reply of Graph's to this request.
    pub fn new(status: u16, (text, json): (&str, ErrorJson)) -> Row {
        Row {
            json,
            reply: Reply {
                request_id: REQUEST_ID.to_owned(),
                date: Some(DATE.to_owned()),
                client_request_ids: vec![OURS.to_owned()],
                ..Reply::whole(status, text)
            },
        }
    }

    /// The body ends so: of one that is not whole, the last byte is missing, and it is no JSON any more.
    pub fn ends(mut self, end: BodyEnd) -> Row {
        self.reply.body_end = end;
        if end != BodyEnd::Complete {
            let is_blank = self.reply.body.pop().is_none_or(|byte| byte.is_ascii_whitespace());
            // What is blank at its end is made unreadable in another way.
            if is_blank && self.json != ErrorJson::No {
                self.reply.body.truncate(9);
            }
            self.json = ErrorJson::No;
        }
        self
    }

    /// Whether the end of its body did not come that its framing tells.
    pub fn breaks_off(&self) -> bool {
        self.reply.framing != Framing::Uncertain && self.reply.body_end == BodyEnd::CutOff
    }

    /// Whether it can come from the transport: 204 and 304 have no body, and are framed by that (RFC 9112, 6.3); what is too
    /// long is not empty.
    pub fn is_possible(&self) -> bool {
        if self.reply.body_end == BodyEnd::TooLong && self.reply.body.is_empty() {
            return false;
        }
        !matches!(self.reply.status, 100..=199 | 204 | 304)
            || (self.reply.framing == Framing::Length && self.reply.body.is_empty())
    }

    /// [D Answer] Graph's are those with a `request-id` and those with Graph's error JSON; `None`: the sources do not say.
    pub fn is_graphs(&self) -> Option<bool> {
        match self.json {
            _ if !self.reply.request_id.is_empty() => Some(true),
            ErrorJson::Code(_) => Some(true),
            ErrorJson::Unsettled => None,
            ErrorJson::No => Some(false),
        }
    }

    /// [P 7] `client-request-id` is the request's own, a GUID in either case, or the `request-id`; [A10] what names another, or
    /// began before the request was handed on, is no answer to it.
    pub fn is_ours(&self) -> bool {
        let is_named = |id: &String| {
            id.to_lowercase() == OURS || (*id == self.reply.request_id && !self.reply.request_id.is_empty())
        };
        !self.reply.came_early && self.reply.client_request_ids.iter().all(is_named)
    }

    pub fn shown(&self) -> String {
        let Reply { status, framing, body_end, body, request_id, retry_after, client_request_ids, came_early, .. } =
            &self.reply;
        let body = String::from_utf8_lossy(body);
        format!(
            "{status} {framing:?} {body_end:?} early={came_early} request-id={request_id:?} \
             client-request-id={client_request_ids:?} Retry-After={retry_after:?} {body}"
        )
    }
}
