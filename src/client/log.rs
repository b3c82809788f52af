//! The caller's log: what its lines say, and the function of its own that they are handed to, on the thread of the call.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::answer::Receipt;
use super::attempt::Attempt;
use crate::error::Error;
use crate::graph::{LookResult, Request, SearchResult};

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(i32)]
pub enum Level {
    /// One line a call: what it ended in.
    Info = 3,
    /// One line an attempt.
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

/// The debug line of an attempt.
pub fn of_attempt(request: &Request, number: u32, attempt: &Attempt) -> String {
    let met = match &attempt.result {
        Ok(reply) => format!("HTTP {} [request-id {}]", reply.status, request.token.quote_name(&reply.request_id)),
        Err(failure) if failure.handed_on => format!("request handed on, {}", request.token.redact(&failure.detail)),
        Err(failure) => format!("no request handed on, {}", request.token.redact(&failure.detail)),
    };
    format!("attempt {number} {}: {met}: {:?}", request.url, attempt.verdict)
}

/// The debug line of a look.
pub fn of_look(request: &Request, shown: &LookResult) -> String {
    let shows = match shown {
        LookResult::Draft(_) => "a draft".to_owned(),
        LookResult::NotADraft(_) => "no draft any more".to_owned(),
        LookResult::Gone => "nothing there".to_owned(),
        LookResult::NotAllowed(status) => format!("not allowed ({status})"),
        LookResult::Another => "another message".to_owned(),
        LookResult::Failed(_) => "the look failed".to_owned(),
    };
    format!("look {}: {shows}", request.url)
}

/// The debug line of a search.
pub fn of_search(request: &Request, listed: &SearchResult) -> String {
    let shows = match listed {
        SearchResult::Items(items) => format!("{} with this internetMessageId", items.len()),
        SearchResult::NotAllowed(status) => format!("not allowed ({status})"),
        SearchResult::Unfiltered => "a list of something else".to_owned(),
        SearchResult::Failed(_) => "the search failed".to_owned(),
    };
    format!("search {}: {shows}", request.url)
}

/// The info line of a call.
pub fn of_call(request: &Request, result: &Result<Receipt, Error>, took: Duration) -> String {
    let ms = took.as_millis();
    match result {
        Ok(receipt) => format!(
            "GRAPH_OK {} {} attempts {} {ms} ms HTTP {} [request-id {}] [client-request-id {}]",
            request.url,
            if receipt.found { "found sent," } else { "accepted," },
            receipt.attempts,
            receipt.http_status,
            receipt.request_id,
            receipt.client_request_id
        ),
        Err(error) => format!(
            "{} {} attempts {} last look {:?} {ms} ms: {}",
            error.status.name(),
            request.url,
            error.attempts,
            error.seen,
            error.message
        ),
    }
}
