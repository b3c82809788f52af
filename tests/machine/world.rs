//! The truth: a message, its twin, what is made of them, and when each is where. Nothing of the library's judgement is in it.

use crate::clocks::{Clocks, HOUR, SECOND};

/// The ids of items, as they are shown.
pub const IDS: [&str; 6] = ["AAMkMain", "AAMkMoved", "AAMkSent", "AAMkTwin", "AAMkTwinSent", "AAMkReceived"];
pub const MAIN: u8 = 0;
const MOVED: u8 = 1;
const SENT: u8 = 2;
const TWIN: u8 = 3;
const TWIN_SENT: u8 = 4;
const RECEIVED: u8 = 5;

/// The ids of folders.
pub const FOLDERS: [&str; 4] = ["Drafts", "Elsewhere", "SentItems", "Inbox"];
const DRAFTS: u8 = 0;
const ELSEWHERE: u8 = 1;
pub const SENT_ITEMS: u8 = 2;
const INBOX: u8 = 3;

/// The `internetMessageId` of the message and of its twin.
pub const NAME: &str = "<mail@example>";

/// What becomes of an accepted draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tenant {
    /// It is nowhere to be seen for a while, then in Sent Items.
    Hides,
    /// It stays where it is, as no draft, then moves.
    InPlace,
    /// It stays a draft with another change key, then moves.
    Stamps,
    /// The sent copy is another item, and the draft stays.
    Copies,
    /// It is deleted: no copy is kept.
    KeepsNone,
}

/// How late things happen, in parts of the time that the promise allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lateness {
    /// Everything at once, but reads may be as old as can be.
    OldReads,
    /// An accepted draft leaves as late as can be.
    LeavesLate,
    /// The service acts on a request as late as can be.
    ActsLate,
    /// A bit of each.
    Mixed,
}

/// What stands beside the message with its `internetMessageId`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Twin {
    None,
    /// Another draft.
    Draft,
    /// Another mail, sent hours ago.
    SentLongAgo,
    /// Another mail, sent 100 seconds before the first call.
    SentJust,
    /// A copy in the inbox, received hours ago.
    ReceivedLongAgo,
    /// The mail goes to its sender, too: a copy arrives once it was sent.
    ComesBack,
}

/// What the message is before the first call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Start {
    Draft,
    NoRecipients,
    /// Sent by another program, hours ago.
    SentLongAgo,
    /// In the inbox: it never was a draft.
    Received,
    Missing,
    /// To be sent 30 seconds after the first call begins.
    DeferredSoon,
    /// To be sent a day later.
    DeferredFar,
    /// To be sent when nobody can read.
    DeferredUnreadable,
}

/// The clocks that are wrong, never two in one direction: then no program could tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Skew {
    None,
    OursAhead,
    OursBehind,
    ServiceAhead,
    ServiceBehind,
    MailboxAhead,
    MailboxBehind,
}

/// What a call cannot know of the world it is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hidden {
    pub tenant: Tenant,
    pub ids_stay: bool,
    pub lateness: Lateness,
    pub twin: Twin,
    pub start: Start,
    pub skew: Skew,
}

/// What an item is at some time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    Nowhere,
    Draft { id: u8, folder: u8, key: u8 },
    NoDraft { id: u8, folder: u8, sent_at: i64 },
}

/// What an item is over time: each view from its time on.
#[derive(Debug, Clone, Copy)]
pub struct Line {
    views: [(i64, View); 6],
    len: usize,
}

impl Line {
    fn new(view: View) -> Line {
        Line { views: [(i64::MIN, view); 6], len: 1 }
    }

    pub fn at(&self, time: i64) -> View {
        self.views[..self.len].iter().rev().find(|(from, _)| *from <= time).map_or(View::Nowhere, |(_, view)| *view)
    }

    /// From that time on it is this, whatever else was to come.
    fn turns(&mut self, time: i64, view: View) {
        while self.len > 1 && self.views[self.len - 1].0 >= time {
            self.len -= 1;
        }
        assert!(self.len < self.views.len(), "too much happens to one item");
        self.views[self.len] = (time, view);
        self.len += 1;
    }
}

