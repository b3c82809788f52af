//! Something that threads wait for: a count that only grows, so that nobody misses what happened before he waited.

use std::time::{Duration, Instant};

use crate::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A count that grows, and those who wait for it to.
#[derive(Debug, Default)]
pub struct Signal {
    count: Mutex<u64>,
    grew: Condvar,
}

impl Signal {
    /// How often it was raised.
    pub fn raised(&self) -> u64 {
        *self.lock()
    }

    /// Wakes everybody who waits.
    pub fn raise(&self) {
        *self.lock() += 1;
        self.grew.notify_all();
    }

    /// Waits until it was raised more often than `seen`, or the time is over; says whether it was.
    pub fn wait_beyond(&self, seen: u64, time: Duration) -> bool {
        let began = Instant::now();
        let mut count = self.lock();
        while *count <= seen {
            let Some(left) = time.checked_sub(began.elapsed()).filter(|left| !left.is_zero()) else { return false };
            count = self.grew.wait_timeout(count, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    fn lock(&self) -> MutexGuard<'_, u64> {
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
