//! Every order of the steps that threads can take, in what they share: the single flight, the gate, the token seam.
//!
//! The library is built with the locks of a model checker, loom, which runs a test once for every order of the operations
//! on them. What one thread's step can change for another is only there, so nothing else needs to be tried. Each test says
//! how many threads it has, and how often at most a thread is interrupted where it could have gone on (loom's preemption
//! bound; `None` is no bound at all). Without `--cfg graph_message_loom` there is nothing here.
//!
//! ```text
//! RUSTFLAGS="--cfg graph_message_loom" cargo test --profile interleavings --test interleavings -- --nocapture
//! ```

#![cfg(graph_message_loom)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime};

use graph_message::client::{Call, Client, Clock, Credential, Fixed, Means, Receipt, Settings, Verify};
use graph_message::delivery::clocks::Moment;
use graph_message::delivery::remembered::Remembered;
use graph_message::error::Error;
use graph_message::graph::{BaseUrl, Cause, Failure, Mailbox, MessageId, Method, Reply, Request, Token};
use graph_message::sharing::flights::{Caller, Claim, Flights, Landed, Lead, Role};
use graph_message::sharing::gate::{Entry, Gates};
use graph_message::sharing::key::{MailboxKey, MessageKey};
use graph_message::signal::Signal;
use graph_message::status::Status;
use graph_message::transport::{Body, Cancel, Limits, Transport};
use loom::sync::Mutex;
use loom::thread;

const FOREVER: Duration = Duration::from_secs(1 << 40);

/// Runs a test in every order, and says how many there were.
fn every_order(name: &str, preemptions: Option<usize>, test: impl Fn() + Send + Sync + 'static) {
    let orders = Arc::new(AtomicU64::new(0));
    let mut model = loom::model::Builder::new();
    model.preemption_bound = preemptions;
    model.max_branches = 20_000;
    let (counted, began) = (Arc::clone(&orders), Instant::now());
    model.check(move || {
        counted.fetch_add(1, Ordering::Relaxed);
        test();
    });
    let orders = orders.load(Ordering::Relaxed);
    let bound = preemptions.map_or("none".to_owned(), |bound| bound.to_string());
    println!("{name}: {orders} orders, preemption bound {bound}, {:.1} s", began.elapsed().as_secs_f64());
    assert!(orders > 1, "one order alone: nothing is shared");
}

fn key(id: &str) -> MessageKey {
    MessageKey::of(&MessageId::parse(id).unwrap())
}

fn mailbox() -> MailboxKey {
    MailboxKey::of(&BaseUrl::default(), &Mailbox::Me, "t")
}

fn caller() -> Caller {
    Caller { client: 1, mailbox: mailbox(), token: Token::parse("t").unwrap(), settle: Duration::from_secs(20) }
}

fn moment() -> Moment {
    Moment { steady: start(), wall: SystemTime::UNIX_EPOCH }
}

fn join(flights: &SharedFlights, id: &str) -> Role<usize> {
    flights.join(&key(id), &caller(), moment())
}

/// A moment that is the same in every order.
fn start() -> Instant {
    static START: OnceLock<Instant> = OnceLock::new();
    *START.get_or_init(Instant::now)
}

/// Nobody misses what is raised while he makes up his mind to wait.
#[test]
fn a_signal_is_never_missed() {
    every_order("signal, 3 threads", None, || {
        let (signal, open) = (Arc::new(Signal::default()), Arc::new(Mutex::new(false)));
        let waiters: Vec<_> = (0..2)
            .map(|_| {
                let (signal, open) = (Arc::clone(&signal), Arc::clone(&open));
                thread::spawn(move || {
                    loop {
                        let seen = signal.raised();
                        if *open.lock().unwrap() {
                            break;
                        }
                        assert!(signal.wait_beyond(seen, FOREVER));
                    }
                })
            })
            .collect();
        *open.lock().unwrap() = true;
        signal.raise();
        waiters.into_iter().for_each(|waiter| waiter.join().unwrap());
    });
}

