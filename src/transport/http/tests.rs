//! The transport against peers on loopback that do what no server should.

mod body;

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};
use std::{iter, thread};

use ::http::HeaderValue;
use socket2::{Domain, SockRef, Socket, Type};
use ureq::unversioned::transport::{NextTimeout, Transport as _};

use super::call_state::{CallState, Came};
use super::stream::Stream;
use super::tcp::{Heard, Tcp};
use super::ureq_transport::UreqTransport;
use super::*;
use crate::graph::{BaseUrl, BodyEnd, Framing, Mailbox, MessageId, Target, Token};
use crate::transport::Cancel;

const MS: fn(u64) -> Duration = Duration::from_millis;

/// An address that lets a connect hang, for as long as the sockets are kept.
pub fn black_hole() -> (SocketAddr, Vec<Socket>) {
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    listener.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    listener.listen(0).unwrap();
    let address = listener.local_addr().unwrap();
    let mut kept = vec![listener];
    loop {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        let connected = socket.connect_timeout(&address, Duration::from_millis(100));
        kept.push(socket);
        if connected.is_err() {
            return (address.as_socket().unwrap(), kept);
        }
    }
}

fn transport(resolver: Resolver, proxy: Option<&str>) -> HttpTransport {
    let proxy = proxy.map(|url| Proxy::parse(url).unwrap());
    let options = HttpOptions { roots: Roots::Bundled, proxy: proxy.clone(), ..HttpOptions::default() };
    let transport = HttpTransport::new(options);
    let shared = Shared { resolver, tls: Tls::new(transport.tls.clone()), proxy };
    let connections = PerProcess::new(Connections::new(shared, transport.config.clone()));
    HttpTransport { connections, ..transport }
}

fn limits(connect: u64, reply: u64) -> Limits {
    let now = Instant::now();
    Limits {
        connect_by: now + MS(connect),
        reply_by: now + MS(reply),
        stall: None,
        cancel: Cancel::default(),
        late: None,
    }
}

/// The request that sends a draft, with a token of so many bytes.
fn a_send(base: &str, token_length: usize) -> Request {
    let target = Target {
        base: BaseUrl::parse(base).unwrap(),
        mailbox: Mailbox::parse("me").unwrap(),
        id: MessageId::parse("AAMk").unwrap(),
        token: Token::parse(&"t".repeat(token_length)).unwrap(),
        client_request_id: "4f1c".into(),
        user_agent: HeaderValue::from_static("ua"),
    };
    target.send()
}

/// Limits of which the connect, both alike, or the reply is the first. A client that keeps a part of its time for a look lets
/// a connection take that too.
const FIRST_TO_END: [(u64, u64); 3] = [(150, 10_000), (150, 150), (400, 150)];

/// Nothing was handed on, and the message names what took too long.
#[track_caller]
fn names_the_stage(transport: &HttpTransport, base: &str, message: &str) {
    for (connect, reply) in FIRST_TO_END {
        let began = Instant::now();
        let failure = transport.exchange(&a_send(base, 1), Body::None, &limits(connect, reply)).unwrap_err();
        let expected = Failure { handed_on: false, cause: Cause::TimedOut, detail: message.to_owned() };
        assert_eq!(failure, expected, "{base}, connect {connect}, reply {reply}");
        assert!(began.elapsed() < MS(2_000), "{base}: took {:?}", began.elapsed());
    }
}

/// A peer that takes connections and never says a word.
fn silent() -> (SocketAddr, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    (listener.local_addr().unwrap(), listener)
}

