//! What all connections and the handle share: the store, the rules and the journal behind one lock.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use serde_json::{Value, json};

use crate::clock::Now;
use crate::faults::Rules;
use crate::journal::{Journal, Seen};
use crate::settings::Settings;
use crate::store::{SignIn, Store};

/// Called with each request once its answer is known.
pub type Observer = Box<dyn Fn(&Seen) + Send + Sync>;

/// Everything that changes.
#[derive(Debug)]
pub struct World {
    /// The mailboxes.
    pub store: Store,
    /// The faults to come.
    pub rules: Rules,
    /// The requests so far.
    pub journal: Journal,
}

/// What is not yet over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnderWay {
    /// Everything is.
    Nothing,
    /// Requests that are not answered.
    Requests,
    /// Nothing but moves; the last of them is over then.
    Until(Instant),
}

/// The world, shared.
pub struct Shared {
    world: Mutex<World>,
    initial: Settings,
    base_url: String,
    active: AtomicUsize,
    observer: Option<Observer>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("world", &self.world).finish_non_exhaustive()
    }
}

impl Shared {
    /// A world with the seeds in it.
    pub fn new(settings: Settings, base_url: String, observer: Option<Observer>) -> Self {
        let store = Store::new(settings.clone(), Now::read());
        let world = World { store, rules: Rules::default(), journal: Journal::default() };
        Self { world: Mutex::new(world), initial: settings, base_url, active: AtomicUsize::new(0), observer }
    }

    /// The world as of now: whatever was due has happened.
    pub fn lock(&self) -> MutexGuard<'_, World> {
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        let now = world.store.now();
        world.store.advance(now);
        world
    }

    /// What a client takes for `https://graph.microsoft.com/v1.0`.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Back to the seeds, the settings of the start, no rules and an empty journal.
    pub fn reset(&self) {
        let mut world = self.lock();
        world.store = Store::new(self.initial.clone(), Now::read());
        world.rules.clear();
        world.journal.clear();
    }

    /// What is under way: a request before its answer, an accepted mail before its move.
    pub fn under_way(&self) -> UnderWay {
        let moving_until = self.lock().store.moving_until();
        match self.active.load(Ordering::Acquire) {
            0 => moving_until.map_or(UnderWay::Nothing, UnderWay::Until),
            _ => UnderWay::Requests,
        }
    }

    /// Notes what became of a request.
    pub fn answered(&self, sequence: u64, note: impl FnOnce(&mut Seen)) {
        let seen = self.lock().journal.get_mut(sequence).map(|seen| {
            note(seen);
            seen.clone()
        });
        if let Some((observer, seen)) = self.observer.as_ref().zip(seen) {
            observer(&seen);
        }
    }

    /// The state, for people to read.
    pub fn describe(&self) -> Value {
        let world = self.lock();
        let store = &world.store;
        let now = store.now();
        let mailboxes: Vec<Value> = store
            .mailboxes()
            .iter()
            .map(|mailbox| {
                let messages: Vec<Value> = mailbox
                    .visible(now)
                    .map(|message| {
                        json!({
                            "id": message.id,
                            "immutableId": message.immutable_id,
                            "folder": message.folder.names().0,
                            "isDraft": message.draft,
                            "accepted": message.leaves.is_some(),
                            "changeKey": message.change_key,
                            "subject": message.properties.get("subject"),
                            "internetMessageId": message.properties.get("internetMessageId"),
                        })
                    })
                    .collect();
                json!({
                    "id": mailbox.id.to_string(),
                    "userPrincipalName": mailbox.user_principal_name,
                    "mail": mailbox.mail,
                    "enabled": mailbox.enabled,
                    "messages": messages,
                })
            })
            .collect();
        let tokens: Vec<Value> = store
            .tokens()
            .values()
            .map(|token| {
                let mailbox = match token.sign_in {
                    SignIn::User(at) => store.mailboxes().get(at).map(|mailbox| &mailbox.user_principal_name),
                    SignIn::App => None,
                };
                json!({"name": token.name, "mailbox": mailbox, "app": token.app, "expired": token.expired})
            })
            .collect();
        json!({
            "settings": store.settings,
            "mailboxes": mailboxes,
            "tokens": tokens,
            "mails": store.mails().len(),
            "rules": world.rules.len(),
        })
    }
}

/// Held while a request is under way.
#[derive(Debug)]
pub struct Active(Arc<Shared>);

impl Active {
    /// One more.
    pub fn new(shared: &Arc<Shared>) -> Self {
        shared.active.fetch_add(1, Ordering::AcqRel);
        Self(Arc::clone(shared))
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        self.0.active.fetch_sub(1, Ordering::AcqRel);
    }
}

/// One of the requests an application may have in flight on a mailbox.
#[derive(Debug)]
pub struct Slot {
    shared: Arc<Shared>,
    mailbox: usize,
    app: String,
}

impl Slot {
    /// Takes one; none is left when the limit is reached.
    pub fn take(shared: &Arc<Shared>, world: &mut World, mailbox: usize, app: &str) -> Option<Self> {
        let limit = world.store.settings.concurrency;
        let in_flight = world.store.in_flight(mailbox, app)?;
        if limit > 0 && *in_flight >= limit {
            return None;
        }
        *in_flight += 1;
        Some(Self { shared: Arc::clone(shared), mailbox, app: app.to_owned() })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if let Some(in_flight) = self.shared.lock().store.in_flight(self.mailbox, &self.app) {
            *in_flight = in_flight.saturating_sub(1);
        }
    }
}
