//! What a look at a message shows.

use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::verdict::is_graphs;
use super::{BodyEnd, Failure, Framing, Reply, retry_after};

/// What a look shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// It is a draft.
    Draft(DraftSeen),
    /// It exists and is no draft.
    NotADraft(ItemSeen),
    /// There is nothing under this id, or in Sent Items.
    Gone,
    /// The token may not look (401 or 403, which is given).
    NotAllowed(u16),
    /// The look failed; the wait where Graph named one.
    Nothing(Option<Duration>),
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
}

/// A message that is no draft, as it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemSeen {
    /// `id`.
    pub id: String,
    /// `sentDateTime`, by the server's clock.
    pub sent_at: Option<SystemTime>,
}

/// Judges a look at a message.
pub fn see(look: Result<&Reply, &Failure>, now: SystemTime) -> Sight {
    seen(look, now, |json| match json.get("isDraft")?.as_bool()? {
        true => Some(Sight::Draft(DraftSeen {
            folder: text(json, "parentFolderId"),
            change_key: text(json, "changeKey"),
            internet_message_id: text(json, "internetMessageId"),
            has_recipients: has_recipients(json),
        })),
        false => Some(Sight::NotADraft(item(json))),
    })
}

/// Judges a look into Sent Items: the item that was sent last, if there is one.
pub fn see_in_sent_items(look: Result<&Reply, &Failure>, now: SystemTime) -> Sight {
    seen(look, now, |json| {
        let items = json.get("value")?.as_array()?;
        let sent = items.iter().filter(|item| item.get("isDraft").and_then(Value::as_bool) == Some(false)).map(item);
        Some(sent.max_by_key(|item| item.sent_at).map_or(Sight::Gone, Sight::NotADraft))
    })
}

/// Only a whole JSON reply shows anything; a refusal counts where it is Graph's own.
fn seen(look: Result<&Reply, &Failure>, now: SystemTime, read: impl Fn(&Value) -> Option<Sight>) -> Sight {
    let Ok(reply) = look else { return Sight::Nothing(None) };
    match reply.status {
        200 if reply.body_end == BodyEnd::Complete && reply.framing != Framing::UntilClose => {
            serde_json::from_slice(&reply.body).ok().as_ref().and_then(read).unwrap_or(Sight::Nothing(None))
        }
        404 if is_graphs(reply) => Sight::Gone,
        status @ (401 | 403) if is_graphs(reply) => Sight::NotAllowed(status),
        _ => Sight::Nothing(retry_after(reply.retry_after.as_deref(), reply.date.as_deref(), now)),
    }
}

fn text(json: &Value, name: &str) -> String {
    json.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn item(json: &Value) -> ItemSeen {
    ItemSeen { id: text(json, "id"), sent_at: humantime::parse_rfc3339_weak(&text(json, "sentDateTime")).ok() }
}

fn has_recipients(json: &Value) -> Option<bool> {
    let lists = ["toRecipients", "ccRecipients", "bccRecipients"];
    let mut lengths = lists.iter().filter_map(|name| json.get(*name)?.as_array()).map(Vec::len).peekable();
    lengths.peek()?;
    Some(lengths.any(|length| length > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, body: &str) -> Reply {
        Reply {
            status,
            framing: Framing::Length,
            body_end: BodyEnd::Complete,
            body: body.as_bytes().to_vec(),
            request_id: "r".to_owned(),
            retry_after: None,
            date: None,
            www_authenticate: Vec::new(),
            client_request_ids: Vec::new(),
            came_early: false,
        }
    }

    fn sight(reply: &Reply) -> Sight {
        see(Ok(reply), SystemTime::UNIX_EPOCH)
    }

    const DRAFT: &str = r#"{"id":"x","isDraft":true,"parentFolderId":"f","changeKey":"k","internetMessageId":"<m>"}"#;

    #[test]
    fn a_draft() {
        let Sight::Draft(draft) = sight(&reply(200, DRAFT)) else { panic!("no draft") };
        assert_eq!(
            (draft.folder.as_str(), draft.change_key.as_str(), draft.internet_message_id.as_str()),
            ("f", "k", "<m>")
        );
        assert_eq!(draft.has_recipients, None);
        for (recipients, has) in [(r#""toRecipients":[]"#, false), (r#""toRecipients":[],"bccRecipients":[{}]"#, true)]
        {
            let body = format!("{},{recipients}}}", DRAFT.trim_end_matches('}'));
            let Sight::Draft(draft) = sight(&reply(200, &body)) else { panic!("no draft in {body}") };
            assert_eq!(draft.has_recipients, Some(has), "{body}");
        }
    }

    #[test]
    fn no_draft_any_more() {
        let Sight::NotADraft(item) =
            sight(&reply(200, r#"{"id":"x","isDraft":false,"sentDateTime":"2026-11-23T10:00:00Z"}"#))
        else {
            panic!("a draft")
        };
        assert_eq!(item.id, "x");
        assert_eq!(item.sent_at, Some(httpdate::parse_http_date("Mon, 23 Nov 2026 10:00:00 GMT").unwrap()));
    }

    #[test]
    fn in_sent_items() {
        let list = |body: &str| see_in_sent_items(Ok(&reply(200, body)), SystemTime::UNIX_EPOCH);
        assert_eq!(list(r#"{"value":[]}"#), Sight::Gone);
        assert_eq!(list(r#"{"value":[{"id":"d","isDraft":true}]}"#), Sight::Gone);
        let Sight::NotADraft(item) = list(
            r#"{"value":[{"id":"a","isDraft":false,"sentDateTime":"2026-11-23T10:00:00Z"},
                         {"id":"b","isDraft":false,"sentDateTime":"2026-11-23T11:00:00Z"}]}"#,
        ) else {
            panic!("nothing")
        };
        assert_eq!(item.id, "b");
        assert_eq!(list("{}"), Sight::Nothing(None));
    }

    #[test]
    fn what_shows_nothing() {
        assert_eq!(sight(&reply(404, "")), Sight::Gone);
        assert_eq!(sight(&reply(403, "")), Sight::NotAllowed(403));
        assert_eq!(sight(&reply(401, "")), Sight::NotAllowed(401));
        for nothing in [
            reply(200, "<html>"),
            reply(200, "{}"),
            reply(200, r#"{"isDraft":"true"}"#),
            reply(202, DRAFT),
            reply(500, ""),
            Reply { request_id: String::new(), ..reply(404, "<html>") },
            Reply { request_id: String::new(), ..reply(403, "") },
            Reply { body_end: BodyEnd::CutOff, ..reply(200, DRAFT) },
            Reply { framing: Framing::UntilClose, ..reply(200, DRAFT) },
        ] {
            assert_eq!(sight(&nothing), Sight::Nothing(None), "{nothing:?}");
        }
        let busy = Reply { retry_after: Some("3".to_owned()), ..reply(429, "") };
        assert_eq!(sight(&busy), Sight::Nothing(Some(Duration::from_secs(3))));
    }
}
