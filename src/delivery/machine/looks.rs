//! What looks and searches show, by what they were made for.

use std::sync::Arc;
use std::time::SystemTime;

use super::{Machine, Phase, Purpose, lost};
use crate::delivery::check::Check;
use crate::delivery::clocks::Moment;
use crate::delivery::ending::{Ending, NotADraft};
use crate::delivery::step::Action;
use crate::graph::{Hit, LookResult, SearchResult};

impl Machine {
    pub(super) fn starts_check(&mut self, check: Check) -> Action {
        self.phase = Phase::Checks(Box::new(check));
        Action::Look { recipients: false }
    }

    pub(super) fn looked(
        &mut self,
        phase: Phase,
        began: Moment,
        shown: LookResult,
        date: Option<SystemTime>,
        now: Moment,
    ) -> Action {
        if let Some(date) = date {
            self.clock.shows(date, now);
        }
        match phase {
            Phase::LooksFirst(looks) => self.looked_first(looks, shown, now),
            Phase::Confirms => self.confirmed(shown),
            Phase::Checks(mut check) => {
                if shown == LookResult::NotAllowed(401) && !self.has_renewed {
                    return self.renews(Phase::Checks(check), Action::Look { recipients: false });
                }
                let looking = self.looking(began, now);
                let next = check.saw(&shown, &mut self.known, &self.clock, looking);
                self.checked(check, next, now)
            }
            Phase::ChecksElsewhere(mut check, id) => {
                if shown == LookResult::NotAllowed(401) && !self.has_renewed {
                    let again = Action::LookAt(id.clone());
                    return self.renews(Phase::ChecksElsewhere(check, id), again);
                }
                let looking = self.looking(began, now);
                let next = check.saw_elsewhere(&shown, &self.clock, looking);
                self.checked(check, next, now)
            }
            Phase::Start
            | Phase::SearchesFirst
            | Phase::Claims
            | Phase::Attempts
            | Phase::AsksForSentItemsOf(..)
            | Phase::AsksForSentItems(..) => lost(),
        }
    }

    pub(super) fn searched(
        &mut self,
        phase: Phase,
        began: Moment,
        listed: &SearchResult,
        date: Option<SystemTime>,
        now: Moment,
    ) -> Action {
        if let Some(date) = date {
            self.clock.shows(date, now);
        }
        match phase {
            Phase::SearchesFirst => Action::Answer(match holds_only_mails(listed) {
                true => Ending::NotADraft(NotADraft::InMailbox),
                false => Ending::NotFound,
            }),
            Phase::Confirms => self.confirmed_as(id_of_a_mail(listed)),
            Phase::Checks(mut check) => {
                if let (SearchResult::NotAllowed(401), false, Some(id)) =
                    (listed, self.has_renewed, &self.known.internet_message_id)
                {
                    let again = Action::Search(Arc::clone(id));
                    return self.renews(Phase::Checks(check), again);
                }
                let looking = self.looking(began, now);
                let next = check.searched(listed, &self.clock, looking);
                self.checked(check, next, now)
            }
            Phase::Start
            | Phase::LooksFirst(_)
            | Phase::Claims
            | Phase::Attempts
            | Phase::ChecksElsewhere(..)
            | Phase::AsksForSentItemsOf(..)
            | Phase::AsksForSentItems(..) => lost(),
        }
    }

    /// Graph accepted it: a look only tells where it is.
    pub(super) fn confirmed(&mut self, shown: LookResult) -> Action {
        match (shown, &self.known.internet_message_id) {
            (LookResult::NotADraft(item), _) => self.confirmed_as(item.id),
            (LookResult::Gone, Some(id)) if self.purpose == Purpose::Check => {
                let search = Action::Search(Arc::clone(id));
                self.phase = Phase::Confirms;
                search
            }
            (
                LookResult::Gone
                | LookResult::Draft(_)
                | LookResult::NotAllowed(_)
                | LookResult::Another
                | LookResult::Failed(_),
                Some(_) | None,
            ) => self.confirmed_as(String::new()),
        }
    }
}

/// Whether the mailbox holds the mail, and no draft of it.
fn holds_only_mails(listed: &SearchResult) -> bool {
    match listed {
        SearchResult::Items(items) => !items.is_empty() && items.iter().all(|item| matches!(item, Hit::NotADraft(_))),
        SearchResult::NotAllowed(_) | SearchResult::Unfiltered | SearchResult::Failed(_) => false,
    }
}

/// The id of a mail that was accepted, where one alone is found.
fn id_of_a_mail(listed: &SearchResult) -> String {
    match listed {
        SearchResult::Items(items) => match items.as_slice() {
            [Hit::NotADraft(item)] => item.id.clone(),
            _ => String::new(),
        },
        SearchResult::NotAllowed(_) | SearchResult::Unfiltered | SearchResult::Failed(_) => String::new(),
    }
}
