//! The handle of a running emulator.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::Value;
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::error::Error;
use crate::journal::Seen;
use crate::settings::Settings;
use crate::store::{Folder, IdKind, Mail, NewDrafts, NewMailbox, NewToken, properties};
use crate::world::{Observer, Shared, UnderWay};
use crate::{ids, server};

/// How an emulator starts.
pub struct Config {
    /// The address it listens on; 127.0.0.1 where nothing else is said, because its control has no password.
    pub address: IpAddr,
    /// The port; 0 = one that is free.
    pub port: u16,
    /// The settings at the start and after a reset.
    pub settings: Settings,
    /// Called on the emulator's thread with each request once its answer is known.
    pub on_request: Option<Observer>,
}

impl Default for Config {
    fn default() -> Self {
        Self { address: Ipv4Addr::LOCALHOST.into(), port: 0, settings: Settings::default(), on_request: None }
    }
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config")
            .field("address", &self.address)
            .field("port", &self.port)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// What to do about a port that is taken.
fn another(error: &std::io::Error) -> &'static str {
    match error.kind() {
        std::io::ErrorKind::AddrInUse => "; perhaps another graph-emulator still runs; port 0 takes a free one",
        _ => "",
    }
}

/// A running emulator: a thread of its own that serves until this is dropped.
#[derive(Debug)]
pub struct Emulator {
    shared: Arc<Shared>,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Emulator {
    /// Starts one. Connections are taken from the moment this returns.
    ///
    /// # Errors
    /// The address or port is taken, or there are no more threads or descriptors.
    pub fn start(config: Config) -> Result<Self, Error> {
        let listener = TcpListener::bind((config.address, config.port))
            .map_err(|e| Error::new(format!("{}, port {}: {e}{}", config.address, config.port, another(&e))))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let base_url = format!("http://{address}/v1.0");
        let shared = Arc::new(Shared::new(config.settings, base_url, config.on_request));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let serving = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("graph-emulator".to_owned()).spawn(move || {
            runtime.block_on(async move {
                if let Ok(listener) = tokio::net::TcpListener::from_std(listener) {
                    tokio::select! {
                        _ = server::run(listener, serving) => {}
                        _ = stopped => {}
                    }
                }
            });
        })?;
        Ok(Self { shared, address, stop: Some(stop), thread: Some(thread) })
    }

    /// What a client takes for `https://graph.microsoft.com/v1.0`.
    pub fn base_url(&self) -> String {
        self.shared.base_url().to_owned()
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Makes a draft in a mailbox, by userPrincipalName or object id, and returns its ordinary id.
    ///
    /// # Errors
    /// There is no such mailbox, or the JSON is no message.
    pub fn create_draft(&self, mailbox: &str, message: &Value) -> Result<String, Error> {
        let mut world = self.shared.lock();
        let at = world.store.mailbox_named(mailbox)?;
        let given = properties::read(message)?;
        let now = world.store.now();
        world.store.add_draft(at, given, now)
    }

    /// Makes drafts that can be sent, and returns their ordinary ids. The JSON is that of `POST /_emulator/drafts`.
    ///
    /// # Errors
    /// An unknown name, no such mailbox, or a count out of range.
    pub fn create_drafts(&self, drafts: &Value) -> Result<Vec<String>, Error> {
        let new = NewDrafts::deserialize(drafts).map_err(|e| Error::new(format!("drafts: {e}")))?;
        let mut world = self.shared.lock();
        let now = world.store.now();
        world.store.add_drafts(&new, now)
    }

    /// The ordinary id of the oldest received message of a mailbox: one to reply to, and one that is no draft.
    ///
    /// # Errors
    /// There is no such mailbox, or it has received nothing.
    pub fn received_id(&self, mailbox: &str) -> Result<String, Error> {
        let world = self.shared.lock();
        let at = world.store.mailbox_named(mailbox)?;
        let now = world.store.now();
        let inbox = world.store.mailboxes().get(at).and_then(|mailbox| {
            mailbox.visible(now).find(|message| message.folder == Folder::Inbox).map(|m| m.id.clone())
        });
        inbox.ok_or_else(|| Error::new(format!("the Inbox of '{mailbox}' is empty")))
    }

    /// A well-formed message id that stands for nothing.
    pub fn unknown_id(&self) -> String {
        ids::message(Uuid::new_v4(), Uuid::new_v4(), 15, 1)
    }

    /// A message as `GET` shows it, by either of its ids; none when there is none.
    ///
    /// # Errors
    /// There is no such mailbox.
    pub fn message(&self, mailbox: &str, id: &str) -> Result<Option<Value>, Error> {
        let world = self.shared.lock();
        let at = world.store.mailbox_named(mailbox)?;
        let now = world.store.now();
        let view = world.store.view(IdKind::Ordinary);
        let found = world
            .store
            .mailboxes()
            .get(at)
            .and_then(|mailbox| mailbox.find(id, now).ok().map(|message| mailbox.show(message, &view)));
        Ok(found)
    }

    /// The immutable id of a message.
    ///
    /// # Errors
    /// There is no such mailbox or message.
    pub fn immutable_id(&self, mailbox: &str, id: &str) -> Result<String, Error> {
        let world = self.shared.lock();
        let at = world.store.mailbox_named(mailbox)?;
        let found = world.store.mailbox(at).and_then(|mailbox| mailbox.find(id, world.store.now()));
        Ok(found?.immutable_id.clone())
    }

    /// Adds one fault rule or an array of them.
    ///
    /// # Errors
    /// An unknown name or a value out of place, by name; no rule is added then.
    pub fn faults(&self, rules: &Value) -> Result<(), Error> {
        self.shared.lock().rules.add(rules)
    }

    /// Forgets all fault rules.
    pub fn clear_faults(&self) {
        self.shared.lock().rules.clear();
    }

    /// The requests seen so far, in order. Requests to `/_emulator/` are not among them.
    pub fn journal(&self) -> Vec<Seen> {
        self.shared.lock().journal.all().to_vec()
    }

    /// Forgets the requests seen so far.
    pub fn clear_journal(&self) {
        self.shared.lock().journal.clear();
    }

    /// Every mail that really left, in order.
    pub fn mails(&self) -> Vec<Mail> {
        self.shared.lock().store.mails().to_vec()
    }

    /// How many mails really left, of one draft by the ordinary id it had or of all.
    pub fn count_mails(&self, draft_id: Option<&str>) -> usize {
        let world = self.shared.lock();
        let of_it = |mail: &&Mail| draft_id.is_none_or(|id| mail.draft_id == id);
        world.store.mails().iter().filter(of_it).count()
    }

    /// Changes the named settings.
    ///
    /// # Errors
    /// An unknown name or a value out of place, by name; nothing is changed then.
    pub fn settings(&self, changes: &Value) -> Result<(), Error> {
        let mut world = self.shared.lock();
        world.store.settings = world.store.settings.with(changes)?;
        Ok(())
    }

    /// Adds a mailbox, with one received message in it, and returns its object id. The JSON is that of
    /// `POST /_emulator/mailboxes`.
    ///
    /// # Errors
    /// An unknown name, or a mailbox that is there already.
    pub fn add_mailbox(&self, mailbox: &Value) -> Result<String, Error> {
        let new = NewMailbox::deserialize(mailbox).map_err(|e| Error::new(format!("mailbox: {e}")))?;
        let mut world = self.shared.lock();
        let now = world.store.now();
        world.store.add_mailbox(new, now).map(|id| id.to_string())
    }

    /// Adds a token. The JSON is that of `POST /_emulator/tokens`.
    ///
    /// # Errors
    /// An unknown name, scope or mailbox, or a string that cannot be a token.
    pub fn add_token(&self, token: &Value) -> Result<(), Error> {
        let new = NewToken::deserialize(token).map_err(|e| Error::new(format!("token: {e}")))?;
        self.shared.lock().store.add_token(new)
    }

    /// Back to the seeds and the settings of the start: no drafts, no mails, no rules and an empty journal.
    pub fn reset(&self) {
        self.shared.reset();
    }

    /// Moves every accepted draft to Sent Items now.
    pub fn settle(&self) {
        let mut world = self.shared.lock();
        let now = world.store.now();
        world.store.settle_all(now);
    }

    /// Waits until nothing is under way: no request before its answer and no accepted mail before its move. A
    /// request that hangs by a fault counts as answered. False when that did not come about in time, and at once
    /// when only mails are left and one of them moves later than that.
    pub fn wait_idle(&self, timeout: Duration) -> bool {
        let end = Instant::now() + timeout;
        loop {
            match self.shared.under_way() {
                UnderWay::Nothing => return true,
                UnderWay::Until(moved) if moved > end => return false,
                _ if Instant::now() >= end => return false,
                _ => {}
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
