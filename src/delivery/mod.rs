//! Never twice, never lost: what stands between a doubt and its answer. Pure: values in, values out.
//!
//! [`verdict`] says what one attempt tells. [`machine`] decides what happens to a mail, with [`check`], [`clocks`] and [`retry`]:
//! told the events of [`step`], it says its actions, until the [`ending`]. [`remembered`] is what calls leave to later ones.
//!
//! The words, as they are used here and in `sharing` and `operation`:
//!
//! - *handed on*: the operating system took at least one byte of a request. Before that nobody can have acted on it.
//! - *doubt*: an attempt may have been accepted, and nobody knows whether it was. One call can leave it to the next.
//! - *cut*: the moment at which a doubtful attempt ended, because it was given up or because its doubtful reply came. Nothing of
//!   it can arrive later.
//! - *settle*: the time after the cut that an acceptance may take to be made and to show: `settle_ms`.
//! - *settled*: that time is over, and what a look shows then counts. A doubt is settled for those who allow it no longer time than
//!   the one after which it was found unsent. A check is settled once it has its finding.
//! - *claim*: for as long as a call holds it, no other call of the process sends a mail with this `internetMessageId`.
//! - *twin*, *copy*, *relay*: another message with the same `internetMessageId`.
//! - *namesake*: a mail with the same `internetMessageId` that Graph accepted under an id of the other kind, plain or immutable. It
//!   may be this message or a twin.
//! - *late look*: a look that is made while the answer to an attempt is late and still awaited. *Meanwhile* is what it showed.

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
