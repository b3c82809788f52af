//! What is known of a mail that was sent.

use std::fmt;
use std::sync::Arc;

/// What is known of a mail that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Whether a check found it sent; else Graph accepted it in its reply.
    pub found: bool,
    /// The `request-id` of the last reply to a send, empty where it named none.
    pub request_id: String,
    /// The `client-request-id` sent with every request of the call.
    pub client_request_id: Arc<str>,
    /// The HTTP status of the last reply to a send, 0 where none came.
    pub http_status: u16,
    /// How many attempts to send handed on at least one byte of a request. Looks are not counted.
    pub attempts: u32,
    /// Its id in Sent Items, where a check learned it.
    pub sent_id: String,
}

impl fmt::Display for Receipt {
    /// One line for a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = if self.found { "found sent" } else { "accepted" };
        write!(f, "sent: {how}, attempts {}, HTTP {}", self.attempts, self.http_status)?;
        if !self.request_id.is_empty() {
            write!(f, " [request-id {}]", self.request_id)?;
        }
        write!(f, " [client-request-id {}]", self.client_request_id)
    }
}