#[test]
fn a_dns_look_up_that_takes_too_long_is_named() {
    let (address, _listener) = silent();
    let hangs = || {
        Resolver::by(|_, _| {
            thread::sleep(MS(5_000));
            Ok(Vec::new())
        })
    };
    names_the_stage(&transport(hangs(), None), "https://graph.test/v1.0", "the host name was not resolved in time");
    let proxied = transport(hangs(), Some("http://proxy.test:3128"));
    let message = "proxy proxy.test:3128: the host name was not resolved in time";
    names_the_stage(&proxied, "https://graph.test/v1.0", message);
    // It is found in the end, when it is too late.
    let late = |host: &str, port: u16| {
        thread::sleep(MS(170));
        assert_eq!(host, "localhost");
        Ok(vec![SocketAddr::from(([127, 0, 0, 1], port))])
    };
    for (connect, reply) in FIRST_TO_END {
        let transport = transport(Resolver::by(late), None);
        let base = format!("http://localhost:{}", address.port());
        let failure = transport.exchange(&a_send(&base, 1), Body::None, &limits(connect, reply)).unwrap_err();
        assert_eq!((failure.handed_on, failure.cause), (false, Cause::TimedOut), "{failure:?}");
        assert_eq!(failure.detail, "the host name was not resolved in time", "connect {connect}, reply {reply}");
    }
}

#[test]
fn a_connect_that_takes_too_long_is_named() {
    let (nowhere, _kept) = black_hole();
    let transport = transport(Resolver::default(), None);
    names_the_stage(&transport, &format!("http://{nowhere}"), "no connection came about in time");
}

#[test]
fn a_proxy_that_takes_too_long_is_named() {
    let (address, _listener) = silent();
    for scheme in ["http", "socks5"] {
        let transport = transport(Resolver::default(), Some(&format!("{scheme}://{address}")));
        let message = format!("proxy {address}: it did not answer in time");
        names_the_stage(&transport, "https://graph.test/v1.0", &message);
    }
    let transport = transport(Resolver::default(), Some(&format!("https://{address}")));
    let message = format!("proxy {address}: the TLS handshake did not end in time");
    names_the_stage(&transport, "https://graph.test/v1.0", &message);
}

#[test]
fn a_handshake_that_takes_too_long_is_named() {
    let (address, _listener) = silent();
    let transport = transport(Resolver::default(), None);
    names_the_stage(&transport, &format!("https://{address}"), "the TLS handshake did not end in time");
}

#[test]
fn a_reply_that_takes_too_long_is_named() {
    let (address, _listener) = silent();
    let transport = transport(Resolver::default(), None);
    let failure =
        transport.exchange(&a_send(&format!("http://{address}"), 1), Body::None, &limits(10_000, 150)).unwrap_err();
    let expected =
        Failure { handed_on: true, cause: Cause::TimedOut, detail: "no whole reply came in time".to_owned() };
    assert_eq!(failure, expected);
}

#[test]
fn a_request_for_which_no_time_is_left_is_not_begun() {
    let (address, _listener) = silent();
    let transport = transport(Resolver::default(), None);
    let failure = transport.exchange(&a_send(&format!("http://{address}"), 1), Body::None, &limits(0, 0)).unwrap_err();
    assert_eq!((failure.handed_on, failure.cause), (false, Cause::TimedOut));
    assert_eq!(failure.detail, "no time was left for the request");
}

/// A peer that plays `part` on each connection, with its number.
fn peer(part: impl Fn(usize, &mut TcpStream) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/v1.0", listener.local_addr().unwrap());
    let part = Arc::new(part);
    thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let (mut stream, part) = (stream.unwrap(), Arc::clone(&part));
            thread::spawn(move || part(number, &mut stream));
        }
    });
    base
}

fn read_head(stream: &mut impl Read) -> String {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|amount| amount > 0) {
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}

/// What is made of a reply after which the connection is closed.
fn replied(reply: &'static str) -> Result<Reply, Failure> {
    let base = peer(move |_, stream| {
        read_head(stream);
        stream.write_all(reply.as_bytes()).unwrap();
    });
    transport(Resolver::default(), None).exchange(&a_send(&base, 1), Body::None, &limits(10_000, 10_000))
}

