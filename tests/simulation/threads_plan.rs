//! What several threads do: decided before a run, printed as one line, and read back from it.

use std::fmt::{self, Display};
use std::str::FromStr;
use std::time::Duration;

use graph_message::client::Verify;

use crate::faults::{Cut, SendFault};
use crate::generate::pick;
use crate::looks::LookFault;
use crate::model::{MS, Time};
use crate::names::Manner;
use crate::schedule::{Action, Fault, Setup, Transit, named};

/// What one thread does.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    pub begins: Time,
    pub action: Action,
    pub by: Manner,
    pub timeout: Duration,
    pub draft: usize,
    pub cancelled: Option<Time>,
}

/// All of a run that is decided before it.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Decides whose turn it is.
    pub seed: u64,
    pub setup: Setup,
    pub faults: Vec<Fault>,
    pub parts: Vec<Part>,
    pub at_once: u32,
    /// How long the caller's log function takes a line.
    pub log: Option<Duration>,
}

/// The manners that go well come more often.
fn manner(rng: &mut fastrand::Rng, knows_id: bool) -> Manner {
    let by = match rng.u8(..6) {
        0..=1 => Manner::Upn,
        2..=3 => pick(rng, &Manner::GOOD),
        _ => pick(rng, &Manner::ALL),
    };
    // One message under two ids is one where its internetMessageId is known.
    if by == Manner::Immutable && !knows_id { Manner::Upn } else { by }
}

pub fn random(seed: u64) -> Plan {
    let mut rng = fastrand::Rng::with_seed(seed);
    let settle_ms = pick(&mut rng, &[2000, 20_000]);
    let leaves_ms = pick(&mut rng, &[0, 700, settle_ms / 2, settle_ms - 1]);
    let rest = settle_ms - 1 - leaves_ms;
    let acts_ms = pick(&mut rng, &[0, rest / 2, rest]);
    let setup = Setup {
        verify: pick(&mut rng, &[Verify::Never, Verify::OnDoubt, Verify::OnDoubt, Verify::Always]),
        max_attempts: rng.u32(1..=3),
        settle_ms,
        knows_id: rng.bool(),
        may_read: rng.u8(..6) > 0,
        ids_stay: rng.bool(),
        transit: pick(&mut rng, &Transit::ALL),
        leaves_ms,
        acts_ms,
        shows_ms: if rng.bool() { 0 } else { rest - acts_ms },
        jitter: pick(&mut rng, &[0, 50, 100]),
        ..Setup::default()
    };
    let drafts = pick(&mut rng, &[1, 1, 1, 3]);
    let threads = rng.usize(2..=if drafts == 1 { 4 } else { 6 });
    let parts = (0..threads).map(|_| Part {
        begins: MS(pick(&mut rng, &[0, 0, 0, 15, 30, 49, 50, 60, 1000, 10_000, settle_ms])),
        action: pick(&mut rng, &[Action::Send, Action::Send, Action::Send, Action::Send, Action::Check]),
        by: manner(&mut rng, setup.knows_id),
        timeout: MS(pick(&mut rng, &[30, 50, 60, 100, 1000, 5000, 25_000, 60_000, 100_000])),
        draft: rng.usize(..drafts),
        cancelled: (rng.u8(..5) == 0).then(|| MS(pick(&mut rng, &[15, 40, 55, 300, 2000, 15_000]))),
    });
    let parts = parts.collect();
    let faults = (0..rng.u8(..5)).map(|_| match rng.u8(..12) {
        0..=5 => Fault::Send(rng.usize(..4), SendFault::random(&mut rng)),
        6..=10 => Fault::Look(rng.usize(..8), pick(&mut rng, &LookFault::ALL)),
        _ => Fault::Crash(rng.usize(..5), pick(&mut rng, &Cut::ALL)),
    });
    let faults = faults.collect();
    let log = (rng.u8(..3) == 0).then(|| MS(pick(&mut rng, &[0, 200])));
    Plan { seed, setup, faults, parts, at_once: pick(&mut rng, &[1, 2, 4]), log }
}

