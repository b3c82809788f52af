//! What a schedule is: the world a call meets, and the faults on its way; printed as one line, and read back from it.

use std::env;
use std::fmt::{self, Debug, Display};
use std::str::FromStr;

use graph_message::client::Verify;

use crate::faults::{Cut, Event, LookFault, SendFault};

/// Everything that is decided before a run: the run itself is deterministic.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    pub setup: Setup,
    pub faults: Vec<Fault>,
    /// What the caller does when its call has ended, and how many milliseconds later.
    pub then: Vec<(Action, u64)>,
}

/// The client's settings, and how Graph behaves throughout.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Setup {
    pub verify: Verify,
    pub max_attempts: u32,
    pub timeout_ms: u64,
    pub attempt_timeout_ms: u64,
    pub settle_ms: u64,
    /// Whether the caller gives the `internetMessageId`.
    pub knows_id: bool,
    /// Whether the token may read.
    pub may_read: bool,
    /// Whether the credential has another token once the first is refused.
    pub renewable: bool,
    /// Whether the id stays when the item moves.
    pub ids_stay: bool,
    pub transit: Transit,
    /// From the acceptance until the item is no draft in Drafts any more.
    pub leaves_ms: u64,
    /// From then until it shows in Sent Items.
    pub shows_ms: u64,
    /// How old a stale look is.
    pub stale_ms: u64,
    /// The server's clock less ours.
    pub skew_s: i64,
    /// The mailbox's clock less the front end's.
    pub mailbox_skew_s: i64,
    /// When the client looks while it waits; a day is never.
    pub late_after_ms: u64,
    /// A request that is cut off arrives this much later, as it does where the connection is not reset; 0 is never.
    pub arrives_late_ms: u64,
}

/// How an accepted item looks on its way from Drafts to Sent Items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transit {
    /// Nowhere to be found.
    Hidden,
    /// Under its id, and no draft any more.
    InPlace,
    /// Still a draft, with another changeKey, until it leaves; then nowhere.
    Stamped,
}

impl Transit {
    pub const ALL: [Transit; 3] = [Transit::Hidden, Transit::InPlace, Transit::Stamped];
}

/// What a caller does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Sends the same draft on the same client.
    Send,
    /// Asks what became of it.
    Check,
    /// Starts the program anew: another client, which verifies always and knows the `internetMessageId`.
    Rerun,
}

impl Action {
    pub const ALL: [Action; 3] = [Action::Send, Action::Check, Action::Rerun];
}

/// One thing that goes wrong, or happens, at one place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fault {
    /// What the n-th send meets.
    Send(usize, SendFault),
    /// What the n-th look meets.
    Look(usize, LookFault),
    /// What happens so many milliseconds after the n-th request began.
    World(usize, u64, Event),
    /// Where in the n-th request the process ends.
    Crash(usize, Cut),
}

impl Default for Setup {
    fn default() -> Setup {
        Setup {
            verify: Verify::OnDoubt,
            max_attempts: 4,
            timeout_ms: 100_000,
            attempt_timeout_ms: 30_000,
            settle_ms: 20_000,
            knows_id: false,
            may_read: true,
            renewable: false,
            ids_stay: false,
            transit: Transit::Hidden,
            leaves_ms: 0,
            shows_ms: 0,
            stale_ms: 0,
            skew_s: 0,
            mailbox_skew_s: 0,
            late_after_ms: 1500,
            arrives_late_ms: 0,
        }
    }
}

impl Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = &self.setup;
        write!(
            f,
            "verify={:?} attempts={} timeout={} attempt_timeout={} settle={} knows_id={} may_read={} renewable={} \
             ids_stay={} transit={:?} leaves={} shows={} stale={} skew={} mailbox_skew={} late_after={} arrives_late={}",
            s.verify,
            s.max_attempts,
            s.timeout_ms,
            s.attempt_timeout_ms,
            s.settle_ms,
            s.knows_id,
            s.may_read,
            s.renewable,
            s.ids_stay,
            s.transit,
            s.leaves_ms,
            s.shows_ms,
            s.stale_ms,
            s.skew_s,
            s.mailbox_skew_s,
            s.late_after_ms,
            s.arrives_late_ms
        )?;
        for fault in &self.faults {
            match fault {
                Fault::Send(nth, fault) => write!(f, " send.{nth}={fault}")?,
                Fault::Look(nth, fault) => write!(f, " look.{nth}={fault:?}")?,
                Fault::World(step, offset, event) => write!(f, " event.{step}.{offset}={event:?}")?,
                Fault::Crash(step, cut) => write!(f, " crash.{step}={cut:?}")?,
            }
        }
        self.then.iter().try_for_each(|(action, after)| write!(f, " then.{after}={action:?}"))
    }
}

