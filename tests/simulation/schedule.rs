//! What a schedule is: the world a call meets, and the faults on its way; printed as one line, and read back from it.

use std::fmt::{self, Debug, Display};
use std::str::FromStr;

use graph_message::client::Verify;

use crate::faults::{Cut, Event, SendFault};
use crate::looks::LookFault;
use crate::names::Manner;

/// Everything that is decided before a run: the run itself is deterministic.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    pub setup: Setup,
    pub faults: Vec<Fault>,
    /// What the caller does when its call has ended.
    pub then: Vec<Later>,
}

/// What the caller does so many milliseconds later, and in which manner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Later {
    pub after_ms: u64,
    pub action: Action,
    pub by: Manner,
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
    pub item: Item,
    /// Whether the sent copy is another item, and the draft stays.
    pub copy: bool,
    /// Until when the draft is deferred, from the beginning of the run; 0 is not.
    pub deferred_ms: u64,
    pub transit: Transit,
    /// From a reply, or the cut, until Graph acts on what it was handed, where it does so later.
    pub acts_ms: u64,
    /// From the acceptance until the item is no draft in Drafts any more.
    pub leaves_ms: u64,
    /// From then until it shows in Sent Items.
    pub shows_ms: u64,
    /// How much later than the item a list shows it.
    pub list_lag_ms: u64,
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
    /// How long a suspension lasts.
    pub suspend_ms: u64,
    /// What is drawn where the client asks for chance, in hundredths.
    pub jitter: u64,
    /// What the first call is, and in which manner.
    pub first: Action,
    pub by: Manner,
}

/// What the item is before the first call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item {
    Draft,
    /// A message that somebody sent to this mailbox.
    Received,
}

impl Item {
    pub const ALL: [Item; 2] = [Item::Draft, Item::Received];
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
    /// Starts the program anew once it is settled: another client, which verifies always and knows the `internetMessageId`.
    Rerun,
    /// Sends more other drafts than are remembered.
    Many,
    /// As `Rerun`, and does not wait: outside of the promise.
    Restart,
    /// Sends from a forked child, which remembers nothing: outside of the promise.
    Fork,
}

impl Action {
    pub const ALL: [Action; 6] =
        [Action::Send, Action::Check, Action::Rerun, Action::Many, Action::Restart, Action::Fork];
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
            item: Item::Draft,
            copy: false,
            deferred_ms: 0,
            transit: Transit::Hidden,
            acts_ms: 0,
            leaves_ms: 0,
            shows_ms: 0,
            list_lag_ms: 0,
            stale_ms: 0,
            skew_s: 0,
            mailbox_skew_s: 0,
            late_after_ms: 1500,
            arrives_late_ms: 0,
            suspend_ms: 3_600_000,
            jitter: 100,
            first: Action::Send,
            by: Manner::Upn,
        }
    }
}

impl Display for Setup {
    /// What differs from the default.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = Setup::default();
        let mut told = "verify=".to_owned();
        told.push_str(&format!("{:?}", self.verify));
        let words: [(&str, &dyn Display, &dyn Display); 19] = [
            ("attempts", &self.max_attempts, &plain.max_attempts),
            ("timeout", &self.timeout_ms, &plain.timeout_ms),
            ("attempt_timeout", &self.attempt_timeout_ms, &plain.attempt_timeout_ms),
            ("settle", &self.settle_ms, &plain.settle_ms),
            ("knows_id", &self.knows_id, &plain.knows_id),
            ("may_read", &self.may_read, &plain.may_read),
            ("renewable", &self.renewable, &plain.renewable),
            ("ids_stay", &self.ids_stay, &plain.ids_stay),
            ("copy", &self.copy, &plain.copy),
            ("deferred", &self.deferred_ms, &plain.deferred_ms),
            ("acts", &self.acts_ms, &plain.acts_ms),
            ("leaves", &self.leaves_ms, &plain.leaves_ms),
            ("shows", &self.shows_ms, &plain.shows_ms),
            ("list_lag", &self.list_lag_ms, &plain.list_lag_ms),
            ("stale", &self.stale_ms, &plain.stale_ms),
            ("skew", &self.skew_s, &plain.skew_s),
            ("mailbox_skew", &self.mailbox_skew_s, &plain.mailbox_skew_s),
            ("late_after", &self.late_after_ms, &plain.late_after_ms),
            ("arrives_late", &self.arrives_late_ms, &plain.arrives_late_ms),
        ];
        for (name, value, plain) in words {
            if value.to_string() != plain.to_string() {
                told.push_str(&format!(" {name}={value}"));
            }
        }
        let words: [(&str, String, String); 6] = [
            ("item", format!("{:?}", self.item), format!("{:?}", plain.item)),
            ("transit", format!("{:?}", self.transit), format!("{:?}", plain.transit)),
            ("suspend", self.suspend_ms.to_string(), plain.suspend_ms.to_string()),
            ("jitter", self.jitter.to_string(), plain.jitter.to_string()),
            ("first", format!("{:?}", self.first), format!("{:?}", plain.first)),
            ("by", format!("{:?}", self.by), format!("{:?}", plain.by)),
        ];
        for (name, value, plain) in words {
            if value != plain {
                told.push_str(&format!(" {name}={value}"));
            }
        }
        f.write_str(&told)
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Send(nth, fault) => write!(f, "send.{nth}={fault}"),
            Fault::Look(nth, fault) => write!(f, "look.{nth}={fault:?}"),
            Fault::World(step, offset, event) => write!(f, "event.{step}.{offset}={event:?}"),
            Fault::Crash(step, cut) => write!(f, "crash.{step}={cut:?}"),
        }
    }
}

