//! Something that threads wait for: a count that only grows, so that nobody misses what happened before he waited.

use std::time::{Duration, Instant};

use crate::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A count that grows, and those who wait for it to.
#[derive(Debug, Default)]
pub struct Signal {
    state: Mutex<State>,
    grew: Condvar,
}

#[derive(Debug, Default)]
struct State {
    raised: u64,
    waiting: u32,
}

impl Signal {
    /// How often it was raised.
    pub fn raised(&self) -> u64 {
        self.lock().raised
    }

    /// Wakes everybody who waits.
    pub fn raise(&self) {
        let mut state = self.lock();
        state.raised += 1;
        let is_awaited = state.waiting > 0;
        drop(state);
        // Waking is a system call, whether anybody waits or not.
        if is_awaited {
            self.grew.notify_all();
        }
    }

    /// Waits until it was raised more often than `seen`, or the time is over; says whether it was.
    pub fn wait_beyond(&self, seen: u64, time: Duration) -> bool {
        let began = Instant::now();
        let mut state = self.lock();
        while state.raised <= seen {
            let Some(left) = time.checked_sub(began.elapsed()).filter(|left| !left.is_zero()) else { return false };
            state.waiting += 1;
            state = self.grew.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
            state.waiting -= 1;
        }
        true
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
