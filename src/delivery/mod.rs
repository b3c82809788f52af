//! Never twice, never lost: what stands between a doubt and its answer.
//!
//! [`check`] settles what became of a mail, [`flights`] keeps two calls from sending one draft, and [`gate`] keeps to the
//! mailbox's limits. None of them knows HTTP or waits by itself: they are asked, and the client acts.

pub mod check;
pub mod flights;
pub mod gate;
pub mod key;
