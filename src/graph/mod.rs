//! Graph's vocabulary: whose message it is and which, the token, the request, the reply, and what a look shows. Pure: values in,
//! values out, and everything that is wrong with an argument is found before anything is sent.

#![cfg_attr(not(test), deny(clippy::wildcard_enum_match_arm))]

mod argument;
mod ascii;
mod base_url;
mod challenge;
mod failure;
mod graph_error;
mod internet_message_id;
mod json;
mod look;
mod mailbox;
mod message_id;
mod redaction;
mod reply;
mod request;
mod retry_after;
mod token;

pub use ascii::{every_byte, is_printable};
pub use base_url::{BaseUrl, is_loopback, without_brackets};
pub use challenge::claims;
pub use failure::{Cause, Failure};
pub use graph_error::GraphError;
pub use internet_message_id::InternetMessageId;
pub use json::is_json;
pub use look::{
    Deferred, DraftSeen, FailedBy, FolderResult, Hit, ItemSeen, ListedDraft, LookFailure, LookReply, LookResult,
    LookTarget, SearchResult, read_folder, read_look, read_search, service_time,
};
pub use mailbox::Mailbox;
pub use message_id::MessageId;
pub use reply::{BodyEnd, Framing, LONGEST_BODY, Reply};
pub use request::{Expected, Method, Request, Target};
pub use retry_after::{asked_to_wait, retry_after};
pub use token::Token;
