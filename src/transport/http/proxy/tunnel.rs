//! `CONNECT` (RFC 9110, section 9.3.6).

use std::io::{self, Read, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::url::Login;
use crate::outcome::Cause;
use crate::transport::http::stream::Stream;
use crate::transport::http::trouble::Trouble;

/// The most that is read of a proxy's answer to `CONNECT`.
const LONGEST_ANSWER: usize = 16 * 1024;

/// Asks the proxy for a connection to `host:port`.
pub fn connect(stream: &mut Stream, login: Option<&Login>, host: &str, port: u16) -> io::Result<()> {
    let mut request = Zeroizing::new(format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n"));
    if let Some(login) = login {
        let pair = Zeroizing::new(format!("{}:{}", **login.user, **login.password));
        let encoded = Zeroizing::new(STANDARD.encode(pair.as_bytes()));
        request.push_str("Proxy-Authorization: Basic ");
        request.push_str(&encoded);
        request.push_str("\r\n");
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes())?;
    stream.flush()?;
    match read_status(stream)? {
        200..=299 => Ok(()),
        // tinyproxy says 401 where 407 is meant.
        status @ (401 | 407) if login.is_some() => {
            Err(Trouble::error(Cause::Proxy, format!("it refused the name and password ({status})")))
        }
        407 => Err(Trouble::error(Cause::Proxy, "it wants a name and password (407): http://user:password@host:port")),
        // A gateway's trouble with the other side may pass; its refusals do not.
        status @ 500..=599 => {
            Err(Trouble::error(Cause::Connection, format!("it could not connect to {host}:{port} ({status})")))
        }
        status => Err(Trouble::error(Cause::Proxy, format!("it refused to connect to {host}:{port} ({status})"))),
    }
}

/// Reads the head of the answer, byte by byte: what follows it belongs to the tunnel. It is short, and read once for
/// each connection.
fn read_status(stream: &mut Stream) -> io::Result<u16> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if stream.read(&mut byte)? == 0 {
            return Err(Trouble::error(Cause::Connection, "it closed the connection without an answer"));
        }
        head.push(byte[0]);
        if head.len() > LONGEST_ANSWER {
            return Err(Trouble::error(Cause::Proxy, "its answer to CONNECT does not end"));
        }
    }
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut headers);
    match response.parse(&head) {
        Ok(_) => response.code.ok_or_else(|| Trouble::error(Cause::Proxy, "its answer has no status")),
        Err(_) => Err(Trouble::error(Cause::Proxy, "its answer to CONNECT is no HTTP")),
    }
}
