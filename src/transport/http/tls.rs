//! TLS: which certificate authorities are trusted, and the handshake.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use std::{env, fs, io};

use once_cell::sync::OnceCell;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::{
    AlertDescription, CertificateError, ClientConfig, ClientConnection, OtherError, RootCertStore, StreamOwned,
};
use rustls_platform_verifier::Verifier;

use super::call_state::{CallState, Stage};
use super::stream::Stream;
use super::trouble::Trouble;
use crate::error::Error;
use crate::graph::{Cause, without_brackets};
use crate::per_process::PerProcess;

/// The certificate authorities that are trusted to name the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Roots {
    /// The operating system's store, where a company's own authorities are.
    #[default]
    System,
    /// Mozilla's list, built in: for systems whose own store is missing or too old.
    Bundled,
}

/// Certificate authorities trusted besides the roots.
#[derive(Debug, Clone, Default)]
pub struct ExtraRoots(Vec<CertificateDer<'static>>);

impl ExtraRoots {
    /// Reads a PEM file. A file without a usable certificate is an error, not an empty addition.
    pub fn read(path: &Path) -> Result<ExtraRoots, Error> {
        let refuse = |why: String| Error::invalid(format!("ca_file {path:?}: {why}"));
        let file = fs::read(path).map_err(|error| refuse(format!("cannot be read ({error})")))?;
        let certificates = certificates(&file).map_err(|error| refuse(format!("is no PEM file ({error})")))?;
        if certificates.is_empty() {
            return Err(refuse("holds no certificate (-----BEGIN CERTIFICATE-----)".to_owned()));
        }
        let mut store = RootCertStore::empty();
        for (number, certificate) in certificates.iter().enumerate() {
            store
                .add(certificate.clone())
                .map_err(|error| refuse(format!("certificate {} cannot be used ({error})", number + 1)))?;
        }
        Ok(ExtraRoots(certificates))
    }
}

/// The certificates of a PEM file. A byte-order mark, which editors on Windows put before the first line, is not its part.
fn certificates(file: &[u8]) -> Result<Vec<CertificateDer<'static>>, pem::Error> {
    CertificateDer::pem_slice_iter(file.strip_prefix(BYTE_ORDER_MARK).unwrap_or(file)).collect()
}

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// What the configuration is made from.
#[derive(Debug, Clone, Default)]
pub struct TlsSettings {
    /// The roots.
    pub roots: Roots,
    /// What is trusted besides.
    pub extra: ExtraRoots,
}

/// The configuration, made when the first connection needs it and shared by all: it holds the roots and the sessions that
/// can be resumed.
#[derive(Debug)]
pub struct Tls {
    settings: TlsSettings,
    config: OnceCell<Arc<ClientConfig>>,
}

impl Tls {
    /// Not built yet.
    pub fn new(settings: TlsSettings) -> Tls {
        Tls { settings, config: OnceCell::new() }
    }

    /// Completes a handshake: a bad certificate shows here, before any request.
    pub fn handshake(&self, mut stream: Stream, host: &str, call: &CallState) -> io::Result<Stream> {
        call.enters(Stage::Handshake)?;
        // Verifiers read the clock, and cannot go on where it stands before their epoch.
        if WallClock.current_time().is_none() {
            return Err(refused(host, &rustls::Error::FailedToGetCurrentTime));
        }
        let bare = without_brackets(host);
        let name = ServerName::try_from(bare.to_owned())
            .map_err(|_| Trouble::error(Cause::Tls, format!("{host} is no name that a certificate can have")))?;
        let mut connection = ClientConnection::new(self.config()?, name).map_err(|error| refused(host, &error))?;
        while connection.is_handshaking() {
            connection.complete_io(&mut stream).map_err(|error| explain(host, error))?;
        }
        Ok(Stream::Tls(Box::new(StreamOwned::new(connection, stream))))
    }

