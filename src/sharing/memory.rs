//! What is remembered of the mails of the last minutes, by the message's id alone: those that Graph accepted, and those that may
//! have been sent.
//!
//! What is in doubt is never forgotten for want of room, only when its time is over. It costs about half a kilobyte: its id of
//! 152 characters, folder, change key and `internetMessageId`. A million doubts within five minutes would be half a gigabyte;
//! at Graph's four requests at once that takes thousands of mailboxes that all fail. What was accepted is bounded by number,
//! too: it protects from a second click and from a backlog, and a forgotten one is still a draft only if the service shows its
//! acceptance late.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::key::{KeyMap, MessageKey};
use crate::delivery::remembered::{Doubt, Remembered};

/// How long something is remembered: longer than an acceptance takes to show, and than a person takes to click again.
pub const REMEMBERED: Duration = Duration::from_secs(300);
/// How much longer a doubt is remembered of which nobody knows when its attempt ended.
const END_UNKNOWN: Duration = Duration::from_secs(86_400);
/// The most accepted mails that are remembered; the oldest is forgotten first.
const MOST_ACCEPTED: usize = 4096;

/// What the calls of the last minutes left behind.
#[derive(Debug, Default)]
pub struct Memory {
    accepted: KeyMap<MessageKey, (Instant, Remembered)>,
    /// The accepted, the oldest first. One that was accepted again stands in it twice.
    accepted_order: VecDeque<(Instant, MessageKey)>,
    doubts: KeyMap<MessageKey, (u64, Instant, Doubt)>,
    /// The doubts by the time at which they are over.
    ends: BTreeMap<(Instant, u64), MessageKey>,
    numbered: u64,
    mails: HashMap<Arc<str>, Vec<MessageKey>>,
}

impl Memory {
    /// What is remembered of a message.
    pub fn recall(&mut self, key: &MessageKey, now: Instant) -> Option<Remembered> {
        if let Some((at, accepted)) = self.accepted.get(key) {
            if now.saturating_duration_since(*at) < REMEMBERED {
                return Some(accepted.clone());
            }
        }
        // Mostly nothing is in doubt.
        if self.doubts.is_empty() {
            return None;
        }
        let (_, ends, doubt) = self.doubts.get_mut(key)?;
        if doubt.end_unknown {
            // It ended at some time until now.
            (doubt.cut_at, doubt.end_unknown) = (now, false);
            let doubt = doubt.clone();
            self.remember(key, Remembered::InDoubt(doubt.clone()), now);
            return Some(Remembered::InDoubt(doubt));
        }
        (now < *ends).then(|| Remembered::InDoubt(doubt.clone()))
    }

    /// What is remembered of a mail under another id than this. An id of the other kind counts first, since it may be this
    /// message's; any other id is another message's. Among those, what was accepted counts more than what is in doubt.
    pub fn recall_mail(
        &mut self,
        internet_message_id: &str,
        except: &MessageKey,
        now: Instant,
    ) -> Option<(MessageKey, Remembered)> {
        let keys = self.mails.get(internet_message_id)?.clone();
        let others = keys.into_iter().filter(|key| key != except);
        let found = others.filter_map(|key| Some((self.recall(&key, now)?, key)));
        let order = |remembered: &Remembered, key: &MessageKey| {
            (except.may_be(key), matches!(remembered, Remembered::Accepted { .. }))
        };
        found.max_by_key(|(remembered, key)| order(remembered, key)).map(|(remembered, key)| (key, remembered))
    }

    /// Remembers it in place of what was remembered. An acceptance stays.
    pub fn remember(&mut self, key: &MessageKey, what: Remembered, now: Instant) {
        let mail = what.internet_message_id().cloned();
        self.forget_doubt(key);
        match what {
            Remembered::Accepted { .. } => {
                if let Some((_, replaced)) = self.accepted.insert(key.clone(), (now, what)) {
                    self.forget_mail(key, replaced.internet_message_id());
                }
                self.accepted_order.push_back((now, key.clone()));
            }
            Remembered::InDoubt(doubt) => {
                self.numbered += 1;
                // Where nobody knows when it ended, its time begins when it is asked about.
                let waits = if doubt.end_unknown { doubt.waits.max(END_UNKNOWN) } else { doubt.waits };
                let ends = now + REMEMBERED + waits;
                self.ends.insert((ends, self.numbered), key.clone());
                self.doubts.insert(key.clone(), (self.numbered, ends, doubt));
            }
        }
        if let Some(mail) = mail {
            let keys = self.mails.entry(mail).or_default();
            if !keys.contains(key) {
                keys.push(key.clone());
            }
        }
        self.purge(now);
    }

