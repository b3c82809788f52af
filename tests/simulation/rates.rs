//! What is outside of the promise, run apart: how often it matters. And what a look is worth while an answer is awaited.

use std::collections::BTreeMap;
use std::sync::Mutex;

use graph_message::client::Verify;
use graph_message::status::Status;

use crate::faults::{Acted, End, Event, Nature, SendFault, Speed};
use crate::generate::{pick, random};
use crate::model::looks;
use crate::names::Manner;
use crate::run::{CallEnd, Run, play};
use crate::schedule::{Action, Fault, Later, Schedule, Setup};
use crate::search::{FIXED_SEED, nth_seed, number, on_all_processors};

/// A day: the client never looks while it waits.
const NEVER_MS: u64 = 24 * 60 * 60 * 1000;

/// Counts what becomes of random schedules, each changed so that an assumption does not hold.
fn count(name: &str, change: impl Fn(Schedule, &mut fastrand::Rng) -> Schedule + Sync) {
    let schedules = number("SIMULATION_SCHEDULES", 50_000) / 5;
    let kinds: Mutex<BTreeMap<&'static str, u64>> = Mutex::default();
    on_all_processors(
        schedules,
        || false,
        |nth| {
            let seed = nth_seed(FIXED_SEED, nth);
            let schedule = change(random(seed), &mut fastrand::Rng::with_seed(!seed));
            let run = play(&schedule, false);
            for kind in harm(&run) {
                *kinds.lock().unwrap().entry(kind).or_default() += 1;
            }
            // Whatever Graph does: a call ends in time, and in an answer.
            for call in &run.calls {
                let is_in_time = call.returned <= call.deadline && !matches!(call.end, CallEnd::Panicked);
                assert!(is_in_time, "{name}: {call:?}\nSIMULATION_REPLAY='{schedule}'");
            }
        },
    );
    println!("{name}: of {schedules} schedules");
    for (kind, count) in kinds.into_inner().unwrap() {
        println!("  {:>7.3} %  {kind}", share(count, schedules));
    }
}

/// What is wrong with the answers of a run, by what Graph did.
fn harm(run: &Run) -> Vec<&'static str> {
    let mut all = Vec::new();
    let sent_by =
        |number: usize| run.mails.iter().filter(move |mail| of_call(run, mail.exchange) == Some(number)).count();
    if run.mails.iter().filter(|mail| mail.exchange.is_some()).count() > 1 {
        all.push("left twice");
    }
    for (number, call) in run.calls.iter().enumerate().filter(|(_, call)| call.action != Action::Check) {
        match call.status().and_then(Status::sent) {
            Some(false) if sent_by(number) > 0 => all.push("said to be not sent, and left"),
            Some(true) if run.mails.is_empty() => all.push("said to be sent, and did not leave"),
            Some(_) => {}
            None => all.push("unknown"),
        }
    }
    all.dedup();
    all
}

fn of_call(run: &Run, exchange: Option<usize>) -> Option<usize> {
    Some(run.exchanges[exchange?].call)
}

fn share(part: u64, of: u64) -> f64 {
    f64::from(u32::try_from(part).unwrap()) / f64::from(u32::try_from(of.max(1)).unwrap()) * 100.0
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
    count("Graph acts beyond settle_ms", |mut schedule, rng| {
        let end = pick(rng, &[End::Late504, End::Silence, End::Reset, End::Wait503]);
        schedule.faults.push(Fault::Send(0, SendFault { end, acted: Acted::Beyond, speed: Speed::Quick }));
        schedule.faults.rotate_right(1);
        schedule
    });
    for (name, action) in [("a forked child sends, too", Action::Fork), ("a prompt restart", Action::Restart)] {
        count(name, |mut schedule, rng| {
            schedule.then.clear();
            let after_ms = pick(rng, &[0, 1000, schedule.setup.settle_ms / 2]);
            schedule.then.push(Later { after_ms, action, by: Manner::Upn });
            schedule
        });
    }
}

/// The share of unknowns within the promise, of the calls that send: to be compared before and after a change.
pub fn unknowns() {
    let schedules = number("SIMULATION_SCHEDULES", 50_000);
    let counts: Mutex<BTreeMap<&'static str, (u64, u64)>> = Mutex::default();
    on_all_processors(
        schedules,
        || false,
        |nth| {
            let run = play(&random(nth_seed(FIXED_SEED, nth)), false);
            let mut counts = counts.lock().unwrap();
            for (number, call) in run.calls.iter().enumerate() {
                let is_doubtful =
                    run.exchanges.iter().any(|exchange| exchange.call == number && exchange.is_doubtful());
                let kind = match (call.action, looks(call.verify) && run.setup.may_read, is_doubtful) {
                    (Action::Check, true, _) => "checks",
                    (Action::Check, false, _) => "checks that may not look",
                    (_, true, true) => "sends with a doubt",
                    (_, true, false) => "sends without a doubt of their own",
                    (_, false, true) => "sends with a doubt that may not look",
                    (_, false, false) => "sends without a doubt that may not look",
                };
                let count = counts.entry(kind).or_default();
                count.0 += u64::from(call.status() == Some(Status::Unknown));
                count.1 += 1;
            }
        },
    );
    println!("unknown, in {schedules} schedules from the fixed seed:");
    for (kind, (unknown, all)) in counts.into_inner().unwrap() {
        println!("  {:>7.3} %  of {all} {kind}", share(unknown, all));
    }
}

/// The same random schedules with and without the look while an answer is late: those that end in a doubt late, and whose
/// draft is gone by then under its id, so that nothing else can find it.
pub fn look_while_waiting() {
    let schedules = number("SIMULATION_SCHEDULES", 50_000) / 5;
    let counts: Mutex<[u64; 3]> = Mutex::default();
    on_all_processors(
        schedules,
        || false,
        |nth| {
            let seed = nth_seed(FIXED_SEED, nth);
            let mut rng = fastrand::Rng::with_seed(!seed);
            let mut schedule = late_doubt(random(seed), &mut rng);
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
        "look while waiting, {schedules} schedules: {without} unknown without it, {with} with it: it settles {:.1} %",
        share(settled, without)
    );
    assert!(
        settled * 4 > without,
        "looking while waiting settles {settled} of {without} unknowns: it is worth nothing"
    );
    assert!(with <= without, "looking while waiting makes more unknown, not less");
}

fn late_doubt(mut schedule: Schedule, rng: &mut fastrand::Rng) -> Schedule {
    let end = pick(rng, &[End::Silence, End::Trickle, End::Reset, End::Late504, End::Page502]);
    let acted = pick(rng, &[Acted::No, Acted::Early, Acted::Early, Acted::Late]);
    let speed = if matches!(end, End::Silence | End::Trickle) { Speed::Quick } else { Speed::Last };
    let is_of_a_send = |fault: &Fault| matches!(fault, Fault::Send(_, fault) if fault.end.nature() == Nature::Open);
    schedule.faults.retain(|fault| !matches!(fault, Fault::World(..) | Fault::Crash(..)) && !is_of_a_send(fault));
    schedule.faults.insert(0, Fault::Send(0, SendFault { end, acted, speed }));
    schedule.then.clear();
    let settle_ms = 20_000;
    let leaves_ms = rng.u64(2000..15_000);
    schedule.setup = Setup {
        verify: Verify::OnDoubt,
        settle_ms,
        leaves_ms,
        timeout_ms: 100_000,
        jitter: schedule.setup.jitter,
        ..Setup::default()
    };
    schedule
}
