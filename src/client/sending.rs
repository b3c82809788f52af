//! The call that sends: attempts, and between them the looks that make a further attempt safe.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use super::answer::{self, Evidence, Receipt};
use super::attempt::Attempt;
use super::clock::Clock;
use super::log::{self, Level};
use super::settings::Verify;
use super::{Core, Order};
use crate::delivery::check::{Blind, Doubted, Finding, Known};
use crate::delivery::flights::{Lead, Recent};
use crate::delivery::gate::{Entry, Outside, Slot};
use crate::error::Error;
use crate::message::Target;
use crate::outcome::{Reply, Sight, Verdict, asked_to_wait, claims, judge};
use crate::policy::{Progress, Step, next_step};
use crate::status::Status;
use crate::transport::{Limits, Transport};

/// What an attempt leaves of the time for the looks after it, beside the time to settle.
const TIME_TO_LOOK: Duration = Duration::from_secs(2);
/// A call that sends, on its way.
pub struct Sending<'a, T, C> {
    pub(super) core: &'a Arc<Core<T, C>>,
    pub(super) order: &'a Order<'a>,
    pub(super) target: Target,
    pub(super) known: Known,
    pub(super) evidence: Evidence,
    /// Whether an earlier attempt of this call was in doubt, and was then found not to have been accepted.
    doubted: Option<Doubted>,
    renewed: bool,
    /// The last date that Graph gave, and when.
    pub(super) server_clock: Option<(SystemTime, Instant)>,
}

