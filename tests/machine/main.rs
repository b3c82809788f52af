//! The send machine by itself, against a world of its own in virtual time: all schedules of a few faults, driven without JSON,
//! without HTTP and without the client. `tests/simulation` drives the whole client; here every letter of an alphabet is tried at
//! every action, and what a call could know is computed from all runs in which it saw the same.
//!
//! ```text
//! cargo test --profile optimized-tests --test machine -- --nocapture
//! MACHINE_FAULTS     faults in each schedule (2; without optimization 1; 3 takes a few minutes)
//! MACHINE_SETUP      one setup alone, by its number
//! MACHINE_PROGRESS   tells of each setup
//! MACHINE_REPLAY     one run again, as a failure prints it (with the same MACHINE_FAULTS)
//! ```

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

#[path = "../support/assertions.rs"]
mod assertions;
mod clocks;
mod judge;
mod knowledge;
mod letters;
mod pairwise;
mod run;
mod search;
mod seen;
mod setup;
mod tampered;
mod world;

#[test]
fn all_schedules_of_a_few_faults() {
    search::everything();
}

#[test]
#[cfg_attr(debug_assertions, ignore = "takes minutes without optimization")]
fn every_assertion_can_fail() {
    tampered::every_assertion_can_fail();
}

/// Plays one run and prints everything about it: `MACHINE_REPLAY='...' cargo test --test machine replay -- --nocapture`.
#[test]
fn replay() {
    let Ok(line) = std::env::var("MACHINE_REPLAY") else { return };
    println!("{}", search::replay(&search::of_depth(search::depth()), &search::parsed(&line)));
}
