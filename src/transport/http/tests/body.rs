//! Requests that carry a body, to several hosts.

use std::io::{self, Cursor, Read, Write};
use std::net::TcpStream;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use http::{HeaderName, HeaderValue};

use super::{MS, Resolver, a_send, limits, peer, read_head, transport};
use crate::graph::{Cause, Expected, Failure, Method, Reply, Request};
use crate::transport::{Body, Limits, Transport};

static LOCATION: [HeaderName; 1] = [http::header::LOCATION];

/// A request to a host that is not to have the token.
fn an_upload(base: &str) -> Request {
    let of_graph = a_send(base, 1);
    Request {
        method: Method::Put,
        url: format!("{base}/upload"),
        token: None,
        headers: vec![(http::header::CONTENT_RANGE, HeaderValue::from_static("bytes 0-4/5"))],
        expected: Expected::Json(201),
        reply_headers: &LOCATION,
        ..of_graph
    }
}

/// A peer that reads a head and so many bytes, tells of both, and answers.
fn reading(length: usize, status: &'static str) -> (String, mpsc::Receiver<(String, Vec<u8>)>) {
    let (tell, told) = mpsc::channel();
    let base = peer(move |_, stream| {
        loop {
            let head = read_head(stream);
            if head.is_empty() {
                return;
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).unwrap();
            tell.send((head, body)).unwrap();
            write!(stream, "HTTP/1.1 {status}\r\nLocation: /there\r\nContent-Length: 2\r\n\r\n{{}}").unwrap();
        }
    });
    (base, told)
}

fn of_length(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at % 251) as u8).collect()
}

fn send(request: &Request, body: Body, limits: &Limits) -> Result<Reply, Failure> {
    transport(Resolver::default(), None).exchange(request, body, limits)
}

#[test]
fn bytes_are_sent_with_their_length_and_type() {
    let (base, told) = reading(5, "201 Created");
    let body = Body::Bytes { content_type: "text/plain", bytes: b"RnJvb" };
    let reply = send(&a_send(&base, 8), body, &limits(10_000, 10_000)).unwrap();
    let (head, bytes) = told.recv().unwrap();
    let head = head.to_lowercase();
    assert!(head.contains("content-length: 5\r\n") && head.contains("content-type: text/plain\r\n"), "{head}");
    assert!(head.contains("authorization: bearer tttttttt\r\n"), "{head}");
    assert_eq!((bytes.as_slice(), reply.status, reply.body.as_slice()), (&b"RnJvb"[..], 201, &b"{}"[..]));
    assert!(reply.headers.is_empty(), "nobody asked for them");
}

#[test]
fn a_large_body_is_read_while_it_is_sent_and_to_a_host_without_the_token() {
    let whole = of_length(5 * 1024 * 1024);
    let (base, told) = reading(whole.len(), "201 Created");
    let open = || -> io::Result<Box<dyn Read>> { Ok(Box::new(Cursor::new(whole.clone()))) };
    let body = Body::Reader { content_type: "application/octet-stream", length: whole.len() as u64, open: &open };
    let reply = send(&an_upload(&base), body, &limits(10_000, 30_000)).unwrap();
    let (head, bytes) = told.recv().unwrap();
    assert!(head.starts_with("PUT /v1.0/upload HTTP/1.1\r\n"), "{head}");
    assert!(!head.to_lowercase().contains("authorization"), "{head}");
    assert!(head.to_lowercase().contains("content-range: bytes 0-4/5\r\n"), "{head}");
    assert!(bytes == whole, "the body arrived altered");
    assert_eq!(reply.headers, [(http::header::LOCATION, "/there".to_owned())]);
}

#[test]
fn a_body_that_changed_its_length_fails() {
    for (has, says) in [(9, "fewer bytes"), (11, "more bytes")] {
        let (base, _told) = reading(10, "201 Created");
        let open = || -> io::Result<Box<dyn Read>> { Ok(Box::new(Cursor::new(of_length(has)))) };
        let body = Body::Reader { content_type: "text/plain", length: 10, open: &open };
        let failure = send(&an_upload(&base), body, &limits(10_000, 10_000)).unwrap_err();
        assert_eq!((failure.cause, failure.handed_on), (Cause::Local, true), "{failure:?}");
        assert!(failure.detail.contains(says), "{failure:?}");
    }
}

#[test]
fn a_body_that_cannot_be_opened_is_not_begun() {
    let open = || -> io::Result<Box<dyn Read>> { Err(io::ErrorKind::NotFound.into()) };
    let body = Body::Reader { content_type: "text/plain", length: 10, open: &open };
    let failure = send(&an_upload("http://127.0.0.1:9/v1.0"), body, &limits(10_000, 10_000)).unwrap_err();
    assert_eq!((failure.cause, failure.handed_on), (Cause::Local, false), "{failure:?}");
    assert!(failure.detail.contains("cannot be read"), "{failure:?}");
}

#[test]
fn a_body_that_moves_outlasts_a_stall_and_one_that_does_not_ends_in_it() {
    /// Gives a byte after each pause.
    struct Slow(usize);
    impl Read for Slow {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            if self.0 == 0 {
                return Ok(0);
            }
            thread::sleep(MS(40));
            self.0 -= 1;
            buf[0] = b'x';
            Ok(1)
        }
    }
    let (base, told) = reading(12, "201 Created");
    let open = || -> io::Result<Box<dyn Read>> { Ok(Box::new(Slow(12))) };
    let body = Body::Reader { content_type: "text/plain", length: 12, open: &open };
    let stalls = |stall: u64| Limits { stall: Some(MS(stall)), ..limits(10_000, 60_000) };
    assert_eq!(send(&an_upload(&base), body, &stalls(5_000)).unwrap().status, 201);
    assert_eq!(told.recv().unwrap().1, [b'x'; 12]);

    // Takes the head and nothing more: what does not fit into the buffers of two sockets stays here.
    let base = peer(|_, stream: &mut TcpStream| {
        read_head(stream);
        thread::sleep(Duration::from_secs(60));
    });
    let open = || -> io::Result<Box<dyn Read>> { Ok(Box::new(io::repeat(0).take(64 << 20))) };
    let body = Body::Reader { content_type: "text/plain", length: 64 << 20, open: &open };
    let began = Instant::now();
    let failure = send(&an_upload(&base), body, &stalls(300)).unwrap_err();
    assert_eq!((failure.cause, failure.handed_on), (Cause::TimedOut, true), "{failure:?}");
    assert!(failure.detail.contains("nothing moved for 0.3 s"), "{failure:?}");
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
}

#[test]
fn each_host_keeps_its_connections() {
    let count = || {
        let (tell, told) = mpsc::channel();
        let base = peer(move |number, stream| {
            while !read_head(stream).is_empty() {
                tell.send(number).unwrap();
                stream.write_all(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n").unwrap();
            }
        });
        (base, told)
    };
    let ((one, of_one), (other, of_other)) = (count(), count());
    let transport = transport(Resolver::default(), None);
    for _ in 0..3 {
        for base in [&one, &other] {
            transport.exchange(&a_send(base, 1), Body::None, &limits(10_000, 10_000)).unwrap();
        }
    }
    for told in [of_one, of_other] {
        assert_eq!(told.try_iter().collect::<Vec<_>>(), [0, 0, 0], "connections that were made");
    }
}
