//! Whether a request may be made again.

use std::time::{Duration, SystemTime};

use crate::delivery::retry::{self, Wait};
use crate::delivery::verdict::Verdict;
use crate::graph::{Reply, asked_to_wait};

/// Whether a request may be made again. What certainly did nothing always may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// It changes nothing, or the same again: also where it may have been acted on.
    Safe,
    /// Where it may have been acted on, that is its end.
    IfNotBegun,
    /// Where it may have been acted on, the operation finds out, and may make it again then.
    AfterCheck {
        /// The time that is to be left for that.
        reserve: Duration,
    },
}

impl Repeat {
    /// What an attempt is to leave of the time that the call has.
    pub fn reserve(self) -> Duration {
        match self {
            Repeat::Safe | Repeat::IfNotBegun => Duration::ZERO,
            Repeat::AfterCheck { reserve } => reserve,
        }
    }

    /// The wait before it is made again after this verdict and this reply, if it is to be. `attempts` are those made, of `most`;
    /// `left` is the time until the deadline.
    pub fn after(
        self,
        verdict: &Verdict,
        reply: Option<&Reply>,
        client_request_id: &str,
        now: SystemTime,
        (attempts, most): (u32, u32),
        left: Duration,
    ) -> Option<Wait> {
        match (verdict, self) {
            (Verdict::Doubtful(_), Repeat::Safe) => {
                let told = reply.and_then(|reply| asked_to_wait(reply, client_request_id, now));
                retry::wait(told, attempts, most, left)
            }
            (Verdict::Doubtful(_), Repeat::IfNotBegun | Repeat::AfterCheck { .. }) => None,
            (Verdict::Accepted | Verdict::Refused(_) | Verdict::Throttled(_) | Verdict::NotBegun(_), _) => {
                retry::after(verdict, attempts, most, left)
            }
        }
    }
}
