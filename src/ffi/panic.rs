//! Exports that cannot fail, and return something all the same should they panic.

use crate::panic::caught;

/// Runs a function that cannot fail, and returns the given value should it panic all the same.
pub fn guard_value<T>(otherwise: T, body: impl FnOnce() -> T) -> T {
    caught(body).unwrap_or(otherwise)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_fail_has_a_value_all_the_same() {
        assert_eq!(guard_value(7, || panic!("no value")), 7);
        assert_eq!(guard_value(7, || 8), 8);
    }
}
