//! The loop of a call: carries out what the send machine says, and decides nothing.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use super::answer::{self, Receipt, Trail};
use super::attempt::Attempt;
use super::clock::Clock;
use super::log::{self, Level};
use super::{Core, Order};
use crate::delivery::clocks::Moment;
use crate::delivery::ending::Ending;
use crate::delivery::flights::{Claim, Lead};
use crate::delivery::gate::{Entry, NotAdmitted, Slot};
use crate::delivery::machine::{Machine, Purpose, Rules};
use crate::delivery::memory::{Known, Remembered};
use crate::delivery::step::{Action, Event};
use crate::delivery::verdict::{Verdict, judge};
use crate::error::Error;
use crate::graph::{
    Failure, InternetMessageId, LookReply, LookResult, LookTarget, MessageId, Reply, Request, Target, asked_to_wait,
    claims, read_folder, read_look, read_search, service_time,
};
use crate::status::Status;
use crate::transport::{Late, Limits, Transport};

/// The longest one look may take.
const LOOK: Duration = Duration::from_secs(10);
/// The longest a look may take while an answer is awaited, which is not noticed meanwhile.
const LOOK_WHILE_WAITING: Duration = Duration::from_secs(2);

type Answer = Result<Receipt, Error>;

/// A call, on its way.
pub struct Sending<'a, T, C> {
    core: &'a Arc<Core<T, C>>,
    order: &'a Order<'a>,
    target: Target,
    trail: Trail,
    /// The last attempt.
    attempt: Option<Attempt>,
    /// What the last look brought back.
    looked: Option<Result<Reply, Failure>>,
    /// The challenges of the last reply that refused the token.
    challenges: Vec<String>,
}

