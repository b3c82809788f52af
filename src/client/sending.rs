//! The call that sends: attempts, and between them the looks that make a further attempt safe.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use super::answer::{self, Evidence, Receipt};
use super::clock::Clock;
use super::log::Level;
use super::settings::Verify;
use super::{Core, Order};
use crate::delivery::check::{self, Blind, Check, Doubted, Finding, Known, Look, Next};
use crate::delivery::flights::{Lead, Recent};
use crate::delivery::gate::{Entry, Slot};
use crate::error::Error;
use crate::message::{InternetMessageId, Request, Target};
use crate::outcome::{Failure, Reply, Sight, Verdict, claims, judge, see, see_in_sent_items};
use crate::policy::{Progress, Step, next_step};
use crate::status::Status;
use crate::transport::{Late, Limits, Transport};

/// The longest one look may take.
const LOOK: Duration = Duration::from_secs(10);
/// The longest a look may take while an answer is awaited, which is not noticed meanwhile.
const LOOK_WHILE_WAITING: Duration = Duration::from_secs(2);
/// What an attempt leaves of the time for the looks after it, beside the time to settle.
const TIME_TO_LOOK: Duration = Duration::from_secs(2);
/// How long before the deadline a last look begins where the next one would come too late.
const LAST_LOOK: Duration = Duration::from_secs(1);

/// One attempt: what came of it and what that says.
pub struct Attempt {
    pub result: Result<Reply, Failure>,
    pub verdict: Verdict,
}

