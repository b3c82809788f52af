//! What is to be remembered of a call, for later ones.

use std::time::Duration;

use super::{Machine, Purpose};
use crate::delivery::clocks::Moment;
use crate::delivery::ending::{Ending, NotADraft};
use crate::delivery::finding::Unsettled;
use crate::delivery::remembered::{Doubt, Known, Remembered};
use crate::delivery::verdict::Verdict;

impl Machine {
    /// What is to be remembered of this call, which ended so: what later ones must know.
    pub fn to_remember(&self, ending: &Ending, now: Moment) -> Option<Remembered> {
        match self.purpose {
            Purpose::Send => self.to_remember_of_send(ending, now),
            Purpose::Check => self.to_remember_of_check(ending),
        }
    }

    /// What a check found sent needs no other look; when it was sent is what was known before. What it saw that was not there for
    /// the call that is in doubt is that doubt's, too.
    pub(super) fn to_remember_of_check(&self, ending: &Ending) -> Option<Remembered> {
        let nothing_known = || Doubt::new(self.began, self.began.steady, Known::default());
        // Another call may be sending it still.
        let behind_another = self.doubt.as_ref().filter(|doubt| doubt.end_unknown);
        let doubt = match (&self.earlier, behind_another) {
            (Some(accepted @ Remembered::Accepted { .. }), _) => return Some(accepted.clone()),
            (Some(Remembered::InDoubt(_)) | None, Some(doubt)) | (Some(Remembered::InDoubt(doubt)), None) => {
                doubt.clone()
            }
            (None, None) => self.doubt.clone().unwrap_or_else(nothing_known),
        };
        let known = self.known.clone();
        // A draft that was edited or deleted while nothing was in doubt is nobody's doubt. What the check learned of a call under
        // another id is handed on: those who waited for the check may send next, and that call's acceptance may be forgotten.
        let is_news = self.earlier.is_some() || self.doubt.is_some();
        match ending {
            Ending::Found(_) => Some(Remembered::Accepted {
                began: doubt.began,
                ended: doubt.cut_at,
                internet_message_id: known.internet_message_id,
            }),
            Ending::Unknown(_) if is_news => Some(Remembered::InDoubt(Doubt {
                known,
                was_seen_gone: self.was_seen_gone,
                has_changed: self.has_changed,
                settle: doubt.settles_in(self.rules.settle),
                settled: None,
                ..doubt
            })),
            Ending::Unknown(_)
            | Ending::Accepted
            | Ending::AsAttempted { .. }
            | Ending::NotADraft(_)
            | Ending::NoRecipients
            | Ending::NotFound
            | Ending::MayNotLook(_)
            | Ending::CannotLook { .. }
            | Ending::NotSent
            | Ending::EarlierUnknown(_)
            | Ending::KeptOut(_)
            | Ending::CancelledWhileWaiting
            | Ending::GaveUpWaiting { .. } => None,
        }
    }

    pub(super) fn to_remember_of_send(&self, ending: &Ending, now: Moment) -> Option<Remembered> {
        match ending {
            Ending::Accepted | Ending::Found(_) => Some(Remembered::Accepted {
                began: self.began,
                ended: now.steady,
                internet_message_id: self.known.internet_message_id.clone(),
            }),
            Ending::Unknown(why) | Ending::EarlierUnknown(why) => self.doubt_to_remember(None, *why, now),
            Ending::AsAttempted { verdict: Verdict::Doubtful(_), .. } => {
                self.doubt_to_remember(None, Unsettled::NotAsked, now)
            }
            // What a look found sent needs no other look.
            Ending::NotADraft(NotADraft::EarlierCall) if self.has_found_sent => {
                let (began, ended) = self.doubt.as_ref().map_or((self.began, now.steady), |d| (d.began, d.cut_at));
                let internet_message_id = self.known.internet_message_id.clone();
                Some(Remembered::Accepted { began, ended, internet_message_id })
            }
            Ending::NotADraft(_) => self.earlier.clone(),
            // What was in doubt was settled by this call's time to settle, which may be shorter than another's.
            Ending::AsAttempted {
                verdict: Verdict::Accepted | Verdict::Refused(_) | Verdict::Throttled(_) | Verdict::NotBegun(_),
                ..
            }
            | Ending::NoRecipients
            | Ending::NotFound
            | Ending::MayNotLook(_)
            | Ending::CannotLook { .. }
            | Ending::NotSent
            | Ending::KeptOut(_)
            | Ending::CancelledWhileWaiting
            | Ending::GaveUpWaiting { .. } => {
                let settle = self.rules.settle;
                let settles_in = self.doubt.as_ref().map_or(settle, |doubt| doubt.settles_in(settle));
                let settled = (!self.in_doubt).then_some(settles_in);
                self.doubt_to_remember(settled, Unsettled::NotAsked, now)
            }
        }
    }