    fn config(&self) -> io::Result<Arc<ClientConfig>> {
        self.config.get_or_try_init(|| self.settings.config().map(Arc::new)).cloned().map_err(|error| {
            Trouble::error(
                Cause::Local,
                format!("no certificate authorities can be loaded ({error}); set roots or ca_file"),
            )
        })
    }
}

impl TlsSettings {
    fn config(&self) -> Result<ClientConfig, rustls::Error> {
        // Named, never the process's default: another user of rustls in the same program may have set or not set one.
        let provider: Arc<CryptoProvider> = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_details(Arc::clone(&provider), Arc::new(WallClock))
            .with_safe_default_protocol_versions()?;
        let extra = self.extra.0.iter().cloned();
        let builder = match self.roots {
            Roots::System => {
                // On Windows even no extra roots would make a second search for each certificate that is not trusted.
                let verifier = if self.extra.0.is_empty() {
                    system_verifier(provider)?
                } else {
                    Arc::new(Verifier::new_with_extra_roots(extra, provider)?)
                };
                builder.dangerous().with_custom_certificate_verifier(verifier)
            }
            Roots::Bundled => {
                let mut store = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
                for certificate in extra {
                    store.add(certificate)?;
                }
                builder.with_root_certificates(store)
            }
        };
        Ok(builder.with_no_client_auth())
    }
}

/// The clock on the wall, which may stand before 1970 where a machine has no battery for it.
#[derive(Debug)]
struct WallClock;

impl TimeProvider for WallClock {
    fn current_time(&self) -> Option<UnixTime> {
        SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok().map(UnixTime::since_unix_epoch)
    }
}

/// What judges by the operating system's store alone: read once a process, by the first connection that needs it, and shared by
/// all clients. With Debian's store of 144 authorities that is a millisecond or two, and 0.2 MB.
fn system_verifier(provider: Arc<CryptoProvider>) -> Result<Arc<Verifier>, rustls::Error> {
    static SYSTEM: OnceCell<PerProcess<OnceCell<Arc<Verifier>>>> = OnceCell::new();
    let of_this_process = SYSTEM.get_or_init(|| PerProcess::new(OnceCell::new())).current(OnceCell::new);
    let made = || match with_byte_order_mark() {
        Some(dropped) => Verifier::new_with_extra_roots(dropped, provider),
        None => Verifier::new(provider),
    };
    of_this_process.get_or_try_init(|| made().map(Arc::new)).cloned()
}

/// The certificates of the file that stands for the system's store, where it begins with a byte-order mark: who reads it
/// without knowing that passes over the first.
fn with_byte_order_mark() -> Option<Vec<CertificateDer<'static>>> {
    let file = fs::read(env::var_os("SSL_CERT_FILE")?).ok()?;
    if file.starts_with(BYTE_ORDER_MARK) { certificates(&file).ok() } else { None }
}

fn explain(host: &str, error: io::Error) -> io::Error {
    if Trouble::of(&error).is_some() {
        return error;
    }
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(tls) => refused(host, tls),
        None => {
            Trouble::error(Cause::Connection, format!("the connection to {host} broke in the TLS handshake ({error})"))
        }
    }
}

const UNKNOWN_AUTHORITY: &str = "; a proxy that opens TLS? give its certificate authority as ca_file";

/// Whether Windows found no issuer for a certificate: CERT_E_CHAINING, which has no counterpart in rustls.
fn is_partial_chain(error: &OtherError) -> bool {
    const CERT_E_CHAINING: i32 = -0x7ff4_fef6;
    error.0.downcast_ref::<io::Error>().and_then(io::Error::raw_os_error) == Some(CERT_E_CHAINING)
}

