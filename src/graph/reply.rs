//! A reply as the transport read it.

use http::HeaderName;

use super::GraphError;

/// The most that is read of a body. Graph's errors have a few hundred bytes; what is longer is not Graph's.
pub const LONGEST_BODY: usize = 1024 * 1024;

/// How a reply says where its body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// By its length, or because the status allows no body (204, 304).
    Length,
    /// By a last chunk.
    Chunked,
    /// By the end of the connection alone, or in a way that not every reader understands alike: an empty body and a lost one look
    /// alike.
    Uncertain,
}

/// How the reading of a body ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyEnd {
    /// Read to the end that its framing tells.
    Complete,
    /// It was longer than [`LONGEST_BODY`]; the rest was not read.
    TooLong,
    /// The connection broke, the time ran out, or nobody waited for an end that is uncertain.
    CutOff,
}

/// The status line, the headers that matter here, and the body.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// How the body was framed.
    pub framing: Framing,
    /// How the reading of the body ended.
    pub body_end: BodyEnd,
    /// What was read of the body.
    pub body: Vec<u8>,
    /// `request-id`, empty where there is none.
    pub request_id: String,
    /// `Retry-After` as it came.
    pub retry_after: Option<String>,
    /// `Date` as it came.
    pub date: Option<String>,
    /// Every `WWW-Authenticate` header.
    pub www_authenticate: Vec<String>,
    /// Every `client-request-id` header. Graph repeats the request's own, or gives its `request-id`
    /// (<https://learn.microsoft.com/graph/best-practices-concept>).
    pub client_request_ids: Vec<String>,
    /// The headers that the request asked for besides, as they came.
    pub headers: Vec<(HeaderName, String)>,
    /// Whether it began before the last byte of the request was handed on: then it answers something else.
    pub came_early: bool,
    /// Whether it is a 2xx that was there at once and repeats no `client-request-id`, from a host that has repeated those before:
    /// Graph repeats each, and what answers in its place may have spoken before it was asked.
    pub repeats_no_request_id: bool,
}

impl Reply {
    /// A whole reply of Graph's with this body, framed by its length, that says nothing else: tests change what matters to them.
    pub fn whole(status: u16, body: impl AsRef<[u8]>) -> Reply {
        Reply {
            status,
            framing: Framing::Length,
            body_end: BodyEnd::Complete,
            body: body.as_ref().to_vec(),
            request_id: "r".to_owned(),
            retry_after: None,
            date: None,
            www_authenticate: Vec::new(),
            client_request_ids: Vec::new(),
            headers: Vec::new(),
            came_early: false,
            repeats_no_request_id: false,
        }
    }

    /// Whether it comes from Graph, and not from a proxy or gateway on the way.
    pub fn is_graphs(&self) -> bool {
        !self.request_id.is_empty() || GraphError::parse(&self.body).is_some()
    }

    /// Whether it answers the request that was made under this `client-request-id`: it did not begin before that was handed on,
    /// repeats no other id, and repeats this one where the host usually does and the reply came suspiciously fast.
    pub fn is_for(&self, client_request_id: &str) -> bool {
        let is_repeated = |id: &String| id.eq_ignore_ascii_case(client_request_id) || *id == self.request_id;
        !self.came_early && !self.repeats_no_request_id && self.client_request_ids.iter().all(is_repeated)
    }
}
