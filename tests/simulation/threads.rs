//! Several threads on one client: one draft or a few of one mailbox, each thread with a deadline, a cancel and a token of its
//! own. One thread runs at a time, and a seed says which: a run can be repeated to the letter.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use graph_message::client::{Call, Client, Log, Receipt, Verify};
use graph_message::error::Error;
use graph_message::status::Status;

use crate::clock::{VirtualClock, World};
use crate::faults::{Cut, LookFault, SendFault};
use crate::model::{MS, Met, Model, Time};
use crate::run::{SimulatedClient, TOKEN, USER, settings};
use crate::schedule::{Fault, Setup, Transit};
use crate::search::{FIXED_SEED, nth_seed, number};
use crate::transport::{BAD_TOKEN, Crashed, SimulatedNetwork};

/// In real time: a run that takes longer hangs, because a thread that waits in virtual time holds a lock.
const HANGS: Duration = Duration::from_secs(60);

/// What one thread does.
#[derive(Debug, Clone)]
struct Part {
    begins: Time,
    timeout: Duration,
    draft: usize,
    bad_token: bool,
    cancelled: Option<Time>,
}

/// All of a run that is decided before it.
#[derive(Debug)]
struct Plan {
    seed: u64,
    setup: Setup,
    faults: Vec<Fault>,
    parts: Vec<Part>,
    at_once: u32,
    /// How long the caller's log function takes a line.
    log: Option<Duration>,
}

#[derive(Debug)]
struct Done {
    began: Time,
    returned: Time,
    lines: u32,
    /// Nothing where the call unwound.
    result: Option<Result<Receipt, Error>>,
}

fn plan(seed: u64) -> Plan {
    let mut rng = fastrand::Rng::with_seed(seed);
    let pick = |rng: &mut fastrand::Rng, from: &[u64]| from[rng.usize(..from.len())];
    let settle_ms = pick(&mut rng, &[2000, 20_000]);
    let leaves_ms = pick(&mut rng, &[0, 700, settle_ms / 2, settle_ms - 1]);
    let setup = Setup {
        verify: [Verify::Never, Verify::OnDoubt, Verify::OnDoubt, Verify::Always][rng.usize(..4)],
        max_attempts: rng.u32(1..=3),
        settle_ms,
        knows_id: rng.bool(),
        may_read: rng.u8(..6) > 0,
        ids_stay: rng.bool(),
        transit: Transit::ALL[rng.usize(..3)],
        leaves_ms,
        shows_ms: if rng.bool() { 0 } else { settle_ms - 1 - leaves_ms },
        ..Setup::default()
    };
    let drafts = pick(&mut rng, &[1, 1, 1, 3]);
    let threads = rng.u64(2..=if drafts == 1 { 4 } else { 6 });
    let parts = (0..threads).map(|_| Part {
        begins: MS(pick(&mut rng, &[0, 0, 0, 15, 30, 49, 50, 60, 1000, 10_000, settle_ms])),
        timeout: MS(pick(&mut rng, &[30, 50, 60, 100, 1000, 5000, 25_000, 60_000, 100_000])),
        draft: usize::try_from(rng.u64(..drafts)).unwrap(),
        bad_token: rng.u8(..5) == 0,
        cancelled: (rng.u8(..5) == 0).then(|| MS(pick(&mut rng, &[15, 40, 55, 300, 2000, 15_000]))),
    });
    let parts = parts.collect();
    let mut faults = Vec::new();
    for _ in 0..rng.u8(..5) {
        faults.push(match rng.u8(..12) {
            0..=5 => Fault::Send(rng.usize(..4), SendFault::random(&mut rng)),
            6..=10 => Fault::Look(rng.usize(..8), LookFault::ALL[rng.usize(..LookFault::ALL.len())]),
            _ => Fault::Crash(rng.usize(..5), Cut::ALL[rng.usize(..3)]),
        });
    }
    let log = (rng.u8(..3) == 0).then(|| MS(pick(&mut rng, &[0, 200])));
    Plan { seed, setup, faults, parts, at_once: pick(&mut rng, &[1, 2, 4]) as u32, log }
}

