//! What a request carries.

use std::fmt;
use std::io::{self, Read};

/// The body of a request. May be needed twice: where an idle connection turns out to be closed, the same request goes out on
/// another one.
#[derive(Clone, Copy)]
pub enum Body<'a> {
    /// None.
    None,
    /// These bytes.
    Bytes {
        /// The `Content-Type` header.
        content_type: &'static str,
        /// All of it.
        bytes: &'a [u8],
    },
    /// What is read while it is sent: never the whole of it is in memory.
    Reader {
        /// The `Content-Type` header.
        content_type: &'static str,
        /// How many bytes it has. Where the reader gives fewer or more, the exchange fails.
        length: u64,
        /// Opens it at its beginning.
        open: &'a dyn Fn() -> io::Result<Box<dyn Read + 'a>>,
    },
}

impl Body<'_> {
    /// The `Content-Type` header, where there is a body.
    pub fn content_type(&self) -> Option<&'static str> {
        match self {
            Body::None => None,
            Body::Bytes { content_type, .. } | Body::Reader { content_type, .. } => Some(content_type),
        }
    }

    /// How many bytes it has.
    pub fn length(&self) -> u64 {
        match self {
            Body::None => 0,
            Body::Bytes { bytes, .. } => bytes.len() as u64,
            Body::Reader { length, .. } => *length,
        }
    }
}

impl fmt::Debug for Body<'_> {
    /// Without what it says, which is the mail's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({} bytes)", self.length())
    }
}
