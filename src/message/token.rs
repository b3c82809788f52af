//! The access token: checked, kept out of every text, wiped from memory when dropped.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::ascii::{is_graphic, is_printable};
use crate::error::Error;

/// The longest token that is passed on: more than twice what Graph's front end takes as request headers.
const LONGEST_TOKEN: usize = 32 * 1024;

/// The longest text from outside that goes into a message of ours, in characters.
const LONGEST_QUOTE: usize = 400;

const SCHEME: &str = "Bearer ";

/// An access token for Microsoft Graph. Clones share one copy, which is wiped when the last of them is dropped.
#[derive(Clone)]
pub struct Token(Arc<Zeroizing<Box<str>>>);

impl Token {
    /// Reads the `token` argument: the bare token, without `Bearer`.
    pub fn parse(token: &str) -> Result<Token, Error> {
        if token.is_empty() {
            return Err(Error::invalid("token is empty"));
        }
        if token.get(..SCHEME.len()).is_some_and(|start| start.eq_ignore_ascii_case(SCHEME)) {
            return Err(Error::invalid(
                "token begins with \"Bearer \": pass the token alone, the scheme is added here",
            ));
        }
        if token.len() > LONGEST_TOKEN {
            return Err(Error::invalid(format!(
                "token has {} bytes, more than the {LONGEST_TOKEN} accepted",
                token.len()
            )));
        }
        // No part of a token may reach a message, not even the character that is wrong with it.
        let unfit = if is_graphic(token) { None } else { token.bytes().position(|byte| !byte.is_ascii_graphic()) };
        if let Some(at) = unfit {
            let what = match token.as_bytes()[at] {
                b' ' if token[at..].trim_end_matches(' ').is_empty() => {
                    "ends in spaces; a fixed-length field padded with spaces? pass it trimmed; first space"
                }
                b' ' => "holds a space",
                b if b.is_ascii() => "holds a control character; a line break read along with it?",
                _ => "holds a character outside ASCII",
            };
            return Err(Error::invalid(format!("token {what} at byte {at}")));
        }
        // Joined in one allocation of that very size: no copy is left behind unwiped.
        Ok(Token(Arc::new(Zeroizing::new([SCHEME, token].concat().into_boxed_str()))))
    }

    /// The value of the `Authorization` header.
    pub fn authorization(&self) -> &str {
        &self.0
    }

    /// A text from outside as part of one line of a log: without the token, which servers and proxies do echo; without line
    /// breaks and control characters; and not too long.
    pub fn quote(&self, text: &str) -> String {
        let token = &self.0[SCHEME.len()..];
        if text.len() < token.len().min(LONGEST_QUOTE) && is_printable(text) {
            return text.trim().to_owned();
        }
        // The token goes first: shortened, it could no longer be found. Most texts are too short to hold one, and a search
        // for something this long is costly to set up.
        let redacted =
            if text.len() < token.len() { Cow::Borrowed(text) } else { Cow::Owned(text.replace(token, "[token]")) };
        let mut line: String =
            redacted.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_QUOTE).collect();
        if redacted.chars().nth(LONGEST_QUOTE).is_some() {
            line.push('…');
        }
        line.trim().to_owned()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token([token])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_value() {
        assert_eq!(Token::parse("eyJ0.a-b_c").unwrap().authorization(), "Bearer eyJ0.a-b_c");
    }

    #[test]
    fn refused_without_being_shown() {
        for token in
            ["", "Bearer s3cret", "bearer s3cret", "s3cret ", "s3 cret", "s3cret\r\n", "s3cré", &"s3cret".repeat(8000)]
        {
            let error = Token::parse(token).unwrap_err();
            assert!(!error.message.contains("s3"), "{error}");
        }
    }

    #[test]
    fn never_shown() {
        let token = Token::parse("s3cret").unwrap();
        assert!(!format!("{token:?}").contains("s3cret"));
        assert_eq!(token.quote("you sent Bearer s3cret, s3cret"), "you sent Bearer [token], [token]");
        let cut_in_the_middle = format!("{}s3cret", "x".repeat(LONGEST_QUOTE - 3));
        assert!(!token.quote(&cut_in_the_middle).contains("s3"));
    }

    #[test]
    fn quoted_on_one_bounded_line() {
        let line = Token::parse("s3cret").unwrap().quote(&format!(" a\r\nb{}", "é".repeat(1000)));
        assert!(line.starts_with("a  bé") && line.ends_with("é…"), "{line}");
    }
}