fn client(plan: &Plan, world: &Arc<World>, lines: &Arc<Vec<AtomicU64>>) -> SimulatedClient {
    let mut settings = settings(&plan.setup);
    settings.set_mailbox_concurrency(plan.at_once);
    if let Some(takes) = plan.log {
        let (world, lines) = (Arc::clone(world), Arc::clone(lines));
        settings.set_log(Log::to(move |_, _| {
            lines[world.me()].fetch_add(1, Ordering::Relaxed);
            world.sleep(world.now() + takes, || false);
        }));
    }
    let network = SimulatedNetwork { world: Arc::clone(world), at_once: plan.at_once as usize };
    Client::with_parts(settings, network, VirtualClock(Arc::clone(world)))
}

/// One thread's call, from its turn to its end.
fn act(part: &Part, number: usize, plan: &Plan, client: &SimulatedClient, world: &World, call: &Call) -> Done {
    let began = world.now();
    world.lock().calls[number] = Some(number);
    let token = if part.bad_token { BAD_TOKEN } else { TOKEN };
    let id = format!("draft-{}", part.draft);
    let user = if plan.seed % 2 == 0 || number % 2 == 0 { USER } else { "Megan@Contoso.example" };
    let result = catch_unwind(AssertUnwindSafe(|| client.send(Some(call), token, user, &id)));
    let mut state = world.lock();
    state.calls[number] = None;
    let returned = state.now;
    let result = match result {
        Ok(result) => Some(result),
        Err(payload) => {
            if !payload.is::<Crashed>() {
                state.violates("panicked");
            }
            None
        }
    };
    Done { began, returned, lines: 0, result }
}

/// Runs the threads of a plan; gives what was broken.
fn run(plan: &Arc<Plan>) -> Vec<String> {
    let drafts = plan.parts.iter().map(|part| part.draft + 1).max().unwrap_or(1);
    let mut model = Model::new(plan.setup, plan.faults.clone(), drafts);
    model.survives = true;
    let begin: Vec<Time> = plan.parts.iter().map(|part| part.begins).collect();
    let world = World::new(model, &begin, plan.seed);
    let lines: Arc<Vec<AtomicU64>> = Arc::new(plan.parts.iter().map(|_| AtomicU64::new(0)).collect());
    let client = Arc::new(client(plan, &world, &lines));
    let calls: Vec<Arc<Call>> = plan.parts.iter().map(|part| Arc::new(own_call(part, &plan.setup))).collect();
    for (part, call) in plan.parts.iter().zip(&calls) {
        if let Some(at) = part.cancelled {
            world.lock().cancel_at(at, call);
        }
    }
    let (tell, told) = mpsc::channel();
    for (number, call) in calls.iter().enumerate() {
        let (plan, world, client, tell) = (Arc::clone(plan), Arc::clone(&world), Arc::clone(&client), tell.clone());
        let call = Arc::clone(call);
        thread::spawn(move || {
            world.enter(number);
            let done = act(&plan.parts[number], number, &plan, &client, &world, &call);
            drop(client);
            tell.send((number, done)).unwrap();
            world.leave();
        });
    }
    world.start();
    let mut done: Vec<Option<Done>> = plan.parts.iter().map(|_| None).collect();
    for _ in &plan.parts {
        let Ok((number, one)) = told.recv_timeout(HANGS) else {
            panic!("a thread hangs: a lock is held while the network is waited for\n{plan:#?}");
        };
        done[number] = Some(one);
    }
    world.end();
    let done = done.into_iter().zip(lines.iter()).map(|(one, lines)| {
        let lines = u32::try_from(lines.load(Ordering::Relaxed)).unwrap();
        Done { lines, ..one.unwrap() }
    });
    broken(plan, &world, &done.collect::<Vec<_>>())
}

