//! The locks under what threads share. `tests/interleavings.rs` builds the library with those of a model checker in their
//! place, which runs every order of the steps that threads can take.

#[cfg(not(graph_message_loom))]
pub use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, atomic};

#[cfg(graph_message_loom)]
pub use loom::sync::{Condvar, Mutex, MutexGuard, atomic};
#[cfg(graph_message_loom)]
pub use std::sync::PoisonError;