type SharedFlights = Arc<Flights<usize>>;

/// How a leader's part ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Lands,
    Leaves,
    Unwinds,
}

fn end(lead: Lead<usize>, number: usize, how: End) {
    match how {
        End::Lands => {
            let accepted =
                Remembered::Accepted { began: moment(), ended: start(), internet_message_id: Some("<m>".into()) };
            lead.land(&number, Some(accepted), start());
        }
        End::Leaves => lead.leave(None, start()),
        End::Unwinds => drop(lead),
    }
}

/// One thread: leads, or follows until the flight has landed and then tries again. Gives what it led with, or learned.
fn fly(flights: &SharedFlights, leading: &Mutex<u32>, number: usize, how: End) -> (bool, Option<Landed<usize>>) {
    match join(flights, "draft") {
        Role::Lead(lead) => {
            let mut now = leading.lock().unwrap();
            *now += 1;
            assert_eq!(*now, 1, "two lead at once");
            drop(now);
            let knows = lead.earlier.is_some();
            *leading.lock().unwrap() -= 1;
            end(lead, number, how);
            (knows, None)
        }
        Role::Follow(flight) => loop {
            let seen = flights.landed.raised();
            if let Some(landed) = flight.landed() {
                return (false, Some(landed));
            }
            flights.landed.wait_beyond(seen, FOREVER);
        },
    }
}

fn flights_in_every_order(name: &str, ends: &'static [End], preemptions: Option<usize>) {
    every_order(name, preemptions, move || {
        let (flights, leading) = (SharedFlights::default(), Arc::new(Mutex::new(0)));
        let threads: Vec<_> = ends
            .iter()
            .enumerate()
            .map(|(number, how)| {
                let (flights, leading) = (Arc::clone(&flights), Arc::clone(&leading));
                thread::spawn(move || fly(&flights, &leading, number, *how))
            })
            .collect();
        let ended: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        let led = ended.iter().filter(|(_, learned)| learned.is_none()).count();
        assert!(led >= 1, "nobody led");
        let remembering =
            ends.iter().zip(&ended).filter(|(how, (_, learned))| **how != End::Leaves && learned.is_none());
        // All but the first of those who left something behind found that there was something.
        let fresh = remembering.clone().filter(|(_, (knows, _))| !knows).count();
        assert!(fresh <= 1, "forgotten: {ended:?}");
        for (_, landed) in &ended {
            match landed {
                Some(Landed::With(number)) => assert_eq!(ends[*number], End::Lands),
                Some(Landed::WithoutAnswer) => assert!(ends.iter().any(|how| *how != End::Lands)),
                None => {}
            }
        }
        let last = join(&flights, "draft");
        let Role::Lead(lead) = last else { panic!("a flight is still there") };
        assert_eq!(lead.earlier.is_some(), remembering.count() > 0);
        lead.leave(None, start());
    });
}

#[test]
fn one_leads_and_nobody_waits_for_ever() {
    flights_in_every_order("flights, 2 threads that land", &[End::Lands, End::Lands], None);
    flights_in_every_order("flights, 2 threads, one unwinds", &[End::Unwinds, End::Lands], None);
    flights_in_every_order("flights, 2 threads, one leaves", &[End::Leaves, End::Lands], None);
    flights_in_every_order("flights, 3 threads", &[End::Lands, End::Unwinds, End::Leaves], Some(4));
}

/// Who follows and sees no doubt can be certain that nothing was accepted when he looked.
#[test]
fn a_follower_sees_the_doubt_before_the_mail() {
    every_order("doubt, 2 threads", None, || {
        let flights = SharedFlights::default();
        let Role::Lead(lead) = join(&flights, "draft") else { panic!("another leads") };
        let Role::Follow(flight) = join(&flights, "draft") else { panic!("two lead") };
        let accepted = Arc::new(Mutex::new(false));
        let seen = Arc::clone(&accepted);
        let leader = thread::spawn(move || {
            lead.set_in_doubt(true);
            *accepted.lock().unwrap() = true;
            end(lead, 0, End::Lands);
        });
        let left = *seen.lock().unwrap();
        assert!(!left || flight.is_in_doubt() || flight.landed().is_some());
        leader.join().unwrap();
    });
}

