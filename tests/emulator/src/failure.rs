//! Graph's refusals: a status, a code for programs and a message for people.

use serde_json::json;

use crate::reply::{Reply, Trace};

/// The `WWW-Authenticate` header of a 401.
pub const CHALLENGE: &str = concat!(
    r#"Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", "#,
    r#"client_id="00000003-0000-0000-c000-000000000000""#
);

/// Why an operation was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The HTTP status.
    pub status: u16,
    /// Graph's `error.code`.
    pub code: &'static str,
    /// Graph's `error.message`.
    pub message: String,
    headers: Vec<(&'static str, String)>,
}

impl Failure {
    fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), headers: Vec::new() }
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The reply a client sees.
    pub fn reply(&self, trace: &Trace) -> Reply {
        let body = json!({"error": {"code": self.code, "message": self.message, "innerError": trace.inner_error()}});
        let mut reply = Reply::text(self.status, "application/json", body.to_string());
        for (name, value) in &self.headers {
            reply.set(name, value.clone());
        }
        reply
    }

    pub fn unauthenticated(message: &str) -> Self {
        Self::new(401, "InvalidAuthenticationToken", message).with("WWW-Authenticate", CHALLENGE)
    }

    pub fn access_denied() -> Self {
        Self::new(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
    }

    pub fn item_not_found() -> Self {
        Self::new(404, "ErrorItemNotFound", "The specified object was not found in the store.")
    }

    pub fn unknown_user() -> Self {
        Self::new(404, "ResourceNotFound", "Resource could not be discovered.")
    }

    pub fn no_mailbox() -> Self {
        Self::new(
            404,
            "MailboxNotEnabledForRESTAPI",
            "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
        )
    }

    pub fn malformed_id() -> Self {
        Self::new(400, "ErrorInvalidIdMalformed", "Id is malformed.")
    }

    pub fn no_recipients() -> Self {
        Self::invalid_recipients("A message can't be sent because it contains no recipients.")
    }

    pub fn unresolved_recipient(address: &str) -> Self {
        Self::invalid_recipients(&format!(
            "Recipient '{address}' is not resolved. All recipients must be resolved before a message can be submitted."
        ))
    }

    fn invalid_recipients(detail: &str) -> Self {
        Self::new(400, "ErrorInvalidRecipients", format!("At least one recipient is not valid., {detail}"))
    }

    pub fn conflict() -> Self {
        Self::new(
            412,
            "ErrorIrresolvableConflict",
            "The send or update operation could not be performed because the change key passed in the request \
             does not match the current change key for the item.",
        )
    }

    pub fn invalid_base64() -> Self {
        Self::new(400, "ErrorMimeContentInvalidBase64String", "Invalid base64 string for MIME content.")
    }

    pub fn invalid_argument(message: impl Into<String>) -> Self {
        Self::new(400, "ErrorInvalidArgument", message)
    }

    pub fn invalid_property(name: &str) -> Self {
        Self::new(400, "ErrorInvalidPropertySet", format!("The property '{name}' can be set on a draft only."))
    }

    /// A body the service cannot read.
    pub fn unreadable_body(message: impl Into<String>) -> Self {
        Self::new(400, "RequestBodyRead", message)
    }

    /// A URL the service cannot read.
    pub fn unreadable_url(message: impl Into<String>) -> Self {
        Self::new(400, "RequestBroker--ParseUri", message)
    }

    pub fn inefficient_filter() -> Self {
        Self::new(400, "InefficientFilter", "The restriction or sort order is too complex for this operation.")
    }

    pub fn invalid_filter() -> Self {
        Self::new(400, "ErrorInvalidUrlQueryFilter", "The query filter contains one or more invalid nodes.")
    }

    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message)
    }

    /// A path that leads nowhere.
    pub fn no_segment(segment: &str) -> Self {
        Self::new(404, "BadRequest", format!("Resource not found for the segment '{segment}'."))
    }

    pub fn method_not_allowed(allowed: &str) -> Self {
        Self::new(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
            .with("Allow", allowed)
    }

    pub fn unsupported_media_type(content_type: &str) -> Self {
        let message = format!("The content type '{content_type}' is neither application/json nor text/plain.");
        Self::new(415, "UnsupportedMediaType", message)
    }

    pub fn over_limit(retry_after_s: u32) -> Self {
        Self::new(429, "ApplicationThrottled", "Application is over its MailboxConcurrency limit.")
            .with("Retry-After", retry_after_s.to_string())
            .with("RateLimit-Exceeded", "MailboxConcurrency")
    }
}
