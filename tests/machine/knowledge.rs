//! What a call could know: runs in which it saw the same are one group, and where both truths occur in a group nobody could tell.
//! Where one alone does, the answer must not be unknown.

use std::collections::{BTreeMap, HashMap};

use graph_message::delivery::ending::Ending;
use graph_message::delivery::machine::{Purpose, Verify};

use crate::search::{Fast, is_open};
use crate::seen::{Brought, Facts};
use crate::setup::Setup;

/// Runs in which a call saw the same.
#[derive(Debug, Clone, Copy)]
pub struct Group {
    /// Which truths occur.
    truths: u8,
    /// The fewest faults of a run in it.
    faults: u8,
    is_open: bool,
    /// Whether something kept the call from asking further.
    is_excused: bool,
    reason: u8,
    nth: u8,
    world: u16,
    length: u8,
    path: [(u8, u8); 6],
}

/// The reasons for an open answer, by their number.
const REASONS: [&str; 20] = [
    "answered",
    "Gone",
    "GoneWithoutMessageId",
    "CameBack",
    "Copy",
    "Undated",
    "Deferred",
    "Unsearchable",
    "Another",
    "NotAllowed",
    "Changed",
    "OutOfTime",
    "Paused",
    "Cancelled",
    "NotAsked",
    "GaveUpWaiting",
    "as attempted",
    "Undated after a draft",
    "Namesake",
    "Elsewhere",
];

/// Whether the answer rests on the message having been gone.
pub fn came_back(ending: &Ending, facts: &Facts) -> bool {
    REASONS[usize::from(reason(ending, facts))] == "CameBack"
}

fn reason(ending: &Ending, facts: &Facts) -> u8 {
    use graph_message::delivery::finding::Unsettled;
    let why = match ending {
        Ending::Unknown(why) | Ending::EarlierUnknown(why) => why,
        Ending::GaveUpWaiting { in_doubt: true, .. } => return 15,
        Ending::AsAttempted { .. } => return 16,
        Ending::Accepted
        | Ending::Found(_)
        | Ending::NotADraft(_)
        | Ending::NoRecipients
        | Ending::NotFound
        | Ending::MayNotLook(_)
        | Ending::CannotLook { .. }
        | Ending::NotSent
        | Ending::KeptOut(_)
        | Ending::CancelledWhileWaiting
        | Ending::GaveUpWaiting { in_doubt: false, .. } => return 0,
    };
    match why {
        Unsettled::Gone => 1,
        Unsettled::GoneWithoutMessageId => 2,
        Unsettled::CameBack => 3,
        Unsettled::Copy => 4,
        // Who saw it as a draft needs no time.
        Unsettled::Undated if facts.draft && facts.look.is_some_and(|look| look.brought == Brought::NoDraft) => 17,
        Unsettled::Undated => 5,
        Unsettled::Deferred(_) => 6,
        Unsettled::Unsearchable => 7,
        Unsettled::Another => 8,
        Unsettled::NotAllowed(_) => 9,
        Unsettled::Changed => 10,
        Unsettled::OutOfTime => 11,
        Unsettled::Paused(_) => 12,
        Unsettled::Cancelled => 13,
        Unsettled::NotAsked => 14,
        Unsettled::Namesake => 18,
        Unsettled::Elsewhere => 19,
    }
}

impl Group {
    pub fn new(
        ending: &Ending,
        truth: u8,
        faults: u8,
        world: usize,
        path: &[(u8, u8)],
        facts: &Facts,
        settle: i64,
    ) -> Group {
        let mut places = [(0, 0); 6];
        for (to, from) in places.iter_mut().zip(path) {
            *to = *from;
        }
        Group {
            truths: 1 << truth,
            faults,
            is_open: is_open(ending),
            is_excused: facts.cancelled
                || facts.kept_out
                || facts.not_claimed.is_some()
                || has_no_time(ending, facts, settle),
            reason: reason(ending, facts),
            nth: 0,
            world: u16::try_from(world).unwrap(),
            length: u8::try_from(path.len().min(6)).unwrap(),
            path: places,
        }
    }
}

