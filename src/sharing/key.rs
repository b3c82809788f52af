//! Which draft, and which mailbox: what calls must have in common to concern each other.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher, RandomState};
use std::sync::{Arc, LazyLock};

use crate::graph::{BaseUrl, Mailbox, MessageId, every_byte};

/// Hashes keys and tokens, differently in each process: a key must not give a token away.
static HASHES: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// How much of a token or an id is hashed, beside its length: its end, which in a JWT is the signature, and random in any
/// other; ids of one mailbox begin alike.
const SAMPLED: usize = 48;

/// A mailbox at a service root. Names compare without regard to case. The own mailboxes of two credentials are two mailboxes,
/// because nothing here can tell whether they are one.
#[derive(Debug, Clone)]
pub struct MailboxKey {
    hash: u64,
    root: BaseUrl,
    owner: Owner,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Owner {
    /// Whose the credential is, of whose identity the hash is.
    OfIdentity,
    /// The user, in lower case.
    Named(Arc<str>),
}

/// A message, by its id alone, whatever name the mailbox, the token, the host or the API version has: an id of Exchange's holds
/// its mailbox, and one mailbox has many names. Ids differ by case.
#[derive(Debug, Clone)]
pub struct MessageKey {
    hash: u64,
    id: MessageId,
}

impl MailboxKey {
    /// A mailbox under a service root. Where it is `me`, the text that tells the credential from others says whose: it may be a
    /// secret, and is hashed.
    pub fn of(root: &BaseUrl, mailbox: &Mailbox, identity: &str) -> MailboxKey {
        let (hash, owner) = match mailbox {
            Mailbox::Me => (HASHES.hash_one(sampled(identity)), Owner::OfIdentity),
            Mailbox::User(user) => {
                let user = lowercase(user);
                (HASHES.hash_one(&user), Owner::Named(user))
            }
        };
        MailboxKey { hash, root: root.clone(), owner }
    }
}

/// What is hashed of a text.
fn sampled(text: &str) -> (usize, &[u8]) {
    (text.len(), &text.as_bytes()[text.len().saturating_sub(SAMPLED)..])
}

/// A name in lower case. Most names are that already, and are not copied.
fn lowercase(name: &Arc<str>) -> Arc<str> {
    let is_lower = every_byte(name, |byte| byte.is_ascii() & !byte.is_ascii_uppercase());
    if is_lower { Arc::clone(name) } else { name.to_lowercase().into() }
}

impl PartialEq for MailboxKey {
    fn eq(&self, other: &MailboxKey) -> bool {
        self.hash == other.hash && self.owner == other.owner && self.root.is_same(&other.root)
    }
}

impl Eq for MailboxKey {}

impl Hash for MailboxKey {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        hasher.write_u64(self.hash);
    }
}

impl MessageKey {
    /// The message of a call.
    pub fn of(id: &MessageId) -> MessageKey {
        MessageKey { hash: HASHES.hash_one(sampled(id.as_str())), id: id.clone() }
    }

    /// Whether another id may name the same message: a message has a plain and an immutable one.
    pub fn may_be(&self, other: &MessageKey) -> bool {
        self.id.may_be(&other.id)
    }
}

impl PartialEq for MessageKey {
    fn eq(&self, other: &MessageKey) -> bool {
        self.hash == other.hash && self.id == other.id
    }
}

impl Eq for MessageKey {}

impl Hash for MessageKey {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        hasher.write_u64(self.hash);
    }
}

/// A map of such keys, each of which brings its hash along.
pub type KeyMap<K, V> = HashMap<K, V, BuildHasherDefault<StoredHash>>;

/// Takes the hash that a key brings.
#[derive(Debug, Clone, Copy, Default)]
pub struct StoredHash(u64);

impl Hasher for StoredHash {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mailbox(token: &str, user: &str) -> MailboxKey {
        MailboxKey::of(&BaseUrl::default(), &Mailbox::parse(user).unwrap(), token)
    }

    fn at(root: &str) -> MailboxKey {
        let base = BaseUrl::parse(root).unwrap();
        MailboxKey { root: base, ..mailbox("t", "megan@contoso.example") }
    }

    #[test]
    fn what_is_one_root() {
        assert_eq!(at("https://graph.microsoft.com/v1.0"), at("https://Graph.Microsoft.com/V1.0"));
        assert_ne!(at("https://graph.microsoft.com/v1.0"), at("https://graph.microsoft.us/v1.0"));
    }

    #[test]
    fn what_is_one_mailbox() {
        assert_eq!(mailbox("t", "Megan@Contoso.example"), mailbox("u", "megan@contoso.example"));
        assert_eq!(mailbox("t", "me"), mailbox("t", ""));
        assert_ne!(mailbox("t", "me"), mailbox("u", "me"));
        assert_ne!(mailbox("t", "me"), mailbox("t", "megan@contoso.example"));
        let long = "t".repeat(1500);
        assert_ne!(mailbox(&format!("{long}a"), "me"), mailbox(&format!("{long}b"), "me"));
        assert!(!format!("{:?}", mailbox("s3cret", "me")).contains("s3cret"));
    }

    #[test]
    fn what_is_one_message() {
        let key = |id: &str| MessageKey::of(&MessageId::parse(id).unwrap());
        assert_eq!(key("x"), key("x"));
        assert_ne!(key("x"), key("X"));
        assert!(key("AAMkX").may_be(&key("AAkALgX")));
        assert!(!key("AAMkX").may_be(&key("AAMkY")));
    }
}
