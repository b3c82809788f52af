//! One mailbox: its folders, its messages, and how a message is shown.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant, SystemTime};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::properties::{self, Properties};
use crate::clock::{self, Now};
use crate::failure::Failure;
use crate::ids;
use crate::odata::Expand;
use crate::settings::SentDateTime;

/// A mailbox to add: the body of `POST /_emulator/mailboxes`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct NewMailbox {
    /// The name users sign in with.
    pub user_principal_name: String,
    /// The object id; a new GUID without.
    #[serde(default)]
    pub id: Option<Uuid>,
    /// The mail address; the userPrincipalName without.
    #[serde(default)]
    pub mail: Option<String>,
    /// The name people see; the part before the `@` without.
    #[serde(default)]
    pub display_name: Option<String>,
    /// False: a user who has no mailbox in Exchange Online, answered with `MailboxNotEnabledForRESTAPI`.
    #[serde(default = "yes")]
    pub enabled: bool,
}

fn yes() -> bool {
    true
}

/// Which of its two ids a message is shown with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdKind {
    /// The ordinary one, which changes when the message moves.
    Ordinary,
    /// The one asked for with `Prefer: IdType="ImmutableId"`.
    Immutable,
}

/// The folders every mailbox has. The discriminant is part of the folder's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Folder {
    Root = 8,
    Inbox = 12,
    SentItems = 9,
    DeletedItems = 10,
    Drafts = 15,
}

impl Folder {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Root, Self::Inbox, Self::SentItems, Self::DeletedItems, Self::Drafts];

    /// The name to use in a URL, and the name people see.
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Root => ("msgfolderroot", "Top of Information Store"),
            Self::Inbox => ("inbox", "Inbox"),
            Self::SentItems => ("sentitems", "Sent Items"),
            Self::DeletedItems => ("deleteditems", "Deleted Items"),
            Self::Drafts => ("drafts", "Drafts"),
        }
    }
}

/// A message and what is on its way to happen to it.
#[derive(Debug, Clone)]
pub struct Message {
    /// Its place in the order of arrival; never shown.
    pub number: u64,
    /// The ordinary id.
    pub id: String,
    /// The immutable id.
    pub immutable_id: String,
    /// Where it lies.
    pub folder: Folder,
    /// Whether it may be sent.
    pub draft: bool,
    /// Its version.
    pub change_key: String,
    /// Everything else.
    pub properties: Properties,
    /// When it leaves Drafts, once a send was accepted, and the time it is sent by its `sentDateTime`.
    pub leaves: Option<(Instant, SystemTime)>,
    /// Until when it is found nowhere.
    pub hidden_until: Option<Instant>,
    /// When it last changed; none = long ago.
    pub changed: Option<Instant>,
    /// What it was before that; none = not there.
    pub before: Option<Box<Message>>,
}

impl Message {
    /// Keeps what it is now for lists that lag behind.
    pub(super) fn changing(&mut self, now: Now) {
        self.before = Some(Box::new(self.clone()));
        self.changed = Some(now.instant);
    }
}

/// How messages are shown.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// With which ids.
    pub ids: IdKind,
    /// The named properties; none = all that are shown unasked.
    pub select: Option<&'a [&'static str]>,
    /// The extended properties to show where they are set.
    pub expand: &'a [Expand],
    /// Whether the token may read the basic properties only.
    pub basic: bool,
    /// The form of `sentDateTime`.
    pub sent_date_time: SentDateTime,
}

/// A user and the messages.
#[derive(Debug)]
pub struct Mailbox {
    /// The object id.
    pub id: Uuid,
    /// The name users sign in with.
    pub user_principal_name: String,
    /// The mail address.
    pub mail: String,
    /// The name people see.
    pub display_name: String,
    /// Whether Exchange Online serves it.
    pub enabled: bool,
    /// Requests in flight, by application.
    pub in_flight: HashMap<String, u32>,
    pub(super) store: Uuid,
    pub(super) messages: BTreeMap<u64, Message>,
    by_id: HashMap<String, u64>,
    counter: u64,
}

