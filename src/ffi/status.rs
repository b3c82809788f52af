use libc::c_char;
use std::ffi::CStr;

use super::panic::guard_value;
use crate::status::Status;

/// How a call ended. One of the GRAPH_* values below; treat a value that is not listed as GRAPH_UNKNOWN.
pub type graph_status = i32;

/// Graph accepted the mail, or a check found it sent. Nothing is left to do.
pub const GRAPH_OK: graph_status = 0;
/// An argument or option is wrong: not sent, nothing left the process. Mend the call.
pub const GRAPH_INVALID_ARGUMENT: graph_status = 1;
/// DNS, connect, proxy or TLS failed; no attempt can have been accepted: not sent. Repeat later.
pub const GRAPH_UNREACHABLE: graph_status = 10;
/// Cancelled, and no attempt can have been accepted: not sent.
pub const GRAPH_CANCELLED: graph_status = 11;
/// The deadline cut a connect, or a wait for a slot or for another call, and no attempt can have been accepted: not sent. Repeat
/// later.
pub const GRAPH_TIMED_OUT: graph_status = 12;
/// Graph does not accept the token (401): not sent. Get a new token and repeat.
pub const GRAPH_UNAUTHENTICATED: graph_status = 20;
/// The token may not send this mail (403): not sent. Grant the permission.
pub const GRAPH_FORBIDDEN: graph_status = 21;
/// No such message or mailbox (404): not sent by this call. An earlier call may have sent it, its id changes when it
/// moves: look in Sent Items.
pub const GRAPH_NOT_FOUND: graph_status = 22;
/// Graph refused the draft (any other 4xx): no recipients, too large, a malformed id: not sent. Mend the draft.
pub const GRAPH_REJECTED: graph_status = 23;
/// Graph asks to wait (429), or a pause still runs for the mailbox, and no attempt or time is left: not sent. Repeat after
/// graph_error_retry_after_ms.
pub const GRAPH_THROTTLED: graph_status = 24;
/// The message exists and is no draft (any more): not sent by this call. Sent by an earlier call or another program, or
/// received.
pub const GRAPH_NOT_A_DRAFT: graph_status = 25;
/// The service failed, and the draft was seen to be still there: not sent. Repeat later.
pub const GRAPH_UNAVAILABLE: graph_status = 26;
/// It may have been sent: a request left and no answer that can be trusted came, and looking did not settle it.
/// graph_client_check later; do not repeat blindly.
pub const GRAPH_UNKNOWN: graph_status = 40;
/// A defect in this library. Treat it as GRAPH_UNKNOWN, and report it.
pub const GRAPH_INTERNAL: graph_status = 90;

/// The name of a status, such as "GRAPH_OK"; "unlisted" for a value that this library does not know. A constant string,
/// not to be freed. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn graph_status_name(status: graph_status) -> *const c_char {
    guard_value(c"unlisted".as_ptr(), || name(status).as_ptr())
}

/// Whether the call that returned this status sent the mail: 1 it did, 0 it certainly did not, -1 nobody can tell (also
/// for a value that this library does not know). A program that asks this instead of comparing values also understands the
/// statuses of a newer library. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn graph_status_sent(status: graph_status) -> i32 {
    guard_value(-1, || match Status::of(status).and_then(Status::sent) {
        Some(true) => 1,
        Some(false) => 0,
        None => -1,
    })
}

fn name(status: graph_status) -> &'static CStr {
    match status {
        GRAPH_OK => c"GRAPH_OK",
        GRAPH_INVALID_ARGUMENT => c"GRAPH_INVALID_ARGUMENT",
        GRAPH_UNREACHABLE => c"GRAPH_UNREACHABLE",
        GRAPH_CANCELLED => c"GRAPH_CANCELLED",
        GRAPH_TIMED_OUT => c"GRAPH_TIMED_OUT",
        GRAPH_UNAUTHENTICATED => c"GRAPH_UNAUTHENTICATED",
        GRAPH_FORBIDDEN => c"GRAPH_FORBIDDEN",
        GRAPH_NOT_FOUND => c"GRAPH_NOT_FOUND",
        GRAPH_REJECTED => c"GRAPH_REJECTED",
        GRAPH_THROTTLED => c"GRAPH_THROTTLED",
        GRAPH_NOT_A_DRAFT => c"GRAPH_NOT_A_DRAFT",
        GRAPH_UNAVAILABLE => c"GRAPH_UNAVAILABLE",
        GRAPH_UNKNOWN => c"GRAPH_UNKNOWN",
        GRAPH_INTERNAL => c"GRAPH_INTERNAL",
        _ => c"unlisted",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_statuses() {
        for status in Status::ALL {
            assert_eq!(name(status.value()).to_str().unwrap(), status.name());
        }
        assert_eq!(name(2), c"unlisted");
    }

    #[test]
    fn three_answers() {
        let sent = |wanted| Status::ALL.map(Status::value).into_iter().filter(move |s| graph_status_sent(*s) == wanted);
        assert_eq!(sent(1).collect::<Vec<_>>(), [GRAPH_OK]);
        assert_eq!(sent(-1).collect::<Vec<_>>(), [GRAPH_UNKNOWN, GRAPH_INTERNAL]);
        assert_eq!(graph_status_sent(41), -1);
    }
}
