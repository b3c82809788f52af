//! The settings of a client, each checked when it is set.

use std::path::Path;
use std::time::Duration;

use http::HeaderValue;

use crate::delivery::machine::{Rules, Verify};
use crate::engine::{EngineSettings, Log};
use crate::error::Error;
use crate::graph::BaseUrl;
use crate::transport::{HttpOptions, Proxy, Roots};

/// How this library names itself to the service.
const PRODUCT: &str = concat!("graph-message/", env!("CARGO_PKG_VERSION"));

/// The longest name of the calling program in `User-Agent`.
const LONGEST_PRODUCT: usize = 256;

/// The longest time to settle: below the five minutes for which `sharing::memory` remembers an id.
const LONGEST_SETTLE_MS: u32 = 240_000;

/// The settings of a client.
#[derive(Debug, Clone)]
pub struct Settings {
    pub(super) base_url: BaseUrl,
    pub(super) timeout: Duration,
    attempt_timeout: Duration,
    connect_timeout: Duration,
    max_attempts: u32,
    verify: Verify,
    pub(super) settle: Duration,
    mailbox_concurrency: u32,
    pub(super) late_after: Duration,
    pub(super) http: HttpOptions,
    pub(super) log: Log,
    user_agent: HeaderValue,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            base_url: BaseUrl::default(),
            // What Microsoft's own clients allow a request.
            timeout: Duration::from_millis(100_000),
            // A send is answered within a second or two; after this long the reply is hardly still to come, and time is
            // left to find out what became of the mail.
            attempt_timeout: Duration::from_millis(30_000),
            connect_timeout: Duration::from_millis(10_000),
            // Microsoft's clients retry three times (https://learn.microsoft.com/graph/throttling).
            max_attempts: 4,
            verify: Verify::OnDoubt,
            // An accepted item leaves Drafts within seconds, and is reported to be still visible after ten; a gateway gives
            // up on a request before the service behind it does. With 30 s for an attempt before it and another after it,
            // all fits into the default timeout (https://learn.microsoft.com/graph/outlook-immutable-id and
            // https://learn.microsoft.com/graph/outlook-things-to-know-about-send-mail describe the move).
            settle: Duration::from_millis(20_000),
            // https://learn.microsoft.com/graph/throttling-limits: four requests at once for an application and a mailbox.
            mailbox_concurrency: 4,
            // An answer hardly ever takes longer, and in a shorter time the item hardly ever leaves Drafts.
            late_after: Duration::from_millis(1500),
            http: HttpOptions::default(),
            log: Log::default(),
            user_agent: HeaderValue::from_static(PRODUCT),
        }
    }
}

impl Settings {
    /// The service root; https, or http on a loopback host.
    pub fn set_base_url(&mut self, url: &str) -> Result<(), Error> {
        self.base_url = BaseUrl::parse(url)?;
        Ok(())
    }

    /// Bounds the whole call; zero is the default.
    pub fn set_timeout_ms(&mut self, ms: u32) {
        self.timeout = duration_or(ms, Settings::default().timeout);
    }

    /// Bounds one attempt; zero is the default.
    pub fn set_attempt_timeout_ms(&mut self, ms: u32) {
        self.attempt_timeout = duration_or(ms, Settings::default().attempt_timeout);
    }

    /// Bounds the DNS look-up, the connect, the proxy and the TLS handshake of one attempt together; zero is the default.
    pub fn set_connect_timeout_ms(&mut self, ms: u32) {
        self.connect_timeout = duration_or(ms, Settings::default().connect_timeout);
    }

    /// How often a request is tried; zero is the default, 1 never repeats anything.
    pub fn set_max_attempts(&mut self, attempts: u32) {
        self.max_attempts = if attempts == 0 { Settings::default().max_attempts } else { attempts };
    }

    /// When to look at the message.
    pub fn set_verify(&mut self, verify: Verify) {
        self.verify = verify;
    }

    /// How long an acceptance may take to show; zero is the default. Not longer than ids are remembered.
    pub fn set_settle_ms(&mut self, ms: u32) -> Result<(), Error> {
        if ms > LONGEST_SETTLE_MS {
            return Err(Error::invalid(format!(
                "settle_ms is {ms}, more than the {LONGEST_SETTLE_MS} that are allowed"
            )));
        }
        self.settle = duration_or(ms, Settings::default().settle);
        Ok(())
    }

