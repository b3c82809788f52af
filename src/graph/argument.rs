//! Checks that several arguments share.

use super::ascii::is_graphic;
use crate::error::Error;

/// The longest identifier that is passed on: an id, or what names a user. Message ids seen in the wild have up to some 500
/// characters, and a userPrincipalName has at most 113; the service decides about anything in between.
pub const LONGEST_IDENTIFIER: usize = 1024;

/// Refuses what no identifier holds: nothing at all, a space, a control character, far too many characters.
pub fn check_identifier(what: &str, text: &str) -> Result<(), Error> {
    if text.is_empty() {
        return Err(Error::invalid(format!("{what} is empty")));
    }
    if text.len() > LONGEST_IDENTIFIER {
        return Err(Error::invalid(format!(
            "{what} has {} bytes, more than the {LONGEST_IDENTIFIER} that are accepted; is it another field?",
            text.len()
        )));
    }
    check_no_blanks(what, text)
}

/// Refuses white space and control characters, naming the first one and its likely cause.
pub fn check_no_blanks(what: &str, text: &str) -> Result<(), Error> {
    if is_graphic(text) {
        return Ok(());
    }
    for (at, c) in text.char_indices() {
        if c == ' ' && text[at..].trim_end_matches(' ').is_empty() {
            return Err(Error::invalid(format!(
                "{what} ends in spaces from byte {at} on; a fixed-length field padded with spaces? pass it trimmed"
            )));
        }
        if c.is_whitespace() && !c.is_control() {
            return Err(Error::invalid(format!("{what} holds a space at byte {at}")));
        }
        if c.is_control() {
            return Err(Error::invalid(format!(
                "{what} holds a control character (U+{:04X}) at byte {at}; a line break read along with it?",
                u32::from(c)
            )));
        }
    }
    Ok(())
}
