//! Time, as the loop sees it: replaced where schedules are simulated.

use std::thread;
use std::time::{Duration, Instant, SystemTime};

use uuid::Uuid;

use crate::signal::Signal;
use crate::transport::{Cancel, SLICE};

/// Clocks, waiting, and chance.
pub trait Clock: Send + Sync {
    /// The steady clock that deadlines are measured on.
    fn now(&self) -> Instant;
    /// The clock on the wall, for dates that the service names.
    fn wall(&self) -> SystemTime;
    /// Waits, and says whether the whole time passed; it ends early when cancelled.
    fn wait(&self, time: Duration, cancel: &Cancel) -> bool;
    /// Waits until a signal was raised beyond `seen`, the time is over, or the call was cancelled.
    fn wait_for(&self, signal: &Signal, seen: u64, time: Duration, cancel: &Cancel);
    /// A random number from 0 to 1.
    fn jitter(&self) -> f64;
}

/// The system's.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }

    fn wait(&self, time: Duration, cancel: &Cancel) -> bool {
        let until = Instant::now() + time;
        loop {
            if cancel.is_cancelled() {
                return false;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            thread::sleep(left.min(SLICE));
        }
    }

    fn wait_for(&self, signal: &Signal, seen: u64, time: Duration, cancel: &Cancel) {
        let until = Instant::now() + time;
        while !cancel.is_cancelled() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || signal.wait_beyond(seen, left.min(SLICE)) {
                return;
            }
        }
    }

    fn jitter(&self) -> f64 {
        // From the operating system, so that a forked child does not repeat its parent.
        let (random, _) = Uuid::new_v4().as_u64_pair();
        f64::from((random >> 32) as u32) / f64::from(u32::MAX)
    }
}
