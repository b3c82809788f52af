//! Schedules out of nothing but a seed.

use std::env;

use fastrand::Rng;
use graph_message::client::Verify;

use crate::clock::STEP_S;
use crate::faults::{Acted, Cut, End, Event, Nature, SendFault, Speed};
use crate::looks::LookFault;
use crate::names::Manner;
use crate::schedule::{Action, Fault, Item, Later, Schedule, Setup, Transit};

/// How long what was accepted is surely remembered: a draft that stays longer may be sent again after that.
pub const REMEMBERED_MS: u64 = 200_000;

pub fn pick<T: Copy>(rng: &mut Rng, from: &[T]) -> T {
    from[rng.usize(..from.len())]
}

/// A schedule within the assumptions.
pub fn random(seed: u64) -> Schedule {
    let mut rng = Rng::with_seed(seed);
    let mut setup = setup(&mut rng);
    let mut faults: Vec<Fault> =
        (0..pick(&mut rng, &[0, 1, 1, 2, 2, 3, 3, 4, 5, 6])).map(|_| fault(&mut rng)).collect();
    let mut then: Vec<Later> = (0..rng.u8(..3)).map(|_| later(&mut rng, &setup)).collect();
    match rng.u8(..12) {
        0 => backlog(&mut rng, &mut setup, &mut faults),
        1 => setup.copy = true,
        2 => setup.deferred_ms = pick(&mut rng, &[86_400_000, 86_400_000, 10_000]),
        3 if rng.u8(..3) == 0 => setup.item = Item::Received,
        4 => reads_go_back(&mut rng, &mut setup, &mut faults),
        _ => {}
    }
    if rng.u8(..=255) == 0 {
        // It takes a minute to send so many.
        setup.settle_ms = 120_000;
        setup.leaves_ms = setup.leaves_ms.max(rng.u64(..60_000));
        then.insert(0, Later { after_ms: 0, action: Action::Many, by: Manner::Upn });
        then.push(Later { after_ms: 0, action: Action::Send, by: Manner::Upn });
    }
    if rng.u8(..8) == 0 || setup.item == Item::Received {
        setup.first = pick(&mut rng, &[Action::Check, Action::Check, Action::Send]);
    }
    let mut schedule = Schedule { setup, faults, then };
    within_the_assumptions(&mut schedule);
    schedule
}

fn setup(rng: &mut Rng) -> Setup {
    let settle_ms = pick(rng, &[2000, 20_000, 20_000, 60_000]);
    // Everything that is done or shown late is so just in time at the latest.
    let lag = match rng.u8(..4) {
        0 => 0,
        1 => settle_ms - 1,
        _ => rng.u64(..settle_ms),
    };
    let [leaves_ms, shows_ms, stale_ms, acts_ms, list_lag_ms] = divided(rng, lag);
    // What happens where a connection is not reset: for the mutations, to see that it would be noticed.
    let arrives_late_ms = if env::var("SIMULATION_NO_RESET").is_ok() { settle_ms + 1000 } else { 0 };
    Setup {
        verify: pick(
            rng,
            &[Verify::Never, Verify::OnDoubt, Verify::OnDoubt, Verify::OnDoubt, Verify::Always, Verify::Always],
        ),
        max_attempts: rng.u32(1..=4),
        timeout_ms: pick(rng, &[1000, 5000, 30_000, 60_000, 100_000, 100_000, 200_000]),
        attempt_timeout_ms: pick(rng, &[5000, 30_000, 30_000]),
        settle_ms,
        knows_id: rng.bool(),
        may_read: rng.u8(..5) > 0,
        renewable: rng.u8(..4) == 0,
        ids_stay: rng.bool(),
        transit: pick(rng, &Transit::ALL),
        acts_ms,
        leaves_ms,
        shows_ms,
        list_lag_ms,
        stale_ms,
        skew_s: pick(rng, &[0, 0, 7200, -7200, 3]),
        mailbox_skew_s: pick(rng, &[0, 0, 0, -3, 3, -6, 6, -60]),
        arrives_late_ms,
        suspend_ms: pick(rng, &[6000, 600_000, 3_600_000]),
        jitter: pick(rng, &[0, 50, 100]),
        by: if rng.u8(..3) == 0 { pick(rng, &Manner::GOOD) } else { Manner::Upn },
        ..Setup::default()
    }
}

/// A time in five parts, some of which are nothing.
fn divided(rng: &mut Rng, whole: u64) -> [u64; 5] {
    let mut parts = [0; 5];
    let mut left = whole;
    let first = rng.usize(..5);
    for at in 0..5 {
        let part = if rng.bool() { rng.u64(..=left) } else { 0 };
        parts[(first + at) % 5] = part;
        left -= part;
    }
    parts[first] += if rng.bool() { left } else { 0 };
    parts
}

