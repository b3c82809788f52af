//! What follows from what a check found.

use std::sync::Arc;

use super::{Machine, Phase, Purpose, TIME_TO_LOOK};
use crate::delivery::check::{Check, Next};
use crate::delivery::clocks::Moment;
use crate::delivery::ending::{Ending, NotADraft};
use crate::delivery::finding::{Finding, Unsettled};
use crate::delivery::retry::Wait;
use crate::delivery::step::Action;
use crate::delivery::verdict::Verdict;

impl Machine {
    pub(super) fn checked(&mut self, check: Box<Check>, next: Next, now: Moment) -> Action {
        self.was_seen_gone |= check.was_seen_gone();
        self.has_changed |= check.has_changed();
        let (phase, action) = match next {
            // Sent, or received: that depends on where it is.
            Next::Settled(Finding::NoDraft(item)) if self.purpose == Purpose::Check => {
                return self.asks_for_sent_items(check, item, 1);
            }
            Next::Settled(finding) => return self.concludes(finding, now),
            Next::LookAt(id) => (Phase::ChecksElsewhere(check, id.clone()), Action::LookAt(id)),
            Next::AskForSentItems(mails) => match self.sent_items.clone() {
                Some(folder) => return self.knows_sent_items(check, &mails, Some(&folder), now),
                None => (Phase::AsksForSentItemsOf(check, mails), Action::LookAtSentItems),
            },
            Next::Wait(wait) => (Phase::Checks(check), Action::Wait(Wait::exactly(wait))),
            Next::Search => match &self.known.internet_message_id {
                Some(id) => (Phase::Checks(check), Action::Search(Arc::clone(id))),
                None => return self.concludes(Finding::Unknown(Unsettled::GoneWithoutMessageId), now),
            },
        };
        self.phase = phase;
        action
    }

    /// What the check found, and what follows.
    pub(super) fn concludes(&mut self, finding: Finding, now: Moment) -> Action {
        match self.purpose {
            Purpose::Check => self.concludes_check(finding),
            Purpose::Send if self.is_inherited => self.concludes_inherited(finding, now),
            Purpose::Send => self.concludes_own(finding, now),
        }
    }

    pub(super) fn concludes_own(&mut self, finding: Finding, now: Moment) -> Action {
        match finding {
            Finding::Sent(id) => Action::Answer(Ending::Found(id)),
            Finding::NoDraft(_) => Action::Answer(Ending::NotADraft(NotADraft::BeforeCall)),
            Finding::Unknown(why) => Action::Answer(Ending::Unknown(why)),
            Finding::NotSent => {
                self.in_doubt = false;
                match &self.last {
                    Some(Verdict::Refused(_)) => self.as_attempted(now),
                    // Another doubt must still find the time to be settled.
                    Some(Verdict::Doubtful(_) | Verdict::Accepted | Verdict::Throttled(_) | Verdict::NotBegun(_))
                    | None
                        if self.attempts < self.rules.max_attempts
                            && self.time_left(now) > self.rules.settle + TIME_TO_LOOK =>
                    {
                        self.attempts(now)
                    }
                    Some(Verdict::Doubtful(_) | Verdict::Accepted | Verdict::Throttled(_) | Verdict::NotBegun(_))
                    | None => Action::Answer(Ending::NotSent),
                }
            }
        }
    }

    /// The doubt was an earlier call's: nothing was sent by this one yet.
    pub(super) fn concludes_inherited(&mut self, finding: Finding, now: Moment) -> Action {
        let is_shared = self.attempts == 0 && self.doubt.as_ref().is_some_and(|doubt| self.began.steady < doubt.cut_at);
        match finding {
            // They ran at the same time: that call's attempt was this one's, too.
            Finding::Sent(id) if is_shared => Action::Answer(Ending::Found(id)),
            Finding::Sent(_) => {
                self.has_found_sent = true;
                Action::Answer(Ending::NotADraft(NotADraft::EarlierCall))
            }
            Finding::NoDraft(_) => Action::Answer(Ending::NotADraft(NotADraft::EarlierCall)),
            Finding::Unknown(why) => Action::Answer(Ending::EarlierUnknown(why)),
            Finding::NotSent if self.has_namesake => Action::Answer(Ending::EarlierUnknown(Unsettled::Namesake)),
            Finding::NotSent => {
                self.in_doubt = false;
                self.after_another(None, now)
            }
        }
    }

    pub(super) fn concludes_check(&mut self, finding: Finding) -> Action {
        match finding {
            Finding::Sent(id) => Action::Answer(Ending::Found(id)),
            Finding::NoDraft(_) => Action::Answer(Ending::Unknown(Unsettled::Elsewhere)),
            Finding::NotSent if self.has_namesake => Action::Answer(Ending::Unknown(Unsettled::Namesake)),
            Finding::NotSent => {
                self.has_found_unsent = true;
                // Another call may be sending it under its other id.
                self.claims().unwrap_or(Action::Answer(Ending::NotSent))
            }
            Finding::Unknown(why) => Action::Answer(Ending::Unknown(why)),
        }
    }
}
