//! The gate of a mailbox: how many requests are in flight at once, and the pause that the service asked for.
//!
//! Microsoft allows an application four requests at once on a mailbox (<https://learn.microsoft.com/graph/throttling-limits>);
//! a `Retry-After` that one caller meets holds for all callers of that mailbox.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::key::{KeyMap, MailboxKey};
use crate::signal::Signal;
use crate::sync::{Mutex, MutexGuard, PoisonError};

/// The longest pause that is kept: beyond the longest deadline of a call.
const LONGEST_PAUSE: Duration = Duration::from_secs(u32::MAX as u64);

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
}

/// How an attempt to enter ends.
#[derive(Debug)]
pub enum Entry {
    /// Inside, until the slot is dropped.
    Entered(Slot),
    /// All slots are taken: wait for [`Gates::freed`] to be raised beyond this.
    Full(u64),
    /// The service asked everybody to wait until then.
    PausedUntil(Instant),
}

/// Why a call did not get inside a mailbox's gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outside {
    /// It was cancelled.
    Cancelled,
    /// Its deadline passed.
    OutOfTime,
    /// The service asked everybody to wait, longer than the call has.
    Paused(Duration),
}

/// A place inside; dropping it gives it back.
#[derive(Debug)]
pub struct Slot {
    gates: Arc<Gates>,
    mailbox: MailboxKey,
}

impl Gates {
    /// Enters a mailbox's gate, if there is room and no pause.
    pub fn enter(self: &Arc<Gates>, mailbox: &MailboxKey, at_once: u32, now: Instant) -> Entry {
        let raised = self.freed.raised();
        let mut mailboxes = self.lock();
        let state = mailboxes.entry(mailbox.clone()).or_default();
        match state.paused_until {
            Some(until) if until > now => return Entry::PausedUntil(until),
            _ => state.paused_until = None,
        }
        if state.in_flight >= at_once.max(1) {
            return Entry::Full(raised);
        }
        state.in_flight += 1;
        Entry::Entered(Slot { gates: Arc::clone(self), mailbox: mailbox.clone() })
    }

    /// Keeps everybody out of a mailbox until then; a pause that is longer already stays.
    pub fn pause(&self, mailbox: &MailboxKey, now: Instant, time: Duration) {
        let until = now + time.min(LONGEST_PAUSE);
        let mut mailboxes = self.lock();
        // Mailboxes that were paused once and never used again are not kept for ever.
        mailboxes.retain(|_, state| state.in_flight > 0 || state.paused_until > Some(now));
        let state = mailboxes.entry(mailbox.clone()).or_default();
        state.paused_until = state.paused_until.max(Some(until));
    }

    fn lock(&self) -> MutexGuard<'_, KeyMap<MailboxKey, State>> {
        self.mailboxes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut mailboxes = self.gates.lock();
        if let Some(state) = mailboxes.get_mut(&self.mailbox) {
            state.in_flight = state.in_flight.saturating_sub(1);
            if state.in_flight == 0 && state.paused_until.is_none() {
                mailboxes.remove(&self.mailbox);
            }
        }
        drop(mailboxes);
        self.gates.freed.raise();
    }
}
