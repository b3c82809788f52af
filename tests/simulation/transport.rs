//! The network between the client and the model: how long a request takes, how far it gets, and what comes back.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use graph_message::client::Verify;
use graph_message::graph::{Cause, Failure, Method, Reply, Request};
use graph_message::transport::{Body, Limits, Transport};
use serde_json::json;

use crate::clock::{State, World};
use crate::faults::{Acted, Cut, End, Nature, SendFault, Speed};
use crate::looks::LookFault;
use crate::model::{Folder, Kind, MS, Shown, Shows, Time};
use crate::names::{REFUSED, STRANGERS};
use crate::replies;
use crate::requests::{Asked, read};
use crate::schedule::{Item, Setup};

/// From the beginning of an exchange until its request is handed on.
const CONNECTS: Duration = Duration::from_millis(10);
/// From then until Graph has read it.
const ARRIVES: Duration = Duration::from_millis(10);
/// Until the reply is there.
const ANSWERS: Duration = Duration::from_millis(40);
/// How long a message that was received was sent before the run.
const DAY: Duration = Duration::from_secs(86_400);

/// Unwinds a call whose process ends here.
pub struct Crashed;

/// The client's view of the network.
#[derive(Clone)]
pub struct SimulatedNetwork {
    pub world: Arc<World>,
    /// The most requests to one mailbox at once that the client is set to.
    pub at_once: usize,
    /// Whether its way leads anywhere: else its proxy refuses.
    pub is_routed: bool,
}

/// What an exchange is going to be.
enum Plan {
    Send(SendFault),
    Look(Option<LookFault>),
}

/// One exchange, on its way.
struct Running<'a> {
    network: &'a SimulatedNetwork,
    number: usize,
    asked: Asked,
    plan: Plan,
    request: &'a Request,
    limits: &'a Limits,
}

impl Transport for SimulatedNetwork {
    fn exchange(&self, request: &Request, _: Body, limits: &Limits) -> Result<Reply, Failure> {
        let running = self.begin(request, limits);
        let number = running.number;
        let began = self.world.now();
        self.crash(number, Cut::Before);
        let result = match running.connect(began) {
            Err(cause) => Err(failure(false, cause)),
            Ok(()) => {
                self.world.lock().model.exchanges[number].handed_on = true;
                running.handed_on()
            }
        };
        self.crash(number, Cut::After);
        let mut state = self.world.lock();
        let now = state.now;
        state.model.end(number, now);
        let exchange = &mut state.model.exchanges[number];
        exchange.status = result.as_ref().map_or(0, |reply| reply.status);
        let asked_to_wait = match &running.plan {
            Plan::Send(_) => exchange.end.and_then(End::pause_s),
            Plan::Look(fault) => fault.and_then(LookFault::pause_s),
        };
        if matches!(exchange.status, 429 | 503) {
            exchange.pause = asked_to_wait.map(|wait| now + Duration::from_secs(wait));
        }
        drop(state);
        result
    }
}

