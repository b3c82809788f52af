//! One attempt to send.

use crate::delivery::verdict::Verdict;
use crate::graph::{Failure, Reply, Token};

/// One attempt: what came of it and what that says.
pub struct Attempt {
    /// What it was made with: a reply may repeat it.
    pub token: Token,
    pub result: Result<Reply, Failure>,
    pub verdict: Verdict,
}
