//! Graph as a state machine: drafts, what was accepted, what shows when; and what was asked of it. Its time goes on while
//! our host is suspended.

use std::time::Duration;

use graph_message::client::Verify;

use crate::faults::{Cut, End, Event, Nature, SendFault};
use crate::looks::LookFault;
use crate::names::Id;
use crate::requests::Asked;
use crate::schedule::{Fault, Item, Setup, Transit};

/// The time since the run began.
pub type Time = Duration;

pub const MS: fn(u64) -> Duration = Duration::from_millis;

/// A mail that left, which no error takes back.
#[derive(Debug, Clone, Copy)]
pub struct Mail {
    pub at: Time,
    pub draft: usize,
    /// The exchange that did it; none where another program did.
    pub exchange: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Send,
    Look,
    /// A list of what is in Sent Items, by `internetMessageId`.
    SearchSent,
    /// A list of what is in any folder.
    SearchAll,
    /// Which folder Sent Items is.
    Folder,
}

/// What a reply to a look shows, as the model wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// It is still going on, or nothing that tells anything came back.
    Nothing,
    Draft {
        version: u32,
    },
    NotADraft,
    Gone,
    /// A list of so many drafts, and so many that are none.
    List {
        drafts: usize,
        others: usize,
    },
    Refused,
    /// Another message, or a list of such.
    Other,
}

/// One request, from its beginning to its end.
#[derive(Debug, Clone)]
pub struct Exchange {
    pub kind: Kind,
    pub call: usize,
    pub draft: usize,
    /// Which mailbox it was, as the request named it.
    pub door: String,
    pub began: Time,
    /// By Graph's time.
    pub reached: Time,
    pub ended: Option<Time>,
    pub handed_on: bool,
    /// What a send met.
    pub end: Option<End>,
    pub shown: Shown,
    /// Whether a look met a fault.
    pub is_faulty: bool,
    /// The HTTP status of its reply, 0 where none came.
    pub status: u16,
    /// Until when Graph itself asks everybody to stay away.
    pub pause: Option<Time>,
    pub client_request_id: String,
    /// Whether Graph acted on a send that reached it.
    pub accepted: Option<bool>,
    /// Made on the thread of another exchange that is still awaited.
    pub nested: bool,
}

impl Exchange {
    pub fn is_send(&self) -> bool {
        self.kind == Kind::Send
    }

    /// A send of which nothing that came back tells what Graph did.
    pub fn is_doubtful(&self) -> bool {
        let is_open = self.end.is_none_or(|end| end.nature() == Nature::Open) || self.status == 0;
        self.is_send() && self.handed_on && is_open
    }

    /// Graph's own success.
    pub fn is_accepted(&self) -> bool {
        self.is_send() && self.end.is_some_and(|end| end.nature() == Nature::Accepts) && self.status / 100 == 2
    }
}

/// What is under an id at some moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    Draft { version: u32, folder: Folder },
    NotADraft { sent_at: Time, folder: Folder },
    Nothing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Folder {
    Drafts,
    Inbox,
    /// A user's own.
    Projects,
    SentItems,
}

impl Folder {
    pub fn id(self) -> &'static str {
        match self {
            Folder::Drafts => "AAMkAGUwNjQ4ZjIxLQAuAAADrafts",
            Folder::Inbox => "AAMkAGUwNjQ4ZjIxLQAuAAAInbox",
            Folder::Projects => "AAMkAGUwNjQ4ZjIxLQAuAAAProjects",
            Folder::SentItems => "AAMkAGUwNjQ4ZjIxLQAuAAASent",
        }
    }
}

/// One entry of a list.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    pub id: Id,
    pub shows: Shows,
}

#[derive(Debug, Clone, Default)]
struct Draft {
    edits: Vec<Time>,
    deleted: Option<Time>,
    moved: Option<Time>,
    accepted: Option<Time>,
    twin_sent: Option<Time>,
}

/// Where the item of a draft is at some moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Draft {
        version: u32,
        moved: bool,
    },
    /// On its way, and visible where it was.
    Leaving {
        sent_at: Time,
        moved: bool,
    },
    Hidden,
    Sent {
        sent_at: Time,
    },
    Received,
    Deleted,
}

