//! What all connections of one process share.

use super::proxy::Proxy;
use super::resolver::Resolver;
use super::tls::Tls;

/// Addresses, TLS sessions, and the proxy.
#[derive(Debug)]
pub struct Shared {
    /// The addresses of the hosts.
    pub resolver: Resolver,
    /// The TLS configuration, with its session cache.
    pub tls: Tls,
    /// The proxy, if one is set.
    pub proxy: Option<Proxy>,
}
