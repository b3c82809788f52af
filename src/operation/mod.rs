//! What a caller can ask for, a file each: [`send()`] and [`check()`], the requests that each makes, and the words of its answer.
//!
//! What happens to a mail is decided by `delivery`'s machine; `run` carries out what it says, on an engine that makes one request
//! at a time.

#![cfg_attr(not(test), deny(clippy::wildcard_enum_match_arm))]

mod answer;
mod check;
mod draft_call;
mod log_lines;
mod receipt;
mod run;
mod send;
mod trail;
mod wording;

pub use check::check;
pub use draft_call::DraftCall;
pub use receipt::Receipt;
pub use send::send;

use crate::error::Error;

/// What a call ends in.
pub type Answer = Result<Receipt, Error>;