    /// How many requests to one mailbox are in flight at once; zero is the default.
    pub fn set_mailbox_concurrency(&mut self, at_once: u32) {
        self.mailbox_concurrency = if at_once == 0 { Settings::default().mailbox_concurrency } else { at_once };
    }

    /// When an answer counts as late, so that the message is looked at meanwhile.
    pub fn set_late_after(&mut self, after: Duration) {
        self.late_after = after;
    }

    /// The proxy; empty is none.
    pub fn set_proxy(&mut self, url: &str) -> Result<(), Error> {
        self.http.proxy = if url.is_empty() { None } else { Some(Proxy::parse(url)?) };
        Ok(())
    }

    /// The proxy that the environment names now.
    pub fn set_proxy_from_environment(&mut self) -> Result<(), Error> {
        self.http.proxy = Proxy::from_environment()?;
        Ok(())
    }

    /// A PEM file of certificate authorities to trust besides the roots; read now.
    pub fn set_ca_file(&mut self, path: &Path) -> Result<(), Error> {
        self.http.set_ca_file(path)
    }

    /// The certificate authorities to trust.
    pub fn set_roots(&mut self, roots: Roots) {
        self.http.roots = roots;
    }

    /// The calling program's name, put before this library's in `User-Agent`; empty is none.
    pub fn set_user_agent(&mut self, product: &str) -> Result<(), Error> {
        if product.len() > LONGEST_PRODUCT {
            return Err(Error::invalid(format!("user_agent has more than {LONGEST_PRODUCT} bytes")));
        }
        if let Some(at) = product.bytes().position(|b| !(b.is_ascii_graphic() || b == b' ')) {
            return Err(Error::invalid(format!(
                "user_agent holds a control character or one outside ASCII at byte {at}; it looks like Billing/4.2"
            )));
        }
        self.user_agent = match product.trim() {
            "" => HeaderValue::from_static(PRODUCT),
            product => HeaderValue::try_from(format!("{product} {PRODUCT}")).map_err(|_| {
                Error::invalid("user_agent cannot be written into a request; it looks like Billing/4.2")
            })?,
        };
        Ok(())
    }

    /// Where log lines go.
    pub fn set_log(&mut self, log: Log) {
        self.log = log;
    }

    /// How long a request may take, and how often it is tried.
    pub(super) fn engine(&self) -> EngineSettings {
        EngineSettings {
            attempt_timeout: self.attempt_timeout,
            connect_timeout: self.connect_timeout,
            max_attempts: self.max_attempts,
            mailbox_concurrency: self.mailbox_concurrency,
        }
    }

    /// What the send machine decides by.
    pub(super) fn rules(&self) -> Rules {
        Rules { verify: self.verify, max_attempts: self.max_attempts, settle: self.settle }
    }

    /// The `User-Agent` header.
    pub(super) fn user_agent(&self) -> HeaderValue {
        self.user_agent.clone()
    }
}

fn duration_or(ms: u32, default: Duration) -> Duration {
    if ms == 0 { default } else { Duration::from_millis(ms.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_is_the_default() {
        let mut settings = Settings::default();
        settings.set_timeout_ms(5);
        settings.set_max_attempts(9);
        assert_eq!((settings.timeout, settings.max_attempts), (Duration::from_millis(5), 9));
        settings.set_timeout_ms(0);
        settings.set_max_attempts(0);
        assert_eq!((settings.timeout, settings.max_attempts), (Duration::from_secs(100), 4));
    }

    #[test]
    fn user_agent_names_both() {
        let mut settings = Settings::default();
        assert_eq!(settings.user_agent(), PRODUCT);
        settings.set_user_agent("Billing/4.2 (AIX)").unwrap();
        assert_eq!(settings.user_agent(), format!("Billing/4.2 (AIX) {PRODUCT}"));
        for bad in ["a\r\nb", "é", &"x".repeat(257)] {
            assert!(settings.set_user_agent(bad).is_err());
        }
    }
}
