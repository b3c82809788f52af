//! What a search of the mailbox shows, and what lies where it points.

use std::time::Duration;

use super::{Check, Looking, Next};
use crate::delivery::clocks::{ServiceClock, When};
use crate::delivery::finding::{Finding, Unsettled};
use crate::graph::{Hit, ItemSeen, ListedDraft, LookResult, SearchResult};

impl Check {
    /// What a search of the mailbox for its `internetMessageId` shows.
    pub fn searched(&mut self, listed: &SearchResult, clock: &ServiceClock, looking: Looking) -> Next {
        let items = match listed {
            SearchResult::Items(items) => items,
            SearchResult::NotAllowed(status) => return Next::Settled(Finding::Unknown(Unsettled::NotAllowed(*status))),
            SearchResult::Unfiltered => return self.again(Unsettled::Unsearchable, Duration::ZERO, looking),
            SearchResult::Failed(failure) => return self.failed(*failure, looking),
        };
        let sent: Vec<&ItemSeen> = items.iter().filter_map(not_a_draft).collect();
        if self.beside_draft {
            return self.searched_beside_the_draft(items, &sent, clock, looking);
        }
        // A twin, or the message itself where somebody moved it: then the mails are not known to be its own.
        let moved = items.iter().find_map(|item| match item {
            Hit::Draft(draft) => Some(&draft.id),
            Hit::NotADraft(_) => None,
        });
        match moved {
            Some(id) if !id.is_empty() => Next::LookAt(id.clone()),
            Some(_) => self.undecided(Unsettled::Gone, looking),
            None => self.found(&sent, clock, looking),
        }
    }

    /// It is gone under its id. Not finding it proves nothing: it may be on its way.
    fn found(&mut self, sent: &[&ItemSeen], clock: &ServiceClock, looking: Looking) -> Next {
        if sent.is_empty() {
            return self.undecided(Unsettled::Gone, looking);
        }
        let mails = sent.iter().copied().cloned().collect();
        // Seen as a draft by a check, it was sent since that began, if it was.
        let Some(since) = self.since.or(self.was_draft.then_some(self.began)) else {
            return Next::AskForSentItems(mails);
        };
        let whens: Vec<When> = sent.iter().map(|item| clock.when(item.sent_at, since, looking.now)).collect();
        if whens.contains(&When::Unclear) {
            self.undecided(Unsettled::Undated, looking)
        } else if whens.contains(&When::Before) {
            // A relay's original, or this very mail, sent before by another call: a younger one may be another's then.
            self.undecided(Unsettled::Gone, looking)
        } else {
            Next::AskForSentItems(mails)
        }
    }

    /// Which folder Sent Items is, where that could be learned. What was received a moment before the call is dated like what it
    /// sent; it lies elsewhere.
    pub fn sorted_by_folder(&mut self, mails: &[ItemSeen], sent_items: Option<&str>, looking: Looking) -> Next {
        let there: Vec<&ItemSeen> = match (sent_items, self.since) {
            (Some(folder), _) => mails.iter().filter(|mail| mail.folder == folder).collect(),
            // Their times speak for them.
            (None, Some(_)) => mails.iter().collect(),
            (None, None) => return self.undecided(Unsettled::Unsearchable, looking),
        };
        match there.as_slice() {
            [mail] => Next::Settled(Finding::Sent(mail.id.clone())),
            [] => self.undecided(Unsettled::Elsewhere, looking),
            // Copies: one of them may be another's.
            [_, _, ..] => self.undecided(Unsettled::Gone, looking),
        }
    }

    /// The draft is there and unchanged. In some tenants the sent copy is another item, and the draft stays; and what the look
    /// showed may be an old picture of one that has moved on.
    fn searched_beside_the_draft(
        &mut self,
        items: &[Hit],
        sent: &[&ItemSeen],
        clock: &ServiceClock,
        looking: Looking,
    ) -> Next {
        let may_be_it = |item: &&ItemSeen| match self.since {
            Some(since) => clock.when(item.sent_at, since, looking.now) != When::Before,
            None => true,
        };
        let has_copy = sent.iter().any(may_be_it);
        self.was_seen_gone |= has_copy;
        if has_copy {
            return Next::Settled(Finding::Unknown(Unsettled::Copy));
        }
        if self.is_listed_as_seen(items) {
            return Next::Settled(Finding::NotSent);
        }
        self.changed = true;
        Next::Settled(Finding::Unknown(Unsettled::Changed))
    }

    /// Whether the drafts in a list are the one that the look showed, and at most copies beside it. One in another folder may be
    /// it on its way out, under the id that it has there.
    fn is_listed_as_seen(&self, items: &[Hit]) -> bool {
        let drafts = || {
            items.iter().filter_map(|item| match item {
                Hit::Draft(draft) => Some(draft),
                Hit::NotADraft(_) => None,
            })
        };
        let Some(seen) = &self.baseline else { return false };
        // What the list leaves out the look has shown.
        let agrees = |listed: &str, seen: &str| listed.is_empty() || listed == seen;
        let is_in_its_folder = |draft: &ListedDraft| agrees(&draft.folder, &seen.folder);
        let is_it = |draft: &ListedDraft| is_in_its_folder(draft) && agrees(&draft.change_key, &seen.change_key);
        // A list that holds no draft at all lags behind the item.
        let is_there = drafts().next().is_none() || drafts().any(is_it);
        is_there && drafts().all(is_in_its_folder)
    }

    /// What a look at the draft shows that was found in another folder: it may be this message, moved by its user, or a twin.
    pub fn saw_elsewhere(&mut self, shown: &LookResult, clock: &ServiceClock, looking: Looking) -> Next {
        match shown {
            // No draft after all: the list was late.
            LookResult::NotADraft(item) => match self.since.map(|since| clock.when(item.sent_at, since, looking.now)) {
                Some(When::Since) if self.was_draft => Next::Settled(Finding::Sent(item.id.clone())),
                Some(When::Since | When::Before | When::Unclear) | None => self.undecided(Unsettled::Gone, looking),
            },
            LookResult::Draft(_) => self.undecided(Unsettled::Changed, looking),
            LookResult::Gone | LookResult::Another => self.undecided(Unsettled::Gone, looking),
            LookResult::NotAllowed(status) => Next::Settled(Finding::Unknown(Unsettled::NotAllowed(*status))),
            LookResult::Failed(failure) => self.failed(*failure, looking),
        }
    }
}

fn not_a_draft(listing: &Hit) -> Option<&ItemSeen> {
    match listing {
        Hit::NotADraft(item) => Some(item),
        Hit::Draft(_) => None,
    }
}
