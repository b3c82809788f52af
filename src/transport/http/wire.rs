//! A TCP connection that keeps deadlines, can be cancelled, and is reset where it is given up.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process;
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::{Domain, Protocol, Socket, Type};

use super::Trouble;
use super::lane::Line;
use crate::outcome::Cause;

/// A connected socket, non-blocking; all waiting is done by [`Wire::wait`].
#[derive(Debug)]
pub struct Wire {
    stream: TcpStream,
    line: Arc<Line>,
    at_rest: bool,
    owner: u32,
}

impl Wire {
    /// Connects to the first address that answers, in their order.
    pub fn connect(host: &str, addresses: &[SocketAddr], line: &Arc<Line>) -> io::Result<Wire> {
        let mut last = Trouble::new(Cause::Resolve, format!("{host} has no address"));
        for &address in addresses {
            match Wire::connect_to(address, line) {
                Ok(wire) => return Ok(wire),
                Err(error) if Trouble::of(&error).is_some() => return Err(error),
                Err(error) => {
                    last = Trouble::new(Cause::Connection, format!("cannot connect to {host} at {address} ({error})"));
                }
            }
        }
        Err(last)
    }

    fn connect_to(address: SocketAddr, line: &Arc<Line>) -> io::Result<Wire> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        socket.set_nonblocking(true)?;
        socket.set_tcp_nodelay(true)?;
        // From the first byte on a close is a reset, also the one the kernel makes when this process dies: what it still
        // holds of a request must not be delivered later. A connection at rest has nothing to lose and is closed in peace.
        socket.set_linger(Some(Duration::ZERO))?;
        let pending = match socket.connect(&address.into()) {
            Ok(()) => false,
            Err(error) if is_in_progress(&error) => true,
            Err(error) => return Err(error),
        };
        let wire = Wire { stream: socket.into(), line: Arc::clone(line), at_rest: false, owner: process::id() };
        if pending {
            wire.wait(PollFlags::OUT)?;
            if let Some(error) = wire.stream.take_error()? {
                return Err(error);
            }
        }
        Ok(wire)
    }

    /// Waits until the socket is ready, the time of the call is up, or it was cancelled.
    fn wait(&self, ready_for: PollFlags) -> io::Result<()> {
        loop {
            let slice = self.line.slice()?;
            let timeout = Timespec { tv_sec: 0, tv_nsec: slice.subsec_nanos().max(1_000_000).into() };
            match poll(&mut [PollFd::new(&self.stream, ready_for)], Some(&timeout)) {
                Ok(0) => {}
                Ok(_) => return Ok(()),
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Whether nothing has come: no bytes, no end, no error.
    pub fn is_quiet(&mut self) -> bool {
        matches!(self.stream.peek(&mut [0]), Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    }

    /// A request is about to be written: from here on the connection is reset where it is given up.
    pub fn in_use(&mut self) {
        self.at_rest = false;
    }

    /// A reply has ended and the next request has not begun.
    pub fn at_rest(&mut self) {
        self.at_rest = true;
    }
}

impl Read for Wire {
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

impl Write for Wire {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        // A connection from the pool may be written to without any wait; the limits hold all the same.
        self.line.slice()?;
        loop {
            match self.stream.write(buf) {
                Ok(taken) => {
                    if taken > 0 {
                        self.line.bytes_taken();
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

impl Drop for Wire {
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

impl Wire {
    /// Drops what the kernel has not sent yet and resets the connection now. The close that follows would do the same,
    /// but not while a forked child holds a copy of the socket.
    fn reset(&self) {
        #[cfg(target_os = "linux")]
        let _ = rustix::net::connect_unspec(&self.stream);
    }
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
