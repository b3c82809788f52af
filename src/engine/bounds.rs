//! What a call keeps to.

use std::time::{Duration, Instant};

use crate::delivery::clocks::Moment;
use crate::delivery::kept_out::KeptOut;
use crate::transport::Cancel;

/// When a call began, and what ends it.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// When it began, on the wall as well: a host that is suspended stops the steady clock.
    pub began: Moment,
    /// When it must have ended.
    pub deadline: Instant,
    /// The caller's wish to stop.
    pub cancel: Cancel,
}

/// Why a call is to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// It was cancelled.
    Cancelled,
    /// Its deadline passed.
    OutOfTime,
}

impl Bounds {
    /// The time that is left, or why there is none.
    pub fn left(&self, now: Instant) -> Result<Duration, Stopped> {
        let left = self.deadline.saturating_duration_since(now);
        if self.cancel.is_cancelled() {
            Err(Stopped::Cancelled)
        } else if left.is_zero() {
            Err(Stopped::OutOfTime)
        } else {
            Ok(left)
        }
    }
}

impl From<Stopped> for KeptOut {
    fn from(stopped: Stopped) -> KeptOut {
        match stopped {
            Stopped::Cancelled => KeptOut::Cancelled,
            Stopped::OutOfTime => KeptOut::OutOfTime,
        }
    }
}
