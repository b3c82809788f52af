//! The check: after a doubtful attempt, look until it is certain what became of the mail. A part of the send machine: it is told
//! what a look showed, and says what to do next.

mod search;

use std::time::{Duration, Instant};

use super::clocks::{Moment, ServiceClock, Waits, When};
use super::finding::{Finding, Unsettled};
use super::remembered::{Doubt, Known};
use crate::graph::{DraftSeen, ItemSeen, LookFailure, LookResult};

/// The wait after the first look that settles nothing; it doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// The longest wait between two looks.
const LONGEST_WAIT: Duration = Duration::from_secs(8);
/// How long before the deadline a last look begins where the next one would come too late.
const LAST_LOOK: Duration = Duration::from_secs(1);

/// What the check does next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Look at a draft in another folder that has its `internetMessageId`.
    LookAt(String),
    /// Search the mailbox for its `internetMessageId`.
    Search,
    /// Ask which folder Sent Items is: these mails may be what was sent, if one of them is there.
    AskForSentItems(Vec<ItemSeen>),
    /// Wait, then look at the message again.
    Wait(Duration),
    /// The check is over.
    Settled(Finding),
}

/// When a look was made, and ended.
#[derive(Debug, Clone, Copy)]
pub struct Looking {
    /// When it began. What it shows is true of some moment after that.
    pub began: Moment,
    /// Now.
    pub now: Moment,
    /// The deadline of the call.
    pub deadline: Instant,
}

/// A running check.
#[derive(Debug, Clone)]
pub struct Check {
    /// When the doubted call began. Nothing where no doubt is known of: then no time tells whose a sent mail is.
    since: Option<Moment>,
    /// When that call began, or this check did.
    began: Moment,
    /// From when on an acceptance would have shown: the cut, and the time to settle after it.
    settled_at: Instant,
    /// The time to settle.
    settle: Duration,
    /// The draft as it was before the doubt, or else as the first look showed it: what a change is measured by.
    baseline: Option<DraftSeen>,
    /// Whether the doubted call, or this one, saw it as a draft.
    was_draft: bool,
    /// Whether it was seen gone, or no draft any more, or with a mail beside the draft that may be it.
    was_seen_gone: bool,
    /// Whether the draft was seen to change since the doubt, or a list shows it otherwise than the look did.
    changed: bool,
    /// How many waits there were: each is longer than the one before.
    fruitless: u32,
    /// When the round of looks that runs began: its waits count from there.
    round: Option<Moment>,
    /// Whether the search is made beside a draft that would else count as not sent.
    beside_draft: bool,
    /// Whether the message itself was no draft, dated like what the doubted call sent, and not yet confirmed in Sent Items.
    was_on_its_way: bool,
}

impl Check {
    /// For the attempt that is in doubt. An acceptance is assumed to show within `settle` of its cut, or within what those
    /// allowed it who left the doubt, where that is longer.
    pub fn of(doubt: &Doubt, settle: Duration) -> Check {
        let settle = doubt.settles_in(settle);
        Check {
            since: Some(doubt.began),
            was_seen_gone: doubt.was_seen_gone,
            changed: doubt.has_changed,
            was_draft: doubt.known.draft.is_some(),
            baseline: doubt.known.draft.clone(),
            settled_at: doubt.cut_at + settle,
            ..Check::of_nothing(doubt.began, settle)
        }
    }

    /// Where nothing is known of an attempt; none was made after this moment.
    pub fn of_nothing(began: Moment, settle: Duration) -> Check {
        Check {
            since: None,
            began,
            settled_at: began.steady + settle,
            settle,
            baseline: None,
            was_draft: false,
            was_seen_gone: false,
            changed: false,
            fruitless: 0,
            round: None,
            beside_draft: false,
            was_on_its_way: false,
        }
    }

    /// Whether the message was seen gone, or no draft any more, or with a mail beside the draft that may be it.
    pub fn was_seen_gone(&self) -> bool {
        self.was_seen_gone
    }

    /// Whether the draft was seen to change.
    pub fn has_changed(&self) -> bool {
        self.changed
    }

