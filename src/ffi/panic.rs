//! The boundary that no panic crosses.

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs a function that cannot fail, and returns the given value should it panic all the same.
pub fn guard_value<T>(otherwise: T, body: impl FnOnce() -> T) -> T {
    caught(body).unwrap_or(otherwise)
}

/// Runs a function, and gives nothing where it panics.
pub fn caught<T>(body: impl FnOnce() -> T) -> Option<T> {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(value) => Some(value),
        Err(payload) => {
            // A payload may panic when dropped, which would cross the boundary after all.
            mem::forget(payload);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_stops_here() {
        assert_eq!(guard_value(7, || panic!("no value")), 7);
        assert_eq!(guard_value(7, || 8), 8);
    }
}