impl Mailbox {
    pub(super) fn new(new: NewMailbox) -> Self {
        let local = new.user_principal_name.split('@').next().unwrap_or_default().to_owned();
        Self {
            id: new.id.unwrap_or_else(Uuid::new_v4),
            mail: new.mail.unwrap_or_else(|| new.user_principal_name.clone()),
            display_name: new.display_name.unwrap_or(local),
            user_principal_name: new.user_principal_name,
            enabled: new.enabled,
            in_flight: HashMap::new(),
            store: Uuid::new_v4(),
            messages: BTreeMap::new(),
            by_id: HashMap::new(),
            counter: 0x100,
        }
    }

    /// Whether this is its userPrincipalName or mail address.
    pub fn answers_to(&self, name: &str) -> bool {
        self.user_principal_name.eq_ignore_ascii_case(name) || self.mail.eq_ignore_ascii_case(name)
    }

    /// The id of a folder.
    pub fn folder_id(&self, folder: Folder) -> String {
        ids::folder(self.id, self.store, folder as u64)
    }

    /// The folder a well-known name or an id stands for.
    pub fn folder(&self, name: &str) -> Result<Folder, Failure> {
        let found = Folder::ALL
            .into_iter()
            .find(|folder| folder.names().0.eq_ignore_ascii_case(name) || self.folder_id(*folder) == name);
        found.ok_or_else(|| if name.starts_with("AAMk") { Failure::item_not_found() } else { Failure::malformed_id() })
    }

    /// The next of the numbers ids and change keys are made of.
    pub(super) fn next(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }

    /// The messages a client can see, oldest first.
    pub fn visible(&self, now: Now) -> impl Iterator<Item = &Message> {
        self.messages.values().filter(move |message| message.hidden_until.is_none_or(|until| until <= now.instant))
    }

    /// The messages as a list shows them that lags so far behind, oldest first.
    pub fn listed(&self, now: Now, lag: Duration) -> impl Iterator<Item = &Message> {
        let is_past = move |instant: Option<Instant>| instant.is_none_or(|instant| instant + lag <= now.instant);
        self.messages
            .values()
            .filter_map(move |message| {
                std::iter::successors(Some(message), |message| message.before.as_deref())
                    .find(|message| is_past(message.changed))
            })
            .filter(move |message| is_past(message.hidden_until))
    }

    /// The message an ordinary or immutable id stands for.
    pub fn find(&self, id: &str, now: Now) -> Result<&Message, Failure> {
        if !ids::is_well_formed(id) {
            return Err(Failure::malformed_id());
        }
        let message = self.by_id.get(id).and_then(|number| self.messages.get(number));
        message
            .filter(|message| message.hidden_until.is_none_or(|until| until <= now.instant))
            .ok_or_else(Failure::item_not_found)
    }

    pub(super) fn get_mut(&mut self, number: u64) -> Result<&mut Message, Failure> {
        self.messages.get_mut(&number).ok_or_else(Failure::item_not_found)
    }

    /// Files a message under new ids.
    pub(super) fn insert(&mut self, folder: Folder, draft: bool, properties: Properties, now: Now) -> u64 {
        let number = self.next();
        let message = Message {
            number,
            id: ids::message(self.id, self.store, folder as u64, number),
            immutable_id: ids::immutable(self.id, number),
            folder,
            draft,
            change_key: ids::change_key(self.store, number),
            properties,
            leaves: None,
            hidden_until: None,
            changed: Some(now.instant),
            before: None,
        };
        self.by_id.insert(message.id.clone(), number);
        self.by_id.insert(message.immutable_id.clone(), number);
        self.messages.insert(number, message);
        number
    }