#[test]
fn only_an_end_that_is_certain_is_taken_for_one() {
    for reply in [
        "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 202 Accepted\r\ntransfer-encoding:  CHUNKED \r\n\r\n0\r\n\r\n",
        "HTTP/1.0 202 Accepted\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 204 No Content\r\n\r\n",
    ] {
        let read = replied(reply).unwrap();
        assert_ne!(read.framing, Framing::Uncertain, "{reply:?}");
        assert_eq!((read.body_end, read.body.len()), (BodyEnd::Complete, 0), "{reply:?}");
    }
    for reply in [
        "HTTP/1.1 202 Accepted\r\n\r\n",
        "HTTP/1.1 202 Accepted\r\nTransfer-Encoding: xchunked\r\n\r\n",
        "HTTP/1.1 202 Accepted\r\nTransfer-Encoding: xchunked\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 202 Accepted\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked,\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n+0\r\n\r\n",
        "HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
        "HTTP/1.0 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n",
        // These ureq does not read at all.
        "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\n",
        "HTTP/1.1 202 Accepted\r\nContent-Length: 0, 5\r\n\r\n",
        "HTTP/1.1 202 Accepted\r\nContent-Length: +0\r\n\r\n",
        "HTTP/1.1 202 Accepted\r\nContent-Length: -0\r\n\r\n",
        "HTTP/1.1 202 Accepted\r\nContent-Length: 0x0\r\n\r\n",
        "HTTP/1.1 202 Accepted\r\nContent-Length: \r\n\r\n",
        "HTTP/1.1 202 Accepted\r\nContent-Length : 0\r\n\r\n",
        "HTTP/1.1 202 Accepted\r\nContent-Length:\r\n 0\r\n\r\n",
    ] {
        match replied(reply) {
            Ok(read) => assert_eq!(read.framing, Framing::Uncertain, "{reply:?}"),
            Err(failure) => assert!(failure.handed_on, "{reply:?}: {failure:?}"),
        }
    }
}

#[test]
fn headers_that_differ_are_not_relied_on() {
    let reply = replied(
        "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nDate: Thu, 26 Nov 2026 10:00:06 GMT\r\nRetry-After: 5\r\n\
         request-id: \r\nrequest-id: a\r\nrequest-id: b\r\nclient-request-id: c\r\nclient-request-id: d\r\n\
         Date: Thu, 26 Nov 2026 10:00:00 GMT\r\nRetry-After: 6\r\n\r\n",
    )
    .unwrap();
    assert_eq!((reply.date, reply.retry_after), (None, None));
    assert_eq!((reply.request_id.as_str(), reply.client_request_ids), ("a", vec!["c".to_owned(), "d".to_owned()]));
    let reply = replied(
        "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nDate: Thu, 26 Nov 2026 10:00:00 GMT\r\nRetry-After: 5\r\n\
         Date: Thu, 26 Nov 2026 10:00:00 GMT\r\nRetry-After: 5\r\n\r\n",
    )
    .unwrap();
    assert_eq!(reply.date.as_deref(), Some("Thu, 26 Nov 2026 10:00:00 GMT"));
    assert_eq!(reply.retry_after.as_deref(), Some("5"));
    assert_eq!((reply.request_id.as_str(), reply.client_request_ids.len()), ("", 0));
}

/// How a peer treats a connection that waits for its next request.
fn spoil(stream: &mut TcpStream, how: &str) {
    match how {
        "a reply too many" => stream.write_all(ACCEPTED.as_bytes()).unwrap(),
        "half a reply" => stream.write_all(b"HTTP/1.1 202").unwrap(),
        "a reply and the end" => {
            stream.write_all(ACCEPTED.as_bytes()).unwrap();
            stream.shutdown(Shutdown::Write).unwrap();
        }
        "the end" => stream.shutdown(Shutdown::Write).unwrap(),
        _ => SockRef::from(&*stream).set_linger(Some(Duration::ZERO)).unwrap(),
    }
}

const ACCEPTED: &str = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nrequest-id: premature\r\n\r\n";