/// Who sent a mail: the call of that number, or a call that ran beside it.
pub type Who = usize;

/// The most calls of a run, each with one beside it.
const CALLS: usize = 4;

/// The call beside a call, under the message's other id.
pub fn beside(nth: usize) -> Who {
    nth + CALLS
}

/// What users and clocks do by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Happening {
    Edit,
    Move,
    Delete,
    /// The host sleeps for an hour: the steady clock stands still.
    Suspend,
    /// Our clock is set an hour ahead.
    StepAhead,
    /// Our clock is set an hour back.
    StepBack,
    /// Another program sends the twin.
    SendTwin,
}

impl Happening {
    pub const ALL: [Happening; 7] = [
        Happening::Edit,
        Happening::Move,
        Happening::Delete,
        Happening::Suspend,
        Happening::StepAhead,
        Happening::StepBack,
        Happening::SendTwin,
    ];
}

#[derive(Debug, Clone)]
pub struct World {
    pub hidden: Hidden,
    pub clocks: Clocks,
    /// The time that the promise allows from the cut to the look that shows what happened.
    bound: i64,
    main: Line,
    /// The message's sent copy, where that is another item.
    copy: Line,
    twin: Line,
    received: Line,
    /// Requests that the service has and acts on later.
    pending: Vec<(i64, Who)>,
    /// How many mails each call's requests made.
    mails: [u8; 2 * CALLS],
    accepted: bool,
    /// Whether a date of the service's was wrong once.
    pub date_lied: bool,
    /// Whether a clock of ours was set.
    pub was_set: bool,
}

impl World {
    pub fn new(hidden: Hidden, bound: i64) -> World {
        let hours_ago = -3 * HOUR;
        let (wall, service, mailbox) = match hidden.skew {
            Skew::None => (0, 0, 0),
            Skew::OursAhead => (HOUR, 0, 0),
            Skew::OursBehind => (-HOUR, 0, 0),
            Skew::ServiceAhead => (0, HOUR, 0),
            Skew::ServiceBehind => (0, -HOUR, 0),
            Skew::MailboxAhead => (0, 0, 3900),
            Skew::MailboxBehind => (0, 0, -3900),
        };
        let clocks = Clocks { now: 0, stood: 0, wall, service, mailbox };
        let draft = View::Draft { id: MAIN, folder: DRAFTS, key: 1 };
        let id = if hidden.ids_stay { MAIN } else { SENT };
        let main = match hidden.start {
            Start::Draft
            | Start::NoRecipients
            | Start::DeferredSoon
            | Start::DeferredFar
            | Start::DeferredUnreadable => draft,
            Start::SentLongAgo => View::NoDraft { id, folder: SENT_ITEMS, sent_at: clocks.stamp(hours_ago) },
            Start::Received => View::NoDraft { id: MAIN, folder: INBOX, sent_at: clocks.stamp(hours_ago) },
            Start::Missing => View::Nowhere,
        };
        let sent_at = |time| View::NoDraft { id: TWIN_SENT, folder: SENT_ITEMS, sent_at: clocks.stamp(time) };
        let (twin, received) = match hidden.twin {
            Twin::None | Twin::ComesBack => (View::Nowhere, View::Nowhere),
            Twin::Draft => (View::Draft { id: TWIN, folder: DRAFTS, key: 1 }, View::Nowhere),
            Twin::SentLongAgo => (sent_at(hours_ago), View::Nowhere),
            Twin::SentJust => (sent_at(-100 * SECOND), View::Nowhere),
            Twin::ReceivedLongAgo => {
                (View::Nowhere, View::NoDraft { id: RECEIVED, folder: INBOX, sent_at: clocks.stamp(hours_ago) })
            }
        };
        World {
            hidden,
            clocks,
            bound,
            main: Line::new(main),
            copy: Line::new(View::Nowhere),
            twin: Line::new(twin),
            received: Line::new(received),
            pending: Vec::new(),
            mails: [0; 2 * CALLS],
            accepted: false,
            date_lied: false,
            was_set: false,
        }
    }

