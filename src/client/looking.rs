//! Looks: what a call finds out about its message, without sending anything.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::answer::{self, Receipt};
use super::clock::Clock;
use super::log::{self, Level};
use super::sending::{Sending, merged};
use super::settings::Verify;
use crate::delivery::check::{self, Blind, Check, Doubted, Finding, Look, Next};
use crate::delivery::flights::{Lead, Recent};
use crate::delivery::gate::{Entry, Outside};
use crate::error::Error;
use crate::message::{InternetMessageId, Request, Target};
use crate::outcome::{Failure, Reply, Sight, Verdict, see, see_in_sent_items};
use crate::policy::{Step, next_step};
use crate::transport::{Late, Limits, Transport};

/// The longest one look may take.
const LOOK: Duration = Duration::from_secs(10);
/// The longest a look may take while an answer is awaited, which is not noticed meanwhile.
const LOOK_WHILE_WAITING: Duration = Duration::from_secs(2);
/// How long before the deadline a last look begins where the next one would come too late.
const LAST_LOOK: Duration = Duration::from_secs(1);

/// Where a look looks.
#[derive(Debug, Clone)]
enum Place {
    /// At the message.
    Message,
    /// At the message and its recipients.
    MessageToSend,
    /// In Sent Items, for this `internetMessageId`.
    SentItems(String),
}

/// What came of a look.
struct Looked {
    look: Look,
    sight: Sight,
    result: Result<Reply, Failure>,
}

impl Place {
    fn request(&self, target: &Target) -> Request {
        match self {
            Place::Message => target.look(),
            Place::MessageToSend => target.look_before_sending(),
            Place::SentItems(id) => target.look_in_sent_items(&InternetMessageId::of_graph(id)),
        }
    }
}

