//! One connection at a time and the ureq agent that speaks on it.
//!
//! ureq hands a connector no word of the call that it connects for, and its transports outlive calls in its pool. So
//! every connection gets an agent of its own, with a pool of one, and both share a [`Line`]: where a call leaves its
//! limits before it runs, and finds afterwards what its connection did.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ureq::unversioned::resolver::{ArrayVec, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::per_process::Shared;
use super::{Trouble, link};
use crate::outcome::Cause;
use crate::transport::Limits;

/// An agent and the line it shares with its connection.
pub struct Lane {
    /// Runs the requests.
    pub agent: ureq::Agent,
    /// What the call and the connection tell each other.
    pub line: Arc<Line>,
    /// When it was last used, for those that wait for their next use.
    pub idle_since: Instant,
}

impl Lane {
    /// A lane without a connection; the first request makes one.
    pub fn new(config: ureq::config::Config, shared: Arc<Shared>) -> Lane {
        let line = Arc::new(Line::default());
        let connector = link::LinkConnector { shared, line: Arc::clone(&line) };
        let agent = ureq::Agent::with_parts(config, connector, NoResolver);
        Lane { agent, line, idle_since: Instant::now() }
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

/// What a call and the connection it runs on tell each other.
#[derive(Debug, Default)]
pub struct Line {
    limits: Mutex<Option<Limits>>,
    connecting: AtomicBool,
    requesting: AtomicBool,
    handed_on: AtomicBool,
}

/// The longest the thread of a call waits without asking whether it was cancelled.
const SLICE: Duration = Duration::from_millis(25);

impl Line {
    /// A new call begins: nothing of its request is handed on yet.
    pub fn begin(&self, limits: &Limits) {
        *self.limits.lock().unwrap_or_else(PoisonError::into_inner) = Some(limits.clone());
        self.connecting.store(false, Ordering::Relaxed);
        self.requesting.store(false, Ordering::Relaxed);
        self.handed_on.store(false, Ordering::Relaxed);
    }

    /// From here on, until [`connected`](Line::connected), the time to connect runs.
    pub fn connect_begins(&self) {
        self.connecting.store(true, Ordering::Relaxed);
    }

    /// The connection stands, TLS included.
    pub fn connected(&self) {
        self.connecting.store(false, Ordering::Relaxed);
    }

    /// The bytes that follow are the request's own; those of handshakes and of `CONNECT` went before.
    pub fn request_begins(&self) {
        self.requesting.store(true, Ordering::Relaxed);
    }

    /// The operating system took bytes of whatever is being written.
    pub fn bytes_taken(&self) {
        if self.requesting.load(Ordering::Relaxed) {
            self.handed_on.store(true, Ordering::Relaxed);
        }
    }

    /// Whether a byte of the request was taken.
    pub fn handed_on(&self) -> bool {
        self.handed_on.load(Ordering::Relaxed)
    }

    /// How long to wait at most before asking again, or the trouble that ends the waiting.
    pub fn slice(&self) -> io::Result<Duration> {
        let limits = self.limits.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(limits) = limits.as_ref() else {
            return Err(Trouble::error(Cause::Local, "no call is running on this connection"));
        };
        if limits.cancel.is_cancelled() {
            return Err(Trouble::error(Cause::Cancelled, "cancelled"));
        }
        let (by, what) = if self.connecting.load(Ordering::Relaxed) {
            (limits.connect_by.min(limits.reply_by), "no connection came about in time")
        } else {
            (limits.reply_by, "no whole reply came in time")
        };
        let left = by.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Trouble::error(Cause::TimedOut, what));
        }
        Ok(left.min(SLICE))
    }
}
