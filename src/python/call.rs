//! One call: its own settings, and what ends it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use pyo3::prelude::*;

use super::outcome::Outcome;
use crate::client;

/// How often a call on the main thread asks for signals: often enough for a person who presses Ctrl-C.
const BETWEEN_SIGNALS: Duration = Duration::from_millis(40);

/// The settings of one call, and the means to cancel it.
#[pyclass(frozen, module = "graph_message._native")]
pub struct Call {
    pub(super) call: client::Call,
    raised: Arc<Raised>,
}

/// What a signal's handler raised while the call waited.
#[derive(Default)]
struct Raised {
    error: Mutex<Option<PyErr>>,
    asked: Mutex<Option<Instant>>,
}

#[pymethods]
impl Call {
    /// A call, or the failure that its arguments are. On the main thread signals end it.
    #[staticmethod]
    fn make(timeout_ms: u64, internet_message_id: &str, on_main_thread: bool) -> Outcome<Call> {
        let mut call = client::Call::default();
        call.set_timeout(Duration::from_millis(timeout_ms));
        let raised = Arc::<Raised>::default();
        if on_main_thread {
            let asks = Arc::clone(&raised);
            call.set_interrupt(Arc::new(move || asks.is_interrupted()));
        }
        call.set_internet_message_id(internet_message_id).map(|()| Call { call, raised }).into()
    }

    /// Ends the call, also one that begins later. Any thread.
    fn cancel(&self) {
        self.call.cancel();
    }

    /// What a signal's handler raised during the call: KeyboardInterrupt, mostly.
    fn interrupted_by(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        let error = self.raised.error.lock().unwrap_or_else(PoisonError::into_inner).take();
        error.map(|error| error.into_value(py).into_any())
    }
}

impl Raised {
    /// Runs the handlers of signals that came, and says whether one of them raised.
    fn is_interrupted(&self) -> bool {
        let mut error = self.error.lock().unwrap_or_else(PoisonError::into_inner);
        if error.is_some() {
            return true;
        }
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.is_some_and(|asked| asked.elapsed() < BETWEEN_SIGNALS) {
            return false;
        }
        *asked = Some(Instant::now());
        drop(asked);
        // The interpreter may be on its way out; then nobody wants to know.
        *error = Python::try_attach(|py| py.check_signals().err()).flatten();
        error.is_some()
    }
}
