//! Where everybody could know what became of a mail: nothing goes wrong after the doubt, the token may read, the time
//! suffices, and what Graph did lies open. No rule of the library is needed for that, nor copied.

use std::time::Duration;

use graph_message::status::Status;

use crate::invariants::Held;
use crate::model::{Exchange, Kind, MS, Shown, Time, looks};
use crate::names::Manner;
use crate::run::{CallEnd, CallMade};
use crate::schedule::{Action, Item};

/// What the looks of a check, and the waits between them, take beside the time to settle.
const LOOKS: Duration = Duration::from_secs(15);
/// The longest that a request takes which meets nothing.
const REQUEST: Duration = Duration::from_millis(100);

/// Why a call that does not know could have known, if it could.
pub fn unjustified(held: &Held) -> Option<String> {
    let (run, call) = (held.run, held.call);
    let setup = &run.setup;
    let is_plain = setup.item == Item::Draft && !setup.copy && setup.deferred_ms == 0;
    let is_right = setup.skew_s.abs() <= 3 && setup.mailbox_skew_s.abs() <= 3;
    let may_look = setup.may_read && (looks(call.verify) || held.is_check());
    let is_undisturbed = call.cancelled.is_none() && run.is_calm && held.pauses(call.deadline).next().is_none();
    let is_usual = match call.by {
        Manner::RefusedToken | Manner::StrangersToken | Manner::NoRoute | Manner::ShortSettle => false,
        Manner::Upn
        | Manner::Upper
        | Manner::Guid
        | Manner::Me
        | Manner::MeRenewed
        | Manner::Beta
        | Manner::OtherHost
        | Manner::Immutable
        | Manner::OtherClient => true,
    };
    if !(is_plain && is_right && may_look && is_undisturbed && is_usual) {
        return None;
    }
    let own = held.sends().rfind(|send| send.is_doubtful());
    let doubted = match own {
        Some(send) => send.ended?,
        None if held.is_check() && own_process_only(held) => call.began,
        None => return None,
    };
    // A later attempt that was refused opens the question anew.
    let doubted = held.sends().filter_map(|send| send.ended).fold(doubted, Time::max);
    let well = |exchange: &&Exchange| exchange.began < doubted || !exchange.is_faulty;
    if !held.exchanges().all(|exchange| well(&exchange)) {
        return None;
    }
    let has_time = doubted + MS(call.settle_ms) + LOOKS < call.deadline;
    if !has_time {
        return None;
    }
    let mails: Vec<Time> = run.mails.iter().filter(|mail| mail.at <= call.true_returned).map(|mail| mail.at).collect();
    match mails[..] {
        // What was found may be another's, sent before.
        [sent_at] if sent_at < call.true_began && !held.is_check() => None,
        [sent_at] if held.is_check() && is_before_the_doubt(held, sent_at) => None,
        [] => Some("nothing was sent, and the draft was there all the time".to_owned()),
        [sent_at] => sent_openly(held, sent_at, doubted),
        _ => None,
    }
}

/// Why a call that says "not found" could have found it: it lay in Sent Items when the call began.
pub fn overlooked(held: &Held) -> Option<String> {
    let (run, call) = (held.run, held.call);
    let setup = &run.setup;
    let is_gone = call.status() == Some(Status::NotFound) && held.sends().next().is_none();
    let may_look = setup.may_read && call.knows_id && Manner::GOOD.contains(&call.by);
    let is_plain = setup.item == Item::Draft && !setup.copy && setup.stale_ms == 0 && run.is_calm;
    if !(is_gone && may_look && is_plain) || held.exchanges().any(|look| look.is_faulty) {
        return None;
    }
    let sent = run.mails.first()?.at.max(MS(setup.deferred_ms));
    let listed = sent + MS(setup.leaves_ms + setup.shows_ms + setup.list_lag_ms);
    (listed <= call.true_began).then(|| format!("it was in Sent Items since {listed:?}"))
}

/// Why a call that found its mail could have found it sooner: it showed under its id, and nobody looked for long.
pub fn dawdled(held: &Held) -> Option<String> {
    let (run, call) = (held.run, held.call);
    let setup = &run.setup;
    let is_found = matches!(&call.end, CallEnd::Answer(Ok(receipt)) if receipt.found);
    let is_plain = run.is_calm && setup.ids_stay && setup.item == Item::Draft && !setup.copy && setup.deferred_ms == 0;
    if !is_found || !is_plain || held.pauses(call.returned).next().is_some() {
        return None;
    }
    if held.exchanges().any(|look| look.is_faulty) {
        return None;
    }
    let last = held.exchanges().filter(|exchange| exchange.is_send()).filter_map(|send| send.ended).max()?;
    let [mail] = run.mails[..] else { return None };
    let shows = mail.at + MS(setup.leaves_ms + setup.shows_ms);
    let by = last.max(shows).max(call.began) + LOOKS;
    (call.returned > by).then(|| format!("found at {:?}, and it showed since {shows:?}", call.returned))
}

/// Whether a mail had been sent before the call began that left the doubt.
fn is_before_the_doubt(held: &Held, sent_at: Time) -> bool {
    let is_in_doubt = |call: &&CallMade| call.action == Action::Send && call.status() == Some(Status::Unknown);
    let doubted = held.run.calls[..held.number].iter().rfind(is_in_doubt);
    doubted.is_some_and(|call| sent_at < call.true_began)
}

/// Whether all calls before this check were the same process's, so that it is about what they did.
fn own_process_only(held: &Held) -> bool {
    let earlier = &held.run.calls[..held.number];
    earlier.iter().all(|call| call.process == held.call.process && call.by == held.call.by)
        && earlier.iter().any(|call| call.action == Action::Send && call.status() == Some(Status::Unknown))
}

/// Whether what was sent shows where this call can look, and in time.
fn sent_openly(held: &Held, sent_at: Time, doubted: Time) -> Option<String> {
    let setup = &held.run.setup;
    let shows = sent_at + MS(setup.leaves_ms + setup.shows_ms);
    let listed = shows + MS(setup.list_lag_ms);
    let by = held.call.deadline.checked_sub(LOOKS)?;
    // Looks end once the time to settle is over.
    let last_look = (doubted + MS(held.call.settle_ms)).min(by);
    let under_its_id = setup.ids_stay && shows + REQUEST < last_look;
    let saw_the_draft = |look: &Exchange| look.kind == Kind::Look && matches!(look.shown, Shown::Draft { .. });
    let is_known = held.call.knows_id || held.exchanges().any(saw_the_draft);
    let in_a_list = is_known && listed + REQUEST < last_look;
    (under_its_id || in_a_list).then(|| format!("it was sent at {sent_at:?} and could be found"))
}
