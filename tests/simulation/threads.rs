//! Several threads: one draft or a few of one mailbox, each thread with a name, a token, a client, a deadline and a cancel of
//! its own; some check while others send. One thread runs at a time, and a seed says which: a run can be repeated to the
//! letter.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use graph_message::client::{Call, Client, Log};

use crate::clock::{VirtualClock, World};
use crate::model::{Model, Time};
use crate::names::{Which, internet_message_id};
use crate::run::{SimulatedClient, settings};
use crate::schedule::{Action, Setup};
use crate::search::{FIXED_SEED, kind, nth_seed, number, tell_exchanges, tell_mails};
use crate::threads_invariants::{Done, broken};
use crate::threads_plan::{Part, Plan, random};
use crate::transport::{Crashed, SimulatedNetwork};

/// In real time: a run that takes longer hangs, because a thread that waits in virtual time holds a lock.
const HANGS: Duration = Duration::from_secs(60);

type Clients = Vec<(Which, SimulatedClient)>;

/// The clients of a process, which share what it remembers.
fn clients(plan: &Plan, world: &Arc<World>, lines: &Arc<Vec<AtomicU64>>) -> Clients {
    let mut all = Clients::new();
    for which in plan.parts.iter().map(|part| part.by.which()) {
        if all.iter().any(|(other, _)| *other == which) {
            continue;
        }
        let mut settings = settings(&plan.setup, which);
        settings.set_mailbox_concurrency(plan.at_once);
        if let Some(takes) = plan.log {
            let (world, lines) = (Arc::clone(world), Arc::clone(lines));
            settings.set_log(Log::to(move |_, _| {
                lines[world.me()].fetch_add(1, Ordering::Relaxed);
                world.sleep(world.now() + takes, || false);
            }));
        }
        let network = SimulatedNetwork {
            world: Arc::clone(world),
            at_once: plan.at_once as usize,
            is_routed: which != Which::NoRoute,
        };
        let clock = VirtualClock(Arc::clone(world));
        let client = match all.first() {
            Some((_, first)) => Client::sharing(first, settings, network, clock),
            None => Client::with_parts(settings, network, clock),
        };
        all.push((which, client));
    }
    all
}

/// One thread's call, from its turn to its end.
fn act(part: &Part, number: usize, clients: &Clients, world: &World, call: &Call) -> Done {
    let began = world.now();
    world.lock().calls[number] = Some(number);
    let client = &clients.iter().find(|(which, _)| *which == part.by.which()).unwrap().1;
    let (token, user, id) = (part.by.token(), part.by.user(), part.by.id(part.draft));
    let result = catch_unwind(AssertUnwindSafe(|| match part.action {
        Action::Check => client.check(Some(call), token, user, &id),
        _ => client.send(Some(call), token, user, &id),
    }));
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
pub fn run(plan: &Arc<Plan>) -> Vec<String> {
    run_and_tell(plan, false)
}

fn run_and_tell(plan: &Arc<Plan>, tells: bool) -> Vec<String> {
    let drafts = plan.parts.iter().map(|part| part.draft + 1).max().unwrap_or(1);
    let mut model = Model::new(plan.setup, plan.faults.clone(), drafts);
    model.survives = true;
    let begin: Vec<Time> = plan.parts.iter().map(|part| part.begins).collect();
    let world = World::new(model, &begin, plan.seed);
    let lines: Arc<Vec<AtomicU64>> = Arc::new(plan.parts.iter().map(|_| AtomicU64::new(0)).collect());
    let clients = Arc::new(clients(plan, &world, &lines));
    let calls: Vec<Arc<Call>> = plan.parts.iter().map(|part| Arc::new(own_call(part, &plan.setup))).collect();
    for (part, call) in plan.parts.iter().zip(&calls) {
        if let Some(at) = part.cancelled {
            world.lock().cancel_at(at, call);
        }
    }
    let (tell, told) = mpsc::channel();
    for (number, call) in calls.iter().enumerate() {
        let (plan, world, clients, tell) = (Arc::clone(plan), Arc::clone(&world), Arc::clone(&clients), tell.clone());
        let call = Arc::clone(call);
        thread::spawn(move || {
            world.enter(number);
            let done = act(&plan.parts[number], number, &clients, &world, &call);
            drop(clients);
            tell.send((number, done)).unwrap();
            world.leave();
        });
    }
    world.start();
    let mut done: Vec<Option<Done>> = plan.parts.iter().map(|_| None).collect();
    for _ in &plan.parts {
        let Ok((number, one)) = told.recv_timeout(HANGS) else {
            panic!(
                "a thread hangs: a lock is held while the network is waited for\nSIMULATION_THREADS_REPLAY='{plan}'"
            );
        };
        done[number] = Some(one);
    }
    world.end();
    let done = done.into_iter().zip(lines.iter()).map(|(one, lines)| {
        let lines = u32::try_from(lines.load(Ordering::Relaxed)).unwrap();
        Done { lines, ..one.unwrap() }
    });
    let done: Vec<Done> = done.collect();
    let state = world.lock();
    if tells {
        tell_exchanges(&state.model.exchanges);
        tell_mails(&state.model.mails);
        for (number, done) in done.iter().enumerate() {
            println!("  thread {number}: {done:?}");
        }
    }
    broken(plan, &state.model, &state.violations, &done)
}

fn own_call(part: &Part, setup: &Setup) -> Call {
    let mut call = Call::default();
    call.set_timeout(part.timeout);
    if setup.knows_id {
        call.set_internet_message_id(&internet_message_id(part.draft)).unwrap();
    }
    call
}

/// `SIMULATION_THREADS` runs; `SIMULATION_THREADS_REPLAY` is one.
pub fn several_threads() {
    let began = Instant::now();
    if let Ok(line) = std::env::var("SIMULATION_THREADS_REPLAY") {
        let broken = run_and_tell(&Arc::new(line.parse().unwrap()), true);
        assert!(broken.is_empty(), "{}", broken.join("\n"));
        return;
    }
    let runs = number("SIMULATION_THREADS", 3000);
    let mut failures: BTreeMap<String, (Plan, String)> = BTreeMap::new();
    for nth in 0..runs {
        let plan = Arc::new(random(nth_seed(FIXED_SEED, nth)));
        if let Some(why) = run(&plan).into_iter().next() {
            failures.entry(kind(&why)).or_insert_with(|| (Plan::clone(&plan), why));
        }
    }
    let told: Vec<String> = failures.values().map(|(plan, why)| simplest(plan, why)).collect();
    assert!(told.is_empty(), "{}", told.join("\n\n"));
    println!("threads: {runs} runs, no violation, {:.1} s", began.elapsed().as_secs_f64());
}

/// Takes away whatever the failure does not need, for as long as it fails in the same way, and tells how to replay it.
fn simplest(plan: &Plan, why: &str) -> String {
    let mut plan = plan.clone();
    let fails = |plan: &Plan| run(&Arc::new(plan.clone())).iter().any(|other| kind(other) == kind(why));
    while let Some(simpler) = plan.simpler().into_iter().find(fails) {
        plan = simpler;
    }
    format!("{}\nSIMULATION_THREADS_REPLAY='{plan}'", run(&Arc::new(plan.clone())).join("\n"))
}
