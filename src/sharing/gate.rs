//! The gate of a mailbox: how many requests are in flight at once, and the pause that the service asked for.
//!
//! Microsoft allows an application four requests at once on a mailbox (<https://learn.microsoft.com/graph/throttling-limits>);
//! a `Retry-After` that one caller meets holds for all callers of that mailbox.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::key::{KeyMap, MailboxKey};
use crate::signal::Signal;
use crate::sync::{Mutex, MutexGuard, PoisonError};

/// The longest that everybody is kept out, whatever was asked for; after that one call at a time tries. A value that is too large
/// must not stop a mailbox for the life of the process.
const LONGEST_PAUSE: Duration = Duration::from_secs(600);
/// The longest wait that is told of.
const LONGEST_ASKED: Duration = Duration::from_secs(u32::MAX as u64);

/// The gates of all mailboxes. Holds those alone that have a request in flight or a pause.
#[derive(Debug, Default)]
pub struct Gates {
    mailboxes: Mutex<KeyMap<MailboxKey, State>>,
    /// Raised when a slot is given back.
    pub freed: Signal,
}

#[derive(Debug, Default)]
struct State {
    in_flight: u32,
    paused_until: Option<Instant>,
    /// What the service asked for, where that is longer.
    asked_until: Option<Instant>,
}

/// The gate of one mailbox.
#[derive(Debug, Clone, Copy)]
pub struct Gate<'a> {
    /// All gates.
    pub gates: &'a Arc<Gates>,
    /// Which.
    pub mailbox: &'a MailboxKey,
}

/// How an attempt to enter ends.
#[derive(Debug)]
pub enum Entry {
    /// Inside, until the slot is dropped.
    Entered(Slot),
    /// All slots are taken: wait for [`Gates::freed`] to be raised beyond this.
    Full(u64),
    /// The service asked everybody to wait.
    Paused {
        /// When to try again.
        until: Instant,
        /// Until when it asked to wait, which may be later.
        asked: Instant,
    },
}

/// A place inside; dropping it gives it back.
#[derive(Debug)]
pub struct Slot {
    gates: Arc<Gates>,
    mailbox: MailboxKey,
    opens: bool,
}

impl<'a> Gate<'a> {
    /// As [`Gates::enter`].
    pub fn enter(&self, at_once: u32, now: Instant) -> Entry {
        self.gates.enter(self.mailbox, at_once, now)
    }

    /// As [`Gates::pause`].
    pub fn pause(&self, now: Instant, time: Duration) {
        self.gates.pause(self.mailbox, now, time);
    }

    /// Raised when a slot is given back.
    pub fn freed(&self) -> &'a Signal {
        &self.gates.freed
    }
}

impl Gates {
    /// Enters a mailbox's gate, if there is room and no pause.
    pub fn enter(self: &Arc<Gates>, mailbox: &MailboxKey, at_once: u32, now: Instant) -> Entry {
        let raised = self.freed.raised();
        let mut mailboxes = self.lock();
        let state = mailboxes.entry(mailbox.clone()).or_default();
        match state.paused_until {
            Some(until) if until > now => {
                return Entry::Paused { until, asked: state.asked_until.unwrap_or(until).max(until) };
            }
            _ => state.paused_until = None,
        }
        // Beyond the pause that is kept, one at a time tries whether the service takes requests again.
        let at_once = if state.asked_until > Some(now) { 1 } else { at_once.max(1) };
        if state.in_flight >= at_once {
            return Entry::Full(raised);
        }
        state.in_flight += 1;
        Entry::Entered(Slot { gates: Arc::clone(self), mailbox: mailbox.clone(), opens: false })
    }

    /// Keeps everybody out of a mailbox for that time, ten minutes at most; a pause that is longer already stays.
    pub fn pause(&self, mailbox: &MailboxKey, now: Instant, time: Duration) {
        let until = now + time.min(LONGEST_PAUSE);
        let mut mailboxes = self.lock();
        // Mailboxes that were paused once and never used again are not kept for ever.
        mailboxes.retain(|_, state| state.in_flight > 0 || state.is_kept(now));
        let state = mailboxes.entry(mailbox.clone()).or_default();
        state.paused_until = state.paused_until.max(Some(until));
        if time > LONGEST_PAUSE {
            state.asked_until = state.asked_until.max(Some(now + time.min(LONGEST_ASKED)));
        }
    }

    fn lock(&self) -> MutexGuard<'_, KeyMap<MailboxKey, State>> {
        self.mailboxes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_kept(&self, now: Instant) -> bool {
        self.paused_until > Some(now) || self.asked_until > Some(now)
    }
}

impl Slot {
    /// The service took the request: whatever it had asked for before is over.
    pub fn taken(&mut self) {
        self.opens = true;
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut mailboxes = self.gates.lock();
        if let Some(state) = mailboxes.get_mut(&self.mailbox) {
            state.in_flight = state.in_flight.saturating_sub(1);
            if self.opens {
                state.asked_until = None;
            }
            if state.in_flight == 0 && state.paused_until.is_none() && state.asked_until.is_none() {
                mailboxes.remove(&self.mailbox);
            }
        }
        drop(mailboxes);
        self.gates.freed.raise();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{BaseUrl, Mailbox};

    fn mailbox() -> MailboxKey {
        MailboxKey::of(&BaseUrl::default(), &Mailbox::Me, "t")
    }

    fn entered(entry: Entry) -> Slot {
        match entry {
            Entry::Entered(slot) => slot,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_year_is_ten_minutes_and_then_one_at_a_time() {
        let (gates, now) = (Arc::new(Gates::default()), Instant::now());
        let year = Duration::from_secs(31_536_000);
        gates.pause(&mailbox(), now, year);
        match gates.enter(&mailbox(), 4, now) {
            Entry::Paused { until, asked } => assert_eq!((until, asked), (now + LONGEST_PAUSE, now + year)),
            other => panic!("{other:?}"),
        }
        let later = now + LONGEST_PAUSE;
        let slot = entered(gates.enter(&mailbox(), 4, later));
        assert!(matches!(gates.enter(&mailbox(), 4, later), Entry::Full(_)));
        drop(slot);
        let mut slot = entered(gates.enter(&mailbox(), 4, later));
        slot.taken();
        drop(slot);
        let _one = entered(gates.enter(&mailbox(), 4, later));
        let _two = entered(gates.enter(&mailbox(), 4, later));
    }

    #[test]
    fn a_wait_is_kept_to_the_moment() {
        let (gates, now) = (Arc::new(Gates::default()), Instant::now());
        gates.pause(&mailbox(), now, Duration::from_secs(2));
        assert!(matches!(gates.enter(&mailbox(), 4, now), Entry::Paused { .. }));
        let _one = entered(gates.enter(&mailbox(), 4, now + Duration::from_secs(2)));
        let _two = entered(gates.enter(&mailbox(), 4, now + Duration::from_secs(2)));
    }
}
