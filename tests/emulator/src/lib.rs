//! A stateful Microsoft Graph mailbox on a loopback port that misbehaves on request.
//!
//! It keeps real state: a draft that is sent leaves Drafts, turns up in Sent Items and has another id there. It
//! counts what really left, so that a test can tell whether a mail was sent never, once or twice. And it fails where
//! the service fails: after the mail has left, before, in the middle of a reply, or never.
//!
//! ```
//! # fn main() -> Result<(), graph_emulator::Error> {
//! use graph_emulator::{Config, Emulator};
//! use serde_json::json;
//!
//! let emulator = Emulator::start(Config::default())?;
//! let draft = emulator.create_draft("megan@contoso.example", &json!({"subject": "Hello"}))?;
//! emulator.faults(&json!({"on": "send", "do": "accept-then-504"}))?;
//! // Point the program under test at `emulator.base_url()`, with the token "user-token", and let it send `draft`.
//! assert_eq!(emulator.mails().len(), 0);
//! # assert!(!draft.is_empty());
//! # Ok(())
//! # }
//! ```

#![forbid(unsafe_code)]

mod answer;
mod clock;
mod control;
mod emulator;
mod error;
mod failure;
mod faults;
mod graph;
mod ids;
mod journal;
mod odata;
mod reply;
mod request;
mod route;
mod server;
mod settings;
mod store;
mod wire;
mod world;

pub use emulator::{Config, Emulator};
pub use error::Error;
pub use journal::Seen;
pub use settings::{IdsOnMove, ImmutableIdsOnSend, SecondSend, SentDateTime, SentItem, Settings};
pub use store::Mail;
pub use world::Observer;
