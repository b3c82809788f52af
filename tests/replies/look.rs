//! What a look at a message, a search and a question for a folder show.

use std::time::{Duration, SystemTime};

use graph_message::graph::{
    BodyEnd, Deferred, DraftSeen, FailedBy, Failure, FolderResult, Framing, Hit, ItemSeen, ListedDraft, LookFailure,
    LookReply, LookResult, LookTarget, MessageId, Reply, SearchResult, asked_to_wait, read_folder, read_look,
    read_search, service_time,
};

use crate::differences::Differences;
use crate::reply::{BODIES, CAUSES, CLIENT_REQUEST_IDS, DATE, ENDS, ErrorJson, FRAMINGS, OURS, REQUEST_ID, Row, now};
use crate::time::{OVERLONG_TIMES, Reads, TEN, TIMES};

/// [P 2] Ids of the two kinds: a plain one and an immutable one, and others.
const PLAIN: &str = "AAMkAGI2TG93AAA=";
const OTHER_PLAIN: &str = "AAMkAGI2TG93AAB=";
const IMMUTABLE: &str = "AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0Aa1";
const OTHER_IMMUTABLE: &str = "AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0Ab2";
const KNOWN: &str = "<a.1@contoso.com>";

/// The JSON of a property, `None` where it is absent.
type Json = Option<&'static str>;

/// A message as an answer gives it.
#[derive(Debug, Clone, Copy)]
struct Message {
    id: Json,
    internet_message_id: Json,
    is_draft: Json,
    sent: Json,
    folder: Json,
    change_key: Json,
    properties: Json,
    recipients: [Json; 3],
}

