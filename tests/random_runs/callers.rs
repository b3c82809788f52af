//! The callers: clients of different settings, and what threads ask of them.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use fastrand::Rng;
use graph_message::client::{Call, Client, Settings, Verify};
use graph_message::status::Status;

use crate::lateness::kept_waiting;
use crate::world::{MAILBOXES, SETTLES, Traits, World, short};

/// More accepted messages than the library promises to remember.
const MANY: u64 = 1_100;

pub struct Caller {
    client: Client,
    pub settle: u64,
    base: String,
    timeout: Duration,
    words: String,
}

/// The clients of a run. The first has the defaults, but for the time to settle.
pub fn clients(world: &World, port: u16, rng: &mut Rng) -> Vec<Caller> {
    let bases: &[&str] = &["127.0.0.1/v1.0", "localhost/v1.0", "127.0.0.1/beta", "LocalHost/beta"];
    (0..16)
        .map(|number| {
            let plain = number == 0;
            let base = bases[if world.kinds.has("names") { number % bases.len() } else { 0 }];
            let base = format!("http://{}", base.replacen('/', &format!(":{port}/"), 1));
            let settle = SETTLES[number / 2 % 2];
            let attempts = if plain { 4 } else { rng.u32(1..=4) };
            let verify = match rng.u32(..8) {
                _ if plain => Verify::OnDoubt,
                0 => Verify::Never,
                1..=4 => Verify::OnDoubt,
                _ => Verify::Always,
            };
            let attempt = if plain { 2000 } else { [60, 150, 400, 1000][rng.usize(..4)] };
            let late = if plain || rng.bool() { 1500 } else { 40 };
            let timeout = if plain { 4000 } else { rng.u64(1500..4000) };
            let mut settings = Settings::default();
            settings.set_base_url(&base).unwrap();
            settings.set_settle_ms(u32::try_from(settle).unwrap()).unwrap();
            settings.set_max_attempts(attempts);
            settings.set_verify(verify);
            settings.set_attempt_timeout_ms(attempt);
            settings.set_timeout_ms(u32::try_from(timeout).unwrap());
            settings.set_late_after(Duration::from_millis(late));
            let words = format!(
                "client {number}: settle {settle}, attempts {attempts}, attempt {attempt} ms, verify {verify:?}, late {late}, {base}"
            );
            Caller { client: Client::new(settings), settle, base, timeout: Duration::from_millis(timeout), words }
        })
        .collect()
}

/// What one thread asks.
#[derive(Debug, Clone)]
pub struct Asks {
    pub check: bool,
    pub client: usize,
    pub user: String,
    pub token: String,
    pub id: String,
    pub internet_message_id: Option<String>,
    pub timeout: Option<Duration>,
    pub cancel_after: Option<Duration>,
    pub delay: Duration,
}

/// A call that has ended.
#[derive(Debug, Clone)]
pub struct Ended {
    pub asked: Asks,
    pub base: String,
    pub settle: u64,
    pub start: Instant,
    pub end: Instant,
    /// For how much of that no processor had room for it.
    pub kept_waiting: Duration,
    pub timeout: Duration,
    pub cancelled_at: Option<Instant>,
    pub status: Status,
    /// Graph's own 202, where it was that.
    pub accepted: bool,
    pub caller: String,
    pub message: String,
    /// Acceptances of the whole service when it began.
    pub others: u64,
    words: String,
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.asked.check { "check" } else { "send" };
        let took = self.end.duration_since(self.start);
        let (id, status) = (&self.asked.id[..6], self.status.name());
        write!(
            f,
            "{status} of {kind} [{}] after {took:?} as {}, token {}, ",
            short(&self.caller),
            self.asked.user,
            self.asked.token
        )?;
        write!(f, "id {id}, knows its internetMessageId: {}, ", self.asked.internet_message_id.is_some())?;
        write!(
            f,
            "timeout {:?}, cancelled {:?}, {}: {}",
            self.timeout, self.asked.cancel_after, self.words, self.message
        )
    }
}

/// When the next calls of a message begin.
#[derive(Debug, Clone, Copy)]
enum Wait {
    Time(Duration),
    /// Once this many others were accepted, or it takes too long.
    Others(u64),
}

/// A message, or two, and what is asked for it.
struct Plot {
    traits: Traits,
    twins: bool,
    phases: Vec<(Wait, Vec<(usize, bool)>)>,
}

/// Draws messages and calls, and runs them, until the time is over.
pub fn work(world: &World, callers: &[Caller], mut rng: Rng, until: Instant, stop: &AtomicBool) {
    while Instant::now() < until && !stop.load(Ordering::Relaxed) {
        let plot = draw(world, &mut rng);
        run(world, callers, &plot, &mut rng, until);
    }
}