impl SimulatedNetwork {
    /// Notes the request, and holds it against what no request may break.
    fn begin<'a>(&'a self, request: &'a Request, limits: &'a Limits) -> Running<'a> {
        let mut state = self.world.lock();
        let state = &mut *state;
        let mut asked = read(request.method == Method::Post, &request.url)
            .unwrap_or_else(|| panic!("{:?} {} is no request of the client's", request.method, request.url));
        if asked.door.ends_with("/me") {
            // Nobody but Graph knows whose that is.
            asked.door.push_str(request.token.as_ref().unwrap().authorization());
        }
        let Some(call) = state.calls[self.world.me()] else {
            state.violates("a request outside of any call");
            panic!("a request outside of any call");
        };
        let exchanges = &state.model.exchanges;
        let at_once = state.model.open.iter().filter(|open| exchanges[**open].door == asked.door).count();
        if at_once >= self.at_once {
            state.violations.push("more requests at once than the mailbox's gate lets in".to_owned());
        }
        if asked.is_other && asked.kind == Kind::Send {
            state.violates("I1: another message is sent");
        }
        let token = |token: &str| request.token.as_ref().unwrap().authorization().ends_with(token);
        let plan = match asked.kind {
            Kind::Send if token(REFUSED) => Plan::Send(SendFault { end: End::Denied403, ..SendFault::NONE }),
            Kind::Send if token(STRANGERS) => Plan::Send(SendFault { end: End::Missing404, ..SendFault::NONE }),
            Kind::Send => Plan::Send(state.model.next_send()),
            Kind::Look | Kind::SearchSent | Kind::SearchAll | Kind::Folder => Plan::Look(state.model.next_look()),
        };
        let plan = match plan {
            // Who did not see the draft before takes a 404 for what it says, and the header says what that is.
            Plan::Send(SendFault { end, speed, .. })
                if end.may_be_an_inner_retrys() && state.model.setup.verify != Verify::Always =>
            {
                Plan::Send(SendFault { end, acted: Acted::No, speed })
            }
            plan => plan,
        };
        let (now, true_now) = (state.now, state.true_now());
        let number = state.model.begin(&asked, call, &request.client_request_id, now, true_now);
        match &plan {
            Plan::Send(fault) => state.model.exchanges[number].end = Some(fault.end),
            Plan::Look(fault) => state.model.exchanges[number].is_faulty = fault.is_some(),
        }
        Running { network: self, number, asked, plan, request, limits }
    }

    fn crash(&self, number: usize, cut: Cut) {
        let mut state = self.world.lock();
        if state.model.crash(number) != Some(cut) {
            return;
        }
        let (now, true_now) = (state.now, state.true_now());
        // What the dying process has handed on, its kernel may still deliver.
        let survives = state.model.survives;
        let arrives = (!survives).then_some(true_now + ARRIVES);
        let of = state.model.exchanges[number].call;
        for open in state.model.open.clone() {
            if state.model.exchanges[open].call == of || !survives {
                state.model.cut(open, arrives);
                state.model.end(open, now);
            }
        }
        drop(state);
        resume_unwind(Box::new(Crashed));
    }
}

