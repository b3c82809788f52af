//! What belongs to one process: connections, addresses, TLS sessions. A forked child starts with none of them.

use std::process;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use once_cell::sync::OnceCell;

use super::lane::Lane;
use super::names::Names;
use super::proxy::Proxy;
use super::shared::Shared;
use super::tls::{Tls, TlsSettings};

/// How long a connection may wait for its next request. Long enough for a batch of mails, short enough that the front end
/// has hardly ever closed it meanwhile: a request on a connection that is just being closed ends in doubt.
pub const MAX_IDLE: Duration = Duration::from_secs(15);

/// The most connections that wait for their next request.
const MOST_IDLE: usize = 32;

/// The state of one process.
pub struct Generation {
    process: u32,
    /// What the lanes share.
    pub shared: Arc<Shared>,
    idle: Mutex<Vec<Lane>>,
    child: OnceCell<Box<Generation>>,
}

impl Generation {
    fn new(settings: &TlsSettings, proxy: Option<&Proxy>) -> Generation {
        let shared = Shared { names: Names::default(), tls: Tls::new(settings.clone()), proxy: proxy.cloned() };
        Generation {
            process: process::id(),
            shared: Arc::new(shared),
            idle: Mutex::new(Vec::new()),
            child: OnceCell::new(),
        }
    }

    /// The lane that was used last, so that the others can grow old and go.
    pub fn take_idle(&self) -> Option<Lane> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    /// Keeps a lane for the next request.
    pub fn put_idle(&self, mut lane: Lane) {
        lane.idle_since = Instant::now();
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push(lane);
        let fresh_from = idle.iter().position(|lane| lane.idle_since.elapsed() < MAX_IDLE).unwrap_or(0);
        let too_many = idle.len().saturating_sub(MOST_IDLE);
        let dropped: Vec<Lane> = idle.drain(..fresh_from.max(too_many)).collect();
        // Closing sockets needs no lock.
        drop(idle);
        drop(dropped);
    }
}

/// The state of the process that asks. After a fork the child finds its own, empty; its parent's stays untouched, because
/// a lock in it may have been held by a thread that the child does not have.
pub struct PerProcess {
    settings: TlsSettings,
    proxy: Option<Proxy>,
    first: Generation,
}

impl PerProcess {
    /// Empty state for the process that calls.
    pub fn new(settings: TlsSettings, proxy: Option<Proxy>) -> PerProcess {
        let first = Generation::new(&settings, proxy.as_ref());
        PerProcess { settings, proxy, first }
    }

    /// The state of the process that calls.
    pub fn current(&self) -> &Generation {
        let process = process::id();
        let mut generation = &self.first;
        while generation.process != process {
            generation =
                generation.child.get_or_init(|| Box::new(Generation::new(&self.settings, self.proxy.as_ref())));
        }
        generation
    }
}
