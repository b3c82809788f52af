//! Through a proxy: `CONNECT` over http or https, or SOCKS5.

mod socks;
mod tunnel;
mod url;

use std::io;
use std::sync::Arc;

use url::Kind;
pub use url::Proxy;

use super::call_state::{CallState, Stage};
use super::resolver::Resolver;
use super::stream::Stream;
use super::tcp::Tcp;
use super::tls::Tls;
use super::trouble::Trouble;
use crate::graph::Cause;

/// A stream to `host:port` through the proxy; the proxy resolves the name.
pub fn connect(
    proxy: &Proxy,
    resolver: &Resolver,
    tls: &Tls,
    call: &Arc<CallState>,
    host: &str,
    port: u16,
) -> io::Result<Stream> {
    let addresses = resolver.resolve(&proxy.host, proxy.port, call).map_err(|error| through(proxy, error))?;
    let tcp = match Tcp::connect(&proxy.host, &addresses, call) {
        Ok(tcp) => tcp,
        Err(error) => {
            resolver.forget(&proxy.host, proxy.port);
            return Err(through(proxy, error));
        }
    };
    let mut stream = Stream::Plain(tcp);
    if proxy.kind == Kind::Https {
        stream = tls.handshake(stream, &proxy.host, call).map_err(|error| through(proxy, error))?;
    }
    call.enters(Stage::Proxy).map_err(|error| through(proxy, error))?;
    let asked = match proxy.kind {
        Kind::Socks5 => socks::connect(&mut stream, proxy.login.as_ref(), host, port),
        Kind::Http | Kind::Https => tunnel::connect(&mut stream, proxy.login.as_ref(), host, port),
    };
    asked.and_then(|()| call.ends_in_time()).map_err(|error| through(proxy, error))?;
    Ok(stream)
}

/// Says that the trouble was with the proxy.
fn through(proxy: &Proxy, error: io::Error) -> io::Error {
    let (cause, detail) = match Trouble::of(&error) {
        Some(trouble) => (trouble.cause, trouble.detail.clone()),
        None => (Cause::Connection, format!("the connection broke ({error})")),
    };
    Trouble::error(cause, format!("proxy {}:{}: {detail}", proxy.host, proxy.port))
}
