//! A service closes idle connections when it likes, also just when the next request is on its way. Ten thousand times here: each
//! mail leaves exactly once, and nobody is left in doubt.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use graph_emulator::{Config, Emulator};
use graph_message::client::{Client, Settings};
use serde_json::json;

const MAILBOX: &str = "megan@contoso.example";
const CLOSES: u32 = 10_000;
/// About as long as a send takes until its request is written, so that either may come first.
const RACE_US: u64 = 150;

/// How an idle connection is closed once its next request has come, of which nothing is passed on.
#[derive(Debug, Clone, Copy)]
enum Close {
    /// With the request unread: the client is told by a reset.
    ByReset,
    /// In an orderly way: the client reads the end in place of a reply.
    InPeace,
}

#[derive(Default)]
struct State {
    /// The connection whose reply was the last thing on it, by its number.
    idle: Option<(u32, TcpStream)>,
    next: Option<Close>,
    connections: u32,
    closed: u32,
}

/// Stands before a server, with one connection there for each here, and closes idle ones as it is told.
#[derive(Clone)]
struct Front {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Front {
    fn before(server: SocketAddr) -> Front {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let front = Front { address: listener.local_addr().unwrap(), state: Arc::default() };
        let serving = front.clone();
        thread::spawn(move || {
            for client in listener.incoming() {
                let (client, server, serving) = (client.unwrap(), TcpStream::connect(server).unwrap(), serving.clone());
                thread::spawn(move || serving.serve(client, server));
            }
        });
        front
    }

    fn serve(&self, mut client: TcpStream, mut server: TcpStream) {
        let number = {
            let mut state = self.state.lock().unwrap();
            state.connections += 1;
            state.connections
        };
        while pass_on(&mut client, &mut server) && pass_on(&mut server, &mut client) {
            self.state.lock().unwrap().idle = Some((number, client.try_clone().unwrap()));
            let has_come = client.peek(&mut [0]).is_ok_and(|amount| amount > 0);
            let mut state = self.state.lock().unwrap();
            // Closed meanwhile, perhaps with a request in it that nobody reads.
            if !has_come || state.idle.take_if(|(idle, _)| *idle == number).is_none() {
                return;
            }
            if let Some(how) = state.next.take() {
                state.closed += 1;
                if matches!(how, Close::InPeace) {
                    let _ = client.read(&mut [0; 64 * 1024]);
                }
                return;
            }
        }
    }

    fn close_next(&self, how: Close) {
        self.state.lock().unwrap().next = Some(how);
    }

    fn closed(&self) -> u32 {
        self.state.lock().unwrap().closed
    }

    /// Closes the idle connection, unless its request has come and is on its way to the server.
    fn close_now(&self) {
        let mut state = self.state.lock().unwrap();
        if let Some((_, idle)) = state.idle.take() {
            let _ = idle.shutdown(Shutdown::Both);
            state.closed += 1;
        }
    }
}

/// Passes one message on; says whether there was one.
fn pass_on(from: &mut TcpStream, to: &mut TcpStream) -> bool {
    let mut message = Vec::new();
    let mut part = [0; 16 * 1024];
    while !is_whole(&message) {
        match from.read(&mut part) {
            Ok(0) | Err(_) => return false,
            Ok(amount) => message.extend_from_slice(&part[..amount]),
        }
    }
    to.write_all(&message).is_ok()
}

/// Whether a message has ended. Those without a length, which are requests that read, have no body.
fn is_whole(message: &[u8]) -> bool {
    let text = String::from_utf8_lossy(message).to_ascii_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    body.len() >= length.map_or(0, |length| length.trim().parse().unwrap())
}

#[test]
fn closed_at_the_worst_moment() {
    let emulator = Emulator::start(Config::default()).unwrap();
    let front = Front::before(SocketAddr::from(([127, 0, 0, 1], emulator.port())));
    let mut settings = Settings::default();
    settings.set_base_url(&format!("http://{}/v1.0", front.address)).unwrap();
    // The emulator shows an acceptance at once.
    settings.set_settle_ms(1).unwrap();
    let client = Client::new(settings);
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);

    let to = json!([{ "emailAddress": { "address": "lee@fabrikam.example" } }]);
    let (mut sent, mut doubtful) = (0_usize, 0_usize);
    while front.closed() < CLOSES {
        let draft = emulator.create_draft(MAILBOX, &json!({ "subject": "Invoice 4711", "toRecipients": to })).unwrap();
        let closing = match random.u8(..3) {
            // The first send finds no connection to close.
            _ if sent == 0 => None,
            0 => {
                front.close_next(Close::ByReset);
                None
            }
            1 => {
                front.close_next(Close::InPeace);
                None
            }
            _ => {
                let (front, time) = (front.clone(), Duration::from_micros(random.u64(..RACE_US)));
                Some(thread::spawn(move || {
                    thread::sleep(time);
                    front.close_now();
                }))
            }
        };
        let receipt =
            client.send(None, "user-token", "", &draft).unwrap_or_else(|error| panic!("mail {sent}: {error}"));
        sent += 1;
        doubtful += usize::from(receipt.attempts > 1);
        if let Some(closing) = closing {
            closing.join().unwrap();
        }
        emulator.clear_journal();
    }
    let mails = emulator.mails();
    let drafts: HashSet<&str> = mails.iter().map(|mail| mail.draft_id.as_str()).collect();
    assert_eq!((mails.len(), drafts.len()), (sent, sent), "mails that left, and drafts that they were");
    println!("{sent} mails left once each; {CLOSES} idle connections closed, {doubtful} sends in doubt and settled");
    // Else the worst moment was missed.
    assert!(doubtful > sent / 3, "{doubtful} of {sent} in doubt");
}
