//! The loop of a call: carries out what the send machine says, and decides nothing.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Answer;
use super::answer;
use super::draft_call::DraftCall;
use super::log_lines;
use super::trail::{Attempt, Trail};
use crate::delivery::clocks::Moment;
use crate::delivery::kept_out::KeptOut;
use crate::delivery::machine::{Machine, Purpose};
use crate::delivery::remembered::{Known, Remembered};
use crate::delivery::step::{Action, Event};
use crate::engine::{Clock, Exchange, Level, Session, Stopped, Terms, exchange_if_room};
use crate::graph::{
    InternetMessageId, LookReply, LookResult, LookTarget, MessageId, Request, Target, read_folder, read_look,
    read_search, service_time,
};
use crate::sharing::flights::{Claim, Lead};
use crate::sharing::gate::Gate;
use crate::transport::{Body, Transport, WhenLate};

/// The longest one look may take.
const LOOK: Duration = Duration::from_secs(10);
/// The longest a look may take while an answer is awaited, which is not noticed meanwhile.
const LOOK_WHILE_WAITING: Duration = Duration::from_secs(2);

/// What a look showed that was made while an answer was awaited. Mostly nobody looks: it is a pointer, and not a result.
type Meanwhile = Arc<Mutex<Option<Box<LookResult>>>>;

/// What a call ended in.
pub struct Answered {
    pub answer: Answer,
    /// What of it is to be remembered.
    pub remembered: Option<Remembered>,
    /// When.
    pub at: Instant,
}

/// A call, on its way.
pub struct Run<'a, T, C> {
    call: &'a DraftCall<'a, T, C>,
    session: Session<'a, T, C>,
    /// With the token that the requests have now: the call's own until it is renewed.
    target: Cow<'a, Target>,
    trail: Trail,
}

