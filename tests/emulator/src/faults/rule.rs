//! A rule: on which requests, how often, and what to do.

use serde_json::{Map, Value};

use super::plan::Fault;
use super::presets;
use crate::error::Error;
use crate::route;

/// What a rule does.
#[derive(Debug, Clone)]
pub enum Action {
    /// To a request that was read.
    Request(Box<Fault>),
    /// To a connection, before any request is read.
    Connection(ConnectionFault),
}

/// What can happen to a connection before a request is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionFault {
    /// Reset as soon as it is there.
    ResetOnConnect,
    /// Closed in order as soon as it is there.
    CloseOnConnect,
    /// Reset when the first bytes have come, which nobody reads.
    ResetBeforeReading,
    /// Open, and never read.
    Hang,
    /// Answered with 202 as soon as it is there; then the request is read, carried out or not, and not answered.
    AnswerBeforeReading {
        /// Whether it is carried out.
        accept: bool,
    },
}

/// The names of connection faults.
pub const CONNECTION: &[(&str, ConnectionFault)] = &[
    ("reset-on-connect", ConnectionFault::ResetOnConnect),
    ("close-on-connect", ConnectionFault::CloseOnConnect),
    ("reset-before-reading", ConnectionFault::ResetBeforeReading),
    ("hang", ConnectionFault::Hang),
    ("202-before-reading", ConnectionFault::AnswerBeforeReading { accept: false }),
    ("202-before-reading-then-accept", ConnectionFault::AnswerBeforeReading { accept: true }),
];

/// A rule in force.
#[derive(Debug, Clone)]
pub struct Rule {
    on: String,
    mailbox: Option<String>,
    skip: u64,
    /// How often it still applies; none = always.
    left: Option<u64>,
    /// How the journal calls it.
    pub name: String,
    /// What it does.
    pub action: Action,
}

impl Rule {
    /// Reads a rule; an unknown name in it is an error.
    pub fn read(rule: &Value) -> Result<Self, Error> {
        let Value::Object(rule) = rule else {
            return Err(Error::new(format!("a fault rule is a JSON object, not {rule}")));
        };
        let mut rule = rule.clone();
        let text = |value: Option<Value>, name: &str| match value {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(Error::new(format!("'{name}' of a fault rule is a string, not {other}"))),
        };
        let number = |value: Option<Value>, name: &str, default: u64| match value {
            None => Ok(default),
            Some(value) => value
                .as_u64()
                .ok_or_else(|| Error::new(format!("'{name}' of a fault rule is a whole number, not {value}"))),
        };
        let on = text(rule.remove("on"), "on")?;
        let mailbox = text(rule.remove("mailbox"), "mailbox")?;
        let skip = number(rule.remove("skip"), "skip", 0)?;
        let times = number(rule.remove("times"), "times", 1)?;
        let preset = text(rule.remove("do"), "do")?;
        let name = preset.clone().unwrap_or_else(|| "custom".to_owned());
        let on = on.unwrap_or_else(|| default_operation(preset.as_deref()).to_owned());
        let action = if on == "connection" {
            if mailbox.is_some() {
                return Err(Error::new("a connection has no mailbox: leave 'mailbox' out with \"on\": \"connection\""));
            }
            Action::Connection(connection(preset.as_deref(), &rule)?)
        } else if on == "any" || route::NAMES.contains(&on.as_str()) {
            Action::Request(Box::new(presets::expand(preset.as_deref(), rule)?))
        } else {
            let known = route::NAMES.join(", ");
            return Err(Error::new(format!("unknown operation '{on}'; known are any, connection, {known}")));
        };
        Ok(Self { on, mailbox, skip, left: (times > 0).then_some(times), name, action })
    }

    /// Whether it speaks of such a request.
    pub fn is_for(&self, operation: &str, is_mailbox: impl Fn(&str) -> bool) -> bool {
        (self.on == "any" || self.on == operation) && self.mailbox.as_deref().is_none_or(is_mailbox)
    }

    /// Counts a match; true when it applies to this one.
    pub fn count(&mut self) -> bool {
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        if let Some(left) = &mut self.left {
            *left = left.saturating_sub(1);
        }
        true
    }

    /// Whether it will never apply again.
    pub fn is_spent(&self) -> bool {
        self.left == Some(0)
    }
}

/// A rule without "on" is about send, unless its preset only makes sense for connections.
fn default_operation(preset: Option<&str>) -> &'static str {
    let only_connections = preset.is_some_and(|name| name != "hang" && CONNECTION.iter().any(|(n, _)| *n == name));
    if only_connections { "connection" } else { "send" }
}

fn connection(preset: Option<&str>, more: &Map<String, Value>) -> Result<ConnectionFault, Error> {
    if let Some(name) = more.keys().next() {
        return Err(Error::new(format!("a rule on connections has no '{name}'")));
    }
    let found = CONNECTION.iter().find(|(name, _)| Some(*name) == preset).map(|(_, fault)| *fault);
    found.ok_or_else(|| {
        let known: Vec<&str> = CONNECTION.iter().map(|(name, _)| *name).collect();
        Error::new(format!("with \"on\": \"connection\", \"do\" is one of {}", known.join(", ")))
    })
}
