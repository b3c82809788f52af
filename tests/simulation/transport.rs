//! The network between the client and the model: how long a request takes, how far it gets, and what comes back.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::Duration;

use graph_message::message::{Method, Request};
use graph_message::outcome::{Cause, Failure, Reply};
use graph_message::transport::{Limits, Transport};
use percent_encoding::percent_decode_str;

use crate::clock::{State, World};
use crate::faults::{Cut, End, LookFault, Says, SendFault, Speed};
use crate::model::{Exchange, Kind, MS, Met, Shows, Time, acceptance};
use crate::replies::{self, Sent};

/// From the beginning of an exchange until its request is handed on.
const CONNECTS: Duration = Duration::from_millis(10);
/// From then until Graph has read it.
const ARRIVES: Duration = Duration::from_millis(10);
/// Until the reply is there.
const ANSWERS: Duration = Duration::from_millis(40);

/// Unwinds a call whose process ends here.
pub struct Crashed;

const PREFIX: &str = "https://graph.microsoft.com/v1.0/users/megan@contoso.example";

/// The token that may not do anything.
pub const BAD_TOKEN: &str = "b4d-t0ken";

/// The client's view of the network.
#[derive(Clone)]
pub struct SimulatedNetwork {
    pub world: Arc<World>,
    /// The most requests to one mailbox at once that the client is set to.
    pub at_once: usize,
}

/// What an exchange is going to be.
enum Plan {
    Send(SendFault),
    Look(Option<LookFault>),
}

impl Transport for SimulatedNetwork {
    fn exchange(&self, request: &Request, limits: &Limits) -> Result<Reply, Failure> {
        let (number, plan) = self.begin(request);
        let began = self.world.now();
        self.crash(number, Cut::Before);
        let result = match self.connect(began, &plan, limits) {
            Err(cause) => Err(failure(false, cause)),
            Ok(()) => self.handed_on(number, &plan, request, limits),
        };
        self.crash(number, Cut::After);
        let mut state = self.world.lock();
        let now = state.now;
        state.model.exchanges[number].ended = Some(now);
        let met = met(&state, number, &plan, &result);
        state.model.exchanges[number].met = met;
        state.model.exchanges[number].status = result.as_ref().map_or(0, |reply| reply.status);
        let asks = result.as_ref().ok().filter(|reply| reply.status == 429 || reply.status >= 500);
        if let Some(wait) = asks.and_then(|reply| reply.retry_after.as_deref()?.parse().ok()) {
            state.model.exchanges[number].pause = Some(now + Duration::from_secs(wait));
        }
        drop(state);
        result
    }
}

impl SimulatedNetwork {
    /// Notes the request, and holds it against what no request may break.
    fn begin(&self, request: &Request) -> (usize, Plan) {
        let mut state = self.world.lock();
        let state = &mut *state;
        let (kind, draft) = read(request);
        let Some(call) = state.calls[self.world.me()] else {
            state.violates("a request outside of any call");
            panic!("a request outside of any call");
        };
        let open = state.model.exchanges.iter().filter(|exchange| exchange.ended.is_none());

        if open.clone().count() >= self.at_once {
            state.violations.push("more requests at once than the mailbox's gate lets in".to_owned());
        }
        let nested = open.clone().any(|exchange| exchange.call == call);
        let plan = match kind {
            Kind::Send if request.token.authorization().ends_with(BAD_TOKEN) => {
                Plan::Send(SendFault { end: End::Denied403, ..SendFault::NONE })
            }
            Kind::Send => Plan::Send(state.model.next_send()),
            _ => Plan::Look(state.model.next_look()),
        };
        let number = state.model.begin(Exchange {
            kind,
            call,
            draft,
            began: state.now,
            ended: None,
            met: Met::Nothing,
            status: 0,
            pause: None,
            client_request_id: request.client_request_id.to_string(),
            accepted: None,
            nested,
        });
        (number, plan)
    }

