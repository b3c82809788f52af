//! A TCP connection that keeps deadlines, can be cancelled, and is reset where it is given up.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::{Domain, Protocol, Socket, Type};

use super::call_state::{CallState, Stage};
use super::trouble::Trouble;
use crate::graph::Cause;

/// A socket, non-blocking. While it connects, [`Tcp::connect`] waits for it, beside others; afterwards [`Tcp::wait`] does all
/// waiting.
#[derive(Debug)]
pub struct Tcp {
    stream: TcpStream,
    call: Arc<CallState>,
    at_rest: bool,
    owner: u32,
}

/// What the peer has said that was not read yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// Nothing.
    Nothing,
    /// Bytes, and perhaps the end after them.
    Bytes,
    /// That it is done, or gone.
    End,
}

/// How long an address has for itself before the next one is tried beside it (RFC 8305, section 8): a host whose IPv6 leads
/// nowhere is then reached by IPv4 without waiting for a time-out.
const HEAD_START: Duration = Duration::from_millis(250);

impl Tcp {
    /// Connects to the address that answers first; they start one after the other.
    pub fn connect(host: &str, addresses: &[SocketAddr], call: &Arc<CallState>) -> io::Result<Tcp> {
        call.enters(Stage::Connect)?;
        let mut last = Trouble::error(Cause::Resolve, format!("{host} has no address"));
        let mut waiting = by_turns(addresses).into_iter().peekable();
        let mut racing: Vec<(SocketAddr, Tcp)> = Vec::new();
        let mut next_start = Instant::now();
        let refused = |address: SocketAddr, error: io::Error| {
            Trouble::error(Cause::Connection, format!("cannot connect to {host} at {address} ({error})"))
        };
        loop {
            let now = Instant::now();
            if racing.is_empty() || now >= next_start {
                if let Some(address) = waiting.next() {
                    next_start = now + HEAD_START;
                    match Tcp::begin(address, call) {
                        Ok((tcp, true)) => return Ok(tcp),
                        Ok((tcp, false)) => racing.push((address, tcp)),
                        Err(error) => last = refused(address, error),
                    }
                    continue;
                }
                if racing.is_empty() {
                    return Err(last);
                }
            }
            let slice = call.slice()?;
            let slice =
                if waiting.peek().is_some() { slice.min(next_start.saturating_duration_since(now)) } else { slice };
            let mut sockets: Vec<PollFd> =
                racing.iter().map(|(_, tcp)| PollFd::new(&tcp.stream, PollFlags::OUT)).collect();
            poll_for(&mut sockets, slice)?;
            let ready = sockets.iter().position(|socket| !socket.revents().is_empty());
            let (ended, error) = match ready {
                Some(ready) => (ready, racing[ready].1.stream.take_error()?),
                // Windows before 10 version 2004 does not wake a poll where a connect fails; the socket itself tells.
                None if cfg!(windows) => match failed(&racing) {
                    Some((ended, error)) => (ended, Some(error)),
                    None => continue,
                },
                None => continue,
            };
            let (address, tcp) = racing.swap_remove(ended);
            match error {
                None => return Ok(tcp),
                Some(error) => {
                    last = refused(address, error);
                    next_start = now;
                }
            }
        }
    }

    /// Starts to connect, and tells whether that is done already.
    fn begin(address: SocketAddr, call: &Arc<CallState>) -> io::Result<(Tcp, bool)> {
        let socket =
            beside_standard_streams(Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?)?;
        socket.set_nonblocking(true)?;
        socket.set_tcp_nodelay(true)?;
        // From the first byte on a close is a reset, also the one the kernel makes when this process dies: what it still
        // holds of a request must not be delivered later. A connection at rest has nothing to lose and is closed in peace.
        socket.set_linger(Some(Duration::ZERO))?;
        let done = match socket.connect(&address.into()) {
            Ok(()) => true,
            Err(error) if is_in_progress(&error) => false,
            Err(error) => return Err(error),
        };
        Ok((Tcp { stream: socket.into(), call: Arc::clone(call), at_rest: false, owner: process::id() }, done))
    }

    /// Waits until the socket is ready, the time of the call is up, or it was cancelled.
    fn wait(&self, ready_for: PollFlags) -> io::Result<()> {
        loop {
            let slice = self.call.slice()?;
            let is_ready = poll_for(&mut [PollFd::new(&self.stream, ready_for)], slice)?;
            if ready_for == PollFlags::IN {
                self.call.has_waited();
            }
            if is_ready {
                return Ok(());
            }
        }
    }

    /// What has come and was not read yet.
    pub fn heard(&mut self) -> Heard {
        match self.stream.peek(&mut [0]) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Heard::Nothing,
            Ok(0) | Err(_) => Heard::End,
            Ok(_) => Heard::Bytes,
        }
    }

    /// Waits until there is room to write, within the limits of the call.
    pub fn wait_for_room(&self) -> io::Result<()> {
        self.wait(PollFlags::OUT)
    }

    /// Whether a reply has ended and the next request has not begun.
    pub fn is_at_rest(&self) -> bool {
        self.at_rest
    }

    /// Notes that a reply has ended and the next request has not begun.
    pub fn comes_to_rest(&mut self) {
        self.at_rest = true;
    }
}

impl Read for Tcp {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            // The reply is hardly ever there yet, so waiting comes first.
            self.wait(PollFlags::IN)?;
            match self.stream.read(buf) {
                Err(error) if is_passing(&error) => {}
                result => return result,
            }
        }
    }
}

