//! The attempts, and what follows from their verdicts.

use std::time::Duration;

use super::{Machine, Phase, TIME_TO_LOOK, Verify};
use crate::delivery::check::Check;
use crate::delivery::clocks::Moment;
use crate::delivery::ending::Ending;
use crate::delivery::finding::Unsettled;
use crate::delivery::remembered::Doubt;
use crate::delivery::retry;
use crate::delivery::step::Action;
use crate::delivery::verdict::{Refusal, Verdict};
use crate::graph::LookResult;

impl Machine {
    /// The next attempt; before it, nobody else may be sending the same mail under another id.
    pub(super) fn attempts(&mut self, now: Moment) -> Action {
        if let Some(claim) = self.claims() {
            return claim;
        }
        self.phase = Phase::Attempts;
        let is_known = self.known.internet_message_id.is_some() && self.known.draft.is_some();
        let (reserve, looks_meanwhile) = match self.rules.verify {
            Verify::Never => (Duration::ZERO, false),
            // With plain ids the message is often gone under its id when the doubt comes, and then only what was learned
            // before can find it.
            Verify::OnDoubt | Verify::Always => {
                ((self.rules.settle + TIME_TO_LOOK).min(self.time_left(now) / 2), !is_known)
            }
        };
        Action::Attempt { reserve, looks_meanwhile }
    }

    pub(super) fn attempted(&mut self, verdict: Verdict, meanwhile: Option<LookResult>, now: Moment) -> Action {
        self.attempts += 1;
        self.last = Some(verdict.clone());
        match meanwhile {
            Some(LookResult::Draft(draft)) => self.known.learn(&draft),
            Some(LookResult::NotADraft(_) | LookResult::Gone) => self.was_seen_gone = true,
            Some(LookResult::NotAllowed(_) | LookResult::Another | LookResult::Failed(_)) | None => {}
        }
        self.in_doubt = match &verdict {
            Verdict::Accepted | Verdict::Doubtful(_) => true,
            Verdict::Refused(_) | Verdict::Throttled(_) | Verdict::NotBegun(_) => false,
        };
        match &verdict {
            Verdict::Accepted => Action::Answer(Ending::Accepted),
            Verdict::Doubtful(_) => self.doubts(now),
            // The draft was there, and now it is not. Graph's servers may repeat our request among themselves: one repetition sent
            // the mail, the next no longer found the draft, and its 404 is what we get.
            Verdict::Refused(Refusal::NotFound | Refusal::Conflict) if self.known.draft.is_some() => self.doubts(now),
            // It may have left by this very attempt, or by one before: such a refusal may be that of a later repetition.
            Verdict::Refused(Refusal::NotFound | Refusal::Conflict | Refusal::Rejected) if self.was_seen_gone => {
                self.doubts(now)
            }
            // After a doubt such a refusal may just as well mean that the earlier attempt was accepted after all.
            Verdict::Refused(Refusal::NotFound | Refusal::Conflict | Refusal::Rejected) if self.doubt.is_some() => {
                self.doubts(now)
            }
            Verdict::Refused(Refusal::Unauthenticated) if !self.has_renewed => {
                self.phase = Phase::Attempts;
                Action::Renew
            }
            Verdict::Refused(_) | Verdict::Throttled(_) | Verdict::NotBegun(_) => self.tries_again(&verdict, now),
        }
    }

    pub(super) fn tries_again(&mut self, verdict: &Verdict, now: Moment) -> Action {
        match retry::after(verdict, self.attempts, self.rules.max_attempts, self.time_left(now)) {
            Some(wait) => {
                self.phase = Phase::Attempts;
                Action::Wait(wait)
            }
            None => self.as_attempted(now),
        }
    }

    pub(super) fn as_attempted(&self, now: Moment) -> Action {
        Action::Answer(match &self.last {
            Some(verdict) => {
                Ending::AsAttempted { verdict: verdict.clone(), out_of_time: self.time_left(now).is_zero() }
            }
            None => Ending::Unknown(Unsettled::NotAsked),
        })
    }

    /// The attempt that ended now may have been accepted.
    pub(super) fn doubts(&mut self, now: Moment) -> Action {
        self.in_doubt = true;
        let mut doubt = Doubt::new(self.began, now.steady, self.known.clone());
        doubt.was_seen_gone = self.was_seen_gone;
        doubt.has_changed = self.has_changed;
        let check = Check::of(&doubt, self.rules.settle);
        self.doubt = Some(doubt);
        self.is_inherited = false;
        match self.rules.verify {
            Verify::Never => self.as_attempted(now),
            Verify::OnDoubt | Verify::Always => self.starts_check(check),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Instant, SystemTime};

    use super::*;
    use crate::delivery::machine::{Purpose, Rules};
    use crate::delivery::step::Event;

    /// Graph's servers may repeat a request among themselves: what a look showed gone was sent by one of the attempts.
    #[test]
    fn what_left_while_an_attempt_was_awaited_is_in_doubt_for_the_next() {
        for refusal in [Refusal::NotFound, Refusal::Conflict, Refusal::Rejected] {
            let now = Moment { steady: Instant::now(), wall: SystemTime::UNIX_EPOCH };
            let rules = Rules { verify: Verify::OnDoubt, max_attempts: 3, settle: Duration::from_secs(20) };
            let deadline = now.steady + Duration::from_secs(100);
            let mut machine = Machine::new(Purpose::Send, rules, now, deadline, None, None);
            assert!(matches!(machine.next(Event::Begins, now), Action::Attempt { .. }));
            let throttled = Verdict::Throttled(Some(Duration::from_secs(1)));
            let event = Event::Attempted { verdict: throttled, meanwhile: Some(LookResult::Gone) };
            assert!(matches!(machine.next(event, now), Action::Wait(_)));
            assert!(matches!(machine.next(Event::Waited { cancelled: false }, now), Action::Attempt { .. }));
            let event = Event::Attempted { verdict: Verdict::Refused(refusal), meanwhile: None };
            assert_eq!(machine.next(event, now), Action::Look { recipients: false }, "{refusal:?}");
        }
    }
}
