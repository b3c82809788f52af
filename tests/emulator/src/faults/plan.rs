//! What a fault is made of, and the reply it plans.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::clock;
use crate::error::Error;
use crate::reply::{Reply, Trace};

/// A fault in its general form; every preset is one of these.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fault {
    /// Whether the operation really happens before the reply.
    pub accept: bool,
    /// Milliseconds until it happens; it then does so even if the client has gone.
    pub accept_delay_ms: u64,
    /// Whether the reply does not wait for the operation: a gateway gives up on a request that is still carried out.
    pub detached: bool,
    /// Milliseconds between the operation and the reply.
    pub delay_ms: u64,
    /// Bytes before the reply.
    pub prelude: Option<String>,
    /// Bytes after the reply, which nobody asked for.
    pub postlude: Option<String>,
    /// Changes to the operation's own reply, or with a status another reply.
    pub reply: Option<ReplyPlan>,
    /// Bytes in place of a reply; none at all if empty.
    pub raw: Option<String>,
    /// Milliseconds between two bytes of the reply; 0 = all at once.
    pub trickle_ms: u64,
    /// What becomes of the connection.
    pub then: Option<Then>,
}

impl Default for Fault {
    fn default() -> Self {
        Self {
            accept: true,
            accept_delay_ms: 0,
            detached: false,
            delay_ms: 0,
            prelude: None,
            postlude: None,
            reply: None,
            raw: None,
            trickle_ms: 0,
            then: None,
        }
    }
}

/// What becomes of a connection after the reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Then {
    /// It serves the next request.
    Keep,
    /// It is closed in order.
    Close,
    /// It is reset.
    Reset,
    /// Nothing more happens on it until the client closes it.
    Hang,
    /// Bytes keep coming one by one until the client closes it.
    Trickle,
}

/// How the end of a body is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Framing {
    /// By `Content-Length`.
    #[default]
    Length,
    /// By a last chunk.
    Chunked,
    /// By the end of the connection, announced with `Connection: close`.
    Close,
    /// By a `Content-Length` that is larger than what comes.
    Cut,
    /// Not at all.
    None,
}

/// A reply to give.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReplyPlan {
    /// The status; without one the operation's own reply is changed.
    pub status: Option<u16>,
    /// Headers to set: a string, an array for several of one name, null to take one away. `Retry-After` may be
    /// "date:+2", which becomes the HTTP date two seconds ahead.
    pub headers: Map<String, Value>,
    /// The body: a string as it is, anything else as JSON.
    pub body: Option<Value>,
    /// A body in the shape of Graph's errors.
    pub error: Option<ErrorPlan>,
    /// Properties in place of those of the message in the operation's own reply, or of each one in a list.
    /// "time:+2" becomes the time two seconds ahead, "folder:sentitems" the id of the folder.
    pub item: Map<String, Value>,
    /// How the end of the body is marked.
    pub framing: Framing,
    /// Bytes promised but not sent, with the framing "cut".
    pub missing_bytes: u64,
    /// Whether the headers of every Graph reply, `request-id` among them, are on it.
    pub graph: bool,
}

impl Default for ReplyPlan {
    fn default() -> Self {
        Self {
            status: None,
            headers: Map::new(),
            body: None,
            error: None,
            item: Map::new(),
            framing: Framing::Length,
            missing_bytes: 10,
            graph: true,
        }
    }
}

/// An error body to make.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorPlan {
    code: String,
    #[serde(default)]
    message: String,
    /// What `innerError` is like.
    #[serde(default)]
    inner: Inner,
    /// The code inside the nested `innerError`.
    #[serde(default)]
    inner_code: Option<String>,
    /// The length the message is filled up to.
    #[serde(default)]
    bytes: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Inner {
    /// As the service writes it today.
    #[default]
    Usual,
    /// Under the key `innererror`, as the OData text has it.
    Lowercase,
    /// None.
    None,
}