impl<'a, T: Transport + 'static, C: Clock + 'static> Sending<'a, T, C> {
    pub fn new(core: &'a Arc<Core<T, C>>, order: &'a Order<'a>) -> Sending<'a, T, C> {
        let known = Known { internet_message_id: order.internet_message_id.clone(), draft: None };
        let target = order.target.clone();
        Sending {
            core,
            order,
            target,
            known,
            evidence: Evidence::default(),
            doubted: None,
            renewed: false,
            server_clock: None,
        }
    }

    /// Leads the flight of its draft to its end.
    pub fn lead(mut self, lead: Lead<Result<Receipt, Error>>) -> Result<Receipt, Error> {
        let result = self.run(&lead);
        let result = self.complete(result);
        let recent = self.to_remember(&lead, &result);
        lead.land(&result, recent, self.now());
        result
    }

    fn run(&mut self, lead: &Lead<Result<Receipt, Error>>) -> Result<Receipt, Error> {
        if let Some(earlier) = &lead.recent {
            if let Some(receipt) = self.settle_earlier(earlier, lead)? {
                return Ok(receipt);
            }
        }
        if self.core.settings.verify == Verify::Always {
            self.look_before_sending()?;
        }
        loop {
            let attempt = self.attempt(lead)?;
            let finding = match attempt.verdict {
                Verdict::Accepted => return self.answer(attempt),
                Verdict::Doubtful(_) if self.core.settings.verify == Verify::Never => {
                    return self.answer(attempt);
                }
                Verdict::Doubtful(_) => {
                    let doubted = Doubted { began: self.order.began, cut_at: self.now() };
                    self.doubted = Some(doubted);
                    self.check(doubted, false, Some(lead))
                }
                // After a doubt such a refusal may just as well mean that the earlier attempt was accepted after all.
                Verdict::Refused(Status::NotFound | Status::Rejected) if self.doubted.is_some() => {
                    match self.doubted.map(|doubted| self.check(doubted, false, Some(lead))) {
                        Some(finding) if finding != Finding::NotSent => finding,
                        _ => return self.answer(attempt),
                    }
                }
                _ => match self.next_attempt(&attempt)? {
                    true => continue,
                    false => return self.answer(attempt),
                },
            };
            match finding {
                Finding::Sent(id) => return Ok(self.receipt_of_a_find(id)),
                Finding::SentBefore(_) => return Err(answer::not_a_draft("it was sent or received before this call")),
                Finding::NotSent if self.may_attempt_again() => {}
                Finding::NotSent => return Err(answer::not_sent_after(attempt, &self.evidence)),
                Finding::Unknown(blind) => {
                    return Err(answer::unknown(attempt, &self.evidence, blind));
                }
            }
        }
    }

    /// An id that an earlier call sent, or may have, is looked at before it is sent again. Gives a receipt where that call's
    /// attempt was this call's, too: they ran at the same time.
    fn settle_earlier(
        &mut self,
        earlier: &Recent,
        lead: &Lead<Result<Receipt, Error>>,
    ) -> Result<Option<Receipt>, Error> {
        let is_shared = self.order.began < earlier.doubted.cut_at;
        self.known = merged(&self.known, earlier.known.clone());
        let finding = match self.core.settings.verify {
            Verify::Never => Finding::Unknown(Blind::NotAsked),
            _ => self.check(earlier.doubted, earlier.accepted, Some(lead)),
        };
        match finding {
            Finding::NotSent => Ok(None),
            Finding::Sent(id) if is_shared => Ok(Some(self.receipt_of_a_find(id))),
            Finding::Unknown(_) if earlier.accepted && is_shared => Ok(Some(self.receipt_of_a_find(String::new()))),
            Finding::Sent(_) | Finding::SentBefore(_) => Err(answer::not_a_draft("an earlier call sent it")),
            // Graph itself said so.
            Finding::Unknown(_) if earlier.accepted => Err(answer::not_a_draft("an earlier call sent it")),
            Finding::Unknown(blind) => Err(answer::left_unknown(blind)),
        }
    }

    /// One attempt, inside the mailbox's gate.
    fn attempt(&mut self, lead: &Lead<Result<Receipt, Error>>) -> Result<Attempt, Error> {
        let slot = self.enter().map_err(|outside| answer::not_entered(outside, &self.evidence))?;
        let now = self.now();
        let settings = &self.core.settings;
        let reserve = match settings.verify {
            Verify::Never => Duration::ZERO,
            _ => (settings.settle + TIME_TO_LOOK).min(self.left() / 2),
        };
        let seen_meanwhile = Arc::new(Mutex::new(None));
        let reply_by = (now + settings.attempt_timeout).min(self.order.deadline - reserve);
        let limits = Limits {
            connect_by: self.order.deadline.min(now + settings.connect_timeout.min(settings.attempt_timeout)),
            reply_by,
            cancel: self.order.cancel.clone(),
            late: self.look_while_waiting(now, reply_by, &seen_meanwhile),
        };
        lead.set_in_doubt(true);
        let result = self.core.transport.exchange(&self.target.send(), &limits);
        drop(slot);
        let verdict = judge(result.as_ref(), self.core.clock.wall());
        lead.set_in_doubt(matches!(verdict, Verdict::Doubtful(_) | Verdict::Accepted));
        if let Some(Sight::Draft(draft)) = seen_meanwhile.lock().unwrap_or_else(PoisonError::into_inner).take() {
            self.known.learn(&draft);
        }
        if let Some(wait) = result.as_ref().ok().and_then(|reply| asked_to_wait(reply, self.core.clock.wall())) {
            self.order.traffic.gates.pause(&self.order.key.mailbox, self.now(), wait);
        }
        self.evidence.attempts += 1;
        self.evidence.handed_on += u32::from(!matches!(verdict, Verdict::NotBegun(_)));
        self.evidence.out_of_time = self.left().is_zero();
        if let Ok(reply) = &result {
            self.evidence.last_reply = Some((reply.status, self.target.token.quote(&reply.request_id)));
        }
        let attempt = Attempt { token: self.target.token.clone(), result, verdict };
        let number = self.evidence.attempts;
        settings.log.write(Level::Debug, || log::of_attempt(&self.target.send(), number, &attempt));
        Ok(attempt)
    }

    /// Whether there is to be another attempt after one that did nothing; waits for its time.
    fn next_attempt(&mut self, attempt: &Attempt) -> Result<bool, Error> {
        if let (Verdict::Refused(Status::Unauthenticated), Ok(reply)) = (&attempt.verdict, &attempt.result) {
            if self.renew_token(reply) {
                return Ok(true);
            }
        }
        match next_step(&attempt.verdict, self.progress(self.evidence.attempts)) {
            Step::Finish => Ok(false),
            Step::RetryAfter(wait) if self.core.clock.wait(wait, &self.order.cancel) => Ok(true),
            Step::RetryAfter(_) => Err(answer::cancelled_while_waiting()),
        }
    }

    /// Takes another token after the service refused this one, once a call; says whether there is one.
    pub(super) fn renew_token(&mut self, reply: &Reply) -> bool {
        if self.renewed {
            return false;
        }
        self.renewed = true;
        let claims = claims(&reply.www_authenticate).unwrap_or_default();
        let token = self.order.credential.renewed(&self.target.token, &claims);
        token.map(|token| self.target.token = token).is_some()
    }

    fn may_attempt_again(&self) -> bool {
        let settings = &self.core.settings;
        // Another doubt must still find the time to be settled.
        self.evidence.attempts < settings.max_attempts && self.left() > settings.settle + TIME_TO_LOOK
    }

    pub(super) fn progress(&self, attempts: u32) -> Progress {
        let jitter = self.core.clock.jitter();
        Progress { attempts, max_attempts: self.core.settings.max_attempts, left: self.left(), jitter }
    }

    /// Waits for a place inside the mailbox's gate.
    pub(super) fn enter(&self) -> Result<Slot, Outside> {
        let gates = &self.order.traffic.gates;
        loop {
            let now = self.now();
            let left = self.left();
            if self.order.cancel.is_cancelled() {
                return Err(Outside::Cancelled);
            }
            if left.is_zero() {
                return Err(Outside::OutOfTime);
            }
            match gates.enter(&self.order.key.mailbox, self.core.settings.mailbox_concurrency, now) {
                Entry::Entered(slot) => return Ok(slot),
                Entry::PausedUntil(until) if until >= self.order.deadline => {
                    return Err(Outside::Paused(until.saturating_duration_since(now)));
                }
                Entry::PausedUntil(until) => {
                    self.core.clock.wait(until.saturating_duration_since(now), &self.order.cancel);
                }
                Entry::Full(seen) => self.core.clock.wait_for(&gates.freed, seen, left, &self.order.cancel),
            }
        }
    }

    fn answer(&self, attempt: Attempt) -> Result<Receipt, Error> {
        answer::of(attempt, &self.evidence)
    }

    pub(super) fn receipt_of_a_find(&mut self, id: String) -> Receipt {
        self.evidence.receipt_of_a_find(id, &self.order.target)
    }

    pub(super) fn complete(&self, result: Result<Receipt, Error>) -> Result<Receipt, Error> {
        result
            .map(|receipt| Receipt { client_request_id: Arc::clone(&self.target.client_request_id), ..receipt })
            .map_err(|error| self.evidence.complete(error, &self.target, &self.known))
    }

    /// What later calls must know of this one: that it sent the mail, or may have.
    fn to_remember(&self, lead: &Lead<Result<Receipt, Error>>, result: &Result<Receipt, Error>) -> Option<Recent> {
        let doubted = Doubted { began: self.order.began, cut_at: self.now() };
        let known = self.known.clone();
        match result.as_ref().map_err(|error| error.status) {
            Ok(_) => Some(Recent { accepted: true, doubted, known, is_lost: false }),
            Err(Status::Unknown) => match (&lead.recent, self.evidence.handed_on) {
                // Nothing new was sent: the doubt is the earlier call's.
                (Some(earlier), 0) => Some(Recent { known, ..earlier.clone() }),
                _ => Some(Recent { accepted: false, doubted: self.doubted.unwrap_or(doubted), known, is_lost: false }),
            },
            Err(Status::NotADraft) => lead.recent.clone(),
            Err(_) => None,
        }
    }

    pub(super) fn now(&self) -> Instant {
        self.core.clock.now()
    }

    pub(super) fn left(&self) -> Duration {
        self.order.deadline.saturating_duration_since(self.now())
    }
}

/// What the caller knows, and else what an earlier call learned.
pub fn merged(known: &Known, earlier: Known) -> Known {
    Known {
        internet_message_id: known.internet_message_id.clone().or(earlier.internet_message_id),
        draft: earlier.draft,
    }
}