/// What is going to happen.
#[derive(Debug, Clone, Copy)]
enum Due {
    Accept(usize),
    Event(Event),
    /// A thread's call is cancelled.
    Cancel(usize),
}

/// What happens beside the mailbox.
#[derive(Debug, Clone, Copy)]
pub enum Happens {
    Event(Event),
    Cancel(usize),
}

pub struct Model {
    pub setup: Setup,
    faults: Vec<Fault>,
    drafts: Vec<Draft>,
    agenda: Vec<(Time, Due)>,
    pub mails: Vec<Mail>,
    pub exchanges: Vec<Exchange>,
    /// The exchanges that are going on.
    pub open: Vec<usize>,
    sends: usize,
    looks: usize,
    /// Whether the process outlives what ends a call of it: a defect unwinds one thread, and connections are reset.
    pub survives: bool,
    /// While it is set, nothing goes wrong and nothing is counted.
    pub all_is_well: bool,
    /// When something was cancelled: the client's calls, or the call's own. By Graph's time.
    pub cancels: Vec<(Time, Event)>,
}

impl Model {
    pub fn new(setup: Setup, faults: Vec<Fault>, drafts: usize) -> Model {
        Model {
            setup,
            faults,
            drafts: vec![Draft::default(); drafts],
            agenda: Vec::new(),
            mails: Vec::new(),
            exchanges: Vec::new(),
            open: Vec::new(),
            sends: 0,
            looks: 0,
            survives: false,
            all_is_well: false,
            cancels: Vec::new(),
        }
    }

    /// When something happens next.
    pub fn next(&self) -> Option<Time> {
        self.agenda.iter().map(|(at, _)| *at).min()
    }

    /// Lets happen what is due; gives what does not concern the mailbox.
    pub fn happen(&mut self, now: Time) -> Option<Happens> {
        let at = self.agenda.iter().enumerate().filter(|(_, (at, _))| *at <= now).min_by_key(|(_, (at, _))| *at)?.0;
        let (at, due) = self.agenda.remove(at);
        let event = match due {
            Due::Accept(exchange) => {
                let draft = self.exchanges[exchange].draft;
                self.exchanges[exchange].accepted = Some(self.accept(draft, at, Some(exchange)));
                return None;
            }
            Due::Cancel(call) => return Some(Happens::Cancel(call)),
            Due::Event(event) => event,
        };
        let is_draft = matches!(self.place(0, at), Place::Draft { .. }) && self.drafts[0].accepted.is_none();
        match event {
            Event::Edit => self.drafts[0].edits.push(at),
            Event::Delete => {
                self.drafts[0].deleted.get_or_insert(at);
            }
            Event::Move if is_draft => {
                self.drafts[0].moved.get_or_insert(at);
            }
            Event::Move => {}
            Event::TwinSent => {
                self.drafts[0].twin_sent.get_or_insert(at);
            }
            Event::OtherSends => {
                self.accept(0, at, None);
            }
            Event::CancelClient | Event::CancelCall => {
                self.cancels.push((at, event));
                return Some(Happens::Event(event));
            }
            Event::Suspend | Event::StepAhead | Event::StepBack => return Some(Happens::Event(event)),
        }
        None
    }

    /// Graph takes a send for as long as it believes the message to be a draft: also a second one.
    fn accept(&mut self, draft: usize, at: Time, exchange: Option<usize>) -> bool {
        let Place::Draft { .. } = self.place(draft, at) else { return false };
        self.mails.push(Mail { at, draft, exchange });
        self.drafts[draft].accepted.get_or_insert(at);
        true
    }