#[test]
fn what_comes_before_a_request_does_not_answer_it() {
    for how in ["a reply too many", "half a reply", "a reply and the end", "the end", "a reset"] {
        let (spoiled, is_spoiled) = mpsc::channel();
        let (heard, requests) = mpsc::channel();
        let base = peer(move |number, stream| {
            heard.send((number, read_head(stream))).unwrap();
            write!(stream, "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nrequest-id: {number}\r\n\r\n").unwrap();
            if number == 0 {
                spoil(stream, how);
                spoiled.send(()).unwrap();
                if how == "a reset" {
                    return;
                }
            }
            heard.send((number, read_head(stream))).unwrap();
        });
        let transport = transport(Resolver::default(), None);
        let send = || transport.exchange(&a_send(&base, 1), Body::None, &limits(10_000, 10_000));
        assert_eq!(send().unwrap().request_id, "0", "{how}");
        is_spoiled.recv().unwrap();
        thread::sleep(MS(50));
        let began = Instant::now();
        let reply = send().unwrap_or_else(|failure| panic!("{how}: {failure:?}"));
        // On a connection of its own, without a wait for an end, and not a byte of it on the other.
        assert_eq!((reply.request_id.as_str(), reply.came_early), ("1", false), "{how}");
        assert!(began.elapsed() < MS(5_000), "{how}: took {:?}", began.elapsed());
        drop(transport);
        let mut requests: Vec<(usize, String)> = iter::from_fn(|| requests.recv_timeout(MS(200)).ok()).collect();
        requests.retain(|(_, head)| !head.is_empty());
        let connections: Vec<usize> = requests.iter().map(|(number, _)| *number).collect();
        assert_eq!(connections, [0, 1], "{how}: {requests:?}");
    }
}

/// Its real reply may still come, and would be taken for that of the next request.
#[test]
fn after_an_early_reply_the_connection_is_not_used_again() {
    // More than the buffers of both sides hold.
    let bytes = vec![b'x'; 64 * 1024 * 1024];
    let length = bytes.len();
    let base = peer(move |number, stream| {
        read_head(stream);
        if number == 0 {
            stream.write_all(ACCEPTED.as_bytes()).unwrap();
            thread::sleep(MS(100));
            let mut body = vec![0; length];
            stream.read_exact(&mut body).unwrap();
            read_head(stream);
        }
        let _ = write!(stream, "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nrequest-id: {number}\r\n\r\n");
    });
    let transport = transport(Resolver::default(), None);
    let body = Body::Bytes { bytes: &bytes, content_type: "application/octet-stream" };
    let reply = transport.exchange(&a_send(&base, 1), body, &limits(10_000, 10_000)).unwrap();
    assert_eq!((reply.request_id.as_str(), reply.came_early), ("premature", true));
    let reply = transport.exchange(&a_send(&base, 1), Body::None, &limits(10_000, 10_000)).unwrap();
    assert_eq!(reply.request_id, "1");
}

/// The request had left by then, and nobody read it.
#[test]
fn a_certificate_of_the_client_that_is_demanded_after_the_handshake() {
    let alert = |alert| io::Error::new(io::ErrorKind::InvalidData, rustls::Error::AlertReceived(alert));
    let demanded = failure(&alert(rustls::AlertDescription::CertificateRequired), true);
    assert_eq!((demanded.handed_on, demanded.cause), (false, Cause::Tls));
    assert!(demanded.detail.contains("certificate of the client"), "{demanded:?}");
    // Any other may come after the request was read.
    assert!(failure(&alert(rustls::AlertDescription::InternalError), true).handed_on);
}

