//! What a call met on its way.

use crate::delivery::verdict::Verdict;
use crate::engine::Exchange;
use crate::error::LastLook;
use crate::graph::{Failure, Hit, LookResult, Reply, SearchResult, Token};

/// What a call met on its way: the facts of its answer.
#[derive(Debug, Default)]
pub struct Trail {
    /// Attempts made.
    pub attempts: u32,
    /// Attempts of which at least one byte was handed on.
    pub handed_on: u32,
    /// The status and request-id of the last reply to a send.
    pub last_reply: Option<(u16, String)>,
    /// What the last look showed.
    pub last_look: LastLook,
    /// The last attempt.
    pub attempt: Option<Attempt>,
    /// What the last look brought back.
    pub looked: Option<Result<Reply, Failure>>,
}

impl Trail {
    /// Notes an attempt.
    pub fn attempted(&mut self, attempt: Attempt) {
        if let Ok(reply) = &attempt.exchange.result {
            self.last_reply = Some((reply.status, attempt.token.quote_name(&reply.request_id)));
        }
        self.attempts += 1;
        self.handed_on += u32::from(!matches!(attempt.exchange.verdict, Verdict::NotBegun(_)));
        self.attempt = Some(attempt);
    }

    /// Notes what a look showed.
    pub fn saw(&mut self, shown: &LookResult) {
        self.last_look = match shown {
            LookResult::Draft(_) => LastLook::Draft,
            LookResult::NotADraft(_) => LastLook::NotADraft,
            LookResult::Gone => LastLook::Gone,
            LookResult::NotAllowed(_) => LastLook::NotAllowed,
            LookResult::Another | LookResult::Failed(_) => return,
        };
    }

    /// Notes what a search showed.
    pub fn listed(&mut self, listed: &SearchResult) {
        self.last_look = match listed {
            SearchResult::Items(items) => match items.iter().any(|item| matches!(item, Hit::NotADraft(_))) {
                // A draft that is there stays the last that was seen.
                true if self.last_look != LastLook::Draft => LastLook::NotADraft,
                true | false => return,
            },
            SearchResult::NotAllowed(_) => LastLook::NotAllowed,
            SearchResult::Unfiltered | SearchResult::Failed(_) => return,
        };
    }
}

/// One attempt to send.
#[derive(Debug)]
pub struct Attempt {
    /// What it was made with: a reply may repeat it.
    pub token: Token,
    /// What came of it.
    pub exchange: Exchange,
}