    /// Where the item is at some moment, which may have passed.
    fn place(&self, draft: usize, at: Time) -> Place {
        let state = &self.drafts[draft];
        let setup = &self.setup;
        if state.deleted.is_some_and(|deleted| deleted <= at) {
            return Place::Deleted;
        }
        if setup.item == Item::Received && draft == 0 {
            return Place::Received;
        }
        let moved = state.moved.is_some_and(|moved| moved <= at);
        let accepted = state.accepted.filter(|accepted| *accepted <= at);
        // A deferred mail waits in Drafts, and so does one of which the sent copy is another item: for ever.
        let sent_at = accepted.map(|accepted| accepted.max(MS(setup.deferred_ms)));
        match sent_at.filter(|_| !setup.copy) {
            Some(sent_at) if sent_at + MS(setup.leaves_ms + setup.shows_ms) <= at => Place::Sent { sent_at },
            Some(sent_at) if sent_at + MS(setup.leaves_ms) <= at => match setup.transit {
                Transit::InPlace => Place::Leaving { sent_at, moved },
                Transit::Hidden | Transit::Stamped => Place::Hidden,
            },
            _ => {
                let edits = state.edits.iter().filter(|edit| **edit <= at).count();
                let stamped = accepted.is_some() && setup.transit == Transit::Stamped;
                Place::Draft { version: u32::try_from(2 * edits + usize::from(stamped)).unwrap(), moved }
            }
        }
    }

    /// The item as it shows, and under which plain id.
    fn entry(&self, draft: usize, at: Time) -> Option<Entry> {
        let plain = |moved| if moved { Id::MOVED } else { Id::DRAFT };
        let folder = |moved| if moved { Folder::Projects } else { Folder::Drafts };
        Some(match self.place(draft, at) {
            Place::Draft { version, moved } => {
                Entry { id: plain(moved), shows: Shows::Draft { version, folder: folder(moved) } }
            }
            Place::Leaving { sent_at, moved } => {
                Entry { id: plain(moved), shows: Shows::NotADraft { sent_at, folder: folder(moved) } }
            }
            Place::Sent { sent_at } => {
                let id = if self.setup.ids_stay { Id::DRAFT } else { Id::SENT };
                Entry { id, shows: Shows::NotADraft { sent_at, folder: Folder::SentItems } }
            }
            Place::Received => {
                let shows = Shows::NotADraft { sent_at: Time::ZERO, folder: Folder::Inbox };
                Entry { id: Id::DRAFT, shows }
            }
            Place::Hidden | Place::Deleted => return None,
        })
    }

    /// What is under an id at some moment, which may have passed.
    pub fn shows(&self, draft: usize, id: Id, at: Time) -> Shows {
        let is_sent = matches!(self.place(draft, at), Place::Sent { .. });
        match self.entry(draft, at) {
            // Whether an immutable id outlives the send is said both ways.
            Some(entry) if entry.id == id || id == Id::Immutable && (!is_sent || self.setup.ids_stay) => entry.shows,
            _ => {
                let other = self.others(draft, at).into_iter().find(|entry| entry.id == id);
                other.map_or(Shows::Nothing, |entry| entry.shows)
            }
        }
    }

    /// The id that an answer about the item carries.
    pub fn plain_id(&self, draft: usize, id: Id, at: Time) -> Id {
        match id {
            Id::Plain(_) => id,
            Id::Immutable => self.entry(draft, at).map_or(Id::DRAFT, |entry| entry.id),
        }
    }

    /// Other messages with the same `internetMessageId`.
    fn others(&self, draft: usize, at: Time) -> Vec<Entry> {
        let state = &self.drafts[draft];
        let sent = |id, sent_at| Entry { id, shows: Shows::NotADraft { sent_at, folder: Folder::SentItems } };
        let lag = MS(self.setup.leaves_ms + self.setup.shows_ms);
        let copy = state.accepted.filter(|accepted| self.setup.copy && *accepted + lag <= at);
        let copy = copy.map(|accepted| sent(Id::COPY, accepted.max(MS(self.setup.deferred_ms))));
        let twin = state.twin_sent.filter(|sent_at| *sent_at <= at).map(|sent_at| sent(Id::TWIN, sent_at));
        copy.into_iter().chain(twin).collect()
    }