impl FromStr for Schedule {
    type Err = String;

    fn from_str(line: &str) -> Result<Schedule, String> {
        let mut schedule = Schedule { setup: Setup::default(), faults: Vec::new(), then: Vec::new() };
        for word in line.split_whitespace() {
            schedule.read(word).ok_or_else(|| format!("{word} says nothing here"))?;
        }
        Ok(schedule)
    }
}

impl Schedule {
    fn read(&mut self, word: &str) -> Option<()> {
        let (name, value) = word.split_once('=')?;
        let s = &mut self.setup;
        let mut places = name.split('.');
        match places.next()? {
            "verify" => s.verify = named(&[Verify::Never, Verify::OnDoubt, Verify::Always], value)?,
            "attempts" => s.max_attempts = value.parse().ok()?,
            "timeout" => s.timeout_ms = value.parse().ok()?,
            "attempt_timeout" => s.attempt_timeout_ms = value.parse().ok()?,
            "settle" => s.settle_ms = value.parse().ok()?,
            "knows_id" => s.knows_id = value.parse().ok()?,
            "may_read" => s.may_read = value.parse().ok()?,
            "renewable" => s.renewable = value.parse().ok()?,
            "ids_stay" => s.ids_stay = value.parse().ok()?,
            "transit" => s.transit = named(&Transit::ALL, value)?,
            "leaves" => s.leaves_ms = value.parse().ok()?,
            "shows" => s.shows_ms = value.parse().ok()?,
            "stale" => s.stale_ms = value.parse().ok()?,
            "skew" => s.skew_s = value.parse().ok()?,
            "mailbox_skew" => s.mailbox_skew_s = value.parse().ok()?,
            "late_after" => s.late_after_ms = value.parse().ok()?,
            "arrives_late" => s.arrives_late_ms = value.parse().ok()?,
            "send" => self.faults.push(Fault::Send(places.next()?.parse().ok()?, value.parse().ok()?)),
            "look" => self.faults.push(Fault::Look(places.next()?.parse().ok()?, named(&LookFault::ALL, value)?)),
            "event" => {
                let (step, offset) = (places.next()?.parse().ok()?, places.next()?.parse().ok()?);
                self.faults.push(Fault::World(step, offset, named(&Event::ALL, value)?));
            }
            "crash" => self.faults.push(Fault::Crash(places.next()?.parse().ok()?, named(&Cut::ALL, value)?)),
            "then" => self.then.push((named(&Action::ALL, value)?, places.next()?.parse().ok()?)),
            _ => return None,
        }
        Some(())
    }

    /// Drops what the failure does not need, one piece at a time, for as long as it still fails.
    pub fn shrunk(mut self, fails: impl Fn(&Schedule) -> bool) -> Schedule {
        loop {
            let simpler = self.simpler().into_iter().find(|simpler| *simpler != self && fails(simpler));
            match simpler {
                Some(simpler) => self = simpler,
                None => return self,
            }
        }
    }

    fn simpler(&self) -> Vec<Schedule> {
        let mut all = Vec::new();
        for at in 0..self.then.len() {
            let mut simpler = self.clone();
            simpler.then.remove(at);
            all.push(simpler);
        }
        for at in 0..self.faults.len() {
            let mut simpler = self.clone();
            simpler.faults.remove(at);
            all.push(simpler);
        }
        let plain = Setup::default();
        let mut with = |change: &dyn Fn(&mut Setup)| {
            let mut simpler = self.clone();
            change(&mut simpler.setup);
            all.push(simpler);
        };
        with(&|s| s.skew_s = 0);
        with(&|s| s.mailbox_skew_s = 0);
        with(&|s| s.stale_ms = 0);
        with(&|s| s.shows_ms = 0);
        with(&|s| s.leaves_ms = 0);
        with(&|s| s.transit = plain.transit);
        with(&|s| s.renewable = false);
        with(&|s| s.ids_stay = false);
        with(&|s| s.knows_id = false);
        with(&|s| s.may_read = true);
        with(&|s| s.max_attempts = plain.max_attempts);
        with(&|s| s.timeout_ms = plain.timeout_ms);
        with(&|s| s.attempt_timeout_ms = plain.attempt_timeout_ms);
        with(&|s| s.verify = plain.verify);
        // Another time to settle with the same lags may leave the assumptions: only where it stays within them.
        if self.setup.settle_ms < plain.settle_ms || self.setup.lag_ms() < plain.settle_ms {
            with(&|s| s.settle_ms = plain.settle_ms);
        }
        all
    }
}

