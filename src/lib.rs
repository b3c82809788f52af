//! Sends an existing draft through Microsoft Graph and says what became of it: *sent*, *not sent* or *unknown*.
//!
//! The product is the shared library and its header, `include/graph_message.h`; the Rust modules are public for
//! this project's own tests and examples, and promise nothing to other crates.
//!
//! ```text
//! C callers -> ffi        the C ABI: thin, and alone in holding `unsafe`
//!              client     one call: build, exchange, judge, decide
//!              transport  carries one request over HTTPS; only `transport::http` knows ureq
//!              message, outcome, policy, error, status    pure: values in, values out
//! ```
//!
//! Arrows go down only; `tests/architecture.rs` holds the code to it.

pub mod client;
pub mod delivery;
pub mod error;
pub mod ffi;
pub mod message;
pub mod outcome;
mod per_process;
pub mod policy;
pub mod signal;
pub mod status;
mod sync;
pub mod transport;
