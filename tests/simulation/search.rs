//! Looks for a schedule that breaks an invariant: at random, and through all of them.

use std::collections::BTreeMap;
use std::env;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use crate::generate;
use crate::invariants::broken;
use crate::model::{Exchange, Mail};
use crate::run::{Run, play};
use crate::schedule::Schedule;

/// The seed of every run that names none, beside a fresh one.
pub const FIXED_SEED: u64 = 0x6d61_696c;

pub fn number(name: &str, default: u64) -> u64 {
    env::var(name).ok().map_or(default, |text| text.replace('_', "").parse().unwrap())
}

/// Plays a schedule and prints what happened.
pub fn tell(schedule: &Schedule) -> Vec<String> {
    let run = play(schedule, true);
    for line in &run.log {
        println!("  {line}");
    }
    tell_exchanges(&run.exchanges);
    tell_mails(&run.mails);
    for call in &run.calls {
        println!("  {:>9.3} {:?} ends: {:?}", call.returned.as_secs_f64(), call.action, call.end);
    }
    broken(schedule, &run)
}

pub fn tell_exchanges(exchanges: &[Exchange]) {
    for exchange in exchanges {
        println!(
            "  {:>9.3} to {:>9.3} call {} {:?}{}: {:?}, {:?}, HTTP {}",
            exchange.began.as_secs_f64(),
            exchange.ended.unwrap_or_default().as_secs_f64(),
            exchange.call,
            exchange.kind,
            if exchange.nested { " (meanwhile)" } else { "" },
            exchange.end,
            exchange.shown,
            exchange.status
        );
    }
}

pub fn tell_mails(mails: &[Mail]) {
    for mail in mails {
        println!("  {:>9.3} a mail leaves", mail.at.as_secs_f64());
    }
}

/// What kind of failure it is: what is said of it without the numbers, and without what the client says.
pub fn kind(why: &str) -> String {
    let why = why.split("although").next().unwrap().split(": but").next().unwrap();
    let why = why.split(": ").take(3).collect::<Vec<_>>().join(": ");
    why.replace(|c: char| c.is_ascii_digit(), "").replace("call ", "")
}

/// Shrinks a failing schedule, for as long as it fails in the same way, and tells how to replay it.
fn shrunk(schedule: &Schedule, why: &str) -> String {
    let shrunk = schedule.clone().shrunk(|simpler| {
        let simpler = broken(simpler, &play(simpler, false));
        simpler.iter().any(|other| kind(other) == kind(why))
    });
    let why = broken(&shrunk, &play(&shrunk, false));
    format!("{}\nSIMULATION_REPLAY='{shrunk}'", why.join("\n"))
}

/// The first failure of each kind, at most so many kinds.
#[derive(Default)]
pub struct Failures(Mutex<BTreeMap<String, (Schedule, String)>>);

const MOST_KINDS: usize = 8;

impl Failures {
    /// Plays a schedule; `logs` costs more than all the rest.
    pub fn play(&self, schedule: &Schedule, logs: bool) -> Run {
        let run = play(schedule, logs);
        if let Some(why) = broken(schedule, &run).into_iter().next() {
            self.0.lock().unwrap().entry(kind(&why)).or_insert_with(|| (schedule.clone(), why));
        }
        run
    }

    pub fn are_enough(&self) -> bool {
        self.0.lock().unwrap().len() >= MOST_KINDS
    }

    /// Fails with all of them, each as simple as it gets.
    pub fn none(self, of: &str) {
        let failures = self.0.into_inner().unwrap();
        let told: Vec<String> = failures.values().map(|(schedule, why)| shrunk(schedule, why)).collect();
        assert!(told.is_empty(), "{of}:\n{}", told.join("\n\n"));
    }
}

/// Works off numbers on all processors, until there are none or it is enough.
pub fn on_all_processors(count: u64, enough: impl Fn() -> bool + Sync, work: impl Fn(u64) + Sync) {
    let next = AtomicU64::new(0);
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let nth = next.fetch_add(1, Ordering::Relaxed);
                    if nth >= count || enough() {
                        return;
                    }
                    work(nth);
                }
            });
        }
    });
}

/// Random schedules: `SIMULATION_SCHEDULES` of them from `SIMULATION_SEED`, or from a fixed and a fresh one.
pub fn random() {
    let count = number("SIMULATION_SCHEDULES", 50_000);
    let seeds = match env::var("SIMULATION_SEED") {
        Ok(_) => vec![number("SIMULATION_SEED", 0)],
        Err(_) => vec![FIXED_SEED, u64::from(fastrand::u32(..))],
    };
    for seed in seeds {
        let began = Instant::now();
        println!("random: {count} schedules, SIMULATION_SEED={seed}");
        let failures = Failures::default();
        on_all_processors(
            count,
            || failures.are_enough(),
            |nth| {
                failures.play(&generate::random(nth_seed(seed, nth)), nth % 16 == 0);
            },
        );
        failures.none(&format!("SIMULATION_SEED={seed}"));
        println!("random: {count} schedules, no violation, {:.1} s", began.elapsed().as_secs_f64());
    }
}

pub fn nth_seed(seed: u64, nth: u64) -> u64 {
    seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(nth)
}