impl Setup {
    /// How long an acceptance may take to show.
    pub fn lag_ms(&self) -> u64 {
        self.leaves_ms + self.shows_ms + self.stale_ms
    }
}

/// The value that prints itself so.
pub fn named<T: Debug + Copy>(all: &[T], text: &str) -> Option<T> {
    all.iter().copied().find(|value| format!("{value:?}") == text)
}

/// A schedule out of nothing but a seed.
pub fn random(seed: u64) -> Schedule {
    let mut rng = fastrand::Rng::with_seed(seed);
    let pick = |rng: &mut fastrand::Rng, from: &[u64]| from[rng.usize(..from.len())];
    let settle_ms = pick(&mut rng, &[2000, 20_000, 20_000, 60_000]);
    // Everything that is shown late is shown just in time at the latest.
    let lag = match rng.u8(..4) {
        0 => 0,
        1 => settle_ms - 1,
        _ => rng.u64(..settle_ms),
    };
    let (one, two) = (rng.u64(..=lag), rng.u64(..=lag));
    let (one, two) = if rng.u8(..4) == 0 { (lag, lag) } else { (one.min(two), one.max(two)) };
    // What happens where a connection is not reset: for the mutations, to see that it would be noticed.
    let arrives_late_ms = if env::var("SIMULATION_NO_RESET").is_ok() { settle_ms + 1000 } else { 0 };
    let setup = Setup {
        verify: [Verify::Never, Verify::OnDoubt, Verify::OnDoubt, Verify::OnDoubt, Verify::Always, Verify::Always]
            [rng.usize(..6)],
        max_attempts: rng.u32(1..=4),
        timeout_ms: pick(&mut rng, &[1000, 5000, 30_000, 60_000, 100_000, 100_000, 200_000]),
        attempt_timeout_ms: pick(&mut rng, &[5000, 30_000, 30_000]),
        settle_ms,
        knows_id: rng.bool(),
        may_read: rng.u8(..5) > 0,
        renewable: rng.u8(..4) == 0,
        ids_stay: rng.bool(),
        transit: Transit::ALL[rng.usize(..3)],
        leaves_ms: one,
        shows_ms: two - one,
        stale_ms: lag - two,
        skew_s: [0, 0, 7200, -7200, 3][rng.usize(..5)],
        mailbox_skew_s: [0, 0, -3, 3][rng.usize(..4)],
        late_after_ms: 1500,
        arrives_late_ms,
    };
    let mut faults = Vec::new();
    for _ in 0..[0, 1, 1, 2, 2, 3, 3, 4, 5, 6][rng.usize(..10)] {
        faults.push(match rng.u8(..20) {
            0..=8 => Fault::Send(rng.usize(..3), SendFault::random(&mut rng)),
            9..=15 => Fault::Look(rng.usize(..9), LookFault::ALL[rng.usize(..LookFault::ALL.len())]),
            16..=18 => {
                let offset = pick(&mut rng, &[0, 12, 300, 1000, 3000, 15_000, 29_000]);
                Fault::World(rng.usize(..8), offset, Event::PROMISED[rng.usize(..Event::PROMISED.len())])
            }
            _ => Fault::Crash(rng.usize(..8), Cut::ALL[rng.usize(..3)]),
        });
    }
    let mut then = Vec::new();
    for _ in 0..rng.u8(..3) {
        let after = pick(&mut rng, &[0, 0, 1000, settle_ms / 2, settle_ms, 240_000, 360_000]);
        then.push((Action::ALL[rng.usize(..3)], after));
    }
    Schedule { setup, faults, then }
}
