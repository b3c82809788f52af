//! Which message: the id part of the request path.

use std::borrow::Cow;
use std::iter;
use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::argument::check_identifier;
use super::ascii::every_byte;
use crate::error::Error;

/// RFC 3986's unreserved characters stay; `=`, `/` and `+` of an id are encoded, so that the id stays one segment.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A message's id: opaque and case-sensitive (<https://learn.microsoft.com/graph/outlook-immutable-id>).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageId(Arc<str>);

impl MessageId {
    /// Reads the `id` argument. Whether the id is well-formed is the service's to say.
    pub fn parse(id: &str) -> Result<MessageId, Error> {
        check_identifier("id", id)?;
        if id == "." || id == ".." {
            return Err(Error::invalid("id is a relative path segment, not a message id"));
        }
        Ok(MessageId(id.into()))
    }

    /// The id as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether another id names the same message. `None` where one is plain and the other immutable: a message has one of each, so
    /// they may name the same one.
    pub fn is_same(&self, other: &str) -> Option<bool> {
        match &*self.0 == other {
            true => Some(true),
            false => match (self.is_immutable(), is_immutable(other)) {
                (true, true) | (false, false) => Some(false),
                (true, false) | (false, true) => None,
            },
        }
    }

    /// Whether it is an immutable id.
    pub fn is_immutable(&self) -> bool {
        is_immutable(&self.0)
    }

    /// Whether two calls may be about one message: also under two ids of different kinds.
    pub fn may_be(&self, other: &MessageId) -> bool {
        self.is_same(&other.0) != Some(false)
    }

    /// The id as one path segment, percent-encoded exactly once.
    pub fn segment(&self) -> Cow<'_, str> {
        // What Graph's own ids are: base64url, with padding at the end alone.
        let stem = self.0.trim_end_matches('=');
        let is_base64url = |byte: u8| byte.is_ascii_alphanumeric() | (byte == b'-') | (byte == b'_');
        if every_byte(stem, is_base64url) {
            let padding = self.0.len() - stem.len();
            let mut segment = String::with_capacity(stem.len() + padding * "%3D".len());
            segment.push_str(stem);
            segment.extend(iter::repeat_n("%3D", padding));
            return Cow::Owned(segment);
        }
        utf8_percent_encode(&self.0, SEGMENT).into()
    }
}

/// Whether an id is an immutable one (<https://learn.microsoft.com/graph/outlook-immutable-id>). Ids are opaque; what is known
/// of these is that they begin with the header of an entry id of another provider than plain ones do.
fn is_immutable(id: &str) -> bool {
    id.starts_with("AAkALg")
}

#[cfg(test)]
mod tests {
    use super::*;
    use percent_encoding::percent_decode_str;
    use proptest::prelude::*;

    #[test]
    fn encoded_once() {
        let segment = |id: &str| MessageId::parse(id).unwrap().segment().into_owned();
        assert_eq!(segment("AAMkAG-_ZQ=="), "AAMkAG-_ZQ%3D%3D");
        assert_eq!(segment("AAMkAG-_ZQ"), "AAMkAG-_ZQ");
        assert_eq!(segment("AAMk=AG=="), "AAMk%3DAG%3D%3D");
        assert_eq!(segment("=="), "%3D%3D");
        assert_eq!(segment("a/b+c"), "a%2Fb%2Bc");
        assert_eq!(segment("a%3Db"), "a%253Db");
    }

    #[test]
    fn one_message_has_an_id_of_each_kind() {
        let is_same = |one: &str, other: &str| MessageId::parse(one).unwrap().is_same(other);
        assert_eq!(is_same("AAMkA", "AAMkA"), Some(true));
        assert_eq!(is_same("AAMkA", "AAMka"), Some(false));
        assert_eq!(is_same("AAMkA", "other"), Some(false));
        assert_eq!(is_same("AAkALgA", "AAkALgB"), Some(false));
        assert_eq!(is_same("AAkALgA", "AAMkA"), None);
        assert_eq!(is_same("AAMkA", "AAkALgA"), None);
    }

    #[test]
    fn refused() {
        for id in ["", " ", "AAMk ", " AAMk", "AA\nMk", "AA\u{85}Mk", "AA\u{a0}Mk", "..", &"A".repeat(1025)] {
            let error = MessageId::parse(id).unwrap_err();
            assert!(error.message.starts_with("not sent: id "), "{id:?}: {error}");
        }
        assert!(MessageId::parse(&"A".repeat(1024)).is_ok());
    }

    proptest! {
        #[test]
        fn one_segment_that_decodes_to_the_id(id in "[^\\s\\p{Cc}]{1,200}") {
            prop_assume!(id != "." && id != "..");
            let id_read = MessageId::parse(&id).unwrap();
            let segment = id_read.segment();
            prop_assert_eq!(percent_decode_str(&segment).decode_utf8().unwrap(), id);
            prop_assert!(segment.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~%".contains(&b)));
        }
    }
}
