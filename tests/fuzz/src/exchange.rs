//! One request through the transport, as the targets make it that play no whole call.

use std::time::{Duration, Instant};

use graph_message::graph::{BaseUrl, Failure, Mailbox, MessageId, Reply, Target, Token};
use graph_message::transport::http::{HttpOptions, HttpTransport};
use graph_message::transport::{Body, Cancel, Limits, Transport};

use crate::GRACE;
use crate::secret::TOKEN;

/// The message that is sent.
pub const ID: &str = "AAMkAGUwNjQ4ZjIx";
/// The `client-request-id`.
pub const CALL: &str = "6f3a1c9e-0000-4000-8000-5d1c6a2b7e90";
const LIMIT: Duration = Duration::from_millis(500);

/// What it is about, at this service.
pub fn target(base: BaseUrl) -> Target {
    Target {
        base,
        mailbox: Mailbox::Me,
        id: MessageId::parse(ID).unwrap(),
        token: Token::parse(TOKEN).unwrap(),
        client_request_id: CALL.into(),
        user_agent: http::HeaderValue::from_static("fuzz"),
    }
}

/// Asks for it to be sent, on a connection of its own. Fails where that takes longer than it may.
pub fn send(target: &Target, options: HttpOptions) -> Result<Reply, Failure> {
    let began = Instant::now();
    let by = began + LIMIT;
    let limits = Limits { connect_by: by, reply_by: by, stall: None, cancel: Cancel::default(), late: None };
    let result = HttpTransport::new(options).exchange(&target.send(), Body::None, &limits);
    assert!(began.elapsed() < LIMIT + GRACE, "late: {:?}", began.elapsed());
    result
}