/// Sends one plain draft after the other, so that much is to be remembered.
pub fn crowd(world: &World, callers: &[Caller], mut rng: Rng, until: Instant, stop: &AtomicBool) {
    let plot =
        Plot { traits: Traits::default(), twins: false, phases: vec![(Wait::Time(Duration::ZERO), vec![(0, false)])] };
    let plain = &callers[..1];
    while Instant::now() < until && !stop.load(Ordering::Relaxed) {
        run(world, plain, &plot, &mut rng, until);
    }
}

fn draw(world: &World, rng: &mut Rng) -> Plot {
    let kinds = &world.kinds;
    let some = |kind: &str, one_in: u32, rng: &mut Rng| kinds.has(kind) && rng.u32(..one_in) == 0;
    let mut traits = Traits {
        trouble: [0.2, 0.6, 0.95][rng.usize(..3)],
        blind: [0.0, 0.0, 0.15, 0.5][rng.usize(..4)],
        long: some("settles", 4, rng),
        flaps: some("flaps", 3, rng),
        ..Traits::default()
    };
    let mut replies = kinds.replies();
    rng.shuffle(&mut replies);
    replies.truncate(rng.usize(1..=3));
    traits.replies = replies;
    let mut twins = false;
    // A message has one fate: two of them at once can make what nobody could tell apart.
    let fates: Vec<_> = crate::kinds::FATES.into_iter().filter(|fate| kinds.has(fate) && *fate != "settles").collect();
    if !fates.is_empty() && rng.u32(..5) < 3 {
        match fates[rng.usize(..fates.len())] {
            "copies" => traits.copy = true,
            "deferred" => traits.deferred = true,
            "backlog" => traits.backlog = true,
            "unkept" => traits.unkept = true,
            "unstable" => traits.unstable = true,
            "twins" => {
                twins = true;
                traits.moves = kinds.has("moves") && rng.bool();
            }
            "edits" => traits.edits = true,
            "moves" => traits.moves = true,
            "deletions" => traits.deletions = true,
            _ => traits.received = true,
        }
    }
    traits.two_ids = some("immutable", 3, rng);
    let many = if kinds.has("followers") { [1, 1, 2, 4][rng.usize(..4)] } else { 1 };
    let check = |rng: &mut Rng| kinds.has("checks") && rng.u32(..4) == 0;
    let mut phases = vec![(Wait::Time(Duration::ZERO), Vec::new())];
    for which in 0..many {
        // A check by itself comes later.
        phases[0].1.push((which % (1 + usize::from(twins)), which > 0 && check(rng)));
    }
    while kinds.has("again") && phases.len() < 4 && rng.u32(..5) < 3 {
        let wait = match rng.u32(..5) {
            0 | 1 => Wait::Time(Duration::from_millis(rng.u64(..40))),
            2 | 3 => Wait::Time(Duration::from_millis(rng.u64(40..1200))),
            _ => Wait::Others(if kinds.has("volume") { MANY } else { 0 }),
        };
        let again = (0..1 + rng.usize(..many)).map(|_| (rng.usize(..1 + usize::from(twins)), check(rng))).collect();
        phases.push((wait, again));
    }
    Plot { traits, twins, phases }
}

fn run(world: &World, callers: &[Caller], plot: &Plot, rng: &mut Rng, until: Instant) {
    let calls = |twin| plot.phases.iter().flat_map(|(_, calls)| calls).filter(|(which, _)| *which == twin).count();
    let mailbox = rng.usize(..MAILBOXES);
    let numbers = world.make(&plot.traits, mailbox, plot.twins, [calls(0), calls(1)]);
    for (wait, calls) in &plot.phases {
        match wait {
            Wait::Time(time) => thread::sleep(*time),
            Wait::Others(many) => {
                let (before, began) = (world.accepted.load(Ordering::Relaxed), Instant::now());
                let are_there = || world.accepted.load(Ordering::Relaxed) >= before + many;
                while !are_there() && began.elapsed() < Duration::from_secs(6) && Instant::now() < until {
                    thread::sleep(Duration::from_millis(20));
                }
                world.crowded[0].fetch_add(u64::from(are_there()), Ordering::Relaxed);
                world.crowded[1].fetch_add(1, Ordering::Relaxed);
            }
        }
        let asks: Vec<(u64, Asks)> = calls
            .iter()
            .map(|(which, check)| {
                let number = numbers[*which];
                (number, ask(world, callers, &plot.traits, number, mailbox, *check, calls.len(), rng))
            })
            .collect();
        if let [(number, asks)] = &*asks {
            perform(world, callers, *number, asks);
            continue;
        }
        thread::scope(|scope| {
            for (number, asks) in &asks {
                scope.spawn(|| perform(world, callers, *number, asks));
            }
        });
    }
}

