//! The connections of one process: what they share, and those that wait for their next request, by host.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::host::Host;
use super::pooled_agent::PooledAgent;
use super::shared::Shared;
use crate::graph::Request;

/// How long a connection may wait for its next request. Long enough for a batch of mails, short enough that the front end
/// has hardly ever closed it meanwhile: a request on a connection that is just being closed ends in doubt.
pub const MAX_IDLE: Duration = Duration::from_secs(15);

/// The most connections that wait for their next request: one for each thread of a large pool. One more would be made anew for
/// each of its requests.
const MOST_IDLE: usize = 256;

/// The most hosts that are remembered without a connection to them.
const MOST_HOSTS: usize = 64;

/// The connections of one process.
pub struct Connections {
    shared: Arc<Shared>,
    config: ureq::config::Config,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Those that wait, the oldest first.
    idle: Vec<PooledAgent>,
    /// The hosts that were spoken to.
    hosts: Vec<Arc<Host>>,
}

impl Connections {
    /// None yet.
    pub fn new(shared: Shared, config: ureq::config::Config) -> Connections {
        Connections { shared: Arc::new(shared), config, state: Mutex::default() }
    }

    /// A pooled agent for one request to its host: the one that was used last, so that the others can grow old and go; else a
    /// new one.
    pub fn take(&self, request: &Request) -> PooledAgent {
        let mut state = self.lock();
        let waiting = state.idle.iter().rposition(|pooled| pooled.host.is_of(request));
        let pooled = waiting.map(|at| state.idle.remove(at));
        let dropped = if state.idle.is_empty() { Vec::new() } else { superfluous(&mut state.idle, Instant::now()) };
        let taken = pooled.ok_or_else(|| state.host(request));
        // Closing sockets needs no lock.
        drop(state);
        drop(dropped);
        taken.unwrap_or_else(|host| self.fresh(host))
    }

    /// A pooled agent that connects to a host anew.
    pub fn fresh(&self, host: Arc<Host>) -> PooledAgent {
        PooledAgent::new(self.config.clone(), Arc::clone(&self.shared), host)
    }

    /// Keeps an agent for the next request to its host.
    pub fn keep(&self, mut pooled: PooledAgent) {
        let now = Instant::now();
        pooled.idle_since = now;
        let mut state = self.lock();
        state.idle.push(pooled);
        // Alone, it is neither old nor one too many.
        let dropped = if state.idle.len() > 1 { superfluous(&mut state.idle, now) } else { Vec::new() };
        drop(state);
        drop(dropped);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The host of a request, remembered from now on.
    fn host(&mut self, request: &Request) -> Arc<Host> {
        if let Some(known) = self.hosts.iter().find(|host| host.is_of(request)) {
            return Arc::clone(known);
        }
        if self.hosts.len() >= MOST_HOSTS {
            // Those to which a connection is kept, or made, are held there, too.
            self.hosts.retain(|host| Arc::strong_count(host) > 1);
        }
        let host = Arc::new(Host::of(request));
        self.hosts.push(Arc::clone(&host));
        host
    }
}

/// Takes out those that have waited for too long, and those that are too many; the oldest stand first.
fn superfluous(idle: &mut Vec<PooledAgent>, now: Instant) -> Vec<PooledAgent> {
    let is_old = |pooled: &PooledAgent| now.saturating_duration_since(pooled.idle_since) >= MAX_IDLE;
    let too_many = idle.len().saturating_sub(MOST_IDLE);
    // Mostly none.
    if too_many == 0 && !idle.first().is_some_and(is_old) {
        return Vec::new();
    }
    let young = idle.iter().position(|pooled| !is_old(pooled)).unwrap_or(idle.len());
    idle.drain(..young.max(too_many)).collect()
}
