//! The transport over HTTP/1.1 and TLS: ureq speaks HTTP, the connection under it is ours.
//!
//! ureq alone cannot tell whether a byte was handed on, reset a doubtful connection, or keep a deadline through DNS,
//! connect, `CONNECT` and a trickling peer; the connectors here can, under ureq's `unversioned` traits. Only this file,
//! `connections`, `pooled_agent` and `ureq_transport` name ureq.

mod call_state;
mod connections;
mod framing;
mod pooled_agent;
mod proxy;
mod resolver;
mod shared;
mod stream;
mod tcp;
mod tls;
mod trouble;
mod ureq_transport;

use std::io::{self, Read};
use std::path::Path;

use ::http::{HeaderName, HeaderValue, Uri, header};
use bytes::Bytes;

pub use proxy::Proxy;
pub use tls::{ExtraRoots, Roots};

use super::{Limits, Transport};
use crate::error::Error;
use crate::graph::{BodyEnd, Cause, Failure, Framing, LONGEST_BODY, Method, Reply, Request, Token, is_printable};
use crate::per_process::PerProcess;
use call_state::{CallState, Came};
use connections::Connections;
use framing::framing;
use resolver::Resolver;
use shared::Shared;
use tls::{Tls, TlsSettings, demanded_certificate};
use trouble::Trouble;

static REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
static CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");

/// How the transport connects.
#[derive(Debug, Clone, Default)]
pub struct HttpOptions {
    /// The certificate authorities that are trusted.
    pub roots: Roots,
    /// Certificate authorities trusted besides.
    pub extra_roots: ExtraRoots,
    /// The proxy for https; loopback http never uses one.
    pub proxy: Option<Proxy>,
}

impl HttpOptions {
    /// Reads the `ca_file` option: a PEM file of certificates to trust besides the roots.
    pub fn set_ca_file(&mut self, path: &Path) -> Result<(), Error> {
        self.extra_roots = ExtraRoots::read(path)?;
        Ok(())
    }
}

/// Keeps idle connections, one request on each at a time.
pub struct HttpTransport {
    connections: PerProcess<Connections>,
    tls: TlsSettings,
    proxy: Option<Proxy>,
    config: ureq::config::Config,
}

impl HttpTransport {
    /// A transport that has not connected yet.
    pub fn new(options: HttpOptions) -> HttpTransport {
        // Building a configuration reads the proxy environment, which we then overrule. It happens here, once, so that
        // no later call races with a host program that changes its environment.
        let config = ureq::config::Config::builder()
            .proxy(None)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(ureq::config::AutoHeaderValue::None)
            .accept_encoding(ureq::config::AutoHeaderValue::None)
            .accept(ureq::config::AutoHeaderValue::None)
            .input_buffer_size(ureq_transport::INPUT_BUFFER)
            .output_buffer_size(ureq_transport::OUTPUT_BUFFER)
            .max_idle_connections(1)
            .max_idle_connections_per_host(1)
            .max_idle_age(connections::MAX_IDLE)
            .build();
        let tls = TlsSettings { roots: options.roots, extra: options.extra_roots };
        let connections = PerProcess::new(no_connections(&tls, options.proxy.as_ref(), &config));
        HttpTransport { connections, tls, proxy: options.proxy, config }
    }
}

impl Transport for HttpTransport {
    fn exchange(&self, request: &Request, limits: &Limits) -> Result<Reply, Failure> {
        let connections = self.connections.current(|| no_connections(&self.tls, self.proxy.as_ref(), &self.config));
        let mut pooled = connections.take();
        loop {
            let http_request = http_request(request)?;
            pooled.call.begin(limits);
            let response = pooled.agent.run(http_request).map_err(ureq::Error::into_io);
            // Where it fails, the agent is dropped, and with it whatever is left of its connection, which that resets.
            match response.and_then(|response| read_reply(response, &pooled.call)) {
                Ok(mut reply) => {
                    let came = pooled.call.end();
                    reply.came_early = came == Came::Early;
                    reply.lacks_its_name = connections.lacks_its_name(&reply, came);
                    connections.keep(pooled);
                    return Ok(reply);
                }
                // Services close idle connections when they like: that is no attempt, and nothing to wait after.
                Err(_) if pooled.call.is_stale() => pooled = connections.fresh(),
                Err(error) => return Err(failure(&error, pooled.call.handed_on())),
            }
        }
    }
}

fn no_connections(tls: &TlsSettings, proxy: Option<&Proxy>, config: &ureq::config::Config) -> Connections {
    let shared = Shared { resolver: Resolver::default(), tls: Tls::new(tls.clone()), proxy: proxy.cloned() };
    Connections::new(shared, config.clone())
}

/// Keeps the text of a token wiped after use: the header's bytes are the token's own.
struct Authorization(Token);

impl AsRef<[u8]> for Authorization {
    fn as_ref(&self) -> &[u8] {
        self.0.authorization().as_bytes()
    }
}