#[allow(clippy::too_many_arguments)]
fn ask(
    world: &World,
    callers: &[Caller],
    traits: &Traits,
    number: u64,
    mailbox: usize,
    check: bool,
    at_once: usize,
    rng: &mut Rng,
) -> Asks {
    let kinds = &world.kinds;
    let (plain, immutable, internet_message_id) = world.ids(number);
    let upper = |text: String, rng: &mut Rng| if rng.bool() { text.to_ascii_uppercase() } else { text };
    let user = match rng.u32(..5) {
        _ if callers.len() == 1 || !kinds.has("names") => "me".to_owned(),
        0 | 1 => "me".to_owned(),
        2 => upper(format!("user{mailbox}@contoso.example"), rng),
        3 => upper(format!("alias.{mailbox}@contoso.example"), rng),
        _ => upper(format!("5a1e0000-0000-4000-8000-{mailbox:012}"), rng),
    };
    let sort = match rng.u32(..30) {
        _ if callers.len() == 1 || !kinds.has("tokens") => "token",
        0 => "expired",
        1 => "nosend",
        2 | 3 => "blind",
        _ => "token",
    };
    let serial = if kinds.has("names") && callers.len() > 1 { rng.u32(..4) } else { 0 };
    let immutable = if traits.two_ids && rng.bool() { Some(immutable) } else { None };
    let millis = Duration::from_millis;
    Asks {
        check,
        client: rng.usize(..callers.len()),
        user,
        token: format!("{sort}-{mailbox}-{serial}-aaaaaaaaaaaaaaaaaaaaaaaa"),
        id: immutable.unwrap_or(plain),
        internet_message_id: (traits.two_ids || rng.bool()).then_some(internet_message_id),
        timeout: match rng.u32(..8) {
            _ if callers.len() == 1 || !kinds.has("short") => None,
            0 => Some(millis(rng.u64(1..30))),
            1 => Some(millis(rng.u64(30..300))),
            2 | 3 => Some(millis(rng.u64(300..1500))),
            4 => Some(millis(rng.u64(1500..5000))),
            _ => None,
        },
        cancel_after: (kinds.has("cancels") && callers.len() > 1 && rng.u32(..8) == 0).then(|| match rng.u32(..3) {
            0 => Duration::from_micros(rng.u64(..5000)),
            1 => millis(rng.u64(..100)),
            _ => millis(rng.u64(..1200)),
        }),
        delay: match rng.u32(..3) {
            _ if at_once == 1 => Duration::ZERO,
            0 => Duration::ZERO,
            1 => Duration::from_micros(rng.u64(..3000)),
            _ => millis(rng.u64(..150)),
        },
    }
}

fn perform(world: &World, callers: &[Caller], number: u64, asks: &Asks) {
    thread::sleep(asks.delay);
    let caller = &callers[asks.client];
    let mut call = Call::default();
    if let Some(timeout) = asks.timeout {
        call.set_timeout(timeout);
    }
    if let Some(id) = &asks.internet_message_id {
        call.set_internet_message_id(id).unwrap();
    }
    let make = || {
        let (token, user, id) = (&asks.token, &asks.user, &asks.id);
        let waited = kept_waiting();
        let start = Instant::now();
        let client = &caller.client;
        let result = if asks.check {
            client.check(Some(&call), token, user, id)
        } else {
            client.send(Some(&call), token, user, id)
        };
        let end = Instant::now();
        (start, end, kept_waiting().saturating_sub(waited), result)
    };
    let others = world.accepted.load(Ordering::Relaxed);
    let mut cancelled_at = None;
    let (start, end, kept_waiting, result) = match asks.cancel_after {
        None => make(),
        Some(after) => thread::scope(|scope| {
            let (ended, wait) = std::sync::mpsc::channel::<()>();
            let (call, cancelled_at) = (&call, &mut cancelled_at);
            scope.spawn(move || {
                if wait.recv_timeout(after).is_err_and(|error| error == std::sync::mpsc::RecvTimeoutError::Timeout) {
                    call.cancel();
                    *cancelled_at = Some(Instant::now());
                }
            });
            let made = make();
            drop(ended);
            made
        }),
    };
    let (status, accepted, id, message) = match result {
        Ok(receipt) => (Status::Ok, !receipt.found, receipt.client_request_id.to_string(), receipt.to_string()),
        Err(error) => (error.status, false, error.client_request_id, error.message),
    };
    let ended = Ended {
        asked: asks.clone(),
        base: caller.base.clone(),
        settle: caller.settle,
        start,
        end,
        kept_waiting,
        timeout: asks.timeout.unwrap_or(caller.timeout),
        cancelled_at,
        status,
        accepted,
        caller: id,
        message,
        others,
        words: caller.words.clone(),
    };
    world.ended(number, ended);
}