impl<'a, T: Transport + 'static, C: Clock + 'static> Sending<'a, T, C> {
    pub fn new(core: &'a Arc<Core<T, C>>, order: &'a Order<'a>) -> Sending<'a, T, C> {
        let (target, trail) = (order.target.clone(), Trail::default());
        Sending { core, order, target, trail, attempt: None, looked: None, challenges: Vec::new() }
    }

    /// Leads the flight of its message to its end.
    pub fn lead(mut self, mut lead: Lead<Answer>) -> Answer {
        let earlier = lead.earlier.take();
        let (result, remembered) = self.run(Purpose::Send, earlier, &mut lead);
        lead.land(&result, remembered, self.core.clock.now());
        result
    }

    /// Looks, and sends nothing: what became of an earlier call's mail. A call that sends the message meanwhile waits: what is
    /// found here must still be true then.
    pub fn check(mut self, mut lead: Lead<Answer>) -> Answer {
        let earlier = lead.earlier.take();
        let (result, remembered) = self.run(Purpose::Check, earlier, &mut lead);
        lead.leave(remembered, self.core.clock.now());
        result
    }

    fn run(
        &mut self,
        purpose: Purpose,
        earlier: Option<Remembered>,
        lead: &mut Lead<Answer>,
    ) -> (Answer, Option<Remembered>) {
        let settings = &self.core.settings;
        let rules = Rules { verify: settings.verify, max_attempts: settings.max_attempts, settle: settings.settle };
        let (began, deadline) = (self.order.began, self.order.deadline);
        let mut machine =
            Machine::new(purpose, rules, began, deadline, self.order.internet_message_id.clone(), earlier);
        let mut told = machine.is_in_doubt();
        let mut event = Event::Begins;
        loop {
            let action = machine.next(event, self.moment());
            if machine.is_in_doubt() != told {
                told = !told;
                lead.set_in_doubt(told);
            }
            event = match action {
                Action::Attempt { reserve, looks_meanwhile } => {
                    self.attempt(reserve, looks_meanwhile.then(|| machine.known()))
                }
                Action::Look { recipients } => self.look(machine.known(), recipients),
                Action::LookAt(id) => self.look_at(machine.known(), &id),
                Action::Search(id) => self.search(&id),
                Action::LookAtSentItems => self.look_at_sent_items(),
                Action::Wait(wait) => {
                    let time = wait.with(|| self.core.clock.jitter());
                    Event::Waited { cancelled: !self.core.clock.wait(time, &self.order.cancel) }
                }
                Action::Renew => Event::Renewed { has_another: self.renew_token() },
                Action::Claim(id) => {
                    let event = self.claim(lead, &id);
                    lead.set_in_doubt(told);
                    event
                }
                Action::Answer(ending) => {
                    let remembered = machine.leaves(&ending, self.moment());
                    return (self.answer(&ending, machine.known()), remembered);
                }
            };
        }
    }

    /// One attempt, inside the mailbox's gate. Where an answer is late, looks at the message of which that much is known.
    fn attempt(&mut self, reserve: Duration, looks_meanwhile: Option<&Known>) -> Event {
        let mut slot = match self.enter() {
            Ok(slot) => slot,
            Err(outside) => return Event::KeptOut(outside),
        };
        let now = self.core.clock.now();
        let settings = &self.core.settings;
        // Mostly nobody looks: it is a pointer, and not a shown.
        let meanwhile = Arc::new(Mutex::new(None));
        let reply_by = (now + settings.attempt_timeout).min(self.order.deadline - reserve);
        let limits = Limits {
            connect_by: self.order.deadline.min(now + settings.connect_timeout.min(settings.attempt_timeout)),
            reply_by,
            cancel: self.order.cancel.clone(),
            late: looks_meanwhile.map(|known| Late {
                at: now + settings.late_after,
                call: self.look_while_waiting(known, reply_by, &meanwhile),
            }),
        };
        let result = self.core.transport.exchange(&self.target.send(), &limits);
        let wall = self.core.clock.wall();
        let verdict = judge(result.as_ref(), &self.target.client_request_id, wall);
        if verdict == Verdict::Accepted {
            slot.taken();
        }
        drop(slot);
        if let Ok(reply) = &result {
            self.mind(reply, wall);
            self.trail.last_reply = Some((reply.status, self.target.token.quote_name(&reply.request_id)));
        }
        self.trail.attempts += 1;
        self.trail.handed_on += u32::from(!matches!(verdict, Verdict::NotBegun(_)));
        let attempt = Attempt { token: self.target.token.clone(), result, verdict: verdict.clone() };
        let number = self.trail.attempts;
        settings.log.write(Level::Debug, || log::of_attempt(&self.target.send(), number, &attempt));
        self.attempt = Some(attempt);
        let meanwhile = meanwhile.lock().unwrap_or_else(PoisonError::into_inner).take().map(|shown| *shown);
        Event::Attempted { verdict, meanwhile }
    }

    fn look_while_waiting(
        &self,
        known: &Known,
        reply_by: std::time::Instant,
        seen: &Arc<Mutex<Option<Box<LookResult>>>>,
    ) -> Arc<dyn Fn() + Send + Sync> {
        let (core, target, mailbox) = (Arc::clone(self.core), self.target.clone(), self.order.caller.mailbox.clone());
        let (cancel, seen, mail) = (self.order.cancel.clone(), Arc::clone(seen), known.internet_message_id.clone());
        Arc::new(move || {
            let now = core.clock.now();
            let by = reply_by.min(now + LOOK_WHILE_WAITING);
            let gates = &core.traffic().gates;
            // Nobody waits for a slot here: the answer may come any moment.
            let Entry::Entered(_slot) = gates.enter(&mailbox, core.settings.mailbox_concurrency, now) else { return };
            let limits = Limits { connect_by: by, reply_by: by, cancel: cancel.clone(), late: None };
            let result = core.transport.exchange(&target.look(), &limits);
            let wall = core.clock.wall();
            let looked = LookReply { result: result.as_ref(), client_request_id: &target.client_request_id, now: wall };
            let shown = read_look(looked, LookTarget { id: &target.id, internet_message_id: mail.as_deref() });
            if let Some(wait) = result.ok().and_then(|r| asked_to_wait(&r, &target.client_request_id, wall)) {
                gates.pause(&mailbox, core.clock.now(), wait);
            }
            *seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(shown));
        })
    }

    fn look(&mut self, known: &Known, recipients: bool) -> Event {
        let request = if recipients { self.target.look_before_sending() } else { self.target.look() };
        let id = self.target.id.clone();
        self.see_message(&request, &id, known)
    }

    fn look_at(&mut self, known: &Known, id: &str) -> Event {
        match MessageId::parse(id) {
            Ok(id) => self.see_message(&self.target.look_at(&id), &id, known),
            // An id of Graph's that no request can hold.
            Err(_) => {
                let (began, date) = (self.moment(), None);
                Event::Looked { began, shown: LookResult::Another, date }
            }
        }
    }

    fn see_message(&mut self, request: &Request, id: &MessageId, known: &Known) -> Event {
        let asked = LookTarget { id, internet_message_id: known.internet_message_id.as_deref() };
        let (began, (shown, date)) = match self.ask(request, |looked| (read_look(looked, asked), service_time(looked)))
        {
            Ok(seen) => seen,
            Err(outside) => return Event::KeptOut(outside),
        };
        self.trail.saw(&shown);
        self.core.settings.log.write(Level::Debug, || log::of_look(request, &shown));
        Event::Looked { began, shown, date }
    }

