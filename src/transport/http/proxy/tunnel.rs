//! `CONNECT` (RFC 9110, section 9.3.6).

use std::io::{self, Read, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::url::Login;
use crate::graph::Cause;
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
    let Answer { status, schemes } = read_answer(stream)?;
    match status {
        200..=299 => Ok(()),
        401 | 407 if !speaks_basic(&schemes) => Err(Trouble::error(
            Cause::Proxy,
            format!(
                "it wants {} ({status}) and this library speaks Basic alone; a proxy on this machine that speaks {} to it \
                 is the way out",
                listed(&schemes),
                schemes[0]
            ),
        )),
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

/// What a proxy answers.
struct Answer {
    status: u16,
    /// The schemes that it offers to tell it who asks.
    schemes: Vec<String>,
}

/// Whether Basic is among the schemes, or none is named.
fn speaks_basic(schemes: &[String]) -> bool {
    schemes.is_empty() || schemes.iter().any(|scheme| scheme.eq_ignore_ascii_case("basic"))
}

/// The schemes as one reads a list.
fn listed(schemes: &[String]) -> String {
    match schemes {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// The scheme at the beginning of a challenge. Only the first scheme of a header is read; the others are not worth a parser.
fn scheme(challenge: &[u8]) -> Option<String> {
    let name: String =
        challenge.iter().take_while(|byte| byte.is_ascii_alphanumeric()).map(|b| char::from(*b)).collect();
    (1..=32).contains(&name.len()).then_some(name)
}

/// Reads the head of the answer, byte by byte: what follows it belongs to the tunnel. It is short, and read once for
/// each connection.
fn read_answer(stream: &mut Stream) -> io::Result<Answer> {
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
        Ok(_) => {
            let status = response.code.ok_or_else(|| Trouble::error(Cause::Proxy, "its answer has no status"))?;
            let challenges = response.headers.iter().filter(|h| h.name.eq_ignore_ascii_case("proxy-authenticate"));
            Ok(Answer { status, schemes: challenges.filter_map(|header| scheme(header.value)).collect() })
        }
        Err(_) => Err(Trouble::error(Cause::Proxy, "its answer to CONNECT is no HTTP")),
    }
}
