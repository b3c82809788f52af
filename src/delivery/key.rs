//! Which draft, and which mailbox: what calls must have in common to concern each other.

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

use crate::message::{Mailbox, Target};

/// Hashes tokens, differently in each process: a key must not give one away.
static TOKENS: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// A mailbox at a service root. Names compare without regard to case. The own mailboxes of two tokens are two mailboxes,
/// because nothing here can tell whether they are one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MailboxKey {
    root: String,
    user: String,
    token: Option<u64>,
}

/// A message in a mailbox. Ids differ by case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DraftKey {
    /// Its mailbox.
    pub mailbox: MailboxKey,
    id: String,
}

impl MailboxKey {
    /// The mailbox of a call.
    pub fn of(target: &Target) -> MailboxKey {
        let (user, token) = match &target.mailbox {
            Mailbox::Me => (String::new(), Some(TOKENS.hash_one(target.token.authorization()))),
            Mailbox::User(user) => (user.to_lowercase(), None),
        };
        MailboxKey { root: target.base.join("").to_lowercase(), user, token }
    }
}

impl DraftKey {
    /// The draft of a call.
    pub fn of(target: &Target) -> DraftKey {
        DraftKey { mailbox: MailboxKey::of(target), id: target.id.as_str().to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{BaseUrl, MessageId, Token};

    fn key(token: &str, user: &str, id: &str) -> DraftKey {
        DraftKey::of(&Target {
            base: BaseUrl::default(),
            mailbox: Mailbox::parse(user).unwrap(),
            id: MessageId::parse(id).unwrap(),
            token: Token::parse(token).unwrap(),
            client_request_id: "c".into(),
            user_agent: "ua".into(),
        })
    }

    #[test]
    fn what_is_one_draft() {
        assert_eq!(key("t", "Megan@Contoso.example", "x"), key("u", "megan@contoso.example", "x"));
        assert_eq!(key("t", "me", "x"), key("t", "", "x"));
        assert_ne!(key("t", "me", "x"), key("u", "me", "x"));
        assert_ne!(key("t", "me", "x"), key("t", "me", "X"));
        assert!(!format!("{:?}", key("s3cret", "me", "x")).contains("s3cret"));
    }
}