/// The draft that was asked for, unchanged.
const DRAFT: Message = Message {
    id: Some(r#""AAMkAGI2TG93AAA=""#),
    internet_message_id: Some(r#""<a.1@contoso.com>""#),
    is_draft: Some("true"),
    sent: Some(r#""2026-11-23T10:00:00Z""#),
    folder: Some(r#""Drafts""#),
    change_key: Some(r#""CQAAABYA""#),
    properties: None,
    recipients: [None; 3],
};

impl Message {
    fn text(&self) -> String {
        let [to, cc, bcc] = self.recipients;
        let properties = [
            ("@odata.context", Some(r#""https://graph.microsoft.com/v1.0/$metadata#users('u')/messages/$entity""#)),
            ("@odata.etag", Some(r#""W/\"CQAAABYA\"""#)),
            ("id", self.id),
            ("internetMessageId", self.internet_message_id),
            ("isDraft", self.is_draft),
            ("sentDateTime", self.sent),
            ("parentFolderId", self.folder),
            ("changeKey", self.change_key),
            ("singleValueExtendedProperties", self.properties),
            ("toRecipients", to),
            ("ccRecipients", cc),
            ("bccRecipients", bcc),
        ];
        let given = properties.into_iter().filter_map(|(name, json)| Some(format!("{name:?}:{}", json?)));
        format!("{{{}}}", given.collect::<Vec<_>>().join(","))
    }
}

/// The text of a property; `None` where it is absent, null or no text, and so says nothing.
fn said(json: Json) -> Option<&'static str> {
    json?.strip_prefix('"')?.strip_suffix('"')
}

/// Which message an answer is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    Asked,
    /// Another, or nothing says which.
    Another,
    /// The sources do not say.
    Unsettled,
}

/// [D Evidence] An answer about another message is no evidence: the `internetMessageId`, where it is known, and the `id`, where
/// both are of one kind, must not differ, and one of them must be the same. What is absent or unreadable proves nothing.
fn about(message: &Message, asked: &str, known: Option<&str>) -> About {
    let is_immutable = |id: &str| id.starts_with("AAkALg");
    let bare = |id: &str| id.trim_matches(['<', '>']).to_owned();
    let (mut same, mut other, mut may_be) = (false, false, About::Another);
    match said(message.id) {
        Some(id) if id == asked => same = true,
        Some("") | None => {}
        Some(id) if is_immutable(id) == is_immutable(asked) => other = true,
        // [D Evidence] An immutable id may be answered with the plain one; the reverse is nowhere said, nor what holds where an
        // internetMessageId is known and not given.
        Some(_) if is_immutable(asked) && known.is_none() => may_be = About::Asked,
        Some(_) => may_be = About::Unsettled,
    }
    match (said(message.internet_message_id), known) {
        (Some(id), Some(known)) if bare(id) == bare(known) => same = true,
        // An empty one is none; whether it then may be the one that had one is nowhere said.
        (Some(""), Some(_)) if same => return About::Unsettled,
        (Some(""), Some(_)) => {}
        (Some(_), Some(_)) => other = true,
        _ => {}
    }
    match (same, other) {
        (_, true) => About::Another,
        (true, false) => About::Asked,
        (false, false) => may_be,
    }
}

/// What deferred-send times may be read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Defers {
    No,
    Until(i64),
    Unreadable,
    /// Not, or unreadably.
    NoOrUnreadable,
    /// Until a time that has passed long since, or unreadably.
    PastOrUnreadable,
    /// Until this time, or unreadably.
    UntilOrUnreadable(i64),
}

/// [D Evidence] A draft whose deferred-send time lies ahead proves nothing until then; one that cannot be read may lie ahead.
const DEFERRALS: [(Json, Defers); 29] = [
    // Only what is set is given.
    (None, Defers::No),
    (Some("[]"), Defers::No),
    (Some("null"), Defers::NoOrUnreadable),
    (Some(r#"[{"id":"SystemTime 0x3FEF","value":"2026-11-23T10:00:00Z"}]"#), Defers::Until(TEN)),
    (Some(r#"[{"id":"SystemTime 0x3fef","value":"2026-11-23T10:00:00Z"}]"#), Defers::Until(TEN)),
    (Some(r#"[{"id":"SystemTime 0X3FEF","value":"2026-11-23T10:00:00Z"}]"#), Defers::Until(TEN)),
    (Some(r#"[{"value":"2026-11-23T10:00:00.0000000Z","id":"SystemTime 0x3fEf"}]"#), Defers::Until(TEN)),
    (Some(r#"[{"id":"systemtime 0x3fef","value":"2026-11-23T10:00:00Z"}]"#), Defers::Until(TEN)),
    (
        Some(
            r#"[{"id":"SystemTime 0x3fef","value":"2026-11-23T10:00:00Z"},{"id":"SystemTime 0x3fef","value":"2026-11-22T10:00:00Z"}]"#,
        ),
        Defers::Until(TEN),
    ),
    (
        Some(
            r#"[{"id":"SystemTime 0x3fef","value":"2026-11-22T10:00:00Z"},{"id":"SystemTime 0x3FEF","value":"2026-11-23T10:00:00Z"}]"#,
        ),
        Defers::Until(TEN),
    ),
    (
        Some(
            r#"[{"id":"SystemTime 0xf","value":"2027-11-22T10:00:00Z"},{"id":"SystemTime 0x3FEF","value":"2026-11-23T10:00:00Z"}]"#,
        ),
        Defers::Until(TEN),
    ),
    (Some(r#"[{"id":"SystemTime 0x3fef","value":"2026-11-23T12:00:00+02:00"}]"#), Defers::UntilOrUnreadable(TEN)),
    (Some(r#"[{"id":"SystemTime 0x3fef","value":"2026-11-23T10:00:00"}]"#), Defers::UntilOrUnreadable(TEN)),
    (Some(r#"[{"id":"SystemTime 0x3fef","value":"9999-12-31T23:59:59Z"}]"#), Defers::Until(253_402_300_799)),
    (Some(r#"[{"id":"SystemTime 0x3fef","value":"0001-01-01T00:00:00Z"}]"#), Defers::PastOrUnreadable),
    (Some(r#"[{"id":"SystemTime 0x3fef","value":"1601-01-01T00:00:00Z"}]"#), Defers::PastOrUnreadable),
    (Some(r#"[{"id":"SystemTime 0x3fef","value":"soon"}]"#), Defers::Unreadable),
    (Some(r#"[{"id":"SystemTime 0x3fef","value":""}]"#), Defers::Unreadable),
    (Some(r#"[{"id":"SystemTime 0x3fef","value":null}]"#), Defers::Unreadable),
    (Some(r#"[{"id":"SystemTime 0x3fef","value":1795428000}]"#), Defers::Unreadable),
    (Some(r#"[{"id":"SystemTime 0x3fef"}]"#), Defers::Unreadable),
    (
        Some(
            r#"[{"id":"SystemTime 0x3fef","value":"2026-11-23T10:00:00Z"},{"id":"SystemTime 0x3fef","value":"soon"}]"#,
        ),
        Defers::Unreadable,
    ),
    (
        Some(
            r#"[{"id":"SystemTime 0x3fef","value":"soon"},{"id":"SystemTime 0x3fef","value":"2026-11-23T10:00:00Z"}]"#,
        ),
        Defers::Unreadable,
    ),
    // Another property says nothing of this one.
    (Some(r#"[{"id":"String 0x1045","value":"soon"}]"#), Defers::No),
    (Some(r#"[{"id":"SystemTime 0x000F","value":"2026-11-23T10:00:00Z"}]"#), Defers::No),
    (Some(r#"[{"id":"SystemTime 0x13FEF","value":"2026-11-23T10:00:00Z"}]"#), Defers::No),
    // It is no list.
    (Some(r#"{"id":"SystemTime 0x3fef","value":"2026-11-23T10:00:00Z"}"#), Defers::Unreadable),
    (Some(r#""2026-11-23T10:00:00Z""#), Defers::Unreadable),
    (Some("true"), Defers::Unreadable),
];

/// Which property it is cannot be read, so it may be this one.
const NAMELESS_PROPERTIES: [(Json, Defers); 4] = [
    (Some(r#"[{"value":"2026-11-23T10:00:00Z"}]"#), Defers::Unreadable),
    (Some(r#"[{"id":null,"value":"2026-11-23T10:00:00Z"}]"#), Defers::Unreadable),
    (Some(r#"[null]"#), Defers::Unreadable),
    (Some(r#"["SystemTime 0x3fef"]"#), Defers::Unreadable),
];

impl Defers {
    fn allows(self, deferred: Deferred) -> bool {
        let until = |second: u64| Deferred::Until(SystemTime::UNIX_EPOCH + Duration::from_secs(second));
        let is_past = |deferred| matches!(deferred, Deferred::Until(time) if time <= SystemTime::UNIX_EPOCH);
        match self {
            Defers::No => deferred == Deferred::No,
            Defers::Until(second) => deferred == until(second.unsigned_abs()),
            Defers::Unreadable => deferred == Deferred::Unreadable,
            Defers::NoOrUnreadable => matches!(deferred, Deferred::No | Deferred::Unreadable),
            Defers::PastOrUnreadable => deferred == Deferred::Unreadable || is_past(deferred),
            Defers::UntilOrUnreadable(second) => {
                deferred == Deferred::Unreadable || deferred == until(second.unsigned_abs())
            }
        }
    }
}

/// Whether there are recipients: some in any list, none only where all three are there and empty.
fn has_recipients(lists: [Json; 3]) -> Option<bool> {
    let is_list = |list: &Json| list.is_some_and(|list| list.starts_with('['));
    match lists {
        _ if lists.iter().any(|list| is_list(list) && *list != Some("[]")) => Some(true),
        _ if lists.iter().all(is_list) => Some(false),
        _ => None,
    }
}

const NOTHING_SHOWN: LookFailure = LookFailure { what: FailedBy::Status(200), wait: None };

/// Whether an answer that gives this message may show this.
fn allows(
    shown: &LookResult,
    message: &Message,
    asked: &str,
    known: Option<&str>,
    sent: Reads,
    defers: Defers,
) -> bool {
    let text = |json| said(json).unwrap_or_default();
    let about = about(message, asked, known);
    if *shown == LookResult::Another && about != About::Asked {
        return true;
    }
    match (shown, message.is_draft) {
        (LookResult::Draft(seen), Some("true")) if about != About::Another => {
            let DraftSeen { folder, change_key, internet_message_id, has_recipients: some, deferred } = seen;
            folder == text(message.folder)
                && change_key == text(message.change_key)
                && internet_message_id == text(message.internet_message_id)
                && *some == has_recipients(message.recipients)
                && defers.allows(*deferred)
        }
        (LookResult::NotADraft(seen), Some("false")) if about != About::Another => {
            let ItemSeen { id, folder, sent_at } = seen;
            id == text(message.id) && folder == text(message.folder) && sent.allows(*sent_at)
        }
        (_, Some("true" | "false")) => false,
        // [D Evidence] What is absent or unreadable proves nothing, whichever message it is of.
        (LookResult::Failed(failure), _) => *failure == NOTHING_SHOWN,
        _ => false,
    }
}

fn ok(text: &str) -> Reply {
    Row::new(200, (text, ErrorJson::No)).reply
}

fn looked(reply: &Reply) -> LookReply<'_> {
    LookReply { result: Ok(reply), client_request_id: OURS, now: now() }
}

fn look(reply: &Reply, id: &str, internet_message_id: Option<&str>) -> LookResult {
    read_look(looked(reply), LookTarget { id: &MessageId::parse(id).unwrap(), internet_message_id })
}

const IDS: [Json; 11] = [
    Some(r#""AAMkAGI2TG93AAA=""#),
    Some(r#""AAMkAGI2TG93AAB=""#),
    Some(r#""aamkagi2tg93aaa=""#),
    Some(r#""AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0Aa1""#),
    Some(r#""AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0Ab2""#),
    Some(r#""other""#),
    Some(r#""""#),
    None,
    Some("null"),
    Some("42"),
    Some(r#"["AAMkAGI2TG93AAA="]"#),
];
const INTERNET_MESSAGE_IDS: [Json; 9] = [
    Some(r#""<a.1@contoso.com>""#),
    Some(r#""a.1@contoso.com""#),
    Some(r#""<other@contoso.com>""#),
    Some(r#""<a.1@contoso.com.other>""#),
    Some(r#""""#),
    None,
    Some("null"),
    Some("7"),
    Some(r#"["<a.1@contoso.com>"]"#),
];
const IS_DRAFT: [Json; 8] =
    [Some("true"), Some("false"), None, Some("null"), Some(r#""true""#), Some("0"), Some("1"), Some("[]")];
const FOLDERS: [Json; 5] = [Some(r#""Drafts""#), None, Some("null"), Some("5"), Some(r#""""#)];

#[test]
fn which_message_and_whether_it_is_a_draft() {
    let mut differences = Differences::default();
    for id in IDS {
        for internet_message_id in INTERNET_MESSAGE_IDS {
            for is_draft in IS_DRAFT {
                for (number, (sent, reads)) in TIMES.into_iter().enumerate() {
                    let (properties, defers) = DEFERRALS[number % DEFERRALS.len()];
                    let (folder, change_key) = (FOLDERS[number % 5], FOLDERS[number / 5 % 5]);
                    let message =
                        Message { id, internet_message_id, is_draft, sent, folder, change_key, properties, ..DRAFT };
                    let reply = ok(&message.text());
                    for asked in [PLAIN, OTHER_PLAIN, IMMUTABLE, OTHER_IMMUTABLE] {
                        // Two of the ids are crossed with all times, the others with some.
                        if number >= 8 && (asked == OTHER_PLAIN || asked == OTHER_IMMUTABLE) {
                            continue;
                        }
                        for known in [None, Some(KNOWN)] {
                            let shown = look(&reply, asked, known);
                            differences.row(allows(&shown, &message, asked, known, reads, defers), || {
                                format!("asked {asked} {known:?}: {}\n    gave {shown:?}", message.text())
                            });
                        }
                    }
                }
            }
        }
    }
    differences.end(180_576);
}

#[test]
fn when_it_is_to_be_sent() {
    deferrals(&DEFERRALS);
}

#[test]
fn a_property_without_a_name_may_be_the_time() {
    deferrals(&NAMELESS_PROPERTIES);
}

fn deferrals(table: &[(Json, Defers)]) {
    let mut differences = Differences::default();
    for &(properties, defers) in table {
        for folder in FOLDERS {
            for change_key in FOLDERS {
                let message = Message { properties, folder, change_key, ..DRAFT };
                let shown = look(&ok(&message.text()), PLAIN, Some(KNOWN));
                differences.row(allows(&shown, &message, PLAIN, Some(KNOWN), Reads::Nothing, defers), || {
                    format!("{}\n    gave {shown:?}\n    not {defers:?}", message.text())
                });
            }
        }
    }
    differences.end(table.len() * 25);
}

#[test]
fn whether_it_has_recipients() {
    recipients(|lists| !is_partly_empty(lists), 253);
}

#[test]
fn an_empty_list_beside_one_that_is_not_there() {
    recipients(is_partly_empty, 90);
}

/// Whether some lists are empty and nothing is known of the others.
fn is_partly_empty(lists: [Json; 3]) -> bool {
    has_recipients(lists).is_none() && lists.contains(&Some("[]"))
}

fn recipients(is_meant: impl Fn([Json; 3]) -> bool, rows: usize) {
    let one = r#"[{"emailAddress":{"name":"A","address":"a@contoso.com"}}]"#;
    let lists = [None, Some("null"), Some("[]"), Some(one), Some(r#""a@contoso.com""#), Some("{}"), Some("0")];
    let mut differences = Differences::default();
    for to in lists {
        for cc in lists {
            for bcc in lists {
                if !is_meant([to, cc, bcc]) {
                    continue;
                }
                let message = Message { recipients: [to, cc, bcc], ..DRAFT };
                let shown = look(&ok(&message.text()), PLAIN, None);
                differences.row(allows(&shown, &message, PLAIN, None, Reads::Nothing, Defers::No), || {
                    format!("{}\n    gave {shown:?}", message.text())
                });
            }
        }
    }
    differences.end(rows);
}

/// The draft as it is seen where all is well.
fn draft_seen() -> LookResult {
    LookResult::Draft(DraftSeen {
        folder: "Drafts".to_owned(),
        change_key: "CQAAABYA".to_owned(),
        internet_message_id: KNOWN.to_owned(),
        has_recipients: None,
        deferred: Deferred::No,
    })
}

/// What is no JSON, or not that of a message, shows nothing; the kind of failure does not matter.
fn shows_nothing(differences: &mut Differences, body: &[u8]) {
    let reply = Reply { body: body.to_vec(), ..ok("") };
    let shown = look(&reply, PLAIN, Some(KNOWN));
    let nothing = [LookResult::Failed(NOTHING_SHOWN), LookResult::Another];
    differences.one_of(&shown, &nothing, || String::from_utf8_lossy(body).into_owned());
    let listed = read_search(looked(&reply), KNOWN);
    let nothing = [SearchResult::Failed(NOTHING_SHOWN), SearchResult::Unfiltered];
    differences.one_of(&listed, &nothing, || String::from_utf8_lossy(body).into_owned());
}

#[test]
fn truncated_at_every_byte() {
    let mut differences = Differences::default();
    let text = Message { properties: DEFERRALS[3].0, recipients: [Some("[]"); 3], ..DRAFT }.text();
    let list = format!(r#"{{"value":[{text}]}}"#);
    for text in [&text, &list] {
        for end in 0..text.len() {
            shows_nothing(&mut differences, &text.as_bytes()[..end]);
        }
    }
    differences.end(2 * (text.len() + list.len()));
}

#[test]
fn no_json_of_a_message() {
    let mut differences = Differences::default();
    let text = DRAFT.text();
    let deep = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
    let bodies = [
        "null".to_owned(),
        "true".to_owned(),
        "42".to_owned(),
        "\"isDraft\"".to_owned(),
        "[]".to_owned(),
        "{}".to_owned(),
        "<html></html>".to_owned(),
        format!("[{text}]"),
        format!("{text}{text}"),
        format!("{text},"),
        format!("{text}<html>"),
        format!(r#"{{"message":{text}}}"#),
        format!(r#"{{"value":{text}}}"#),
        format!("\"{}\"", text.replace('"', "\\\"")),
        text.replace("isDraft", "isdraft"),
        text.replace("isDraft", "IsDraft"),
        text.replace('"', "'"),
        text.replace("true", "True"),
        text.replace("Drafts", "\\ud800"),
        text.replace("Drafts", "\n"),
        text.replace(":true", ":true,"),
        deep(200),
        deep(100_000),
    ];
    for body in bodies {
        shows_nothing(&mut differences, body.as_bytes());
    }
    // Not UTF-8, in a value and in a name; UTF-16; NUL.
    let put = |byte: u8, at: &str| {
        let at = text.find(at).unwrap();
        [&text.as_bytes()[..at], &[byte], &text.as_bytes()[at..]].concat()
    };
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for body in [put(0xff, "Drafts"), put(0xc3, "Drafts"), put(0x80, "isDraft"), put(0, "isDraft"), utf16] {
        shows_nothing(&mut differences, &body);
    }
    differences.end(2 * 28);
}

/// Other JSON of the same message shows the same; where a reader may refuse it (RFC 8259), nothing is right as well.
#[test]
fn other_json_of_the_message() {
    let mut differences = Differences::default();
    let text = DRAFT.text();
    let with = |more: &str| text.replacen('{', &format!("{{{more},"), 1);
    let nested = |n: usize| format!("{}1{}", "{\"a\":[".repeat(n), "]}".repeat(n));
    let same = [
        text.clone(),
        format!(" \r\n\t{text}\r\n"),
        text.replace("isDraft", "\\u0069sDraft"),
        text.replace("AAMkAGI2TG93AAA=", "AAMkAGI2TG93AAA\\u003d"),
        text.replace("Drafts", "\\u0044rafts"),
        with(r#""subject":"{\"isDraft\":false}""#),
        with(r#""body":{"isDraft":false,"id":"other"}"#),
        with(r#""n":123456789012345678901234567890"#),
        with(r#""n":1e300,"m":-0.0"#),
        with(&format!("\"nested\":{}", nested(20))),
    ];
    for body in &same {
        differences.one_of(&look(&ok(body), PLAIN, Some(KNOWN)), &[draft_seen()], || body.clone());
    }
    let may_be_refused = [
        format!("\u{feff}{text}"),
        with(r#""n":1e999"#),
        with(&format!("\"n\":{}", "9".repeat(5000))),
        with(&format!("\"nested\":{}", nested(100))),
        with(r#""isDraft":true"#),
        with(r#""changeKey":"CQAAABYA""#),
        with(r#""subject":"\ud800""#),
    ];
    for body in &may_be_refused {
        let allowed = [draft_seen(), LookResult::Failed(NOTHING_SHOWN)];
        differences.one_of(&look(&ok(body), PLAIN, Some(KNOWN)), &allowed, || body.clone());
    }
    differences.end(17);
}

/// A name that is given twice with two values cannot be read (RFC 8259, 4: unpredictable), and proves nothing.
#[test]
fn said_twice_is_unreadable() {
    let mut differences = Differences::default();
    let text = DRAFT.text();
    for (name, one, other) in [
        ("isDraft", "true", "false"),
        ("id", r#""AAMkAGI2TG93AAA=""#, r#""AAMkAGI2TG93AAB=""#),
        ("internetMessageId", r#""<a.1@contoso.com>""#, r#""<other@contoso.com>""#),
    ] {
        let given = format!("\"{name}\":{one}");
        for twice in [format!("{given},\"{name}\":{other}"), format!("\"{name}\":{other},{given}")] {
            let body = text.replacen(&given, &twice, 1);
            assert_ne!(body, text);
            let nothing = [LookResult::Failed(NOTHING_SHOWN), LookResult::Another];
            differences.one_of(&look(&ok(&body), PLAIN, Some(KNOWN)), &nothing, || body.clone());
        }
    }
    differences.end(6);
}

/// What a reply without an answer says to whoever looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    Gone,
    NotAllowed,
    Nothing,
}

/// [D Check] 404 is gone, 401 and 403 no permission, where Graph itself says so to this request; nothing else shows anything.
fn says(row: &Row) -> Vec<Says> {
    let (graphs, status) = (row.is_graphs(), row.reply.status);
    let said = match status {
        _ if !row.is_ours() || graphs == Some(false) => Says::Nothing,
        404 => Says::Gone,
        401 | 403 => Says::NotAllowed,
        _ => Says::Nothing,
    };
    // Of a refusal that broke off the sources say nothing.
    let is_clear = graphs.is_some() && row.reply.body_end == BodyEnd::Complete;
    if is_clear { vec![said] } else { vec![said, Says::Nothing] }
}

/// Every status, sender, body, end and naming: what looks, searches and questions for a folder make of it.
#[test]
fn replies_that_give_no_message() {
    let mut differences = Differences::default();
    for status in 100..=599 {
        for request_id in [REQUEST_ID, ""] {
            for (number, body) in BODIES.into_iter().enumerate() {
                for end in ENDS {
                    // Where a status shows nothing whoever says it, one that names us and one that does not are enough.
                    let names = if matches!(status, 200..=206 | 400..=429 | 503) {
                        &CLIENT_REQUEST_IDS[..]
                    } else {
                        &CLIENT_REQUEST_IDS[3..5]
                    };
                    for &ids in names {
                        let mut row = Row::new(status, body).ends(end);
                        row.reply.request_id = request_id.to_owned();
                        row.reply.framing = FRAMINGS[number % 3];
                        row.reply.client_request_ids = ids.iter().map(|&id| id.to_owned()).collect();
                        row.reply.came_early = (ids == [OURS] || ids == [REQUEST_ID]) && number % 2 == 1;
                        row.reply.retry_after = Some("7".to_owned());
                        if !row.is_possible() {
                            continue;
                        }
                        let wait = asked_to_wait(&row.reply, OURS, now());
                        let nothing = LookFailure { what: FailedBy::Status(status), wait };
                        let says = says(&row);
                        let is_said = |said| says.contains(&said);
                        let shown = look(&row.reply, PLAIN, Some(KNOWN));
                        let agrees = match &shown {
                            LookResult::Gone => is_said(Says::Gone),
                            LookResult::NotAllowed(told) => is_said(Says::NotAllowed) && *told == status,
                            // JSON that names no message is about another.
                            LookResult::Another => (200..=299).contains(&status),
                            LookResult::Failed(failure) => is_said(Says::Nothing) && *failure == nothing,
                            LookResult::Draft(_) | LookResult::NotADraft(_) => false,
                        };
                        differences.row(agrees, || format!("{}\n    gave {shown:?}", row.shown()));
                        // What is gone is no item of a list, and no folder.
                        let listed = read_search(looked(&row.reply), KNOWN);
                        let agrees = match &listed {
                            SearchResult::NotAllowed(told) => is_said(Says::NotAllowed) && *told == status,
                            SearchResult::Failed(failure) => {
                                !says.iter().all(|said| *said == Says::NotAllowed) && *failure == nothing
                            }
                            SearchResult::Unfiltered => (200..=299).contains(&status),
                            SearchResult::Items(_) => false,
                        };
                        differences.row(agrees, || format!("{}\n    gave {listed:?}", row.shown()));
                        let folder = read_folder(looked(&row.reply));
                        let agrees = match &folder {
                            FolderResult::NotAllowed(told) => is_said(Says::NotAllowed) && *told == status,
                            FolderResult::Failed(failure) => {
                                !says.iter().all(|said| *said == Says::NotAllowed) && *failure == nothing
                            }
                            FolderResult::Id(_) => false,
                        };
                        differences.row(agrees, || format!("{}\n    gave {folder:?}", row.shown()));
                    }
                }
            }
        }
    }
    differences.end(381_216);
}

/// A message in a reply that is not whole, not to this request, or not the 200 of [P 3.3], shows nothing; without a
/// `request-id` it may be taken for another's, too ([D Answer]).
#[test]
fn a_message_in_an_unlikely_reply() {
    let mut differences = Differences::default();
    let sent = Message { is_draft: Some("false"), ..DRAFT };
    let item =
        LookResult::NotADraft(ItemSeen { id: PLAIN.to_owned(), folder: "Drafts".to_owned(), sent_at: Some(now()) });
    let list = format!(r#"{{"value":[{}]}}"#, sent.text());
    let answers = [(DRAFT.text(), Some(draft_seen())), (sent.text(), Some(item)), (list, None)];
    for status in 100..=599 {
        for request_id in [REQUEST_ID, ""] {
            for end in ENDS {
                // Of what is no success, the framing does not matter.
                for &framing in if (200..=299).contains(&status) { &FRAMINGS[..] } else { &FRAMINGS[..1] } {
                    for ids in CLIENT_REQUEST_IDS {
                        // What was refused early is in the tables above.
                        for &came_early in if status < 300 { &[false, true][..] } else { &[false][..] } {
                            for (text, shown) in &answers {
                                let mut row = Row::new(status, (text, ErrorJson::No));
                                // All of it is there, and still more was to come.
                                row.reply.body_end = end;
                                row.reply.framing = framing;
                                row.reply.request_id = request_id.to_owned();
                                row.reply.client_request_ids = ids.iter().map(|&id| id.to_owned()).collect();
                                row.reply.came_early = came_early;
                                if !row.is_possible() {
                                    continue;
                                }
                                let is_whole = end == BodyEnd::Complete && row.is_ours();
                                let (must, may) = (
                                    status == 200
                                        && is_whole
                                        && row.is_graphs() == Some(true)
                                        && framing != Framing::Uncertain,
                                    status == 200 && is_whole,
                                );
                                if let Some(shown) = shown {
                                    let read = look(&row.reply, PLAIN, Some(KNOWN));
                                    let is_shown = read == *shown;
                                    let is_evidence = matches!(read, LookResult::Draft(_) | LookResult::NotADraft(_));
                                    differences.row(is_shown && may || !is_evidence && !must, || {
                                        format!("{}\n    gave {read:?}", row.shown())
                                    });
                                } else {
                                    let listed = read_search(looked(&row.reply), KNOWN);
                                    let is_shown = matches!(&listed, SearchResult::Items(items) if items.len() == 1);
                                    differences.row(is_shown && may || !is_shown && !must, || {
                                        format!("{}\n    gave {listed:?}", row.shown())
                                    });
                                }
                            }
                        }
                    }
                }
            }
        }
    }
    differences.end(128_592);
}

/// [D Phase] No reply, no fact.
#[test]
fn no_reply() {
    let mut differences = Differences::default();
    for cause in CAUSES {
        for handed_on in [false, true] {
            let failure = Failure { handed_on, cause, detail: "404 Not Found".to_owned() };
            let looked = LookReply { result: Err(&failure), client_request_id: OURS, now: now() };
            let nothing = LookFailure { what: FailedBy::NoReply(cause), wait: None };
            let shown = || format!("{failure:?}");
            let id = MessageId::parse(PLAIN).unwrap();
            let read = read_look(looked, LookTarget { id: &id, internet_message_id: None });
            differences.one_of(&read, &[LookResult::Failed(nothing)], shown);
            differences.one_of(&read_search(looked, KNOWN), &[SearchResult::Failed(nothing)], shown);
            differences.one_of(&read_folder(looked), &[FolderResult::Failed(nothing)], shown);
            differences.one_of(&service_time(looked), &[None], shown);
        }
    }
    differences.end(64);
}

/// What one item does to a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item {
    /// It is one of those that were asked for.
    Draft,
    Sent,
    /// It is not, or nothing says that it is: the list proves nothing.
    Wrong,
}

#[test]
fn lists() {
    let other = Some(r#""<other@contoso.com>""#);
    let message = |message: Message| message.text();
    let items = [
        (message(DRAFT), Item::Draft),
        (message(Message { is_draft: Some("false"), ..DRAFT }), Item::Sent),
        (
            message(Message { is_draft: Some("false"), internet_message_id: Some(r#""a.1@contoso.com""#), ..DRAFT }),
            Item::Sent,
        ),
        (message(Message { internet_message_id: other, ..DRAFT }), Item::Wrong),
        (message(Message { internet_message_id: other, is_draft: Some("false"), ..DRAFT }), Item::Wrong),
        (message(Message { internet_message_id: None, is_draft: Some("false"), ..DRAFT }), Item::Wrong),
        (message(Message { internet_message_id: Some("null"), ..DRAFT }), Item::Wrong),
        (message(Message { internet_message_id: Some("1"), ..DRAFT }), Item::Wrong),
        (message(Message { internet_message_id: Some(r#""""#), ..DRAFT }), Item::Wrong),
        (message(Message { is_draft: None, ..DRAFT }), Item::Wrong),
        (message(Message { is_draft: Some("null"), ..DRAFT }), Item::Wrong),
        (message(Message { is_draft: Some(r#""false""#), ..DRAFT }), Item::Wrong),
        ("null".to_owned(), Item::Wrong),
        ("1".to_owned(), Item::Wrong),
        ("[]".to_owned(), Item::Wrong),
        ("{}".to_owned(), Item::Wrong),
        (format!("\"{KNOWN}\""), Item::Wrong),
    ];
    // Whether more is to come: [P 3.3] a next link says so; of one that is no text the sources say nothing.
    let links = [
        ("", Some(false)),
        (r#","@odata.nextLink":"https://graph.microsoft.com/v1.0/me/messages?$skip=10""#, Some(true)),
        (r#","@odata.nextLink":null"#, None),
        (r#","@odata.nextLink":7"#, None),
        (r#","@odata.nextLink":"""#, None),
    ];
    let listing = |item| match item {
        Item::Draft => {
            let [id, folder, change_key] = [PLAIN, "Drafts", said(DRAFT.change_key).unwrap()].map(str::to_owned);
            Hit::Draft(ListedDraft { id, folder, change_key })
        }
        Item::Sent | Item::Wrong => {
            Hit::NotADraft(ItemSeen { id: PLAIN.to_owned(), folder: "Drafts".to_owned(), sent_at: Some(now()) })
        }
    };
    let mut lists: Vec<Vec<usize>> = vec![vec![]];
    for one in 0..items.len() {
        lists.push(vec![one]);
        for two in 0..items.len() {
            lists.push(vec![one, two]);
            lists.extend((0..items.len()).step_by(3).map(|three| vec![one, two, three]));
        }
    }
    let mut differences = Differences::default();
    for list in &lists {
        for (link, more) in links {
            let texts: Vec<&str> = list.iter().map(|&item| items[item].0.as_str()).collect();
            let body = format!(r#"{{"@odata.context":"c","value":[{}]{link}}}"#, texts.join(","));
            let listed = read_search(looked(&ok(&body)), KNOWN);
            let is_wrong = list.iter().any(|&item| items[item].1 == Item::Wrong);
            let all = SearchResult::Items(list.iter().map(|&item| listing(items[item].1)).collect());
            let unproved = [SearchResult::Unfiltered, SearchResult::Failed(NOTHING_SHOWN)];
            let allowed = match (is_wrong, more) {
                (false, Some(false)) => vec![all],
                (false, None) => [vec![all], unproved.to_vec()].concat(),
                _ => unproved.to_vec(),
            };
            differences.one_of(&listed, &allowed, || body.clone());
        }
    }
    for value in
        ["", r#""value":null"#, r#""value":{}"#, r#""value":"""#, r#""value":0"#, r#""Value":[]"#, r#""items":[]"#]
    {
        let body = format!("{{{value}}}");
        let unproved = [SearchResult::Unfiltered, SearchResult::Failed(NOTHING_SHOWN)];
        differences.one_of(&read_search(looked(&ok(&body)), KNOWN), &unproved, || body.clone());
    }
    differences.end(lists.len() * 5 + 7);
}

/// A draft that is not named cannot be told from the one that was asked for.
#[test]
fn a_draft_without_an_id_proves_nothing() {
    let mut differences = Differences::default();
    for id in [None, Some("null"), Some("5"), Some(r#""""#)] {
        let body = format!(r#"{{"value":[{}]}}"#, Message { id, ..DRAFT }.text());
        let unproved = [SearchResult::Unfiltered, SearchResult::Failed(NOTHING_SHOWN)];
        differences.one_of(&read_search(looked(&ok(&body)), KNOWN), &unproved, || body.clone());
    }
    differences.end(4);
}

/// The times of sent items in a list, as in a look.
#[test]
fn times_in_a_list() {
    times(&TIMES);
}

#[test]
fn a_time_that_goes_on_is_none() {
    times(&OVERLONG_TIMES);
}

fn times(table: &[(Json, Reads)]) {
    let mut differences = Differences::default();
    for &(sent, reads) in table {
        for folder in FOLDERS {
            let message = Message { sent, folder, is_draft: Some("false"), ..DRAFT };
            let body = format!(r#"{{"value":[{}]}}"#, message.text());
            let listed = read_search(looked(&ok(&body)), KNOWN);
            let agrees = match &listed {
                SearchResult::Items(items) => match items.as_slice() {
                    [Hit::NotADraft(item)] => {
                        item.id == PLAIN
                            && item.folder == said(folder).unwrap_or_default()
                            && reads.allows(item.sent_at)
                    }
                    _ => false,
                },
                _ => false,
            };
            differences.row(agrees, || format!("{body}\n    gave {listed:?}\n    not {reads:?}"));
        }
    }
    differences.end(table.len() * 5);
}

#[test]
fn folders() {
    let mut differences = Differences::default();
    let id = |id: &str| FolderResult::Id(id.to_owned());
    for (body, seen) in [
        (r#"{"id":"AQMkSent","displayName":"Sent Items"}"#, id("AQMkSent")),
        (r#"{"@odata.context":"c","id":"x"}"#, id("x")),
        (r#"{"id":""}"#, FolderResult::Failed(NOTHING_SHOWN)),
        (r#"{"id":null}"#, FolderResult::Failed(NOTHING_SHOWN)),
        (r#"{"id":5}"#, FolderResult::Failed(NOTHING_SHOWN)),
        (r#"{"id":["x"]}"#, FolderResult::Failed(NOTHING_SHOWN)),
        (r#"{"Id":"x"}"#, FolderResult::Failed(NOTHING_SHOWN)),
        (r#"{"value":[{"id":"x"}]}"#, FolderResult::Failed(NOTHING_SHOWN)),
        (r#"[{"id":"x"}]"#, FolderResult::Failed(NOTHING_SHOWN)),
        (r#"{"id":"x""#, FolderResult::Failed(NOTHING_SHOWN)),
        ("{}", FolderResult::Failed(NOTHING_SHOWN)),
        ("", FolderResult::Failed(NOTHING_SHOWN)),
    ] {
        differences.one_of(&read_folder(looked(&ok(body))), &[seen], || body.to_owned());
    }
    differences.end(12);
}

/// [D Check] The server's clock is the `Date` of the look; only Graph's own reply to it tells the service's time [A1].
#[test]
fn the_services_clock() {
    let dates = [
        (Some(DATE), Some(now())),
        (Some("Monday, 23-Nov-26 10:00:00 GMT"), Some(now())),
        (Some("Mon Nov 23 10:00:00 2026"), Some(now())),
        (Some("Thu, 01 Jan 1970 00:00:00 GMT"), Some(SystemTime::UNIX_EPOCH)),
        (None, None),
        (Some(""), None),
        (Some("yesterday"), None),
        (Some("2026-11-23T10:00:00Z"), None),
        (Some("1795428000"), None),
        (Some("Mon, 23 Nov 2026 25:00:00 GMT"), None),
        (Some("Mon, 31 Feb 2026 10:00:00 GMT"), None),
        // Two of them, joined.
        (Some("Mon, 23 Nov 2026 10:00:00 GMT, Mon, 23 Nov 2026 11:00:00 GMT"), None),
    ];
    let mut differences = Differences::default();
    for (date, time) in dates {
        for status in [200, 202, 401, 403, 404, 429, 500, 503, 504] {
            for request_id in [REQUEST_ID, ""] {
                for body in BODIES {
                    for ids in CLIENT_REQUEST_IDS {
                        let mut row = Row::new(status, body);
                        row.reply.date = date.map(str::to_owned);
                        row.reply.request_id = request_id.to_owned();
                        row.reply.client_request_ids = ids.iter().map(|&id| id.to_owned()).collect();
                        row.reply.came_early = ids.is_empty() && status == 404;
                        let allowed = match row.is_graphs() {
                            Some(true) if row.is_ours() => vec![time],
                            None if row.is_ours() => vec![time, None],
                            _ => vec![None],
                        };
                        differences.one_of(&service_time(looked(&row.reply)), &allowed, || {
                            format!("Date={date:?} {}", row.shown())
                        });
                    }
                }
            }
        }
    }
    differences.end(12 * 9 * 2 * 21 * 8);
}
