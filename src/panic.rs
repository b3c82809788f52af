//! The boundary that no panic crosses, to C or to Python.

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

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
        assert_eq!(caught(|| -> i32 { panic!("no value") }), None);
        assert_eq!(caught(|| 8), Some(8));
    }
}
