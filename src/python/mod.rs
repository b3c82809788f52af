//! The native half of the Python package: clients and calls, and what a call ended in. The other half, in
//! `bindings/python/graph_message`, makes exceptions and keyword arguments of it.
//!
//! Other Python threads run while a call waits. Nothing here raises for what a call ended in.

mod call;
mod client;
mod outcome;

use pyo3::pymodule;

/// The version that both halves must have.
const VERSION: &str = env!("CARGO_PKG_VERSION");

// Every class is frozen, and what they hold is shared by threads in any case.
#[pymodule(gil_used = false)]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::call::Call;
    #[pymodule_export]
    use super::client::Client;
    #[pymodule_export]
    use super::outcome::{Failure, Sent};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", super::VERSION)
    }
}
