//! Never twice, never lost: what stands between a doubt and its answer. Pure: values in, values out.
//!
//! [`verdict`] says what one attempt tells. [`machine`] decides what happens to a mail, with [`check`], [`clocks`] and [`retry`]:
//! told the events of [`step`], it says its actions, until the [`ending`]. [`remembered`] is what calls leave to later ones.

// Where a decision is made, every value is named: a new one does not compile until somebody has decided.
#![cfg_attr(not(test), deny(clippy::wildcard_enum_match_arm))]

pub mod check;
pub mod clocks;
pub mod ending;
pub mod finding;
pub mod kept_out;
pub mod machine;
pub mod remembered;
pub mod retry;
pub mod step;
pub mod verdict;
