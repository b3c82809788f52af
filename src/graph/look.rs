//! What a look shows: at the message, in a search of the mailbox, at a folder. Facts alone; what follows from them is decided in
//! `delivery`.

use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::json;
use super::{BodyEnd, Cause, Failure, Framing, Reply, asked_to_wait};
use super::{InternetMessageId, MessageId};

/// What a look at a message shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LookResult {
    /// It is a draft.
    Draft(DraftSeen),
    /// It exists and is no draft.
    NotADraft(ItemSeen),
    /// There is nothing under this id.
    Gone,
    /// The token may not look (401 or 403, which is given).
    NotAllowed(u16),
    /// The answer shows another message than the one asked for, or does not say which.
    Another,
    /// The look failed.
    Failed(LookFailure),
}

/// Why a look shows nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LookFailure {
    /// What came instead.
    pub what: FailedBy,
    /// The wait that Graph asked for.
    pub wait: Option<Duration>,
}

/// What a look that failed met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailedBy {
    /// A reply with this status, which shows nothing.
    Status(u16),
    /// No reply, for this reason.
    NoReply(Cause),
}

/// A draft as it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftSeen {
    /// `parentFolderId`.
    pub folder: String,
    /// `changeKey`, which every change of the message changes.
    pub change_key: String,
    /// `internetMessageId`, empty where it has none.
    pub internet_message_id: String,
    /// Whether it has a recipient, where the look asked for that.
    pub has_recipients: Option<bool>,
    /// When it is to be sent at the earliest.
    pub deferred: Deferred,
}

/// Whether a draft is to be sent later. Accepted, such a draft waits in Drafts until then and looks as before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Deferred {
    /// It is not.
    #[default]
    No,
    /// Until then, by the service's clock.
    Until(SystemTime),
    /// Until some time that cannot be read.
    Unreadable,
}

/// A message that is no draft, as it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemSeen {
    /// `id`.
    pub id: String,
    /// `parentFolderId`.
    pub folder: String,
    /// `sentDateTime`, by the server's clock.
    pub sent_at: Option<SystemTime>,
}

/// What a search of the mailbox for an `internetMessageId` shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SearchResult {
    /// All items that have it.
    Items(Vec<Hit>),
    /// The token may not look (401 or 403, which is given).
    NotAllowed(u16),
    /// The list holds items that were not asked for, or not all that were: nothing follows from what is not in it.
    Unfiltered,
    /// The search failed.
    Failed(LookFailure),
}

/// An item of such a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hit {
    /// A draft.
    Draft(ListedDraft),
    /// A message that is no draft.
    NotADraft(ItemSeen),
}

/// A draft as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedDraft {
    /// `id`.
    pub id: String,
    /// `parentFolderId`.
    pub folder: String,
    /// `changeKey`.
    pub change_key: String,
}

/// What asking for the id of a folder shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FolderResult {
    /// Its id.
    Id(String),
    /// The token may not look (401 or 403, which is given).
    NotAllowed(u16),
    /// The look failed.
    Failed(LookFailure),
}

/// A reply to a look, with what it is read against.
#[derive(Debug, Clone, Copy)]
pub struct LookReply<'a> {
    /// What came back.
    pub result: Result<&'a Reply, &'a Failure>,
    /// The `client-request-id` of the request.
    pub client_request_id: &'a str,
    /// The wall clock, for a `Retry-After` given as a date.
    pub now: SystemTime,
}

/// Which message a look was for.
#[derive(Debug, Clone, Copy)]
pub struct LookTarget<'a> {
    /// Its id.
    pub id: &'a MessageId,
    /// Its `internetMessageId`, where it is known.
    pub internet_message_id: Option<&'a str>,
}

/// What a look at a message shows.
pub fn read_look(look: LookReply, asked: LookTarget) -> LookResult {
    match read(look) {
        Read::Json(json, reply) => {
            of_message(&json, asked).unwrap_or_else(|| LookResult::Failed(unreadable(reply, look)))
        }
        Read::Missing(_) => LookResult::Gone,
        Read::NotAllowed(status) => LookResult::NotAllowed(status),
        Read::Failed(failure) => LookResult::Failed(failure),
    }
}

