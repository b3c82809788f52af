//! Sends an existing draft through Microsoft Graph and says what became of it: *sent*, *not sent* or *unknown*.
//!
//! The product is the shared library and its header, `include/graph_message.h`; the Rust modules are public for
//! this project's own tests and examples, and promise nothing to other crates.
//!
//! ```text
//! C callers -> ffi         the C ABI: thin, and alone in holding `unsafe`
//! Python    -> python      the same core for Python, in its place: feature `python`
//!              client      the face: settings and calls, checked; puts the real parts together
//!              operation   what a caller can ask for, a file each, and the words of its answer
//!              engine      one request inside its bounds: deadline, cancel, gate, token, repetition
//!              sharing     what calls have to do with each other, and every lock for it
//!              credential  where tokens come from
//!              delivery    decides what happens to a mail. Pure: values in, values out
//!              transport   carries one request over HTTPS; `transport::http` alone knows ureq
//!              graph       ids, token, request, reply, and what a look shows. Pure
//!              error       why a call did not end in "sent"
//!              status      what a call ended in
//! ```
//!
//! Arrows go down only. These are all there are; `tests/architecture.rs` holds the code to it, and files to having no circles:
//!
//! ```text
//! ffi         uses client error panic status
//! python      uses client error panic
//! client      uses credential delivery engine error graph operation per_process sharing transport
//! operation   uses credential delivery engine error graph sharing status transport
//! engine      uses credential delivery error graph sharing signal transport
//! sharing     uses delivery graph signal status sync
//! credential  uses error graph transport
//! delivery    uses graph status
//! transport   uses error graph per_process sync
//! graph       uses error
//! error       uses status
//! signal      uses sync
//! status      uses nothing
//! panic       uses nothing
//! per_process uses nothing
//! sync        uses nothing
//! ```
//!
//! Who is new reads a send from the C function to the socket and back: the tour in `CONTRIBUTING.md` names its functions.

pub mod client;
pub mod credential;
pub mod delivery;
pub mod engine;
pub mod error;
#[cfg(not(feature = "python"))]
pub mod ffi;
pub mod graph;
pub mod operation;
mod panic;
mod per_process;
#[cfg(feature = "python")]
mod python;
pub mod sharing;
pub mod signal;
pub mod status;
mod sync;
pub mod transport;