    fn search(&mut self, internet_message_id: &str) -> Event {
        let request = self.target.search(&InternetMessageId::of_graph(internet_message_id));
        match self.ask(&request, |looked| (read_search(looked, internet_message_id), service_time(looked))) {
            Ok((began, (listed, date))) => {
                self.trail.listed(&listed);
                self.core.settings.log.write(Level::Debug, || log::of_search(&request, &listed));
                Event::Searched { began, listed, date }
            }
            Err(outside) => Event::KeptOut(outside),
        }
    }

    fn look_at_sent_items(&mut self) -> Event {
        let request = self.target.sent_items();
        match self.ask(&request, read_folder) {
            Ok((_, folder)) => Event::SawSentItems(folder),
            Err(outside) => Event::KeptOut(outside),
        }
    }

    /// A request that changes nothing, inside the mailbox's gate: when it began, and what its reply is read as.
    fn ask<S>(&mut self, request: &Request, read: impl FnOnce(LookReply) -> S) -> Result<(Moment, S), NotAdmitted> {
        let slot = self.enter()?;
        let began = self.moment();
        let settings = &self.core.settings;
        let limits = Limits {
            connect_by: self.order.deadline.min(began.steady + settings.connect_timeout.min(settings.attempt_timeout)),
            reply_by: self.order.deadline.min(began.steady + LOOK.min(settings.attempt_timeout)),
            cancel: self.order.cancel.clone(),
            late: None,
        };
        let result = self.core.transport.exchange(request, &limits);
        drop(slot);
        let wall = self.core.clock.wall();
        if let Ok(reply) = &result {
            self.mind(reply, wall);
        }
        let client_request_id = &self.target.client_request_id;
        let seen = read(LookReply { result: result.as_ref(), client_request_id, now: wall });
        self.looked = Some(result);
        Ok((began, seen))
    }

    /// What a reply asks of all calls to the mailbox, or of this one's credential.
    fn mind(&mut self, reply: &Reply, wall: SystemTime) {
        if let Some(wait) = asked_to_wait(reply, &self.target.client_request_id, wall) {
            self.order.traffic.gates.pause(&self.order.caller.mailbox, self.core.clock.now(), wait);
        }
        if reply.status == 401 {
            self.challenges.clone_from(&reply.www_authenticate);
        }
    }

    /// Takes another token after the service refused this one; says whether there is one.
    fn renew_token(&mut self) -> bool {
        let claims = claims(&self.challenges).unwrap_or_default();
        let token = self.order.credential.renewed(&self.target.token, &claims);
        token.map(|token| self.target.token = token).is_some()
    }

    /// Waits for those who send the same mail under another id.
    fn claim(&self, lead: &mut Lead<Answer>, internet_message_id: &Arc<str>) -> Event {
        loop {
            match lead.claim(internet_message_id, self.core.clock.now()) {
                Claim::Granted(earlier) => return Event::Claimed(earlier),
                Claim::Taken(flight) => {
                    // Who follows this call and leaves meanwhile must not say that nothing was sent.
                    lead.set_in_doubt(true);
                    if let Err(status) = self.core.landing(&self.order.traffic.flights, &flight, self.order) {
                        let in_doubt = flight.is_in_doubt();
                        return Event::NotClaimed { cancelled: status == Status::Cancelled, in_doubt };
                    }
                }
            }
        }
    }

    /// Waits for a place inside the mailbox's gate.
    fn enter(&self) -> Result<Slot, NotAdmitted> {
        let gates = &self.order.traffic.gates;
        loop {
            let now = self.core.clock.now();
            let left = self.order.deadline.saturating_duration_since(now);
            if self.order.cancel.is_cancelled() {
                return Err(NotAdmitted::Cancelled);
            }
            if left.is_zero() {
                return Err(NotAdmitted::OutOfTime);
            }
            match gates.enter(&self.order.caller.mailbox, self.core.settings.mailbox_concurrency, now) {
                Entry::Entered(slot) => return Ok(slot),
                Entry::Paused { until, asked } if until >= self.order.deadline => {
                    return Err(NotAdmitted::Paused(asked.saturating_duration_since(now)));
                }
                Entry::Paused { until, .. } => {
                    self.core.clock.wait(until.saturating_duration_since(now), &self.order.cancel);
                }
                Entry::Full(seen) => self.core.clock.wait_for(&gates.freed, seen, left, &self.order.cancel),
            }
        }
    }

    fn answer(&mut self, ending: &Ending, known: &Known) -> Answer {
        let trail = mem::take(&mut self.trail);
        answer::of(ending, self.attempt.take(), self.looked.take(), trail, &self.target, known)
    }

    fn moment(&self) -> Moment {
        self.core.moment()
    }
}
