//! All schedules of up to so many faults: each run tells at which places there is room for one more.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use graph_message::client::Verify;

use crate::faults::{Cut, Event, SendFault};
use crate::looks::LookFault;
use crate::names::Manner;
use crate::run::Run;
use crate::schedule::{Action, Fault, Later, Schedule, Setup, Transit};
use crate::search::{Failures, number, on_all_processors};

/// When in a request something happens: as it begins, while it is on its way, after its reply.
const OFFSETS: [u64; 3] = [0, 15, 300];

/// A family of schedules: what does not vary in it is its setup.
struct Family {
    name: &'static str,
    setup: Setup,
    then: Vec<Later>,
    depth: u64,
}

/// The setups: what the client is told to do, times where the item goes, times how late it shows.
fn setups() -> Vec<Setup> {
    let mut all = Vec::new();
    for verify in [Verify::OnDoubt, Verify::Always, Verify::Never] {
        for (knows_id, may_read, ids_stay) in
            [(false, true, false), (true, true, false), (false, true, true), (false, false, false)]
        {
            let settle = Setup::default().settle_ms;
            for (transit, leaves_ms, shows_ms, stale_ms) in [
                (Transit::Hidden, 0, 0, settle - 1),
                (Transit::Hidden, settle - 1, 0, 0),
                (Transit::Stamped, 8000, 3999, 8000),
                (Transit::InPlace, 300, settle - 301, 0),
            ] {
                let setup = Setup { verify, knows_id, may_read, ids_stay, ..Setup::default() };
                all.push(Setup { transit, leaves_ms, shows_ms, stale_ms, ..setup });
            }
        }
    }
    all
}

fn families(depth: u64) -> Vec<Family> {
    let mut all = Vec::new();
    for setup in setups() {
        all.push(Family { name: "one call", setup, then: Vec::new(), depth });
        let short = depth.saturating_sub(1).max(1);
        for (name, action, after_ms, by) in [
            ("sent again at once", Action::Send, 0, Manner::Guid),
            ("sent again when settled", Action::Send, setup.settle_ms, Manner::Upn),
            ("checked at once", Action::Check, 0, Manner::Upn),
            ("another run", Action::Rerun, 0, Manner::Upn),
        ] {
            let then = Later { after_ms, action, by };
            all.push(Family { name, setup, then: vec![then], depth: short });
        }
    }
    all
}

/// What can be added to a schedule of which this is the run: at or after its last fault, so that each set of faults is
/// met once. The first fault is any; what is combined, stands for its kind.
fn extensions(schedule: &Schedule, run: &Run) -> Vec<Fault> {
    let is_first = schedule.faults.is_empty();
    let sends_meet = if is_first { SendFault::alphabet() } else { SendFault::few() };
    let looks_meet = if is_first { &LookFault::ALL[..] } else { &LookFault::FEW[..] };
    let (mut sends, mut looks) = (0, 0);
    let mut all = Vec::new();
    let last = schedule.faults.last().map(|fault| place(fault, run));
    for (step, exchange) in run.exchanges.iter().enumerate() {
        let mut add = |fault: Fault| {
            if last.is_none_or(|last| place(&fault, run) > last) && !looks_like_sent(schedule, &fault) {
                all.push(fault);
            }
        };
        for offset in OFFSETS {
            Event::PROMISED.into_iter().for_each(|event| add(Fault::World(step, offset, event)));
        }
        Cut::ALL.into_iter().for_each(|cut| add(Fault::Crash(step, cut)));
        if exchange.is_send() {
            sends_meet.iter().for_each(|fault| add(Fault::Send(sends, *fault)));
            sends += 1;
        } else {
            looks_meet.iter().for_each(|fault| add(Fault::Look(looks, *fault)));
            looks += 1;
        }
    }
    all
}

/// A draft that is deleted while its twin is sent looks as if it had been sent.
fn looks_like_sent(schedule: &Schedule, fault: &Fault) -> bool {
    let is = |fault: &Fault, event: Event| matches!(fault, Fault::World(_, _, other) if *other == event);
    let has = |event| is(fault, event) || schedule.faults.iter().any(|other| is(other, event));
    has(Event::TwinSent) && has(Event::Delete)
}

/// Where a fault is: its request, and in it what happens in the world, the process, the request itself.
fn place(fault: &Fault, run: &Run) -> (usize, u8, u64, usize) {
    let nth = |nth: usize, send: bool| {
        let of_kind = run.exchanges.iter().enumerate().filter(|(_, other)| other.is_send() == send);
        of_kind.map(|(step, _)| step).nth(nth).unwrap_or(usize::MAX)
    };
    match *fault {
        Fault::World(step, offset, event) => {
            (step, 0, offset, Event::ALL.iter().position(|other| *other == event).unwrap_or_default())
        }
        Fault::Crash(step, _) => (step, 1, 0, 0),
        Fault::Send(at, _) => (nth(at, true), 2, 0, 0),
        Fault::Look(at, _) => (nth(at, false), 2, 0, 0),
    }
}

struct Search<'a> {
    failures: &'a Failures,
    played: AtomicU64,
    by_family: Mutex<BTreeMap<&'static str, u64>>,
}

impl Search<'_> {
    /// Plays a schedule, and all that have further faults.
    fn play(&self, schedule: &Schedule, more: u64) -> u64 {
        let run = self.failures.play(schedule, false);
        let mut played = 1;
        self.played.fetch_add(1, Ordering::Relaxed);
        if more == 0 || self.failures.are_enough() {
            return played;
        }
        for fault in extensions(schedule, &run) {
            let mut longer = schedule.clone();
            longer.faults.push(fault);
            played += self.play(&longer, more - 1);
        }
        played
    }
}

/// All schedules of up to `SIMULATION_FAULTS` faults in one call, and of one less in the calls that follow it.
pub fn exhaustive() {
    // Three take a few minutes with optimization.
    let depth = number("SIMULATION_FAULTS", if cfg!(debug_assertions) { 1 } else { 2 });
    let began = Instant::now();
    let failures = Failures::default();
    let search = Search { failures: &failures, played: AtomicU64::new(0), by_family: Mutex::default() };
    // The work is split by the first fault, so that all processors have some to the end.
    let mut work = Vec::new();
    for family in families(depth) {
        let schedule = Schedule { setup: family.setup, faults: Vec::new(), then: family.then.clone() };
        let run = failures.play(&schedule, false);
        search.played.fetch_add(1, Ordering::Relaxed);
        for fault in extensions(&schedule, &run) {
            work.push((family.name, Schedule { faults: vec![fault], ..schedule.clone() }, family.depth - 1));
        }
    }
    on_all_processors(
        work.len() as u64,
        || failures.are_enough(),
        |nth| {
            let (name, schedule, more) = &work[usize::try_from(nth).unwrap()];
            let played = search.play(schedule, *more);
            *search.by_family.lock().unwrap().entry(name).or_default() += played;
        },
    );
    let played = search.played.load(Ordering::Relaxed);
    println!(
        "exhaustive: {played} schedules of up to {depth} faults, {:.1} s: {:?}",
        began.elapsed().as_secs_f64(),
        search.by_family.lock().unwrap()
    );
    drop(search);
    failures.none("exhaustive");
}
