//! How fast the machine is at present, by which the times of the case table are stretched.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use graph_emulator::{Config, Emulator};
use serde_json::json;

use super::Driver;
use super::programs::{MAILBOX, TOKEN};

/// The longest that a send may take where the times of the table, most of them 300 and 400 ms, are right as they are written. An
/// idle machine needs a few milliseconds.
const AS_WRITTEN: Duration = Duration::from_millis(15);
/// Beyond it the times of the library itself, which nothing stretches, would be shorter than those of the cases.
const MOST: f64 = 8.0;
/// How many sends are looked at, and how long there is between two of them.
const RECENT: usize = 10;
const BETWEEN: Duration = Duration::from_millis(200);

/// How long sends take.
pub struct Pace {
    recent: Mutex<VecDeque<Duration>>,
    longest: Mutex<Duration>,
    is_over: AtomicBool,
}

/// What a pace is measured with: a driver of the language, and a server of its own.
pub struct Gauge {
    driver: Driver,
    emulator: Emulator,
}

impl Gauge {
    pub fn new(mut driver: Driver) -> Gauge {
        let emulator = Emulator::start(Config::default()).unwrap();
        driver.set("base_url", emulator.base_url()).set("token", TOKEN);
        Gauge { driver, emulator }
    }

    /// How long a send takes.
    fn send(&mut self) -> Duration {
        let to = json!([{"emailAddress": {"address": "lee@fabrikam.example"}}]);
        let draft = self.emulator.create_draft(MAILBOX, &json!({"subject": "Pace", "toRecipients": to})).unwrap();
        self.driver.set("id", draft);
        let began = Instant::now();
        let answer = self.driver.call("send");
        let took = began.elapsed();
        assert_eq!(answer.get("status"), "GRAPH_OK", "{answer:?}");
        took
    }
}

impl Pace {
    /// Measured by a few sends.
    pub fn measured(gauge: &mut Gauge) -> Pace {
        let pace = Pace { recent: Mutex::default(), longest: Mutex::default(), is_over: AtomicBool::new(false) };
        // The first send of a process loads what the others find there.
        gauge.send();
        for _ in 0..RECENT {
            pace.note(gauge.send());
        }
        pace
    }

    /// Goes on measuring until it is over: the load of a machine changes while a table runs, by the table too.
    pub fn go_on(&self, gauge: &mut Gauge) {
        while !self.is_over.load(Ordering::Relaxed) {
            self.note(gauge.send());
            std::thread::sleep(BETWEEN);
        }
    }

    pub fn end(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    fn note(&self, took: Duration) {
        let mut recent = self.recent.lock().unwrap();
        if recent.len() == RECENT {
            recent.pop_front();
        }
        recent.push_back(took);
        let mut longest = self.longest.lock().unwrap();
        *longest = took.max(*longest);
    }

    /// The longest of the recent sends.
    pub fn recent(&self) -> Duration {
        self.recent.lock().unwrap().iter().max().copied().unwrap_or_default()
    }

    /// The longest of all.
    pub fn longest(&self) -> Duration {
        *self.longest.lock().unwrap()
    }

    /// What times are stretched by now: 1, or more on a busy machine. `GRAPH_PACE` names the least: what runs several tables at
    /// once keeps the machine busy itself, in bursts that are over when they are measured.
    pub fn factor(&self) -> f64 {
        let least = std::env::var("GRAPH_PACE").map_or(1.0, |least| least.parse().unwrap());
        factor(self.recent()).max(least)
    }
}

/// What times are stretched by where a send takes so long.
pub fn factor(took: Duration) -> f64 {
    took.div_duration_f64(AS_WRITTEN).clamp(1.0, MOST)
}