impl Plan {
    /// The same without one thing each.
    pub fn simpler(&self) -> Vec<Plan> {
        let mut all = Vec::new();
        let mut with = |change: &dyn Fn(&mut Plan)| {
            let mut simpler = self.clone();
            change(&mut simpler);
            if simpler != *self {
                all.push(simpler);
            }
        };
        for at in 0..self.parts.len().saturating_sub(1) {
            with(&|plan| {
                plan.parts.remove(at);
            });
        }
        for at in 0..self.faults.len() {
            with(&|plan| {
                plan.faults.remove(at);
            });
        }
        let plain = Setup::default();
        with(&|plan| plan.log = None);
        with(&|plan| plan.at_once = 4);
        with(&|plan| plan.seed = 0);
        with(&|plan| plan.setup.jitter = plain.jitter);
        with(&|plan| plan.setup.acts_ms = 0);
        with(&|plan| plan.setup.shows_ms = 0);
        with(&|plan| plan.setup.leaves_ms = 0);
        with(&|plan| plan.setup.transit = plain.transit);
        with(&|plan| plan.setup.ids_stay = false);
        with(&|plan| plan.setup.verify = plain.verify);
        with(&|plan| plan.setup.max_attempts = plain.max_attempts);
        with(&|plan| plan.setup.may_read = true);
        for at in 0..self.parts.len() {
            with(&|plan| plan.parts[at].cancelled = None);
            with(&|plan| plan.parts[at].timeout = MS(plain.timeout_ms));
            with(&|plan| plan.parts[at].by = Manner::Upn);
            with(&|plan| plan.parts[at].begins = Time::ZERO);
        }
        all
    }
}

impl Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "seed={} {} at_once={}", self.seed, self.setup, self.at_once)?;
        if let Some(log) = self.log {
            write!(f, " log={}", log.as_millis())?;
        }
        self.faults.iter().try_for_each(|fault| write!(f, " {fault}"))?;
        for Part { begins, action, by, timeout, draft, cancelled } in &self.parts {
            let (begins, timeout) = (begins.as_millis(), timeout.as_millis());
            write!(f, " part.{begins}={action:?},{by:?},{draft},{timeout}")?;
            if let Some(at) = cancelled {
                write!(f, ",{}", at.as_millis())?;
            }
        }
        Ok(())
    }
}

impl FromStr for Plan {
    type Err = String;

    fn from_str(line: &str) -> Result<Plan, String> {
        let setup = Setup::default();
        let mut plan = Plan { seed: 0, setup, faults: Vec::new(), parts: Vec::new(), at_once: 4, log: None };
        for word in line.split_whitespace() {
            plan.read(word).ok_or_else(|| format!("{word} says nothing here"))?;
        }
        Ok(plan)
    }
}

impl Plan {
    fn read(&mut self, word: &str) -> Option<()> {
        let (name, value) = word.split_once('=')?;
        match name {
            "seed" => self.seed = value.parse().ok()?,
            "at_once" => self.at_once = value.parse().ok()?,
            "log" => self.log = Some(MS(value.parse().ok()?)),
            _ => match name.strip_prefix("part.") {
                Some(begins) => self.parts.push(part(MS(begins.parse().ok()?), value)?),
                None => match Fault::read(name, value) {
                    Some(fault) => self.faults.push(fault),
                    None => self.setup.read(name, value)?,
                },
            },
        }
        Some(())
    }
}

fn part(begins: Time, value: &str) -> Option<Part> {
    let mut words = value.split(',');
    Some(Part {
        begins,
        action: named(&Action::ALL, words.next()?)?,
        by: named(&Manner::ALL, words.next()?)?,
        draft: words.next()?.parse().ok()?,
        timeout: MS(words.next()?.parse().ok()?),
        cancelled: match words.next() {
            Some(at) => Some(MS(at.parse().ok()?)),
            None => None,
        },
    })
}
