//! Sending: a draft is accepted, the mail leaves, and some time later the item is found in Sent Items.

use std::time::{Duration, Instant, SystemTime};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Store;
use super::mailbox::Folder;
use super::properties::{self, addresses};
use crate::clock::{self, Now};
use crate::failure::Failure;
use crate::settings::{IdsOnMove, ImmutableIdsOnSend, SecondSend, SentItem};

/// A mail that left. One draft sent twice is two of these with one `internet_message_id`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// The userPrincipalName of the mailbox it left from.
    pub mailbox: String,
    /// The ordinary id the draft had.
    pub draft_id: String,
    /// The id the mail carries around the world.
    pub internet_message_id: String,
    /// Its subject.
    pub subject: String,
    /// The addresses it went to: To, Cc and Bcc.
    pub to: Vec<String>,
    /// When the send was accepted, in RFC 3339 form.
    pub accepted_at: String,
    /// The ordinary id of the item in Sent Items, once it is there.
    pub sent_id: Option<String>,
}

impl Store {
    /// Accepts a draft for sending: the mail has left when this returns `Ok`, or will by itself. Until the item
    /// moves it stays as it is, for as long as `move_delay_ms` says or until the time its sending is deferred to.
    pub fn send(&mut self, at: usize, id: &str, now: Now) -> Result<(), Failure> {
        let (delay, second) = (self.settings.move_delay_ms, self.settings.second_send);
        let mailbox = self.mailbox_mut(at)?;
        let message = mailbox.find(id, now)?;
        let pending = message.leaves.is_some();
        if !message.draft || (pending && second == SecondSend::Refuse) {
            return Err(Failure::item_not_found());
        }
        let to = addresses(&message.properties, &["toRecipients", "ccRecipients", "bccRecipients"]);
        if to.is_empty() {
            return Err(Failure::no_recipients());
        }
        if let Some(unresolved) = to.iter().find(|address| !address.contains('@')) {
            return Err(Failure::unresolved_recipient(unresolved));
        }
        let text = |name: &str| message.properties.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let mail = Mail {
            mailbox: mailbox.user_principal_name.clone(),
            draft_id: message.id.clone(),
            internet_message_id: text("internetMessageId"),
            subject: text("subject"),
            to,
            accepted_at: clock::precise(now.wall),
            sent_id: None,
        };
        let number = message.number;
        if !pending {
            let message = mailbox.get_mut(number)?;
            let sent = properties::deferred_until(&message.properties).map_or(now.wall, |until| until.max(now.wall));
            let wait = sent.duration_since(now.wall).unwrap_or_default().max(Duration::from_millis(delay));
            message.leaves = Some((now.instant + wait, sent));
            self.moving.push((at, number));
        }
        self.mails.push(mail);
        self.advance(now);
        Ok(())
    }

    /// Lets every move that is due by now happen. Called before anything is looked at.
    pub fn advance(&mut self, now: Now) {
        self.settle(|leaves| leaves <= now.instant, now);
    }

    /// Lets every move happen at once, and shows every item still hidden.
    pub fn settle_all(&mut self, now: Now) {
        self.settle(|_| true, now);
        for message in self.mailboxes.iter_mut().flat_map(|mailbox| mailbox.messages.values_mut()) {
            message.hidden_until = None;
            message.changed = None;
            message.before = None;
        }
    }

    /// When the last accepted draft, of those now under way, will have reached Sent Items.
    pub fn moving_until(&self) -> Option<Instant> {
        let now = Instant::now();
        let hidden = Duration::from_millis(self.settings.sent_items_delay_ms);
        let messages = self.mailboxes.iter().flat_map(|mailbox| mailbox.messages.values());
        let moved =
            messages.filter_map(|message| message.leaves.map(|(leaves, _)| leaves + hidden).or(message.hidden_until));
        moved.filter(|moved| *moved > now).max()
    }

    fn settle(&mut self, due: impl Fn(Instant) -> bool, now: Now) {
        let mut still = Vec::new();
        for (at, number) in std::mem::take(&mut self.moving) {
            let leaves = self.mailboxes.get(at).and_then(|mailbox| mailbox.messages.get(&number)?.leaves);
            match leaves {
                Some((instant, _)) if !due(instant) => still.push((at, number)),
                Some((instant, sent)) => {
                    let hidden = instant + Duration::from_millis(self.settings.sent_items_delay_ms);
                    self.move_sent(at, number, sent, (hidden > now.instant).then_some(hidden), now);
                }
                None => {}
            }
        }
        self.moving = still;
    }

    fn move_sent(&mut self, at: usize, draft: u64, sent_at: SystemTime, hidden_until: Option<Instant>, now: Now) {
        let copy = self.settings.sent_item == SentItem::Copy;
        let new_id = self.settings.ids_on_move == IdsOnMove::Change;
        let new_immutable_id = self.settings.immutable_ids_on_send == ImmutableIdsOnSend::Change;
        let Ok(mailbox) = self.mailbox_mut(at) else { return };
        let owner = mailbox.owner();
        let Ok(message) = mailbox.get_mut(draft) else { return };
        message.leaves = None;
        let draft_id = message.id.clone();
        let number = if copy {
            let properties = message.properties.clone();
            mailbox.insert(Folder::SentItems, false, properties, now)
        } else {
            mailbox.move_to(draft, Folder::SentItems, (new_id, new_immutable_id), now);
            draft
        };
        let Ok(message) = mailbox.get_mut(number) else { return };
        message.draft = false;
        message.hidden_until = hidden_until;
        for name in ["sentDateTime", "receivedDateTime", "lastModifiedDateTime"] {
            message.properties.insert(name.to_owned(), clock::timestamp(sent_at).into());
        }
        for name in ["from", "sender"] {
            let value = message.properties.entry(name).or_insert(Value::Null);
            if value.is_null() {
                *value = owner.clone();
            }
        }
        let (sent, sent_id) = (message.properties.clone(), message.id.clone());
        let mut copies = 0;
        for mail in self.mails.iter_mut().filter(|mail| mail.sent_id.is_none() && mail.draft_id == draft_id) {
            mail.sent_id = Some(sent_id.clone());
            copies += 1;
        }
        if self.settings.deliver {
            for _ in 0..copies {
                self.deliver(&sent, now);
            }
        }
    }

    /// Puts a sent mail into the Inbox of every mailbox here that it is for.
    fn deliver(&mut self, sent: &properties::Properties, now: Now) {
        let to = addresses(sent, &["toRecipients", "ccRecipients", "bccRecipients"]);
        let mut arriving = sent.clone();
        arriving.insert("bccRecipients".to_owned(), Value::Array(Vec::new()));
        for mailbox in self.mailboxes.iter_mut().filter(|mailbox| mailbox.enabled) {
            if to.iter().any(|address| mailbox.answers_to(address)) {
                mailbox.receive(arriving.clone(), now);
            }
        }
    }
}