impl Running<'_> {
    fn world(&self) -> &World {
        &self.network.world
    }

    /// Up to the moment at which the request is handed on.
    fn connect(&self, began: Time) -> Result<(), Cause> {
        let by = self.world().at(self.limits.connect_by);
        let fault = match &self.plan {
            _ if !self.network.is_routed => Some(Cause::Proxy),
            Plan::Send(fault) => fault.end.cause(),
            Plan::Look(Some(LookFault::NoConnection)) => Some(Cause::Connection),
            Plan::Look(_) => None,
        };
        let ready = if fault == Some(Cause::TimedOut) { Time::MAX } else { began + CONNECTS };
        self.world().sleep(ready.min(by), || self.limits.cancel.is_cancelled());
        match fault {
            _ if self.limits.cancel.is_cancelled() => Err(Cause::Cancelled),
            _ if self.world().now() >= by.min(self.world().at(self.limits.reply_by)) => Err(Cause::TimedOut),
            Some(cause) => Err(cause),
            None => Ok(()),
        }
    }

    /// From the moment at which the request is handed on.
    fn handed_on(&self) -> Result<Reply, Failure> {
        let handed_on = self.world().now();
        let by = self.world().at(self.limits.reply_by);
        let ends = ends(&self.plan, handed_on);
        let until = ends.min(by);
        self.act_before(handed_on, until);
        // The process dies while it waits, so that what it sent is still under way.
        self.network.crash(self.number, Cut::InFlight);
        let cancelled = || self.limits.cancel.is_cancelled();
        if let Some(late) = &self.limits.late {
            let at = self.world().at(late.at).max(handed_on);
            if at < until {
                self.world().sleep(at, cancelled);
                if !cancelled() {
                    (late.call)(self.limits.reply_by);
                }
            }
        }
        if !cancelled() {
            self.world().sleep(until, cancelled);
        }
        let now = self.world().now();
        if now >= ends && ends <= by {
            return self.end();
        }
        let cause = if cancelled() && now < by { Cause::Cancelled } else { Cause::TimedOut };
        self.give_up();
        match self.plan {
            // What came of the reply until then is a reply without an end.
            Plan::Send(SendFault { end: End::Trickle, .. }) if cause == Cause::TimedOut => {
                Ok(replies::to_send(End::Cut202, self.request, self.date()))
            }
            _ => Err(failure(true, cause)),
        }
    }

    /// When Graph acts on a send before its reply; what its contract binds is not open.
    fn act_before(&self, handed_on: Time, until: Time) {
        let Plan::Send(fault) = &self.plan else { return };
        let early = Some(handed_on + ARRIVES);
        let late = Some(until.saturating_sub(MS(1)).max(handed_on));
        let at = match (fault.end.nature(), fault.acted) {
            (Nature::Accepts, Acted::Late) | (Nature::Open, Acted::Late) => late,
            (Nature::Accepts, _) | (Nature::Open, Acted::Early) => early,
            (Nature::Refuses, Acted::Early) if fault.end.may_be_an_inner_retrys() => early,
            (Nature::NotHandedOn | Nature::Refuses | Nature::Waits | Nature::Open, _) => None,
        };
        if let Some(at) = at {
            let mut state = self.world().lock();
            let suspended = state.suspended;
            state.model.accept_at(self.number, at + suspended);
        }
    }

    /// When Graph acts on a send after its reply, or after the cut: it has the whole request.
    fn act_after(&self) {
        let Plan::Send(fault) = &self.plan else { return };
        let mut state = self.world().lock();
        let setup = &state.model.setup;
        let after = match (fault.end.nature(), fault.acted) {
            (Nature::Open, Acted::After) => setup.acts_ms,
            (Nature::Open, Acted::Beyond) => setup.settle_ms + setup.acts_ms + 5000,
            _ => return,
        };
        let at = state.true_now() + MS(after);
        state.model.accept_at(self.number, at);
    }

    /// The reply is there, or the connection breaks.
    fn end(&self) -> Result<Reply, Failure> {
        match &self.plan {
            Plan::Send(SendFault { end: End::Reset, .. }) | Plan::Look(Some(LookFault::Reset)) => {
                self.give_up();
                Err(failure(true, Cause::Connection))
            }
            Plan::Send(fault) => {
                let accepted = self.world().lock().model.exchanges[self.number].accepted;
                // An honest answer for what is no draft any more.
                let is_refused = fault.end.nature() == Nature::Accepts && accepted != Some(true);
                let end = if is_refused { End::Missing404 } else { fault.end };
                self.world().lock().model.exchanges[self.number].end = Some(end);
                self.act_after();
                Ok(replies::to_send(end, self.request, self.date()))
            }
            Plan::Look(fault) => Ok(self.look(*fault)),
        }
    }

    /// The reply to a look, and what it shows.
    fn look(&self, fault: Option<LookFault>) -> Reply {
        let mut state = self.world().lock();
        let date = self.world().server_time(state.true_now(), state.model.setup.skew_s);
        let is_list = matches!(self.asked.kind, Kind::SearchSent | Kind::SearchAll);
        let faulty = match fault {
            // Which folder Sent Items is, is no message.
            Some(LookFault::OtherMessage | LookFault::OtherDraft) if self.asked.kind == Kind::Folder => None,
            Some(fault) => replies::to_look(fault, is_list, self.request, date),
            None => None,
        };
        let token = |token: &str| self.request.token.as_ref().unwrap().authorization().ends_with(token);
        let (reply, shown) = match faulty {
            _ if token(REFUSED) => (replies::refusal(401, self.request, date), Shown::Refused),
            _ if token(STRANGERS) => (replies::refusal(404, self.request, date), Shown::Gone),
            _ if !state.model.setup.may_read => (replies::refusal(403, self.request, date), Shown::Refused),
            _ if self.asked.is_other => {
                let other = replies::other(false, date);
                let body = if is_list { json!({ "value": [other] }) } else { other };
                (replies::json(&body, self.request, date), Shown::Other)
            }
            Some(reply) => {
                let shown = match fault {
                    Some(LookFault::Denied403 | LookFault::Token401) => Shown::Refused,
                    Some(LookFault::OtherMessage | LookFault::OtherDraft | LookFault::Unfiltered) => Shown::Other,
                    _ => Shown::Nothing,
                };
                (reply, shown)
            }
            None => self.shows(&state, fault, date),
        };
        state.model.exchanges[self.number].shown = shown;
        drop(state);
        match fault {
            Some(fault) => replies::with_date(fault, reply, date),
            None => reply,
        }
    }

    /// What the model shows, as it was when the request reached it, or long before.
    fn shows(&self, state: &State, fault: Option<LookFault>, date: SystemTime) -> (Reply, Shown) {
        let model = &state.model;
        let Asked { kind, draft, id, .. } = self.asked;
        let as_of = model.exchanges[self.number].reached + CONNECTS + ARRIVES;
        let as_of = match fault {
            Some(LookFault::Stale) => as_of.saturating_sub(MS(model.setup.stale_ms)),
            _ => as_of,
        };
        let write = |id: &str, shows: Shows| self.written(&model.setup, fault, id, shows);
        match kind {
            Kind::Folder => (replies::json(&json!({"id": Folder::SentItems.id()}), self.request, date), Shown::Nothing),
            Kind::SearchSent | Kind::SearchAll => {
                let found = model.found(draft, kind, as_of);
                let drafts = found.iter().filter(|entry| matches!(entry.shows, Shows::Draft { .. })).count();
                let items: Vec<_> =
                    found.iter().filter_map(|entry| write(&entry.id.text(draft), entry.shows)).collect();
                let shown = Shown::List { drafts, others: items.len() - drafts };
                (replies::json(&json!({"value": items}), self.request, date), shown)
            }
            Kind::Look | Kind::Send => {
                let shows = model.shows(draft, id, as_of);
                let text = model.plain_id(draft, id, as_of).text(draft);
                let shown = match shows {
                    Shows::Draft { version, .. } => Shown::Draft { version },
                    Shows::NotADraft { .. } => Shown::NotADraft,
                    Shows::Nothing => Shown::Gone,
                };
                let reply = match write(&text, shows) {
                    Some(item) => replies::json(&item, self.request, date),
                    None => replies::refusal(404, self.request, date),
                };
                (reply, shown)
            }
        }
    }

    fn written(&self, setup: &Setup, fault: Option<LookFault>, id: &str, shows: Shows) -> Option<serde_json::Value> {
        let draft = self.asked.draft;
        let at_mailbox = |at| self.world().server_time(at, setup.skew_s + setup.mailbox_skew_s);
        match shows {
            Shows::Draft { version, folder } => {
                let is_deferred = setup.deferred_ms > 0 && self.asked.asks_deferral;
                let deferred = is_deferred.then(|| self.world().server_time(MS(setup.deferred_ms), setup.skew_s));
                Some(replies::draft(version, draft, id, folder, deferred))
            }
            Shows::NotADraft { sent_at, folder } => {
                let sent_at = at_mailbox(sent_at);
                let sent_at = if setup.item == Item::Received { sent_at - DAY } else { sent_at };
                let mut item = replies::no_draft(sent_at, draft, id, folder);
                if let Some(fault) = fault {
                    replies::with_time(fault, &mut item, sent_at);
                }
                Some(item)
            }
            Shows::Nothing => None,
        }
    }

    /// The connection is reset, so that nothing of the request arrives later; unless the schedule wants to see what happens
    /// where that is not done. What Graph has, it has.
    fn give_up(&self) {
        let mut state = self.world().lock();
        let (now, late) = (state.true_now(), state.model.setup.arrives_late_ms);
        state.model.cut(self.number, (late > 0).then(|| now + MS(late)));
        if let (Plan::Send(SendFault { acted: Acted::No, .. }), true) = (&self.plan, late > 0) {
            // It was still on its way.
            state.model.accept_at(self.number, now + MS(late));
        }
        drop(state);
        self.act_after();
    }

    fn date(&self) -> SystemTime {
        let state = self.world().lock();
        self.world().server_time(state.true_now(), state.model.setup.skew_s)
    }
}

fn ends(plan: &Plan, handed_on: Time) -> Time {
    match plan {
        Plan::Send(SendFault { end: End::Silence | End::Trickle, .. }) | Plan::Look(Some(LookFault::Silence)) => {
            Time::MAX
        }
        Plan::Send(fault) => match fault.speed {
            Speed::Quick => handed_on + ANSWERS,
            Speed::Slow => handed_on + MS(2500),
            Speed::Last => handed_on + MS(29_900),
        },
        Plan::Look(Some(LookFault::Slow)) => handed_on + MS(3000),
        Plan::Look(_) => handed_on + ANSWERS,
    }
}

fn failure(handed_on: bool, cause: Cause) -> Failure {
    Failure { handed_on, cause, detail: format!("{cause:?}") }
}
