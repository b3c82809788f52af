//! The connection as ureq sees it: TCP, perhaps through a proxy, perhaps under TLS.

use std::io::{self, Read};
use std::mem;
use std::sync::Arc;

use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, Transport};
use zeroize::Zeroize;

use super::call_state::{CallState, Stage};
use super::proxy;
use super::shared::Shared;
use super::stream::Stream;
use super::tcp::{Heard, Tcp};
use super::trouble::Trouble;
use crate::graph::{Cause, is_loopback};

/// Room for the largest reply headers of Graph; longer ones grow it.
pub const INPUT_BUFFER: usize = 16 * 1024;
/// Room for the longest request, so that it leaves in one piece.
pub const OUTPUT_BUFFER: usize = 40 * 1024;

/// Makes the connection of one pooled agent.
#[derive(Debug)]
pub struct UreqConnector {
    /// What all agents of this process share.
    pub shared: Arc<Shared>,
    /// What the agent's calls and its connection share.
    pub call: Arc<CallState>,
}

impl Connector for UreqConnector {
    type Out = UreqTransport;

    fn connect(&self, details: &ConnectionDetails, _: Option<()>) -> Result<Option<UreqTransport>, ureq::Error> {
        let stream = self.stream(details)?;
        self.call.enters(Stage::Exchange)?;
        Ok(Some(UreqTransport::over(stream, &self.call, details.needs_tls())))
    }
}

impl UreqConnector {
    fn stream(&self, details: &ConnectionDetails) -> io::Result<Stream> {
        let host = details.uri.host().unwrap_or_default();
        let needs_tls = details.needs_tls();
        let port = details.uri.port_u16().unwrap_or(if needs_tls { 443 } else { 80 });
        let proxy = self.shared.proxy.as_ref().filter(|proxy| needs_tls && proxy.is_for(host));
        let stream = match proxy {
            Some(proxy) => proxy::connect(proxy, &self.shared.resolver, &self.shared.tls, &self.call, host, port)?,
            None => {
                let addresses = self.shared.resolver.resolve(host, port, &self.call)?;
                // A plain connection must not leave this machine, whatever `localhost` resolves to.
                let stays_here = is_loopback(host) && addresses.iter().all(|address| address.ip().is_loopback());
                if !(needs_tls || stays_here) {
                    return Err(Trouble::error(
                        Cause::Local,
                        format!("{host} is not this machine, and plain http is for loopback only"),
                    ));
                }
                let connected = Tcp::connect(host, &addresses, &self.call);
                if connected.is_err() {
                    self.shared.resolver.forget(host, port);
                }
                Stream::Plain(connected?)
            }
        };
        if needs_tls { self.shared.tls.handshake(stream, host, &self.call) } else { Ok(stream) }
    }
}

/// A connection and its buffers.
#[derive(Debug)]
pub struct UreqTransport {
    stream: Stream,
    call: Arc<CallState>,
    buffers: LazyBuffers,
    is_tls: bool,
}

impl UreqTransport {
    /// A connection over a stream that stands.
    pub fn over(stream: Stream, call: &Arc<CallState>, is_tls: bool) -> UreqTransport {
        let buffers = LazyBuffers::new(INPUT_BUFFER, OUTPUT_BUFFER);
        UreqTransport { stream, call: Arc::clone(call), buffers, is_tls }
    }
}

impl Transport for UreqTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), ureq::Error> {
        if amount == 0 {
            return Ok(());
        }
        let output = &mut self.buffers.output()[..amount];
        let written = write_request(&mut self.stream, &self.call, output);
        // The buffer held the token.
        output.zeroize();
        Ok(written?)
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, ureq::Error> {
        let room = self.buffers.input_append_buf();
        let amount = self.stream.read(room)?;
        self.call.bytes_read(&room[..amount]);
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    /// ureq asks when a reply has ended, and again before the next request. Whether it is still open is found when that is
    /// written: what an earlier look does not see may come before the request all the same.
    fn is_open(&mut self) -> bool {
        self.stream.tcp().comes_to_rest();
        true
    }

    fn is_tls(&self) -> bool {
        self.is_tls
    }
}

/// Writes a part of a request. A peer that has spoken or gone by then cannot mean this one: nothing is written to it.
fn write_request(stream: &mut Stream, call: &CallState, bytes: &[u8]) -> io::Result<()> {
    let mut is_first = call.request_begins();
    let was_at_rest = stream.tcp().is_at_rest();
    stream.write_watched(bytes, |heard| match (mem::take(&mut is_first), heard) {
        (_, Heard::Nothing) => Ok(()),
        (true, _) if was_at_rest => {
            call.mark_stale();
            Err(Trouble::error(Cause::Connection, "the connection was closed while it waited for a request"))
        }
        (true, Heard::Bytes) => Err(Trouble::error(Cause::Protocol, "the peer spoke before it was asked")),
        (true, Heard::End) => Err(Trouble::error(Cause::Connection, "the connection was closed before the request")),
        (false, Heard::Bytes) => {
            call.reply_came_early();
            Ok(())
        }
        // Whether it took the request before it went is not known; the write or the read tells of it.
        (false, Heard::End) => Ok(()),
    })
}