    /// Forgets what is old, and of what was accepted what is too much.
    fn purge(&mut self, now: Instant) {
        while let Some((at, oldest)) = self.accepted_order.front() {
            let is_old = now.saturating_duration_since(*at) >= REMEMBERED;
            if !is_old && self.accepted_order.len() <= MOST_ACCEPTED {
                break;
            }
            // Accepted again since then, it stays under its later time.
            let is_last = self.accepted.get(oldest).is_some_and(|(accepted, _)| accepted == at);
            let Some((_, oldest)) = self.accepted_order.pop_front() else { break };
            if is_last {
                if let Some((_, forgotten)) = self.accepted.remove(&oldest) {
                    self.forget_mail(&oldest, forgotten.internet_message_id());
                }
            }
        }
        while let Some(entry) = self.ends.first_entry().filter(|entry| entry.key().0 <= now) {
            let key = entry.remove();
            if let Some((_, _, doubt)) = self.doubts.remove(&key) {
                self.forget_mail(&key, doubt.known.internet_message_id.as_ref());
            }
        }
    }

    fn forget_doubt(&mut self, key: &MessageKey) {
        // Mostly nothing is in doubt.
        if self.doubts.is_empty() {
            return;
        }
        if let Some((number, ends, doubt)) = self.doubts.remove(key) {
            self.ends.remove(&(ends, number));
            self.forget_mail(key, doubt.known.internet_message_id.as_ref());
        }
    }