impl Write for Tcp {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        // A connection from the pool may be written to without any wait; the limits hold all the same.
        self.call.slice()?;
        // From here on the connection is reset where it is given up.
        self.at_rest = false;
        loop {
            match self.stream.write(buf) {
                Ok(taken) => {
                    if taken > 0 {
                        self.call.bytes_taken();
                    }
                    return Ok(taken);
                }
                Err(error) if is_passing(&error) => self.wait(PollFlags::OUT)?,
                Err(error) => return Err(error),
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Tcp {
    fn drop(&mut self) {
        // A forked child has a copy of its parent's sockets, and must do nothing with them but close them.
        if self.owner != process::id() {
            return;
        }
        if self.at_rest {
            let _ = socket2::SockRef::from(&self.stream).set_linger(None);
        } else {
            self.reset();
        }
    }
}

impl Tcp {
    /// Drops what the kernel has not sent yet and resets the connection now. The close that follows would do the same,
    /// but not while a forked child holds a copy of the socket.
    fn reset(&self) {
        #[cfg(target_os = "linux")]
        let _ = rustix::net::connect_unspec(&self.stream);
    }
}

/// The first of the sockets that has an error, and which.
fn failed(racing: &[(SocketAddr, Tcp)]) -> Option<(usize, io::Error)> {
    racing.iter().enumerate().find_map(|(at, (_, tcp))| Some((at, tcp.stream.take_error().ok()??)))
}

/// The socket under a number that is none of the standard streams'. A host that has closed those gets their numbers for the next
/// files, and what it prints would be written into a request.
#[cfg(unix)]
fn beside_standard_streams(socket: Socket) -> io::Result<Socket> {
    use std::os::fd::AsRawFd;
    const FIRST_OTHER: i32 = 3;
    if socket.as_raw_fd() >= FIRST_OTHER {
        return Ok(socket);
    }
    Ok(rustix::io::fcntl_dupfd_cloexec(&socket, FIRST_OTHER)?.into())
}

#[cfg(not(unix))]
fn beside_standard_streams(socket: Socket) -> io::Result<Socket> {
    Ok(socket)
}

/// Polls for a part of a second, and says whether one of the sockets is ready; a signal ends it early.
fn poll_for(sockets: &mut [PollFd], time: Duration) -> io::Result<bool> {
    // The field is 32 bits wide on Windows, which holds a second.
    let timeout = Timespec { tv_sec: 0, tv_nsec: time.subsec_nanos().max(1_000_000) as _ };
    match poll(sockets, Some(&timeout)) {
        Ok(ready) => Ok(ready > 0),
        Err(rustix::io::Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// The addresses in their order, but the two families by turns.
fn by_turns(addresses: &[SocketAddr]) -> Vec<SocketAddr> {
    let first_is_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (one, other): (Vec<_>, Vec<_>) =
        addresses.iter().copied().partition(|address| address.is_ipv6() == first_is_v6);
    let (mut one, mut other) = (one.into_iter(), other.into_iter());
    let mut turns = Vec::with_capacity(addresses.len());
    while turns.len() < addresses.len() {
        turns.extend(one.next());
        turns.extend(other.next());
    }
    turns
}

fn is_passing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

fn is_in_progress(error: &io::Error) -> bool {
    #[cfg(unix)]
    if error.raw_os_error() == Some(rustix::io::Errno::INPROGRESS.raw_os_error()) {
        return true;
    }
    // Windows says so; on Unix an interrupted connect goes on in the background as well.
    is_passing(error)
}

#[cfg(test)]
mod tests {
    use super::super::tests::black_hole;
    use super::*;
    use crate::transport::{Cancel, Limits};
    use std::net::TcpListener;

    fn call(time: Duration) -> Arc<CallState> {
        let call = Arc::new(CallState::default());
        let by = Instant::now() + time;
        call.begin(&Limits { connect_by: by, reply_by: by, stall: None, cancel: Cancel::default(), late: None });
        call
    }

    #[test]
    fn an_address_that_leads_nowhere_does_not_hold_up_the_next() {
        let (nowhere, _kept) = black_hole();
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let open = listener.local_addr().unwrap();
        let tcp = Tcp::connect("host", &[nowhere, nowhere, closed, open], &call(Duration::from_secs(30))).unwrap();
        assert_eq!(tcp.stream.peer_addr().unwrap(), open);
    }

    #[test]
    fn the_last_trouble_is_told() {
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let error = Tcp::connect("host", &[closed, closed], &call(Duration::from_secs(30))).unwrap_err();
        assert_eq!(Trouble::of(&error).unwrap().cause, Cause::Connection);
        let error = Tcp::connect("host", &[], &call(Duration::from_secs(30))).unwrap_err();
        assert_eq!(Trouble::of(&error).unwrap().cause, Cause::Resolve);
        let (nowhere, _kept) = black_hole();
        let error = Tcp::connect("host", &[nowhere], &call(Duration::from_millis(50))).unwrap_err();
        assert_eq!(Trouble::of(&error).unwrap().cause, Cause::TimedOut);
    }

    #[test]
    fn families_take_turns() {
        let address = |text: &str| text.parse::<SocketAddr>().unwrap();
        let given = ["[::1]:1", "[::2]:1", "[::3]:1", "1.1.1.1:1", "2.2.2.2:1"].map(address);
        let turns = ["[::1]:1", "1.1.1.1:1", "[::2]:1", "2.2.2.2:1", "[::3]:1"].map(address);
        assert_eq!(by_turns(&given), turns);
        assert_eq!(by_turns(&[]), []);
    }
}
