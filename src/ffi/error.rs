use std::ffi::CString;

use libc::c_char;

use super::argument::milliseconds;
use super::panic::guard_value;
use super::status::{GRAPH_OK, graph_status};
use super::string::c_string;
use crate::error::Error;

/// No look was made, or none that showed anything.
pub const GRAPH_SEEN_NOTHING: i32 = 0;
/// The last look showed a draft.
pub const GRAPH_SEEN_DRAFT: i32 = 1;
/// The last look showed nothing under the message's id, or in Sent Items.
pub const GRAPH_SEEN_GONE: i32 = 2;
/// The token may not look.
pub const GRAPH_SEEN_NOT_ALLOWED: i32 = 3;
/// The last look showed a message that is no draft.
pub const GRAPH_SEEN_NOT_A_DRAFT: i32 = 4;

/// Why a call did not end in GRAPH_OK. Its strings belong to it and are valid until it is freed. Read by any number of
/// threads at once; not tied to the thread that made it.
pub struct graph_error {
    status: graph_status,
    http_status: i32,
    retry_after_ms: u32,
    attempts: u32,
    message: CString,
    code: CString,
    request_id: CString,
    client_request_id: CString,
    claims: CString,
    seen: i32,
    internet_message_id: CString,
}

impl graph_error {
    pub(super) fn new(error: Error) -> graph_error {
        graph_error {
            status: error.status.value(),
            http_status: error.http_status.into(),
            retry_after_ms: milliseconds(error.retry_after),
            attempts: error.attempts,
            message: c_string(&error.message),
            code: c_string(&error.code),
            request_id: c_string(&error.request_id),
            client_request_id: c_string(&error.client_request_id),
            claims: c_string(&error.claims),
            seen: error.last_look as i32,
            internet_message_id: c_string(&error.internet_message_id),
        }
    }

    #[cfg(test)]
    pub(super) fn status(&self) -> graph_status {
        self.status
    }
}

/// A text of an error; "" for no error.
fn text_of(error: Option<&graph_error>, text: impl FnOnce(&graph_error) -> &CString) -> *const c_char {
    guard_value(c"".as_ptr(), || error.map_or(c"".as_ptr(), |error| text(error).as_ptr()))
}

/// The status that the call returned; GRAPH_OK for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn graph_error_status(error: Option<&graph_error>) -> graph_status {
    guard_value(GRAPH_OK, || error.map_or(GRAPH_OK, |error| error.status))
}

/// The HTTP status of the last reply to a send, or, where the look before sending failed or was refused, of the reply to that; other
/// looks do not count. 0 where none came, and for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn graph_error_http_status(error: Option<&graph_error>) -> i32 {
    guard_value(0, || error.map_or(0, |error| error.http_status))
}

/// Graph's error.code in the reply of graph_error_http_status, such as "ErrorAccessDenied"; "" where there is none. Branch on it,
/// not on the message. https://learn.microsoft.com/graph/errors
#[unsafe(no_mangle)]
pub extern "C" fn graph_error_code(error: Option<&graph_error>) -> *const c_char {
    text_of(error, |error| &error.code)
}

/// One line for a log: what failed, where, and what to do next. In English; never with a token in it.
#[unsafe(no_mangle)]
pub extern "C" fn graph_error_message(error: Option<&graph_error>) -> *const c_char {
    text_of(error, |error| &error.message)
}

/// The request-id of the reply of graph_error_http_status, which Microsoft's support asks for; "" where there is none.
#[unsafe(no_mangle)]
pub extern "C" fn graph_error_request_id(error: Option<&graph_error>) -> *const c_char {
    text_of(error, |error| &error.request_id)
}

/// The client-request-id, a GUID that went with every attempt of the call: there also where no reply came; "" where the
/// arguments were refused.
#[unsafe(no_mangle)]
pub extern "C" fn graph_error_client_request_id(error: Option<&graph_error>) -> *const c_char {
    text_of(error, |error| &error.client_request_id)
}

/// How long to wait before the draft is sent again, in milliseconds: as Graph asks, two minutes where it asks and does not say how
/// long; 0 where it does not ask.
#[unsafe(no_mangle)]
pub extern "C" fn graph_error_retry_after_ms(error: Option<&graph_error>) -> u32 {
    guard_value(0, || error.map_or(0, |error| error.retry_after_ms))
}

/// How many attempts to send handed on at least one byte of a request. Looks are not counted.
#[unsafe(no_mangle)]
pub extern "C" fn graph_error_attempts(error: Option<&graph_error>) -> u32 {
    guard_value(0, || error.map_or(0, |error| error.attempts))
}

/// The claims challenge of a GRAPH_UNAUTHENTICATED, decoded: JSON to pass as claims when asking for the next token; "" where
/// there is none. https://learn.microsoft.com/entra/identity-platform/claims-challenge
#[unsafe(no_mangle)]
pub extern "C" fn graph_error_claims(error: Option<&graph_error>) -> *const c_char {
    text_of(error, |error| &error.claims)
}

/// What the last look at the message showed: one of GRAPH_SEEN_*; a newer library may have more.
#[unsafe(no_mangle)]
pub extern "C" fn graph_error_seen(error: Option<&graph_error>) -> i32 {
    guard_value(GRAPH_SEEN_NOTHING, || error.map_or(GRAPH_SEEN_NOTHING, |error| error.seen))
}

/// The message's internetMessageId where it is known, from the caller or from a look; else "". Keep it for graph_client_check.
#[unsafe(no_mangle)]
pub extern "C" fn graph_error_internet_message_id(error: Option<&graph_error>) -> *const c_char {
    text_of(error, |error| &error.internet_message_id)
}

/// Frees an error and its strings. NULL is no error.
#[unsafe(no_mangle)]
pub extern "C" fn graph_error_free(error: Option<Box<graph_error>>) {
    guard_value((), || drop(error));
}