fn fault(rng: &mut Rng) -> Fault {
    match rng.u8(..20) {
        0..=8 => Fault::Send(rng.usize(..3), SendFault::random(rng)),
        9..=15 => Fault::Look(rng.usize(..9), pick(rng, &LookFault::ALL)),
        16..=18 => {
            let offset = pick(rng, &[0, 12, 25, 300, 1000, 3000, 15_000, 29_000]);
            Fault::World(rng.usize(..8), offset, pick(rng, &Event::PROMISED))
        }
        _ => Fault::Crash(rng.usize(..8), pick(rng, &Cut::ALL)),
    }
}

fn later(rng: &mut Rng, setup: &Setup) -> Later {
    let after_ms = pick(rng, &[0, 0, 1000, setup.settle_ms / 2, setup.settle_ms, 240_000, 360_000, 700_000]);
    let action = pick(rng, &[Action::Send, Action::Send, Action::Check, Action::Rerun]);
    let by = if rng.bool() { pick(rng, &Manner::GOOD) } else { setup.by };
    Later { after_ms, action, by }
}

/// What Graph accepted stays visible for longer than it takes to settle; nothing else is in doubt.
fn backlog(rng: &mut Rng, setup: &mut Setup, faults: &mut Vec<Fault>) {
    setup.leaves_ms = setup.settle_ms + rng.u64(..REMEMBERED_MS - setup.settle_ms);
    setup.timeout_ms = setup.timeout_ms.max(30_000);
    faults.retain(|fault| match fault {
        Fault::Send(_, SendFault { end, speed, .. }) => {
            end.nature() != Nature::Open && !end.may_be_an_inner_retrys() && *speed == Speed::Quick
        }
        Fault::Look(..) => true,
        Fault::World(_, _, event) => !matches!(event, Event::CancelCall | Event::CancelClient),
        Fault::Crash(..) => false,
    });
}

/// After a doubt, a read that is older than any time to settle.
fn reads_go_back(rng: &mut Rng, setup: &mut Setup, faults: &mut Vec<Fault>) {
    setup.stale_ms = setup.settle_ms * 2;
    let end = pick(rng, &[End::Late504, End::Reset, End::Error500]);
    faults.push(Fault::Send(0, SendFault { end, acted: Acted::Early, speed: Speed::Quick }));
    faults.push(Fault::Look(rng.usize(1..9), LookFault::Stale));
}

/// Takes out what the promise leaves out, or where two things at once go wrong of which one must be right.
fn within_the_assumptions(schedule: &mut Schedule) {
    let Schedule { setup, faults, then } = schedule;
    // One message under two ids is one where its internetMessageId is known.
    if !setup.knows_id {
        setup.by = if setup.by == Manner::Immutable { Manner::Upn } else { setup.by };
        then.iter_mut().filter(|later| later.by == Manner::Immutable).for_each(|later| later.by = Manner::Upn);
    }
    let is_wrong_date = |fault: &Fault| matches!(fault, Fault::Look(_, look) if look.is_wrong_date());
    if faults.iter().any(is_wrong_date) {
        setup.skew_s = setup.skew_s.clamp(-3, 3);
        faults.retain(|fault| !matches!(fault, Fault::World(_, _, Event::StepAhead | Event::StepBack)));
    }
    // A sleep and a clock that is set back by as much cancel each other out: neither of our clocks shows them.
    let is_undone = setup.suspend_ms == STEP_S.unsigned_abs() * 1000;
    if is_undone && faults.iter().any(|fault| matches!(fault, Fault::World(_, _, Event::Suspend))) {
        faults.retain(|fault| !matches!(fault, Fault::World(_, _, Event::StepBack)));
    }
    // Whether a deferred draft's time has come is told by the service's clock.
    if setup.deferred_ms > 0 {
        faults.retain(|fault| !is_wrong_date(fault));
    }
    // A draft that is deleted while its twin is sent looks as if it had been sent.
    if faults.iter().any(|fault| matches!(fault, Fault::World(_, _, Event::TwinSent))) {
        faults.retain(|fault| !matches!(fault, Fault::World(_, _, Event::Delete)));
    }
    // What stays a draft for long is known to be sent by memory alone.
    if setup.copy || setup.deferred_ms > 0 {
        then.iter_mut().for_each(|later| later.after_ms = later.after_ms.min(REMEMBERED_MS / 4));
    }
    if setup.copy || setup.leaves_ms >= setup.settle_ms {
        faults.retain(|fault| !matches!(fault, Fault::Crash(..)));
        then.iter_mut().filter(|later| later.action == Action::Rerun).for_each(|later| later.action = Action::Send);
    }
}
