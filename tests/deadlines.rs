//! A call ends by its deadline, and within a tenth of a second of a cancel, whatever the peer does and wherever the call is.
//!
//! Each trick is played by a socket on loopback against the shared library, called from C. A noisy machine may delay any
//! single run, so a bound counts as kept when one of three runs keeps it; what the call ends in must be right in all.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use socket2::{Domain, Socket, Type};
use support::{Answer, C99, Driver, compile, scratch};

/// The deadline, and the moment of the cancel.
const LIMIT_MS: i64 = 300;
/// How long after it a call may still take.
const GRACE_MS: i64 = 100;

const ACCEPTED: &[u8] = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nrequest-id: r\r\n\r\n";

fn driver() -> Driver {
    static PROGRAM: OnceLock<std::path::PathBuf> = OnceLock::new();
    Driver::start(PROGRAM.get_or_init(|| compile("cc", &C99, "driver.c")))
}

/// What a peer does on its first connection; every later one is answered as Graph would.
type Trick = fn(&mut TcpStream);

fn serve(trick: Trick) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            thread::spawn(move || if number == 0 { trick(&mut stream) } else { answer(&mut stream) });
        }
    });
    address
}

fn read_request(stream: &mut TcpStream) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n > 0) {
        head.push(byte[0]);
    }
}

fn answer(stream: &mut TcpStream) {
    read_request(stream);
    let _ = stream.write_all(ACCEPTED);
    hold(stream);
}

/// Keeps the connection open until the peer goes.
fn hold(stream: &mut TcpStream) {
    let _ = stream.read(&mut [0; 1024]);
    let _ = stream.read(&mut [0; 1024]);
}

/// One byte every 20 ms, for ever: no wait for a single byte is ever long.
fn trickle(stream: &mut TcpStream, start: &[u8], then: &[u8]) {
    let mut bytes = start.iter().chain(then.iter().cycle());
    while stream.write_all(&[*bytes.next().unwrap()]).is_ok() {
        thread::sleep(Duration::from_millis(20));
    }
}

fn silent(stream: &mut TcpStream) {
    read_request(stream);
    hold(stream);
}

fn deaf(stream: &mut TcpStream) {
    thread::sleep(Duration::from_secs(5));
    drop(stream.shutdown(std::net::Shutdown::Both));
}

fn trickle_status_line(stream: &mut TcpStream) {
    read_request(stream);
    trickle(stream, b"HTTP/1.1 202 A", b"ccepted");
}

fn trickle_headers(stream: &mut TcpStream) {
    read_request(stream);
    trickle(stream, b"HTTP/1.1 202 Accepted\r\n", b"x-y: z\r\n");
}

fn trickle_body_of_length(stream: &mut TcpStream) {
    read_request(stream);
    let _ = stream.write_all(b"HTTP/1.1 202 Accepted\r\nrequest-id: r\r\nContent-Length: 100000\r\n\r\n");
    trickle(stream, b"", b"x");
}

fn trickle_chunks(stream: &mut TcpStream) {
    read_request(stream);
    let _ = stream.write_all(b"HTTP/1.1 202 Accepted\r\nrequest-id: r\r\nTransfer-Encoding: chunked\r\n\r\n");
    trickle(stream, b"", b"1\r\nx\r\n");
}

fn trickle_unframed_error(stream: &mut TcpStream) {
    read_request(stream);
    let _ = stream.write_all(b"HTTP/1.1 502 Bad Gateway\r\n\r\n");
    trickle(stream, b"", b"<p>");
}

fn trickle_tls(stream: &mut TcpStream) {
    let _ = stream.read(&mut [0; 4096]);
    // The head of a handshake record that announces 16 KiB, and then its bytes one by one.
    trickle(stream, &[22, 3, 3, 64, 0], &[2]);
}

fn trickle_connect(stream: &mut TcpStream) {
    read_request(stream);
    trickle(stream, b"HTTP/1.1 200 OK\r\n", b"x-y: z\r\n");
}

fn silent_after_connect(stream: &mut TcpStream) {
    read_request(stream);
    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
    hold(stream);
}

