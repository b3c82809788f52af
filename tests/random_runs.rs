//! Random runs over real sockets: a service with state and faults of its own, callers of many kinds, and a judge that knows the
//! service's side alone.
//!
//! ```text
//! cargo test --profile optimized-tests --test random_runs -- --nocapture
//! RANDOM_RUNS_SECONDS=600 RANDOM_RUNS_SEED=7 cargo test --profile optimized-tests --test random_runs -- --nocapture
//! RANDOM_RUNS_ONLY=busy,copies ...    some kinds of trouble alone: tests/random_runs/kinds.rs names them
//! RANDOM_RUNS_TELL=1 ...              what is let pass, in full: one of each kind
//! ```
//!
//! A run is not repeated by its seed to the last byte, since threads are not; what is drawn for each message is.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)]

#[path = "random_runs/callers.rs"]
mod callers;
#[path = "random_runs/judge.rs"]
mod judge;
#[path = "random_runs/kinds.rs"]
mod kinds;
#[path = "random_runs/lateness.rs"]
mod lateness;
#[path = "random_runs/server.rs"]
mod server;
#[path = "random_runs/world.rs"]
mod world;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use fastrand::Rng;
use graph_message::status::Status;
use judge::Judged;
use kinds::Kinds;
use lateness::Lateness;
use world::World;

/// Threads that draw messages; most of them wait most of the time.
const WORKERS: u64 = 40;
/// Threads that send plain drafts, one after the other.
const CROWD: u64 = 4;
/// A run that has found so much is over.
const ENOUGH: u64 = 25;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

#[test]
#[cfg_attr(debug_assertions, ignore = "for the optimized library: tests/gate/run runs it so")]
fn nothing_is_sent_twice_and_no_answer_is_false() {
    let time = Duration::from_secs(number("RANDOM_RUNS_SECONDS").unwrap_or(20));
    let seed = number("RANDOM_RUNS_SEED").unwrap_or_else(|| Rng::new().u64(..1_000_000_000));
    println!("random runs: RANDOM_RUNS_SEED={seed} RANDOM_RUNS_SECONDS={}", time.as_secs());
    let mut rng = Rng::with_seed(seed);
    let world = Arc::new(World::new(seed, Kinds::from_environment()));
    let port = server::start(&world);
    let callers = callers::clients(&world, port, &mut rng);
    let (began, until) = (Instant::now(), Instant::now() + time);
    let lateness = Lateness::default();
    let (at_work, measuring) = (AtomicBool::new(true), AtomicBool::new(true));
    let stop = AtomicBool::new(false);
    let judged = thread::scope(|scope| {
        scope.spawn(|| lateness.measure(|| measuring.load(Ordering::Relaxed)));
        let judge = scope.spawn(|| {
            let mut judged = Judged::default();
            loop {
                let last = !at_work.load(Ordering::Relaxed);
                for draft in world.take_settled(last) {
                    judged.judge(&draft, &lateness);
                }
                if judged.failures() >= ENOUGH {
                    stop.store(true, Ordering::Relaxed);
                }
                if last {
                    return judged;
                }
                thread::sleep(Duration::from_millis(100));
            }
        });
        let crowd = if world.kinds.has("volume") { CROWD } else { 0 };
        let (world, callers, stop) = (&*world, &*callers, &stop);
        let workers: Vec<_> = (0..WORKERS + crowd)
            .map(|number| {
                let rng = rng.fork();
                let work = move |rng, until| match number < WORKERS {
                    true => callers::work(world, callers, rng, until, stop),
                    false => callers::crowd(world, callers, rng, until, stop),
                };
                scope.spawn(move || work(rng, until))
            })
            .collect();
        let failed = workers.into_iter().filter_map(|worker| worker.join().err()).count();
        // What the service still has to do is done by then.
        thread::sleep(Duration::from_secs(1));
        at_work.store(false, Ordering::Relaxed);
        let judged = judge.join();
        measuring.store(false, Ordering::Relaxed);
        assert_eq!(failed, 0, "callers failed");
        judged.unwrap()
    });
    report(&judged, &world, seed, began);
    assert!(judged.failures() == 0, "RANDOM_RUNS_SEED={seed}: {:#?}", judged.broken);
    assert!(judged.acts > 0 && judged.calls > 0);
    assert!(!world.failed.load(Ordering::Relaxed), "the service met a request that it does not know");
}

fn report(judged: &Judged, world: &World, seed: u64, began: Instant) {
    for story in &judged.stories {
        println!("\nRANDOM_RUNS_SEED={seed}: {story}");
    }
    let Judged { drafts, calls, posts, acts, .. } = judged;
    let requests = world.requests.load(Ordering::Relaxed);
    println!(
        "seed {seed}, {:.0} s: {drafts} drafts, {calls} calls, {requests} requests, {posts} of them to send, {acts} accepted",
        began.elapsed().as_secs_f64()
    );
    let [crowded, waited] = world.crowded.each_ref().map(|count| count.load(Ordering::Relaxed));
    println!("  called again after more others than are remembered: {crowded} of {waited}");
    for ((check, status), count) in &judged.statuses {
        let name = Status::of(*status).map_or("?", Status::name);
        println!("  {count:8} {} {name}", if *check { "check" } else { "send " });
    }
    for (fate, (unknown, all)) in &judged.unknown {
        println!("  {fate}: {unknown} of {all} UNKNOWN, {:.1} %", *unknown as f64 * 100.0 / *all as f64);
    }
    for (reason, count) in &judged.let_pass {
        println!("  let pass: {count} {reason}");
    }
    let (raw, net) = judged.worst;
    println!("  latest end: {raw:?} after the deadline or the cancel, {net:?} of it not the machine's");
    for (what, count) in &judged.broken {
        println!("  BROKEN: {count} {what}");
    }
    if let Some(first) = judged.first {
        println!("  the first after {:.1} s", first.duration_since(began).as_secs_f64());
    }
}
