//! Never twice, never lost: what stands between a doubt and its answer.
//!
//! [`verdict`] says what one attempt tells. [`machine`] decides what happens to a mail, with [`check`], [`clocks`] and [`retry`]:
//! told the events of [`step`], it says its actions, until the [`ending`]. [`memory`] is what calls leave to later
//! ones; [`flights`] keeps two calls from sending one draft, and [`gate`] keeps to the mailbox's limits. None of them knows HTTP
//! or waits by itself: they are asked, and the client acts.

// Where a decision is made, every value is named: a new one does not compile until somebody has decided.
#![cfg_attr(not(test), deny(clippy::wildcard_enum_match_arm))]

pub mod check;
pub mod clocks;
pub mod ending;
pub mod flights;
pub mod gate;
pub mod key;
pub mod machine;
pub mod memory;
pub mod retry;
pub mod step;
pub mod verdict;
