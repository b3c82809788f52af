//! What an attempt ended in, and what that says about the mail. Pure: replies and failures in, verdicts out.

#![cfg_attr(not(test), deny(clippy::wildcard_enum_match_arm))]

mod challenge;
mod failure;
mod graph_error;
mod json;
mod reply;
mod retry_after;
mod sight;
mod verdict;

pub use challenge::claims;
pub use failure::{Cause, Failure};
pub use graph_error::GraphError;
pub use reply::{BodyEnd, Framing, LONGEST_BODY, Reply};
pub use retry_after::{asked_to_wait, retry_after};
pub use sight::{
    Asked, Deferred, DraftListed, DraftSeen, FolderSeen, ItemSeen, Listed, Listing, LookFailure, Looked, Sight, see,
    see_folder, see_listed, service_time,
};
pub use verdict::{Doubt, Refusal, Verdict, judge};
