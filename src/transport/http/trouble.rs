//! What went wrong below HTTP, on its way up through ureq.

use std::fmt;
use std::io;

use crate::graph::Cause;

/// A failure on its way up through ureq, which passes on errors of I/O unchanged.
#[derive(Debug)]
pub struct Trouble {
    /// Why it failed.
    pub cause: Cause,
    /// What happened, where, for a person.
    pub detail: String,
}

impl Trouble {
    /// An error of I/O that carries a trouble.
    pub fn error(cause: Cause, detail: impl Into<String>) -> io::Error {
        io::Error::other(Trouble { cause, detail: detail.into() })
    }

    /// The trouble inside an error, if it is one of ours.
    pub fn of(error: &io::Error) -> Option<&Trouble> {
        error.get_ref().and_then(|inner| inner.downcast_ref())
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl std::error::Error for Trouble {}