/// How the call is ended.
#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    Deadline,
    CallTimeout,
    AttemptTimeout,
    CancelClient,
    CancelCall,
}

impl End {
    fn set(self, driver: &mut Driver) {
        let limit = LIMIT_MS.to_string();
        match self {
            End::Deadline => driver.set("timeout_ms", limit),
            End::CallTimeout => driver.set("call_timeout_ms", limit),
            End::AttemptTimeout => driver.set("attempt_timeout_ms", limit).set("max_attempts", "1"),
            End::CancelClient => driver.set("cancel_client_after_ms", limit),
            End::CancelCall => driver.set("cancel_call_after_ms", limit),
        };
    }

    fn unset(self, driver: &mut Driver) {
        for name in ["timeout_ms", "call_timeout_ms", "attempt_timeout_ms"] {
            driver.set(name, "0");
        }
        driver.set("cancel_client_after_ms", "0").set("cancel_call_after_ms", "0");
    }

    /// The status where no byte of a request left.
    fn before(self) -> &'static str {
        match self {
            End::Deadline | End::CallTimeout => "GRAPH_TIMED_OUT",
            End::AttemptTimeout => "GRAPH_UNREACHABLE",
            End::CancelClient | End::CancelCall => "GRAPH_CANCELLED",
        }
    }
}

const ENDS: [End; 5] = [End::Deadline, End::CallTimeout, End::AttemptTimeout, End::CancelClient, End::CancelCall];

/// Runs a call until one run of three keeps the bound.
fn keeps_the_bound(what: &str, end: End, mut run: impl FnMut() -> Answer) {
    let mut took = Vec::new();
    for _ in 0..3 {
        let elapsed = run().number("elapsed_ms");
        assert!(elapsed >= LIMIT_MS - 5, "{what}, {end:?}: ended after {elapsed} ms, before anything should end it");
        if elapsed <= LIMIT_MS + GRACE_MS {
            return;
        }
        took.push(elapsed);
    }
    panic!("{what}, {end:?}: took {took:?} ms where {LIMIT_MS} and {GRACE_MS} more are allowed");
}

/// After the first byte: in doubt, on time, and the client still works.
fn in_doubt(what: &str, trick: Trick) {
    for end in ENDS {
        keeps_the_bound(what, end, || {
            let mut driver = driver();
            driver.set("base_url", format!("http://{}/v1.0", serve(trick))).set("token", "t").set("id", "x");
            driver.set("verify", "0");
            end.set(&mut driver);
            let answer = driver.send();
            assert_eq!(answer.get("status"), "GRAPH_UNKNOWN", "{what}, {end:?}: {answer:?}");
            assert_eq!((answer.get("sent"), answer.get("attempts")), ("-1", "1"), "{what}, {end:?}");
            assert_eq!(answer.get("client_request_id").len(), 36, "{what}, {end:?}");
            driver.set("cancel_client_after_ms", "0").set("cancel_call_after_ms", "0").set("call_timeout_ms", "0");
            driver.set("id", "y");
            assert_eq!(driver.send().get("status"), "GRAPH_OK", "{what}, {end:?}: the client is not usable any more");
            answer
        });
    }
}

/// Before the first byte: certainly not sent, and on time.
fn not_begun(what: &str, options: &[(&str, String)], start: impl Fn() -> Driver) {
    for end in ENDS {
        keeps_the_bound(what, end, || {
            let mut driver = start();
            driver.set("token", "t").set("id", "x");
            for (name, value) in options {
                driver.set(name, value);
            }
            end.set(&mut driver);
            let answer = driver.send();
            assert_eq!(answer.get("status"), end.before(), "{what}, {end:?}: {answer:?}");
            assert_eq!((answer.get("sent"), answer.get("attempts")), ("0", "0"), "{what}, {end:?}");
            end.unset(&mut driver);
            answer
        });
    }
}

#[test]
fn no_answer() {
    in_doubt("silent", silent);
}

#[test]
fn nobody_reads() {
    in_doubt("deaf", deaf);
}

#[test]
fn trickled_heads() {
    in_doubt("status line", trickle_status_line);
    in_doubt("headers", trickle_headers);
}

