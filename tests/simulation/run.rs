//! One run: a caller, its client, and what it does next, on a schedule.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use graph_message::client::{Call, Client, Credential, Log, Receipt, Settings, Verify};
use graph_message::error::Error;
use graph_message::message::Token;

use crate::clock::{VirtualClock, World};
use crate::faults::Event;
use crate::model::{Exchange, MS, Mail, Model, Time};
use crate::schedule::{Action, Schedule, Setup};
use crate::transport::{Crashed, SimulatedNetwork};

pub type SimulatedClient = Client<SimulatedNetwork, VirtualClock>;

pub const USER: &str = "megan@contoso.example";
pub const TOKEN: &str = "s3cret-t0ken";
/// What a refused credential gives next.
pub const RENEWED: &str = "n3w-t0ken";

/// One call of the caller's, and what it ended in.
#[derive(Debug)]
pub struct CallMade {
    pub action: Action,
    pub verify: Verify,
    /// Which client made it: it remembers its own calls, and no other's.
    pub client: usize,
    pub began: Time,
    pub deadline: Time,
    pub returned: Time,
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
    pub calls: Vec<CallMade>,
    pub mails: Vec<Mail>,
    pub exchanges: Vec<Exchange>,
    pub violations: Vec<String>,
    pub log: Vec<String>,
}

/// A token, and another one where it is refused.
pub struct Tokens(Option<&'static str>);

impl Credential for Tokens {
    fn token(&self) -> Token {
        Token::parse(TOKEN).unwrap()
    }

    fn renewed(&self, _: &Token, _: &str) -> Option<Token> {
        Some(Token::parse(self.0?).unwrap())
    }
}

/// Settings are costly to make, and the same for many runs.
pub fn settings(setup: &Setup) -> Settings {
    let mut settings = Settings::default();
    let ms = |ms: u64| u32::try_from(ms).unwrap();
    settings.set_timeout_ms(ms(setup.timeout_ms));
    settings.set_attempt_timeout_ms(ms(setup.attempt_timeout_ms));
    settings.set_settle_ms(ms(setup.settle_ms)).unwrap();
    settings.set_max_attempts(setup.max_attempts);
    settings.set_verify(setup.verify);
    settings.set_late_after(MS(setup.late_after_ms));
    settings
}

/// Where a client's cancel finds it.
type Held = Arc<Mutex<(Weak<SimulatedClient>, Weak<Call>)>>;

struct Caller<'a> {
    schedule: &'a Schedule,
    world: Arc<World>,
    held: Held,
    client: Arc<SimulatedClient>,
    verify: Verify,
    knows_id: bool,
    clients: usize,
    calls: Vec<CallMade>,
    log: Option<Arc<Mutex<Vec<String>>>>,
}

/// Plays a schedule. With `logs`, keeps every line that the client logs, which takes its time.
pub fn play(schedule: &Schedule, logs: bool) -> Run {
    let model = Model::new(schedule.setup, schedule.faults.clone(), 1);
    let world = World::new(model, &[Time::ZERO], 0);
    let held: Held = Arc::default();
    world.lock().on_cancel = Some(on_cancel(&held));
    let log = logs.then(Arc::default);
    let setup = &schedule.setup;
    let client = new_client(&world, setup, log.as_ref());
    let mut caller = Caller {
        schedule,
        world: Arc::clone(&world),
        held,
        client,
        verify: setup.verify,
        knows_id: setup.knows_id,
        clients: 0,
        calls: Vec::new(),
        log: log.clone(),
    };
    caller.all_calls();
    let calls = caller.calls;
    world.end();
    let mut state = world.lock();
    Run {
        setup: schedule.setup,
        calls,
        mails: std::mem::take(&mut state.model.mails),
        exchanges: std::mem::take(&mut state.model.exchanges),
        violations: std::mem::take(&mut state.violations),
        log: log.map(|log| std::mem::take(&mut *log.lock().unwrap())).unwrap_or_default(),
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

fn new_client(world: &Arc<World>, setup: &Setup, log: Option<&Arc<Mutex<Vec<String>>>>) -> Arc<SimulatedClient> {
    let mut settings = settings(setup);
    if let Some(log) = log {
        let log = Arc::clone(log);
        settings.set_log(Log::to(move |_, line| log.lock().unwrap().push(line.to_owned())));
    }
    let network = SimulatedNetwork { world: Arc::clone(world), at_once: 4 };
    Arc::new(Client::with_parts(settings, network, VirtualClock(Arc::clone(world))))
}

impl Caller<'_> {
    fn all_calls(&mut self) {
        self.call(Action::Send);
        for &(action, after) in &self.schedule.then {
            if self.has_crashed() {
                break;
            }
            self.pass(MS(after));
            if action == Action::Rerun {
                self.pass(MS(self.schedule.setup.settle_ms));
                self.start_anew();
                self.call(Action::Send);
            } else {
                self.call(action);
            }
        }
        while self.has_crashed() {
            // The program is run again once an acceptance must show; what its kernel still delivered included.
            self.pass(MS(self.schedule.setup.settle_ms + 20));
            self.start_anew();
            self.call(Action::Send);
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
        let setup = Setup { verify: Verify::Always, knows_id: true, ..self.schedule.setup };
        self.client = new_client(&self.world, &setup, self.log.as_ref());
        (self.verify, self.knows_id) = (setup.verify, setup.knows_id);
        self.clients += 1;
    }

    fn call(&mut self, action: Action) {
        let setup = &self.schedule.setup;
        let number = self.calls.len();
        let mut call = Call::default();
        if self.knows_id {
            call.set_internet_message_id("<mail-0@contoso.example>").unwrap();
        }
        let call = Arc::new(call);
        *self.held.lock().unwrap() = (Arc::downgrade(&self.client), Arc::downgrade(&call));
        let began = self.world.now();
        let cancels = {
            let mut state = self.world.lock();
            state.calls[0] = Some(number);
            state.model.cancels.len()
        };
        let client = &self.client;
        let tokens = Tokens(setup.renewable.then_some(RENEWED));
        let result = catch_unwind(AssertUnwindSafe(|| match action {
            Action::Check => client.check(Some(&call), TOKEN, USER, "draft-0"),
            _ => client.send_with(Some(&call), &tokens, USER, "draft-0"),
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
            verify: self.verify,
            client: self.clients,
            began,
            deadline: began + MS(setup.timeout_ms),
            returned: state.now,
            cancelled: state.model.cancels.get(cancels).map(|(at, _)| *at),
            end,
        });
    }
}