/// A call that sends, on its way.
pub struct Sending<'a, T, C> {
    core: &'a Arc<Core<T, C>>,
    order: &'a Order<'a>,
    target: Target,
    known: Known,
    evidence: Evidence,
    /// Whether an earlier attempt of this call was in doubt, and was then found not to have been accepted.
    doubted: Option<Doubted>,
    renewed: bool,
    /// The last date that Graph gave, and when.
    server_clock: Option<(SystemTime, Instant)>,
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
        lead.land(result.clone(), recent, self.now());
        result
    }

    /// Looks, and sends nothing: what became of an earlier call's mail.
    pub fn check_alone(mut self, recent: Option<Recent>) -> Result<Receipt, Error> {
        let now = self.now();
        let accepted = recent.as_ref().is_some_and(|recent| recent.accepted);
        let doubted = recent.map_or(Doubted { began: now, cut_at: now }, |recent| {
            self.known = merged(&self.known, recent.known);
            recent.doubted
        });
        let result = match self.check(doubted, accepted, None) {
            // Whenever it was: the earlier call asked about is the one that believed it to be a draft.
            Finding::Sent(id) | Finding::SentBefore(id) => Ok(self.receipt_of_a_find(id)),
            Finding::NotSent => Err(answer::not_sent()),
            // Graph itself said so.
            Finding::Unknown(_) if accepted => Ok(self.receipt_of_a_find(String::new())),
            Finding::Unknown(blind) => Err(answer::still_unknown(blind)),
        };
        self.complete(result)
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
                Finding::NotSent => return Err(answer::not_sent_after(attempt, &self.target.token, &self.evidence)),
                Finding::Unknown(blind) => {
                    return Err(answer::unknown(attempt, &self.target.token, &self.evidence, blind));
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

    /// What the caller wants to know before anything is sent.
    fn look_before_sending(&mut self) -> Result<(), Error> {
        for attempt in 1.. {
            let (_, sight, reply) =
                self.look(&self.target.look_before_sending(), self.order.began, see).map_err(answer::blind_before)?;
            match sight {
                Sight::Draft(draft) => {
                    self.known.learn(&draft);
                    return match draft.has_recipients {
                        Some(false) => Err(answer::no_recipients()),
                        _ => Ok(()),
                    };
                }
                Sight::NotADraft(_) => return Err(answer::not_a_draft("it was sent or received before this call")),
                Sight::Gone => return self.gone_before_sending(),
                Sight::NotAllowed(status) => return Err(answer::may_not_look(status)),
                Sight::Nothing(wait) => {
                    let progress = self.progress(attempt);
                    match next_step(&Verdict::Throttled(wait), progress) {
                        Step::RetryAfter(wait) if self.core.clock.wait(wait, &self.order.cancel) => {}
                        Step::RetryAfter(_) => return Err(answer::cancelled_while_waiting()),
                        Step::Finish => return Err(answer::cannot_look(reply)),
                    }
                }
            }
        }
        Ok(())
    }

    /// There is nothing under the id before anything was sent: an earlier run of the program may have sent it.
    fn gone_before_sending(&mut self) -> Result<(), Error> {
        if let Some(id) = self.known.internet_message_id.clone() {
            let request = self.in_sent_items(&id);
            let (_, sight, _) =
                self.look(&request, self.order.began, see_in_sent_items).map_err(answer::blind_before)?;
            if let Sight::NotADraft(_) = sight {
                return Err(answer::not_a_draft("it is in Sent Items"));
            }
        }
        Err(answer::not_found())
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
        if let Verdict::Throttled(Some(wait)) = verdict {
            self.core.traffic().gates.pause(&self.order.key.mailbox, self.now(), wait);
        }
        self.evidence.attempts += 1;
        self.evidence.handed_on += u32::from(!matches!(verdict, Verdict::NotBegun(_)));
        self.evidence.out_of_time = self.left().is_zero();
        if let Ok(reply) = &result {
            self.evidence.last_reply = Some((reply.status, self.target.token.quote(&reply.request_id)));
        }
        let attempt = Attempt { result, verdict };
        let number = self.evidence.attempts;
        settings.log.write(Level::Debug, || answer::describe_attempt(&self.target.send(), number, &attempt));
        Ok(attempt)
    }

    /// Whether there is to be another attempt after one that did nothing; waits for its time.
    fn next_attempt(&mut self, attempt: &Attempt) -> Result<bool, Error> {
        if let (Verdict::Refused(Status::Unauthenticated), Ok(reply), false) =
            (&attempt.verdict, &attempt.result, self.renewed)
        {
            self.renewed = true;
            let claims = claims(&reply.www_authenticate).unwrap_or_default();
            if let Some(token) = self.order.credential.renewed(&self.target.token, &claims) {
                self.target.token = token;
                return Ok(true);
            }
        }
        match next_step(&attempt.verdict, self.progress(self.evidence.attempts)) {
            Step::Finish => Ok(false),
            Step::RetryAfter(wait) if self.core.clock.wait(wait, &self.order.cancel) => Ok(true),
            Step::RetryAfter(_) => Err(answer::cancelled_while_waiting()),
        }
    }

    fn may_attempt_again(&self) -> bool {
        let settings = &self.core.settings;
        // Another doubt must still find the time to be settled.
        self.evidence.attempts < settings.max_attempts && self.left() > settings.settle + TIME_TO_LOOK
    }

    fn progress(&self, attempts: u32) -> Progress {
        let jitter = self.core.clock.jitter();
        Progress { attempts, max_attempts: self.core.settings.max_attempts, left: self.left(), jitter }
    }

    /// Looks until it is certain what became of the mail, or nothing more can be learned.
    fn check(&mut self, doubted: Doubted, accepted: bool, lead: Option<&Lead<Result<Receipt, Error>>>) -> Finding {
        if let Some(lead) = lead {
            lead.set_in_doubt(true);
        }
        let settle = self.core.settings.settle;
        let mut check = match accepted {
            true => Check::of_accepted(doubted, settle, &self.known),
            false => Check::new(doubted, settle, &self.known),
        };
        let finding = loop {
            let looked_at = self.now();
            let next = match self.look(&self.target.look(), doubted.began, see) {
                Ok((look, sight, _)) => check.saw(look, &sight, &mut self.known),
                Err(outside) => break Finding::Unknown(outside.into()),
            };
            let next = match next {
                Next::LookInSentItems(id) => {
                    match self.look(&self.in_sent_items(&id), doubted.began, see_in_sent_items) {
                        Ok((look, sight, _)) => check.saw_in_sent_items(look, &sight),
                        Err(outside) => break Finding::Unknown(outside.into()),
                    }
                }
                next => next,
            };
            match next {
                Next::Settled(finding) => break finding,
                Next::LookAgainIn(wait) => {
                    // It counts from the beginning of the look.
                    let wait = wait.saturating_sub(self.now().saturating_duration_since(looked_at));
                    let left = self.left();
                    if wait >= left && left <= LAST_LOOK {
                        break Finding::Unknown(Blind::OutOfTime);
                    }
                    let wait = if wait < left { wait } else { left - LAST_LOOK };
                    if !self.core.clock.wait(wait, &self.order.cancel) {
                        break Finding::Unknown(Blind::Cancelled);
                    }
                }
                // Sent Items were looked into just now, and a look there never asks for another.
                Next::LookInSentItems(_) => break Finding::Unknown(Blind::Gone),
            }
        };
        if let Some(lead) = lead {
            lead.set_in_doubt(finding != Finding::NotSent);
        }
        finding
    }

    fn in_sent_items(&self, id: &str) -> Request {
        self.target.look_in_sent_items(&InternetMessageId::of_graph(id))
    }

    /// One look, inside the mailbox's gate.
    fn look(&mut self, request: &Request, since: Instant, see: See) -> Result<(Look, Sight, Option<Reply>), Outside> {
        let slot = self.enter()?;
        let began = self.now();
        let limits = Limits {
            connect_by: self.order.deadline.min(began + self.core.settings.connect_timeout),
            reply_by: self.order.deadline.min(began + LOOK.min(self.core.settings.attempt_timeout)),
            cancel: self.order.cancel.clone(),
            late: None,
        };
        let result = self.core.transport.exchange(request, &limits);
        drop(slot);
        let wall = self.core.clock.wall();
        let sight = see(result.as_ref(), wall);
        let date = result.as_ref().ok().and_then(|reply| httpdate::parse_http_date(reply.date.as_deref()?.trim()).ok());
        if let (Some(date), false) = (date, matches!(sight, Sight::Nothing(_))) {
            self.server_clock = Some((date, self.now()));
        }
        let earliest = self.server_clock.map(|(date, at)| check::earliest(date, at.saturating_duration_since(since)));
        if let Sight::Nothing(Some(wait)) = sight {
            self.core.traffic().gates.pause(&self.order.key.mailbox, self.now(), wait);
        }
        self.evidence.saw(&sight);
        self.core.settings.log.write(Level::Debug, || answer::describe_look(request, &sight));
        Ok((Look { began, earliest }, sight, result.ok()))
    }

    /// What to do while an answer is late: with plain ids the message is often gone under its id when the doubt comes, and
    /// then only what was learned before can find it.
    fn look_while_waiting(&self, now: Instant, reply_by: Instant, seen: &Arc<Mutex<Option<Sight>>>) -> Option<Late> {
        let settings = &self.core.settings;
        let is_known = self.known.internet_message_id.is_some() && self.known.draft.is_some();
        if settings.verify == Verify::Never || is_known {
            return None;
        }
        let (core, target, key) = (Arc::clone(self.core), self.target.clone(), self.order.key.clone());
        let (cancel, seen) = (self.order.cancel.clone(), Arc::clone(seen));
        let at = now + settings.late_after;
        let call = move || {
            let now = core.clock.now();
            let by = reply_by.min(now + LOOK_WHILE_WAITING);
            let gates = &core.traffic().gates;
            // Nobody waits for a slot here: the answer may come any moment.
            let Entry::Entered(_slot) = gates.enter(&key.mailbox, core.settings.mailbox_concurrency, now) else {
                return;
            };
            let limits = Limits { connect_by: by, reply_by: by, cancel: cancel.clone(), late: None };
            let result = core.transport.exchange(&target.look(), &limits);
            let sight = see(result.as_ref(), core.clock.wall());
            if let Sight::Nothing(Some(wait)) = sight {
                gates.pause(&key.mailbox, core.clock.now(), wait);
            }
            *seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(sight);
        };
        Some(Late { at, call: Arc::new(call) })
    }

    /// Waits for a place inside the mailbox's gate.
    fn enter(&self) -> Result<Slot, Outside> {
        let gates = &self.core.traffic().gates;
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
        answer::of(attempt, &self.target.token, &self.evidence)
    }

    fn receipt_of_a_find(&mut self, id: String) -> Receipt {
        self.evidence.receipt_of_a_find(id, &self.order.target)
    }

    fn complete(&self, result: Result<Receipt, Error>) -> Result<Receipt, Error> {
        result
            .map(|receipt| Receipt { client_request_id: self.target.client_request_id.to_string(), ..receipt })
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

    fn now(&self) -> Instant {
        self.core.clock.now()
    }

    fn left(&self) -> Duration {
        self.order.deadline.saturating_duration_since(self.now())
    }
}

/// How the reply of a look is read.
type See = fn(Result<&Reply, &Failure>, SystemTime) -> Sight;

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

impl From<Outside> for Blind {
    fn from(outside: Outside) -> Blind {
        match outside {
            Outside::Cancelled => Blind::Cancelled,
            Outside::OutOfTime | Outside::Paused(_) => Blind::OutOfTime,
        }
    }
}

/// What the caller knows, and else what an earlier call learned.
fn merged(known: &Known, earlier: Known) -> Known {
    Known {
        internet_message_id: known.internet_message_id.clone().or(earlier.internet_message_id),
        draft: earlier.draft,
    }
}