fn own_call(part: &Part, setup: &Setup) -> Call {
    let mut call = Call::default();
    call.set_timeout(part.timeout);
    if setup.knows_id {
        call.set_internet_message_id(&format!("<mail-{}@contoso.example>", part.draft)).unwrap();
    }
    call
}

fn broken(plan: &Plan, world: &World, done: &[Done]) -> Vec<String> {
    let state = world.lock();
    let mut broken = state.violations.clone();
    let model = &state.model;
    for draft in plan.parts.iter().map(|part| part.draft) {
        let mails = model.mails.iter().filter(|mail| mail.draft == draft).count();
        if mails > 1 {
            broken.push(format!("draft {draft} left {mails} times"));
        }
    }
    for (number, (part, done)) in plan.parts.iter().zip(done).enumerate() {
        let mut breaks = |why: String| broken.push(format!("thread {number}: {why}"));
        // A slow log function is the caller's time.
        let log = plan.log.unwrap_or_default() * done.lines;
        let deadline = done.began + part.timeout + log;
        if done.returned > deadline {
            breaks(format!("ended at {:?}, after its deadline {deadline:?}", done.returned));
        }
        let cancelled = part.cancelled.map(|at| at.max(done.began) + log);
        if cancelled.is_some_and(|cancelled| done.returned > cancelled) {
            breaks(format!("ended at {:?}, cancelled at {cancelled:?}", done.returned));
        }
        let mut mails = model.mails.iter().filter(|mail| mail.draft == part.draft);
        let own = model.exchanges.iter().filter(|exchange| exchange.call == number);
        match &done.result {
            Some(Ok(_)) if !mails.any(|mail| mail.at <= done.returned) => {
                breaks("sent, although no mail left".to_owned())
            }
            Some(Err(error)) if error.status.sent() == Some(false) => {
                // All sends of the draft while this call ran were its own, or shared. Its last line is logged after it decided.
                let decided = done.returned - plan.log.unwrap_or_default();
                let mut shared = mails.filter(|mail| {
                    let is_own = mail.exchange.is_some_and(|exchange| model.exchanges[exchange].call == number);
                    is_own || mail.at >= done.began && mail.at <= decided
                });
                if let Some(mail) = shared.next() {
                    breaks(format!("{error} at {:?}: but it left at {:?}", done.returned, mail.at));
                }
            }
            Some(Err(error)) if error.status == Status::Internal => breaks(error.to_string()),
            _ => {}
        }
        if let Some(Err(error)) = &done.result {
            let is_about_token = matches!(error.status, Status::Unauthenticated | Status::Forbidden);
            let mut met = own.map(|exchange| exchange.met);
            if is_about_token && !met.any(|met| matches!(met, Met::Refused | Met::NotAllowed)) {
                breaks(format!("{error}: of a token that is not its own"));
            }
        }
    }
    broken
}

/// `SIMULATION_THREADS` runs; `SIMULATION_THREADS_SEED` replays one.
pub fn several_threads() {
    let runs = number("SIMULATION_THREADS", 3000);
    let replay = std::env::var("SIMULATION_THREADS_SEED").ok().map(|seed| seed.parse::<u64>().unwrap());
    let seeds = replay.map_or_else(|| (0..runs).map(|nth| nth_seed(FIXED_SEED, nth)).collect(), |seed| vec![seed]);
    let (began, count) = (Instant::now(), seeds.len());
    for seed in seeds {
        let plan = Arc::new(plan(seed));
        let broken = run(&plan);
        assert!(broken.is_empty(), "SIMULATION_THREADS_SEED={seed}\n{}\n{plan:#?}", broken.join("\n"));
    }
    println!("threads: {count} runs, no violation, {:.1} s", began.elapsed().as_secs_f64());
}