    /// What a look at the message shows.
    pub fn saw(&mut self, shown: &LookResult, known: &mut Known, clock: &ServiceClock, looking: Looking) -> Next {
        self.round = Some(looking.began);
        match shown {
            LookResult::Draft(draft) => {
                let before = self.baseline.get_or_insert_with(|| draft.clone());
                self.changed |= !is_same(before, draft);
                self.was_draft = true;
                known.learn(draft);
                self.saw_a_draft(known, clock, looking)
            }
            LookResult::NotADraft(item) => {
                self.was_seen_gone = true;
                self.no_draft(item, clock, looking)
            }
            LookResult::Gone => {
                self.was_seen_gone = true;
                self.beside_draft = false;
                match &known.internet_message_id {
                    // It was on its way out, and has moved on; what was received stays.
                    _ if self.was_on_its_way => Next::Settled(Finding::Sent(String::new())),
                    Some(_) => Next::Search,
                    // Where ids stay, it may come back under its id.
                    None => self.undecided(Unsettled::GoneWithoutMessageId, looking),
                }
            }
            LookResult::NotAllowed(status) => Next::Settled(Finding::Unknown(Unsettled::NotAllowed(*status))),
            LookResult::Another => self.again(Unsettled::Another, Duration::ZERO, looking),
            LookResult::Failed(failure) => self.failed(*failure, looking),
        }
    }

    /// A draft counts as not sent only once an acceptance would have shown, and nothing else says that there was one.
    fn saw_a_draft(&mut self, known: &Known, clock: &ServiceClock, looking: Looking) -> Next {
        if looking.began.steady < self.settled_at {
            // The look that counts is not to be missed by a longer wait.
            return self.wait_until_settled(looking);
        }
        match clock.waits(known.deferred(), self.settle, looking.now) {
            Waits::No => {}
            Waits::Unknown => return Next::Settled(Finding::Unknown(Unsettled::Deferred(None))),
            Waits::For(left) if left >= looking.deadline.saturating_duration_since(looking.now.steady) => {
                return Next::Settled(Finding::Unknown(Unsettled::Deferred(Some(left))));
            }
            Waits::For(left) => return Next::Wait(left),
        }
        if self.was_seen_gone {
            Next::Settled(Finding::Unknown(Unsettled::CameBack))
        } else if self.changed {
            // The service itself may have changed it on its way out, so it was looked at until now.
            Next::Settled(Finding::Unknown(Unsettled::Changed))
        } else if known.internet_message_id.is_some() {
            self.beside_draft = true;
            Next::Search
        } else {
            // Nobody can tell whether a mail of it is there.
            Next::Settled(Finding::Unknown(Unsettled::Unsearchable))
        }
    }

    /// A message that is no draft was sent since, where it was a draft before or its time says so.
    fn no_draft(&mut self, item: &ItemSeen, clock: &ServiceClock, looking: Looking) -> Next {
        let Some(since) = self.since else { return Next::Settled(Finding::NoDraft(item.clone())) };
        if self.was_draft {
            return Next::Settled(Finding::Sent(item.id.clone()));
        }
        match clock.when(item.sent_at, since, looking.now) {
            When::Since => {
                self.was_on_its_way = true;
                Next::AskForSentItems(vec![item.clone()])
            }
            // A picture that is half renewed still shows the time at which the draft was made.
            When::Before if self.is_settled(looking) => Next::Settled(Finding::NoDraft(item.clone())),
            When::Before => self.wait_until_settled(looking),
            When::Unclear => self.undecided(Unsettled::Undated, looking),
        }
    }

    /// A message that is no draft lies outside of Sent Items: received, or still on its way out.
    pub fn lies_elsewhere(&mut self, item: &ItemSeen, looking: Looking) -> Next {
        if item.folder.is_empty() {
            self.undecided(Unsettled::Unsearchable, looking)
        } else {
            self.undecided(Unsettled::Elsewhere, looking)
        }
    }

    /// Nothing was decided: look again until an acceptance would have shown.
    fn undecided(&mut self, why: Unsettled, looking: Looking) -> Next {
        match self.is_settled(looking) {
            true => Next::Settled(Finding::Unknown(why)),
            false => self.wait_until_settled(looking),
        }
    }

    /// Whether what this round shows is what an acceptance would have come to.
    fn is_settled(&self, looking: Looking) -> bool {
        self.round_began(looking).steady >= self.settled_at
    }

