//! Clients.

use std::path::PathBuf;

use pyo3::prelude::*;

use super::call::Call;
use super::outcome::{Outcome, Sent};
use crate::client::{self, Level, Log, Receipt, Roots, Settings, Verify};
use crate::error::Error;
use crate::panic::caught;

/// Settings, and the connections they led to.
#[pyclass(frozen, module = "graph_message._native")]
pub struct Client(client::Client);

#[pymethods]
impl Client {
    /// A client, or the failure that its options are. Milliseconds; zero and the empty text are the default.
    #[staticmethod]
    #[pyo3(signature = (*, base_url, timeout_ms, attempt_timeout_ms, connect_timeout_ms, settle_ms, max_attempts,
                        mailbox_concurrency, verify, proxy, trust_env, ca_file, roots, user_agent, log))]
    #[allow(clippy::too_many_arguments)] // All by keyword.
    fn make(
        py: Python<'_>,
        base_url: &str,
        timeout_ms: u32,
        attempt_timeout_ms: u32,
        connect_timeout_ms: u32,
        settle_ms: u32,
        max_attempts: u32,
        mailbox_concurrency: u32,
        verify: &str,
        proxy: &str,
        trust_env: bool,
        ca_file: PathBuf,
        roots: &str,
        user_agent: &str,
        log: Py<PyAny>,
    ) -> Outcome<Client> {
        let settings = || -> Result<Settings, Error> {
            let mut settings = Settings::default();
            if !base_url.is_empty() {
                settings.set_base_url(base_url)?;
            }
            settings.set_timeout_ms(timeout_ms);
            settings.set_attempt_timeout_ms(attempt_timeout_ms);
            settings.set_connect_timeout_ms(connect_timeout_ms);
            settings.set_settle_ms(settle_ms)?;
            settings.set_max_attempts(max_attempts);
            settings.set_mailbox_concurrency(mailbox_concurrency);
            settings.set_verify(verify_of(verify)?);
            if trust_env {
                settings.set_proxy_from_environment()?;
            }
            if !proxy.is_empty() {
                settings.set_proxy(proxy)?;
            }
            if !ca_file.as_os_str().is_empty() {
                settings.set_ca_file(&ca_file)?;
            }
            settings.set_roots(roots_of(roots)?);
            settings.set_user_agent(user_agent)?;
            Ok(settings)
        };
        let made = py.detach(settings).map(|mut settings| {
            settings.set_log(Log::to(move |level, line| write(&log, level, line)));
            Client(client::Client::new(settings))
        });
        made.into()
    }

    /// Sends a draft. The result is a `Sent` or a `Failure`.
    fn send(&self, py: Python<'_>, call: &Call, token: &str, user: &str, id: &str) -> Outcome<Sent> {
        py.detach(|| ended(|| self.0.send(Some(&call.call), token, user, id)))
    }

    /// Settles what an earlier send left unknown. The result is a `Sent` or a `Failure`.
    fn check(&self, py: Python<'_>, call: &Call, token: &str, user: &str, id: &str) -> Outcome<Sent> {
        py.detach(|| ended(|| self.0.check(Some(&call.call), token, user, id)))
    }

    /// Ends every call in flight. Any thread.
    fn cancel(&self) {
        self.0.cancel();
    }
}

/// What a call ended in, also where it met a defect.
fn ended(call: impl FnOnce() -> Result<Receipt, Error>) -> Outcome<Sent> {
    caught(call).unwrap_or_else(|| Err(Error::internal())).map(Sent).into()
}

/// Hands a line to Python; what its handlers raise is theirs, and reported as Python reports it.
fn write(log: &Py<PyAny>, level: Level, line: &str) {
    Python::try_attach(|py| {
        if let Err(error) = log.call1(py, (level == Level::Debug, line)) {
            error.write_unraisable(py, Some(log.bind(py)));
        }
    });
}

fn verify_of(name: &str) -> Result<Verify, Error> {
    match name {
        "never" => Ok(Verify::Never),
        "on_doubt" => Ok(Verify::OnDoubt),
        "always" => Ok(Verify::Always),
        _ => Err(Error::invalid("verify is none of 'never', 'on_doubt' and 'always'")),
    }
}

fn roots_of(name: &str) -> Result<Roots, Error> {
    match name {
        "system" => Ok(Roots::System),
        "bundled" => Ok(Roots::Bundled),
        _ => Err(Error::invalid("roots is neither 'system' nor 'bundled'")),
    }
}