    pub(super) fn doubt_to_remember(
        &self,
        settled: Option<Duration>,
        why: Unsettled,
        now: Moment,
    ) -> Option<Remembered> {
        let doubt = match &self.doubt {
            Some(doubt) => doubt.clone(),
            // A look before sending met what an earlier run of the program may have sent.
            None if matches!(why, Unsettled::Deferred(_)) => Doubt::new(self.began, now.steady, Known::default()),
            None => return self.earlier.clone(),
        };
        let waits = match why {
            Unsettled::Deferred(Some(left)) => left,
            // Nobody knows until when; a day is beyond what a call waits for.
            Unsettled::Deferred(None) => Duration::from_secs(86_400),
            Unsettled::Gone
            | Unsettled::GoneWithoutMessageId
            | Unsettled::CameBack
            | Unsettled::Copy
            | Unsettled::Namesake
            | Unsettled::Undated
            | Unsettled::Unsearchable
            | Unsettled::Another
            | Unsettled::NotAllowed(_)
            | Unsettled::Elsewhere
            | Unsettled::Changed
            | Unsettled::OutOfTime
            | Unsettled::Paused(_)
            | Unsettled::Cancelled
            | Unsettled::NotAsked => doubt.waits,
        };
        let known = self.known.clone();
        Some(Remembered::InDoubt(Doubt {
            known,
            was_seen_gone: self.was_seen_gone,
            has_changed: self.has_changed,
            settle: doubt.settles_in(self.rules.settle),
            settled,
            waits,
            ..doubt
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Instant, SystemTime};

    use super::*;
    use crate::delivery::machine::{Rules, Verify};
    use crate::delivery::step::{Action, Earlier, Event, Same};
    use crate::delivery::verdict::{DoubtCause, Refusal};

    fn machine(
        purpose: Purpose,
        settle_s: u64,
        internet_message_id: Option<&str>,
        earlier: Option<Remembered>,
    ) -> (Machine, Moment) {
        let began = Moment { steady: Instant::now(), wall: SystemTime::UNIX_EPOCH };
        let rules = Rules { verify: Verify::OnDoubt, max_attempts: 2, settle: Duration::from_secs(settle_s) };
        let deadline = began.steady + Duration::from_secs(100);
        (Machine::new(purpose, rules, began, deadline, internet_message_id.map(Into::into), earlier), began)
    }

    fn attempted(machine: &mut Machine, verdict: Verdict, now: Moment) -> Action {
        assert!(matches!(machine.next(Event::Begins, now), Action::Attempt { .. }));
        machine.next(Event::Attempted { verdict, meanwhile: None }, now)
    }

    #[test]
    fn a_doubt_takes_the_longest_time_that_anybody_allowed_it() {
        let doubt_of = |machine: &Machine, now| match machine.to_remember(&Ending::Unknown(Unsettled::OutOfTime), now) {
            Some(Remembered::InDoubt(doubt)) => doubt,
            other => panic!("{other:?}"),
        };
        let (mut first, now) = machine(Purpose::Send, 20, None, None);
        attempted(&mut first, Verdict::Doubtful(DoubtCause::NotGraphs), now);
        let doubt = doubt_of(&first, now);
        assert_eq!(doubt.settle, Duration::from_secs(20));
        for (settle_s, longest_s) in [(5, 20), (60, 60)] {
            let (mut next, now) = machine(Purpose::Send, settle_s, None, Some(Remembered::InDoubt(doubt.clone())));
            assert_eq!(next.next(Event::Begins, now), Action::Look { recipients: false });
            assert_eq!(doubt_of(&next, now).settle, Duration::from_secs(longest_s));
        }
    }

    #[test]
    fn what_was_accepted_is_told_to_who_leaves_before_that_is_said() {
        let (mut accepted, now) = machine(Purpose::Send, 20, None, None);
        assert_eq!(attempted(&mut accepted, Verdict::Accepted, now), Action::Answer(Ending::Accepted));
        assert!(accepted.is_in_doubt());
        let (mut refused, now) = machine(Purpose::Send, 20, None, None);
        attempted(&mut refused, Verdict::Refused(Refusal::Rejected), now);
        assert!(!refused.is_in_doubt());
    }

    #[test]
    fn who_was_told_of_an_acceptance_under_the_other_id_leaves_it_in_doubt() {
        for purpose in [Purpose::Send, Purpose::Check] {
            let (mut machine, now) = machine(purpose, 20, Some("<m>"), None);
            assert_eq!(machine.next(Event::Begins, now), Action::Claim("<m>".into()));
            let what = Remembered::Accepted { began: now, ended: now.steady, internet_message_id: Some("<m>".into()) };
            let earlier = Some(Earlier { what, same: Same::Perhaps });
            assert_eq!(machine.next(Event::Claimed(earlier), now), Action::Look { recipients: false });
            let ending = match purpose {
                Purpose::Send => Ending::EarlierUnknown(Unsettled::Namesake),
                Purpose::Check => Ending::Unknown(Unsettled::Namesake),
            };
            match machine.to_remember(&ending, now) {
                Some(Remembered::InDoubt(doubt)) => assert!(doubt.is_namesake && doubt.settled.is_none()),
                left => panic!("{purpose:?}: {left:?}"),
            }
        }
    }

    #[test]
    fn who_leaves_behind_a_send_under_the_other_id_leaves_its_doubt() {
        for purpose in [Purpose::Send, Purpose::Check] {
            for in_doubt in [true, false] {
                let (mut machine, began) = machine(purpose, 20, Some("<m>"), None);
                // A check asks once it has found the draft unsent, or at once where the `internetMessageId` is known.
                assert_eq!(machine.next(Event::Begins, began), Action::Claim("<m>".into()));
                let Action::Answer(ending) = machine.next(Event::NotClaimed { cancelled: true, in_doubt }, began)
                else {
                    panic!("goes on")
                };
                let left = machine.to_remember(&ending, began);
                match (in_doubt, left) {
                    (true, Some(Remembered::InDoubt(doubt))) => {
                        assert!(doubt.end_unknown && doubt.settled.is_none());
                        assert_eq!(doubt.known.internet_message_id.as_deref(), Some("<m>"));
                    }
                    (false, None) => {}
                    (_, left) => panic!("{purpose:?}: {left:?}"),
                }
            }
        }
    }
}