#[test]
fn trickled_bodies() {
    in_doubt("body of a length", trickle_body_of_length);
    in_doubt("chunks", trickle_chunks);
    in_doubt("unframed error", trickle_unframed_error);
}

#[test]
fn in_tls() {
    for (what, trick) in [("TLS, silent", hold as Trick), ("TLS, trickled", trickle_tls)] {
        // Every connection must meet the trick, so each run gets a peer of its own.
        for end in ENDS {
            keeps_the_bound(what, end, || {
                let mut driver = driver();
                driver.set("base_url", format!("https://{}", serve(trick))).set("token", "t").set("id", "x");
                end.set(&mut driver);
                let answer = driver.send();
                assert_eq!(answer.get("status"), end.before(), "{what}, {end:?}: {answer:?}");
                assert_eq!((answer.get("sent"), answer.get("attempts")), ("0", "0"), "{what}, {end:?}");
                answer
            });
        }
    }
}

#[test]
fn in_a_proxys_connect() {
    let tricks = [
        ("CONNECT, silent", silent as Trick),
        ("CONNECT, trickled", trickle_connect),
        ("after CONNECT", silent_after_connect),
    ];
    for (what, trick) in tricks {
        for end in ENDS {
            keeps_the_bound(what, end, || {
                let mut driver = driver();
                driver.set("base_url", "https://graph.example/v1.0").set("proxy", format!("http://{}", serve(trick)));
                driver.set("token", "t").set("id", "x");
                end.set(&mut driver);
                let answer = driver.send();
                assert_eq!(answer.get("status"), end.before(), "{what}, {end:?}: {answer:?}");
                assert_eq!((answer.get("sent"), answer.get("attempts")), ("0", "0"), "{what}, {end:?}");
                answer
            });
        }
    }
}

#[test]
fn in_connect() {
    // A full queue of connections that nobody accepts: the kernel drops what else wants to connect.
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    socket.listen(0).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    let mut queued = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
        queued.push(stream);
        assert!(queued.len() < 16, "the queue does not fill");
    }
    not_begun("connect", &[("base_url", format!("http://{address}"))], driver);
}

#[test]
fn in_a_look_up() {
    let shim = scratch("slow_resolver.so");
    let built = Command::new(support::tool("cc"))
        .args(["-shared", "-fPIC", "-o"])
        .arg(&shim)
        .arg(support::root().join("tests/c/slow_resolver.c"))
        .status()
        .unwrap();
    assert!(built.success());
    let log = scratch("lookups");
    let program = compile("cc", &C99, "driver.c");
    let start = || {
        let _ = std::fs::remove_file(&log);
        Driver::start_command(Command::new(&program).env("LD_PRELOAD", &shim).env("SLOW_RESOLVER_LOG", &log))
    };
    not_begun("look-up", &[("base_url", "https://graph.example/v1.0".to_owned())], start);

    // Several calls that give up on the same look-up share one helper.
    let mut driver = start();
    driver.set("base_url", "https://graph.example/v1.0").set("token", "t").set("id", "x").set("call_timeout_ms", "100");
    for _ in 0..3 {
        assert_eq!(driver.send().get("status"), "GRAPH_TIMED_OUT");
    }
    assert_eq!(std::fs::read_to_string(&log).unwrap(), "graph.example\n");
}

#[test]
fn between_attempts() {
    fn throttle(stream: &mut TcpStream) {
        read_request(stream);
        let _ = stream.write_all(
            b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 2\r\nContent-Length: 41\r\n\r\n\
              {\"error\":{\"code\":\"ApplicationThrottled\"}}\n"[..]
                .as_ref(),
        );
        hold(stream);
    }
    for end in [End::CancelClient, End::CancelCall] {
        keeps_the_bound("waiting", end, || {
            let mut driver = driver();
            driver.set("base_url", format!("http://{}", serve(throttle))).set("token", "t").set("id", "x");
            end.set(&mut driver);
            let answer = driver.send();
            assert_eq!(answer.get("status"), "GRAPH_CANCELLED", "{answer:?}");
            answer
        });
    }
}