    /// Moves a message, with a new ordinary and a new immutable id where asked.
    pub(super) fn move_to(&mut self, number: u64, folder: Folder, (new_id, new_immutable_id): (bool, bool), now: Now) {
        let (fresh, own, store) = (self.next(), self.id, self.store);
        let Some(message) = self.messages.get_mut(&number) else { return };
        message.changing(now);
        message.folder = folder;
        message.change_key = ids::change_key(store, fresh);
        if new_id {
            self.by_id.remove(&message.id);
            message.id = ids::message(own, store, folder as u64, fresh);
            self.by_id.insert(message.id.clone(), number);
        }
        if new_immutable_id {
            self.by_id.remove(&message.immutable_id);
            message.immutable_id = ids::immutable(own, fresh);
            self.by_id.insert(message.immutable_id.clone(), number);
        }
    }

    pub(super) fn remove(&mut self, number: u64) {
        if let Some(message) = self.messages.remove(&number) {
            self.by_id.remove(&message.id);
            self.by_id.remove(&message.immutable_id);
        }
    }

    /// Files a message from outside in the Inbox.
    pub(super) fn receive(&mut self, mut properties: Properties, now: Now) -> u64 {
        let at = Value::from(clock::timestamp(now.wall));
        for name in ["createdDateTime", "lastModifiedDateTime", "receivedDateTime", "sentDateTime"] {
            properties.insert(name.to_owned(), at.clone());
        }
        properties.insert("isRead".to_owned(), false.into());
        self.insert(Folder::Inbox, false, properties, now)
    }

    /// One property of a message as a client sees it.
    pub fn property(&self, message: &Message, name: &str) -> Value {
        match name {
            "isDraft" => message.draft.into(),
            "changeKey" => message.change_key.clone().into(),
            "parentFolderId" => self.folder_id(message.folder).into(),
            "webLink" => "https://outlook.office365.com/owa/?viewmodel=ReadMessageItem".into(),
            "uniqueBody" => message.properties.get("body").cloned().unwrap_or(Value::Null),
            _ => message.properties.get(name).cloned().unwrap_or(Value::Null),
        }
    }

    /// A message as JSON.
    pub fn show(&self, message: &Message, view: &View<'_>) -> Value {
        let id = match view.ids {
            IdKind::Ordinary => &message.id,
            IdKind::Immutable => &message.immutable_id,
        };
        let mut shown = Properties::new();
        shown.insert("@odata.etag".to_owned(), format!("W/\"{}\"", message.change_key).into());
        shown.insert("id".to_owned(), id.clone().into());
        let own = message.properties.keys().filter_map(|name| properties::canonical(name));
        let unasked = ["isDraft", "changeKey", "parentFolderId", "webLink"].into_iter().chain(own);
        let names: Vec<&str> = match view.select {
            Some(names) => names.to_vec(),
            None => unasked.filter(|name| !properties::ON_SELECT_ONLY.contains(name)).collect(),
        };
        for name in names {
            if name != "id" && !(view.basic && properties::NOT_BASIC.contains(&name)) {
                shown.insert(name.to_owned(), self.property(message, name));
            }
        }
        for expand in view.expand.iter().filter(|_| !view.basic) {
            if let Some(values) = expand.of(&message.properties) {
                shown.insert(expand.property.to_owned(), values);
            }
        }
        match shown.remove("sentDateTime").map(|time| written(&time, message.draft, view.sent_date_time)) {
            None | Some(None) => {}
            Some(Some(time)) => _ = shown.insert("sentDateTime".to_owned(), time),
        }
        Value::Object(shown)
    }
}

/// A `sentDateTime` as it is written; none is left out.
fn written(time: &Value, draft: bool, form: SentDateTime) -> Option<Value> {
    let text = time.as_str().unwrap_or_default();
    let form = if draft { SentDateTime::Usual } else { form };
    Some(match form {
        SentDateTime::Usual => time.clone(),
        SentDateTime::Offset => clock::with_offset(text).into(),
        SentDateTime::Null => Value::Null,
        SentDateTime::Absent => return None,
        SentDateTime::Empty => "".into(),
        SentDateTime::Number => clock::unix_seconds(text).into(),
        SentDateTime::YearOne => "0001-01-01T00:00:00Z".into(),
        SentDateTime::Unreadable => clock::unreadable(text).into(),
    })
}
