//! All schedules of up to so many faults: at each action every letter is tried, on a copy of the machine and of the world.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use graph_message::delivery::ending::Ending;
use graph_message::delivery::step::Action;
use graph_message::status::Status;

use crate::judge::{self, Truth, is_promised};
use crate::knowledge::{Group, Groups};
use crate::letters::{Letter, offers};
use crate::run::Run;
use crate::seen::Inherited;
use crate::setup::{Setup, setups};
use crate::tampered;

/// The most failures that are told; of one kind one is enough.
const MOST_FAILURES: usize = 40;

/// Where a run is: its setup, its world, and its letters that cost something or are not the first free one, by step.
pub type Place = (usize, usize, Vec<(u8, u8)>);

/// What is the same to whoever looks at the machine from outside.
type State = (u8, u16);

#[derive(Default)]
pub struct Mixed(u64);

impl Hasher for Mixed {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u8(&mut self, value: u8) {
        self.write_u64(u64::from(value));
    }

    fn write_u16(&mut self, value: u16) {
        self.write_u64(u64::from(value));
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0.rotate_left(5) ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_isize(&mut self, value: isize) {
        self.write_u64(value as u64);
    }

    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}

pub type Fast = BuildHasherDefault<Mixed>;

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().map_or(default, |text| text.parse().unwrap())
}

fn state(run: &Run) -> State {
    let kind = match &run.action {
        Action::Attempt { looks_meanwhile, .. } => u8::from(*looks_meanwhile),
        Action::Look { recipients } => 2 + u8::from(*recipients),
        Action::LookAt(_) => 4,
        Action::Search(_) => 5,
        Action::LookAtSentItems => 6,
        Action::Wait(_) => 7,
        Action::Renew => 8,
        Action::Claim(_) => 9,
        Action::Answer(_) => 10,
    };
    let facts = &run.seen;
    let flags = [
        facts.attempts > 0,
        facts.own_doubt,
        facts.inherited == Inherited::Doubt,
        facts.inherited == Inherited::Accepted,
        facts.has_left,
        facts.draft,
        facts.knows_name,
        facts.renewals > 0,
        facts.search.is_some(),
        facts.looked_draft_settled,
    ];
    (kind, flags.into_iter().fold(0, |all, flag| 2 * all + u16::from(flag)))
}

/// What one thread finds.
struct Search<'a> {
    setup: &'a Setup,
    nth: usize,
    world: usize,
    depth: u8,
    schedules: u64,
    calls: u64,
    groups: Groups,
    covered: HashSet<(State, Letter), Fast>,
    failures: Vec<(String, Place)>,
    /// What the oracle says of answers that were tampered with, where it is asked.
    tampered: Option<BTreeSet<String>>,
}

