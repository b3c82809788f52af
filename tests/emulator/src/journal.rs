//! What the emulator saw, for tests to count.

use serde::{Deserialize, Serialize};

/// One request, as it came and as it was answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// Its place in the order of arrival, from 1.
    pub sequence: u64,
    /// The connection it came on, from 1: equal numbers mean a reused connection.
    pub connection: u64,
    /// When it had been read, in RFC 3339 form.
    pub at: String,
    /// The HTTP method.
    pub method: String,
    /// Path and query exactly as on the wire.
    pub path: String,
    /// The operation by its name in fault rules, or "unknown".
    pub operation: String,
    /// The userPrincipalName of the mailbox, where the path and the token lead to one.
    pub mailbox: Option<String>,
    /// Whether there was an `Authorization` header.
    pub authorization: bool,
    /// The name of the token where it is known; the token itself is kept nowhere.
    pub token: Option<String>,
    /// The `User-Agent` header.
    pub user_agent: Option<String>,
    /// The `client-request-id` header.
    pub client_request_id: Option<String>,
    /// The `request-id` of the reply.
    pub request_id: String,
    /// All headers but those that carry secrets (`Authorization`, `Proxy-Authorization`, `Cookie`), names in lower case.
    pub headers: Vec<(String, String)>,
    /// The length of the body.
    pub body_len: u64,
    /// The status answered; none while there is no answer, and none for an answer that is no HTTP.
    pub status: Option<u16>,
    /// Whether this request was carried out: for a send, that it left as a mail.
    pub performed: bool,
    /// The name of the fault applied.
    pub fault: Option<String>,
    /// Milliseconds until the reply was ready to be written.
    pub duration_ms: u64,
}

/// The requests seen so far.
#[derive(Debug, Default)]
pub struct Journal {
    seen: Vec<Seen>,
    last: u64,
}

impl Journal {
    /// Adds a request and gives it its number.
    pub fn add(&mut self, mut seen: Seen) -> u64 {
        self.last += 1;
        seen.sequence = self.last;
        self.seen.push(seen);
        self.last
    }

    /// The request with this number.
    pub fn get_mut(&mut self, sequence: u64) -> Option<&mut Seen> {
        self.seen.iter_mut().rev().find(|seen| seen.sequence == sequence)
    }

    /// All of them, in order.
    pub fn all(&self) -> &[Seen] {
        &self.seen
    }

    /// Forgets them; the numbers go on.
    pub fn clear(&mut self) {
        self.seen.clear();
    }
}
