//! Identifiers with the structure and alphabet of Exchange Online's, so that a client meets what it will meet there.
//!
//! They are base64 in which `-` stands for `/` and `_` for `+`, the reverse of the usual URL-safe alphabet, and an
//! ordinary message id ends in a padding `=` that a URL may carry raw or percent-encoded.

use base64::Engine;
use base64::alphabet::Alphabet;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD};
use uuid::Uuid;

const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

/// The MAPI provider every entry id of an immutable id names.
const PROVIDER: [u8; 16] =
    [0x1D, 0x84, 0x03, 0x11, 0xAA, 0x66, 0x11, 0xCD, 0x9B, 0xC8, 0x00, 0xAA, 0x00, 0x2F, 0xC4, 0x5A];

fn engine() -> Option<GeneralPurpose> {
    Alphabet::new(ALPHABET).ok().map(|alphabet| GeneralPurpose::new(&alphabet, GeneralPurposeConfig::new()))
}

fn encode(bytes: &[u8]) -> String {
    engine().map(|engine| engine.encode(bytes)).unwrap_or_default()
}

/// Six bytes of a counter, as entry ids end.
fn counter(n: u64) -> [u8; 6] {
    let [_, _, tail @ ..] = n.to_be_bytes();
    tail
}

/// An ordinary message id: 152 characters.
pub fn message(mailbox: Uuid, store: Uuid, folder: u64, item: u64) -> String {
    let mut bytes = vec![0x00, 0x03, 0x24, 0x00];
    bytes.extend_from_slice(mailbox.to_string().as_bytes());
    bytes.extend_from_slice(&[0x00, 0x46, 0x00]);
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(store.as_bytes());
    bytes.extend_from_slice(&[0x07, 0x00]);
    for n in [folder, item] {
        bytes.extend_from_slice(mailbox.as_bytes());
        bytes.extend_from_slice(&counter(n));
        bytes.extend_from_slice(&[0; 2]);
    }
    encode(&bytes)
}

/// An immutable message id: 68 characters.
pub fn immutable(mailbox: Uuid, item: u64) -> String {
    let mut bytes = vec![0x00, 0x09, 0x00, 0x2E, 0x00, 0, 0, 0, 0];
    bytes.extend_from_slice(&PROVIDER);
    bytes.extend_from_slice(&[0x0D, 0x00]);
    bytes.extend_from_slice(mailbox.as_bytes());
    bytes.extend_from_slice(&counter(item));
    bytes.extend_from_slice(&[0; 2]);
    encode(&bytes)
}

/// A folder id: 120 characters.
pub fn folder(mailbox: Uuid, store: Uuid, n: u64) -> String {
    let mut bytes = vec![0x00, 0x03, 0x24, 0x00];
    bytes.extend_from_slice(mailbox.to_string().as_bytes());
    bytes.extend_from_slice(&[0x00, 0x2E, 0x00]);
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(store.as_bytes());
    bytes.extend_from_slice(&[0x01, 0x00]);
    bytes.extend_from_slice(mailbox.as_bytes());
    bytes.extend_from_slice(&counter(n));
    bytes.extend_from_slice(&[0; 2]);
    encode(&bytes)
}

/// A change key: 40 characters, another for each version of an item.
pub fn change_key(store: Uuid, version: u64) -> String {
    let mut bytes = vec![0x09, 0, 0, 0, 0x16, 0, 0, 0];
    bytes.extend_from_slice(store.as_bytes());
    bytes.extend_from_slice(&counter(version));
    encode(&bytes)
}

/// The id of a conversation: 80 characters.
pub fn conversation(mailbox: Uuid, conversation: Uuid) -> String {
    let mut bytes = vec![0x00, 0x04, 0x24, 0x00];
    bytes.extend_from_slice(mailbox.to_string().as_bytes());
    bytes.extend_from_slice(&[0x00, 0x10, 0x00]);
    bytes.extend_from_slice(conversation.as_bytes());
    encode(&bytes)
}

/// The `conversationIndex` of a conversation's first message.
pub fn conversation_index(conversation: Uuid) -> String {
    let mut bytes = vec![0x01, 0x01, 0xDC, 0x00, 0x00, 0x00];
    bytes.extend_from_slice(conversation.as_bytes());
    STANDARD.encode(bytes)
}

/// The `conversationIndex` of an answer to a message with this index.
pub fn conversation_index_of_reply(index: &str, n: u64) -> String {
    let mut bytes = STANDARD.decode(index).unwrap_or_default();
    let [.., a, b, c, d, e] = n.to_be_bytes();
    bytes.extend_from_slice(&[a, b, c, d, e]);
    STANDARD.encode(bytes)
}

/// Whether this text can be a message id at all; if not, the service answers `ErrorInvalidIdMalformed`.
pub fn is_well_formed(id: &str) -> bool {
    let Some(Ok(bytes)) = engine().map(|engine| engine.decode(id)) else {
        return false;
    };
    matches!((bytes.as_slice(), bytes.len()), ([0x00 | 0x01, 0x03, ..], 60..) | ([0x00, 0x09, ..], 51))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_lengths_and_prefixes_of_the_service() {
        let (mailbox, store) = (Uuid::new_v4(), Uuid::new_v4());
        let id = message(mailbox, store, 1, 2);
        assert_eq!((id.len(), &id[..4], id.ends_with('=')), (152, "AAMk", true));
        let id = immutable(mailbox, 2);
        assert_eq!(id.len(), 68);
        assert!(id.starts_with("AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A"));
        let id = folder(mailbox, store, 1);
        assert_eq!((id.len(), &id[..4]), (120, "AAMk"));
        assert_eq!(conversation(mailbox, store).len(), 80);
        assert!(conversation(mailbox, store).starts_with("AAQk"));
        let key = change_key(store, 7);
        assert_eq!((key.len(), &key[..10]), (40, "CQAAABYAAA"));
    }

    #[test]
    fn only_the_alphabet_and_structure_are_checked() {
        let (mailbox, store) = (Uuid::new_v4(), Uuid::new_v4());
        assert!(is_well_formed(&message(mailbox, store, 1, 2)));
        assert!(is_well_formed(&immutable(mailbox, 2)));
        for bad in ["", "1", "AAMk", "AAMkAD+/", "not an id"] {
            assert!(!is_well_formed(bad), "{bad}");
        }
    }
}