/// What a search of all folders for an `internetMessageId` shows.
pub fn read_search(look: LookReply, internet_message_id: &str) -> SearchResult {
    match read(look) {
        Read::Json(json, reply) => {
            listed(&json, internet_message_id).unwrap_or_else(|| SearchResult::Failed(unreadable(reply, look)))
        }
        Read::NotAllowed(status) => SearchResult::NotAllowed(status),
        Read::Missing(reply) => SearchResult::Failed(unreadable(reply, look)),
        Read::Failed(failure) => SearchResult::Failed(failure),
    }
}

/// What asking for a folder's id shows.
pub fn read_folder(look: LookReply) -> FolderResult {
    match read(look) {
        Read::Json(json, reply) => match text(&json, "id") {
            id if id.is_empty() => FolderResult::Failed(unreadable(reply, look)),
            id => FolderResult::Id(id),
        },
        Read::NotAllowed(status) => FolderResult::NotAllowed(status),
        Read::Missing(reply) => FolderResult::Failed(unreadable(reply, look)),
        Read::Failed(failure) => FolderResult::Failed(failure),
    }
}

/// The date of a reply of Graph's: the service's clock.
pub fn service_time(look: LookReply) -> Option<SystemTime> {
    let reply = look.result.ok().filter(|reply| reply.is_graphs() && reply.is_for(look.client_request_id))?;
    httpdate::parse_http_date(reply.date.as_deref()?.trim()).ok()
}