    /// What a search for the `internetMessageId` finds.
    pub fn found(&self, draft: usize, kind: Kind, at: Time) -> Vec<Entry> {
        let lag = MS(self.setup.list_lag_ms);
        let listed = |at| self.entry(draft, at).into_iter().chain(self.others(draft, at));
        // What was sent is listed late; what is a draft, is listed.
        let now = listed(at).filter(|entry| matches!(entry.shows, Shows::Draft { .. }));
        let then = at.saturating_sub(lag);
        let before = listed(then).filter(|entry| matches!(entry.shows, Shows::NotADraft { .. }));
        let in_sent = |entry: &Entry| matches!(entry.shows, Shows::NotADraft { folder: Folder::SentItems, .. });
        now.chain(before).filter(|entry| kind == Kind::SearchAll || in_sent(entry)).collect()
    }

    /// A request begins: its number, and what happens besides is put on the agenda.
    pub fn begin(&mut self, asked: &Asked, call: usize, client_request_id: &str, now: Time, true_now: Time) -> usize {
        let step = self.exchanges.len();
        for fault in self.faults.iter().filter(|_| !self.all_is_well) {
            match fault {
                Fault::World(at, offset, event) if *at == step => {
                    self.agenda.push((true_now + MS(*offset), Due::Event(*event)));
                }
                _ => {}
            }
        }
        let nested = self.open.iter().any(|&open| self.exchanges[open].call == call);
        self.exchanges.push(Exchange {
            kind: asked.kind,
            call,
            draft: asked.draft,
            door: asked.door.clone(),
            began: now,
            reached: true_now,
            ended: None,
            handed_on: false,
            end: None,
            shown: Shown::Nothing,
            is_faulty: false,
            status: 0,
            pause: None,
            client_request_id: client_request_id.to_owned(),
            accepted: None,
            nested,
        });
        self.open.push(step);
        step
    }

    /// What the next send meets.
    pub fn next_send(&mut self) -> SendFault {
        if self.all_is_well {
            return SendFault::NONE;
        }
        let nth = self.sends;
        self.sends += 1;
        let met = self.faults.iter().find_map(|fault| match fault {
            Fault::Send(at, fault) if *at == nth => Some(*fault),
            _ => None,
        });
        met.unwrap_or(SendFault::NONE)
    }

    /// What the next look meets.
    pub fn next_look(&mut self) -> Option<LookFault> {
        if self.all_is_well {
            return None;
        }
        let nth = self.looks;
        self.looks += 1;
        self.faults.iter().find_map(|fault| match fault {
            Fault::Look(at, fault) if *at == nth => Some(*fault),
            _ => None,
        })
    }

    /// Where the process ends in an exchange, if it does.
    pub fn crash(&self, step: usize) -> Option<Cut> {
        self.faults.iter().filter(|_| !self.all_is_well).find_map(|fault| match fault {
            Fault::Crash(at, cut) if *at == step => Some(*cut),
            _ => None,
        })
    }

    /// Graph is going to act on a send then.
    pub fn accept_at(&mut self, exchange: usize, at: Time) {
        self.agenda.push((at, Due::Accept(exchange)));
    }

    /// A thread's call is cancelled then.
    pub fn cancel_at(&mut self, at: Time, call: usize) {
        self.agenda.push((at, Due::Cancel(call)));
    }

    /// The client gave up on an exchange: what has not reached Graph yet, does not, because the connection is reset. Or it
    /// does, where that is not done, or the process ended and cannot do it.
    pub fn cut(&mut self, exchange: usize, arrives: Option<Time>) {
        let of_it = |due: &Due| matches!(due, Due::Accept(of) if *of == exchange);
        match arrives {
            Some(arrives) => {
                self.agenda.iter_mut().filter(|(_, due)| of_it(due)).for_each(|(at, _)| *at = arrives);
            }
            None => self.agenda.retain(|(_, due)| !of_it(due)),
        }
    }

    /// An exchange is over for the client.
    pub fn end(&mut self, exchange: usize, now: Time) {
        self.exchanges[exchange].ended = Some(now);
        self.open.retain(|open| *open != exchange);
    }

    /// Whether everything has happened.
    pub fn is_over(&self) -> bool {
        self.agenda.is_empty()
    }
}

/// Whether the client may look at all.
pub fn looks(verify: Verify) -> bool {
    match verify {
        Verify::Never => false,
        Verify::OnDoubt | Verify::Always => true,
    }
}
