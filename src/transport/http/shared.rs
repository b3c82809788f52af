//! What all connections of one process share.

use super::names::Names;
use super::proxy::Proxy;
use super::tls::Tls;

/// Addresses, TLS sessions, and the proxy.
#[derive(Debug)]
pub struct Shared {
    /// The addresses of the host.
    pub names: Names,
    /// The TLS configuration, with its session cache.
    pub tls: Tls,
    /// The proxy, if one is set.
    pub proxy: Option<Proxy>,
}
