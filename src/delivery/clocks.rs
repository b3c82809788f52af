//! Whose time it is: a time that the service names is held against its own clock, as its replies show it, and against ours.

use std::time::{Duration, Instant, SystemTime};

use crate::graph::Deferred;

/// How far the clocks of the service's front ends and of the mailbox may be apart, and the date's missing fractions.
const SLACK: Duration = Duration::from_secs(5);
/// How far before a call a time must lie to count as before it: where it decides that this call did not send the mail, both
/// clocks must be far from saying otherwise.
const SPARE: Duration = Duration::from_secs(300);

/// A moment on both of our clocks: the steady one stops where the host is suspended, and the wall's may be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The steady clock, on which deadlines are measured.
    pub steady: Instant,
    /// The clock on the wall.
    pub wall: SystemTime,
}

/// When a mail was sent, seen from a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Not before the call began, by the service's clock.
    Since,
    /// Before it, by both clocks.
    Before,
    /// Nobody can tell: between the two, or there is no time that could be used.
    Unclear,
}

/// The service's clock, as the dates of its replies show it: between which two times it stood when a call began.
#[derive(Debug, Clone, Copy)]
pub struct ServiceClock {
    began: Moment,
    at_begin: Option<(SystemTime, SystemTime)>,
}

impl ServiceClock {
    /// For a call that began then.
    pub fn new(began: Moment) -> ServiceClock {
        ServiceClock { began, at_begin: None }
    }

    /// A reply came then, with this date. Each of our clocks tells how long ago the call began; where they, or two replies,
    /// do not agree, all that they say is kept.
    pub fn shows(&mut self, date: SystemTime, at: Moment) {
        for time in self.back_to_begin(date, at).into_iter().flatten() {
            self.at_begin = Some(match self.at_begin {
                None => (time, time),
                Some((earliest, latest)) => (earliest.min(time), latest.max(time)),
            });
        }
    }

    fn back_to_begin(&self, date: SystemTime, at: Moment) -> [Option<SystemTime>; 2] {
        let steady = date.checked_sub(at.steady.saturating_duration_since(self.began.steady));
        [steady, shifted(date, at.wall, self.began.wall)]
    }

    /// Between which two times the service's clock stands at some moment.
    fn at(&self, moment: Moment) -> Option<(SystemTime, SystemTime)> {
        let (earliest, latest) = self.at_begin?;
        let by_steady = |time: SystemTime| match moment.steady.checked_duration_since(self.began.steady) {
            Some(later) => time.checked_add(later),
            None => time.checked_sub(self.began.steady.saturating_duration_since(moment.steady)),
        };
        let by_wall = |time: SystemTime| shifted(time, self.began.wall, moment.wall);
        Some((by_steady(earliest)?.min(by_wall(earliest)?), by_steady(latest)?.max(by_wall(latest)?)))
    }

    /// When a mail was sent, seen from a call that began at `since`.
    pub fn when(&self, sent_at: Option<SystemTime>, since: Moment, now: Moment) -> When {
        let (Some(sent_at), Some((earliest, latest)), Some((_, latest_now))) = (sent_at, self.at(since), self.at(now))
        else {
            return When::Unclear;
        };
        let later = |time: SystemTime, by: Duration| time.checked_add(by).unwrap_or(time);
        if sent_at > later(latest_now, SPARE) {
            // From the future: the mailbox's clock is no clock.
            When::Unclear
        } else if later(sent_at, SLACK) >= latest {
            When::Since
        } else if later(sent_at, SPARE) < earliest && later(sent_at, SPARE) < since.wall {
            When::Before
        } else {
            When::Unclear
        }
    }

    /// How long a draft that is to be sent later may still be waiting for its time and then for `settle`, by the clock that
    /// takes longer. Without the service's clock ours tells that it waits, and not that it does not.
    pub fn waits(&self, deferred: Deferred, settle: Duration, now: Moment) -> Waits {
        let until = match deferred {
            Deferred::No => return Waits::No,
            Deferred::Unreadable => return Waits::Unknown,
            Deferred::Until(until) => until.checked_add(settle).unwrap_or(until),
        };
        // The mailbox's clock may be behind.
        let until = until.checked_add(SLACK).unwrap_or(until);
        let by_service = self.at(now).map(|(earliest, _)| earliest);
        let left = until.duration_since(by_service.map_or(now.wall, |time| time.min(now.wall))).unwrap_or_default();
        match by_service {
            _ if !left.is_zero() => Waits::For(left),
            Some(_) => Waits::No,
            None => Waits::Unknown,
        }
    }
}

/// Whether an accepted draft may be waiting for its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waits {
    /// It does not wait.
    No,
    /// For so long.
    For(Duration),
    /// Nobody can tell for how long.
    Unknown,
}

