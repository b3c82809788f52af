//! Through a proxy: `CONNECT` over http or https, or SOCKS5.

use std::env;
use std::fmt;
use std::io::{self, Read, Write};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use zeroize::Zeroizing;

use super::lane::Line;
use super::link::Stream;
use super::per_process::Shared;
use super::wire::Wire;
use super::{Trouble, socks, tls};
use crate::error::Error;
use crate::outcome::Cause;

/// The most that is read of a proxy's answer to `CONNECT`.
const LONGEST_ANSWER: usize = 16 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Http,
    Https,
    Socks5,
}

/// Name and password for a proxy; wiped when dropped, never shown.
#[derive(Clone)]
pub struct Login {
    /// The user's name.
    pub user: Arc<Zeroizing<String>>,
    /// The password.
    pub password: Arc<Zeroizing<String>>,
}

/// A proxy for connections to the service.
#[derive(Clone)]
pub struct Proxy {
    kind: Kind,
    host: String,
    port: u16,
    login: Option<Login>,
    except: Vec<String>,
}

impl Proxy {
    /// Reads the `proxy` option: `http://`, `https://` or `socks5://`, with `user:password@` percent-encoded if need be.
    pub fn parse(url: &str) -> Result<Proxy, Error> {
        // The text may hold a password, so no message quotes it.
        let refuse = |why: &str| Err(Error::invalid(format!("proxy {why}; it looks like http://proxy.example:3128")));
        let Some((scheme, rest)) = url.split_once("://") else {
            return refuse("has no scheme");
        };
        let (kind, default_port) = match scheme.to_ascii_lowercase().as_str() {
            "http" => (Kind::Http, 80),
            "https" => (Kind::Https, 443),
            "socks5" | "socks5h" => (Kind::Socks5, 1080),
            _ => return refuse("has a scheme other than http, https and socks5"),
        };
        let (userinfo, place) = match rest.trim_end_matches('/').rsplit_once('@') {
            Some((userinfo, place)) => (Some(userinfo), place),
            None => (None, rest.trim_end_matches('/')),
        };
        let Ok(authority) = place.parse::<::http::uri::Authority>() else {
            return refuse("has no valid host and port");
        };
        let host = authority.host();
        let port = match authority.port_u16() {
            None if place.len() > host.len() => return refuse("has a port that is no number from 1 to 65535"),
            Some(0) => return refuse("has port 0"),
            port => port.unwrap_or(default_port),
        };
        if host.is_empty() {
            return refuse("has no host");
        }
        let login = match userinfo.map(read_login) {
            Some(None) => {
                return refuse("has a name or password that is no percent-encoded UTF-8, or has control characters");
            }
            login => login.flatten(),
        };
        Ok(Proxy { kind, host: host.to_owned(), port, login, except: Vec::new() })
    }

    /// What the environment says: `https_proxy` or `all_proxy` and `no_proxy`, in lower case or else upper case, as curl
    /// reads them. Nothing where none is set.
    pub fn from_environment() -> Result<Option<Proxy>, Error> {
        let read = |name: &str| {
            [name.to_owned(), name.to_ascii_uppercase()]
                .into_iter()
                .find_map(|n| env::var(n).ok().filter(|v| !v.is_empty()))
        };
        let Some(value) = read("https_proxy").or_else(|| read("all_proxy")) else {
            return Ok(None);
        };
        let value = if value.contains("://") { value } else { format!("http://{value}") };
        let mut proxy = Proxy::parse(&value).map_err(|error| {
            Error::invalid(format!("the environment's https_proxy or all_proxy: {}", error.message))
        })?;
        proxy.except = read("no_proxy").unwrap_or_default().split([',', ' ']).map(str::to_ascii_lowercase).collect();
        Ok(Some(proxy))
    }

