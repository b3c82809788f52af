//! State that belongs to one process: a forked child starts with its own.

use std::process;

use once_cell::sync::OnceCell;

/// State of the process that asks. After a fork the child finds its own, fresh; its parent's stays untouched, because a lock
/// in it may have been held by a thread that the child does not have.
pub struct PerProcess<T> {
    first: Generation<T>,
}

struct Generation<T> {
    process: u32,
    state: T,
    child: OnceCell<Box<Generation<T>>>,
}

impl<T> Generation<T> {
    fn new(state: T) -> Generation<T> {
        Generation { process: process::id(), state, child: OnceCell::new() }
    }
}

impl<T> PerProcess<T> {
    /// State for the process that calls.
    pub fn new(state: T) -> PerProcess<T> {
        PerProcess { first: Generation::new(state) }
    }

    /// The state of the process that calls; a forked child makes its own.
    pub fn current(&self, fresh: impl Fn() -> T) -> &T {
        let process = process::id();
        let mut generation = &self.first;
        while generation.process != process {
            generation = generation.child.get_or_init(|| Box::new(Generation::new(fresh())));
        }
        &generation.state
    }
}
