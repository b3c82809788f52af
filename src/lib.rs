//! Sends an existing draft through Microsoft Graph and says what became of it: *sent*, *not sent* or *unknown*.
//!
//! The product is the shared library and its header, `include/graph_message.h`; the Rust modules are public for
//! this project's own tests and examples, and promise nothing to other crates.
//!
//! ```text
//! C callers -> ffi        the C ABI: thin, and alone in holding `unsafe`
//! Python    -> python     the Python module, in its place: feature `python`
//!              client     one call: its settings, its limits, its words
//!              delivery   decides what happens to a mail; what calls have to do with each other
//!              transport  carries one request over HTTPS; only `transport::http` knows ureq
//!              graph      ids, token, request, reply, and what a look shows. Pure: values in, values out
//!              error, status
//! ```
//!
//! Arrows go down only; `tests/architecture.rs` holds the code to it.

pub mod client;
pub mod delivery;
pub mod error;
#[cfg(not(feature = "python"))]
pub mod ffi;
pub mod graph;
mod panic;
mod per_process;
#[cfg(feature = "python")]
mod python;
pub mod signal;
pub mod status;
mod sync;
pub mod transport;