    /// Whether connections to a host go through it.
    pub fn is_for(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        !self.except.iter().any(|entry| {
            let domain = entry.trim_start_matches("*.").trim_start_matches('.');
            entry == "*"
                || (!domain.is_empty() && host == domain)
                || (!domain.is_empty() && host.strip_suffix(domain).is_some_and(|front| front.ends_with('.')))
        })
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({:?} {}:{}", self.kind, self.host, self.port)?;
        f.write_str(if self.login.is_some() { ", with a password)" } else { ")" })
    }
}

fn read_login(userinfo: &str) -> Option<Login> {
    let (user, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
    let decode = |text: &str| {
        let text = Zeroizing::new(percent_decode_str(text).decode_utf8().ok()?.into_owned());
        (!text.chars().any(char::is_control)).then(|| Arc::new(text))
    };
    Some(Login { user: decode(user)?, password: decode(password)? })
}

/// A stream to `host:port` through the proxy; the proxy resolves the name.
pub fn connect(proxy: &Proxy, shared: &Shared, line: &Arc<Line>, host: &str, port: u16) -> io::Result<Stream> {
    let addresses = shared.names.resolve(&proxy.host, proxy.port, line).map_err(|error| through(proxy, error))?;
    let wire = match Wire::connect(&proxy.host, &addresses, line) {
        Ok(wire) => wire,
        Err(error) => {
            shared.names.forget(&proxy.host, proxy.port);
            return Err(through(proxy, error));
        }
    };
    let mut stream = Stream::Plain(wire);
    if proxy.kind == Kind::Https {
        stream = tls::handshake(shared, stream, &proxy.host).map_err(|error| through(proxy, error))?;
    }
    let asked = match proxy.kind {
        Kind::Socks5 => socks::connect(&mut stream, proxy.login.as_ref(), host, port),
        Kind::Http | Kind::Https => connect_request(&mut stream, proxy.login.as_ref(), host, port),
    };
    asked.map_err(|error| through(proxy, error))?;
    Ok(stream)
}

/// Says that the trouble was with the proxy.
fn through(proxy: &Proxy, error: io::Error) -> io::Error {
    let (cause, detail) = match Trouble::of(&error) {
        Some(trouble) => (trouble.cause, trouble.detail.clone()),
        None => (Cause::Connection, format!("the connection broke ({error})")),
    };
    Trouble::error(cause, format!("proxy {}:{}: {detail}", proxy.host, proxy.port))
}

fn connect_request(stream: &mut Stream, login: Option<&Login>, host: &str, port: u16) -> io::Result<()> {
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
        407 if login.is_some() => Err(Trouble::error(Cause::Proxy, "it refused the name and password (407)")),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted() {
        let proxy = Proxy::parse("http://u%40ser:p%3Ass@proxy.example:3128/").unwrap();
        assert_eq!((proxy.kind, proxy.host.as_str(), proxy.port), (Kind::Http, "proxy.example", 3128));
        let login = proxy.login.as_ref().unwrap();
        assert_eq!((login.user.as_str(), login.password.as_str()), ("u@ser", "p:ss"));
        assert!(!format!("{proxy:?}").contains("p:ss"));
        assert_eq!(Proxy::parse("https://proxy.example").unwrap().port, 443);
        assert_eq!(Proxy::parse("socks5h://[::1]").unwrap().port, 1080);
    }

    #[test]
    fn refused_without_the_password() {
        for url in [
            "",
            "proxy.example:3128",
            "socks4://proxy.example",
            "ftp://proxy.example",
            "http://",
            "http://user:s3cret@",
            "http://user:s3cret@proxy.example:0",
            "http://user:s3cret@proxy.example:x",
            "http://user:s3cret@proxy.example:99999",
            "http://user:s3cret%0D%0A@proxy.example",
            "http://user:s3cret%FF@proxy.example",
            "http://user:s3cret@proxy example",
            "http://user:s3cret@proxy.example/path",
        ] {
            let error = Proxy::parse(url).unwrap_err();
            assert!(error.message.starts_with("proxy ") && !error.message.contains("s3cret"), "{url}: {error}");
        }
    }

    #[test]
    fn exceptions() {
        let mut proxy = Proxy::parse("http://proxy.example").unwrap();
        proxy.except = ["corp.example", ".intra.example", "*.dmz.example", ""].map(str::to_owned).to_vec();
        for host in ["corp.example", "mail.corp.example", "intra.example", "a.intra.example", "A.DMZ.example"] {
            assert!(!proxy.is_for(host), "{host}");
        }
        for host in ["graph.microsoft.com", "notcorp.example", "example"] {
            assert!(proxy.is_for(host), "{host}");
        }
        proxy.except = vec!["*".to_owned()];
        assert!(!proxy.is_for("graph.microsoft.com"));
    }
}
