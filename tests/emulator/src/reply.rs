//! A whole HTTP reply before it meets the wire, and the headers Graph puts on each.

use std::fmt::Write as _;
use std::time::SystemTime;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::clock;

const JSON: &str = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";
const DIAGNOSTIC: &str = r#"{"ServerInfo":{"DataCenter":"Emulator","Slice":"E","Ring":"1","ScaleUnit":"001","RoleInstance":"EMULATOR_IN_1"}}"#;

/// Status, headers and body of a reply.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The headers, framing excepted.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    /// No body.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    /// A JSON body, typed as Graph types its successes.
    pub fn json(status: u16, body: &Value) -> Self {
        Self::text(status, JSON, body.to_string())
    }

    /// A body of any type.
    pub fn text(status: u16, content_type: &str, body: impl Into<String>) -> Self {
        Self::empty(status).with("Content-Type", content_type).with_body(body.into())
    }

    /// The same with one more header.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    fn with_body(mut self, body: String) -> Self {
        self.body = body.into_bytes();
        self
    }

    /// Sets a header, in place of one of the same name.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.remove(name);
        self.headers.push((name.to_owned(), value.into()));
    }

    /// Takes a header away.
    pub fn remove(&mut self, name: &str) {
        self.headers.retain(|(present, _)| !present.eq_ignore_ascii_case(name));
    }

    /// Puts the headers of every Graph reply in front of this one's.
    #[must_use]
    pub fn dressed(mut self, trace: &Trace) -> Self {
        let mut headers = trace.headers();
        headers.retain(|(name, _)| !self.headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name)));
        headers.append(&mut self.headers);
        self.headers = headers;
        self
    }

    /// Status line and headers as bytes, without framing headers of its own.
    pub fn head(&self, framing: &str) -> Vec<u8> {
        let reason = hyper::StatusCode::from_u16(self.status).ok().and_then(|s| s.canonical_reason()).unwrap_or("");
        let mut head = format!("HTTP/1.1 {} {reason}\r\n", self.status);
        for (name, value) in &self.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        head.push_str(framing);
        head.push_str("\r\n");
        head.into_bytes()
    }
}

/// The identifiers that tie a reply to its request.
#[derive(Debug, Clone)]
pub struct Trace {
    /// Given by the server.
    pub request_id: Uuid,
    /// The client's own, or the server's where it gave none.
    pub client_request_id: String,
    /// When the request came.
    pub at: SystemTime,
    /// Seconds by which each `Date` header is ahead.
    pub dates: Vec<i64>,
}

impl Trace {
    /// The trace of a request with this `client-request-id`.
    pub fn new(client_request_id: Option<&str>, at: SystemTime, dates: Vec<i64>) -> Self {
        let request_id = Uuid::new_v4();
        let client_request_id = client_request_id.map_or_else(|| request_id.to_string(), str::to_owned);
        Self { request_id, client_request_id, at, dates }
    }

    fn headers(&self) -> Vec<(String, String)> {
        [
            ("Cache-Control", "private".to_owned()),
            ("Strict-Transport-Security", "max-age=31536000".to_owned()),
            ("request-id", self.request_id.to_string()),
            ("client-request-id", self.client_request_id.clone()),
            ("x-ms-ags-diagnostic", DIAGNOSTIC.to_owned()),
        ]
        .into_iter()
        .chain(self.dates.iter().map(|ahead| ("Date", clock::http_date(clock::shifted(SystemTime::now(), *ahead)))))
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
    }

    /// The `innerError` of an error body.
    pub fn inner_error(&self) -> Value {
        json!({
            "date": clock::zoneless(self.at),
            "request-id": self.request_id.to_string(),
            "client-request-id": self.client_request_id,
        })
    }
}