    /// How long after the cut the service may act, how long after that the draft leaves, and how old a read may be:
    /// together just within what the promise allows.
    fn lateness(&self) -> (i64, i64, i64) {
        let all = self.bound - 1;
        match self.hidden.lateness {
            Lateness::OldReads => (1, 0, all - 1),
            Lateness::LeavesLate => (1, all - 1, 0),
            Lateness::ActsLate => (all, 0, 0),
            Lateness::Mixed => (all / 4, all / 2, all / 4),
        }
    }

    pub fn acts_late(&self) -> i64 {
        self.lateness().0
    }

    pub fn stale(&self) -> i64 {
        self.lateness().2
    }

    /// Lets true time pass, and the service act meanwhile.
    pub fn pass(&mut self, until: i64) {
        self.pending.sort_unstable();
        while let Some(&(at, who)) = self.pending.first().filter(|(at, _)| *at <= until) {
            self.pending.remove(0);
            self.act(at, who);
        }
        self.clocks.now = self.clocks.now.max(until);
    }

    /// The mails of a call and of the one beside it.
    pub fn mails_of(&self, nth: usize) -> u8 {
        self.mails[nth] + self.mails[beside(nth)]
    }

    pub fn mails_by(&self, nth: usize) -> u8 {
        self.mails[nth]
    }

    /// Lets everything come to its end.
    pub fn settled(&self) -> World {
        let mut later = self.clone();
        later.pass(i64::MAX / 4);
        later
    }

    pub fn acts_at(&mut self, at: i64, who: Who) {
        self.pending.push((at, who));
    }

    /// One mail more of a call than the service let leave: for the oracle that must notice.
    pub fn another_leaves(&mut self, nth: usize) {
        self.mails[nth] += 1;
    }

    /// Whether the service would take a request now.
    pub fn takes(&self, at: i64) -> bool {
        self.hidden.start != Start::NoRecipients && matches!(self.main.at(at), View::Draft { id: MAIN, .. })
    }

    /// Whether the service refuses what is there, and not because it is none.
    pub fn refuses_message(&self) -> bool {
        let draft = matches!(self.main.at(self.clocks.now), View::Draft { id: MAIN, .. });
        draft && self.hidden.start == Start::NoRecipients
    }

    fn act(&mut self, at: i64, who: Who) {
        self.act_with(at, who, self.lateness().1);
    }

    /// The service takes a request, and shows it so late.
    pub fn act_with(&mut self, at: i64, who: Who, lag: i64) {
        if !self.takes(at) {
            return;
        }
        self.mails[who] += 1;
        if self.accepted {
            return;
        }
        self.accepted = true;
        let sent = self.deferred().map_or(at, |until| until.max(at));
        let leaves = sent + lag;
        let sent_at = self.clocks.stamp(sent);
        let id = if self.hidden.ids_stay { MAIN } else { SENT };
        let in_sent_items = View::NoDraft { id, folder: SENT_ITEMS, sent_at };
        match self.hidden.tenant {
            Tenant::Hides => {
                self.main.turns(leaves, View::Nowhere);
                self.main.turns(leaves + 3 * SECOND, in_sent_items);
            }
            Tenant::InPlace => {
                self.main.turns(leaves, View::NoDraft { id: MAIN, folder: DRAFTS, sent_at });
                self.main.turns(leaves + 3 * SECOND, in_sent_items);
            }
            Tenant::Stamps => {
                if let View::Draft { id, folder, key } = self.main.at(at) {
                    self.main.turns(at, View::Draft { id, folder, key: key + 1 });
                }
                self.main.turns(leaves, in_sent_items);
            }
            Tenant::Copies => {
                self.copy.turns(leaves, View::NoDraft { id: SENT, folder: SENT_ITEMS, sent_at });
            }
            Tenant::KeepsNone => self.main.turns(leaves, View::Nowhere),
        }
        if self.hidden.twin == Twin::ComesBack {
            self.received.turns(leaves + SECOND, View::NoDraft { id: RECEIVED, folder: INBOX, sent_at });
        }
    }

