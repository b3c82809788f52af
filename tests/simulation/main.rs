//! The client against a model of Graph in virtual time: no schedule of failures within the assumptions makes a duplicate or a
//! false answer. `mutate` shows that it would be noticed if one did.
//!
//! A schedule decides what Graph does and what is said of it, each by itself where Graph's contract does not bind the two
//! (`faults`). What must hold is worded by mails and by what was on the wire (`invariants`), and nothing in it is taken from
//! how the library decides.
//!
//! ```text
//! cargo test --profile optimized-tests --test simulation -- --nocapture
//! SIMULATION_SCHEDULES   random schedules for each seed (50000)
//! SIMULATION_SEED        their seed (one that is fixed, and one that is fresh)
//! SIMULATION_FAULTS      faults in each of the enumerated schedules (2; without optimization 1)
//! SIMULATION_THREADS     runs with several threads (3000)
//! SIMULATION_REPLAY, SIMULATION_THREADS_REPLAY   one run again, as a failure prints them
//! ```

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

#[path = "../support/assertions.rs"]
mod assertions;
mod clock;
mod exhaustive;
mod faults;
mod generate;
mod invariants;
mod looks;
mod model;
mod names;
mod plain_fate;
mod rates;
mod regressions;
mod replies;
mod requests;
mod run;
mod schedule;
mod search;
mod tampered;
mod threads;
mod threads_invariants;
mod threads_plan;
mod transport;
mod waiting;

use schedule::Schedule;

/// Plays one schedule and prints everything about it: `SIMULATION_REPLAY='...' cargo test --test simulation replay`.
#[test]
fn replay() {
    let Ok(line) = std::env::var("SIMULATION_REPLAY") else { return };
    let schedule: Schedule = line.parse().unwrap();
    let broken = search::tell(&schedule);
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn found_before() {
    regressions::found_before();
}

#[test]
fn random_schedules() {
    search::random();
}

#[test]
fn all_schedules_of_a_few_faults() {
    exhaustive::exhaustive();
}

#[test]
#[cfg_attr(debug_assertions, ignore = "takes a minute without optimization")]
fn every_assertion_can_fail() {
    tampered::every_assertion_can_fail();
}

#[test]
fn unknowns() {
    rates::unknowns();
}

#[test]
fn outside_of_the_promise() {
    rates::outside_of_the_promise();
}

#[test]
fn look_while_waiting() {
    rates::look_while_waiting();
}

#[test]
fn several_threads() {
    threads::several_threads();
}
