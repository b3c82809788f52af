//! One connection at a time and the ureq agent that speaks on it.
//!
//! ureq hands a connector no word of the call that it connects for, and its transports outlive calls in its pool. So
//! every connection gets an agent of its own, with a pool of one, and both share a [`CallState`]: where a call leaves its
//! limits before it runs, and finds afterwards what its connection did.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use ureq::unversioned::resolver::{ArrayVec, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::call_state::CallState;
use super::host::Host;
use super::shared::Shared;
use super::ureq_transport::UreqConnector;

/// An agent, and what its calls and its connection tell each other.
pub struct PooledAgent {
    /// Runs the requests.
    pub agent: ureq::Agent,
    /// What the call and the connection tell each other.
    pub call: Arc<CallState>,
    /// Where its connection leads.
    pub host: Arc<Host>,
    /// When it was last used, for those that wait for their next use.
    pub idle_since: Instant,
}

impl PooledAgent {
    /// A pooled agent without a connection to this host; the first request makes one.
    pub fn new(config: ureq::config::Config, shared: Arc<Shared>, host: Arc<Host>) -> PooledAgent {
        let call = Arc::new(CallState::default());
        let connector = UreqConnector { shared, call: Arc::clone(&call) };
        let agent = ureq::Agent::with_parts(config, connector, NoResolver);
        PooledAgent { agent, call, host, idle_since: Instant::now() }
    }
}

/// Resolving is part of connecting here: done when a connection is needed and not, as ureq would, before every request.
#[derive(Debug)]
struct NoResolver;

impl Resolver for NoResolver {
    fn resolve(
        &self,
        _: &::http::Uri,
        _: &ureq::config::Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        Ok(ArrayVec::from_fn(|_| SocketAddr::from(([0, 0, 0, 0], 0))))
    }
}