/// A time, moved as far as it is from one moment to another.
fn shifted(time: SystemTime, from: SystemTime, to: SystemTime) -> Option<SystemTime> {
    match to.duration_since(from) {
        Ok(later) => time.checked_add(later),
        Err(earlier) => time.checked_sub(earlier.duration()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    fn start() -> Moment {
        Moment { steady: Instant::now() + S(1_000_000), wall: SystemTime::UNIX_EPOCH + S(1_000_000_000) }
    }

    fn later(moment: Moment, steady: u64, wall: u64) -> Moment {
        Moment { steady: moment.steady + S(steady), wall: moment.wall + S(wall) }
    }

    #[test]
    fn since_is_by_the_services_clock() {
        let began = start();
        let now = later(began, 10, 10);
        // The service is an hour ahead.
        let mut clock = ServiceClock::new(began);
        clock.shows(now.wall + S(3600), now);
        let when = |sent_at: SystemTime| clock.when(Some(sent_at), began, now);
        let began_there = began.wall + S(3600);
        assert_eq!(when(began_there), When::Since);
        assert_eq!(when(began_there - S(5)), When::Since);
        assert_eq!(when(began_there - S(6)), When::Unclear);
        assert_eq!(when(began_there - S(305)), When::Unclear, "not before the call by our clock");
        assert_eq!(when(began.wall - S(301)), When::Before);
        assert_eq!(when(began_there + S(1000)), When::Unclear, "from the future");
        assert_eq!(clock.when(None, began, now), When::Unclear);
        assert_eq!(ServiceClock::new(began).when(Some(began.wall), began, now), When::Unclear);
    }

    #[test]
    fn before_is_by_both_clocks() {
        let began = start();
        let now = later(began, 10, 10);
        // The service is an hour behind.
        let mut clock = ServiceClock::new(began);
        clock.shows(now.wall - S(3600), now);
        assert_eq!(clock.when(Some(began.wall - S(3900)), began, now), When::Unclear);
        assert_eq!(clock.when(Some(began.wall - S(3901)), began, now), When::Before);
    }

    #[test]
    fn a_suspended_host_and_a_clock_that_was_set_look_alike() {
        let began = start();
        let now = later(began, 1, 3601);
        let mut clock = ServiceClock::new(began);
        clock.shows(now.wall, now);
        // Sent as the call began if the host slept, and an hour before it if the clock was set.
        assert_eq!(clock.when(Some(began.wall), began, now), When::Unclear);
        assert_eq!(clock.when(Some(began.wall + S(3600)), began, now), When::Since);
        assert_eq!(clock.when(Some(began.wall - S(301)), began, now), When::Before);
    }

    #[test]
    fn replies_that_disagree_decide_less() {
        let began = start();
        let now = later(began, 10, 10);
        let mut clock = ServiceClock::new(began);
        clock.shows(now.wall - S(400), now);
        assert_eq!(clock.when(Some(began.wall - S(200)), began, now), When::Since);
        clock.shows(now.wall, now);
        assert_eq!(clock.when(Some(began.wall - S(200)), began, now), When::Unclear);
        assert_eq!(clock.when(Some(began.wall), began, now), When::Since);
    }

    #[test]
    fn an_earlier_calls_beginning() {
        let began = start();
        let (earlier, now) = (Moment { steady: began.steady - S(60), wall: began.wall - S(60) }, later(began, 1, 1));
        let mut clock = ServiceClock::new(began);
        clock.shows(now.wall, now);
        assert_eq!(clock.when(Some(began.wall - S(60)), earlier, now), When::Since);
        assert_eq!(clock.when(Some(began.wall - S(60)), began, now), When::Unclear);
    }

    #[test]
    fn deferred_drafts_wait() {
        let began = start();
        let mut clock = ServiceClock::new(began);
        let waits = |clock: &ServiceClock, deferred| clock.waits(deferred, S(20), began);
        assert_eq!(waits(&clock, Deferred::No), Waits::No);
        assert_eq!(waits(&clock, Deferred::Unreadable), Waits::Unknown);
        assert_eq!(waits(&clock, Deferred::Until(began.wall + S(100))), Waits::For(S(125)));
        assert_eq!(waits(&clock, Deferred::Until(began.wall - S(25))), Waits::Unknown, "by our clock alone");
        clock.shows(began.wall, began);
        assert_eq!(waits(&clock, Deferred::Until(began.wall - S(25))), Waits::No);
        assert_eq!(waits(&clock, Deferred::Until(began.wall - S(24))), Waits::For(S(1)));
        // The service's clock is behind ours: its time has not come.
        clock.shows(began.wall - S(50), began);
        assert_eq!(waits(&clock, Deferred::Until(began.wall - S(25))), Waits::For(S(50)));
    }
}