    fn crash(&self, number: usize, cut: Cut) {
        let mut state = self.world.lock();
        if state.model.crash(number) != Some(cut) {
            return;
        }
        let now = state.now;
        // What the dying process has handed on, its kernel may still deliver.
        let survives = state.model.survives;
        let arrives = (!survives).then_some(now + ARRIVES);
        let of = state.model.exchanges[number].call;
        for open in 0..=number {
            let exchange = &state.model.exchanges[open];
            if exchange.ended.is_none() && (exchange.call == of || !survives) {
                state.model.cut(open, arrives);
                state.model.exchanges[open].ended = Some(now);
            }
        }
        drop(state);
        resume_unwind(Box::new(Crashed));
    }

    /// Up to the moment at which the request is handed on.
    fn connect(&self, began: Time, plan: &Plan, limits: &Limits) -> Result<(), Cause> {
        let by = self.world.at(limits.connect_by);
        let fault = match plan {
            Plan::Send(fault) => fault.end.cause(),
            Plan::Look(Some(LookFault::NoConnection)) => Some(Cause::Connection),
            Plan::Look(_) => None,
        };
        let ready = if fault == Some(Cause::TimedOut) { Time::MAX } else { began + CONNECTS };
        self.world.sleep(ready.min(by), || limits.cancel.is_cancelled());
        match fault {
            _ if limits.cancel.is_cancelled() => Err(Cause::Cancelled),
            _ if self.world.now() >= by.min(self.world.at(limits.reply_by)) => Err(Cause::TimedOut),
            Some(cause) => Err(cause),
            None => Ok(()),
        }
    }

    /// From the moment at which the request is handed on.
    fn handed_on(&self, number: usize, plan: &Plan, request: &Request, limits: &Limits) -> Result<Reply, Failure> {
        let handed_on = self.world.now();
        let by = self.world.at(limits.reply_by);
        let ends = ends(plan, handed_on);
        if let Plan::Send(fault) = plan {
            let accepted = match fault.end.says() {
                // Graph says so because it does so.
                Says::Accepted => acceptance(fault.accepted, handed_on, ends.min(by)).or(Some(handed_on + ARRIVES)),
                Says::Nothing => acceptance(fault.accepted, handed_on, ends.min(by)),
                _ => None,
            };
            if let Some(at) = accepted {
                self.world.lock().model.accept_at(number, at);
            }
        }
        // The process dies while it waits, so that what it sent is still under way.
        self.crash(number, Cut::InFlight);
        let cancelled = || limits.cancel.is_cancelled();
        let until = ends.min(by);
        if let Some(late) = &limits.late {
            let at = self.world.at(late.at).max(handed_on);
            if at < until {
                self.world.sleep(at, cancelled);
                if !cancelled() {
                    (late.call)();
                }
            }
        }
        if !cancelled() {
            self.world.sleep(until, cancelled);
        }
        let now = self.world.now();
        if now >= ends && ends <= by {
            return self.end(number, plan, request, ends);
        }
        let cause = if cancelled() && now < by { Cause::Cancelled } else { Cause::TimedOut };
        self.give_up(number);
        match plan {
            // What came of the reply until then is a reply without an end.
            Plan::Send(SendFault { end: End::Trickle, .. }) if cause == Cause::TimedOut => {
                Ok(replies::to_send(End::Cut202, request, self.date(by)))
            }
            _ => Err(failure(true, cause)),
        }
    }

    /// The reply is there, or the connection breaks.
    fn end(&self, number: usize, plan: &Plan, request: &Request, at: Time) -> Result<Reply, Failure> {
        match plan {
            Plan::Send(SendFault { end: End::Reset, .. }) | Plan::Look(Some(LookFault::Reset)) => {
                self.give_up(number);
                Err(failure(true, Cause::Connection))
            }
            Plan::Send(fault) => {
                let accepted = self.world.lock().model.exchanges[number].accepted;
                // An honest answer for what is no draft any more.
                let end = if fault.end.says() == Says::Accepted && accepted != Some(true) {
                    End::Missing404
                } else {
                    fault.end
                };
                Ok(replies::to_send(end, request, self.date(at)))
            }
            Plan::Look(fault) => Ok(self.shown(number, *fault, request, at)),
        }
    }

