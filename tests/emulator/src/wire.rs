//! The socket itself, for what no HTTP library would do.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Buf, Bytes};
use tokio::io::{self, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;

use crate::faults::{Framing, ReplyPlan, Then};
use crate::reply::Reply;

/// The pause between two bytes that come for ever.
const ENDLESS: Duration = Duration::from_millis(20);

/// Bytes to write and what to do then.
#[derive(Debug)]
pub struct Script {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The pause between two of them; none = all at once.
    pub trickle: Option<Duration>,
    /// What becomes of the connection.
    pub then: Then,
}

/// A reply as bytes, its end marked in the way asked for.
pub fn bytes(reply: &Reply, plan: Option<&ReplyPlan>) -> Vec<u8> {
    let framing = plan.map_or(Framing::Length, |plan| plan.framing);
    let missing = plan.map_or(0, |plan| plan.missing_bytes);
    let length = reply.body.len() as u64;
    let bodyless = reply.status == 204 || reply.status == 304 || reply.status < 200;
    let head = match framing {
        Framing::Length if bodyless => String::new(),
        Framing::Length => format!("Content-Length: {length}\r\n"),
        Framing::Chunked => "Transfer-Encoding: chunked\r\n".to_owned(),
        Framing::Close => "Connection: close\r\n".to_owned(),
        Framing::Cut => format!("Content-Length: {}\r\n", length + missing),
        Framing::None => String::new(),
    };
    let mut bytes = reply.head(&head);
    if framing == Framing::Chunked {
        if length > 0 {
            bytes.extend_from_slice(format!("{length:x}\r\n").as_bytes());
            bytes.extend_from_slice(&reply.body);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"0\r\n\r\n");
    } else {
        bytes.extend_from_slice(&reply.body);
    }
    bytes
}

/// A socket of which some bytes were already read.
#[derive(Debug)]
pub struct Socket {
    unread: Bytes,
    stream: TcpStream,
}

impl Socket {
    /// A fresh one.
    pub fn new(stream: TcpStream) -> Self {
        Self { unread: Bytes::new(), stream }
    }

    /// Puts bytes back that a reader took too many.
    pub fn unread(&mut self, bytes: Bytes) {
        if !bytes.is_empty() {
            self.unread = [bytes, std::mem::take(&mut self.unread)].concat().into();
        }
    }

    /// Writes; false when the client has gone.
    pub async fn write(&mut self, bytes: &[u8], pause: Option<Duration>) -> bool {
        let Some(pause) = pause else {
            return self.stream.write_all(bytes).await.is_ok();
        };
        for byte in bytes {
            if self.stream.write_all(std::slice::from_ref(byte)).await.is_err() {
                return false;
            }
            tokio::time::sleep(pause).await;
        }
        true
    }

    /// Writes one byte after the other until the client goes.
    pub async fn trickle_for_ever(&mut self) {
        while self.write(b"x", Some(ENDLESS)).await {}
    }

    /// Waits until the client closes, and reads nothing of what it says.
    pub async fn hang(&mut self) {
        let mut waste = [0; 4096];
        while let Ok(1..) = self.stream.read(&mut waste).await {}
    }

    /// Waits until there is something to read, without reading it.
    pub async fn wait_for_bytes(&self) {
        let _ = self.stream.peek(&mut [0]).await;
    }

    /// Ends the connection with a reset.
    pub fn reset(self) {
        let _ = self.stream.set_zero_linger();
    }

    /// Ends it in order.
    pub async fn close(mut self) {
        let _ = self.stream.shutdown().await;
    }
}

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.unread.is_empty() {
            return Pin::new(&mut self.stream).poll_read(cx, buf);
        }
        let n = self.unread.len().min(buf.remaining());
        buf.put_slice(&self.unread[..n]);
        self.unread.advance(n);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