impl<'a, T: Transport + 'static, C: Clock + 'static> Run<'a, T, C> {
    pub fn new(call: &'a DraftCall<'a, T, C>) -> Run<'a, T, C> {
        let session = Session::new(call.engine, call.gate(), &call.bounds, call.credential);
        Run { call, session, target: Cow::Borrowed(&call.target), trail: Trail::default() }
    }

    /// What the call ends in, that begins to run now.
    pub fn until_answered(mut self, purpose: Purpose, lead: &mut Lead<Answer>, now: Moment) -> Answered {
        let (call, earlier) = (self.call, lead.earlier.take());
        let (began, deadline) = (call.bounds.began, call.bounds.deadline);
        let known = call.internet_message_id.clone();
        let mut machine = Machine::new(purpose, call.rules, began, deadline, known, earlier);
        let mut told = machine.is_in_doubt();
        let (mut event, mut now) = (Event::Begins, now);
        loop {
            let action = machine.next(event, now);
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
                    let time = wait.with(|| call.engine.clock.jitter());
                    Event::Waited { cancelled: !call.engine.clock.wait(time, &call.bounds.cancel) }
                }
                Action::Renew => Event::Renewed { has_another: self.renew_token() },
                Action::Claim(id) => {
                    let (event, has_waited) = self.claim(lead, &id);
                    // Until the machine has decided what follows from the other call's end.
                    told |= has_waited;
                    event
                }
                Action::Answer(ending) => {
                    let remembered = machine.to_remember(&ending, now);
                    let answer = answer::of(&ending, &mut self.trail, &self.target, machine.known());
                    return Answered { answer, remembered, at: now.steady };
                }
            };
            now = self.moment();
        }
    }

    /// One attempt. Where an answer is late, looks at the message of which that much is known.
    fn attempt(&mut self, reserve: Duration, looks_meanwhile: Option<&Known>) -> Event {
        let meanwhile = Meanwhile::default();
        let late = looks_meanwhile.map(|known| (self.call.late_after, self.look_while_waiting(known, &meanwhile)));
        let terms = Terms { reserve, late, ..Terms::default() };
        let exchange = match self.session.exchange(&self.target.send(), Body::None, terms) {
            Ok(exchange) => exchange,
            Err(why) => return Event::KeptOut(why),
        };
        let verdict = exchange.verdict.clone();
        self.trail.attempted(Attempt { token: self.target.token.clone(), exchange });
        self.call.engine.log.write(Level::Debug, || log_lines::of_attempt(&self.target.send(), &self.trail));
        let meanwhile = meanwhile.lock().unwrap_or_else(PoisonError::into_inner).take().map(|shown| *shown);
        if let Some(shown) = &meanwhile {
            self.trail.saw(shown);
            self.call.engine.log.write(Level::Debug, || log_lines::of_look(&self.target.look(), shown));
        }
        Event::Attempted { verdict, meanwhile }
    }

    fn look_while_waiting(&self, known: &Known, meanwhile: &Meanwhile) -> WhenLate {
        let (engine, target) = (Arc::clone(self.call.engine), Target::clone(&self.target));
        let (gates, mailbox) = (Arc::clone(&self.call.shared.gates), self.call.caller.mailbox.clone());
        let (cancel, meanwhile) = (self.call.bounds.cancel.clone(), Arc::clone(meanwhile));
        let internet_message_id = known.internet_message_id.clone();
        Arc::new(move |by: Instant| {
            let by = by.min(engine.clock.now() + LOOK_WHILE_WAITING);
            let gate = Gate { gates: &gates, mailbox: &mailbox };
            let Some(look) = exchange_if_room(&engine, gate, &target.look(), by, &cancel) else { return };
            let asked = LookTarget { id: &target.id, internet_message_id: internet_message_id.as_deref() };
            let shown = read_look(reply_to_a_look(&look, &target), asked);
            *meanwhile.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(shown));
        })
    }

    fn look(&mut self, known: &Known, recipients: bool) -> Event {
        let request = if recipients { self.target.look_before_sending() } else { self.target.look() };
        let id = self.target.id.clone();
        self.look_by(&request, &id, known)
    }

    fn look_at(&mut self, known: &Known, id: &str) -> Event {
        match MessageId::parse(id) {
            Ok(id) => self.look_by(&self.target.look_at(&id), &id, known),
            // An id of Graph's that no request can hold.
            Err(_) => Event::Looked { began: self.moment(), shown: LookResult::Another, date: None },
        }
    }

    fn look_by(&mut self, request: &Request, id: &MessageId, known: &Known) -> Event {
        let asked = LookTarget { id, internet_message_id: known.internet_message_id.as_deref() };
        let (began, (shown, date)) = match self.ask(request, |reply| (read_look(reply, asked), service_time(reply))) {
            Ok(seen) => seen,
            Err(why) => return Event::KeptOut(why),
        };
        self.trail.saw(&shown);
        self.call.engine.log.write(Level::Debug, || log_lines::of_look(request, &shown));
        Event::Looked { began, shown, date }
    }

    fn search(&mut self, internet_message_id: &str) -> Event {
        let request = self.target.search(&InternetMessageId::of_graph(internet_message_id));
        match self.ask(&request, |reply| (read_search(reply, internet_message_id), service_time(reply))) {
            Ok((began, (listed, date))) => {
                self.trail.listed(&listed);
                self.call.engine.log.write(Level::Debug, || log_lines::of_search(&request, &listed));
                Event::Searched { began, listed, date }
            }
            Err(why) => Event::KeptOut(why),
        }
    }

    fn look_at_sent_items(&mut self) -> Event {
        let request = self.target.sent_items();
        match self.ask(&request, read_folder) {
            Ok((_, folder)) => {
                self.call.engine.log.write(Level::Debug, || log_lines::of_sent_items(&request, &folder));
                Event::SawSentItems(folder)
            }
            Err(why) => Event::KeptOut(why),
        }
    }

    /// A request that changes nothing: when it began, and what its reply is read as.
    fn ask<S>(&mut self, request: &Request, read: impl FnOnce(LookReply) -> S) -> Result<(Moment, S), KeptOut> {
        let look = self.session.exchange(request, Body::None, Terms { longest: LOOK, ..Terms::default() })?;
        let seen = read(reply_to_a_look(&look, &self.target));
        self.trail.looked = Some(look.result);
        Ok((look.began, seen))
    }

    /// Takes another token after the service refused this one; says whether there is one.
    fn renew_token(&mut self) -> bool {
        let token = self.session.renewed(&self.target.token);
        token.map(|token| self.target.to_mut().token = token).is_some()
    }

    /// Waits for those who send the same mail under another id; says whether there were such, and then this flight is in doubt.
    fn claim(&self, lead: &mut Lead<Answer>, internet_message_id: &Arc<str>) -> (Event, bool) {
        let mut has_waited = false;
        loop {
            match lead.claim(internet_message_id, self.call.engine.clock.now()) {
                Claim::Granted(earlier) => return (Event::Claimed(earlier), has_waited),
                Claim::Taken(flight) => {
                    // Who follows this call and leaves meanwhile must not say that nothing was sent.
                    lead.set_in_doubt(true);
                    has_waited = true;
                    if let Err(stopped) = self.call.landing(&flight) {
                        let (cancelled, in_doubt) = (stopped == Stopped::Cancelled, flight.is_in_doubt());
                        return (Event::NotClaimed { cancelled, in_doubt }, has_waited);
                    }
                }
            }
        }
    }

    fn moment(&self) -> Moment {
        self.call.engine.moment()
    }
}

fn reply_to_a_look<'a>(look: &'a Exchange, target: &'a Target) -> LookReply<'a> {
    LookReply { result: look.result.as_ref(), client_request_id: &target.client_request_id, now: look.ended }
}
