//! Virtual time: milliseconds of true time, and what each clock makes of them.

use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime};

use graph_message::delivery::clocks::Moment;

/// Where the wall's clock stands at the true time 0, in seconds since 1970.
const EPOCH: u64 = 1_800_000_000;

pub const SECOND: i64 = 1000;
pub const HOUR: i64 = 3_600_000;

/// All runs begin at one instant, far from the beginning of the clock.
fn base() -> Instant {
    static BASE: OnceLock<Instant> = OnceLock::new();
    *BASE.get_or_init(|| Instant::now() + Duration::from_secs(1_000_000))
}

pub fn instant(ms: i64) -> Instant {
    let time = Duration::from_millis(ms.unsigned_abs());
    if ms < 0 { base() - time } else { base() + time }
}

pub fn ms_of(instant: Instant) -> i64 {
    match instant.checked_duration_since(base()) {
        Some(later) => ms(later),
        None => -ms(base().duration_since(instant)),
    }
}

pub fn ms(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap()
}

pub fn millis(ms: i64) -> Duration {
    Duration::from_millis(ms.max(0).unsigned_abs())
}

/// A time on the wall, by milliseconds since the true time 0.
pub fn system(ms: i64) -> SystemTime {
    let zero = SystemTime::UNIX_EPOCH + Duration::from_secs(EPOCH);
    let time = Duration::from_millis(ms.unsigned_abs());
    if ms < 0 { zero - time } else { zero + time }
}

pub fn ms_of_system(time: SystemTime) -> i64 {
    let zero = SystemTime::UNIX_EPOCH + Duration::from_secs(EPOCH);
    match time.duration_since(zero) {
        Ok(later) => ms(later),
        Err(earlier) => -ms(earlier.duration()),
    }
}

/// The clocks of a world, by how far each is from true time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clocks {
    /// True time.
    pub now: i64,
    /// How long the steady clock stood still while the host was suspended.
    pub stood: i64,
    /// How far the clock on our wall is ahead.
    pub wall: i64,
    /// How far the service's clock is ahead.
    pub service: i64,
    /// How far the mailbox's clock is ahead of the service's.
    pub mailbox: i64,
}

impl Clocks {
    pub fn steady(&self) -> i64 {
        self.now - self.stood
    }

    pub fn moment(&self) -> Moment {
        Moment { steady: instant(self.steady()), wall: system(self.now + self.wall) }
    }

    /// The date of a reply, which has no fractions of a second.
    pub fn date(&self) -> i64 {
        (self.now + self.service).div_euclid(SECOND) * SECOND
    }

    /// What the mailbox's clock shows at a true time.
    pub fn stamp(&self, at: i64) -> i64 {
        at + self.service + self.mailbox
    }
}
