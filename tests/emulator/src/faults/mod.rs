//! Misbehaviour on request: which requests, and what happens to them.

mod plan;
mod presets;
mod rule;

pub use plan::{Fault, Framing, ReplyPlan, Then};
pub use presets::{all as presets, expand, unasked};
pub use rule::{Action, ConnectionFault, Rule};

use serde_json::Value;

use crate::error::Error;

/// The rules in force, in the order they were given.
#[derive(Debug, Default)]
pub struct Rules(Vec<Rule>);

impl Rules {
    /// Adds one rule or an array of them; on an error none is added.
    pub fn add(&mut self, rules: &Value) -> Result<(), Error> {
        let read = match rules {
            Value::Array(all) => all.iter().map(Rule::read).collect::<Result<Vec<_>, _>>()?,
            one => vec![Rule::read(one)?],
        };
        self.0.extend(read);
        Ok(())
    }

    /// Forgets all rules.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// How many are still in force.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The name and fault of the first rule for such a request. `is_mailbox` tells whether a name stands for the
    /// request's mailbox.
    pub fn take_request(&mut self, operation: &str, is_mailbox: impl Fn(&str) -> bool) -> Option<(String, Fault)> {
        self.take(|rule| match &rule.action {
            Action::Request(fault) if rule.is_for(operation, &is_mailbox) => Some(fault.as_ref().clone()),
            _ => None,
        })
    }

    /// The first rule for a new connection.
    pub fn take_connection(&mut self) -> Option<(String, ConnectionFault)> {
        self.take(|rule| match &rule.action {
            Action::Connection(fault) => Some(*fault),
            Action::Request(_) => None,
        })
    }

    fn take<T>(&mut self, matching: impl Fn(&Rule) -> Option<T>) -> Option<(String, T)> {
        let found = self.0.iter_mut().find_map(|rule| {
            let fault = matching(rule)?;
            rule.count().then(|| (rule.name.clone(), fault))
        });
        self.0.retain(|rule| !rule.is_spent());
        found
    }
}
