//! Graph as a state machine in virtual time: drafts, what was accepted, what shows when; and what was asked of it.

use std::time::Duration;

use graph_message::client::Verify;

use crate::faults::{Accepted, Event, LookFault, SendFault};
use crate::schedule::{Fault, Setup, Transit};

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
    LookInSentItems,
}

/// What the client got to know by an exchange, in the model's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Met {
    /// It is still going on, or the process ended in it.
    Nothing,
    NotHandedOn,
    Accepted,
    Refused,
    Throttled,
    Doubt,
    Draft {
        version: u32,
    },
    NotADraft {
        dated: bool,
    },
    Gone,
    NotAllowed,
    Blind,
}

/// One request, from its beginning to what the client made of it.
#[derive(Debug, Clone)]
pub struct Exchange {
    pub kind: Kind,
    pub call: usize,
    pub draft: usize,
    pub began: Time,
    pub ended: Option<Time>,
    pub met: Met,
    /// The HTTP status of its reply, 0 where none came.
    pub status: u16,
    /// Until when its reply asks everybody to stay away.
    pub pause: Option<Time>,
    pub client_request_id: String,
    /// What Graph did with a send that reached it.
    pub accepted: Option<bool>,
    /// Made on the thread of another exchange that is still awaited.
    pub nested: bool,
}

/// What a look shows at some moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    Draft { version: u32 },
    NotADraft { sent_at: Time, moved: bool },
    Nothing,
}

#[derive(Debug, Clone, Default)]
struct Draft {
    edits: Vec<Time>,
    deleted: Option<Time>,
    accepted: Option<Time>,
}

/// What is going to happen.
#[derive(Debug, Clone, Copy)]
enum Due {
    Accept(usize),
    Event(Event),
    /// A thread's call is cancelled.
    Cancel(usize),
}

