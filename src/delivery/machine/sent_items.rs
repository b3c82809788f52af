//! Where Sent Items is, and what that says of the mails that were found.

use super::{Machine, Phase, lost};
use crate::delivery::check::{Check, Next};
use crate::delivery::clocks::Moment;
use crate::delivery::ending::{Ending, NotADraft};
use crate::delivery::finding::{Finding, Unsettled};
use crate::delivery::retry;
use crate::delivery::step::Action;
use crate::graph::{FailedBy, FolderResult, ItemSeen, LookFailure};

/// How often a check asks for the id of Sent Items where asking fails.
const MOST_FOLDER_LOOKS: u32 = 4;

impl Machine {
    /// Sent Items is that folder, or cannot be learned: the check sorts the mails that it found.
    pub(super) fn knows_sent_items(
        &mut self,
        mut check: Box<Check>,
        mails: &[ItemSeen],
        folder: Option<&str>,
        now: Moment,
    ) -> Action {
        let looking = self.looking(now, now);
        let next = check.sorted_by_folder(mails, folder, looking);
        self.checked(check, next, now)
    }

    pub(super) fn asks_for_sent_items(&mut self, check: Box<Check>, item: ItemSeen, asked: u32) -> Action {
        self.phase = Phase::AsksForSentItems(check, item, asked);
        Action::LookAtSentItems
    }

    pub(super) fn saw_sent_items(&mut self, phase: Phase, folder: FolderResult, now: Moment) -> Action {
        let (mut check, item, asked) = match phase {
            Phase::AsksForSentItems(check, item, asked) => (check, item, asked),
            Phase::AsksForSentItemsOf(check, mails) => return self.saw_sent_items_of(check, mails, folder, now),
            Phase::Start
            | Phase::LooksFirst(_)
            | Phase::SearchesFirst
            | Phase::Claims
            | Phase::Attempts
            | Phase::Confirms
            | Phase::Checks(_)
            | Phase::ChecksElsewhere(..) => return lost(),
        };
        match folder {
            FolderResult::Id(folder) if folder == item.folder => Action::Answer(Ending::Found(item.id)),
            FolderResult::Id(_) => {
                let next = check.lies_elsewhere(&item, self.looking(now, now));
                if next == Next::Settled(Finding::Unknown(Unsettled::Elsewhere)) {
                    return Action::Answer(Ending::NotADraft(NotADraft::Received));
                }
                self.checked(check, next, now)
            }
            FolderResult::NotAllowed(401) if !self.has_renewed => {
                self.renews(Phase::AsksForSentItems(check, item, asked), Action::LookAtSentItems)
            }
            FolderResult::NotAllowed(status) => Action::Answer(Ending::Unknown(Unsettled::NotAllowed(status))),
            FolderResult::Failed(failure) => {
                match retry::wait(failure.wait, asked, MOST_FOLDER_LOOKS, self.time_left(now)) {
                    Some(wait) => {
                        self.phase = Phase::AsksForSentItems(check, item, asked + 1);
                        Action::Wait(wait)
                    }
                    None => Action::Answer(Ending::Unknown(Unsettled::Unsearchable)),
                }
            }
        }
    }

    /// Where Graph does not tell, the times of the mails are all there is.
    pub(super) fn saw_sent_items_of(
        &mut self,
        mut check: Box<Check>,
        mails: Vec<ItemSeen>,
        folder: FolderResult,
        now: Moment,
    ) -> Action {
        let folder = match folder {
            FolderResult::NotAllowed(401) if !self.has_renewed => {
                return self.renews(Phase::AsksForSentItemsOf(check, mails), Action::LookAtSentItems);
            }
            FolderResult::Id(folder) => Some(folder),
            FolderResult::NotAllowed(_) => None,
            // A refusal that another request would meet again.
            FolderResult::Failed(LookFailure { what: FailedBy::Status(400..=407 | 409..=428), .. }) => None,
            FolderResult::Failed(failure) => {
                let next = check.failed(failure, self.looking(now, now));
                return self.checked(check, next, now);
            }
        };
        self.sent_items.clone_from(&folder);
        self.knows_sent_items(check, &mails, folder.as_deref(), now)
    }
}
