//! HTTP/1.1 on loopback, a thread a connection, kept alive. What is answered is [`World`]'s to say.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use percent_encoding::percent_decode_str;
use serde_json::json;
use socket2::SockRef;
use uuid::Uuid;

use crate::lateness::kept_waiting;
use crate::world::{MAILBOXES, Reply, World, folder, graph_error};

/// A client that has not given up by then never will.
const LONGEST_SILENCE: Duration = Duration::from_secs(10);
/// What was sent this long after a reply was there was sent after it.
const EARLY: Duration = Duration::from_micros(500);
/// One connection in so many has such a reply, new or kept alive.
const ONE_IN: u32 = 25;

/// Starts the service, and gives its port.
pub fn start(world: &Arc<World>) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let world = Arc::clone(world);
    thread::spawn(move || {
        let mut waited = kept_waiting();
        for stream in listener.incoming().flatten() {
            let until_now = kept_waiting();
            let before = until_now.saturating_sub(waited);
            waited = until_now;
            let world = Arc::clone(&world);
            // Here, since the request is there before a new thread is.
            let early = if is_early(&world) { write_early(&stream).unwrap_or(None) } else { None };
            // A connection ends in many ways, and each of them is part of the run.
            let serve = move || drop(serve(&world, &stream, early, before));
            thread::Builder::new().stack_size(256 * 1024).spawn(serve).unwrap();
        }
    });
    port
}

/// A request as it was read.
pub struct Asked {
    method: String,
    path: String,
    query: String,
    pub token: String,
    pub caller: String,
    pub read_at: Instant,
    /// How long no processor had room for who reads it, since it read the one before.
    pub kept_waiting: Duration,
}

fn is_early(world: &World) -> bool {
    world.kinds.has("early") && fastrand::u32(..ONE_IN) == 0
}

/// Serves a connection, which was kept waiting for so long before this thread began.
fn serve(world: &World, stream: &TcpStream, mut early: Option<bool>, before: Duration) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    let mut rng = fastrand::Rng::new();
    let (mut before, mut waited) = (before, Duration::ZERO);
    while let Some(mut asked) = read(&mut reader)? {
        let until_now = kept_waiting();
        asked.kept_waiting = before + until_now.saturating_sub(waited);
        (before, waited) = (Duration::ZERO, until_now);
        let reply = answer(world, &asked, early);
        if early.is_some() {
            // It has its reply already.
            return Ok(());
        }
        write(world, stream, &asked, reply, &mut rng)?;
        if is_early(world) {
            thread::sleep(Duration::from_micros(rng.u64(..2000)));
            early = write_early(stream)?;
        }
    }
    Ok(())
}

/// Answers a request that is still to come. Says whether it certainly is: then the reply is none to it.
fn write_early(mut stream: &TcpStream) -> io::Result<Option<bool>> {
    let is_quiet = || {
        stream.set_nonblocking(true)?;
        let quiet = matches!(stream.peek(&mut [0]), Err(error) if error.kind() == io::ErrorKind::WouldBlock);
        stream.set_nonblocking(false)?;
        io::Result::Ok(quiet)
    };
    if !is_quiet()? {
        return Ok(None);
    }
    stream.write_all(b"HTTP/1.1 202 Accepted\r\nrequest-id: 6a1b\r\nContent-Length: 0\r\n\r\n")?;
    thread::sleep(EARLY);
    Ok(Some(is_quiet()?))
}

fn read(reader: &mut BufReader<&TcpStream>) -> io::Result<Option<Asked>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut parts = line.split(' ');
    let (method, target) = (parts.next().unwrap_or_default().to_owned(), parts.next().unwrap_or_default().to_owned());
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let mut asked = Asked {
        method,
        path: path.to_owned(),
        query: decoded(query),
        token: String::new(),
        caller: String::new(),
        read_at: Instant::now(),
        kept_waiting: Duration::ZERO,
    };
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "authorization" => asked.token = value.trim_start_matches("Bearer ").to_owned(),
            "client-request-id" => asked.caller = value.to_owned(),
            "content-length" => length = value.parse().unwrap_or(0),
            _ => {}
        }
    }
    reader.take(length).read_to_end(&mut Vec::new())?;
    Ok(Some(asked))
}

/// The mailbox that a token is of.
fn of_token(token: &str) -> Option<usize> {
    token.split('-').nth(1)?.parse().ok()
}

