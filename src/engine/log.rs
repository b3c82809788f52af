//! The caller's log: the function of its own that lines are handed to, on the thread of the call.

use std::fmt;
use std::sync::Arc;

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(i32)]
pub enum Level {
    /// One line a call: what it ended in.
    Info = 3,
    /// One line for each attempt, look and search.
    Debug = 4,
}

type Write = dyn Fn(Level, &str) + Send + Sync;

/// Where lines go: nowhere, unless the caller set a function.
#[derive(Clone, Default)]
pub struct Log(Option<Arc<Write>>);

impl Log {
    /// Lines go to this function. It is called on the thread of the call that logs, from several threads at once where
    /// several call.
    pub fn to(write: impl Fn(Level, &str) + Send + Sync + 'static) -> Log {
        Log(Some(Arc::new(write)))
    }

    /// Writes a line, which is made only where somebody reads it.
    pub fn write(&self, level: Level, line: impl FnOnce() -> String) {
        if let Some(write) = &self.0 {
            write(level, &line());
        }
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Log(set)" } else { "Log" })
    }
}