impl<'a> Search<'a> {
    fn new(setup: &'a Setup, nth: usize, depth: u8) -> Search<'a> {
        Search {
            setup,
            nth,
            world: 0,
            depth,
            schedules: 0,
            calls: 0,
            groups: Groups::default(),
            covered: HashSet::default(),
            failures: Vec::new(),
            tampered: None,
        }
    }

    /// Follows a run to its end, and all that have further faults; the run has used so many of those that are allowed to it.
    fn follow(&mut self, mut run: Run, limit: u8) {
        loop {
            if let Some(ended) = run.ended() {
                if !self.ends(&mut run, &ended) {
                    self.schedules += 1;
                    return;
                }
                continue;
            }
            let all = offers(&run);
            let state = state(&run);
            for (at, offer) in (0u8..).zip(&all).skip(1) {
                let limit = if offer.is_alike { limit.min(2) } else { limit };
                if run.faults + offer.cost > limit {
                    continue;
                }
                let mut other = run.clone();
                other.path.push((run.step, at));
                other.faults += offer.cost;
                if other.reads(offer.letter) {
                    self.covered.insert((state, offer.letter));
                    self.follow(other, limit);
                }
            }
            self.covered.insert((state, all[0].letter));
            if !run.reads(all[0].letter) {
                self.fails("the free letter does not fit".to_owned(), &run);
                return;
            }
        }
    }

    /// A call ended. Whether another one follows.
    fn ends(&mut self, run: &mut Run, ended: &crate::run::Ended) -> bool {
        self.calls += 1;
        if let Some(said) = &mut self.tampered {
            said.extend(tampered::sayings(run, ended));
        }
        if let Some(why) = judge::broken(run, ended) {
            self.fails(why, run);
            return false;
        }
        if is_promised(run, run.nth) {
            let settle = crate::clocks::ms(run.setup.calls[ended.nth].rules.settle);
            let truth = Truth::of(run).number();
            let group = Group::new(&ended.ending, truth, run.faults, self.world, &run.path, &ended.facts, settle);
            self.groups.add(ended.facts.number, ended.nth, group);
        }
        run.goes_on(ended)
    }

    fn fails(&mut self, why: String, run: &Run) {
        let known = self.failures.iter().filter(|(other, _)| *other == why).count();
        if known < 2 {
            self.failures.push((why, (self.nth, self.world, run.path.clone())));
        }
    }
}

/// Plays one run again, telling what happens.
pub fn replay(setups: &[Setup], (nth, world, path): &Place) -> String {
    let setup = &setups[*nth];
    let hidden = setup.worlds[*world];
    let mut run = Run::new(setup, hidden, true);
    let mut told =
        format!("MACHINE_REPLAY='{}'\n  {setup}\n  {hidden:?}, bound {}\n", line(*nth, *world, path), setup.bound);
    let mut path = path.iter();
    let mut next = path.next();
    loop {
        if let Some(ended) = run.ended() {
            let truth = Truth::of(&run);
            let line =
                format!("  call {} ends: {:?} = {:?}; {truth:?}\n", ended.nth, ended.ending, ended.ending.status());
            let why = judge::broken(&run, &ended);
            run.told.as_mut().unwrap().push_str(&line);
            if let Some(why) = why {
                told.push_str(&run.told.take().unwrap());
                told.push_str(&format!("  {why}\n"));
                return told;
            }
            if !run.goes_on(&ended) {
                told.push_str(&run.told.take().unwrap());
                return told;
            }
            continue;
        }
        let all = offers(&run);
        let at = match next {
            Some((step, at)) if *step == run.step => {
                let at = *at;
                next = path.next();
                at
            }
            _ => 0,
        };
        assert!(run.reads(all[usize::from(at)].letter), "the letter does not fit");
    }
}

fn line(nth: usize, world: usize, path: &[(u8, u8)]) -> String {
    let path: Vec<String> = path.iter().map(|(step, letter)| format!("{step}.{letter}")).collect();
    format!("{nth}/{world} {}", path.join(" "))
}

/// Reads a line that a failure printed.
pub fn parsed(line: &str) -> Place {
    let mut words = line.split_whitespace();
    let number = |text: &str| text.parse::<usize>().unwrap();
    let (nth, world) = words.next().unwrap().split_once('/').unwrap();
    let pair = |word: &str| {
        let (step, letter) = word.split_once('.').unwrap();
        (step.parse().unwrap(), letter.parse().unwrap())
    };
    (number(nth), number(world), words.map(pair).collect())
}

/// The setups of a search to that depth.
pub fn of_depth(depth: u64) -> Vec<Setup> {
    setups(depth < 3)
}

/// All schedules of up to `MACHINE_FAULTS` faults.
pub fn depth() -> u64 {
    number("MACHINE_FAULTS", if cfg!(debug_assertions) { 1 } else { 2 })
}

pub fn everything() {
    let depth = depth();
    let setups = of_depth(depth);
    let only = std::env::var("MACHINE_SETUP").ok().map(|text| text.parse::<usize>().unwrap());
    let began = Instant::now();
    let next = AtomicUsize::new(0);
    let (schedules, calls) = (AtomicU64::new(0), AtomicU64::new(0));
    let stop = AtomicBool::new(false);
    let failures: Mutex<Vec<(String, Place)>> = Mutex::default();
    let covered: Mutex<HashSet<(State, Letter), Fast>> = Mutex::default();
    let unsure: Mutex<BTreeMap<String, (u64, Place)>> = Mutex::default();
    let groups = AtomicU64::new(0);
    let threads = thread::available_parallelism().map_or(2, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let nth = next.fetch_add(1, Ordering::Relaxed);
                    let Some(setup) = setups.get(nth) else { return };
                    if stop.load(Ordering::Relaxed) || only.is_some_and(|only| only != nth) {
                        continue;
                    }
                    // A further call doubles what can go wrong: it has one fault less.
                    let depth = u8::try_from(depth).unwrap();
                    let depth = if setup.searched_calls() > 1 { depth.saturating_sub(1).max(1) } else { depth };
                    let mut search = Search::new(setup, nth, depth);
                    for (world, hidden) in search.setup.worlds.iter().enumerate() {
                        search.world = world;
                        search.follow(Run::new(setup, *hidden, false), search.depth);
                    }
                    schedules.fetch_add(search.schedules, Ordering::Relaxed);
                    calls.fetch_add(search.calls, Ordering::Relaxed);
                    groups.fetch_add(search.groups.len() as u64, Ordering::Relaxed);
                    covered.lock().unwrap().extend(search.covered.drain());
                    let mut all = failures.lock().unwrap();
                    for (why, place) in search.failures.drain(..) {
                        if all.iter().filter(|(other, _)| *other == why).count() < 3 {
                            all.push((why, place));
                        }
                    }
                    stop.fetch_or(all.len() >= MOST_FAILURES, Ordering::Relaxed);
                    drop(all);
                    let mut all = unsure.lock().unwrap();
                    for (why, count, world, path) in search.groups.unsure(setup, depth) {
                        all.entry(why).or_insert((0, (nth, world, path))).0 += count;
                    }
                    drop(all);
                    if std::env::var("MACHINE_PROGRESS").is_ok() {
                        println!(
                            "{nth}: {} schedules, {} groups, {:.0} s: {setup}",
                            search.schedules,
                            search.groups.len(),
                            began.elapsed().as_secs_f64()
                        );
                    }
                }
            });
        }
    });
    let covered = covered.into_inner().unwrap();
    println!(
        "machine: {} schedules of up to {depth} faults, {} calls, {} setups, {} worlds each, {} sights, {:.1} s",
        schedules.load(Ordering::Relaxed),
        calls.load(Ordering::Relaxed),
        setups.len(),
        setups[0].worlds.len(),
        groups.load(Ordering::Relaxed),
        began.elapsed().as_secs_f64()
    );
    println!("{}", coverage(&covered));
    let mut failures = failures.into_inner().unwrap();
    for (why, (count, place)) in unsure.into_inner().unwrap() {
        if let Some(excuse) = crate::knowledge::excuse(&why) {
            println!("{count} groups of one truth are unknown: {why}: {excuse}");
        } else {
            failures.push((format!("I5: {count} groups of one truth are unknown: {why}"), place));
        }
    }
    for (why, place) in &failures {
        println!("{why}\n{}", replay(&setups, place));
    }
    assert!(failures.is_empty(), "{} kinds of failure: {}", failures.len(), failures[0].0);
}

