//! The access token: checked, kept out of every text, wiped from memory when dropped.

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::ascii::{every_byte, is_graphic};
use super::redaction::{SHORTEST_RUN, redact};
use crate::error::Error;

/// The longest token that is passed on: more than twice what Graph's front end takes as request headers.
const LONGEST_TOKEN: usize = 32 * 1024;

/// The longest text from outside that goes into a message of ours, in characters.
const LONGEST_QUOTE: usize = 400;
/// The longest that is read of such a text, in bytes: with the token's runs taken out of it, enough is left.
const LONGEST_READ: usize = 16 * 1024;

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

    /// A text from outside as part of one line of a log: without the token or a part of it; without line breaks and control
    /// characters; and not too long.
    pub fn quote(&self, text: &str) -> String {
        let read = if text.len() > LONGEST_READ { beginning(text, LONGEST_READ) } else { text };
        // Redacted first: shortened, a run could no longer be found.
        let redacted = redact(read, self.text());
        let mut line: String =
            redacted.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_QUOTE).collect();
        if redacted.chars().nth(LONGEST_QUOTE).is_some() || read.len() < text.len() {
            line.push('…');
        }
        line.trim().to_owned()
    }

    /// A name that Graph gives: an error's code, an id, a `request-id`. A token that is shorter than any part that is looked for
    /// may be a part of one, and is no secret there.
    pub fn quote_name(&self, name: &str) -> String {
        // What is shorter than a run may be a whole token.
        let may_be_guid = (SHORTEST_RUN..=LONGEST_QUOTE).contains(&name.len()) && every_byte(name, is_of_guids);
        if may_be_guid && !has_run_of_guids(self.text()) {
            return name.to_owned();
        }
        let is_of_its_alphabet =
            |byte: u8| byte.is_ascii_alphanumeric() | matches!(byte, b'.' | b'_' | b'-' | b'=' | b'/' | b'+');
        if every_byte(name, is_of_its_alphabet) && name.len() <= LONGEST_QUOTE {
            let token = self.text();
            let is_short = token.len() < SHORTEST_RUN && name != token;
            return if is_short { name.to_owned() } else { redact(name, token).into_owned() };
        }
        self.quote(name)
    }

    /// An id that Graph gives, of which all is needed: cut, it would be another one.
    pub fn quote_id(&self, id: &str) -> String {
        match id.len() <= LONGEST_QUOTE {
            true => self.quote_name(id),
            false => self.redact(id).chars().map(|c| if c.is_control() { ' ' } else { c }).collect(),
        }
    }

    /// A text of which all is needed, without the token or a part of it.
    pub fn redact(&self, text: &str) -> String {
        redact(text, self.text()).into_owned()
    }

    fn text(&self) -> &str {
        &self.0[SCHEME.len()..]
    }
}

/// So many bytes of a longer text, or what is left of them where a character ends.
fn beginning(text: &str, length: usize) -> &str {
    let end = (0..=length).rev().find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or(0)]
}

/// Whether a GUID is written in such bytes, with dashes or without: by GUIDs the service names requests, and so do servers in its
/// place.
const fn is_of_guids(byte: u8) -> bool {
    byte.is_ascii_hexdigit() | (byte == b'-')
}

/// Whether a token has a run that such a name may show. Asked for each mail, so it looks at every sixteenth byte only: a run of 16
/// contains one of them, and the byte eight before it or eight after it is in the run as well. Base64 forms of the token are not
/// searched: they hardly ever consist of hexadecimal digits.
fn has_run_of_guids(token: &str) -> bool {
    static OF_GUIDS: [bool; 256] = {
        let (mut table, mut byte) = ([false; 256], 0);
        while byte < table.len() {
            table[byte] = is_of_guids(byte as u8);
            byte += 1;
        }
        table
    };
    let (bytes, half) = (token.as_bytes(), SHORTEST_RUN / 2);
    let is_one = |byte: &u8| OF_GUIDS[usize::from(*byte)];
    let mut at = SHORTEST_RUN - 1;
    // Not by an iterator, whose steps cost twice as much.
    while let Some(byte) = bytes.get(at) {
        if is_one(byte) && (is_one(&bytes[at - half]) || bytes.get(at + half).is_some_and(is_one)) {
            let before = bytes[..at].iter().rev().take_while(|byte| is_one(byte)).count();
            let after = bytes[at..].iter().take_while(|byte| is_one(byte)).count();
            if before + after >= SHORTEST_RUN {
                return true;
            }
        }
        at += SHORTEST_RUN;
    }
    false
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
        assert_eq!(token.quote_name("s3cret"), "[token]");
    }

    #[test]
    fn a_name_of_graphs_is_not_spoiled() {
        let short = Token::parse("Access").unwrap();
        assert_eq!(short.quote_name("ErrorAccessDenied"), "ErrorAccessDenied");
        assert_eq!(short.quote_name("Access denied"), "[token] denied");
        let guid = "7e1c6d5a-0000-4000-8000-00000000000a";
        let long = Token::parse(&format!("eyJ0.{}.c2lnbmF0dXJl", "A1b2".repeat(10))).unwrap();
        assert_eq!(long.quote_name(guid), guid);
        assert_eq!(long.quote_name("A1b2A1b2A1b2A1b2A1"), "[token]");
        assert_eq!(long.quote_name("two\r\nlines"), "two  lines");
        // As nginx names requests.
        let digits = "00112233445566778899aabbccddeeff";
        assert_eq!(long.quote_name(digits), digits);
        // A token of such characters shows no part of it there, wherever it stands in it.
        for (name, shown) in [(digits, "00112233[token]ccddeeff"), (guid, "7e1c6d5a[token]00000000000a")] {
            for before in 0..2 * SHORTEST_RUN {
                for after in ["", "x", &"x".repeat(40)] {
                    let run = &name[8..name.len() - if name == guid { 12 } else { 8 }];
                    let token = Token::parse(&format!("{}{run}{after}", "x".repeat(before))).unwrap();
                    assert_eq!(token.quote_name(name), shown, "{before} before {after:?}");
                }
            }
            assert_eq!(Token::parse(name).unwrap().quote_name(name), "[token]");
        }
        // A token that is shorter than a run is a secret where it is all that is said.
        for whole in ["deadbeef", "4f1c", "0123456789abcde", "7e1c-6d5a"] {
            let token = Token::parse(whole).unwrap();
            assert_eq!(token.quote_name(whole), "[token]");
            assert_eq!(token.quote_name(&format!("{whole}0")), format!("{whole}0"));
            assert_eq!(token.quote_name(guid), guid);
        }
    }

    #[test]
    fn an_id_is_quoted_whole() {
        let token = Token::parse("0123456789abcdefghij").unwrap();
        let id = format!("AAMk{}=", "x".repeat(600));
        assert_eq!(token.quote_id(&id), id);
        assert_eq!(token.quote_id(&format!("{id}\r0123456789abcdefghij")), format!("{id} [token]"));
        assert_eq!(token.quote_id("<m@contoso.example>"), "<m@contoso.example>");
    }

    #[test]
    fn quoted_on_one_bounded_line() {
        let line = Token::parse("s3cret").unwrap().quote(&format!(" a\r\nb{}", "é".repeat(1000)));
        assert!(line.starts_with("a  bé") && line.ends_with("é…"), "{line}");
    }
}
