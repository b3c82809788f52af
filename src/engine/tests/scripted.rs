//! A transport that plays a script, and a clock that only waiting moves.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use crate::engine::Clock;
use crate::graph::{Failure, Reply, Request};
use crate::signal::Signal;
use crate::transport::{Body, Cancel, CancelSource, Limits, Transport};

/// What both clocks show at first, as a reply's `Date` has it.
pub const NOW: &str = "Mon, 23 Nov 2026 10:00:00 GMT";

/// What one exchange brings.
pub type Script = Result<Reply, Failure>;

/// Plays a script, and remembers what was asked of it.
#[derive(Clone)]
pub struct Scripted {
    script: Arc<Mutex<VecDeque<(Duration, Script)>>>,
    /// What was asked of it.
    pub asked: Arc<Mutex<Vec<(Request, Limits)>>>,
    clock: Simulated,
}

/// A clock that only waiting and exchanges move.
#[derive(Clone)]
pub struct Simulated {
    now: Arc<Mutex<Instant>>,
    /// How long was waited, each time.
    pub waits: Arc<Mutex<Vec<Duration>>>,
    /// What is cancelled when somebody waits.
    pub cancels: Arc<Mutex<Option<CancelSource>>>,
}

impl Simulated {
    /// Moves the clock.
    pub fn pass(&self, time: Duration) {
        *self.now.lock().unwrap() += time;
    }
}

impl Clock for Simulated {
    fn now(&self) -> Instant {
        *self.now.lock().unwrap()
    }

    fn wall(&self) -> SystemTime {
        // No test passes more time than that of a second's fraction before its first look.
        httpdate::parse_http_date(NOW).unwrap()
    }

    fn wait(&self, time: Duration, cancel: &Cancel) -> bool {
        self.waits.lock().unwrap().push(time);
        self.pass(time);
        self.cancels.lock().unwrap().iter().for_each(CancelSource::cancel);
        !cancel.is_cancelled()
    }

    fn wait_for(&self, _: &Signal, _: u64, time: Duration, cancel: &Cancel) {
        self.wait(time, cancel);
    }

    fn jitter(&self) -> f64 {
        1.0
    }
}

impl Transport for Scripted {
    fn exchange(&self, request: &Request, _: Body, limits: &Limits) -> Script {
        self.asked.lock().unwrap().push((request.clone(), limits.clone()));
        let (takes, result) = self.script.lock().unwrap().pop_front().expect("one exchange too many");
        self.clock.pass(takes);
        result
    }
}

/// Milliseconds.
pub const MS: fn(u64) -> Duration = Duration::from_millis;

impl Scripted {
    /// That plays this, each after the time that it takes.
    pub fn playing(script: impl IntoIterator<Item = (Duration, Script)>, clock: &Simulated) -> Scripted {
        let script = Arc::new(Mutex::new(script.into_iter().collect()));
        Scripted { script, asked: Arc::default(), clock: clock.clone() }
    }
}

impl Simulated {
    /// That begins now.
    pub fn begin() -> Simulated {
        Simulated { now: Arc::new(Mutex::new(Instant::now())), waits: Arc::default(), cancels: Arc::default() }
    }
}
