//! The connections of one process: what they share, and those that wait for their next request.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::call_state::Came;
use super::pooled_agent::PooledAgent;
use super::shared::Shared;
use crate::graph::Reply;

/// How long a connection may wait for its next request. Long enough for a batch of mails, short enough that the front end
/// has hardly ever closed it meanwhile: a request on a connection that is just being closed ends in doubt.
pub const MAX_IDLE: Duration = Duration::from_secs(15);

/// The most connections that wait for their next request: one for each thread of a large pool. One more would be made anew for
/// each of its requests.
const MOST_IDLE: usize = 256;

/// The connections of one process.
pub struct Connections {
    shared: Arc<Shared>,
    idle: Mutex<Vec<PooledAgent>>,
    config: ureq::config::Config,
    /// Whether a reply has named a request by its `client-request-id`.
    names_requests: AtomicBool,
}

impl Connections {
    /// None yet.
    pub fn new(shared: Shared, config: ureq::config::Config) -> Connections {
        let (idle, names_requests) = (Mutex::new(Vec::new()), AtomicBool::new(false));
        Connections { shared: Arc::new(shared), idle, config, names_requests }
    }

    /// A pooled agent for one request: the one that was used last, so that the others can grow old and go; else a new one.
    pub fn take(&self) -> PooledAgent {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let pooled = idle.pop();
        let dropped = old(&mut idle);
        // Closing sockets needs no lock.
        drop(idle);
        drop(dropped);
        pooled.unwrap_or_else(|| self.fresh())
    }

    /// A pooled agent that connects anew.
    pub fn fresh(&self) -> PooledAgent {
        PooledAgent::new(self.config.clone(), Arc::clone(&self.shared))
    }

    /// Whether a reply is a success that was there at once and names no request, where others have been named. Between the
    /// question whether a peer has spoken and the write there is always a moment: what is said in it is not seen to be early.
    pub fn lacks_its_name(&self, reply: &Reply, came: Came) -> bool {
        if reply.client_request_ids.is_empty() {
            let is_success = (200..300).contains(&reply.status);
            return is_success && came == Came::AtOnce && self.names_requests.load(Ordering::Relaxed);
        }
        // What was early teaches nothing.
        if came != Came::Early {
            self.names_requests.store(true, Ordering::Relaxed);
        }
        false
    }

    /// Keeps an agent for the next request.
    pub fn keep(&self, mut pooled: PooledAgent) {
        pooled.idle_since = Instant::now();
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push(pooled);
        let too_many = idle.len().saturating_sub(MOST_IDLE);
        let mut dropped: Vec<PooledAgent> = idle.drain(..too_many).collect();
        dropped.append(&mut old(&mut idle));
        drop(idle);
        drop(dropped);
    }
}

/// Takes out those that have waited for too long; the oldest stand first.
fn old(idle: &mut Vec<PooledAgent>) -> Vec<PooledAgent> {
    // Mostly none.
    match idle.first() {
        Some(oldest) if oldest.idle_since.elapsed() >= MAX_IDLE => {}
        Some(_) | None => return Vec::new(),
    }
    let young = idle.iter().position(|pooled| pooled.idle_since.elapsed() < MAX_IDLE).unwrap_or(idle.len());
    idle.drain(..young).collect()
}