impl Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.setup)?;
        self.faults.iter().try_for_each(|fault| write!(f, " {fault}"))?;
        for later in &self.then {
            write!(f, " then.{}={:?}", later.after_ms, later.action)?;
            if later.by != Manner::Upn {
                write!(f, ",{:?}", later.by)?;
            }
        }
        Ok(())
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

impl Setup {
    /// Reads one word, and says whether it is one of a setup's.
    pub fn read(&mut self, name: &str, value: &str) -> Option<()> {
        let s = self;
        match name {
            "verify" => s.verify = named(&[Verify::Never, Verify::OnDoubt, Verify::Always], value)?,
            "attempts" => s.max_attempts = value.parse().ok()?,
            "timeout" => s.timeout_ms = value.parse().ok()?,
            "attempt_timeout" => s.attempt_timeout_ms = value.parse().ok()?,
            "settle" => s.settle_ms = value.parse().ok()?,
            "knows_id" => s.knows_id = value.parse().ok()?,
            "may_read" => s.may_read = value.parse().ok()?,
            "renewable" => s.renewable = value.parse().ok()?,
            "ids_stay" => s.ids_stay = value.parse().ok()?,
            "item" => s.item = named(&Item::ALL, value)?,
            "copy" => s.copy = value.parse().ok()?,
            "deferred" => s.deferred_ms = value.parse().ok()?,
            "transit" => s.transit = named(&Transit::ALL, value)?,
            "acts" => s.acts_ms = value.parse().ok()?,
            "leaves" => s.leaves_ms = value.parse().ok()?,
            "shows" => s.shows_ms = value.parse().ok()?,
            "list_lag" => s.list_lag_ms = value.parse().ok()?,
            "stale" => s.stale_ms = value.parse().ok()?,
            "skew" => s.skew_s = value.parse().ok()?,
            "mailbox_skew" => s.mailbox_skew_s = value.parse().ok()?,
            "late_after" => s.late_after_ms = value.parse().ok()?,
            "arrives_late" => s.arrives_late_ms = value.parse().ok()?,
            "suspend" => s.suspend_ms = value.parse().ok()?,
            "jitter" => s.jitter = value.parse().ok()?,
            "first" => s.first = named(&Action::ALL, value)?,
            "by" => s.by = named(&Manner::ALL, value)?,
            _ => return None,
        }
        Some(())
    }
}

impl Fault {
    /// Reads one word, if it is a fault.
    pub fn read(name: &str, value: &str) -> Option<Fault> {
        let mut places = name.split('.');
        Some(match places.next()? {
            "send" => Fault::Send(places.next()?.parse().ok()?, value.parse().ok()?),
            "look" => Fault::Look(places.next()?.parse().ok()?, named(&LookFault::ALL, value)?),
            "event" => {
                let (step, offset) = (places.next()?.parse().ok()?, places.next()?.parse().ok()?);
                Fault::World(step, offset, named(&Event::ALL, value)?)
            }
            "crash" => Fault::Crash(places.next()?.parse().ok()?, named(&Cut::ALL, value)?),
            _ => return None,
        })
    }
}

impl Schedule {
    fn read(&mut self, word: &str) -> Option<()> {
        let (name, value) = word.split_once('=')?;
        if let Some(after) = name.strip_prefix("then.") {
            let (action, by) = value.split_once(',').unwrap_or((value, "Upn"));
            let (action, by) = (named(&Action::ALL, action)?, named(&Manner::ALL, by)?);
            self.then.push(Later { after_ms: after.parse().ok()?, action, by });
            return Some(());
        }
        match Fault::read(name, value) {
            Some(fault) => {
                self.faults.push(fault);
                Some(())
            }
            None => self.setup.read(name, value),
        }
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
            let mut simpler = self.clone();
            simpler.then[at].by = Manner::Upn;
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
        with(&|s| s.list_lag_ms = 0);
        with(&|s| s.acts_ms = 0);
        with(&|s| s.copy = false);
        with(&|s| s.deferred_ms = 0);
        with(&|s| s.item = plain.item);
        with(&|s| s.by = plain.by);
        with(&|s| s.jitter = plain.jitter);
        with(&|s| s.suspend_ms = plain.suspend_ms);
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
        self.acts_ms + self.leaves_ms + self.shows_ms + self.list_lag_ms + self.stale_ms
    }
}

/// The value that prints itself so.
pub fn named<T: Debug + Copy>(all: &[T], text: &str) -> Option<T> {
    all.iter().copied().find(|value| format!("{value:?}") == text)
}
