//! Why a call did not end in "sent".

use std::fmt;
use std::time::Duration;

use crate::status::Status;

/// A failed call: its status, and what is known of it. What is said of a reply is said of the last reply to a send; where the look
/// before sending failed or was refused, of the reply to that. Other looks do not count.
#[derive(Debug, Clone)]
pub struct Error {
    /// What the call ended in; never [`Status::Ok`].
    pub status: Status,
    /// One line for a log: what failed, where, and what to do next. Never holds a token.
    pub message: String,
    /// The HTTP status of that reply, 0 where none came.
    pub http_status: u16,
    /// Graph's `error.code` in that reply, empty where there is none.
    pub code: String,
    /// The `request-id` of that reply, empty where there is none.
    pub request_id: String,
    /// The `client-request-id` sent with every attempt of the call, empty where the call built no request.
    pub client_request_id: String,
    /// How long to wait before the next attempt: as Graph asked, two minutes where it did not say how long; zero where nothing
    /// asks to wait.
    pub retry_after: Duration,
    /// How many attempts to send handed on at least one byte of a request. Looks are not counted.
    pub attempts: u32,
    /// The decoded claims challenge of a 401, empty where there is none.
    pub claims: String,
    /// What the last look at the message showed.
    pub last_look: LastLook,
    /// The message's `internetMessageId` where it is known, else empty.
    pub internet_message_id: String,
}

/// What a look at a message showed, with the value that the C API gives for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(i32)]
pub enum LastLook {
    /// No look, or none that showed anything.
    #[default]
    Nothing = 0,
    /// A draft.
    Draft = 1,
    /// Nothing under its id.
    Gone = 2,
    /// The token may not look.
    NotAllowed = 3,
    /// A message that is no draft.
    NotADraft = 4,
}

impl Error {
    /// An error that carries a status and its explanation alone.
    pub fn new(status: Status, message: impl Into<String>) -> Error {
        Error {
            status,
            message: message.into(),
            http_status: 0,
            code: String::new(),
            request_id: String::new(),
            client_request_id: String::new(),
            retry_after: Duration::ZERO,
            attempts: 0,
            claims: String::new(),
            last_look: LastLook::Nothing,
            internet_message_id: String::new(),
        }
    }

    /// A defect of this library, met in the middle of a call.
    pub fn internal() -> Error {
        let message =
            "may have been sent: a defect in this library; look in Sent Items before sending again, and report it";
        Error::new(Status::Internal, message)
    }

    /// A wrong argument or option: nothing left the process. What is wrong begins with its name.
    pub fn invalid(what: impl fmt::Display) -> Error {
        Error::new(Status::InvalidArgument, format!("not sent: {what}"))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.status.name(), self.message)
    }
}

impl std::error::Error for Error {}