    fn wait_until_settled(&mut self, looking: Looking) -> Next {
        let left = self.settled_at.saturating_duration_since(self.round_began(looking).steady);
        let wait = self.next_wait().min(left);
        self.pause(Unsettled::OutOfTime, wait, looking)
    }

    /// A look that failed.
    pub fn failed(&mut self, failure: LookFailure, looking: Looking) -> Next {
        self.again(Unsettled::OutOfTime, failure.wait.unwrap_or_default(), looking)
    }

    /// What failed, or was answered with something else, is repeated for as long as there is time.
    fn again(&mut self, why: Unsettled, at_least: Duration, looking: Looking) -> Next {
        let wait = self.next_wait().max(at_least);
        self.pause(why, wait, looking)
    }

    /// Waits, counted from the beginning of the round; a last look is made before the deadline.
    fn pause(&self, why: Unsettled, wait: Duration, looking: Looking) -> Next {
        let now = looking.now.steady;
        let wait = wait.saturating_sub(now.saturating_duration_since(self.round_began(looking).steady));
        let left = looking.deadline.saturating_duration_since(now);
        if wait < left {
            Next::Wait(wait)
        } else if left <= LAST_LOOK {
            Next::Settled(Finding::Unknown(why))
        } else {
            Next::Wait(left - LAST_LOOK)
        }
    }

    fn round_began(&self, looking: Looking) -> Moment {
        self.round.unwrap_or(looking.began)
    }

    fn next_wait(&mut self) -> Duration {
        let wait = FIRST_WAIT.saturating_mul(1 << self.fruitless.min(8)).min(LONGEST_WAIT);
        self.fruitless += 1;
        wait
    }
}

