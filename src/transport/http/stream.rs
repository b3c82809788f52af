//! Bytes to and from the peer: TCP, or TLS over it, or TLS to the service inside TLS to a proxy.

use std::io::{self, Read, Write};

use rustls::{ClientConnection, StreamOwned};

use super::wire::Wire;

/// A byte stream that keeps the limits of the call that runs on it.
#[derive(Debug)]
pub enum Stream {
    /// TCP.
    Plain(Wire),
    /// TLS over another stream: TCP, or TLS to a proxy.
    Tls(Box<StreamOwned<ClientConnection, Stream>>),
}

impl Stream {
    /// The TCP connection at the bottom.
    pub fn wire(&mut self) -> &mut Wire {
        match self {
            Stream::Plain(wire) => wire,
            Stream::Tls(tls) => tls.sock.wire(),
        }
    }

    /// Whether an idle connection can take another request: nothing has come that nobody asked for, and no end.
    /// Under TLS, records such as session tickets do come unasked, and are taken in.
    pub fn is_quiet(&mut self) -> bool {
        match self {
            Stream::Plain(wire) => wire.is_quiet(),
            Stream::Tls(tls) => loop {
                let nothing_said = tls
                    .conn
                    .process_new_packets()
                    .is_ok_and(|state| state.plaintext_bytes_to_read() == 0 && !state.peer_has_closed());
                if !nothing_said {
                    return false;
                }
                if tls.sock.is_quiet() {
                    return true;
                }
                if !tls.conn.read_tls(&mut tls.sock).is_ok_and(|bytes| bytes > 0) {
                    return false;
                }
            },
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(wire) => wire.read(buf),
            Stream::Tls(tls) => tls.read(buf),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(wire) => wire.write(buf),
            Stream::Tls(tls) => tls.write(buf),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Stream::Plain(wire) => wire.flush(),
            Stream::Tls(tls) => tls.flush(),
        }
    }
}