fn http_request(request: &Request) -> Result<::http::Request<()>, Failure> {
    let unusable = |_: ::http::Error| Failure {
        handed_on: false,
        cause: Cause::Local,
        detail: "the request cannot be written as HTTP".to_owned(),
    };
    let mut authorization = HeaderValue::from_maybe_shared(Bytes::from_owner(Authorization(request.token.clone())))
        .map_err(|error| unusable(error.into()))?;
    authorization.set_sensitive(true);
    let id = HeaderValue::from_str(&request.client_request_id).map_err(|error| unusable(error.into()))?;
    // Not by the builder of `http`, which moves the whole request along for each header.
    let mut made = ::http::Request::new(());
    *made.uri_mut() =
        Uri::from_maybe_shared(Bytes::from(request.url.clone())).map_err(|error| unusable(error.into()))?;
    let headers = made.headers_mut();
    headers.reserve(6);
    headers.insert(header::HOST, request.host.clone());
    if request.method == Method::Post {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(header::AUTHORIZATION, authorization);
    headers.insert(header::USER_AGENT, request.user_agent.clone());
    headers.insert(CLIENT_REQUEST_ID.clone(), id);
    *made.method_mut() = match request.method {
        Method::Post => ::http::Method::POST,
        Method::Get => ::http::Method::GET,
    };
    Ok(made)
}

fn read_reply(response: ::http::Response<ureq::Body>, call: &CallState) -> io::Result<Reply> {
    let (parts, mut body) = response.into_parts();
    let status = parts.status.as_u16();
    let mut framing = framing(status, parts.version, &parts.headers);
    let (body, body_end) = match framing {
        // Nothing in such a body could make the reply certain, so nobody waits for a connection to end.
        Framing::UntilClose if parts.status.is_success() => (Vec::new(), BodyEnd::CutOff),
        _ => read_body(&mut body.as_reader())?,
    };
    if framing == Framing::Chunked && !call.ends_in_last_chunk() {
        framing = Framing::UntilClose;
    }
    let (mut date, mut retry_after) = (Sole::Absent, Sole::Absent);
    let mut request_id = String::new();
    let (mut www_authenticate, mut client_request_ids) = (Vec::new(), Vec::new());
    for (name, value) in &parts.headers {
        if *name == header::DATE {
            date.add(value);
        } else if *name == header::RETRY_AFTER {
            retry_after.add(value);
        } else if *name == header::WWW_AUTHENTICATE {
            www_authenticate.push(text(value));
        } else if *name == REQUEST_ID && request_id.is_empty() {
            request_id = text(value);
        } else if *name == CLIENT_REQUEST_ID {
            client_request_ids.push(text(value));
        }
    }
    let (date, retry_after) = (date.text(), retry_after.text());
    Ok(Reply {
        status,
        framing,
        body_end,
        body,
        request_id,
        retry_after,
        date,
        www_authenticate,
        client_request_ids,
        came_early: false,
        lacks_its_name: false,
    })
}

/// A header that can say one thing only: where it comes again and says another, neither can be relied on.
enum Sole<'a> {
    Absent,
    Says(&'a HeaderValue),
    Differs,
}

impl<'a> Sole<'a> {
    fn add(&mut self, value: &'a HeaderValue) {
        *self = match *self {
            Sole::Absent => Sole::Says(value),
            Sole::Says(first) if first == value => return,
            Sole::Says(_) | Sole::Differs => Sole::Differs,
        }
    }

    fn text(self) -> Option<String> {
        match self {
            Sole::Says(value) => Some(text(value)),
            Sole::Absent | Sole::Differs => None,
        }
    }
}

/// A header as text that can stand in one line of a log.
fn text(value: &HeaderValue) -> String {
    // Not by `to_str`, which asks about each byte by itself what is asked here of all.
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) if is_printable(text) => return text.to_owned(),
        _ => {}
    }
    String::from_utf8_lossy(value.as_bytes()).chars().filter(|c| !c.is_control()).collect()
}

/// Reads a body as far as it comes. A body that breaks off is no failure of the exchange: the status line and headers
/// are there, and the judgement is not made here.
fn read_body(reader: &mut impl Read) -> io::Result<(Vec<u8>, BodyEnd)> {
    let mut body = Vec::new();
    match reader.take(LONGEST_BODY as u64 + 1).read_to_end(&mut body) {
        Ok(_) if body.len() > LONGEST_BODY => {
            body.truncate(LONGEST_BODY);
            Ok((body, BodyEnd::TooLong))
        }
        Ok(_) => Ok((body, BodyEnd::Complete)),
        Err(_) => Ok((body, BodyEnd::CutOff)),
    }
}

fn failure(error: &io::Error, handed_on: bool) -> Failure {
    if let Some(detail) = demanded_certificate(error) {
        return Failure { handed_on: false, cause: Cause::Tls, detail };
    }
    let trouble = Trouble::of(error);
    let (cause, detail) = match trouble {
        Some(trouble) => (trouble.cause, trouble.detail.clone()),
        None => match error.get_ref().and_then(|inner| inner.downcast_ref::<ureq::Error>()) {
            Some(error) => (Cause::Protocol, format!("the reply is no HTTP that can be read ({error})")),
            None => (Cause::Connection, format!("the connection broke ({error})")),
        },
    };
    Failure { handed_on, cause, detail }
}

#[cfg(test)]
mod tests;
