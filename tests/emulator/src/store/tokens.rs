//! Access tokens: plain strings that stand for a sign-in.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::Store;
use crate::error::Error;

/// The permissions that mean something here.
const SCOPES: &[&str] = &["Mail.Send", "Mail.Read", "Mail.ReadBasic", "Mail.ReadWrite", "User.Read"];

/// Whom a token signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignIn {
    /// A user, by mailbox.
    User(usize),
    /// An application, which has no `/me`.
    App,
}

/// A token as the store keeps it.
#[derive(Debug, Clone)]
pub struct Token {
    /// How the journal calls it.
    pub name: String,
    /// Whom it signs in.
    pub sign_in: SignIn,
    /// The application it was issued to; the limit on concurrency counts by it.
    pub app: String,
    /// Whether it has expired.
    pub expired: bool,
    scopes: BTreeSet<String>,
}

/// A token to add: the body of `POST /_emulator/tokens`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// The string a client sends after `Bearer`.
    pub token: String,
    /// How the journal calls it; "token-N" without.
    #[serde(default)]
    pub name: Option<String>,
    /// The mailbox it signs in; none for an app-only token.
    #[serde(default)]
    pub mailbox: Option<String>,
    /// Permissions such as `Mail.Send`; with `.Shared` added, those on other users' mailboxes.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Whether it has expired.
    #[serde(default)]
    pub expired: bool,
    /// The application it was issued to.
    #[serde(default = "default_app")]
    pub app: String,
}

fn default_app() -> String {
    "app".to_owned()
}

impl Token {
    /// Whether it carries this permission on this mailbox: an application's holds everywhere, a user's on the own
    /// mailbox, and with `.Shared` on those of others.
    pub fn allows(&self, scope: &str, mailbox: usize) -> bool {
        match self.sign_in {
            SignIn::User(own) if own != mailbox => self.scopes.contains(&format!("{scope}.Shared")),
            _ => self.scopes.contains(scope),
        }
    }
}

impl Store {
    /// The sign-in a token stands for.
    pub fn token(&self, token: &str) -> Option<&Token> {
        self.tokens.get(token)
    }

    /// The tokens a client may use, by name.
    pub fn tokens(&self) -> &HashMap<String, Token> {
        &self.tokens
    }

    /// Each token with whom it signs in and what it may, in a line.
    pub fn describe_tokens(&self) -> BTreeMap<&str, String> {
        let describe = |token: &Token| {
            let who = match token.sign_in {
                SignIn::User(at) => self.mailboxes().get(at).map_or("nobody", |m| m.user_principal_name.as_str()),
                SignIn::App => "an application, any mailbox through /users/...",
            };
            let scopes: Vec<&str> = token.scopes.iter().map(String::as_str).collect();
            match (token.expired, scopes.as_slice()) {
                (true, _) => format!("{who}: nothing, it has expired"),
                (false, []) => format!("{who}: nothing"),
                (false, scopes) => format!("{who}: {}", scopes.join(", ")),
            }
        };
        self.tokens.iter().map(|(string, token)| (string.as_str(), describe(token))).collect()
    }

    /// Adds a token, or replaces the one with the same string.
    pub fn add_token(&mut self, new: NewToken) -> Result<(), Error> {
        if new.token.is_empty() || !new.token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::new("a token is made of visible ASCII characters"));
        }
        for scope in &new.scopes {
            let plain = scope.strip_suffix(".Shared").unwrap_or(scope);
            if !SCOPES.contains(&plain) {
                return Err(Error::new(format!("unknown scope '{scope}'; known are {}", SCOPES.join(", "))));
            }
        }
        let sign_in = match &new.mailbox {
            Some(user) => SignIn::User(self.mailbox_named(user)?),
            None => SignIn::App,
        };
        let name = new.name.unwrap_or_else(|| format!("token-{}", self.tokens.len() + 1));
        let scopes = new.scopes.into_iter().collect();
        self.tokens.insert(new.token, Token { name, sign_in, app: new.app, expired: new.expired, scopes });
        Ok(())
    }
}