/// A reply to a look, before it is known what it shows.
enum Read<'a> {
    Json(Value, &'a Reply),
    Missing(&'a Reply),
    NotAllowed(u16),
    Failed(LookFailure),
}

/// Only a whole JSON reply to this very request shows anything; a refusal counts where it is Graph's own.
fn read(look: LookReply<'_>) -> Read<'_> {
    let reply = match look.result {
        Ok(reply) => reply,
        Err(failure) => return Read::Failed(LookFailure { what: FailedBy::NoReply(failure.cause), wait: None }),
    };
    if !reply.is_for(look.client_request_id) {
        return Read::Failed(unreadable(reply, look));
    }
    match reply.status {
        200 if reply.body_end == BodyEnd::Complete && reply.framing != Framing::Uncertain => {
            match json::parse(&reply.body) {
                Some(json) => Read::Json(json, reply),
                None => Read::Failed(unreadable(reply, look)),
            }
        }
        404 if reply.is_graphs() => Read::Missing(reply),
        status @ (401 | 403) if reply.is_graphs() => Read::NotAllowed(status),
        _ => Read::Failed(unreadable(reply, look)),
    }
}

fn unreadable(reply: &Reply, look: LookReply) -> LookFailure {
    LookFailure { what: FailedBy::Status(reply.status), wait: asked_to_wait(reply, look.client_request_id, look.now) }
}

fn of_message(json: &Value, asked: LookTarget) -> Option<LookResult> {
    let is_draft = json.get("isDraft")?.as_bool()?;
    if !is_it(json, asked) {
        return Some(LookResult::Another);
    }
    Some(if is_draft { LookResult::Draft(draft(json)) } else { LookResult::NotADraft(item(json)) })
}

/// Whether an answer is about the message that was asked for. An immutable id may be answered with the plain one; other ids
/// must be the same. What names neither id nor `internetMessageId` is about nothing.
fn is_it(json: &Value, asked: LookTarget) -> bool {
    let id = text(json, "id");
    let same_id = match id.as_str() {
        "" => None,
        id => asked.id.is_same(id),
    };
    let shown = text(json, "internetMessageId");
    let same_mail = asked
        .internet_message_id
        .filter(|_| !shown.is_empty())
        .map(|asked| InternetMessageId::of_graph(&shown).is_same(asked));
    match (same_id, same_mail) {
        (Some(false), _) | (_, Some(false)) => false,
        (Some(true), _) | (_, Some(true)) => true,
        // Ids of two kinds, and nothing else to compare: nobody asks Graph for immutable ones.
        (None, None) => !id.is_empty() && asked.id.is_immutable() && asked.internet_message_id.is_none(),
    }
}

fn draft(json: &Value) -> DraftSeen {
    DraftSeen {
        folder: text(json, "parentFolderId"),
        change_key: text(json, "changeKey"),
        internet_message_id: text(json, "internetMessageId"),
        has_recipients: has_recipients(json),
        deferred: deferred(json),
    }
}

fn item(json: &Value) -> ItemSeen {
    ItemSeen { id: text(json, "id"), folder: text(json, "parentFolderId"), sent_at: time(&text(json, "sentDateTime")) }
}

/// 2000-01-01, in seconds: what lies before it is a default, as 1970 is, and nobody's time.
const YEAR_2000: u64 = 946_684_800;

/// A time as Graph writes it, in UTC; whatever else stands there is none.
fn time(text: &str) -> Option<SystemTime> {
    let digits = text.strip_suffix('Z')?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit() || b"-:.T".contains(&byte)) {
        return None;
    }
    let earliest = SystemTime::UNIX_EPOCH + Duration::from_secs(YEAR_2000);
    humantime::parse_rfc3339(text).ok().filter(|time| *time >= earliest)
}

fn listed(json: &Value, internet_message_id: &str) -> Option<SearchResult> {
    let values = json.get("value")?.as_array()?;
    let mut items = Vec::with_capacity(values.len());
    for value in values {
        let is_draft = value.get("isDraft")?.as_bool()?;
        if !InternetMessageId::of_graph(&text(value, "internetMessageId")).is_same(internet_message_id) {
            return Some(SearchResult::Unfiltered);
        }
        let id = text(value, "id");
        if is_draft && id.is_empty() {
            // It may be the one that was asked for, or another.
            return Some(SearchResult::Unfiltered);
        }
        items.push(if is_draft {
            Hit::Draft(ListedDraft { id, folder: text(value, "parentFolderId"), change_key: text(value, "changeKey") })
        } else {
            Hit::NotADraft(item(value))
        });
    }
    let is_whole = json.get("@odata.nextLink").is_none();
    Some(if is_whole { SearchResult::Items(items) } else { SearchResult::Unfiltered })
}

fn text(json: &Value, name: &str) -> String {
    json.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// It has none only where all three lists are there and empty.
fn has_recipients(json: &Value) -> Option<bool> {
    let lists = ["toRecipients", "ccRecipients", "bccRecipients"].map(|name| json.get(name).and_then(Value::as_array));
    if lists.iter().flatten().any(|list| !list.is_empty()) {
        return Some(true);
    }
    lists.iter().all(Option::is_some).then_some(false)
}

/// The latest of the times that an answer gives; Graph gives the property only where it is set.
fn deferred(json: &Value) -> Deferred {
    let properties = match json.get("singleValueExtendedProperties") {
        None | Some(Value::Null) => return Deferred::No,
        Some(Value::Array(properties)) => properties,
        Some(_) => return Deferred::Unreadable,
    };
    let times = properties.iter().map(|property| match property.get("id").and_then(Value::as_str) {
        Some(id) if is_deferred_send_time(id) => match time(&text(property, "value")) {
            Some(time) => Deferred::Until(time),
            None => Deferred::Unreadable,
        },
        Some(_) => Deferred::No,
        None => Deferred::Unreadable,
    });
    times.max().unwrap_or_default()
}

/// `PidTagDeferredSendTime`, of which Graph writes the number in its own way: `SystemTime 0x3fef`
/// (<https://learn.microsoft.com/office/client-developer/outlook/mapi/pidtagdeferredsendtime-canonical-property>).
fn is_deferred_send_time(id: &str) -> bool {
    id.split_whitespace().map(str::to_ascii_lowercase).eq(["systemtime", "0x3fef"])
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALL: &str = "4f1c";
    const ID: &str = "AAMkX";
    const DRAFT: &str =
        r#"{"id":"AAMkX","isDraft":true,"parentFolderId":"f","changeKey":"k","internetMessageId":"<m>"}"#;

    fn looked(reply: &Reply) -> LookReply<'_> {
        LookReply { result: Ok(reply), client_request_id: CALL, now: SystemTime::UNIX_EPOCH }
    }

    fn sight_of(reply: &Reply, id: &str, internet_message_id: Option<&str>) -> LookResult {
        read_look(looked(reply), LookTarget { id: &MessageId::parse(id).unwrap(), internet_message_id })
    }

    fn shown(reply: &Reply) -> LookResult {
        sight_of(reply, ID, None)
    }

    fn time(text: &str) -> SystemTime {
        humantime::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn a_draft() {
        let LookResult::Draft(draft) = shown(&Reply::whole(200, DRAFT)) else { panic!("no draft") };
        assert_eq!(
            (draft.folder.as_str(), draft.change_key.as_str(), draft.internet_message_id.as_str()),
            ("f", "k", "<m>")
        );
        assert_eq!((draft.has_recipients, draft.deferred), (None, Deferred::No));
        for (recipients, has) in [
            (r#""toRecipients":[],"ccRecipients":[],"bccRecipients":[]"#, Some(false)),
            (r#""toRecipients":[],"bccRecipients":[{}]"#, Some(true)),
            (r#""toRecipients":[]"#, None),
            (r#""toRecipients":[],"ccRecipients":[],"bccRecipients":null"#, None),
        ] {
            let body = format!("{},{recipients}}}", DRAFT.trim_end_matches('}'));
            let LookResult::Draft(draft) = shown(&Reply::whole(200, &body)) else { panic!("no draft in {body}") };
            assert_eq!(draft.has_recipients, has, "{body}");
        }
    }

    #[test]
    fn a_deferred_draft() {
        let deferred = |properties: &str| {
            let body = format!("{},\"singleValueExtendedProperties\":{properties}}}", DRAFT.trim_end_matches('}'));
            let LookResult::Draft(draft) = shown(&Reply::whole(200, &body)) else { panic!("no draft in {body}") };
            draft.deferred
        };
        let until = Deferred::Until(time("2026-11-27T10:00:00Z"));
        assert_eq!(deferred(r#"[{"id":"SystemTime 0x3fef","value":"2026-11-27T10:00:00Z"}]"#), until);
        assert_eq!(deferred(r#"[{"id":"SystemTime 0x3FEF","value":"2026-11-27T10:00:00.0000000Z"}]"#), until);
        assert_eq!(
            deferred(
                r#"[{"id":"SystemTime 0x3fef","value":"2026-11-26T10:00:00Z"},{"id":"SystemTime 0x3fef","value":"2026-11-27T10:00:00Z"}]"#
            ),
            until
        );
        assert_eq!(deferred(r#"[{"id":"SystemTime 0x3fef","value":"soon"}]"#), Deferred::Unreadable);
        assert_eq!(deferred(r#"[{"id":"SystemTime 0x3fef"}]"#), Deferred::Unreadable);
        for unreadable in ["{}", r#"[{"value":"2026-11-27T10:00:00Z"}]"#, r#"[{"id":null}]"#, "[null]", r#"["x"]"#] {
            assert_eq!(deferred(unreadable), Deferred::Unreadable, "{unreadable}");
        }
        for none in ["[]", "null", r#"[{"id":"SystemTime 0x000f","value":"2026-11-27T10:00:00Z"}]"#] {
            assert_eq!(deferred(none), Deferred::No, "{none}");
        }
    }

    #[test]
    fn no_draft_any_more() {
        let sent_at = |value: &str| {
            let body = format!(r#"{{"id":"AAMkX","isDraft":false,"parentFolderId":"s","sentDateTime":{value}}}"#);
            match shown(&Reply::whole(200, &body)) {
                LookResult::NotADraft(item) => {
                    assert_eq!((item.id.as_str(), item.folder.as_str()), (ID, "s"));
                    item.sent_at
                }
                other => panic!("{other:?}"),
            }
        };
        let at = Some(time("2026-11-23T10:00:00Z"));
        assert_eq!(sent_at(r#""2026-11-23T10:00:00Z""#), at);
        assert_eq!(sent_at(r#""2026-11-23T10:00:00.0000000Z""#), at);
        for unusable in [
            "null",
            "\"\"",
            "17",
            "\"0001-01-01T00:00:00Z\"",
            "\"2026-11-2NT10:00:00Z\"",
            "\"2026-11-23T11:00:00+01:00\"",
            "\"2026-11-23 10:00:00\"",
            "\"2026-11-23T10:00:00ZZ\"",
            "\"1970-01-01T00:00:00Z\"",
        ] {
            assert_eq!(sent_at(unusable), None, "{unusable}");
        }
        let absent = Reply::whole(200, r#"{"id":"AAMkX","isDraft":false}"#);
        assert!(matches!(shown(&absent), LookResult::NotADraft(ItemSeen { sent_at: None, .. })));
    }

    #[test]
    fn an_answer_about_another_message() {
        let body = |id: &str, mail: &str| {
            Reply::whole(
                200,
                format!(r#"{{"id":{id},"internetMessageId":{mail},"isDraft":false,"parentFolderId":"s"}}"#),
            )
        };
        let is_it = |asked: &str, known: Option<&str>, reply: &Reply| match sight_of(reply, asked, known) {
            LookResult::NotADraft(_) => true,
            LookResult::Another => false,
            other => panic!("{other:?}"),
        };
        // Of one kind, ids are the same or another's.
        assert!(is_it("AAMkX", None, &body("\"AAMkX\"", "\"<m>\"")));
        assert!(!is_it("AAMkX", None, &body("\"AAMkx\"", "\"<m>\"")));
        assert!(!is_it("AAMkX", None, &body("\"other\"", "\"<other@x>\"")));
        assert!(!is_it("AAMkX", Some("<m>"), &body("\"AAMkY\"", "\"<m>\"")));
        // An immutable id may be answered with the plain one, and then the internetMessageId tells.
        assert!(is_it("AAkALgX", None, &body("\"AAMkY\"", "\"<m>\"")));
        assert!(is_it("AAkALgX", Some("<m>"), &body("\"AAMkY\"", "\"<m>\"")));
        assert!(!is_it("AAkALgX", Some("<m>"), &body("\"AAMkY\"", "\"<n>\"")));
        assert!(!is_it("AAkALgX", None, &body("\"AAkALgY\"", "\"<m>\"")));
        assert!(!is_it("AAkALgX", Some("<m>"), &body("\"AAMkY\"", "null")));
        assert!(!is_it("AAMkX", None, &body("\"AAkALgY\"", "\"<m>\"")));
        assert!(is_it("AAMkX", Some("<m>"), &body("\"AAkALgY\"", "\"<m>\"")));
        // The internetMessageId, where it is known.
        assert!(!is_it("AAMkX", Some("<m>"), &body("\"AAMkX\"", "\"<other@x>\"")));
        assert!(is_it("AAMkX", Some("m"), &body("\"AAMkX\"", "\"<m>\"")));
        assert!(is_it("AAMkX", Some("<m>"), &body("\"AAMkX\"", "null")));
        // What names nothing is about nothing.
        assert!(is_it("AAMkX", Some("<m>"), &body("null", "\"<m>\"")));
        assert!(!is_it("AAMkX", None, &body("null", "\"<m>\"")));
        assert!(!is_it("AAMkX", Some("<m>"), &body("7", "null")));
    }

    #[test]
    fn a_search() {
        let list = |body: &str| read_search(looked(&Reply::whole(200, body)), "<m>");
        assert_eq!(list(r#"{"value":[]}"#), SearchResult::Items(Vec::new()));
        let items = r#"{"id":"d","isDraft":true,"internetMessageId":"<m>","parentFolderId":"f","changeKey":"k"},
            {"id":"s","isDraft":false,"internetMessageId":"<m>","parentFolderId":"f","sentDateTime":"2026-11-23T10:00:00Z"}"#;
        let sent = ItemSeen { id: "s".to_owned(), folder: "f".to_owned(), sent_at: Some(time("2026-11-23T10:00:00Z")) };
        let [id, folder, change_key] = ["d", "f", "k"].map(str::to_owned);
        let draft = ListedDraft { id, folder, change_key };
        let both = SearchResult::Items(vec![Hit::Draft(draft), Hit::NotADraft(sent)]);
        assert_eq!(list(&format!(r#"{{"value":[{items}]}}"#)), both);
        // Where the filter was ignored, or the list goes on, what is not in it proves nothing.
        let ignored = format!(r#"{{"value":[{items},{{"id":"x","isDraft":false,"internetMessageId":"<n>"}}]}}"#);
        assert_eq!(list(&ignored), SearchResult::Unfiltered);
        assert_eq!(list(r#"{"value":[{"id":"x","isDraft":false}]}"#), SearchResult::Unfiltered);
        assert_eq!(
            list(r#"{"value":[{"id":null,"isDraft":true,"internetMessageId":"<m>"}]}"#),
            SearchResult::Unfiltered
        );
        assert_eq!(list(&format!(r#"{{"@odata.nextLink":"https://x","value":[{items}]}}"#)), SearchResult::Unfiltered);
        let failed = |status| SearchResult::Failed(LookFailure { what: FailedBy::Status(status), wait: None });
        assert_eq!(list("{}"), failed(200));
        assert_eq!(list(r#"{"value":[{"id":"x"}]}"#), failed(200));
        assert_eq!(read_search(looked(&Reply::whole(404, "")), "<m>"), failed(404));
        assert_eq!(read_search(looked(&Reply::whole(403, "")), "<m>"), SearchResult::NotAllowed(403));
    }

    #[test]
    fn a_folder() {
        assert_eq!(read_folder(looked(&Reply::whole(200, r#"{"id":"f"}"#))), FolderResult::Id("f".to_owned()));
        assert_eq!(read_folder(looked(&Reply::whole(403, ""))), FolderResult::NotAllowed(403));
        let failed = |status| FolderResult::Failed(LookFailure { what: FailedBy::Status(status), wait: None });
        assert_eq!(read_folder(looked(&Reply::whole(200, "{}"))), failed(200));
        assert_eq!(read_folder(looked(&Reply::whole(404, ""))), failed(404));
    }

    #[test]
    fn what_shows_nothing() {
        assert_eq!(shown(&Reply::whole(404, "")), LookResult::Gone);
        assert_eq!(shown(&Reply::whole(403, "")), LookResult::NotAllowed(403));
        assert_eq!(shown(&Reply::whole(401, "")), LookResult::NotAllowed(401));
        for nothing in [
            Reply::whole(200, "<html>"),
            Reply::whole(200, "{}"),
            Reply::whole(200, r#"{"id":"AAMkX","isDraft":"true"}"#),
            Reply::whole(202, DRAFT),
            Reply::whole(500, ""),
            Reply { request_id: String::new(), ..Reply::whole(404, "<html>") },
            Reply { request_id: String::new(), ..Reply::whole(403, "") },
            Reply { body_end: BodyEnd::CutOff, ..Reply::whole(200, DRAFT) },
            Reply { framing: Framing::Uncertain, ..Reply::whole(200, DRAFT) },
            Reply { came_early: true, ..Reply::whole(200, DRAFT) },
            Reply { came_early: true, ..Reply::whole(404, "") },
            Reply { client_request_ids: vec!["another".to_owned()], ..Reply::whole(200, DRAFT) },
            Reply { client_request_ids: vec!["another".to_owned()], ..Reply::whole(403, "") },
        ] {
            let failed = LookFailure { what: FailedBy::Status(nothing.status), wait: None };
            assert_eq!(shown(&nothing), LookResult::Failed(failed), "{nothing:?}");
        }
        let wait = |reply: Reply| match shown(&Reply { retry_after: Some("3".to_owned()), ..reply }) {
            LookResult::Failed(failure) => failure.wait,
            other => panic!("{other:?}"),
        };
        assert_eq!(wait(Reply::whole(429, "")), Some(Duration::from_secs(3)));
        // A stranger's wait is nobody's.
        assert_eq!(wait(Reply { request_id: String::new(), ..Reply::whole(429, "<html>") }), None);
        assert_eq!(wait(Reply::whole(302, "")), None);
        let failure = Failure { handed_on: true, cause: Cause::TimedOut, detail: String::new() };
        let look = LookReply { result: Err(&failure), client_request_id: CALL, now: SystemTime::UNIX_EPOCH };
        let id = MessageId::parse(ID).unwrap();
        assert_eq!(
            read_look(look, LookTarget { id: &id, internet_message_id: None }),
            LookResult::Failed(LookFailure { what: FailedBy::NoReply(Cause::TimedOut), wait: None })
        );
    }

    #[test]
    fn the_services_time() {
        let dated = |reply: Reply| Reply { date: Some("Mon, 23 Nov 2026 10:00:00 GMT".to_owned()), ..reply };
        let at = Some(time("2026-11-23T10:00:00Z"));
        assert_eq!(service_time(looked(&dated(Reply::whole(200, DRAFT)))), at);
        assert_eq!(service_time(looked(&dated(Reply::whole(404, "")))), at);
        assert_eq!(service_time(looked(&dated(Reply { request_id: String::new(), ..Reply::whole(200, "") }))), None);
        assert_eq!(service_time(looked(&dated(Reply { came_early: true, ..Reply::whole(200, "") }))), None);
        assert_eq!(service_time(looked(&Reply::whole(200, ""))), None);
    }
}