/// One message has a plain and an immutable id: two flights, of which one has the mail to itself, and the other learns of it.
#[test]
fn one_mail_under_two_ids_is_sent_by_one_call() {
    every_order("claims, 2 threads", None, || {
        let (flights, sent) = (SharedFlights::default(), Arc::new(Mutex::new(0)));
        let threads: Vec<_> = ["AAMkX", "AAkALgX"]
            .into_iter()
            .map(|id| {
                let (flights, sent) = (Arc::clone(&flights), Arc::clone(&sent));
                thread::spawn(move || {
                    let Role::Lead(mut lead) = join(&flights, id) else { panic!("two lead") };
                    let earlier = loop {
                        match lead.claim(&"<m>".into(), start()) {
                            Claim::Granted(earlier) => break earlier,
                            Claim::Taken(flight) => loop {
                                let seen = flights.landed.raised();
                                if flight.landed().is_some() {
                                    break;
                                }
                                flights.landed.wait_beyond(seen, FOREVER);
                            },
                        }
                    };
                    if earlier.is_none() {
                        *sent.lock().unwrap() += 1;
                    }
                    end(lead, 0, End::Lands);
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(*sent.lock().unwrap(), 1);
    });
}

/// At most so many inside, nobody waits for ever, and a pause holds for whoever comes after it was set.
fn gate_in_every_order(name: &str, threads: usize, at_once: u32, preemptions: Option<usize>) {
    every_order(name, preemptions, move || {
        let (gates, inside) = (Arc::new(Gates::default()), Arc::new(Mutex::new(0)));
        let threads: Vec<_> = (0..threads)
            .map(|_| {
                let (gates, inside) = (Arc::clone(&gates), Arc::clone(&inside));
                thread::spawn(move || {
                    loop {
                        match gates.enter(&mailbox(), at_once, start()) {
                            Entry::Entered(slot) => {
                                let mut now = inside.lock().unwrap();
                                *now += 1;
                                assert!(*now <= at_once, "{} inside", *now);
                                drop(now);
                                *inside.lock().unwrap() -= 1;
                                drop(slot);
                                break;
                            }
                            Entry::Full(seen) => assert!(gates.freed.wait_beyond(seen, FOREVER)),
                            Entry::Paused { .. } => panic!("nobody asked to wait"),
                        }
                    }
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

#[test]
fn the_gate_lets_in_so_many_and_forgets_nobody() {
    gate_in_every_order("gate of 1, 2 threads", 2, 1, None);
    gate_in_every_order("gate of 1, 3 threads", 3, 1, Some(4));
    gate_in_every_order("gate of 2, 3 threads", 3, 2, Some(4));
}

#[test]
fn a_pause_holds_for_everybody_who_comes_later() {
    every_order("pause, 3 threads", None, || {
        let (gates, paused) = (Arc::new(Gates::default()), Arc::new(Mutex::new(false)));
        let pausing = {
            let (gates, paused) = (Arc::clone(&gates), Arc::clone(&paused));
            thread::spawn(move || {
                gates.pause(&mailbox(), start(), Duration::from_secs(1));
                *paused.lock().unwrap() = true;
            })
        };
        let entering = {
            let gates = Arc::clone(&gates);
            // Who leaves last must not take the pause with him.
            thread::spawn(move || drop(gates.enter(&mailbox(), 1, start())))
        };
        let comes_later = *paused.lock().unwrap();
        let entry = gates.enter(&mailbox(), 4, start());
        assert!(!comes_later || matches!(entry, Entry::Paused { .. }), "{entry:?}");
        drop(entry);
        pausing.join().unwrap();
        entering.join().unwrap();
        assert!(matches!(gates.enter(&mailbox(), 1, start()), Entry::Paused { .. }));
    });
}

/// What the service does with the first send; it accepts all further ones while there is a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum First {
    Accepts,
    AcceptsAndIsCutOff,
    IsCutOff,
    AsksToWait,
}

#[derive(Debug)]
struct Service {
    first: Option<First>,
    mails: Vec<String>,
    open: u32,
    at_once: u32,
    /// Tokens that are refused.
    refused: &'static [&'static str],
    paused_until: Duration,
}

/// A model of Graph whose state is shared, so that every exchange can fall between any two steps of the others.
#[derive(Clone)]
struct Network {
    service: Arc<Mutex<Service>>,
    clock: Passing,
}

/// A clock that waiting moves.
#[derive(Clone)]
struct Passing(Arc<Mutex<Duration>>);

impl Passing {
    fn passed(&self) -> Duration {
        *self.0.lock().unwrap()
    }
}

impl Clock for Passing {
    fn now(&self) -> Instant {
        start() + self.passed()
    }

    fn wall(&self) -> SystemTime {
        // That of the service's replies: 2026-11-23T10:00:00Z.
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_428_000)
    }

    fn wait(&self, time: Duration, cancel: &Cancel) -> bool {
        *self.0.lock().unwrap() += time;
        thread::yield_now();
        !cancel.is_cancelled()
    }

    fn wait_for(&self, signal: &Signal, seen: u64, _: Duration, cancel: &Cancel) {
        // The true clock asks every 25 ms whether the call was cancelled.
        while !cancel.is_cancelled() && signal.raised() <= seen {
            thread::yield_now();
        }
    }

    fn jitter(&self) -> f64 {
        1.0
    }
}

fn reply(status: u16, body: &str) -> Result<Reply, Failure> {
    Ok(Reply { date: Some("Mon, 23 Nov 2026 10:00:00 GMT".to_owned()), ..Reply::whole(status, body) })
}

fn item(id: &str, is_draft: bool) -> String {
    let folder = if is_draft { "f" } else { "s" };
    format!(
        r#"{{"id":"{id}","isDraft":{is_draft},"parentFolderId":"{folder}","changeKey":"k","internetMessageId":"<mail-{id}>",
            "sentDateTime":"2026-11-23T10:00:00Z"}}"#
    )
}

impl Transport for Network {
    fn exchange(&self, request: &Request, _: Body, _: &Limits) -> Result<Reply, Failure> {
        let now = self.clock.passed();
        let mut service = self.service.lock().unwrap();
        service.open += 1;
        assert!(service.open <= service.at_once, "more at once than the gate lets in");
        drop(service);
        // Here any other thread may come.
        let mut service = self.service.lock().unwrap();
        service.open -= 1;
        assert!(
            now >= service.paused_until || self.clock.passed() < service.paused_until,
            "asked although asked to wait"
        );
        let token = request.token.as_ref().unwrap().authorization().trim_start_matches("Bearer ");
        if service.refused.contains(&token) {
            return reply(401, r#"{"error":{"code":"InvalidAuthenticationToken","message":"m"}}"#);
        }
        if request.url.ends_with("/mailFolders/sentitems?$select=id") {
            return reply(200, r#"{"id":"s"}"#);
        }
        if let Some(filter) = request.url.split("/messages?$filter=internetMessageId%20eq%20%27%3Cmail%2D").nth(1) {
            let id = filter.split("%3E").next().unwrap();
            let is_draft = !service.mails.iter().any(|mail| mail == id);
            return reply(200, &format!(r#"{{"value":[{}]}}"#, item(id, is_draft)));
        }
        let id = request.url.split("/messages/").nth(1).unwrap().split(['/', '?']).next().unwrap().to_owned();
        let has_left = service.mails.contains(&id);
        if request.method == Method::Get {
            return reply(200, &item(&id, !has_left));
        }
        if has_left {
            service.mails.push(id);
            panic!("sent twice: {:?}", service.mails);
        }
        match service.first.take() {
            Some(First::AsksToWait) => {
                service.paused_until = now + Duration::from_secs(2);
                let told = reply(429, r#"{"error":{"code":"ApplicationThrottled","message":"m"}}"#);
                return told.map(|reply| Reply { retry_after: Some("2".to_owned()), ..reply });
            }
            Some(First::IsCutOff) => {}
            Some(First::AcceptsAndIsCutOff) => service.mails.push(id),
            Some(First::Accepts) | None => {
                service.mails.push(id);
                return reply(202, "");
            }
        }
        Err(Failure { handed_on: true, cause: Cause::Connection, detail: "cut off".to_owned() })
    }
}

type ModelClient = Client<Network, Passing>;

fn client(first: First, at_once: u32, refused: &'static [&'static str], verify: Verify) -> (Arc<ModelClient>, Network) {
    let mut settings = Settings::default();
    settings.set_mailbox_concurrency(at_once);
    settings.set_settle_ms(1).unwrap();
    settings.set_max_attempts(2);
    settings.set_verify(verify);
    let clock = Passing(Arc::new(Mutex::new(Duration::ZERO)));
    let service =
        Service { first: Some(first), mails: Vec::new(), open: 0, at_once, refused, paused_until: Duration::ZERO };
    let network = Network { service: Arc::new(Mutex::new(service)), clock: clock.clone() };
    (Arc::new(Client::with_parts(settings, network.clone(), clock)), network)
}

type Answer = Result<Receipt, Error>;

/// Two threads that call the client, and what they ended in.
fn both(one: impl FnOnce() -> Answer + 'static, other: impl FnOnce() -> Answer + 'static) -> [Option<Status>; 2] {
    let status = |answer: Answer| answer.err().map(|error| error.status);
    let one = thread::spawn(move || status(one()));
    let other = status(other());
    [one.join().unwrap(), other]
}

fn two_of_one_draft(name: &str, first: First, verify: Verify, preemptions: Option<usize>) {
    every_order(name, preemptions, move || {
        let (client, network) = client(first, 4, &[], verify);
        let (one, other) = (Arc::clone(&client), client);
        let ends = both(move || one.send(None, "t", "me", "draft"), move || other.send(None, "t", "me", "draft"));
        let mails = network.service.lock().unwrap().mails.len();
        assert_eq!(mails, 1, "{ends:?}");
        // One that came when the other had ended is told that it is no draft any more.
        assert!(ends.contains(&None), "{ends:?}");
        assert!(ends.iter().all(|end| matches!(end, None | Some(Status::NotADraft))), "{ends:?}");
    });
}

#[test]
fn two_calls_of_one_draft_send_one_mail() {
    two_of_one_draft("client, 2 threads, accepted", First::Accepts, Verify::OnDoubt, Some(4));
    two_of_one_draft("client, 2 threads, accepted and cut off", First::AcceptsAndIsCutOff, Verify::OnDoubt, Some(4));
    two_of_one_draft("client, 2 threads, cut off", First::IsCutOff, Verify::OnDoubt, Some(4));
    two_of_one_draft("client, 2 threads, asked to wait", First::AsksToWait, Verify::OnDoubt, Some(4));
    two_of_one_draft("client, 2 threads, looking first", First::AcceptsAndIsCutOff, Verify::Always, Some(4));
}

#[test]
fn a_gate_of_one_is_never_stuck() {
    every_order("client, 2 threads, 2 drafts, gate of 1", Some(3), || {
        let (client, network) = client(First::AcceptsAndIsCutOff, 1, &[], Verify::OnDoubt);
        let (one, other) = (Arc::clone(&client), client);
        let ends = both(move || one.send(None, "t", "me", "one"), move || other.send(None, "t", "me", "other"));
        assert_eq!(ends, [None, None]);
        assert_eq!(network.service.lock().unwrap().mails.len(), 2);
    });
}

/// A credential whose token is refused, and which has another. Shared by both threads.
struct Renewing(Arc<Mutex<u32>>);

impl Credential for Renewing {
    fn identity(&self) -> &str {
        "renewing"
    }

    fn token(&self, _: Means) -> Result<Token, Error> {
        let renewed = *self.0.lock().unwrap() > 0;
        Token::parse(if renewed { "new" } else { "old" })
    }

    fn renewed(&self, refused: &Token, _: &str, _: Means) -> Result<Option<Token>, Error> {
        assert_eq!(refused.authorization(), "Bearer old");
        *self.0.lock().unwrap() += 1;
        Token::parse("new").map(Some)
    }
}

#[test]
fn the_token_seam() {
    // One call's bad token is no other call's concern, whichever leads.
    every_order("tokens, 2 threads, one refused", Some(4), || {
        let (client, network) = client(First::Accepts, 4, &["bad"], Verify::OnDoubt);
        let (one, other) = (Arc::clone(&client), client);
        const USER: &str = "megan@contoso.example";
        let ends = both(move || one.send(None, "good", USER, "draft"), move || other.send(None, "bad", USER, "draft"));
        assert_eq!(network.service.lock().unwrap().mails.len(), 1);
        assert_eq!(ends[0], None);
        // It may have followed the other; it may have come later, and not been able to look.
        assert!(matches!(ends[1], None | Some(Status::Unauthenticated | Status::NotADraft)), "{ends:?}");
    });
    every_order("tokens, 2 threads, one credential", Some(4), || {
        let (client, network) = client(First::Accepts, 4, &["old"], Verify::OnDoubt);
        let (one, other) = (Arc::clone(&client), client);
        let asked = Arc::new(Mutex::new(0));
        let (its, others) = (Renewing(Arc::clone(&asked)), Renewing(Arc::clone(&asked)));
        const USER: &str = "megan@contoso.example";
        let ends = both(
            move || one.send_with(None, &its, USER, "draft"),
            move || other.send_with(None, &others, USER, "draft"),
        );
        assert_eq!(network.service.lock().unwrap().mails.len(), 1);
        assert!(ends.iter().all(|end| matches!(end, None | Some(Status::NotADraft))), "{ends:?}");
        assert!((1..=2).contains(&*asked.lock().unwrap()));
    });
}

#[test]
fn a_cancelled_follower_leaves_and_the_leader_goes_on() {
    every_order("cancel, 3 threads", Some(3), || {
        let (client, network) = client(First::Accepts, 4, &[], Verify::OnDoubt);
        let (one, other) = (Arc::clone(&client), client);
        let call = Arc::new(Call::default());
        let cancelled = Arc::clone(&call);
        let cancelling = thread::spawn(move || cancelled.cancel());
        let ends = both(
            move || one.send_with(None, &Fixed(Token::parse("t").unwrap()), "me", "draft"),
            move || other.send(Some(&call), "t", "me", "draft"),
        );
        cancelling.join().unwrap();
        assert_eq!(network.service.lock().unwrap().mails.len(), 1);
        assert!(matches!(ends[0], None | Some(Status::NotADraft)), "{ends:?}");
        assert!(matches!(ends[1], None | Some(Status::NotADraft | Status::Cancelled | Status::Unknown)), "{ends:?}");
    });
}

/// What a check finds is still true when the caller acts on it: nobody sends while it looks.
#[test]
fn a_check_and_a_send() {
    every_order("check and send, 2 threads", Some(4), || {
        let (client, network) = client(First::Accepts, 4, &[], Verify::OnDoubt);
        let (one, other) = (Arc::clone(&client), client);
        let ends = both(move || one.send(None, "t", "me", "draft"), move || other.check(None, "t", "me", "draft"));
        assert_eq!(network.service.lock().unwrap().mails.len(), 1);
        assert_eq!(ends[0], None);
        assert!(matches!(ends[1], None | Some(Status::Unavailable)), "{ends:?}");
    });
}
