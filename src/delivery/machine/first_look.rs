//! The look before the first attempt.

use std::sync::Arc;

use super::{Machine, Phase};
use crate::delivery::clocks::{Moment, Waits};
use crate::delivery::ending::{Ending, NotADraft};
use crate::delivery::finding::Unsettled;
use crate::delivery::retry::{self, Wait};
use crate::delivery::step::Action;
use crate::graph::{DraftSeen, LookFailure, LookResult};

impl Machine {
    /// A look before the first attempt.
    pub(super) fn looks_first(&mut self, looks: u32) -> Action {
        self.phase = Phase::LooksFirst(looks);
        Action::Look { recipients: true }
    }

    pub(super) fn looked_first(&mut self, looks: u32, shown: LookResult, now: Moment) -> Action {
        match shown {
            LookResult::Draft(draft) => self.saw_draft_first(looks, &draft, now),
            LookResult::NotADraft(_) => Action::Answer(Ending::NotADraft(NotADraft::BeforeCall)),
            // An earlier run of the program may have sent it.
            LookResult::Gone => match &self.known.internet_message_id {
                Some(id) => {
                    self.phase = Phase::SearchesFirst;
                    Action::Search(Arc::clone(id))
                }
                None => Action::Answer(Ending::NotFound),
            },
            LookResult::NotAllowed(401) if !self.has_renewed => {
                self.renews(Phase::LooksFirst(looks), Action::Look { recipients: true })
            }
            LookResult::NotAllowed(status) => Action::Answer(Ending::MayNotLook(status)),
            LookResult::Another => self.looks_first_again(looks, None, now),
            LookResult::Failed(failure) => self.looks_first_again(looks, Some(failure), now),
        }
    }

    pub(super) fn saw_draft_first(&mut self, looks: u32, draft: &DraftSeen, now: Moment) -> Action {
        self.known.learn(draft);
        // An earlier run may have sent it, and then it waits in Drafts.
        match self.clock.waits(self.known.deferred(), self.rules.settle, now) {
            Waits::No => {}
            Waits::For(left) if left < self.time_left(now) => {
                self.phase = Phase::LooksFirst(looks);
                return Action::Wait(Wait::exactly(left));
            }
            Waits::For(left) => return Action::Answer(Ending::EarlierUnknown(Unsettled::Deferred(Some(left)))),
            Waits::Unknown => return Action::Answer(Ending::EarlierUnknown(Unsettled::Deferred(None))),
        }
        self.has_looked = true;
        match draft.has_recipients {
            Some(false) => Action::Answer(Ending::NoRecipients),
            Some(true) | None => self.attempts(now),
        }
    }

    pub(super) fn looks_first_again(&mut self, looks: u32, failure: Option<LookFailure>, now: Moment) -> Action {
        let told = failure.and_then(|failure| failure.wait);
        match retry::wait(told, looks, self.rules.max_attempts, self.time_left(now)) {
            Some(wait) => {
                self.phase = Phase::LooksFirst(looks + 1);
                Action::Wait(wait)
            }
            None => Action::Answer(Ending::CannotLook { failure, out_of_time: self.time_left(now).is_zero() }),
        }
    }
}