/// What the oracle says of all that is tampered with in runs of at most one fault.
pub fn of_the_tampered() -> BTreeSet<String> {
    let mut said = BTreeSet::new();
    for (nth, setup) in setups(false).iter().enumerate() {
        let mut search = Search::new(setup, nth, 1);
        search.tampered = Some(BTreeSet::new());
        for (world, hidden) in setup.worlds.iter().enumerate().step_by(17) {
            search.world = world;
            search.follow(Run::new(setup, *hidden, false), search.depth);
        }
        said.extend(search.tampered.unwrap_or_default());
    }
    said
}

fn coverage(covered: &HashSet<(State, Letter), Fast>) -> String {
    let mut letters: HashMap<u8, HashSet<Letter>> = HashMap::new();
    let mut states: HashMap<u8, HashSet<u16>> = HashMap::new();
    for ((kind, flags), letter) in covered {
        letters.entry(*kind).or_default().insert(*letter);
        states.entry(*kind).or_default().insert(*flags);
    }
    let possible: usize = states.iter().map(|(kind, states)| states.len() * letters[kind].len()).sum();
    format!(
        "coverage: {} of {possible} pairs of {} states and {} letters ({:.1} %)",
        covered.len(),
        states.values().map(HashSet::len).sum::<usize>(),
        letters.values().map(HashSet::len).sum::<usize>(),
        100.0 * covered.len() as f64 / possible as f64
    )
}

/// Whether an ending leaves the answer open.
pub fn is_open(ending: &Ending) -> bool {
    ending.status() == Status::Unknown
}