/// Whether it was left alone between two looks. What a look does not show may have changed.
fn is_same(one: &DraftSeen, other: &DraftSeen) -> bool {
    let is_shown = !one.folder.is_empty() && !one.change_key.is_empty();
    is_shown && one.folder == other.folder && one.change_key == other.change_key
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Deferred, FailedBy};
    use crate::graph::{Hit, ListedDraft, SearchResult};
    use std::time::SystemTime;

    const SETTLE: Duration = Duration::from_secs(20);
    const MS: fn(u64) -> Duration = Duration::from_millis;

    fn draft_seen(change_key: &str) -> DraftSeen {
        DraftSeen {
            folder: "drafts".to_owned(),
            change_key: change_key.to_owned(),
            internet_message_id: "<m>".to_owned(),
            has_recipients: None,
            deferred: Deferred::No,
        }
    }

    fn draft(change_key: &str) -> LookResult {
        LookResult::Draft(draft_seen(change_key))
    }

    fn listed(id: &str, folder: &str, change_key: &str) -> Hit {
        let [id, folder, change_key] = [id, folder, change_key].map(str::to_owned);
        Hit::Draft(ListedDraft { id, folder, change_key })
    }

    /// A check of a call that began, and whose attempt was cut off, at one moment; the service's clock is ours.
    struct Run {
        check: Check,
        cut: Moment,
        known: Known,
        clock: ServiceClock,
    }

    impl Run {
        fn new(known: Known) -> Run {
            let cut = Moment {
                steady: Instant::now() + Duration::from_secs(100_000),
                wall: SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_428_000),
            };
            let mut clock = ServiceClock::new(cut);
            clock.shows(cut.wall, cut);
            Run { check: Check::of(&Doubt::new(cut, cut.steady, known.clone()), SETTLE), cut, known, clock }
        }

        fn of_nothing() -> Run {
            let run = Run::new(Known::default());
            Run { check: Check::of_nothing(run.cut, SETTLE), ..run }
        }

        fn searchable() -> Run {
            Run::new(Known { internet_message_id: Some("<m>".into()), draft: None })
        }

        fn looking(&self, after: Duration) -> Looking {
            let began = Moment { steady: self.cut.steady + after, wall: self.cut.wall + after };
            Looking { began, now: began, deadline: self.cut.steady + Duration::from_secs(70) }
        }

        fn saw(&mut self, after: Duration, shown: &LookResult) -> Next {
            let looking = self.looking(after);
            self.check.saw(shown, &mut self.known, &self.clock, looking)
        }

        fn searched(&mut self, after: Duration, items: &[Hit]) -> Next {
            let looking = self.looking(after);
            self.check.searched(&SearchResult::Items(items.to_vec()), &self.clock, looking)
        }

        /// A mail, sent so many seconds after the cut.
        fn mail(&self, id: &str, after: Option<i64>) -> ItemSeen {
            let sent_at = after.map(|after| match u64::try_from(after) {
                Ok(later) => self.cut.wall + Duration::from_secs(later),
                Err(_) => self.cut.wall - Duration::from_secs(after.unsigned_abs()),
            });
            ItemSeen { id: id.to_owned(), folder: "sent".to_owned(), sent_at }
        }
    }

    fn unknown(why: Unsettled) -> Next {
        Next::Settled(Finding::Unknown(why))
    }

    fn sent(id: &str) -> Next {
        Next::Settled(Finding::Sent(id.to_owned()))
    }

    #[test]
    fn a_draft_is_not_sent_only_once_the_time_to_settle_is_over_and_a_search_found_nothing() {
        let mut run = Run::new(Known::default());
        assert_eq!(run.saw(MS(0), &draft("k")), Next::Wait(MS(500)));
        assert_eq!(run.saw(MS(500), &draft("k")), Next::Wait(MS(1000)));
        assert_eq!(run.saw(MS(19_800), &draft("k")), Next::Wait(MS(200)));
        assert_eq!(run.saw(SETTLE, &draft("k")), Next::Search);
        assert_eq!(run.known.internet_message_id.as_deref(), Some("<m>"));
        assert_eq!(run.searched(SETTLE, &[listed("d", "drafts", "k")]), Next::Settled(Finding::NotSent));
    }

    #[test]
    fn a_list_that_shows_the_draft_otherwise_than_the_look_did() {
        let rows: [(&[Hit], Finding); 8] = [
            // A list that lags behind, the draft itself, one that says less than the look, and a copy beside it.
            (&[], Finding::NotSent),
            (&[listed("d", "drafts", "k")], Finding::NotSent),
            (&[listed("twin", "drafts", "other"), listed("d", "drafts", "k")], Finding::NotSent),
            (&[listed("d", "drafts", "")], Finding::NotSent),
            // On its way out, under another id or beside its old picture; and changed.
            (&[listed("new", "outbox", "k")], Finding::Unknown(Unsettled::Changed)),
            (&[listed("d", "drafts", "k"), listed("new", "outbox", "k")], Finding::Unknown(Unsettled::Changed)),
            (&[listed("d", "drafts", "k2")], Finding::Unknown(Unsettled::Changed)),
            (&[listed("new", "drafts", "k2")], Finding::Unknown(Unsettled::Changed)),
        ];
        for (items, finding) in rows {
            let mut run = Run::new(Known::default());
            assert_eq!(run.saw(SETTLE, &draft("k")), Next::Search);
            assert_eq!(run.searched(SETTLE, items), Next::Settled(finding.clone()), "{items:?}");
            assert_eq!(run.check.has_changed(), finding != Finding::NotSent);
        }
    }

    #[test]
    fn whoever_allowed_it_longest_to_show() {
        let run = Run::searchable();
        let doubt = Doubt { settle: SETTLE, ..Doubt::new(run.cut, run.cut.steady, Known::default()) };
        let mut short = Run { check: Check::of(&doubt, MS(300)), ..run };
        assert_eq!(short.saw(MS(400), &draft("k")), Next::Wait(MS(500)));
        assert_eq!(short.saw(SETTLE, &draft("k")), Next::Search);
    }

    #[test]
    fn a_draft_without_internet_message_id_cannot_be_searched() {
        let mut run = Run::new(Known::default());
        let without = LookResult::Draft(DraftSeen { internet_message_id: String::new(), ..draft_seen("k") });
        assert_eq!(run.saw(SETTLE, &without), unknown(Unsettled::Unsearchable));
    }

    #[test]
    fn a_mail_beside_the_draft_may_be_it() {
        let beside = |after: Option<i64>| {
            let mut run = Run::searchable();
            assert_eq!(run.saw(SETTLE, &draft("k")), Next::Search);
            let items = [listed("d", "drafts", "k"), Hit::NotADraft(run.mail("s", after))];
            run.searched(SETTLE, &items)
        };
        assert_eq!(beside(Some(1)), unknown(Unsettled::Copy));
        assert_eq!(beside(None), unknown(Unsettled::Copy));
        assert_eq!(beside(Some(-200)), unknown(Unsettled::Copy));
        // A relay's original, received long before.
        assert_eq!(beside(Some(-400)), Next::Settled(Finding::NotSent));
    }

    #[test]
    fn a_changed_draft_settles_nothing() {
        let mut run = Run::new(Known::default());
        run.saw(MS(0), &draft("k"));
        assert_eq!(run.saw(MS(500), &draft("l")), Next::Wait(MS(1000)));
        assert_eq!(run.saw(SETTLE, &draft("k")), unknown(Unsettled::Changed));
        let mut run = Run::new(Known { draft: Some(draft_seen("k")), ..Known::default() });
        assert_eq!(run.saw(SETTLE, &draft("l")), unknown(Unsettled::Changed));
    }

    #[test]
    fn what_a_look_does_not_show_may_have_changed() {
        let without_key = DraftSeen { change_key: String::new(), ..draft_seen("k") };
        let without_folder = DraftSeen { folder: String::new(), ..draft_seen("k") };
        for seen in [without_key, without_folder] {
            let mut run = Run::searchable();
            run.saw(MS(0), &LookResult::Draft(seen.clone()));
            assert_eq!(run.saw(SETTLE, &LookResult::Draft(seen)), unknown(Unsettled::Changed));
        }
    }

    #[test]
    fn a_draft_that_came_back_settles_nothing() {
        for first in [LookResult::Gone, LookResult::NotADraft(Run::searchable().mail("s", None))] {
            let mut run = Run::new(Known::default());
            run.saw(MS(0), &first);
            assert_eq!(run.saw(SETTLE, &draft("k")), unknown(Unsettled::CameBack), "{first:?}");
        }
        let doubt = Doubt {
            was_seen_gone: true,
            ..Doubt::new(Run::searchable().cut, Run::searchable().cut.steady, Known::default())
        };
        assert!(Check::of(&doubt, SETTLE).was_seen_gone());
    }

    #[test]
    fn a_deferred_draft_waits() {
        let mut run = Run::new(Known::default());
        let until = |after: u64| Deferred::Until(run.cut.wall + Duration::from_secs(after));
        let deferred = |deferred| LookResult::Draft(DraftSeen { deferred, ..draft_seen("k") });
        let (day, soon) = (deferred(until(86_400)), deferred(until(10)));
        assert_eq!(run.saw(MS(0), &day), Next::Wait(MS(500)));
        let left = Duration::from_secs(86_400 + 5);
        assert_eq!(run.saw(SETTLE, &day), unknown(Unsettled::Deferred(Some(left))));
        // What was shown once and is absent now proves nothing.
        assert_eq!(run.saw(SETTLE, &draft("k")), unknown(Unsettled::Deferred(Some(left))));
        let mut run = Run::new(Known::default());
        assert_eq!(run.saw(SETTLE, &soon), Next::Wait(MS(15_000)));
        assert_eq!(run.saw(MS(34_000), &deferred(Deferred::No)), Next::Wait(MS(1000)));
        assert_eq!(run.saw(MS(35_000), &soon), Next::Search);
        let mut run = Run::new(Known::default());
        assert_eq!(run.saw(SETTLE, &deferred(Deferred::Unreadable)), unknown(Unsettled::Deferred(None)));
    }

    #[test]
    fn no_draft_any_more() {
        let one_look = |run: &mut Run, after: Option<i64>, at: Duration| {
            let item = LookResult::NotADraft(run.mail("s", after));
            run.saw(at, &item)
        };
        let before = |run: &Run| Next::Settled(Finding::NoDraft(run.mail("s", Some(-400))));
        let mut run = Run::searchable();
        let mail = run.mail("s", Some(-5));
        assert_eq!(one_look(&mut run, Some(-5), MS(0)), Next::AskForSentItems(vec![mail.clone()]));
        let (early, late) = (run.looking(MS(0)), run.looking(SETTLE));
        assert_eq!(run.check.sorted_by_folder(std::slice::from_ref(&mail), Some("sent"), early), sent("s"));
        assert_eq!(run.check.sorted_by_folder(std::slice::from_ref(&mail), None, early), sent("s"));
        // Received just now, or moved by a rule, or not yet there: then it goes there.
        assert_eq!(run.check.sorted_by_folder(std::slice::from_ref(&mail), Some("other"), early), Next::Wait(MS(500)));
        run.saw(SETTLE, &LookResult::NotADraft(mail.clone()));
        assert_eq!(run.check.sorted_by_folder(&[mail], Some("other"), late), unknown(Unsettled::Elsewhere));
        let mut run = Run::searchable();
        assert_eq!(one_look(&mut run, Some(-400), MS(0)), Next::Wait(MS(500)));
        assert_eq!(one_look(&mut run, Some(-400), SETTLE), before(&run));
        // Neither since nor clearly before, or at no time that can be read.
        for after in [Some(-6), Some(-300), None] {
            let mut run = Run::searchable();
            assert_eq!(one_look(&mut run, after, MS(0)), Next::Wait(MS(500)), "{after:?}");
            assert_eq!(one_look(&mut run, after, SETTLE), unknown(Unsettled::Undated), "{after:?}");
        }
        // What was a draft before was sent since, clock or no clock.
        for after in [Some(-400), Some(-6), None] {
            let mut run = Run::searchable();
            run.saw(MS(0), &draft("k"));
            assert_eq!(one_look(&mut run, after, MS(500)), sent("s"), "{after:?}");
            let mut run = Run::new(Known { draft: Some(draft_seen("k")), ..Known::default() });
            assert_eq!(one_look(&mut run, after, MS(0)), sent("s"), "{after:?}");
        }
        // Where no doubt is known of, no time tells whose it is.
        let mut run = Run::of_nothing();
        assert_eq!(one_look(&mut run, Some(1), MS(0)), Next::Settled(Finding::NoDraft(run.mail("s", Some(1)))));
    }

    #[test]
    fn gone() {
        let mut run = Run::new(Known::default());
        assert_eq!(run.saw(MS(0), &LookResult::Gone), Next::Wait(MS(500)));
        assert_eq!(run.saw(SETTLE, &LookResult::Gone), unknown(Unsettled::GoneWithoutMessageId));
        let mut run = Run::searchable();
        assert_eq!(run.saw(MS(0), &LookResult::Gone), Next::Search);
        assert_eq!(run.searched(MS(0), &[]), Next::Wait(MS(500)));
        assert_eq!(run.saw(SETTLE, &LookResult::Gone), Next::Search);
        assert_eq!(run.searched(SETTLE, &[]), unknown(Unsettled::Gone));
    }

    #[test]
    fn gone_and_found() {
        let found = |was_draft: bool, mails: &[Option<i64>]| {
            let mut run = Run::searchable();
            if was_draft {
                run.saw(MS(0), &draft("k"));
            }
            run.saw(SETTLE, &LookResult::Gone);
            let items: Vec<Hit> = mails.iter().map(|after| Hit::NotADraft(run.mail("s", *after))).collect();
            match run.searched(SETTLE, &items) {
                Next::AskForSentItems(mails) => run.check.sorted_by_folder(&mails, Some("sent"), run.looking(SETTLE)),
                next => next,
            }
        };
        assert_eq!(found(false, &[Some(0)]), sent("s"));
        assert_eq!(found(true, &[Some(0)]), sent("s"));
        // Two in Sent Items: one of them is another's.
        assert_eq!(found(true, &[Some(0), Some(1)]), unknown(Unsettled::Gone));
        // To oneself: the sent copy and the received one.
        let mut run = Run::searchable();
        run.saw(SETTLE, &LookResult::Gone);
        let received = ItemSeen { folder: "inbox".to_owned(), ..run.mail("r", Some(1)) };
        let looking = run.looking(SETTLE);
        assert_eq!(run.check.sorted_by_folder(&[run.mail("s", Some(0)), received], Some("sent"), looking), sent("s"));
        // A relay's original besides, or a mail that was sent before.
        assert_eq!(found(true, &[Some(0), Some(-400)]), unknown(Unsettled::Gone));
        assert_eq!(found(true, &[Some(0), None]), unknown(Unsettled::Undated));
        assert_eq!(found(true, &[None]), unknown(Unsettled::Undated));
        // A relay's original alone: what was sent since is on its way, or was deleted.
        assert_eq!(found(true, &[Some(-400)]), unknown(Unsettled::Gone));
        assert_eq!(found(false, &[Some(-400)]), unknown(Unsettled::Gone));
        let mut run = Run::of_nothing();
        run.known = Run::searchable().known;
        run.saw(MS(0), &LookResult::Gone);
        let mail = run.mail("s", Some(-400));
        let listed = [Hit::NotADraft(mail.clone())];
        assert_eq!(run.searched(MS(0), &listed), Next::AskForSentItems(vec![mail.clone()]));
        let (early, late) = (run.looking(MS(0)), run.looking(SETTLE));
        assert_eq!(run.check.sorted_by_folder(std::slice::from_ref(&mail), Some("sent"), early), sent("s"));
        // A copy elsewhere proves nothing; the mail may be on its way.
        assert_eq!(run.check.sorted_by_folder(std::slice::from_ref(&mail), Some("other"), early), Next::Wait(MS(500)));
        run.saw(SETTLE, &LookResult::Gone);
        assert_eq!(
            run.check.sorted_by_folder(std::slice::from_ref(&mail), Some("other"), late),
            unknown(Unsettled::Elsewhere)
        );
        assert_eq!(
            run.check.sorted_by_folder(std::slice::from_ref(&mail), None, late),
            unknown(Unsettled::Unsearchable)
        );
        // This check itself saw it as a draft: what was sent before is another mail.
        let mut run = Run::of_nothing();
        run.saw(MS(0), &draft("k"));
        run.saw(SETTLE, &LookResult::Gone);
        assert_eq!(run.searched(SETTLE, &listed), unknown(Unsettled::Gone));
    }

    #[test]
    fn a_draft_in_another_folder_is_looked_at() {
        let mut run = Run::searchable();
        run.saw(MS(0), &draft("k"));
        run.saw(SETTLE, &LookResult::Gone);
        let items = [Hit::NotADraft(run.mail("twin", Some(0))), listed("moved", "archive", "k")];
        assert_eq!(run.searched(SETTLE, &items), Next::LookAt("moved".to_owned()));
        let (looking, late) = (run.looking(SETTLE), LookResult::NotADraft(run.mail("moved", Some(0))));
        assert_eq!(run.check.saw_elsewhere(&draft("k"), &run.clock, looking), unknown(Unsettled::Changed));
        assert_eq!(run.check.saw_elsewhere(&LookResult::Gone, &run.clock, looking), unknown(Unsettled::Gone));
        assert_eq!(run.check.saw_elsewhere(&late, &run.clock, looking), sent("moved"));
    }

    #[test]
    fn an_answer_about_something_else_is_none() {
        let mut run = Run::searchable();
        assert_eq!(run.saw(MS(0), &LookResult::Another), Next::Wait(MS(500)));
        assert_eq!(run.saw(SETTLE, &LookResult::Another), Next::Wait(MS(1000)));
        assert_eq!(run.saw(MS(69_000), &LookResult::Another), unknown(Unsettled::Another));
        run.saw(MS(69_000), &draft("k"));
        let looking = run.looking(MS(69_000));
        assert_eq!(
            run.check.searched(&SearchResult::Unfiltered, &run.clock, looking),
            unknown(Unsettled::Unsearchable)
        );
    }

    #[test]
    fn without_the_services_clock_a_time_says_nothing() {
        let mut run = Run::searchable();
        run.clock = ServiceClock::new(run.cut);
        let item = LookResult::NotADraft(run.mail("s", Some(0)));
        assert_eq!(run.saw(MS(0), &item), Next::Wait(MS(500)));
    }

    #[test]
    fn looks_that_fail_are_repeated_while_there_is_time() {
        let failed = |wait| LookResult::Failed(LookFailure { what: FailedBy::Status(503), wait });
        let mut run = Run::searchable();
        assert_eq!(run.saw(MS(0), &failed(Some(MS(3000)))), Next::Wait(MS(3000)));
        assert_eq!(run.saw(SETTLE, &failed(None)), Next::Wait(MS(1000)));
        assert_eq!(run.saw(MS(68_500), &failed(None)), Next::Wait(MS(500)));
        assert_eq!(run.saw(MS(69_000), &failed(None)), unknown(Unsettled::OutOfTime));
        assert_eq!(run.saw(MS(0), &LookResult::NotAllowed(403)), unknown(Unsettled::NotAllowed(403)));
        let looking = run.looking(MS(0));
        assert_eq!(
            run.check.searched(&SearchResult::NotAllowed(403), &run.clock, looking),
            unknown(Unsettled::NotAllowed(403))
        );
    }
}