/// What the world does by itself.
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
    sends: usize,
    looks: usize,
    /// Whether the process outlives what ends a call of it: a defect unwinds one thread, and connections are reset.
    pub survives: bool,
    /// When something was cancelled: the client's calls, or the call's own.
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
            sends: 0,
            looks: 0,
            survives: false,
            cancels: Vec::new(),
        }
    }

    /// When something happens next.
    pub fn next(&self) -> Option<Time> {
        self.agenda.iter().map(|(at, _)| *at).min()
    }

    /// Lets happen what is due; gives what must be cancelled.
    pub fn happen(&mut self, now: Time) -> Option<Happens> {
        let at = self.agenda.iter().enumerate().filter(|(_, (at, _))| *at <= now).min_by_key(|(_, (at, _))| *at)?.0;
        let (at, due) = self.agenda.remove(at);
        match due {
            Due::Accept(exchange) => {
                let draft = self.exchanges[exchange].draft;
                self.exchanges[exchange].accepted = Some(self.accept(draft, at, Some(exchange)));
            }
            Due::Event(Event::Edit) => self.drafts[0].edits.push(at),
            Due::Event(Event::Delete) => {
                self.drafts[0].deleted.get_or_insert(at);
            }
            Due::Event(Event::OtherSends) => {
                self.accept(0, at, None);
            }
            Due::Event(event @ (Event::CancelClient | Event::CancelCall)) => {
                self.cancels.push((at, event));
                return Some(Happens::Event(event));
            }
            Due::Cancel(call) => return Some(Happens::Cancel(call)),
        }
        None
    }

    /// Graph takes a send for as long as it believes the message to be a draft: also a second one.
    fn accept(&mut self, draft: usize, at: Time, exchange: Option<usize>) -> bool {
        let Shows::Draft { .. } = self.shows(draft, at) else { return false };
        self.mails.push(Mail { at, draft, exchange });
        self.drafts[draft].accepted.get_or_insert(at);
        true
    }

    /// What is under the id of a draft at some moment, which may have passed.
    pub fn shows(&self, draft: usize, at: Time) -> Shows {
        let state = &self.drafts[draft];
        let setup = &self.setup;
        let accepted = state.accepted.filter(|accepted| *accepted <= at);
        let leaves = accepted.map(|accepted| accepted + MS(setup.leaves_ms));
        match (accepted, leaves) {
            (Some(sent_at), Some(leaves)) if leaves <= at => {
                let moved = leaves + MS(setup.shows_ms) <= at;
                let shows = match moved {
                    true => setup.ids_stay,
                    false => setup.transit == Transit::InPlace,
                };
                let deleted = state.deleted.is_some_and(|deleted| deleted <= at);
                if shows && !deleted { Shows::NotADraft { sent_at, moved } } else { Shows::Nothing }
            }
            _ if state.deleted.is_some_and(|deleted| deleted <= at) => Shows::Nothing,
            _ => {
                let edits = state.edits.iter().filter(|edit| **edit <= at).count();
                let stamped = accepted.is_some() && setup.transit == Transit::Stamped;
                Shows::Draft { version: u32::try_from(2 * edits + usize::from(stamped)).unwrap() }
            }
        }
    }

    /// What is in Sent Items at some moment: when the mail of a draft was sent.
    pub fn in_sent_items(&self, draft: usize, at: Time) -> Option<Time> {
        let state = &self.drafts[draft];
        let accepted = state.accepted?;
        let shows = accepted + MS(self.setup.leaves_ms + self.setup.shows_ms);
        let deleted = state.deleted.is_some_and(|deleted| deleted < shows);
        (shows <= at && !deleted).then_some(accepted)
    }

    /// A request begins: its number, and what happens besides is put on the agenda.
    pub fn begin(&mut self, exchange: Exchange) -> usize {
        let step = self.exchanges.len();
        for fault in &self.faults {
            match fault {
                Fault::World(at, offset, event) if *at == step => {
                    self.agenda.push((exchange.began + MS(*offset), Due::Event(*event)));
                }
                _ => {}
            }
        }
        self.exchanges.push(exchange);
        step
    }

    /// What the next send meets.
    pub fn next_send(&mut self) -> SendFault {
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
        let nth = self.looks;
        self.looks += 1;
        self.faults.iter().find_map(|fault| match fault {
            Fault::Look(at, fault) if *at == nth => Some(*fault),
            _ => None,
        })
    }

    /// Where the process ends in an exchange, if it does.
    pub fn crash(&self, step: usize) -> Option<crate::faults::Cut> {
        self.faults.iter().find_map(|fault| match fault {
            Fault::Crash(at, cut) if *at == step => Some(*cut),
            _ => None,
        })
    }

    /// The request of a send is there, and is going to be accepted then.
    pub fn accept_at(&mut self, exchange: usize, at: Time) {
        self.agenda.push((at, Due::Accept(exchange)));
    }

    /// A thread's call is cancelled then.
    pub fn cancel_at(&mut self, at: Time, call: usize) {
        self.agenda.push((at, Due::Cancel(call)));
    }

    /// The client gave up on an exchange: what Graph did not act on yet, it will not, because the connection is reset. Or
    /// it will, where that is not done, or the process ended and cannot do it.
    pub fn cut(&mut self, exchange: usize, arrives: Option<Time>) {
        let of_it = |due: &Due| matches!(due, Due::Accept(of) if *of == exchange);
        match arrives {
            Some(arrives) => {
                self.agenda.iter_mut().filter(|(_, due)| of_it(due)).for_each(|(at, _)| *at = arrives);
            }
            None => self.agenda.retain(|(_, due)| !of_it(due)),
        }
    }

    /// Whether everything has happened.
    pub fn is_over(&self) -> bool {
        self.agenda.is_empty()
    }
}

/// Whether the client may look at all.
pub fn looks(verify: Verify) -> bool {
    verify != Verify::Never
}

/// When a send is accepted that reached Graph then, and ends at the latest so.
pub fn acceptance(accepted: Accepted, reached: Time, end: Time) -> Option<Time> {
    match accepted {
        Accepted::No => None,
        Accepted::Early => Some(reached + MS(10)),
        Accepted::Late => Some(end.saturating_sub(MS(1)).max(reached)),
    }
}
