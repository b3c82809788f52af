//! Whether to try again after an attempt that certainly did nothing, and when.

use std::time::Duration;

use super::verdict::Verdict;

/// The wait before the second attempt where Graph named none; it doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// The longest wait that Graph did not name.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// A wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// How long.
    pub time: Duration,
    /// Whether it is to be cut by chance, to between a half and the whole, so that clients that failed together do not come back
    /// together.
    pub by_chance: bool,
}

impl Wait {
    /// To the moment.
    pub fn exactly(time: Duration) -> Wait {
        Wait { time, by_chance: false }
    }

    /// How long to wait, by a random number from 0 to 1.
    pub fn with(self, jitter: impl FnOnce() -> f64) -> Duration {
        if self.by_chance { self.time.mul_f64(0.5 + 0.5 * jitter().clamp(0.0, 1.0)) } else { self.time }
    }
}

/// The wait before another attempt, if there is to be one. Only an attempt that certainly did nothing is repeated: a 429, and a
/// request of which no byte was handed on. `attempts` are those made, of `most`; `left` is the time until the deadline.
pub fn after(verdict: &Verdict, attempts: u32, most: u32, left: Duration) -> Option<Wait> {
    match verdict {
        Verdict::Throttled(told) => wait(*told, attempts, most, left),
        Verdict::NotBegun(cause) if cause.may_pass() => wait(None, attempts, most, left),
        Verdict::NotBegun(_) | Verdict::Accepted | Verdict::Refused(_) | Verdict::Doubtful(_) => None,
    }
}

/// The wait before something is tried again that may be, if there is to be one: as Graph told, else longer each time.
pub fn wait(told: Option<Duration>, attempts: u32, most: u32, left: Duration) -> Option<Wait> {
    let wait = told.map_or_else(|| back_off(attempts), Wait::exactly);
    // A wait that outlasts the deadline would only delay the same answer.
    (attempts < most && wait.time < left).then_some(wait)
}

/// Exponential.
fn back_off(attempts: u32) -> Wait {
    let doublings = attempts.saturating_sub(1).min(16);
    Wait { time: FIRST_WAIT.saturating_mul(1 << doublings).min(LONGEST_WAIT), by_chance: true }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::verdict::{DoubtCause, Refusal};
    use crate::graph::Cause;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    fn after_one_of_four(verdict: &Verdict, attempts: u32) -> Option<Duration> {
        after(verdict, attempts, 4, Duration::from_secs(100)).map(|wait| wait.with(|| 1.0))
    }

    #[test]
    fn ends_are_ends() {
        for verdict in [
            Verdict::Accepted,
            Verdict::Refused(Refusal::Rejected),
            Verdict::Doubtful(DoubtCause::ServerError),
            Verdict::Doubtful(DoubtCause::NoReply(Cause::TimedOut)),
            Verdict::NotBegun(Cause::Cancelled),
            Verdict::NotBegun(Cause::Tls),
            Verdict::NotBegun(Cause::Proxy),
        ] {
            assert_eq!(after_one_of_four(&verdict, 1), None, "{verdict:?}");
        }
    }

    #[test]
    fn retry_after_is_obeyed_in_full_or_not_at_all() {
        let told = |seconds| Verdict::Throttled(Some(Duration::from_secs(seconds)));
        assert_eq!(after_one_of_four(&told(99), 1), Some(Duration::from_secs(99)));
        assert_eq!(after_one_of_four(&told(100), 1), None);
        assert_eq!(after_one_of_four(&told(1), 4), None);
    }

    #[test]
    fn waits_double_up_to_a_bound() {
        let unreachable = Verdict::NotBegun(Cause::Connection);
        assert_eq!(after_one_of_four(&unreachable, 1), Some(MS(500)));
        assert_eq!(after_one_of_four(&unreachable, 3), Some(MS(2000)));
        assert_eq!(after_one_of_four(&Verdict::Throttled(None), 2), Some(MS(1000)));
        let late = after(&unreachable, 40, u32::MAX, Duration::from_secs(100));
        assert_eq!(late.map(|wait| wait.time), Some(LONGEST_WAIT));
        let first = after(&unreachable, 1, 4, Duration::from_secs(100));
        assert_eq!(first.map(|wait| wait.with(|| 0.0)), Some(MS(250)));
    }
}
