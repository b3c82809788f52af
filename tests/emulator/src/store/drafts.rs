//! Drafts made, changed and thrown away.

use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::mailbox::{Folder, Mailbox};
use super::properties::{self, Properties};
use super::{IdKind, Store, View, seeds};
use crate::clock::{self, Now};
use crate::error::Error;
use crate::failure::Failure;
use crate::ids;
use crate::settings::IdsOnMove;

/// More at once are a slip of the finger.
const MOST_AT_ONCE: u32 = 10_000;

/// Drafts to make: the body of `POST /_emulator/drafts`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NewDrafts {
    /// Whose they are, by userPrincipalName or object id; Megan's without.
    pub mailbox: String,
    /// How many; one without.
    pub count: u32,
    /// Their subject.
    pub subject: String,
}

impl Default for NewDrafts {
    fn default() -> Self {
        Self { mailbox: seeds::FIRST.to_owned(), count: 1, subject: "Invoice 4711".to_owned() }
    }
}

impl Mailbox {
    /// The properties every new message has, under those its maker gave.
    pub(super) fn with_defaults(&self, given: Properties, now: Now) -> Properties {
        let conversation = Uuid::new_v4();
        let at = clock::timestamp(now.wall);
        let defaults = json!({
            "bccRecipients": [], "ccRecipients": [], "toRecipients": [], "replyTo": [], "categories": [],
            "body": {"contentType": "text", "content": ""}, "bodyPreview": "", "subject": null,
            "conversationId": ids::conversation(self.id, conversation),
            "conversationIndex": ids::conversation_index(conversation),
            "createdDateTime": at, "lastModifiedDateTime": at, "receivedDateTime": at, "sentDateTime": at,
            "flag": {"flagStatus": "notFlagged"}, "hasAttachments": false, "importance": "normal",
            "inferenceClassification": "focused",
            "internetMessageId": format!("<{}@emulator.prod.outlook.com>", Uuid::new_v4().simple()),
            "isDeliveryReceiptRequested": false, "isRead": true, "isReadReceiptRequested": false,
        });
        let mut all = match defaults {
            Value::Object(defaults) => defaults,
            _ => Properties::new(),
        };
        all.extend(given.into_iter().filter(|(name, value)| !(name == "internetMessageId" && value.is_null())));
        properties::derive(&mut all);
        all
    }

    /// The owner as a recipient.
    pub(super) fn owner(&self) -> Value {
        properties::mailbox(&self.display_name, &self.mail)
    }
}

impl Store {
    /// Makes a draft. Returns its number.
    pub fn create(&mut self, at: usize, folder: Folder, given: Properties, now: Now) -> Result<u64, Failure> {
        let mailbox = self.mailbox_mut(at)?;
        let properties = mailbox.with_defaults(given, now);
        Ok(mailbox.insert(folder, true, properties, now))
    }

    /// Makes drafts that can be sent. Returns their ordinary ids.
    pub fn add_drafts(&mut self, new: &NewDrafts, now: Now) -> Result<Vec<String>, Error> {
        if !(1..=MOST_AT_ONCE).contains(&new.count) {
            return Err(Error::new(format!("'count' is a number from 1 to {MOST_AT_ONCE}, not {}", new.count)));
        }
        let at = self.mailbox_named(&new.mailbox)?;
        let letter = properties::read(&json!({
            "subject": new.subject,
            "body": {"contentType": "text", "content": "Please find the invoice below."},
            "toRecipients": [properties::mailbox("Lee Gu", "lee@fabrikam.example")],
        }))?;
        (0..new.count).map(|_| self.add_draft(at, letter.clone(), now)).collect()
    }

    /// Makes a draft in Drafts. Returns its ordinary id.
    pub fn add_draft(&mut self, at: usize, given: Properties, now: Now) -> Result<String, Error> {
        let number = self.create(at, Folder::Drafts, given, now)?;
        Ok(self.mailbox_mut(at)?.get_mut(number)?.id.clone())
    }

    /// Changes a message; `if_match` is the etag the client last saw.
    pub fn update(
        &mut self,
        at: usize,
        id: &str,
        if_match: Option<&str>,
        changes: Properties,
        now: Now,
    ) -> Result<u64, Failure> {
        let mailbox = self.mailbox_mut(at)?;
        let message = mailbox.find(id, now)?;
        let (number, draft) = (message.number, message.draft);
        check(if_match, &message.change_key)?;
        if let Some(name) = changes.keys().find(|name| !draft && properties::DRAFT_ONLY.contains(&name.as_str())) {
            return Err(Failure::invalid_property(name));
        }
        let change_key = ids::change_key(mailbox.store, mailbox.next());
        let message = mailbox.get_mut(number)?;
        message.changing(now);
        properties::change(&mut message.properties, changes);
        message.properties.insert("lastModifiedDateTime".to_owned(), clock::timestamp(now.wall).into());
        message.change_key = change_key;
        Ok(number)
    }

    /// Throws a message away: into Deleted Items, and from there for good.
    pub fn delete(&mut self, at: usize, id: &str, if_match: Option<&str>, now: Now) -> Result<(), Failure> {
        let new_id = self.settings.ids_on_move == IdsOnMove::Change;
        let mailbox = self.mailbox_mut(at)?;
        let message = mailbox.find(id, now)?;
        check(if_match, &message.change_key)?;
        let (number, folder, draft_id) = (message.number, message.folder, message.id.clone());
        let waits = message.leaves.is_some_and(|(_, sent)| sent > now.wall);
        if folder == Folder::DeletedItems {
            mailbox.remove(number);
        } else {
            mailbox.move_to(number, Folder::DeletedItems, (new_id, false), now);
        }
        if let (true, Ok(message)) = (waits, mailbox.get_mut(number)) {
            message.leaves = None;
        }
        if waits {
            // Its time had not come: the mail is taken back.
            self.mails.retain(|mail| mail.sent_id.is_some() || mail.draft_id != draft_id);
        }
        self.moving.retain(|moving| *moving != (at, number));
        Ok(())
    }

    /// A message by number, as JSON.
    pub fn show(&self, at: usize, number: u64, ids: IdKind) -> Result<Value, Failure> {
        let mailbox = self.mailbox(at)?;
        let message = mailbox.messages.get(&number).ok_or_else(Failure::item_not_found)?;
        Ok(mailbox.show(message, &self.view(ids)))
    }

    /// Everything that is shown unasked.
    pub fn view(&self, ids: IdKind) -> View<'static> {
        View { ids, select: None, expand: &[], basic: false, sent_date_time: self.settings.sent_date_time }
    }
}

fn check(if_match: Option<&str>, change_key: &str) -> Result<(), Failure> {
    match if_match {
        None | Some("*") => Ok(()),
        Some(etag) if etag == format!("W/\"{change_key}\"") => Ok(()),
        Some(_) => Err(Failure::conflict()),
    }
}