impl Fault {
    /// Refuses what cannot be carried out.
    pub fn check(self) -> Result<Self, Error> {
        let own = self.raw.is_some() || self.reply.as_ref().is_some_and(|reply| reply.status.is_some());
        if !self.accept && !own {
            return Err(Error::new("with \"accept\": false a fault needs 'raw', or a 'reply' with a 'status'"));
        }
        if self.detached && !own {
            return Err(Error::new("with \"detached\": true a fault needs 'raw', or a 'reply' with a 'status'"));
        }
        if !self.accept && (self.detached || self.accept_delay_ms > 0) {
            return Err(Error::new("'accept_delay_ms' and 'detached' make no sense with \"accept\": false"));
        }
        if self.raw.is_some() && self.reply.is_some() {
            return Err(Error::new("a fault has a 'reply' or 'raw' bytes, not both"));
        }
        let Some(reply) = &self.reply else { return Ok(self) };
        if reply.body.is_some() && reply.error.is_some() {
            return Err(Error::new("a reply has a 'body' or an 'error', not both"));
        }
        if reply.status.is_some_and(|status| !(100..1000).contains(&status)) {
            return Err(Error::new("'status' has three digits"));
        }
        for (name, value) in &reply.headers {
            let strings = |values: &Vec<Value>| values.iter().all(Value::is_string);
            if !value.is_string() && !value.is_null() && !value.as_array().is_some_and(strings) {
                return Err(Error::new(format!("the header '{name}' is a string, an array of strings or null")));
            }
        }
        Ok(self)
    }
}

impl ReplyPlan {
    /// The reply, made from the operation's own where there is no status. `fill` knows what a string in `item` means.
    pub fn make(&self, own: Option<Reply>, trace: &Trace, fill: impl Fn(&str) -> Option<String>) -> Reply {
        let mut reply = match (self.status, own) {
            (None, Some(own)) => own,
            (status, _) => {
                let empty = Reply::empty(status.unwrap_or(500));
                if self.graph { empty.dressed(trace) } else { empty }
            }
        };
        if !self.item.is_empty() {
            self.change_items(&mut reply, fill);
        }
        if let Some(body) = &self.body {
            reply.body = body.as_str().map_or_else(|| body.to_string(), str::to_owned).into_bytes();
        }
        if let Some(error) = &self.error {
            reply.set("Content-Type", "application/json");
            reply.body = error.make(trace).into_bytes();
        }
        for (name, value) in &self.headers {
            reply.remove(name);
            let values = match value {
                Value::Array(values) => values.as_slice(),
                one => std::slice::from_ref(one),
            };
            for value in values.iter().filter_map(Value::as_str) {
                reply = reply.with(name, retry_date(value));
            }
        }
        reply
    }
}

impl ReplyPlan {
    fn change_items(&self, reply: &mut Reply, fill: impl Fn(&str) -> Option<String>) {
        let Ok(mut body) = serde_json::from_slice::<Value>(&reply.body) else { return };
        let items = match body.get_mut("value") {
            Some(Value::Array(items)) => items.as_mut_slice(),
            _ if reply.status < 300 => std::slice::from_mut(&mut body),
            _ => return,
        };
        for item in items.iter_mut().filter_map(Value::as_object_mut) {
            for (name, value) in &self.item {
                let filled = value.as_str().and_then(&fill).map(Value::String);
                item.insert(name.clone(), filled.unwrap_or_else(|| value.clone()));
            }
        }
        reply.body = body.to_string().into_bytes();
    }
}

impl ErrorPlan {
    fn make(&self, trace: &Trace) -> String {
        let mut message = self.message.clone();
        message.extend(std::iter::repeat_n('x', self.bytes.saturating_sub(message.len())));
        let mut error = json!({"code": self.code, "message": message});
        let mut inner = trace.inner_error();
        if let Some(code) = &self.inner_code {
            inner["code"] = "generalError".into();
            inner["innerError"] = json!({"code": code, "message": ""});
        }
        match self.inner {
            Inner::Usual => error["innerError"] = inner,
            Inner::Lowercase => error["innererror"] = inner,
            Inner::None => {}
        }
        json!({ "error": error }).to_string()
    }
}

/// "date:+2" as the HTTP date two seconds ahead; anything else as it is.
fn retry_date(value: &str) -> String {
    let ahead = value.strip_prefix("date:").and_then(|seconds| seconds.parse::<i64>().ok());
    match ahead {
        None => value.to_owned(),
        Some(seconds) => clock::http_date_not_before(clock::shifted(SystemTime::now(), seconds)),
    }
}
