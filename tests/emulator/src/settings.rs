//! How the mailbox behaves when nothing is wrong: the choices on which Microsoft's own pages and reports differ.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::Error;

/// What becomes of a message's ordinary id when it moves to another folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IdsOnMove {
    /// The moved item has a new id and the old one is gone, as Graph does.
    Change,
    /// The id stays.
    Keep,
}

/// What becomes of an immutable id when its draft is sent. Microsoft documents both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ImmutableIdsOnSend {
    /// The item in Sent Items answers to the same immutable id.
    Survive,
    /// Sending gives the item a new immutable id.
    Change,
}

/// What a second send does between the acceptance of a draft and its move to Sent Items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SecondSend {
    /// It is accepted and a second mail leaves.
    Accept,
    /// It is refused with 404 `ErrorItemNotFound`.
    Refuse,
}

/// The settings of a running emulator. Every field may be changed while it runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Milliseconds between the acceptance of a send and the moment the item leaves Drafts; 0 = before the answer.
    pub move_delay_ms: u64,
    /// Milliseconds for which the item, gone from Drafts, is found nowhere before it shows in Sent Items.
    pub sent_items_delay_ms: u64,
    /// Whether an ordinary id survives a move.
    pub ids_on_move: IdsOnMove,
    /// Whether an immutable id survives a send.
    pub immutable_ids_on_send: ImmutableIdsOnSend,
    /// What a second send inside the move window does.
    pub second_send: SecondSend,
    /// Requests in flight allowed to one application on one mailbox; 0 = no limit. Graph's is 4.
    pub concurrency: u32,
    /// Seconds named by the `Retry-After` of a request over the limit.
    pub retry_after_s: u32,
    /// Milliseconds every Graph request takes: without them no request is in flight long enough to meet the limit.
    pub latency_ms: u64,
    /// Whether a mail to a mailbox of the emulator arrives in its Inbox.
    pub deliver: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            move_delay_ms: 0,
            sent_items_delay_ms: 0,
            ids_on_move: IdsOnMove::Change,
            immutable_ids_on_send: ImmutableIdsOnSend::Survive,
            second_send: SecondSend::Accept,
            concurrency: 4,
            retry_after_s: 1,
            latency_ms: 0,
            deliver: true,
        }
    }
}

impl Settings {
    /// These settings with the named ones changed.
    ///
    /// # Errors
    /// An unknown name or a value out of place, by name; nothing is changed then.
    pub fn with(&self, changes: &Value) -> Result<Self, Error> {
        let Value::Object(changes) = changes else {
            return Err(Error::new("settings are a JSON object"));
        };
        let mut all = serde_json::to_value(self)?;
        for (name, value) in changes {
            if let Some(all) = all.as_object_mut() {
                all.insert(name.clone(), value.clone());
            }
        }
        serde_json::from_value(all).map_err(|e| Error::new(format!("settings: {e}")))
    }
}
