//! Whose message it is: the mailbox part of the request path.

use std::borrow::Cow;
use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::argument::check_identifier;
use crate::error::Error;

/// What stays as it is in a user's path segment: RFC 3986's unreserved characters, and `@` and `$`, which a segment may
/// hold and Microsoft's documentation shows raw. A guest's `#EXT#` must become `%23EXT%23`
/// (<https://learn.microsoft.com/graph/api/user-get>).
const USER: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'@').remove(b'$');

/// A mailbox that a token can act on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mailbox {
    /// The signed-in user's own; needs a delegated token.
    Me,
    /// The mailbox of the user with this id (a GUID) or userPrincipalName.
    User(Arc<str>),
}

impl Mailbox {
    /// Reads the `user` argument: empty or `me` is the token's own mailbox.
    pub fn parse(user: &str) -> Result<Mailbox, Error> {
        if user.is_empty() || user.eq_ignore_ascii_case("me") {
            return Ok(Mailbox::Me);
        }
        check_identifier("user", user)?;
        if user == "." || user == ".." {
            return Err(Error::invalid("user is a relative path segment, not an id or a userPrincipalName"));
        }
        Ok(Mailbox::User(user.into()))
    }

    /// Whether it is the token's own, as `me`.
    pub fn is_me(&self) -> bool {
        match self {
            Mailbox::Me => true,
            Mailbox::User(_) => false,
        }
    }

    /// The path below the service root, percent-encoded exactly once.
    pub fn path(&self) -> Cow<'static, str> {
        match self {
            Mailbox::Me => Cow::Borrowed("/me"),
            // `/users/$name` is read as an OData query segment and refused; the key form is the documented way out.
            Mailbox::User(user) if user.starts_with('$') => {
                Cow::Owned(format!("/users('{}')", utf8_percent_encode(&user.replace('\'', "''"), USER)))
            }
            Mailbox::User(user) => {
                let segment: Cow<str> = utf8_percent_encode(user, USER).into();
                Cow::Owned(["/users/", &segment].concat())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use percent_encoding::percent_decode_str;
    use proptest::prelude::*;

    fn path(user: &str) -> String {
        Mailbox::parse(user).unwrap().path().into_owned()
    }

    #[test]
    fn own_mailbox() {
        assert_eq!(path(""), "/me");
        assert_eq!(path("me"), "/me");
        assert_eq!(path("ME"), "/me");
    }

    #[test]
    fn other_mailboxes() {
        assert_eq!(path("megan@contoso.example"), "/users/megan@contoso.example");
        assert_eq!(
            path("adele_adatum.example#EXT#@contoso.example"),
            "/users/adele_adatum.example%23EXT%23@contoso.example"
        );
        assert_eq!(path("$ales@contoso.example"), "/users('$ales@contoso.example')");
        assert_eq!(path("$o'neil@contoso.example"), "/users('$o%27%27neil@contoso.example')");
        assert_eq!(path("o'neil@contoso.example"), "/users/o%27neil@contoso.example");
        assert_eq!(path("a/b?c%20d"), "/users/a%2Fb%3Fc%2520d");
        assert_eq!(path("ünal@contoso.example"), "/users/%C3%BCnal@contoso.example");
    }

    #[test]
    fn refused() {
        for user in [" ", "megan ", "megan @x", "a\r\nb", "a\0b", "a\tb", ".", "..", &"x".repeat(1025)] {
            assert!(Mailbox::parse(user).is_err(), "{user:?}");
        }
        assert!(Mailbox::parse("megan@contoso.example   ").unwrap_err().message.contains("trimmed"));
    }

    proptest! {
        #[test]
        fn one_segment_that_decodes_to_the_name(user in "[^\\s\\p{Cc}]{1,60}") {
            prop_assume!(!user.eq_ignore_ascii_case("me") && user != "." && user != "..");
            let path = path(&user);
            let name = if user.starts_with('$') {
                let key = path.strip_prefix("/users('").unwrap().strip_suffix("')").unwrap();
                prop_assert!(!key.contains('\''));
                percent_decode_str(key).decode_utf8().unwrap().replace("''", "'")
            } else {
                let segment = path.strip_prefix("/users/").unwrap();
                percent_decode_str(segment).decode_utf8().unwrap().into_owned()
            };
            prop_assert_eq!(name, user);
            prop_assert_eq!(path.matches('/').count(), if path.contains("('") { 1 } else { 2 });
            prop_assert!(path.bytes().all(|b| b.is_ascii_graphic() && b != b'#' && b != b'?'));
        }
    }
}
