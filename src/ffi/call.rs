use std::time::Duration;

use libc::c_char;

use super::argument::{object, text_or_empty};
use super::guard::guard;
use super::panic::guard_value;
use super::status::graph_status;
use crate::client::Call;

/// The settings of one call, and the means to cancel it from another thread.
pub struct graph_call(pub(super) Call);

/// Makes a call's settings, to be freed with graph_call_free; NULL only where this library has a defect. It may serve
/// several calls, one after the other or at once; cancelling ends them all.
#[unsafe(no_mangle)]
pub extern "C" fn graph_call_new() -> Option<Box<graph_call>> {
    guard_value(None, || Some(Box::new(graph_call(Call::default()))))
}

/// Ends the call, or calls, in flight with these settings within a tenth of a second. A send ends in GRAPH_CANCELLED where no
/// attempt can have been accepted, else in GRAPH_UNKNOWN; a check ends in GRAPH_UNKNOWN. Does not wait for them. Stays: a call
/// that begins later with these settings ends at once, in the same way. Any thread; NULL is no call.
#[unsafe(no_mangle)]
pub extern "C" fn graph_call_cancel(call: Option<&graph_call>) {
    guard_value((), || {
        if let Some(call) = call {
            call.0.cancel();
        }
    });
}

/// Frees a call's settings. No call may be in flight with them. NULL is no call.
#[unsafe(no_mangle)]
pub extern "C" fn graph_call_free(call: Option<Box<graph_call>>) {
    guard_value((), || drop(call));
}

/// Bounds the whole call - waiting and retries included - in milliseconds, in place of the client's timeout_ms. 0 goes back
/// to that. Not while a call is in flight with these settings.
#[unsafe(no_mangle)]
pub extern "C" fn graph_call_set_timeout_ms(call: Option<&mut graph_call>, ms: u32) -> graph_status {
    guard(None, || {
        object("call", call)?.0.set_timeout(Duration::from_millis(ms.into()));
        Ok(())
    })
}

/// The draft's internetMessageId, as Graph showed it when the draft was made: "<...@...>". With it, a check finds the mail in
/// Sent Items even where its id has changed. NULL or "" is none. Not while a call is in flight with these settings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn graph_call_set_internet_message_id(
    call: Option<&mut graph_call>,
    internet_message_id: *const c_char,
) -> graph_status {
    guard(None, || {
        // SAFETY: the header asks for NULL or a terminated string.
        let id = unsafe { text_or_empty("internet_message_id", internet_message_id)? };
        object("call", call)?.0.set_internet_message_id(id)
    })
}