/// The mailbox that goes by a name: an address, an alias or a GUID.
fn of_name(name: &str) -> Option<usize> {
    let name = name.to_ascii_lowercase();
    let number = name
        .strip_prefix("user")
        .and_then(|rest| rest.strip_suffix("@contoso.example"))
        .or_else(|| name.strip_prefix("alias.").and_then(|rest| rest.strip_suffix("@contoso.example")))
        .or_else(|| name.strip_prefix("5a1e0000-0000-4000-8000-"))?;
    number.trim_start_matches('0').parse().ok().or((!number.is_empty()).then_some(0)).filter(|n| *n < MAILBOXES)
}

fn answer(world: &World, asked: &Asked, early: Option<bool>) -> Reply {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let mut parts: Vec<String> = asked.path.split('/').skip(1).map(decoded).collect();
    let bad = |why: &str| Reply::Graph(400, Vec::new(), graph_error("BadRequest", why));
    if parts.is_empty() || !matches!(&*parts.remove(0), "v1.0" | "beta") {
        return bad("Invalid version");
    }
    let mailbox = match parts.first().map(String::as_str) {
        Some("me") => of_token(&asked.token),
        Some("users") if parts.len() > 1 => of_name(&parts.remove(1)),
        _ => return bad("Resource not found for the segment"),
    };
    let parts: Vec<&str> = parts[1..].iter().map(String::as_str).collect();
    let (token, caller, query) = (&*asked.token, &*asked.caller, &*asked.query);
    match (&*asked.method, &*parts) {
        ("POST", ["messages", id, "send"]) => world.send(mailbox, asked, id, early),
        ("GET", ["messages", id]) => world.look(mailbox, token, id, caller, query),
        ("GET", ["messages"]) => listed(world, mailbox, asked, false),
        ("GET", ["mailFolders", name, "messages"]) if name.eq_ignore_ascii_case("sentitems") => {
            listed(world, mailbox, asked, true)
        }
        ("GET", ["mailFolders", name]) => match folder(name) {
            Some(id) => Reply::Graph(200, Vec::new(), json!({"id": id, "displayName": name}).to_string()),
            None => Reply::Graph(404, Vec::new(), graph_error("ErrorItemNotFound", "no such folder")),
        },
        // A request that the service does not know would make the run say less than it seems to.
        (method, parts) => {
            world.failed.store(true, Ordering::Relaxed);
            panic!("what is {method} {parts:?}?")
        }
    }
}

fn listed(world: &World, mailbox: Option<usize>, asked: &Asked, only_sent: bool) -> Reply {
    let wanted = asked.query.split_once("internetMessageId eq '").and_then(|(_, rest)| rest.split_once('\''));
    let Some((id, _)) = wanted else {
        world.failed.store(true, Ordering::Relaxed);
        panic!("what filter is {:?}?", asked.query)
    };
    world.list(mailbox, &asked.token, id, &asked.caller, &asked.query, only_sent)
}

fn write(
    world: &World,
    mut stream: &TcpStream,
    asked: &Asked,
    reply: Reply,
    rng: &mut fastrand::Rng,
) -> io::Result<()> {
    let request_id = Uuid::from_u128(rng.u128(..));
    let graph = |status: u16, headers: &[(&str, String)], body: &str, of: &str| {
        let mut head = format!("HTTP/1.1 {status} x\r\nrequest-id: {request_id}\r\nclient-request-id: {of}\r\n");
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        head + &format!("Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len())
    };
    let ended = || Err(io::Error::other("ended"));
    match reply {
        Reply::Graph(status, headers, body) => {
            stream.write_all(graph(status, &headers, &body, &asked.caller).as_bytes())
        }
        Reply::Foreign(status, _, body) => {
            let length = body.len();
            let head =
                format!("HTTP/1.1 {status} x\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n\r\n{body}");
            stream.write_all(head.as_bytes())
        }
        Reply::Raw(text) => {
            stream.write_all(text.as_bytes())?;
            ended()
        }
        Reply::Slow(wait) => {
            thread::sleep(wait);
            stream.write_all(graph(202, &[], "", &asked.caller).as_bytes())
        }
        Reply::Stranger => {
            let other = Uuid::from_u128(rng.u128(..)).to_string();
            stream.write_all(graph(202, &[], "", &other).as_bytes())
        }
        Reply::Reset => {
            SockRef::from(stream).set_linger(Some(Duration::ZERO))?;
            ended()
        }
        Reply::Close => ended(),
        Reply::Silence(late) => {
            stream.set_read_timeout(Some(LONGEST_SILENCE))?;
            // Nothing comes but the end.
            let _ = stream.peek(&mut [0]);
            if let Some(late) = late {
                world.gave_up(&late);
            }
            ended()
        }
    }
}