    /// When the draft is to be sent, as it truly is.
    fn deferred(&self) -> Option<i64> {
        match self.hidden.start {
            Start::DeferredSoon => Some(30 * SECOND),
            Start::DeferredFar | Start::DeferredUnreadable => Some(24 * HOUR),
            Start::Draft | Start::NoRecipients | Start::SentLongAgo | Start::Received | Start::Missing => None,
        }
    }

    /// When it is to be sent, by the mailbox's clock.
    pub fn deferred_stamp(&self) -> Option<i64> {
        self.deferred().map(|until| self.clocks.stamp(until))
    }

    /// What is there under an id.
    pub fn view(&self, id: &str, at: i64) -> View {
        let lines = [self.main, self.copy, self.twin, self.received];
        let is_it = |view: &View| match view {
            View::Nowhere => false,
            View::Draft { id: of, .. } | View::NoDraft { id: of, .. } => IDS[usize::from(*of)] == id,
        };
        lines.iter().map(|line| line.at(at)).find(is_it).unwrap_or(View::Nowhere)
    }

    /// What has the `internetMessageId`: the message and its copy, then what stands beside them.
    pub fn named(&self, at: i64) -> [View; 4] {
        [self.main.at(at), self.copy.at(at), self.twin.at(at), self.received.at(at)]
    }

    /// The draft as it was before the first call.
    pub fn first_picture(&self) -> View {
        self.main.at(i64::MIN)
    }

    /// Whether another program sent the twin: where the message is gone, that looks as if it were the message.
    pub fn twin_was_sent(&self) -> bool {
        self.hidden.twin == Twin::Draft && matches!(self.twin.at(self.clocks.now), View::NoDraft { .. })
    }

    /// Something happens by itself, if it can.
    pub fn happens(&self, happening: Happening) -> Option<World> {
        let mut world = self.clone();
        let now = self.clocks.now;
        // Nobody changes what is on its way out.
        let draft = match self.main.at(now) {
            View::Draft { id, folder, key } if !self.accepted => Some((id, folder, key)),
            View::Draft { .. } | View::NoDraft { .. } | View::Nowhere => None,
        };
        let may_set = !self.was_set && !self.date_lied && self.clocks.wall == 0 && self.clocks.service == 0;
        match (happening, draft) {
            (Happening::Edit, Some((id, folder, key))) => {
                world.main.turns(now, View::Draft { id, folder, key: key + 1 });
            }
            (Happening::Move, Some((id, DRAFTS, key))) => {
                let id = if self.hidden.ids_stay { id } else { MOVED };
                world.main.turns(now, View::Draft { id, folder: ELSEWHERE, key: key + 1 });
            }
            (Happening::Delete, _) => match (self.main.at(now), self.accepted) {
                (View::Draft { .. }, false) | (View::NoDraft { folder: SENT_ITEMS, .. }, true) => {
                    world.main.turns(now, View::Nowhere);
                }
                (View::Draft { .. } | View::NoDraft { .. } | View::Nowhere, _) => return None,
            },
            (Happening::Suspend, _) => {
                world.clocks.stood += HOUR;
                world.pass(now + HOUR);
            }
            (Happening::StepAhead, _) if may_set => world.clocks.wall += HOUR,
            (Happening::StepBack, _) if may_set => world.clocks.wall -= HOUR,
            (Happening::SendTwin, _) if matches!(self.twin.at(now), View::Draft { .. }) => {
                let sent_at = self.clocks.stamp(now);
                world.twin.turns(now, View::NoDraft { id: TWIN_SENT, folder: SENT_ITEMS, sent_at });
            }
            (
                Happening::SendTwin | Happening::Edit | Happening::Move | Happening::StepAhead | Happening::StepBack,
                _,
            ) => return None,
        }
        world.was_set |= matches!(happening, Happening::StepAhead | Happening::StepBack);
        Some(world)
    }
}