    /// What was remembered of a message is forgotten, and with it the `internetMessageId`, where nothing else of the message has it.
    fn forget_mail(&mut self, key: &MessageKey, mail: Option<&Arc<str>>) {
        let Some(mail) = mail else { return };
        let accepted = self.accepted.get(key).and_then(|(_, accepted)| accepted.internet_message_id());
        let in_doubt = self.doubts.get(key).and_then(|(_, _, doubt)| doubt.known.internet_message_id.as_ref());
        if accepted == Some(mail) || in_doubt == Some(mail) {
            return;
        }
        if let Some(keys) = self.mails.get_mut(mail) {
            keys.retain(|other| other != key);
            if keys.is_empty() {
                self.mails.remove(mail);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::clocks::Moment;
    use crate::delivery::remembered::Known;
    use crate::graph::MessageId;
    use std::time::SystemTime;

    fn key(id: &str) -> MessageKey {
        MessageKey::of(&MessageId::parse(id).unwrap())
    }

    fn accepted(now: Instant) -> Remembered {
        Remembered::Accepted { began: moment(now), ended: now, internet_message_id: None }
    }

    fn moment(steady: Instant) -> Moment {
        Moment { steady, wall: SystemTime::UNIX_EPOCH }
    }

    fn doubt(now: Instant) -> Doubt {
        Doubt::new(moment(now), now, Known::default())
    }

    fn mail(id: &str) -> Known {
        Known { internet_message_id: Some(id.into()), draft: None }
    }

    #[test]
    fn a_doubt_is_not_forgotten_for_what_was_accepted() {
        let (mut memory, now) = (Memory::default(), Instant::now());
        memory.remember(&key("doubt"), Remembered::InDoubt(doubt(now)), now);
        for number in 0..2 * MOST_ACCEPTED {
            memory.remember(&key(&number.to_string()), accepted(now), now);
        }
        assert_eq!((memory.accepted.len(), memory.accepted_order.len()), (MOST_ACCEPTED, MOST_ACCEPTED));
        assert_eq!(memory.recall(&key("0"), now), None);
        let last = key(&(2 * MOST_ACCEPTED - 1).to_string());
        assert_eq!(memory.recall(&last, now), Some(accepted(now)));
        assert_eq!(memory.recall(&key("doubt"), now), Some(Remembered::InDoubt(doubt(now))));
    }

    #[test]
    fn doubts_are_bounded_by_time_and_not_by_number() {
        let (mut memory, now) = (Memory::default(), Instant::now());
        for number in 0..10_000 {
            memory.remember(&key(&number.to_string()), Remembered::InDoubt(doubt(now)), now);
        }
        let just_before = now + REMEMBERED - Duration::from_millis(1);
        assert!(memory.recall(&key("0"), just_before).is_some());
        assert_eq!(memory.recall(&key("0"), now + REMEMBERED), None);
        memory.remember(&key("next"), Remembered::InDoubt(doubt(now)), now + REMEMBERED);
        assert_eq!((memory.doubts.len(), memory.ends.len()), (1, 1));
    }

    #[test]
    fn a_deferred_doubt_is_remembered_until_its_time() {
        let (mut memory, now) = (Memory::default(), Instant::now());
        let day = Duration::from_secs(86_400);
        let waiting = Doubt { waits: day, ..doubt(now) };
        memory.remember(&key("a"), Remembered::InDoubt(waiting.clone()), now);
        memory.remember(&key("b"), accepted(now), now + REMEMBERED);
        assert_eq!(memory.recall(&key("a"), now + day), Some(Remembered::InDoubt(waiting)));
        assert_eq!(memory.recall(&key("a"), now + day + REMEMBERED), None);
    }

    #[test]
    fn what_is_remembered_again_stays() {
        let (mut memory, now) = (Memory::default(), Instant::now());
        let later = now + REMEMBERED / 2;
        memory.remember(&key("a"), accepted(now), now);
        memory.remember(&key("a"), accepted(later), later);
        memory.remember(&key("d"), Remembered::InDoubt(doubt(now)), now);
        memory.remember(&key("d"), Remembered::InDoubt(doubt(now)), later);
        memory.remember(&key("b"), accepted(now), now + REMEMBERED);
        assert!(memory.recall(&key("a"), now + REMEMBERED).is_some());
        assert!(memory.recall(&key("d"), now + REMEMBERED).is_some());
    }

    #[test]
    fn an_acceptance_ends_a_doubt_and_a_doubt_no_acceptance() {
        let (mut memory, now) = (Memory::default(), Instant::now());
        memory.remember(&key("a"), Remembered::InDoubt(doubt(now)), now);
        memory.remember(&key("a"), accepted(now), now);
        assert_eq!((memory.doubts.len(), memory.ends.len()), (0, 0));
        memory.remember(&key("a"), Remembered::InDoubt(doubt(now)), now);
        assert_eq!(memory.recall(&key("a"), now), Some(accepted(now)));
    }

    #[test]
    fn what_ended_nobody_knows_when_ended_when_it_is_asked_about() {
        let (mut memory, now) = (Memory::default(), Instant::now());
        let later = now + Duration::from_secs(200);
        memory.remember(&key("a"), Remembered::InDoubt(Doubt { end_unknown: true, ..doubt(now) }), now);
        let found = Remembered::InDoubt(Doubt { cut_at: later, ..doubt(now) });
        // Whatever else is remembered meanwhile: its time has not begun.
        let long_after = now + REMEMBERED + Duration::from_secs(100);
        let mut other = Memory::default();
        other.remember(&key("a"), Remembered::InDoubt(Doubt { end_unknown: true, ..doubt(now) }), now);
        other.remember(&key("b"), accepted(long_after), long_after);
        assert!(other.recall(&key("a"), long_after).is_some());
        assert_eq!(memory.recall(&key("a"), later), Some(found.clone()));
        assert_eq!(memory.recall(&key("a"), now + REMEMBERED), Some(found));
    }

    #[test]
    fn a_mail_is_found_under_its_other_id() {
        let (mut memory, now) = (Memory::default(), Instant::now());
        let in_doubt = Remembered::InDoubt(Doubt { known: mail("<m>"), ..doubt(now) });
        let accepted = Remembered::Accepted { began: moment(now), ended: now, internet_message_id: Some("<m>".into()) };
        memory.remember(&key("AAMkTwin"), accepted, now);
        memory.remember(&key("AAMkX"), in_doubt.clone(), now);
        assert_eq!(memory.recall_mail("<n>", &key("AAkALgX"), now), None);
        let (of, _) = memory.recall_mail("<m>", &key("AAMkX"), now).unwrap();
        assert_eq!(of, key("AAMkTwin"));
        let mut memory = Memory::default();
        memory.remember(&key("AAMkX"), in_doubt.clone(), now);
        assert_eq!(memory.recall_mail("<m>", &key("AAkALgX"), now), Some((key("AAMkX"), in_doubt)));
        memory.remember(&key("b"), Remembered::InDoubt(doubt(now)), now + REMEMBERED);
        assert!(memory.mails.is_empty());
    }

    #[test]
    fn no_mail_is_kept_of_what_is_replaced() {
        let (mut memory, now) = (Memory::default(), Instant::now());
        let accepted =
            |id: &str| Remembered::Accepted { began: moment(now), ended: now, internet_message_id: Some(id.into()) };
        let in_doubt = |id: &str| Remembered::InDoubt(Doubt { known: mail(id), ..doubt(now) });
        for what in
            [in_doubt("<1>"), in_doubt("<2>"), accepted("<3>"), in_doubt("<3>"), accepted("<4>"), in_doubt("<5>")]
        {
            let last = what.internet_message_id().unwrap().clone();
            memory.remember(&key("a"), what, now);
            assert!(memory.mails.contains_key(&last) && memory.mails.len() <= 2, "{:?}", memory.mails);
        }
        // What takes the place of a doubt may have the `internetMessageId` of an acceptance that stays.
        memory.remember(&key("a"), in_doubt("<4>"), now);
        memory.remember(&key("a"), Remembered::InDoubt(doubt(now)), now);
        assert_eq!(memory.mails.keys().map(|id| &**id).collect::<Vec<_>>(), ["<4>"]);
    }
}
