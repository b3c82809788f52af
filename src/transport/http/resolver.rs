//! Host names: looked up when a connection is made, remembered for a while, never waited for beyond the deadline.

use std::collections::{HashMap, HashSet};
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::call_state::{CallState, Stage};
use super::trouble::Trouble;
use crate::graph::{Cause, without_brackets};

/// How long an answer is used. The system's DNS look-up does not tell how long it holds; Microsoft's front doors change
/// within minutes.
const FRESH: Duration = Duration::from_secs(60);

/// The addresses of the hosts that a client connects to: the service, the proxy.
#[derive(Debug, Clone)]
pub struct Resolver(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    look_up: LookUp,
    state: Mutex<State>,
    answered: Condvar,
}

/// Asks for the addresses of a host, and blocks for as long as that takes.
pub type LookUp = fn(&str, u16) -> io::Result<Vec<SocketAddr>>;

impl Default for Resolver {
    fn default() -> Resolver {
        Resolver::by(|host, port| (host, port).to_socket_addrs().map(Iterator::collect))
    }
}

#[derive(Debug, Default)]
struct State {
    /// The hosts being looked up. Nothing can interrupt the system's look-up, so each runs on a helper thread, one at most for a
    /// host, which may outlive a call that gave up on it.
    running: HashSet<HostAndPort>,
    answers: HashMap<HostAndPort, Answer>,
}

type HostAndPort = (String, u16);

#[derive(Debug)]
struct Answer {
    at: Instant,
    addresses: Result<Vec<SocketAddr>, String>,
}

impl Resolver {
    /// One that looks up so; no address is known yet.
    pub fn by(look_up: LookUp) -> Resolver {
        Resolver(Arc::new(Inner { look_up, state: Mutex::default(), answered: Condvar::new() }))
    }

    /// The addresses of a host, within the limits of the call.
    pub fn resolve(&self, host: &str, port: u16, call: &CallState) -> io::Result<Vec<SocketAddr>> {
        let bare = without_brackets(host);
        if let Ok(ip) = bare.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(ip, port)]);
        }
        call.enters(Stage::LookUp)?;
        let wanted = (host.to_owned(), port);
        let asked_at = Instant::now();
        let mut state = self.lock();
        loop {
            if let Some(answer) = state.answers.get(&wanted) {
                match &answer.addresses {
                    Ok(addresses) if answer.at.elapsed() < FRESH => {
                        call.ends_in_time()?;
                        return Ok(addresses.clone());
                    }
                    // A failure answers those who were waiting for it, and is not remembered for others.
                    Err(error) if answer.at >= asked_at => {
                        return Err(Trouble::error(Cause::Resolve, format!("cannot resolve {host} ({error})")));
                    }
                    _ => {}
                }
            }
            if !state.running.contains(&wanted) {
                self.look_up(&mut state, wanted.clone())?;
            }
            let slice = call.slice()?;
            state = self.0.answered.wait_timeout(state, slice).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Forgets a host of which no address answered.
    pub fn forget(&self, host: &str, port: u16) {
        self.lock().answers.remove(&(host.to_owned(), port));
    }

    fn look_up(&self, state: &mut State, host: HostAndPort) -> io::Result<()> {
        let resolver = self.clone();
        let asked = host.clone();
        let helper = thread::Builder::new().name("graph-dns".to_owned()).spawn(move || {
            let addresses = (resolver.0.look_up)(&asked.0, asked.1).map_err(|error| error.to_string());
            let mut state = resolver.lock();
            state.running.remove(&asked);
            // Hosts that are asked for once are not kept for ever.
            state.answers.retain(|_, answer| answer.at.elapsed() < FRESH);
            state.answers.insert(asked, Answer { at: Instant::now(), addresses });
            resolver.0.answered.notify_all();
        });
        match helper {
            Ok(_) => {
                state.running.insert(host);
                Ok(())
            }
            Err(error) => {
                Err(Trouble::error(Cause::Local, format!("cannot start a thread to resolve {} ({error})", host.0)))
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
