//! Drafts that answer or pass on a message that is already there.

use serde_json::{Value, json};

use super::mailbox::{Folder, Mailbox};
use super::properties::{self, Properties, addresses};
use super::{Message, Store};
use crate::clock::Now;
use crate::failure::Failure;
use crate::ids;

/// What kind of answer a draft is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Reply,
    ReplyAll,
    Forward,
}

/// The body of `createReply`, `createReplyAll` and `createForward`, read.
#[derive(Debug, Default)]
pub struct AnswerRequest {
    message: Properties,
    comment: Option<String>,
    to: Option<Value>,
    /// Whether the request said anything at all.
    said: bool,
}

impl AnswerRequest {
    /// Reads the JSON form; parameter names are taken in any case.
    pub fn from_json(body: &Value) -> Result<Self, Failure> {
        let Value::Object(body) = body else {
            return Err(Failure::unreadable_body("The parameters of an action are a JSON object."));
        };
        let mut request = Self::default();
        for (name, value) in body.iter().filter(|(_, value)| !value.is_null()) {
            request.said = true;
            match name.to_ascii_lowercase().as_str() {
                "message" => request.message = properties::read(value)?,
                "comment" => {
                    let comment = value.as_str().ok_or_else(|| Failure::unreadable_body("'comment' is a string."))?;
                    request.comment = Some(comment.to_owned());
                }
                "torecipients" => {
                    let mut read = properties::read(&json!({"toRecipients": value}))?;
                    request.to = read.remove("toRecipients");
                }
                _ => {
                    let message = format!("The parameter '{name}' in the request payload is not a valid parameter.");
                    return Err(Failure::unreadable_body(message));
                }
            }
        }
        Ok(request)
    }

    /// The MIME form, whose headers and content are the message.
    pub fn from_mime(message: Properties) -> Self {
        Self { message, said: true, ..Self::default() }
    }

    fn check(&self, answer: Answer) -> Result<(), Failure> {
        if self.comment.is_some() && self.message.contains_key("body") {
            return Err(Failure::invalid_argument("Give either a comment or the body of the message, not both."));
        }
        if answer != Answer::Forward {
            return match self.to {
                Some(_) => Err(Failure::unreadable_body(
                    "The parameter 'toRecipients' in the request payload is not a valid parameter.",
                )),
                None => Ok(()),
            };
        }
        match (self.to.is_some(), self.message.contains_key("toRecipients")) {
            (true, true) => Err(Failure::invalid_argument("Give toRecipients either beside or in the message.")),
            (false, false) if self.said => Err(Failure::invalid_argument("A forward needs toRecipients.")),
            _ => Ok(()),
        }
    }
}

impl Store {
    /// Makes the draft of an answer to a message. Returns its number.
    pub fn answer(
        &mut self,
        at: usize,
        id: &str,
        answer: Answer,
        request: AnswerRequest,
        now: Now,
    ) -> Result<u64, Failure> {
        let mailbox = self.mailbox_mut(at)?;
        let original = mailbox.find(id, now)?;
        request.check(answer)?;
        let mut draft = template(mailbox, original, answer, request.comment.as_deref());
        if let Some(to) = request.to {
            draft.insert("toRecipients".to_owned(), to);
        }
        draft.extend(request.message);
        let properties = mailbox.with_defaults(draft, now);
        Ok(mailbox.insert(Folder::Drafts, true, properties, now))
    }
}

fn template(mailbox: &Mailbox, original: &Message, answer: Answer, comment: Option<&str>) -> Properties {
    let text = |name: &str| original.properties.get(name).and_then(Value::as_str).unwrap_or_default();
    let list = |name: &str| original.properties.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let prefix = if answer == Answer::Forward { "FW: " } else { "RE: " };
    let subject = text("subject");
    let head = subject.get(..prefix.len()).unwrap_or_default();
    let subject = if head.eq_ignore_ascii_case(prefix) { subject.to_owned() } else { format!("{prefix}{subject}") };

    let not_me = |all: Vec<Value>| -> Vec<Value> {
        all.into_iter().filter(|one| !properties::address(one).is_some_and(|a| mailbox.answers_to(a))).collect()
    };
    let mut to = list("replyTo");
    if to.is_empty() {
        to.extend(original.properties.get("from").filter(|from| !from.is_null()).cloned());
    }
    let (to, cc) = match answer {
        Answer::Forward => (Vec::new(), Vec::new()),
        Answer::Reply => (to, Vec::new()),
        Answer::ReplyAll => {
            to.extend(not_me(list("toRecipients")));
            (to, not_me(list("ccRecipients")))
        }
    };
    let index = ids::conversation_index_of_reply(text("conversationIndex"), original.number);
    let template = json!({
        "subject": subject, "toRecipients": to, "ccRecipients": cc,
        "from": mailbox.owner(), "sender": mailbox.owner(),
        "conversationId": original.properties.get("conversationId"), "conversationIndex": index,
        "body": properties::body("html", &quoted(original, comment)),
    });
    match template {
        Value::Object(template) => template,
        _ => Properties::new(),
    }
}

/// The comment above the original with its main headers.
fn quoted(original: &Message, comment: Option<&str>) -> String {
    let text = |name: &str| original.properties.get(name).and_then(Value::as_str).unwrap_or_default();
    let from = original.properties.get("from").and_then(properties::address).unwrap_or_default();
    let body = original.properties.get("body").and_then(|body| body.get("content")?.as_str()).unwrap_or_default();
    let body = body.split("<body>").last().unwrap_or_default().replace("</body></html>", "");
    format!(
        "{}<hr><div><b>From:</b> {from}<br><b>Sent:</b> {}<br><b>To:</b> {}<br><b>Subject:</b> {}</div><br>{body}",
        escape(comment.unwrap_or_default()),
        text("sentDateTime"),
        escape(&addresses(&original.properties, &["toRecipients"]).join("; ")),
        escape(text("subject")),
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
