//! Fallible exports: what they end in becomes a status and an error object.

use std::mem::MaybeUninit;

use super::argument::give;
use super::error::graph_error;
use super::status::graph_status;
use crate::error::Error;
use crate::panic::caught;
use crate::status::Status;

/// Runs a fallible function: a panic becomes `GRAPH_INTERNAL`, and `err` receives the error or NULL.
pub fn guard(
    err: Option<&mut MaybeUninit<*mut graph_error>>,
    body: impl FnOnce() -> Result<(), Error>,
) -> graph_status {
    let error = match caught(body) {
        Some(Ok(())) => None,
        Some(Err(error)) => Some(error),
        None => Some(Error::internal()),
    };
    let status = error.as_ref().map_or(Status::Ok, |error| error.status);
    give(err, error.map(graph_error::new));
    status.value()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ptr;

    #[test]
    fn a_panic_becomes_internal() {
        struct PanicsWhenDropped;
        impl Drop for PanicsWhenDropped {
            fn drop(&mut self) {
                panic!("while dropping");
            }
        }
        let mut err = MaybeUninit::new(ptr::null_mut());
        let status = guard(Some(&mut err), || std::panic::panic_any(PanicsWhenDropped));
        assert_eq!(status, 90);
        // SAFETY: `guard` has written it, and an error that is not NULL is a box of its own.
        let error = unsafe { Box::from_raw(err.assume_init()) };
        assert_eq!(error.status(), 90);
        assert_eq!(guard(None, || panic!("no place for the error")), 90);
    }

    #[test]
    fn success_clears_what_was_there() {
        let mut err = MaybeUninit::new(ptr::dangling_mut());
        assert_eq!(guard(Some(&mut err), || Ok(())), 0);
        // SAFETY: `guard` has written it.
        assert!(unsafe { err.assume_init() }.is_null());
    }
}
