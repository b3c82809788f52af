//! The mailboxes, and nothing of HTTP: values in, values out, the time handed in.

mod answers;
mod drafts;
mod mailbox;
mod mime;
pub mod properties;
mod seeds;
mod sending;
mod tokens;

pub use answers::{Answer, AnswerRequest};
pub use drafts::NewDrafts;
pub use mailbox::{Folder, IdKind, Mailbox, Message, NewMailbox, View};
pub use mime::read as read_mime;
pub use sending::Mail;
pub use tokens::{NewToken, SignIn, Token};

use std::collections::HashMap;

use uuid::Uuid;

use crate::clock::Now;
use crate::error::Error;
use crate::failure::Failure;
use crate::settings::Settings;

/// Everything the emulator knows about mail.
#[derive(Debug)]
pub struct Store {
    /// How it behaves.
    pub settings: Settings,
    mailboxes: Vec<Mailbox>,
    tokens: HashMap<String, Token>,
    mails: Vec<Mail>,
    /// Messages on their way from Drafts to Sent Items, as (mailbox, message number).
    moving: Vec<(usize, u64)>,
}

impl Store {
    /// A store with the seed mailboxes and tokens.
    pub fn new(settings: Settings, now: Now) -> Self {
        let mut store =
            Self { settings, mailboxes: Vec::new(), tokens: HashMap::new(), mails: Vec::new(), moving: Vec::new() };
        seeds::plant(&mut store, now);
        store
    }

    /// This moment by the clock of the mailboxes.
    pub fn now(&self) -> Now {
        Now::ahead(self.settings.mailbox_clock_s)
    }

    /// The mailbox a GUID or userPrincipalName stands for.
    pub fn find_mailbox(&self, user: &str) -> Option<usize> {
        let id = Uuid::parse_str(user).ok();
        self.mailboxes.iter().position(|mailbox| Some(mailbox.id) == id || mailbox.answers_to(user))
    }

    /// The same, or an error that names it.
    pub fn mailbox_named(&self, user: &str) -> Result<usize, Error> {
        self.find_mailbox(user).ok_or_else(|| Error::new(format!("no mailbox '{user}' in the emulator")))
    }

    /// The mailbox at this place.
    pub fn mailbox(&self, at: usize) -> Result<&Mailbox, Failure> {
        self.mailboxes.get(at).ok_or_else(Failure::unknown_user)
    }

    fn mailbox_mut(&mut self, at: usize) -> Result<&mut Mailbox, Failure> {
        self.mailboxes.get_mut(at).ok_or_else(Failure::unknown_user)
    }

    /// All mailboxes.
    pub fn mailboxes(&self) -> &[Mailbox] {
        &self.mailboxes
    }

    /// The number of requests an application has in flight on a mailbox.
    pub fn in_flight(&mut self, at: usize, app: &str) -> Option<&mut u32> {
        self.mailboxes.get_mut(at).map(|mailbox| mailbox.in_flight.entry(app.to_owned()).or_insert(0))
    }

    /// Every mail that left, in order.
    pub fn mails(&self) -> &[Mail] {
        &self.mails
    }

    /// Adds a mailbox, with one received message to answer to.
    pub fn add_mailbox(&mut self, new: NewMailbox, now: Now) -> Result<Uuid, Error> {
        if !new.user_principal_name.contains('@') {
            return Err(Error::new("a mailbox needs a userPrincipalName with an '@'"));
        }
        if self.find_mailbox(&new.user_principal_name).is_some() {
            return Err(Error::new(format!("the mailbox '{}' exists", new.user_principal_name)));
        }
        let mut mailbox = Mailbox::new(new);
        mailbox.receive(seeds::greeting(&mailbox), now);
        let id = mailbox.id;
        self.mailboxes.push(mailbox);
        Ok(id)
    }
}
