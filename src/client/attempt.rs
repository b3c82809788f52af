//! One attempt to send.

use crate::message::Token;
use crate::outcome::{Failure, Reply, Verdict};

/// One attempt: what came of it and what that says.
pub struct Attempt {
    /// What it was made with: a reply may repeat it.
    pub token: Token,
    pub result: Result<Reply, Failure>,
    pub verdict: Verdict,
}