/// Whether the time was up before an acceptance would have shown, by the longest time that a call in the doubt allowed.
fn has_no_time(ending: &Ending, facts: &Facts, settle: i64) -> bool {
    let is_out_of_time = REASONS[usize::from(reason(ending, facts))] == "OutOfTime";
    is_out_of_time && facts.cut.unwrap_or(facts.began) + settle.max(facts.longest) >= facts.deadline
}

/// Why, how many groups, and of one of them the world and the path to it.
pub type Unsure = (String, u64, usize, Vec<(u8, u8)>);

#[derive(Debug, Default)]
pub struct Groups(HashMap<u64, Group, Fast>);

impl Groups {
    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn add(&mut self, number: u64, nth: usize, group: Group) {
        let group = Group { nth: u8::try_from(nth).unwrap(), ..group };
        // Calls of one run differ in what they were asked for.
        let number = number.wrapping_add(nth as u64);
        match self.0.get_mut(&number) {
            Some(known) => {
                assert_eq!(known.reason, group.reason, "the same was seen, and another answer given");
                known.truths |= group.truths;
                if group.faults < known.faults {
                    *known = Group { truths: known.truths, ..group };
                }
            }
            None => {
                self.0.insert(number, group);
            }
        }
    }

    /// The groups of one truth that were answered by unknown although nothing kept the call from asking further. Of those with
    /// fewer faults than were tried alone: what else could have happened to the others was not tried.
    pub fn unsure(&self, setup: &Setup, depth: u8) -> Vec<Unsure> {
        let mut all: BTreeMap<String, (u64, Group)> = BTreeMap::new();
        for group in self.0.values() {
            let call = &setup.calls[usize::from(group.nth)];
            let is_asked = call.purpose == Purpose::Check || call.rules.verify != Verify::Never;
            let open = group.is_open && !group.is_excused && is_asked;
            let is_common = usize::from(group.world) < setup.common;
            if open && is_common && group.truths.count_ones() == 1 && group.faults < depth {
                let truth = if group.truths & 0b0011 != 0 { "not sent" } else { "sent" };
                let faults = if group.faults == 0 { " without a fault" } else { "" };
                let reason = REASONS[usize::from(group.reason)];
                let why = format!("{reason}{faults}, by {:?}, where it was {truth}", call.purpose);
                let entry = all.entry(why).or_insert((0, *group));
                entry.0 += 1;
                // The same one each time.
                if (group.faults, group.world, group.path) < (entry.1.faults, entry.1.world, entry.1.path) {
                    entry.1 = *group;
                }
            }
        }
        let path = |group: &Group| group.path[..usize::from(group.length)].to_vec();
        all.into_iter().map(|(why, (count, group))| (why, count, usize::from(group.world), path(&group))).collect()
    }
}

/// Why a call may not know although one truth alone was met: what the common worlds do not hold.
pub fn excuse(why: &str) -> Option<&'static str> {
    EXCUSES.iter().find(|(reason, _)| why.starts_with(reason)).map(|(_, excuse)| *excuse)
}

/// Looked at by hand: the reason that the ending gives, and what else it could have been. Without a fault but the doubt itself, only
/// the first is one.
const EXCUSES: [(&str, &str); 14] = [
    ("CameBack without a fault", "an earlier call saw a mail with its internetMessageId beside it"),
    ("Gone without a fault", "accepted under the other id: it may be a copy, and this one deleted"),
    ("OutOfTime without a fault", "accepted under the other id: what may be a copy is waited for"),
    ("GoneWithoutMessageId,", "no draft at a time that could not be dated, and gone since"),
    ("Namesake", "a mail with its internetMessageId was accepted under an id of the other kind, which may be a copy's"),
    ("Elsewhere", "no draft any more, and not in Sent Items: received, moved there, or on its way"),
    ("Copy", "the mail that is found may be a twin's, a copy or a relay's, and the draft unsent"),
    ("Gone,", "deleted by its user, and something beside that"),
    ("CameBack,", "the draft that came back may be an old picture, again and again"),
    ("Changed,", "changed by its user, or by the service on its way out; in another folder it may be a twin"),
    ("Undated,", "the clocks disagree: it may have been sent before"),
    ("Another,", "the service answers about another message: this is not asked again once it would have shown"),
    ("Unsearchable,", "the search does not show what is there: this is not asked again once it would have shown"),
    ("NotAllowed,", "no permission to look"),
];
