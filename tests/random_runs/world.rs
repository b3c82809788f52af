//! What the service holds: mailboxes, messages, and what became of them. All of it is a function of time and of what was
//! asked, so that a thread that is scheduled late changes nothing of what a client can see.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant, SystemTime};

use fastrand::Rng;
use serde_json::{Value, json};

use crate::callers::Ended;
use crate::kinds::Kinds;
use crate::server::Asked;

/// The `settle_ms` that clients of a run have.
pub const SETTLES: [u64; 2] = [300, 700];
/// What is left of `settle_ms` for the way between the two sides.
pub const MARGIN: u64 = 130;
pub const MAILBOXES: usize = 60;
const FAR: Duration = Duration::from_secs(86_400);

const DRAFTS: &str = "AAMkADhmDrafts-folderAAAAAAEPAAA=";
const SENT: &str = "AAMkADhmSentItems-folderAAAAAAEJAAA=";
const ARCHIVE: &str = "AAMkADhmArchive-folderAAAAAAEKAAA=";
const INBOX: &str = "AAMkADhmInbox-folderAAAAAAEMAAA=";
const DELETED: &str = "AAMkADhmDeletedItems-folderAAAAAAEKAAA=";

pub struct World {
    pub kinds: Kinds,
    pub seed: u64,
    pub accepted: AtomicU64,
    pub requests: AtomicU64,
    /// How often so many others were accepted meanwhile that an acceptance may be forgotten, and how often that was waited for.
    pub crowded: [AtomicU64; 2],
    /// Whether a request came that nothing is known of.
    pub failed: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    next: u64,
    drafts: HashMap<u64, Draft>,
    by_id: HashMap<String, u64>,
    by_internet_message_id: HashMap<String, Vec<u64>>,
}

/// What a message is, drawn when it is made.
#[derive(Debug, Default, Clone)]
pub struct Traits {
    pub copy: bool,
    pub deferred: bool,
    pub backlog: bool,
    pub unkept: bool,
    pub unstable: bool,
    pub received: bool,
    pub edits: bool,
    pub moves: bool,
    pub deletions: bool,
    pub long: bool,
    pub flaps: bool,
    /// Whether each call of it knows the internetMessageId: there is no other tie between its ids.
    pub two_ids: bool,
    pub replies: Vec<&'static str>,
    pub trouble: f64,
    pub blind: f64,
}

/// One acceptance.
#[derive(Debug, Clone)]
pub struct Act {
    pub at: Instant,
    pub post: usize,
    /// When the item itself shows it, when the lists do, and when no reply may hide it any more.
    item_shown: Instant,
    list_shown: Instant,
    pub limit: Instant,
    wall: SystemTime,
}

/// One request to send.
pub struct Post {
    pub at: Instant,
    /// How much later that was than it came, for all that is known.
    pub late: Duration,
    pub caller: String,
    pub reply: &'static str,
    /// Acceptances of the whole service by then.
    pub others: u64,
}

pub struct Draft {
    pub number: u64,
    pub mailbox: usize,
    pub plain: String,
    pub immutable: String,
    pub internet_message_id: String,
    pub traits: Traits,
    pub acts: Vec<Act>,
    pub posts: Vec<Post>,
    pub calls: Vec<Ended>,
    pub open: usize,
    pub asked: HashSet<String>,
    /// A reply was on its way that cannot be told from an honest one.
    pub unfair: bool,
    pub journal: Vec<(Instant, String)>,
    rng: Rng,
    moved_plain: String,
    sent_plain: String,
    born: SystemTime,
    pending: Vec<Act>,
    edit_at: Option<Instant>,
    move_at: Option<Instant>,
    moved_to: &'static str,
    delete_at: Option<Instant>,
    moved: bool,
    edited: bool,
    deleted: bool,
    saw_draft: HashSet<String>,
    saw_gone: HashSet<(String, ThreadId)>,
}

/// A call, on the connection that this thread serves.
fn here(caller: &str) -> (String, ThreadId) {
    (caller.to_owned(), thread::current().id())
}

