use std::mem::MaybeUninit;
use std::time::Duration;

use libc::c_char;
use once_cell::sync::OnceCell;

use super::argument::{milliseconds, text, text_or_empty};
use super::error::graph_error;
use super::guard::guard;
use super::options::graph_options;
use super::panic::guard_value;
use super::status::{GRAPH_INTERNAL, graph_status};
use super::string::fill;
use crate::client::{Client, Settings};
use crate::error::Error;
use crate::panic::caught;
use crate::status::Status;

/// The client of `graph_message_send`. Never freed: there is no moment in a host program at which that would be safe.
static DEFAULT: OnceCell<Client> = OnceCell::new();

/// Sends an existing draft - a new message, a reply, a reply-all or a forward - and waits for the answer, on a client that
/// the whole process shares. At most one mail leaves, as THE PROMISE above says; the status tells whether it did.
///
/// token  an access token for Microsoft Graph with Mail.Send, without "Bearer ".
/// user   the mailbox: a user's id (GUID) or userPrincipalName, as it is, not percent-encoded. NULL, "" or "me" is the
///        mailbox of the token's own user; a token of an application has none and must name one.
/// id     the draft's id as Graph gave it, not percent-encoded.
/// err    NULL, or receives NULL on success and else a new error to be freed with graph_error_free. What it held before
///        is ignored.
///
/// Any thread, any number at once. Returns by the deadline, 100 seconds unless graph_init set another.
/// POST {mailbox}/messages/{id}/send, https://learn.microsoft.com/graph/api/message-send
#[unsafe(no_mangle)]
pub unsafe extern "C" fn graph_message_send(
    token: *const c_char,
    user: *const c_char,
    id: *const c_char,
    err: Option<&mut MaybeUninit<*mut graph_error>>,
) -> graph_status {
    guard(err, || {
        // SAFETY: the header asks for NULL or terminated strings that stay unchanged until the call returns.
        let (token, user, id) = unsafe { (text("token", token)?, text_or_empty("user", user)?, text("id", id)?) };
        DEFAULT.get_or_init(|| Client::new(Settings::default())).send(None, token, user, id)?;
        Ok(())
    })
}

/// Sends as graph_message_send does, for languages to which a pointer to a pointer is a burden: what came of it is written
/// into the caller's own memory. Trailing spaces of token, user and id are taken off, which the fields of COBOL and the fixed
/// strings of old Basics have; a NUL must follow them all the same.
///
/// message         NULL, or receives one line: what failed and what to do next; or, where the mail was sent, the ids that an
///                 audit log keeps. Ends in a NUL, and is cut between two characters where the buffer is too short.
/// size            the size of the buffer in bytes.
/// http_status     NULL, or receives the HTTP status, as graph_error_http_status has it, or graph_receipt_http_status.
/// retry_after_ms  NULL, or receives how long to wait, in milliseconds, as graph_error_retry_after_ms has it.
///
/// Everything else is as for graph_message_send, graph_init included. Any thread, any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn graph_message_send_text(
    token: *const c_char,
    user: *const c_char,
    id: *const c_char,
    message: *mut c_char,
    size: u32,
    http_status: Option<&mut MaybeUninit<i32>>,
    retry_after_ms: Option<&mut MaybeUninit<u32>>,
) -> graph_status {
    guard_value(GRAPH_INTERNAL, || {
        let sent = caught(|| {
            // SAFETY: the header asks for NULL or terminated strings that stay unchanged until the call returns.
            let (token, user, id) = unsafe { (text("token", token)?, text_or_empty("user", user)?, text("id", id)?) };
            let [token, user, id] = [token, user, id].map(|field| field.trim_end_matches(' '));
            DEFAULT.get_or_init(|| Client::new(Settings::default())).send(None, token, user, id)
        });
        let (status, line, http, wait) = match sent.unwrap_or_else(|| Err(Error::internal())) {
            Ok(receipt) => (Status::Ok, receipt.to_string(), receipt.http_status, Duration::ZERO),
            Err(error) => (error.status, error.message, error.http_status, error.retry_after),
        };
        // SAFETY: the header asks for NULL or a buffer of that size, which nobody else uses until the call returns.
        unsafe { fill(message, size, &line) };
        http_status.map(|place| place.write(http.into()));
        retry_after_ms.map(|place| place.write(milliseconds(wait)));
        status.value()
    })
}

/// Gives the shared client of graph_message_send other settings than the defaults. Optional; once, before the first
/// graph_message_send, else GRAPH_INVALID_ARGUMENT. The options are copied and stay the caller's. NULL is the defaults.
/// Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn graph_init(
    options: Option<&graph_options>,
    err: Option<&mut MaybeUninit<*mut graph_error>>,
) -> graph_status {
    guard(err, || {
        let mut created = false;
        DEFAULT.get_or_try_init(|| {
            created = true;
            graph_options::settings_of(options).map(Client::new)
        })?;
        if created {
            return Ok(());
        }
        Err(Error::invalid(
            "graph_init came after the first graph_message_send or graph_init; call it once, at the start",
        ))
    })
}
