//! Bytes to and from the peer: TCP, or TLS over it, or TLS to the service inside TLS to a proxy.

use std::io::{self, Read, Write};
use std::time::{Duration, Instant};

use rustls::{ClientConnection, StreamOwned};

use super::tcp::{Heard, Tcp};

/// Longer than a question to the operating system takes, also where it is traced.
const A_MOMENT: Duration = Duration::from_micros(300);
/// How often it is asked on a machine on which everything takes longer.
const MOST_QUESTIONS: u32 = 3;

/// A byte stream that keeps the limits of the call that runs on it.
#[derive(Debug)]
pub enum Stream {
    /// TCP.
    Plain(Tcp),
    /// TLS over another stream: TCP, or TLS to a proxy.
    Tls(Box<StreamOwned<ClientConnection, Stream>>),
}

impl Stream {
    /// The TCP connection at the bottom.
    pub fn tcp(&mut self) -> &mut Tcp {
        match self {
            Stream::Plain(tcp) => tcp,
            Stream::Tls(tls) => tls.sock.tcp(),
        }
    }

    /// What has come and was not read yet. Under TLS, records that are not the peer's word, such as session tickets, are taken
    /// in and do not count.
    pub fn heard(&mut self) -> Heard {
        match self {
            Stream::Plain(tcp) => tcp.heard(),
            Stream::Tls(tls) => loop {
                match tls.conn.process_new_packets() {
                    Ok(state) if state.plaintext_bytes_to_read() > 0 => return Heard::Bytes,
                    Ok(state) if !state.peer_has_closed() => {}
                    Ok(_) | Err(_) => return Heard::End,
                }
                match tls.sock.heard() {
                    Heard::Bytes if tls.conn.read_tls(&mut tls.sock).is_ok_and(|bytes| bytes > 0) => {}
                    Heard::Bytes => return Heard::End,
                    silence => return silence,
                }
            },
        }
    }

    /// As [`heard`](Stream::heard), a moment ago at most: a thread that was put aside after it had asked asks again.
    fn heard_now(&mut self) -> Heard {
        for _ in 0..MOST_QUESTIONS {
            let asked = Instant::now();
            let heard = self.heard();
            if heard != Heard::Nothing || asked.elapsed() < A_MOMENT {
                return heard;
            }
        }
        self.heard()
    }

    /// Writes all of `bytes`. Each time directly before the operating system is given some of them, `watch` learns what has
    /// come until then, and can end it.
    pub fn write_watched(&mut self, bytes: &[u8], mut watch: impl FnMut(Heard) -> io::Result<()>) -> io::Result<()> {
        let mut left = bytes;
        if let Stream::Tls(tls) = self {
            tls.conn.writer().write_all(bytes)?;
        }
        loop {
            watch(self.heard_now())?;
            let (taken, is_done) = match self {
                Stream::Plain(tcp) => {
                    let taken = tcp.write(left)?;
                    left = &left[taken..];
                    (taken, left.is_empty())
                }
                Stream::Tls(tls) => {
                    let taken = tls.conn.write_tls(&mut tls.sock)?;
                    tls.sock.flush()?;
                    (taken, !tls.conn.wants_write())
                }
            };
            if is_done {
                return Ok(());
            }
            if taken == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            self.tcp().wait_for_room()?;
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(tcp) => tcp.read(buf),
            Stream::Tls(tls) => tls.read(buf),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(tcp) => tcp.write(buf),
            Stream::Tls(tls) => tls.write(buf),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Stream::Plain(tcp) => tcp.flush(),
            Stream::Tls(tls) => tls.flush(),
        }
    }
}