/// What is said of a peer that ended the handshake for want of a certificate of ours; nothing of any other error. By TLS 1.3 it
/// tells so after our side has ended it, when a request is on its way: nobody reads that.
pub fn demanded_certificate(error: &io::Error) -> Option<String> {
    match error.get_ref()?.downcast_ref::<rustls::Error>()? {
        rustls::Error::AlertReceived(AlertDescription::CertificateRequired) => {
            Some(format!("TLS failed: {NO_CLIENT_CERTIFICATE}"))
        }
        _ => None,
    }
}

fn refused(host: &str, error: &rustls::Error) -> io::Error {
    Trouble::error(Cause::Tls, format!("TLS with {host} failed: {}", why(error)))
}

const SUITES: &str = "TLS 1.2 or 1.3 is needed, 1.2 with ECDHE and AES-GCM or ChaCha20-Poly1305";
const NO_CLIENT_CERTIFICATE: &str = "it demands a certificate of the client, which this library does not give";

const CRITICAL_EXTENSION: &str =
    "its certificate, or one of its issuer's, has a critical extension that the verifier does not know";

/// What went wrong, for a person, and where to look.
fn why(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidCertificate(error) => why_no_certificate(error),
        rustls::Error::FailedToGetCurrentTime => {
            "this machine's clock stands before 1970, and no certificate is valid then: set the clock".to_owned()
        }
        rustls::Error::InvalidMessage(_) => format!("{error}; does this port speak TLS?"),
        rustls::Error::AlertReceived(AlertDescription::CertificateRequired) => NO_CLIENT_CERTIFICATE.to_owned(),
        rustls::Error::AlertReceived(AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity) => {
            format!("{error}; {SUITES}, or {NO_CLIENT_CERTIFICATE}")
        }
        rustls::Error::AlertReceived(_) | rustls::Error::PeerIncompatible(_) => format!("{error}; {SUITES}"),
        _ => error.to_string(),
    }
}

fn why_no_certificate(error: &CertificateError) -> String {
    match error {
        // The last two: the store has an older certificate of the same authority.
        CertificateError::UnknownIssuer
        | CertificateError::BadSignature
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            format!("{error}{UNKNOWN_AUTHORITY}")
        }
        CertificateError::Other(other) if is_partial_chain(other) => format!("{error}{UNKNOWN_AUTHORITY}"),
        CertificateError::ExpiredContext { time, not_after } => format!(
            "its certificate expired on {}, and this machine's clock says {}: is the clock right?",
            date(*not_after),
            date(*time)
        ),
        CertificateError::NotValidYetContext { time, not_before } => format!(
            "its certificate is valid from {} on, and this machine's clock says {}: is the clock right?",
            date(*not_before),
            date(*time)
        ),
        CertificateError::Expired | CertificateError::NotValidYet => {
            "its certificate has expired or is not valid yet: is this machine's clock right?".to_owned()
        }
        CertificateError::UnhandledCriticalExtension => CRITICAL_EXTENSION.to_owned(),
        // As the verifier calls it, whose own errors rustls passes on without a name of its own.
        CertificateError::Other(other) if other.0.to_string() == "UnsupportedCriticalExtension" => {
            CRITICAL_EXTENSION.to_owned()
        }
        CertificateError::Other(other) => {
            format!("its certificate, or one of its issuer's, cannot be verified ({})", other.0)
        }
        _ => error.to_string(),
    }
}

fn date(time: UnixTime) -> String {
    let time = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(time.as_secs()));
    time.map_or_else(|| "a time without end".to_owned(), |time| humantime::format_rfc3339_seconds(time).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_windows_says_of_an_unknown_authority_leads_to_ca_file() {
        let told = |code: i32| {
            let error = OtherError(Arc::new(io::Error::from_raw_os_error(code)));
            refused("host", &rustls::Error::InvalidCertificate(CertificateError::Other(error))).to_string()
        };
        assert!(told(-0x7ff4_fef6).contains("ca_file"), "{}", told(-0x7ff4_fef6));
        assert!(!told(-0x7ff4_feff).contains("ca_file"), "{}", told(-0x7ff4_feff));
    }
}
