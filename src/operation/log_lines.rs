//! What the lines of the caller's log say.

use std::time::Duration;

use super::Answer;
use super::trail::{Attempt, Trail};
use crate::graph::{FolderResult, LookResult, Request, SearchResult};

/// The debug line of the last attempt.
pub fn of_attempt(request: &Request, trail: &Trail) -> String {
    let Some(Attempt { token, exchange }) = &trail.attempt else { return String::new() };
    let met = match &exchange.result {
        Ok(reply) => format!("HTTP {} [request-id {}]", reply.status, token.quote_name(&reply.request_id)),
        Err(failure) if failure.handed_on => format!("request handed on, {}", token.redact(&failure.detail)),
        Err(failure) => format!("no request handed on, {}", token.redact(&failure.detail)),
    };
    format!("attempt {} {}: {met}: {:?}", trail.attempts, request.url, exchange.verdict)
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

/// The debug line of a look at the folder Sent Items.
pub fn of_sent_items(request: &Request, folder: &FolderResult) -> String {
    let shows = match folder {
        FolderResult::Id(_) => "its id".to_owned(),
        FolderResult::NotAllowed(status) => format!("not allowed ({status})"),
        FolderResult::Failed(_) => "the look failed".to_owned(),
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
pub fn of_call(request: &Request, result: &Answer, took: Duration) -> String {
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
            error.last_look,
            error.message
        ),
    }
}
