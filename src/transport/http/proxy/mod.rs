//! Through a proxy: `CONNECT` over http or https, or SOCKS5.

mod socks;
mod tunnel;
mod url;

use std::io;
use std::sync::Arc;

use url::Kind;
pub use url::Proxy;

use super::line::{Line, Stage};
use super::names::Names;
use super::stream::Stream;
use super::tls::Tls;
use super::trouble::Trouble;
use super::wire::Wire;
use crate::outcome::Cause;

/// A stream to `host:port` through the proxy; the proxy resolves the name.
pub fn connect(proxy: &Proxy, names: &Names, tls: &Tls, line: &Arc<Line>, host: &str, port: u16) -> io::Result<Stream> {
    let addresses = names.resolve(&proxy.host, proxy.port, line).map_err(|error| through(proxy, error))?;
    let wire = match Wire::connect(&proxy.host, &addresses, line) {
        Ok(wire) => wire,
        Err(error) => {
            names.forget(&proxy.host, proxy.port);
            return Err(through(proxy, error));
        }
    };
    let mut stream = Stream::Plain(wire);
    if proxy.kind == Kind::Https {
        stream = tls.handshake(stream, &proxy.host, line).map_err(|error| through(proxy, error))?;
    }
    line.enters(Stage::Proxy).map_err(|error| through(proxy, error))?;
    let asked = match proxy.kind {
        Kind::Socks5 => socks::connect(&mut stream, proxy.login.as_ref(), host, port),
        Kind::Http | Kind::Https => tunnel::connect(&mut stream, proxy.login.as_ref(), host, port),
    };
    asked.and_then(|()| line.ends_in_time()).map_err(|error| through(proxy, error))?;
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
