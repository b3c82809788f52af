//! One run: a caller, its clients, and what it does next, on a schedule.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use graph_message::client::{Call, Client, Credential, Log, Means, Receipt, Settings, Verify};
use graph_message::error::Error;
use graph_message::graph::Token;

use crate::clock::{VirtualClock, World};
use crate::faults::Event;
use crate::looks::LookFault;
use crate::model::{Exchange, MS, Mail, Model, Time};
use crate::names::{Manner, RENEWED, Which, internet_message_id};
use crate::schedule::{Action, Fault, Schedule, Setup};
use crate::transport::{Crashed, SimulatedNetwork};

pub type SimulatedClient = Client<SimulatedNetwork, VirtualClock>;

/// More than are remembered between two calls.
const MANY: usize = 1100;
/// What a client settles in that takes no time for it.
pub const SHORT_SETTLE_MS: u64 = 1;

/// One call of the caller's, and what it ended in.
#[derive(Debug)]
pub struct CallMade {
    pub action: Action,
    pub by: Manner,
    pub verify: Verify,
    pub knows_id: bool,
    /// How long its client settles.
    pub settle_ms: u64,
    /// Which process made it: it remembers its own calls, and no other's.
    pub process: usize,
    pub began: Time,
    pub deadline: Time,
    pub returned: Time,
    /// The same by Graph's time.
    pub true_began: Time,
    pub true_returned: Time,
    /// By Graph's time.
    pub cancelled: Option<Time>,
    pub end: CallEnd,
}

#[derive(Debug)]
pub enum CallEnd {
    Answer(Result<Receipt, Error>),
    /// The process ended in it.
    Crashed,
    Panicked,
}

/// What remains of a run.
pub struct Run {
    pub setup: Setup,
    /// Whether nobody but the client did anything, and no date was wrong.
    pub is_calm: bool,
    pub calls: Vec<CallMade>,
    /// How many calls had been made when many other drafts were sent.
    pub many_after: Option<usize>,
    pub mails: Vec<Mail>,
    pub exchanges: Vec<Exchange>,
    pub violations: Vec<String>,
    pub log: Vec<String>,
}

/// A token, and another one where it is refused. Whose mailbox `me` is, the first one says.
pub struct Tokens(Token, Option<&'static str>);

impl Credential for Tokens {
    fn identity(&self) -> &str {
        self.0.authorization()
    }

    fn token(&self, _: Means) -> Result<Token, Error> {
        Ok(self.0.clone())
    }

    fn renewed(&self, _: &Token, _: &str, _: Means) -> Result<Option<Token>, Error> {
        self.1.map(Token::parse).transpose()
    }
}

/// The settings of a client.
pub fn settings(setup: &Setup, which: Which) -> Settings {
    let mut settings = Settings::default();
    let ms = |ms: u64| u32::try_from(ms).unwrap();
    settings.set_timeout_ms(ms(setup.timeout_ms));
    settings.set_attempt_timeout_ms(ms(setup.attempt_timeout_ms));
    settings.set_settle_ms(ms(settle_ms(setup, which))).unwrap();
    settings.set_max_attempts(setup.max_attempts);
    settings.set_verify(setup.verify);
    settings.set_late_after(MS(setup.late_after_ms));
    settings.set_base_url(which.root()).unwrap();
    settings
}

pub fn settle_ms(setup: &Setup, which: Which) -> u64 {
    if which == Which::ShortSettle { SHORT_SETTLE_MS } else { setup.settle_ms }
}

/// Where a client's cancel finds it.
type Held = Arc<Mutex<(Weak<SimulatedClient>, Weak<Call>)>>;

struct Caller<'a> {
    schedule: &'a Schedule,
    world: Arc<World>,
    held: Held,
    /// The process's clients; they share what it remembers.
    clients: Vec<(Which, Arc<SimulatedClient>)>,
    setup: Setup,
    processes: usize,
    calls: Vec<CallMade>,
    many_after: Option<usize>,
    log: Option<Arc<Mutex<Vec<String>>>>,
}

/// Plays a schedule. With `logs`, keeps every line that the client logs, which takes its time.
pub fn play(schedule: &Schedule, logs: bool) -> Run {
    let is_many = schedule.then.iter().any(|later| later.action == Action::Many);
    let drafts = if is_many { 1 + MANY } else { 1 };
    let model = Model::new(schedule.setup, schedule.faults.clone(), drafts);
    let world = World::new(model, &[Time::ZERO], 0);
    let held: Held = Arc::default();
    world.lock().on_cancel = Some(on_cancel(&held));
    let log = logs.then(Arc::default);
    let mut caller = Caller {
        schedule,
        world: Arc::clone(&world),
        held,
        clients: Vec::new(),
        setup: schedule.setup,
        processes: 0,
        calls: Vec::new(),
        many_after: None,
        log: log.clone(),
    };
    caller.all_calls();
    let (calls, many_after) = (caller.calls, caller.many_after);
    world.end();
    let mut state = world.lock();
    Run {
        setup: schedule.setup,
        is_calm: !schedule.faults.iter().any(disturbs),
        calls,
        many_after,
        mails: std::mem::take(&mut state.model.mails).into_iter().filter(|mail| mail.draft == 0).collect(),
        exchanges: std::mem::take(&mut state.model.exchanges),
        violations: std::mem::take(&mut state.violations),
        log: log.map(|log| std::mem::take(&mut *log.lock().unwrap())).unwrap_or_default(),
    }
}

/// Whether what a fault does is not over with its request.
fn disturbs(fault: &Fault) -> bool {
    match fault {
        Fault::World(..) | Fault::Crash(..) => true,
        Fault::Look(_, look) => look.is_wrong_date() || *look == LookFault::DateSlightlyAhead,
        Fault::Send(..) => false,
    }
}

