//! What is outside of the promise, run apart: how often it matters. And what a look is worth while an answer is awaited.

use std::collections::BTreeMap;
use std::sync::Mutex;

use graph_message::client::Verify;
use graph_message::status::Status;

use crate::faults::{Accepted, End, Event, SendFault, Speed};
use crate::invariants::broken;
use crate::run::play;
use crate::schedule::{Fault, Schedule, Setup, random};
use crate::search::{FIXED_SEED, kind, nth_seed, number, on_all_processors};

/// A day: the client never looks while it waits.
const NEVER_MS: u64 = 24 * 60 * 60 * 1000;

/// Counts what breaks in random schedules, each changed so that an assumption does not hold.
fn count(name: &str, change: impl Fn(Schedule, &mut fastrand::Rng) -> Schedule + Sync) {
    let schedules = number("SIMULATION_SCHEDULES", 50_000) / 5;
    let kinds: Mutex<BTreeMap<String, u64>> = Mutex::default();
    on_all_processors(
        schedules,
        || false,
        |nth| {
            let seed = nth_seed(FIXED_SEED, nth);
            let schedule = change(random(seed), &mut fastrand::Rng::with_seed(!seed));
            for why in broken(&schedule, &play(&schedule, false)) {
                let kind = kind(&why);
                // Whatever Graph does: a call ends in time, and in an answer.
                for never in ["panicked", "its deadline", "sends, and", "outside of any call", "a token"] {
                    assert!(!kind.contains(never), "{name}: {why}\nSIMULATION_REPLAY='{schedule}'");
                }
                *kinds.lock().unwrap().entry(sort(&kind)).or_default() += 1;
            }
        },
    );
    println!("{name}: of {schedules} schedules");
    for (kind, count) in kinds.into_inner().unwrap() {
        println!("  {:>7.3} %  {kind}", share(count, schedules));
    }
}

fn share(part: u64, of: u64) -> f64 {
    f64::from(u32::try_from(part).unwrap()) / f64::from(u32::try_from(of.max(1)).unwrap()) * 100.0
}

fn sort(kind: &str) -> String {
    let sorts = [
        ("the mail left", "left twice"),
        ("GRAPH_", "said to be not sent, and left"),
        ("sent, ", "said to be sent, and did not leave"),
        ("unknown", "unknown, though a look was to be had"),
    ];
    let found = sorts.iter().find(|(part, _)| kind.contains(part));
    found.map_or(kind, |(_, sort)| sort).to_owned()
}

/// Beyond the time to settle, with other senders, and with looks that are older than that.
pub fn outside_of_the_promise() {
    let late = |mut schedule: Schedule, rng: &mut fastrand::Rng| {
        let setup = &mut schedule.setup;
        setup.leaves_ms = setup.settle_ms * rng.u64(1..=4);
        schedule
    };
    count("lag beyond settle_ms", late);
    count("lag beyond settle_ms, one call alone", |mut schedule, rng| {
        schedule.then.clear();
        schedule.faults.retain(|fault| !matches!(fault, Fault::Crash(..)));
        late(schedule, rng)
    });
    count("looks older than settle_ms", |mut schedule, rng| {
        let setup = &mut schedule.setup;
        setup.stale_ms = setup.settle_ms * rng.u64(1..=4);
        schedule
    });
    count("another program sends the draft", |mut schedule, rng| {
        let offset = [0, 15, 300, 3000, 20_000][rng.usize(..5)];
        schedule.faults.push(Fault::World(rng.usize(..3), offset, Event::OtherSends));
        schedule
    });
    count("connections that are not reset", |mut schedule, rng| {
        schedule.setup.arrives_late_ms = rng.u64(1..=2 * schedule.setup.settle_ms);
        schedule
    });
}

/// The same random schedules with and without the look while an answer is late: all of them, and those whose first send is
/// in doubt late.
pub fn look_while_waiting() {
    compare("of all", |schedule, _| schedule);
    compare("with a late doubt", |mut schedule, rng| {
        let ends = [End::Silence, End::Trickle, End::Reset, End::Late504, End::Page502];
        let accepted = [Accepted::No, Accepted::Early, Accepted::Late][rng.usize(..3)];
        let speed = [Speed::Slow, Speed::Last][rng.usize(..2)];
        let first = SendFault { end: ends[rng.usize(..ends.len())], accepted, speed };
        schedule.faults.retain(|fault| !matches!(fault, Fault::Send(0, _) | Fault::World(..)));
        schedule.faults.push(Fault::Send(0, first));
        schedule
    });
}

fn compare(name: &str, change: impl Fn(Schedule, &mut fastrand::Rng) -> Schedule + Sync) {
    let schedules = number("SIMULATION_SCHEDULES", 50_000) / 2;
    let counts: Mutex<[u64; 3]> = Mutex::default();
    on_all_processors(
        schedules,
        || false,
        |nth| {
            let seed = nth_seed(FIXED_SEED, nth);
            let mut schedule = change(random(seed), &mut fastrand::Rng::with_seed(!seed));
            schedule.then.clear();
            schedule.setup = Setup { verify: Verify::OnDoubt, may_read: true, knows_id: false, ..schedule.setup };
            let is_unknown =
                |schedule: &Schedule| u64::from(play(schedule, false).calls[0].status() == Some(Status::Unknown));
            let with = is_unknown(&schedule);
            schedule.setup.late_after_ms = NEVER_MS;
            let without = is_unknown(&schedule);
            let mut counts = counts.lock().unwrap();
            counts[0] += with;
            counts[1] += without;
            counts[2] += u64::from(without > with);
        },
    );
    let [with, without, settled] = counts.into_inner().unwrap();
    println!(
        "look while waiting, {schedules} schedules, {name}: {without} unknown without it, {with} with it: it settles {:.1} %",
        share(settled, without)
    );
    assert!(with <= without, "looking while waiting makes more unknown, not less");
}
