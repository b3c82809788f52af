//! What to do after an attempt: a pure function of what it said and of the time that is left.

use std::time::Duration;

use crate::outcome::Verdict;

/// The wait before the second attempt where Graph named none; it doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// The longest wait that Graph did not name.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Where a call stands after an attempt.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// Attempts made, this one included.
    pub attempts: u32,
    /// Attempts allowed.
    pub max_attempts: u32,
    /// Time left until the deadline of the call.
    pub left: Duration,
    /// A random number from 0 to 1, so that clients that failed together do not come back together.
    pub jitter: f64,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The call is over; the verdict is its answer.
    Finish,
    /// Wait this long, then try again.
    RetryAfter(Duration),
}

/// Decides. Only an attempt that certainly did nothing is repeated: a 429, and a request of which no byte was handed on.
pub fn next_step(verdict: &Verdict, progress: Progress) -> Step {
    let wait = match verdict {
        Verdict::Throttled(Some(told)) => *told,
        Verdict::Throttled(None) => back_off(progress),
        Verdict::NotBegun(cause) if cause.may_pass() => back_off(progress),
        Verdict::NotBegun(_) | Verdict::Accepted | Verdict::Refused(_) | Verdict::Doubtful(_) => return Step::Finish,
    };
    // A wait that outlasts the deadline would only delay the same answer.
    if progress.attempts >= progress.max_attempts || wait >= progress.left {
        return Step::Finish;
    }
    Step::RetryAfter(wait)
}

/// Exponential, and between a half and the whole of it by chance.
fn back_off(progress: Progress) -> Duration {
    let doublings = progress.attempts.saturating_sub(1).min(16);
    let whole = FIRST_WAIT.saturating_mul(1 << doublings).min(LONGEST_WAIT);
    whole.mul_f64(0.5 + 0.5 * progress.jitter.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::{Cause, Doubt};
    use crate::status::Status;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    fn progress(attempts: u32) -> Progress {
        Progress { attempts, max_attempts: 4, left: Duration::from_secs(100), jitter: 1.0 }
    }

    #[test]
    fn ends_are_ends() {
        for verdict in [
            Verdict::Accepted,
            Verdict::Refused(Status::Rejected),
            Verdict::Doubtful(Doubt::ServerError),
            Verdict::Doubtful(Doubt::NoReply(Cause::TimedOut)),
            Verdict::NotBegun(Cause::Cancelled),
            Verdict::NotBegun(Cause::Tls),
            Verdict::NotBegun(Cause::Proxy),
        ] {
            assert_eq!(next_step(&verdict, progress(1)), Step::Finish, "{verdict:?}");
        }
    }

    #[test]
    fn retry_after_is_obeyed_in_full_or_not_at_all() {
        let wait = |seconds| Verdict::Throttled(Some(Duration::from_secs(seconds)));
        assert_eq!(next_step(&wait(99), progress(1)), Step::RetryAfter(Duration::from_secs(99)));
        assert_eq!(next_step(&wait(100), progress(1)), Step::Finish);
        assert_eq!(next_step(&wait(1), progress(4)), Step::Finish);
    }

    #[test]
    fn waits_double_up_to_a_bound() {
        let unreachable = Verdict::NotBegun(Cause::Connection);
        assert_eq!(next_step(&unreachable, progress(1)), Step::RetryAfter(MS(500)));
        assert_eq!(next_step(&unreachable, progress(3)), Step::RetryAfter(MS(2000)));
        let late = Progress { max_attempts: u32::MAX, ..progress(40) };
        assert_eq!(next_step(&unreachable, late), Step::RetryAfter(LONGEST_WAIT));
        assert_eq!(next_step(&unreachable, Progress { jitter: 0.0, ..progress(1) }), Step::RetryAfter(MS(250)));
        assert_eq!(next_step(&Verdict::Throttled(None), progress(2)), Step::RetryAfter(MS(1000)));
    }
}
