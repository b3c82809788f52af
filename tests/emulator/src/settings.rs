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

/// What becomes of a draft that is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SentItem {
    /// It moves to Sent Items.
    Move,
    /// It stays a draft, unchanged, and Sent Items holds another item.
    Copy,
}

/// What `sentDateTime` looks like in answers about what is no draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SentDateTime {
    /// `2026-01-31T10:17:05Z`.
    Usual,
    /// The same instant as `2026-01-31T11:17:05+01:00`.
    Offset,
    /// `null`.
    Null,
    /// Not there.
    Absent,
    /// `""`.
    Empty,
    /// Seconds since 1970.
    Number,
    /// `0001-01-01T00:00:00Z`, the least value of the service's own type.
    YearOne,
    /// `2026-01-3NT10:17:05Z`.
    Unreadable,
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
    /// Whether a sent draft moves or stays.
    pub sent_item: SentItem,
    /// The form of `sentDateTime`.
    pub sent_date_time: SentDateTime,
    /// Seconds by which the clock of the mailboxes is ahead of the one that writes the `Date` header.
    pub mailbox_clock_s: i64,
    /// A `Date` header for each, so many seconds ahead of the truth; empty = none.
    pub date_header_s: Vec<i64>,
    /// Milliseconds by which a list lags behind the messages themselves.
    pub list_delay_ms: u64,
    /// Whether a list passes `$filter` over.
    pub ignore_filter: bool,
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
            sent_item: SentItem::Move,
            sent_date_time: SentDateTime::Usual,
            mailbox_clock_s: 0,
            date_header_s: vec![0],
            list_delay_ms: 0,
            ignore_filter: false,
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