    fn shown(&self, number: usize, fault: Option<LookFault>, request: &Request, at: Time) -> Reply {
        let state = self.world.lock();
        let model = &state.model;
        let Exchange { kind, draft, began, .. } = model.exchanges[number];
        let setup = &model.setup;
        let as_of = began + CONNECTS + ARRIVES;
        let as_of = match fault {
            Some(LookFault::Stale) => as_of.saturating_sub(MS(setup.stale_ms)),
            _ => as_of,
        };
        let is_bad = request.token.authorization().ends_with(BAD_TOKEN);
        let date = self.world.server_time(at, setup.skew_s);
        let sent = |sent_at| Sent {
            at: self.world.server_time(sent_at, setup.skew_s + setup.mailbox_skew_s),
            id: if setup.ids_stay { format!("draft-{draft}") } else { format!("sent-{draft}") },
        };
        let faulty = fault.and_then(|fault| replies::to_look(fault, request, date));
        let reply = match faulty {
            _ if is_bad => replies::refusal(401, request, date),
            _ if !setup.may_read => replies::refusal(403, request, date),
            Some(reply) => reply,
            None if kind == Kind::LookInSentItems => {
                replies::sent_items(model.in_sent_items(draft, as_of).map(sent), draft, request, date)
            }
            None => match model.shows(draft, as_of) {
                Shows::Draft { version } => replies::draft(version, draft, request, date),
                Shows::NotADraft { sent_at, .. } => replies::no_draft(&sent(sent_at), draft, request, date),
                Shows::Nothing => replies::refusal(404, request, date),
            },
        };
        match fault {
            Some(LookFault::NoDate) => Reply { date: None, ..reply },
            _ => reply,
        }
    }

    /// The connection is reset, so that nothing of the request arrives later; unless the schedule wants to see what happens
    /// where that is not done.
    fn give_up(&self, number: usize) {
        let mut state = self.world.lock();
        let (now, late) = (state.now, state.model.setup.arrives_late_ms);
        state.model.cut(number, (late > 0).then(|| now + MS(late)));
    }

    fn date(&self, at: Time) -> std::time::SystemTime {
        let skew = self.world.lock().model.setup.skew_s;
        self.world.server_time(at, skew)
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

/// What the client knows after an exchange, if it judges as the specification says.
fn met(state: &State, number: usize, plan: &Plan, result: &Result<Reply, Failure>) -> Met {
    let exchange = &state.model.exchanges[number];
    match (plan, result) {
        (_, Err(failure)) if !failure.handed_on => Met::NotHandedOn,
        (Plan::Send(_), Err(_)) => Met::Doubt,
        (Plan::Send(fault), Ok(reply)) => match fault.end.says() {
            Says::Accepted if reply.status == 404 => Met::Refused,
            Says::Accepted => Met::Accepted,
            Says::Refused => Met::Refused,
            Says::Throttled => Met::Throttled,
            Says::Nothing if reply.status == 401 => Met::Refused,
            Says::Nothing | Says::NotHandedOn => Met::Doubt,
        },
        (Plan::Look(_), Err(_)) => Met::Blind,
        (Plan::Look(fault), Ok(reply)) => match (reply.status, exchange.kind) {
            (200, _) if matches!(fault, Some(LookFault::Page200 | LookFault::Unframed200)) => Met::Blind,
            (200, _) => replies::read_back(reply),
            (404, _) => Met::Gone,
            (401 | 403, _) => Met::NotAllowed,
            _ => Met::Blind,
        },
    }
}

fn failure(handed_on: bool, cause: Cause) -> Failure {
    Failure { handed_on, cause, detail: format!("{cause:?}") }
}

/// What a request asks for.
fn read(request: &Request) -> (Kind, usize) {
    let path =
        request.url.get(PREFIX.len()..).filter(|_| request.url[..PREFIX.len()].eq_ignore_ascii_case(PREFIX)).unwrap();
    let number = |text: &str| -> usize { text.parse().unwrap() };
    if let Some(filter) = path.strip_prefix("/mailFolders/sentitems/messages?$filter=") {
        let filter = percent_decode_str(filter.split('&').next().unwrap()).decode_utf8().unwrap();
        let id = filter.strip_prefix("internetMessageId eq '<mail-").unwrap().split('@').next().unwrap();
        return (Kind::LookInSentItems, number(id));
    }
    let rest = path.strip_prefix("/messages/draft-").unwrap();
    match request.method {
        Method::Post => (Kind::Send, number(rest.strip_suffix("/send").unwrap())),
        Method::Get => (Kind::Look, number(rest.split('?').next().unwrap())),
    }
}
