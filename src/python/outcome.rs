//! What a call ended in, as objects that say it.

use pyo3::prelude::*;

use crate::client::Receipt;
use crate::error::Error;

/// What was asked for, or the failure that it became.
#[derive(IntoPyObject)]
pub enum Outcome<T> {
    /// What was asked for.
    Made(T),
    /// Why there is none.
    Failed(Failure),
}

impl<T> From<Result<T, Error>> for Outcome<T> {
    fn from(result: Result<T, Error>) -> Outcome<T> {
        match result {
            Ok(made) => Outcome::Made(made),
            Err(error) => Outcome::Failed(Failure(error)),
        }
    }
}

/// What is known of a mail that was sent.
#[pyclass(frozen, module = "graph_message._native")]
pub struct Sent(pub Receipt);

#[pymethods]
impl Sent {
    #[getter]
    fn request_id(&self) -> &str {
        &self.0.request_id
    }

    #[getter]
    fn client_request_id(&self) -> &str {
        &self.0.client_request_id
    }

    #[getter]
    fn http_status(&self) -> u16 {
        self.0.http_status
    }

    #[getter]
    fn attempts(&self) -> u32 {
        self.0.attempts
    }

    #[getter]
    fn found(&self) -> bool {
        self.0.found
    }

    #[getter]
    fn sent_id(&self) -> &str {
        &self.0.sent_id
    }
}

/// Why a call did not end in "sent".
#[pyclass(frozen, module = "graph_message._native")]
pub struct Failure(pub Error);

#[pymethods]
impl Failure {
    #[getter]
    fn status(&self) -> i32 {
        self.0.status.value()
    }

    #[getter]
    fn message(&self) -> &str {
        &self.0.message
    }

    #[getter]
    fn http_status(&self) -> u16 {
        self.0.http_status
    }

    #[getter]
    fn code(&self) -> &str {
        &self.0.code
    }

    #[getter]
    fn request_id(&self) -> &str {
        &self.0.request_id
    }

    #[getter]
    fn client_request_id(&self) -> &str {
        &self.0.client_request_id
    }

    /// Seconds.
    #[getter]
    fn retry_after(&self) -> f64 {
        self.0.retry_after.as_secs_f64()
    }

    #[getter]
    fn attempts(&self) -> u32 {
        self.0.attempts
    }

    #[getter]
    fn claims(&self) -> &str {
        &self.0.claims
    }

    #[getter]
    fn seen(&self) -> i32 {
        self.0.last_look as i32
    }

    #[getter]
    fn internet_message_id(&self) -> &str {
        &self.0.internet_message_id
    }
}