fn on_cancel(held: &Held) -> Arc<dyn Fn(Event) + Send + Sync> {
    let held = Arc::clone(held);
    Arc::new(move |event| {
        let held = held.lock().unwrap();
        match event {
            Event::CancelClient => drop(held.0.upgrade().map(|client| client.cancel())),
            _ => drop(held.1.upgrade().map(|call| call.cancel())),
        }
    })
}

impl Caller<'_> {
    fn all_calls(&mut self) {
        self.call(self.setup.first, self.setup.by);
        for later in &self.schedule.then {
            if self.has_crashed() {
                break;
            }
            self.pass(MS(later.after_ms));
            match later.action {
                Action::Send | Action::Check => self.call(later.action, later.by),
                Action::Many => self.send_many(),
                Action::Rerun => {
                    self.pass(MS(self.setup.settle_ms));
                    self.start_anew();
                    self.call(Action::Send, later.by);
                }
                Action::Restart => {
                    self.start_anew();
                    self.call(Action::Send, later.by);
                }
                Action::Fork => {
                    self.processes += 1;
                    self.clients.clear();
                    self.call(Action::Send, later.by);
                }
            }
        }
        while self.has_crashed() {
            // The program is run again once an acceptance must show; what its kernel still delivered included.
            self.pass(MS(self.setup.settle_ms + 20));
            self.start_anew();
            self.call(Action::Send, self.setup.by);
        }
    }

    fn has_crashed(&self) -> bool {
        self.calls.last().is_some_and(|call| !matches!(call.end, CallEnd::Answer(_)))
    }

    fn pass(&self, time: Duration) {
        let until = self.world.now() + time;
        self.world.sleep(until, || false);
    }

    /// Another process: it remembers nothing but the mail's `internetMessageId`.
    fn start_anew(&mut self) {
        self.setup = Setup { verify: Verify::Always, knows_id: true, ..self.setup };
        self.processes += 1;
        self.clients.clear();
    }

    fn client(&mut self, which: Which) -> Arc<SimulatedClient> {
        if let Some((_, client)) = self.clients.iter().find(|(other, _)| *other == which) {
            return Arc::clone(client);
        }
        let mut settings = settings(&self.setup, which);
        if let Some(log) = &self.log {
            let log = Arc::clone(log);
            settings.set_log(Log::to(move |_, line| log.lock().unwrap().push(line.to_owned())));
        }
        let is_routed = which != Which::NoRoute;
        let network = SimulatedNetwork { world: Arc::clone(&self.world), at_once: 4, is_routed };
        let clock = VirtualClock(Arc::clone(&self.world));
        let client = Arc::new(match self.clients.first() {
            Some((_, first)) => Client::sharing(&**first, settings, network, clock),
            None => Client::with_parts(settings, network, clock),
        });
        self.clients.push((which, Arc::clone(&client)));
        client
    }

    /// Sends many other drafts, all of which goes well.
    fn send_many(&mut self) {
        let client = self.client(Which::Main);
        self.many_after = Some(self.calls.len());
        let before = {
            let mut state = self.world.lock();
            state.calls[0] = Some(usize::MAX);
            state.model.all_is_well = true;
            state.model.exchanges.len()
        };
        for draft in 1..=MANY {
            let result = client.send(None, Manner::Upn.token(), Manner::Upn.user(), &Manner::Upn.id(draft));
            if let Err(error) = result {
                // The mailbox may be paused, or all be cancelled; anything else is not as it should be.
                let mut state = self.world.lock();
                if error.attempts > 0 && state.model.cancels.is_empty() {
                    state.violates(format!("one of many, in which nothing went wrong: {error}"));
                }
                break;
            }
        }
        let mut state = self.world.lock();
        state.calls[0] = None;
        state.model.all_is_well = false;
        state.model.exchanges.truncate(before);
    }

    fn call(&mut self, action: Action, by: Manner) {
        let number = self.calls.len();
        let mut call = Call::default();
        if self.setup.knows_id {
            call.set_internet_message_id(&internet_message_id(0)).unwrap();
        }
        let call = Arc::new(call);
        let client = self.client(by.which());
        *self.held.lock().unwrap() = (Arc::downgrade(&client), Arc::downgrade(&call));
        let (began, true_began, cancels) = {
            let mut state = self.world.lock();
            state.calls[0] = Some(number);
            (state.now, state.true_now(), state.model.cancels.len())
        };
        let tokens = Tokens(Token::parse(by.token()).unwrap(), self.setup.renewable.then_some(RENEWED));
        let id = by.id(0);
        let result = catch_unwind(AssertUnwindSafe(|| match action {
            Action::Check => client.check(Some(&call), by.token(), by.user(), &id),
            _ => client.send_with(Some(&call), &tokens, by.user(), &id),
        }));
        let mut state = self.world.lock();
        state.calls[0] = None;
        let end = match result {
            Ok(result) => CallEnd::Answer(result),
            Err(payload) if payload.is::<Crashed>() => CallEnd::Crashed,
            Err(_) => CallEnd::Panicked,
        };
        self.calls.push(CallMade {
            action,
            by,
            verify: self.setup.verify,
            knows_id: self.setup.knows_id,
            settle_ms: settle_ms(&self.setup, by.which()),
            process: self.processes,
            began,
            deadline: began + MS(self.setup.timeout_ms),
            returned: state.now,
            true_began,
            true_returned: state.true_now(),
            cancelled: state.model.cancels.get(cancels).map(|(at, _)| *at),
            end,
        });
    }
}
