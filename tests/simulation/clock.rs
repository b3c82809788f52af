//! Virtual time, and the threads that live in it: one runs at a time, and which one is next is chance from a seed.
//!
//! Every wait and every request is a place where the turn is passed on. Where nobody can go on, time jumps to the next
//! moment at which somebody can, or something happens.

use std::cell::Cell;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use graph_message::client::{Call, Clock};
use graph_message::signal::Signal;
use graph_message::transport::Cancel;

use crate::faults::Event;
use crate::model::{Happens, MS, Model, Time};

thread_local! {
    /// Which of the world's threads this is.
    static ME: Cell<usize> = const { Cell::new(0) };
}

/// The most often that anybody waits or asks in one run: more is going round in circles.
const MOST_STEPS: usize = 50_000;
/// By how much a clock on the wall is set at once.
pub const STEP_S: i64 = 3600;

/// Graph, time, and whose turn it is.
pub struct World {
    state: Mutex<State>,
    turns: Vec<Condvar>,
    base: Instant,
    wall: SystemTime,
}

pub struct State {
    pub now: Time,
    pub model: Model,
    threads: Vec<Thread>,
    turn: usize,
    rng: fastrand::Rng,
    steps: usize,
    /// How long our host was suspended: by so much Graph's time is ahead of its steady clock.
    pub suspended: Time,
    /// By how many seconds our clock on the wall was set ahead.
    stepped_s: i64,
    /// Ends the calls of the client, or the call's own.
    pub on_cancel: Option<Arc<dyn Fn(Event) + Send + Sync>>,
    own_calls: Vec<Arc<Call>>,
    /// Which call each thread is in.
    pub calls: Vec<Option<usize>>,
    /// What no run may do, told where it happens.
    pub violations: Vec<String>,
}

#[derive(Clone, Copy)]
struct Thread {
    until: Time,
    /// Looked whether it can go on, and cannot, until somebody else did something.
    stuck: bool,
    done: bool,
}

impl World {
    /// A world of so many threads, each of which begins at its time.
    pub fn new(model: Model, begin: &[Time], seed: u64) -> Arc<World> {
        let threads: Vec<Thread> =
            begin.iter().map(|until| Thread { until: *until, stuck: *until > Time::ZERO, done: false }).collect();
        let state = State {
            now: Time::ZERO,
            model,
            turn: if threads.len() == 1 { 0 } else { usize::MAX },
            calls: vec![None; threads.len()],
            threads,
            rng: fastrand::Rng::with_seed(seed),
            steps: 0,
            suspended: Time::ZERO,
            stepped_s: 0,
            on_cancel: None,
            own_calls: Vec::new(),
            violations: Vec::new(),
        };
        Arc::new(World {
            state: Mutex::new(state),
            turns: begin.iter().map(|_| Condvar::new()).collect(),
            base: Instant::now(),
            wall: SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_000_000),
        })
    }

    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The thread of this number is here, and goes on when it is its turn.
    pub fn enter(&self, number: usize) {
        ME.set(number);
        let state = self.lock();
        let state = self.turns[number].wait_while(state, |state| state.turn != number).unwrap();
        let until = state.threads[number].until;
        drop(state);
        self.sleep(until, || false);
    }

    /// Lets the first thread begin.
    pub fn start(&self) {
        let mut state = self.lock();
        self.pass(&mut state);
    }

    /// This thread ends, and another goes on.
    pub fn leave(&self) {
        let mut state = self.lock();
        state.threads[ME.get()].done = true;
        state.unstick();
        self.pass(&mut state);
    }

    pub fn me(&self) -> usize {
        ME.get()
    }

    pub fn now(&self) -> Time {
        self.lock().now
    }

    pub fn at(&self, instant: Instant) -> Time {
        instant.saturating_duration_since(self.base)
    }

    /// The server's clock, by Graph's time.
    pub fn server_time(&self, at: Time, skew_s: i64) -> SystemTime {
        moved(self.wall + at, skew_s)
    }

    /// Waits until then, or until somebody wakes this thread.
    pub fn sleep(&self, until: Time, wake: impl Fn() -> bool) {
        let me = ME.get();
        let mut state = self.lock();
        state.steps += 1;
        if state.steps > MOST_STEPS {
            drop(state);
            panic!("a call goes round in circles");
        }
        state.threads[me] = Thread { until, stuck: false, done: false };
        loop {
            self.pass(&mut state);
            if state.turn != me {
                state = self.turns[me].wait_while(state, |state| state.turn != me).unwrap();
            }
            if state.now >= until || wake() {
                state.unstick();
                return;
            }
            state.threads[me].stuck = true;
        }
    }

    /// Gives the turn to a thread that may be able to go on; where there is none, time goes on.
    fn pass(&self, state: &mut State) {
        loop {
            let ready = state.threads.iter().filter(|thread| !thread.stuck && !thread.done).count();
            if ready > 0 {
                let nth = if ready == 1 { 0 } else { state.rng.usize(..ready) };
                let mut able = state.threads.iter().enumerate().filter(|(_, thread)| !thread.stuck && !thread.done);
                let next = able.nth(nth).unwrap().0;
                state.turn = next;
                if next != ME.get() || state.threads.len() > 1 {
                    self.turns[next].notify_all();
                }
                return;
            }
            let wakes = state.threads.iter().filter(|thread| !thread.done).map(|thread| thread.until).min();
            let Some(wakes) = wakes else { return };
            state.pass_time(wakes);
        }
    }

    /// After the last call: lets happen what is still to happen.
    pub fn end(&self) {
        let mut state = self.lock();
        while !state.model.is_over() {
            state.pass_time(Time::MAX);
        }
    }
}