#[test]
fn a_success_that_repeats_no_request_id_where_others_did() {
    let base = peer(|_, stream| {
        for line in ["", "client-request-id: 4f1c\r\n"] {
            read_head(stream);
            write!(stream, "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n{line}\r\n").unwrap();
        }
        read_head(stream);
    });
    let transport = transport(Resolver::default(), None);
    let send = || transport.exchange(&a_send(&base, 1), Body::None, &limits(10_000, 10_000)).unwrap();
    let connections = transport.connections.current(|| panic!("forked"));
    let host = Arc::clone(&connections.take(&a_send(&base, 1)).host);
    let silent = send();
    for came in [Came::Early, Came::AtOnce, Came::Later] {
        assert!(!host.repeats_no_request_id(&silent, came), "none was repeated before");
    }
    let repeating = send();
    assert!(!silent.repeats_no_request_id && !repeating.repeats_no_request_id);
    assert!(host.repeats_no_request_id(&silent, Came::AtOnce));
    assert!(!host.repeats_no_request_id(&silent, Came::Later));
    assert!(!host.repeats_no_request_id(&Reply { status: 404, ..silent }, Came::AtOnce));
    assert!(!host.repeats_no_request_id(&repeating, Came::AtOnce));
}

/// A connection as ureq gets it, to a peer on this machine, and the peer's side of it.
fn ureq_transport() -> (UreqTransport, Arc<CallState>, TcpStream) {
    let (stream, call, peer) = stream();
    (UreqTransport::over(stream, &call, false), call, peer)
}

fn stream() -> (Stream, Arc<CallState>, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let call = Arc::new(CallState::default());
    call.begin(&limits(10_000, 10_000));
    let tcp = Tcp::connect("peer", &[listener.local_addr().unwrap()], &call).unwrap();
    (Stream::Plain(tcp), call, listener.accept().unwrap().0)
}

#[test]
fn a_peer_that_speaks_or_goes_before_it_is_asked_gets_no_request() {
    for (how, cause) in [("a reply too many", Cause::Protocol), ("the end", Cause::Connection)] {
        let (mut transport, call, mut peer) = ureq_transport();
        spoil(&mut peer, how);
        thread::sleep(MS(20));
        transport.buffers().output()[..3].copy_from_slice(b"GET");
        let error = transport.transmit_output(3, NextTimeout::default()).unwrap_err().into_io();
        assert_eq!(Trouble::of(&error).map(|trouble| trouble.cause), Some(cause), "{how}");
        assert!(!call.handed_on() && !call.is_stale(), "{how}");
        assert!(transport.buffers().output()[..3].iter().all(|&byte| byte == 0), "the request stays in memory");
        drop(transport);
        assert_eq!(peer.read(&mut [0; 8]).unwrap_or(0), 0, "{how}");
    }
}

#[test]
fn a_reply_to_half_a_request_is_early() {
    for is_early in [true, false] {
        let (mut transport, call, mut peer) = ureq_transport();
        assert_eq!(transport.buffers().output().len(), ureq_transport::OUTPUT_BUFFER);
        transport.transmit_output(10_000, NextTimeout::default()).unwrap();
        if is_early {
            peer.write_all(ACCEPTED.as_bytes()).unwrap();
            thread::sleep(MS(20));
        }
        transport.transmit_output(10_000, NextTimeout::default()).unwrap();
        peer.write_all(ACCEPTED.as_bytes()).unwrap();
        assert!(transport.await_input(NextTimeout::default()).unwrap());
        assert_eq!(call.end() == Came::Early, is_early);
    }
}

#[test]
fn what_comes_while_a_write_is_stuck_is_heard() {
    let (mut stream, _line, mut peer) = stream();
    // More than the buffers of both sides hold.
    let bytes = vec![b'x'; 64 * 1024 * 1024];
    let length = bytes.len();
    let reader = thread::spawn(move || {
        peer.read_exact(&mut [0]).unwrap();
        peer.write_all(b"early").unwrap();
        thread::sleep(MS(100));
        let mut rest = vec![0; length - 1];
        peer.read_exact(&mut rest).unwrap();
    });
    let mut heard = Vec::new();
    let watch = |what| {
        heard.push(what);
        Ok(())
    };
    stream.write_watched(&bytes, watch).unwrap();
    assert_eq!((heard.first(), heard.last()), (Some(&Heard::Nothing), Some(&Heard::Bytes)));
    reader.join().unwrap();
}
