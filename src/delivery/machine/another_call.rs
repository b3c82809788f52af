//! What another call of this process has to do with the mail.

use std::sync::Arc;
use std::time::Instant;

use super::{Machine, Phase, Purpose, Verify};
use crate::delivery::check::Check;
use crate::delivery::clocks::Moment;
use crate::delivery::ending::{Ending, NotADraft};
use crate::delivery::finding::Unsettled;
use crate::delivery::remembered::{Doubt, Known, Remembered};
use crate::delivery::step::{Action, Earlier, Same};

impl Machine {
    /// Another call sent the message, or may have, or sent another one with its `internetMessageId`.
    pub(super) fn after_another(&mut self, earlier: Option<Earlier>, now: Moment) -> Action {
        match earlier {
            Some(Earlier { what: Remembered::Accepted { ended, internet_message_id, .. }, same: Same::Yes }) => {
                self.after_accepted(ended, internet_message_id)
            }
            // If it is this one it shows; a draft that stays may be a copy, or the service is slow.
            Some(Earlier { what: Remembered::Accepted { began, ended, .. }, same: Same::Perhaps }) => {
                let doubt = Doubt { is_namesake: true, ..Doubt::new(began, ended, Known::default()) };
                self.inherits(doubt, now)
            }
            Some(Earlier { what: Remembered::InDoubt(doubt), same: Same::Yes | Same::Perhaps }) => {
                self.inherits(doubt, now)
            }
            // Relays and copies: this one is another message, which is looked at first.
            Some(Earlier { same: Same::No, .. }) => {
                self.on_its_own(self.rules.verify != Verify::Never && self.attempts == 0, now)
            }
            None => self.on_its_own(self.rules.verify == Verify::Always, now),
        }
    }

    /// No other call has anything to do with the message.
    pub(super) fn on_its_own(&mut self, looks_first: bool, now: Moment) -> Action {
        self.in_doubt = false;
        match self.purpose {
            Purpose::Check if self.has_found_unsent => Action::Answer(Ending::NotSent),
            Purpose::Check => self.starts_check(Check::of_nothing(now, self.rules.settle)),
            Purpose::Send if looks_first && !self.has_looked => self.claims().unwrap_or_else(|| self.looks_first(1)),
            Purpose::Send => self.attempts(now),
        }
    }

    /// A check answers for what other calls do as well. If the other call may have sent the mail, the doubt is remembered under this
    /// message's id too, for later calls that do not know the `internetMessageId`; when the other's attempt ends is not known.
    pub(super) fn not_claimed(&mut self, cancelled: bool, in_doubt: bool) -> Action {
        if in_doubt {
            let doubt =
                self.doubt.take().unwrap_or_else(|| Doubt::new(self.began, self.began.steady, Known::default()));
            self.doubt = Some(Doubt { end_unknown: true, ..doubt });
            self.in_doubt = true;
        }
        Action::Answer(match (self.purpose, cancelled) {
            (Purpose::Send, cancelled) => Ending::GaveUpWaiting { cancelled, in_doubt },
            (Purpose::Check, true) => Ending::Unknown(Unsettled::Cancelled),
            (Purpose::Check, false) => Ending::Unknown(Unsettled::OutOfTime),
        })
    }

    /// Asks that no other call sends a mail with this `internetMessageId` meanwhile, once that is known.
    pub(super) fn claims(&mut self) -> Option<Action> {
        let internet_message_id = self.known.internet_message_id.as_ref().filter(|_| !self.has_claimed)?;
        self.phase = Phase::Claims;
        Some(Action::Claim(Arc::clone(internet_message_id)))
    }

    /// Graph accepted the mail: it is never sent again, nor called unsent, however long it stays visible.
    pub(super) fn after_accepted(&mut self, ended: Instant, internet_message_id: Option<Arc<str>>) -> Action {
        self.in_doubt = true;
        self.known.internet_message_id = self.known.internet_message_id.take().or(internet_message_id);
        match (self.purpose, self.rules.verify) {
            // They ran at the same time: that call's attempt was this one's, too.
            (Purpose::Send, _) if self.attempts == 0 && self.began.steady < ended => {
                Action::Answer(Ending::Found(String::new()))
            }
            (Purpose::Send, Verify::Never) => self.confirmed_as(String::new()),
            // Whatever a look shows: it only tells the caller where the message is.
            (Purpose::Check, _) | (Purpose::Send, Verify::OnDoubt | Verify::Always) => {
                self.phase = Phase::Confirms;
                Action::Look { recipients: false }
            }
        }
    }

    /// Graph itself said that it was accepted; this is its id now, where that was learned.
    pub(super) fn confirmed_as(&self, id: String) -> Action {
        Action::Answer(match self.purpose {
            Purpose::Check => Ending::Found(id),
            Purpose::Send => Ending::NotADraft(NotADraft::EarlierCall),
        })
    }

    /// Another call may have sent the mail.
    pub(super) fn inherits(&mut self, mut doubt: Doubt, now: Moment) -> Action {
        let internet_message_id = doubt.known.internet_message_id.clone();
        self.known.internet_message_id = self.known.internet_message_id.take().or(internet_message_id);
        let is_settled =
            doubt.settled.is_some_and(|settled| settled >= doubt.settles_in(self.rules.settle)) && !doubt.was_seen_gone;
        if is_settled && self.purpose == Purpose::Send {
            return self.after_another(None, now);
        }
        self.in_doubt = true;
        self.has_namesake |= doubt.is_namesake;
        // What this call has seen itself counts more.
        self.known.draft = self.known.draft.take().or(doubt.known.draft);
        doubt.known.draft = self.known.draft.clone();
        self.was_seen_gone |= doubt.was_seen_gone;
        self.has_changed |= doubt.has_changed;
        let check = Check::of(&doubt, self.rules.settle);
        self.doubt = Some(doubt);
        self.is_inherited = true;
        match (self.purpose, self.rules.verify) {
            (Purpose::Send, Verify::Never) => Action::Answer(Ending::EarlierUnknown(Unsettled::NotAsked)),
            (Purpose::Send, Verify::OnDoubt | Verify::Always) | (Purpose::Check, _) => self.starts_check(check),
        }
    }
}
