//! The C ABI: argument conversion, one call into the client, and nothing else.
//!
//! Objects cross as `Option<&T>` and `Option<Box<T>>`, which have the layout of nullable C pointers, so that the compiler
//! holds each function to what its prototype in the header says: a `const T *` is only read, a `_free` takes the object.
//! What remains for the C caller to guarantee is what the header says of every pointer: NULL, or an object of that type
//! that was not freed, and no object freed or set while another thread uses it.
//!
//! An output is `Option<&mut MaybeUninit<*mut T>>`: what it held before is never looked at.

#![allow(non_camel_case_types)]
// The documentation of an export is the header's, which says once, at its top, what every string and object must be.
#![allow(clippy::missing_safety_doc)]
#![allow(rustdoc::bare_urls)]

mod argument;
mod call;
mod client;
mod error;
mod guard;
mod options;
mod panic;
mod receipt;
mod send;
mod status;
mod string;
mod version;

pub use call::*;
pub use client::*;
pub use error::*;
pub use options::*;
pub use receipt::*;
pub use send::*;
pub use status::*;
pub use string::*;
pub use version::*;
