use std::mem::MaybeUninit;

use libc::c_char;

use super::argument::{give, object, text, text_or_empty};
use super::call::graph_call;
use super::error::graph_error;
use super::guard::guard;
use super::options::graph_options;
use super::panic::guard_value;
use super::receipt::graph_receipt;
use super::status::graph_status;
use crate::client::{Client, Receipt};
use crate::error::Error;

/// Settings, and the connections they led to. Used by any number of threads at once.
pub struct graph_client(Client);

/// Makes a client. It connects when the first call needs it, keeps connections for the next calls, and starts no thread but, while
/// a host name is looked up, one helper. A connection that was not used for 15 seconds is used no more; the next call closes it, or
/// graph_client_free.
///
/// options  copied; they stay the caller's. NULL is the defaults.
/// client   receives the client, to be freed with graph_client_free; NULL on failure.
///
/// GRAPH_INVALID_ARGUMENT where an option was refused: the error names it. A client made before fork() works in the child,
/// which makes connections of its own.
#[unsafe(no_mangle)]
pub extern "C" fn graph_client_new(
    options: Option<&graph_options>,
    client: Option<&mut MaybeUninit<*mut graph_client>>,
    err: Option<&mut MaybeUninit<*mut graph_error>>,
) -> graph_status {
    let mut made = None;
    let place_given = client.is_some();
    let status = guard(err, || {
        object("client", place_given.then_some(()))?;
        made = Some(graph_client(Client::new(graph_options::settings_of(options)?)));
        Ok(())
    });
    give(client, made);
    status
}

/// Sends an existing draft, as graph_message_send does.
///
/// call     NULL, or the call's own settings; a call that was cancelled sends nothing.
/// receipt  NULL, or receives what is known of the mail, to be freed with graph_receipt_free; NULL on failure.
///
/// Any thread, any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn graph_client_send(
    client: Option<&graph_client>,
    call: Option<&graph_call>,
    token: *const c_char,
    user: *const c_char,
    id: *const c_char,
    receipt: Option<&mut MaybeUninit<*mut graph_receipt>>,
    err: Option<&mut MaybeUninit<*mut graph_error>>,
) -> graph_status {
    answer(receipt, err, || {
        let client = object("client", client)?;
        // SAFETY: the header asks for NULL or terminated strings that stay unchanged until the call returns.
        let (token, user, id) = unsafe { (text("token", token)?, text_or_empty("user", user)?, text("id", id)?) };
        client.0.send(call.map(|call| &call.0), token, user, id)
    })
}

/// Settles an earlier GRAPH_UNKNOWN of the same message; sends nothing. GRAPH_OK: the mail was sent. GRAPH_UNAVAILABLE: it was
/// not, and the draft is still there; it may be sent again. GRAPH_NOT_A_DRAFT: the message is no draft and not in Sent Items: it
/// was received, or moved there. GRAPH_UNKNOWN: still nobody can tell. Looks at once, and where the draft is still there again
/// after settle_ms. Give the call the internetMessageId, if it is known.
///
/// GRAPH_OK says that the message has been sent at some time, not by which call: a message in Sent Items was sent, however long
/// ago.
///
/// The arguments are those of graph_client_send; the receipt's sent_id is the mail's id in Sent Items.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn graph_client_check(
    client: Option<&graph_client>,
    call: Option<&graph_call>,
    token: *const c_char,
    user: *const c_char,
    id: *const c_char,
    receipt: Option<&mut MaybeUninit<*mut graph_receipt>>,
    err: Option<&mut MaybeUninit<*mut graph_error>>,
) -> graph_status {
    answer(receipt, err, || {
        let client = object("client", client)?;
        // SAFETY: the header asks for NULL or terminated strings that stay unchanged until the call returns.
        let (token, user, id) = unsafe { (text("token", token)?, text_or_empty("user", user)?, text("id", id)?) };
        client.0.check(call.map(|call| &call.0), token, user, id)
    })
}

/// Runs a call, and hands over its receipt or its error.
fn answer(
    receipt: Option<&mut MaybeUninit<*mut graph_receipt>>,
    err: Option<&mut MaybeUninit<*mut graph_error>>,
    call: impl FnOnce() -> Result<Receipt, Error>,
) -> graph_status {
    let mut made = None;
    let is_wanted = receipt.is_some();
    let status = guard(err, || {
        let receipt = call()?;
        made = is_wanted.then(|| graph_receipt::new(receipt));
        Ok(())
    });
    give(receipt, made);
    status
}

/// Ends every call in flight on this client within a tenth of a second. A send ends in GRAPH_CANCELLED where no attempt can have
/// been accepted, else in GRAPH_UNKNOWN; a check ends in GRAPH_UNKNOWN. Does not wait for them. Calls that begin later are not
/// touched. Any thread; NULL is no client.
#[unsafe(no_mangle)]
pub extern "C" fn graph_client_cancel(client: Option<&graph_client>) {
    guard_value((), || {
        if let Some(client) = client {
            client.0.cancel();
        }
    });
}

/// Frees a client and closes its idle connections, without waiting for anything. No call may be in flight on it. NULL is
/// no client.
#[unsafe(no_mangle)]
pub extern "C" fn graph_client_free(client: Option<Box<graph_client>>) {
    guard_value((), || drop(client));
}