/// How a request is answered on the wire.
#[derive(Debug, Clone)]
pub enum Reply {
    /// Status, headers, body; with Graph's own headers or without.
    Graph(u16, Vec<(&'static str, String)>, String),
    Foreign(u16, Vec<(&'static str, String)>, String),
    /// These bytes, then the end.
    Raw(String),
    Slow(Duration),
    Stranger,
    Reset,
    Close,
    /// Nothing until the client gives up.
    Silence(Option<Late>),
}

/// An act that is to follow once the client has given up.
#[derive(Debug, Clone)]
pub struct Late {
    draft: u64,
    post: usize,
}

enum View {
    Draft,
    Sent,
    Gone,
}

pub fn graph_error(code: &str, message: &str) -> String {
    json!({"error": {"code": code, "message": message, "innerError": {"date": "2026-11-26T10:00:00"}}}).to_string()
}

fn not_found() -> Reply {
    let body = graph_error("ErrorItemNotFound", "The specified object was not found in the store.");
    Reply::Graph(404, Vec::new(), body)
}

fn id_of(prefix: &str, seed: u64, number: u64, part: u64, length: usize) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut rng = Rng::with_seed(seed ^ (number << 3 | part).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let mut id = format!("{prefix}{number:07}");
    while id.len() < length - 4 {
        id.push(char::from(ALPHABET[rng.usize(..64)]));
    }
    id + "AAA="
}

fn ms(from: u64, to: u64, rng: &mut Rng) -> Duration {
    Duration::from_micros(rng.u64(from * 1000..=to * 1000))
}

impl World {
    pub fn new(seed: u64, kinds: Kinds) -> World {
        World {
            kinds,
            seed,
            accepted: AtomicU64::new(0),
            requests: AtomicU64::new(0),
            crowded: Default::default(),
            failed: AtomicBool::new(false),
            state: Mutex::default(),
        }
    }

    /// Makes a draft, or two of one internetMessageId.
    pub fn make(&self, traits: &Traits, mailbox: usize, twins: bool, calls: [usize; 2]) -> Vec<u64> {
        let mut state = self.state.lock().unwrap();
        let first = state.next;
        let internet_message_id = format!("<{:x}.{first}@contoso.example>", self.seed);
        (0..1 + usize::from(twins))
            .map(|twin| {
                let number = state.next;
                state.next += 1;
                let id = |prefix, part, length| id_of(prefix, self.seed, number, part, length);
                let draft = Draft {
                    number,
                    mailbox,
                    plain: id("AAMk", 0, 152),
                    moved_plain: id("AAMk", 1, 152),
                    sent_plain: id("AAMk", 2, 152),
                    immutable: id("AAkALg", 3, 120),
                    internet_message_id: internet_message_id.clone(),
                    traits: traits.clone(),
                    rng: Rng::with_seed(self.seed ^ number.wrapping_mul(0x2545_F491_4F6C_DD1D)),
                    born: SystemTime::now(),
                    open: calls[twin],
                    moved_to: ARCHIVE,
                    acts: Vec::new(),
                    posts: Vec::new(),
                    calls: Vec::new(),
                    asked: HashSet::new(),
                    unfair: false,
                    journal: Vec::new(),
                    pending: Vec::new(),
                    edit_at: None,
                    move_at: None,
                    delete_at: None,
                    moved: false,
                    edited: false,
                    deleted: false,
                    saw_draft: HashSet::new(),
                    saw_gone: HashSet::new(),
                };
                for id in draft.ids() {
                    state.by_id.insert(id, number);
                }
                state.by_internet_message_id.entry(internet_message_id.clone()).or_default().push(number);
                state.drafts.insert(number, draft);
                number
            })
            .collect()
    }

    pub fn ids(&self, number: u64) -> (String, String, String) {
        let state = self.state.lock().unwrap();
        let draft = &state.drafts[&number];
        (draft.plain.clone(), draft.immutable.clone(), draft.internet_message_id.clone())
    }

    /// Notes that a call on a draft has ended.
    pub fn ended(&self, number: u64, call: Ended) {
        let mut state = self.state.lock().unwrap();
        let draft = state.drafts.get_mut(&number).unwrap();
        draft.journal.push((call.end, format!("   call ends: {call}")));
        draft.calls.push(call);
        draft.open -= 1;
    }

    /// Takes out the messages to which nothing can happen any more. `all`: whatever their age.
    pub fn take_settled(&self, all: bool) -> Vec<Draft> {
        let now = Instant::now();
        let mut guard = self.state.lock().unwrap();
        let state = &mut *guard;
        let is_over = |draft: &Draft| {
            let last = draft.calls.iter().map(|call| call.end).max();
            draft.open == 0 && (all || last.is_none_or(|last| now > last + Duration::from_millis(1500)))
        };
        // Twins are listed together, so they leave together.
        let mut over: Vec<u64> = Vec::new();
        state.by_internet_message_id.retain(|_, numbers| {
            let done = numbers.iter().all(|number| is_over(&state.drafts[number]));
            if done {
                over.extend(numbers.iter());
            }
            !done
        });
        over.into_iter()
            .map(|number| {
                let mut draft = state.drafts.remove(&number).unwrap();
                draft.advance(now + FAR, &self.accepted);
                for id in draft.ids() {
                    state.by_id.remove(&id);
                }
                draft
            })
            .collect()
    }

    /// Answers `POST .../messages/{id}/send`. `early`: whether a 202 was on its way before the request was.
    pub fn send(&self, mailbox: Option<usize>, asked: &Asked, id: &str, early: Option<bool>) -> Reply {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let mut state = self.state.lock().unwrap();
        let now = Instant::now();
        let (token, caller) = (&*asked.token, &*asked.caller);
        let Some(number) = state.by_id.get(id).copied() else { return not_found() };
        let draft = state.drafts.get_mut(&number).unwrap();
        draft.advance(now, &self.accepted);
        let (reply, name, acted) =
            self.decide(draft, mailbox, token, id, caller, now, asked.kept_waiting + (now - asked.read_at), early);
        let what = if acted { "acts" } else { "does not act now" };
        draft
            .journal
            .push((now, format!("POST send [{}] id {}: {what}, {name}: {}", short(caller), tail(id), brief(&reply))));
        reply
    }

    #[allow(clippy::too_many_arguments)]
    fn decide(
        &self,
        draft: &mut Draft,
        mailbox: Option<usize>,
        token: &str,
        id: &str,
        caller: &str,
        now: Instant,
        late: Duration,
        early: Option<bool>,
    ) -> (Reply, &'static str, bool) {
        let post = draft.posts.len();
        draft.asked.insert(caller.to_owned());
        let others = self.accepted.load(Ordering::Relaxed);
        let note = |draft: &mut Draft, reply| {
            draft.posts.push(Post { at: now, late, caller: caller.to_owned(), reply, others })
        };
        if early.is_none() {
            if token.starts_with("expired") {
                note(draft, "401");
                let body =
                    graph_error("InvalidAuthenticationToken", "Lifetime validation failed, the token is expired.");
                return (Reply::Graph(401, Vec::new(), body), "expired token", false);
            }
            if token.starts_with("nosend") {
                note(draft, "403");
                let body = graph_error("ErrorAccessDenied", "Access is denied. Check credentials and try again.");
                return (Reply::Graph(403, Vec::new(), body), "token may not send", false);
            }
        }
        let sendable = mailbox == Some(draft.mailbox) && draft.is_sendable(id);
        // Also where it acts: it does so a moment after its reply.
        draft.unfair |= early == Some(false);
        let trouble = draft.rng.f64() < draft.traits.trouble && !draft.traits.replies.is_empty();
        let mut kind = match early {
            Some(true) => "early",
            Some(false) => "202",
            None if trouble => draft.traits.replies[draft.rng.usize(..draft.traits.replies.len())],
            None => "202",
        };
        if kind == "denied" && !(sendable && draft.saw_draft.contains(caller)) || kind == "early" && early.is_none() {
            kind = "202";
        }
        if kind == "refused" || kind == "throttle" || !sendable && matches!(kind, "202" | "hint" | "slow" | "mute") {
            let reply = match kind {
                "throttle" => {
                    let headers = if draft.rng.bool() { vec![("Retry-After", "1".to_owned())] } else { Vec::new() };
                    Reply::Graph(
                        429,
                        headers,
                        graph_error("ApplicationThrottled", "Application is over its MailboxConcurrency limit."),
                    )
                }
                "refused" if draft.rng.bool() => Reply::Graph(
                    400,
                    Vec::new(),
                    graph_error("ErrorInvalidRecipients", "At least one recipient is not valid."),
                ),
                "refused" => Reply::Graph(403, Vec::new(), graph_error("ErrorAccessDenied", "Access is denied.")),
                _ => not_found(),
            };
            note(draft, "refused");
            return (reply, if sendable { kind } else { "gone" }, false);
        }
        // Nothing = no act; Some(false) = before the reply, Some(true) = after it.
        let act = match kind {
            _ if !sendable => None,
            "202" | "hint" | "slow" | "denied" | "mute" => Some(false),
            _ => [None, None, Some(false), Some(true)][draft.rng.usize(..4)],
        };
        let acted = act == Some(false);
        if acted {
            draft.accept(now, now, post, kind == "202", &self.accepted);
        }
        note(draft, kind);
        draft.users_turn(now);
        let rng = &mut draft.rng;
        let wait = |rng: &mut Rng| {
            // Rare, since it holds every caller of the mailbox.
            if rng.u32(..8) == 0 { vec![("Retry-After", "1".to_owned())] } else { Vec::new() }
        };
        let reply = match kind {
            "202" => Reply::Graph(202, Vec::new(), String::new()),
            "hint" => Reply::Graph(202, vec![("Retry-After", "1".to_owned())], String::new()),
            "slow" => Reply::Slow(ms(5, 400, rng)),
            "denied" => not_found(),
            "busy" => {
                let (status, code) =
                    [(500, "InternalServerError"), (503, "ServiceUnavailable"), (504, "UnknownError")][rng.usize(..3)];
                Reply::Graph(status, wait(rng), graph_error(code, "The service is busy."))
            }
            "unknown429" => {
                let code = if rng.bool() { "UnknownError" } else { "" };
                Reply::Graph(429, wait(rng), graph_error(code, ""))
            }
            "late408" => Reply::Graph(408, Vec::new(), graph_error("RequestTimeout", "The request timed out.")),
            "html" => Reply::Foreign(502, Vec::new(), "<html><h1>502 Bad Gateway</h1></html>".to_owned()),
            "login" => Reply::Foreign(200, Vec::new(), "<html><form>Sign in to the network</form></html>".to_owned()),
            "xchunked" => Reply::Raw(
                "HTTP/1.1 202 Accepted\r\nrequest-id: 6a1b\r\nTransfer-Encoding: xchunked\r\n\r\n".to_owned(),
            ),
            "cut" => Reply::Raw(
                ["HTTP/1.1 202 Acc", "HTTP/1.1 202 Accepted\r\nrequest-id: 6a1b\r\nContent-Length: 20\r\n\r\n{\"val"]
                    [rng.usize(..2)]
                .to_owned(),
            ),
            "stranger" => Reply::Stranger,
            "reset" => Reply::Reset,
            "silence" => Reply::Silence((act == Some(true)).then_some(Late { draft: draft.number, post })),
            "close" | "mute" => Reply::Close,
            "early" => Reply::Close,
            other => unreachable!("{other}"),
        };
        if act == Some(true) && kind != "silence" {
            // The client can give up no sooner than now, so that this is within what is promised whenever it does.
            let at = now + ms(0, draft.lag() / 2, &mut draft.rng);
            draft.accept(at, now, post, false, &self.accepted);
        }
        (reply, kind, acted)
    }

    /// The client gave up waiting: what was to follow then follows.
    pub fn gave_up(&self, late: &Late) {
        let now = Instant::now();
        if let Some(draft) = self.state.lock().unwrap().drafts.get_mut(&late.draft) {
            let at = now + ms(0, 60, &mut draft.rng);
            draft.journal.push((now, "   the client gave up; the service acts".to_owned()));
            draft.accept(at, now, late.post, false, &self.accepted);
        }
    }

    /// Answers `GET .../messages/{id}`.
    pub fn look(&self, mailbox: Option<usize>, token: &str, id: &str, caller: &str, query: &str) -> Reply {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let now = Instant::now();
        let mut state = self.state.lock().unwrap();
        let Some(number) = state.by_id.get(id).copied() else { return not_found() };
        let draft = state.drafts.get_mut(&number).unwrap();
        draft.advance(now, &self.accepted);
        draft.asked.insert(caller.to_owned());
        let reply = self.look_at(draft, mailbox, token, id, caller, query, now);
        draft.journal.push((now, format!("GET [{}] id {}: {}", short(caller), tail(id), brief(&reply))));
        reply
    }

    #[allow(clippy::too_many_arguments)]
    fn look_at(
        &self,
        draft: &mut Draft,
        mailbox: Option<usize>,
        token: &str,
        id: &str,
        caller: &str,
        query: &str,
        now: Instant,
    ) -> Reply {
        if let Some(refusal) = self.hinder(draft, token) {
            return refusal;
        }
        if mailbox != Some(draft.mailbox) {
            return not_found();
        }
        if self.kinds.has("wrong") && draft.rng.u32(..12) == 0 {
            return Reply::Graph(200, self.dates(&mut draft.rng), draft.another(id).to_string());
        }
        let view = self.view(draft, caller, now);
        let item = match view {
            View::Draft if draft.is_current(id) => draft.item_of_draft(id, query),
            View::Sent if id == draft.sent_plain || id == draft.immutable && !draft.traits.unstable => {
                self.item_of_sent(draft, id)
            }
            // The draft that stays beside its copy.
            View::Draft if draft.traits.copy && id == draft.sent_plain => self.item_of_sent(draft, id),
            View::Draft | View::Sent | View::Gone => {
                draft.saw_gone.insert(here(caller));
                return not_found();
            }
        };
        if item["isDraft"] == true {
            draft.saw_draft.insert(caller.to_owned());
        } else {
            draft.saw_gone.insert(here(caller));
        }
        Reply::Graph(200, self.dates(&mut draft.rng), item.to_string())
    }

    /// Answers `GET .../messages?$filter=internetMessageId eq '...'`, of all folders or of Sent Items.
    pub fn list(
        &self,
        mailbox: Option<usize>,
        token: &str,
        internet_message_id: &str,
        caller: &str,
        query: &str,
        only_sent: bool,
    ) -> Reply {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let now = Instant::now();
        let mut state = self.state.lock().unwrap();
        let numbers = state.by_internet_message_id.get(internet_message_id).cloned().unwrap_or_default();
        let mut items = Vec::new();
        for number in &numbers {
            let draft = state.drafts.get_mut(number).unwrap();
            draft.advance(now, &self.accepted);
            draft.asked.insert(caller.to_owned());
            if mailbox != Some(draft.mailbox) {
                continue;
            }
            self.list_of(draft, query, only_sent, now, &mut items);
        }
        let Some(draft) = numbers.first().and_then(|number| state.drafts.get_mut(number)) else {
            return Reply::Graph(200, self.dates(&mut Rng::new()), json!({"value": []}).to_string());
        };
        let reply = if let Some(refusal) = self.hinder(draft, token) {
            refusal
        } else {
            if self.kinds.has("wrong") && draft.rng.u32(..12) == 0 {
                items = vec![draft.another("AAMk")];
            }
            let sent = items.iter().any(|item| item["isDraft"] == false);
            if sent && numbers.len() == 1 {
                draft.saw_gone.insert(here(caller));
            }
            Reply::Graph(200, self.dates(&mut draft.rng), json!({"value": items}).to_string())
        };
        let place = if only_sent { "Sent Items" } else { "all folders" };
        let line = format!("GET [{}] list of {place}: {}", short(caller), brief(&reply));
        for number in &numbers {
            state.drafts.get_mut(number).unwrap().journal.push((now, line.clone()));
        }
        reply
    }

    /// What of a message a list shows.
    fn list_of(&self, draft: &mut Draft, query: &str, only_sent: bool, now: Instant, items: &mut Vec<Value>) {
        if draft.traits.received {
            if !only_sent {
                items.push(draft.item_of_draft(&draft.plain.clone(), query));
            }
            return;
        }
        let hidden = self.kinds.has("stale") && draft.rng.u32(..3) == 0;
        let sent = draft.acts.iter().any(|act| act.list_shown <= now && (!hidden || act.limit <= now));
        let shown = draft.acts.iter().any(|act| act.item_shown <= now);
        if sent && !draft.traits.unkept {
            items.push(self.item_of_sent(draft, &draft.sent_plain.clone()));
        }
        // The index may still name what has left, or not.
        let remains = !shown || !sent && draft.acts.iter().all(|act| now < act.limit) && draft.rng.bool();
        if !only_sent && !draft.deleted && remains {
            let id = draft.current_plain().to_owned();
            items.push(draft.item_of_draft(&id, query));
        }
    }

    /// What keeps a look from showing anything.
    fn hinder(&self, draft: &mut Draft, token: &str) -> Option<Reply> {
        if token.starts_with("expired") {
            let body = graph_error("InvalidAuthenticationToken", "Lifetime validation failed, the token is expired.");
            return Some(Reply::Graph(401, Vec::new(), body));
        }
        if token.starts_with("blind") {
            let body = graph_error("ErrorAccessDenied", "Access is denied. Check credentials and try again.");
            return Some(Reply::Graph(403, Vec::new(), body));
        }
        let rng = &mut draft.rng;
        if !self.kinds.has("looks") || rng.f64() >= draft.traits.blind {
            return None;
        }
        Some(match rng.u32(..11) {
            0 => Reply::Graph(503, Vec::new(), graph_error("ServiceUnavailable", "busy")),
            1 => Reply::Graph(500, Vec::new(), String::new()),
            2 => Reply::Graph(429, Vec::new(), graph_error("TooManyRequests", "too many")),
            3 => Reply::Foreign(404, Vec::new(), "<html>404 Not Found</html>".to_owned()),
            4 => Reply::Foreign(502, Vec::new(), "<html>502</html>".to_owned()),
            5 => Reply::Foreign(200, Vec::new(), "<html>Sign in</html>".to_owned()),
            6 => Reply::Reset,
            7 => Reply::Close,
            8 => Reply::Silence(None),
            9 => Reply::Graph(200, Vec::new(), "{}".to_owned()),
            _ => Reply::Graph(200, Vec::new(), "{\"isDraft\":fal".to_owned()),
        })
    }

    fn view(&self, draft: &mut Draft, caller: &str, now: Instant) -> View {
        let shown = draft.acts.iter().any(|act| act.item_shown <= now);
        let settled = draft.acts.iter().any(|act| act.item_shown <= now && act.limit <= now);
        if !shown {
            return if draft.deleted { View::Gone } else { View::Draft };
        }
        let stale = self.kinds.has("stale") && !settled && draft.rng.u32(..3) == 0;
        // An old state may come back, but only for a call that has seen the new one: it asks on the connection that brought it,
        // which it would have given up else.
        let saw_gone = draft.saw_gone.contains(&here(caller));
        let flaps = settled && draft.traits.flaps && saw_gone && draft.rng.u32(..5) < 2;
        match () {
            () if stale || flaps => View::Draft,
            () if draft.traits.unkept => View::Gone,
            () => View::Sent,
        }
    }

    fn item_of_sent(&self, draft: &mut Draft, id: &str) -> Value {
        let when = draft.acts.first().map_or(draft.born, |act| act.wall);
        let mut item = json!({
            "@odata.etag": "W/\"CQAAABYAAAD\"", "id": id, "isDraft": false, "parentFolderId": SENT, "changeKey": "CQAAABYAAAD",
            "internetMessageId": draft.internet_message_id, "sentDateTime": utc(when),
            "toRecipients": [{"emailAddress": {"address": "adele@contoso.example"}}], "ccRecipients": [], "bccRecipients": [],
        });
        let rng = &mut draft.rng;
        if self.kinds.has("times") && rng.bool() {
            let skewed = |back: u64, ahead: u64, rng: &mut Rng| {
                utc(when + Duration::from_secs(ahead) - Duration::from_secs(rng.u64(..=back + ahead)))
            };
            item["sentDateTime"] = match rng.u32(..9) {
                0 => Value::Null,
                1 => json!(""),
                2 => json!(1_764_172_800),
                3 => json!("0001-01-01T00:00:00Z"),
                4 => json!(utc(when).replace('Z', "+00:00")),
                5 => json!("2026-11-2NT10:00:00Z"),
                6 => json!(skewed(200, 0, rng)),
                7 => json!(skewed(30, 2, rng)),
                _ => {
                    item.as_object_mut().unwrap().remove("sentDateTime");
                    return item;
                }
            };
        }
        item
    }

    /// The `Date` of a look: right, of a clock that is ahead, or two of which the first is wrong.
    fn dates(&self, rng: &mut Rng) -> Vec<(&'static str, String)> {
        let now = SystemTime::now();
        let date = |time: SystemTime| ("Date", httpdate::fmt_http_date(time));
        if !self.kinds.has("times") || rng.bool() {
            return vec![date(now)];
        }
        match rng.u32(..4) {
            0 => vec![date(now + Duration::from_secs(rng.u64(..200)))],
            1 => vec![date(now + Duration::from_secs(3600)), date(now)],
            2 => vec![date(now - Duration::from_secs(rng.u64(..3)))],
            _ => Vec::new(),
        }
    }
}

impl Draft {
    fn ids(&self) -> [String; 4] {
        [&self.plain, &self.moved_plain, &self.sent_plain, &self.immutable].map(String::clone)
    }

    /// Within how many milliseconds after the client gave up an acceptance shows.
    fn lag(&self) -> u64 {
        SETTLES[usize::from(self.traits.long)] - MARGIN
    }

    fn current_plain(&self) -> &str {
        if self.moved { &self.moved_plain } else { &self.plain }
    }

    fn is_current(&self, id: &str) -> bool {
        id == self.current_plain() || id == self.immutable
    }

    fn is_sendable(&self, id: &str) -> bool {
        self.is_current(id) && self.takes_acts(Instant::now())
    }

    fn takes_acts(&self, at: Instant) -> bool {
        !self.deleted && !self.traits.received && !self.acts.iter().any(|act| act.item_shown <= at)
    }

    /// Accepts the message at a time, which may lie ahead. `base`: before the client can have given up.
    fn accept(&mut self, at: Instant, base: Instant, post: usize, clean: bool, accepted: &AtomicU64) {
        let mut limit = base + Duration::from_millis(self.lag());
        let rng = &mut self.rng;
        let from = |from: Instant, rng: &mut Rng| match rng.u32(..4) {
            0 => from,
            1 => limit.max(from),
            _ => from + limit.saturating_duration_since(from).mul_f64(rng.f64()),
        };
        let mut item_shown = from(at, rng);
        let mut list_shown = from(item_shown, rng);
        if self.traits.copy {
            list_shown = from(at, rng);
            item_shown = at + FAR * 2;
        } else if self.traits.deferred {
            (item_shown, list_shown) = (at + FAR * 2, at + FAR * 2);
        } else if self.traits.backlog && clean {
            item_shown = at + ms(1000, 5000, rng);
            (list_shown, limit) = (item_shown, item_shown);
        }
        let act = Act { at, post, item_shown, list_shown, limit, wall: SystemTime::now() };
        self.pending.push(act);
        self.advance(Instant::now(), accepted);
    }

    /// What its user does once it has been sent for the first time.
    fn users_turn(&mut self, now: Instant) {
        if self.posts.len() > 1 {
            return;
        }
        let rng = &mut self.rng;
        self.edit_at = self.traits.edits.then(|| now + ms(0, 250, rng));
        self.delete_at = self.traits.deletions.then(|| now + ms(0, 250, rng));
        if self.traits.moves {
            self.move_at = Some(now + ms(0, 250, rng));
            self.moved_to = if rng.bool() { ARCHIVE } else { DELETED };
        }
    }

    /// Lets happen what is due, in its order.
    fn advance(&mut self, now: Instant, accepted: &AtomicU64) {
        self.pending.sort_by_key(|act| act.at);
        loop {
            let act_at = self.pending.first().map(|act| act.at);
            let next = [act_at, self.edit_at, self.move_at, self.delete_at].into_iter().flatten().min();
            let Some(next) = next.filter(|next| *next <= now) else { return };
            if Some(next) == act_at {
                let act = self.pending.remove(0);
                if self.takes_acts(act.at) {
                    accepted.fetch_add(1, Ordering::Relaxed);
                    self.journal.push((act.at, format!("   ACCEPTED by post {}", act.post)));
                    self.acts.push(act);
                }
                continue;
            }
            // What has left is its user's no more.
            let touched = !self.acts.is_empty();
            if Some(next) == self.edit_at {
                self.edit_at = None;
                self.edited |= !touched;
            } else if Some(next) == self.move_at {
                self.move_at = None;
                self.moved |= !touched;
            } else {
                self.delete_at = None;
                self.deleted |= !touched;
            }
            if !touched {
                let (edited, moved, deleted) = (self.edited, self.moved, self.deleted);
                self.journal.push((next, format!("   its user: edited {edited}, moved {moved}, deleted {deleted}")));
            }
        }
    }

    fn item_of_draft(&self, id: &str, query: &str) -> Value {
        let change_key = if self.edited { "CQAAABYAAAB" } else { "CQAAABYAAAA" };
        let folder = match (self.traits.received, self.moved) {
            (true, _) => INBOX,
            (_, true) => self.moved_to,
            _ => DRAFTS,
        };
        let mut item = json!({
            "@odata.etag": format!("W/\"{change_key}\""), "id": id, "isDraft": !self.traits.received, "parentFolderId": folder,
            "changeKey": change_key, "internetMessageId": self.internet_message_id, "sentDateTime": utc(self.born),
            "toRecipients": [{"emailAddress": {"address": "adele@contoso.example"}}], "ccRecipients": [], "bccRecipients": [],
        });
        if self.traits.deferred && query.to_ascii_lowercase().contains("0x3fef") {
            let until = utc(self.born + FAR);
            item["singleValueExtendedProperties"] = json!([{"id": "SystemTime 0x3fef", "value": until}]);
        }
        item
    }

    /// Another message, under an id of the kind that was asked for.
    fn another(&mut self, id: &str) -> Value {
        let (prefix, length) = if id.starts_with("AAkALg") { ("AAkALg", 120) } else { ("AAMk", 152) };
        let is_draft = self.rng.bool();
        json!({
            "id": id_of(prefix, !self.number, 1, 1, length), "isDraft": is_draft,
            "parentFolderId": if is_draft { DRAFTS } else { SENT }, "changeKey": "CQAAABYAAAA",
            "internetMessageId": "<another@contoso.example>", "sentDateTime": utc(SystemTime::now()),
            "toRecipients": [{"emailAddress": {"address": "adele@contoso.example"}}], "ccRecipients": [], "bccRecipients": [],
        })
    }
}

/// The well-known folders.
pub fn folder(name: &str) -> Option<&'static str> {
    Some(match name.to_ascii_lowercase().as_str() {
        "sentitems" => SENT,
        "drafts" => DRAFTS,
        "archive" => ARCHIVE,
        "inbox" => INBOX,
        "deleteditems" => DELETED,
        _ => return None,
    })
}

fn utc(time: SystemTime) -> String {
    humantime::format_rfc3339_seconds(time).to_string()
}

pub fn short(caller: &str) -> &str {
    &caller[caller.len().saturating_sub(8)..]
}

fn tail(id: &str) -> String {
    format!("{}..{}", &id[..11.min(id.len())], &id[id.len().saturating_sub(8)..])
}

fn brief(reply: &Reply) -> String {
    match reply {
        Reply::Graph(status, headers, body) | Reply::Foreign(status, headers, body) => {
            let item: Value = serde_json::from_str(body).unwrap_or(Value::Null);
            let one = |item: &Value| {
                format!(
                    "{{isDraft {}, sent {}, folder {:.14}, id {}, {}}}",
                    item["isDraft"],
                    item["sentDateTime"],
                    item["parentFolderId"].as_str().unwrap_or("-").trim_start_matches("AAMkADhm"),
                    tail(item["id"].as_str().unwrap_or("-")),
                    item["internetMessageId"]
                )
            };
            let shown = match (&item["value"], item.get("isDraft")) {
                (Value::Array(items), _) => format!("[{}]", items.iter().map(one).collect::<Vec<_>>().join(", ")),
                (_, Some(_)) => one(&item),
                _ => body.clone(),
            };
            format!("{status} {headers:?} {shown}")
        }
        other => format!("{other:?}"),
    }
}