impl State {
    /// Graph's time, which goes on while our host is suspended.
    pub fn true_now(&self) -> Time {
        self.now + self.suspended
    }

    fn pass_time(&mut self, until: Time) {
        let next = self.model.next().map(|next| next.saturating_sub(self.suspended));
        self.now = self.now.max(next.map_or(until, |next| next.min(until)));
        while self.model.next().is_some_and(|next| next <= self.true_now()) {
            match self.model.happen(self.true_now()) {
                Some(Happens::Event(Event::Suspend)) => self.suspended += MS(self.model.setup.suspend_ms),
                Some(Happens::Event(Event::StepAhead)) => self.stepped_s += STEP_S,
                Some(Happens::Event(Event::StepBack)) => self.stepped_s -= STEP_S,
                Some(Happens::Event(event)) => drop(self.on_cancel.as_ref().map(|cancel| cancel(event))),
                Some(Happens::Cancel(call)) => self.own_calls[call].cancel(),
                None => {}
            }
        }
        self.unstick();
    }

    fn unstick(&mut self) {
        self.threads.iter_mut().for_each(|thread| thread.stuck = false);
    }

    /// Cancels a call then.
    pub fn cancel_at(&mut self, at: Time, call: &Arc<Call>) {
        self.model.cancel_at(at, self.own_calls.len());
        self.own_calls.push(Arc::clone(call));
    }

    pub fn violates(&mut self, what: impl Into<String>) {
        self.violations.push(what.into());
    }
}

fn moved(time: SystemTime, by_s: i64) -> SystemTime {
    let by = Duration::from_secs(by_s.unsigned_abs());
    if by_s < 0 { time - by } else { time + by }
}

/// The client's view of the world's time.
#[derive(Clone)]
pub struct VirtualClock(pub Arc<World>);

impl Clock for VirtualClock {
    fn now(&self) -> Instant {
        self.0.base + self.0.now()
    }

    fn wall(&self) -> SystemTime {
        let state = self.0.lock();
        moved(self.0.wall + state.true_now(), state.stepped_s)
    }

    fn wait(&self, time: Duration, cancel: &Cancel) -> bool {
        let until = self.0.now() + time;
        self.0.sleep(until, || cancel.is_cancelled());
        !cancel.is_cancelled()
    }

    fn wait_for(&self, signal: &Signal, seen: u64, time: Duration, cancel: &Cancel) {
        let until = self.0.now() + time;
        self.0.sleep(until, || cancel.is_cancelled() || signal.raised() > seen);
    }

    fn jitter(&self) -> f64 {
        f64::from(u32::try_from(self.0.lock().model.setup.jitter).unwrap()) / 100.0
    }
}