impl<T: Transport + 'static, C: Clock + 'static> Sending<'_, T, C> {
    /// Looks, and sends nothing: what became of an earlier call's mail.
    pub fn check_alone(mut self, recent: Option<Recent>) -> Result<Receipt, Error> {
        let now = self.now();
        let accepted = recent.as_ref().is_some_and(|recent| recent.accepted);
        let doubted = recent.map_or(Doubted { began: now, cut_at: now }, |recent| {
            self.known = merged(&self.known, recent.known);
            recent.doubted
        });
        let result = match self.check(doubted, accepted, None) {
            // Whenever it was: the earlier call asked about is the one that believed it to be a draft.
            Finding::Sent(id) | Finding::SentBefore(id) => Ok(self.receipt_of_a_find(id)),
            Finding::NotSent => Err(answer::not_sent()),
            // Graph itself said so.
            Finding::Unknown(_) if accepted => Ok(self.receipt_of_a_find(String::new())),
            Finding::Unknown(blind) => Err(answer::still_unknown(blind)),
        };
        self.complete(result)
    }

    /// What the caller wants to know before anything is sent.
    pub(super) fn look_before_sending(&mut self) -> Result<(), Error> {
        for attempt in 1.. {
            let looked = self.look(&Place::MessageToSend, self.order.began).map_err(answer::blind_before)?;
            match looked.sight {
                Sight::Draft(draft) => {
                    self.known.learn(&draft);
                    return match draft.has_recipients {
                        Some(false) => Err(answer::no_recipients()),
                        _ => Ok(()),
                    };
                }
                Sight::NotADraft(_) => return Err(answer::not_a_draft("it was sent or received before this call")),
                Sight::Gone => return self.gone_before_sending(),
                Sight::NotAllowed(status) => return Err(answer::may_not_look(status)),
                Sight::Nothing(wait) => match next_step(&Verdict::Throttled(wait), self.progress(attempt)) {
                    Step::RetryAfter(wait) if self.core.clock.wait(wait, &self.order.cancel) => {}
                    Step::RetryAfter(_) => return Err(answer::cancelled_while_waiting()),
                    Step::Finish => return Err(answer::cannot_look(looked.result, wait, self.left().is_zero())),
                },
            }
        }
        Ok(())
    }

    /// There is nothing under the id before anything was sent: an earlier run of the program may have sent it.
    fn gone_before_sending(&mut self) -> Result<(), Error> {
        if let Some(id) = self.known.internet_message_id.clone() {
            let looked = self.look(&Place::SentItems(id), self.order.began).map_err(answer::blind_before)?;
            if let Sight::NotADraft(_) = looked.sight {
                return Err(answer::not_a_draft("it is in Sent Items"));
            }
        }
        Err(answer::not_found())
    }

    /// Looks until it is certain what became of the mail, or nothing more can be learned.
    pub(super) fn check(
        &mut self,
        doubted: Doubted,
        accepted: bool,
        lead: Option<&Lead<Result<Receipt, Error>>>,
    ) -> Finding {
        if let Some(lead) = lead {
            lead.set_in_doubt(true);
        }
        let settle = self.core.settings.settle;
        let mut check = match accepted {
            true => Check::of_accepted(doubted, settle, &self.known),
            false => Check::new(doubted, settle, &self.known),
        };
        let finding = loop {
            let looked_at = self.now();
            let next = match self.look(&Place::Message, doubted.began) {
                Ok(Looked { look, sight, .. }) => check.saw(look, &sight, &mut self.known),
                Err(outside) => break Finding::Unknown(outside.into()),
            };
            let next = match next {
                Next::LookInSentItems(id) => match self.look(&Place::SentItems(id), doubted.began) {
                    Ok(Looked { look, sight, .. }) => check.saw_in_sent_items(look, &sight),
                    Err(outside) => break Finding::Unknown(outside.into()),
                },
                next => next,
            };
            match next {
                Next::Settled(finding) => break finding,
                Next::LookAgainIn(wait) => {
                    // It counts from the beginning of the look.
                    let wait = wait.saturating_sub(self.now().saturating_duration_since(looked_at));
                    let left = self.left();
                    if wait >= left && left <= LAST_LOOK {
                        break Finding::Unknown(Blind::OutOfTime);
                    }
                    let wait = if wait < left { wait } else { left - LAST_LOOK };
                    if !self.core.clock.wait(wait, &self.order.cancel) {
                        break Finding::Unknown(Blind::Cancelled);
                    }
                }
                // Sent Items were looked into just now, and a look there never asks for another.
                Next::LookInSentItems(_) => break Finding::Unknown(Blind::Gone),
            }
        };
        if let Some(lead) = lead {
            lead.set_in_doubt(finding != Finding::NotSent);
        }
        finding
    }

    /// One look, inside the mailbox's gate; again with another token where this one is refused and there is another.
    fn look(&mut self, place: &Place, since: Instant) -> Result<Looked, Outside> {
        loop {
            let looked = self.look_once(place, since)?;
            let is_refused = matches!(looked.sight, Sight::NotAllowed(401));
            match &looked.result {
                Ok(reply) if is_refused && self.renew_token(reply) => {}
                _ => return Ok(looked),
            }
        }
    }

    fn look_once(&mut self, place: &Place, since: Instant) -> Result<Looked, Outside> {
        let slot = self.enter()?;
        let began = self.now();
        let limits = Limits {
            connect_by: self.order.deadline.min(began + self.core.settings.connect_timeout),
            reply_by: self.order.deadline.min(began + LOOK.min(self.core.settings.attempt_timeout)),
            cancel: self.order.cancel.clone(),
            late: None,
        };
        let request = place.request(&self.target);
        let result = self.core.transport.exchange(&request, &limits);
        drop(slot);
        let wall = self.core.clock.wall();
        let sight = match place {
            Place::SentItems(_) => see_in_sent_items(result.as_ref(), wall),
            Place::Message | Place::MessageToSend => see(result.as_ref(), wall),
        };
        let date = result.as_ref().ok().and_then(|reply| httpdate::parse_http_date(reply.date.as_deref()?.trim()).ok());
        if let (Some(date), false) = (date, matches!(sight, Sight::Nothing(_))) {
            self.server_clock = Some((date, self.now()));
        }
        let earliest = self.server_clock.map(|(date, at)| check::earliest(date, at.saturating_duration_since(since)));
        if let Sight::Nothing(Some(wait)) = sight {
            self.order.traffic.gates.pause(&self.order.key.mailbox, self.now(), wait);
        }
        self.evidence.saw(&sight);
        self.core.settings.log.write(Level::Debug, || log::of_look(&request, &sight));
        Ok(Looked { look: Look { began, earliest }, sight, result })
    }

    /// What to do while an answer is late: with plain ids the message is often gone under its id when the doubt comes, and
    /// then only what was learned before can find it.
    pub(super) fn look_while_waiting(
        &self,
        now: Instant,
        reply_by: Instant,
        seen: &Arc<Mutex<Option<Sight>>>,
    ) -> Option<Late> {
        let settings = &self.core.settings;
        let is_known = self.known.internet_message_id.is_some() && self.known.draft.is_some();
        if settings.verify == Verify::Never || is_known {
            return None;
        }
        let (core, target, key) = (Arc::clone(self.core), self.target.clone(), self.order.key.clone());
        let (cancel, seen) = (self.order.cancel.clone(), Arc::clone(seen));
        let at = now + settings.late_after;
        let call = move || {
            let now = core.clock.now();
            let by = reply_by.min(now + LOOK_WHILE_WAITING);
            let gates = &core.traffic().gates;
            // Nobody waits for a slot here: the answer may come any moment.
            let Entry::Entered(_slot) = gates.enter(&key.mailbox, core.settings.mailbox_concurrency, now) else {
                return;
            };
            let limits = Limits { connect_by: by, reply_by: by, cancel: cancel.clone(), late: None };
            let result = core.transport.exchange(&target.look(), &limits);
            let sight = see(result.as_ref(), core.clock.wall());
            if let Sight::Nothing(Some(wait)) = sight {
                gates.pause(&key.mailbox, core.clock.now(), wait);
            }
            *seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(sight);
        };
        Some(Late { at, call: Arc::new(call) })
    }
}
