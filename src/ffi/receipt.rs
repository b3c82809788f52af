use std::ffi::CString;

use libc::c_char;

use super::panic::guard_value;
use super::string::c_string;
use crate::client::Receipt;

/// Evidence of a receipt: Graph accepted the mail in its reply to this call.
pub const GRAPH_EVIDENCE_ACCEPTED: i32 = 1;

/// Evidence of a receipt: a check found that the message stopped being a draft after the call began. Another program may have
/// been the one that sent it.
pub const GRAPH_EVIDENCE_FOUND: i32 = 2;

/// What is known of a mail that was sent: what an audit log keeps and Microsoft's support asks for. Its strings belong to it
/// and are valid until it is freed. Read by any number of threads at once.
pub struct graph_receipt {
    http_status: i32,
    attempts: u32,
    evidence: i32,
    request_id: CString,
    client_request_id: CString,
    sent_id: CString,
}

impl graph_receipt {
    pub(super) fn new(receipt: Receipt) -> graph_receipt {
        graph_receipt {
            http_status: receipt.http_status.into(),
            attempts: receipt.attempts,
            evidence: if receipt.found { GRAPH_EVIDENCE_FOUND } else { GRAPH_EVIDENCE_ACCEPTED },
            sent_id: c_string(&receipt.sent_id),
            request_id: c_string(&receipt.request_id),
            client_request_id: c_string(&receipt.client_request_id),
        }
    }
}

/// A text of a receipt; "" for no receipt.
fn text_of(receipt: Option<&graph_receipt>, text: impl FnOnce(&graph_receipt) -> &CString) -> *const c_char {
    guard_value(c"".as_ptr(), || receipt.map_or(c"".as_ptr(), |receipt| text(receipt).as_ptr()))
}

/// The request-id of the last reply to a send; "" where none came or it named none.
#[unsafe(no_mangle)]
pub extern "C" fn graph_receipt_request_id(receipt: Option<&graph_receipt>) -> *const c_char {
    text_of(receipt, |receipt| &receipt.request_id)
}

/// The client-request-id, a GUID that went with every attempt of the call.
#[unsafe(no_mangle)]
pub extern "C" fn graph_receipt_client_request_id(receipt: Option<&graph_receipt>) -> *const c_char {
    text_of(receipt, |receipt| &receipt.client_request_id)
}

/// The HTTP status of the last reply to a send: 202, as Graph documents it, or another 2xx; where a check found the mail sent,
/// whatever came, and 0 where nothing did. 0 for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn graph_receipt_http_status(receipt: Option<&graph_receipt>) -> i32 {
    guard_value(0, || receipt.map_or(0, |receipt| receipt.http_status))
}

/// How many attempts handed on at least one byte of a request.
#[unsafe(no_mangle)]
pub extern "C" fn graph_receipt_attempts(receipt: Option<&graph_receipt>) -> u32 {
    guard_value(0, || receipt.map_or(0, |receipt| receipt.attempts))
}

/// How it is known that the mail was sent: one of GRAPH_EVIDENCE_*; a newer library may have more. 0 for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn graph_receipt_evidence(receipt: Option<&graph_receipt>) -> i32 {
    guard_value(0, || receipt.map_or(0, |receipt| receipt.evidence))
}

/// The mail's id in Sent Items where a check learned it; else "".
#[unsafe(no_mangle)]
pub extern "C" fn graph_receipt_sent_id(receipt: Option<&graph_receipt>) -> *const c_char {
    text_of(receipt, |receipt| &receipt.sent_id)
}

/// Frees a receipt and its strings. NULL is no receipt.
#[unsafe(no_mangle)]
pub extern "C" fn graph_receipt_free(receipt: Option<Box<graph_receipt>>) {
    guard_value((), || drop(receipt));
}
