//! The transport over HTTP/1.1 and TLS: ureq speaks HTTP, the connection under it is ours.
//!
//! ureq alone cannot tell whether a byte was handed on, reset a doubtful connection, or keep a deadline through DNS,
//! connect, `CONNECT` and a trickling peer; the connectors here can, under ureq's `unversioned` traits. Only this file,
//! `connections`, `pooled_agent`, `reply` and `ureq_transport` name ureq.

mod call_state;
mod connections;
mod framing;
mod host;
mod pooled_agent;
mod proxy;
mod reply;
mod request;
mod resolver;
mod shared;
mod stream;
mod tcp;
mod tls;
mod trouble;
mod ureq_transport;

use std::io;
use std::path::Path;
use std::sync::Arc;

pub use proxy::Proxy;
pub use tls::{ExtraRoots, Roots};

use super::{Body, Limits, Transport};
use crate::error::Error;
use crate::graph::{Cause, Failure, Reply, Request};
use crate::per_process::PerProcess;
use call_state::Came;
use connections::Connections;
use pooled_agent::PooledAgent;
use reply::read_reply;
use request::{WholeBody, http_request};
use resolver::Resolver;
use shared::Shared;
use tls::{Tls, TlsSettings, demanded_certificate};
use trouble::Trouble;

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
    fn exchange(&self, request: &Request, body: Body, limits: &Limits) -> Result<Reply, Failure> {
        let connections = self.connections.current(|| no_connections(&self.tls, self.proxy.as_ref(), &self.config));
        let mut pooled = connections.take(request);
        loop {
            let http_request = http_request(request, &body)?;
            pooled.call.begin(limits);
            // Where it fails, the agent is dropped, and with it whatever is left of its connection, which that resets.
            match run(&pooled, http_request, &body).and_then(|response| read_reply(response, request, &pooled.call)) {
                Ok(mut reply) => {
                    let came = pooled.call.end();
                    reply.came_early = came == Came::Early;
                    reply.repeats_no_request_id = pooled.host.repeats_no_request_id(&reply, came);
                    // Where this may be no answer to the request, the answer may still come.
                    if came != Came::Early && !reply.repeats_no_request_id {
                        connections.keep(pooled);
                    }
                    return Ok(reply);
                }
                // Services close idle connections when they like: that is no attempt, and nothing to wait after.
                Err(_) if pooled.call.is_stale() => pooled = connections.fresh(Arc::clone(&pooled.host)),
                Err(error) => return Err(failure(&error, pooled.call.handed_on())),
            }
        }
    }
}

fn run(pooled: &PooledAgent, request: ::http::Request<()>, body: &Body) -> io::Result<::http::Response<ureq::Body>> {
    let response = match body {
        Body::None => pooled.agent.run(request),
        Body::Bytes { bytes, .. } => pooled.agent.run(request.map(|()| *bytes)),
        Body::Reader { length, open, .. } => {
            let mut reader = WholeBody::of(open().map_err(request::unreadable)?, *length);
            pooled.agent.run(request.map(|()| ureq::SendBody::from_reader(&mut reader)))
        }
    };
    response.map_err(ureq::Error::into_io)
}

fn no_connections(tls: &TlsSettings, proxy: Option<&Proxy>, config: &ureq::config::Config) -> Connections {
    let shared = Shared { resolver: Resolver::default(), tls: Tls::new(tls.clone()), proxy: proxy.cloned() };
    Connections::new(shared, config.clone())
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
