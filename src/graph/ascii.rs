//! Questions about the whole of a text, put so that a compiler answers them for many bytes in one step. `Iterator::all`, which
//! stops at the first byte that is not so, goes byte by byte; and texts here are long, or many, and hardly ever not so.

/// Whether all bytes of a text are so.
pub fn every_byte(text: &str, holds: impl Fn(u8) -> bool) -> bool {
    text.bytes().fold(true, |all, byte| all & holds(byte))
}

/// Whether a text is of characters of ASCII that print, and spaces.
pub fn is_printable(text: &str) -> bool {
    is_between(text, b' ', b'~')
}

/// Whether a text is of characters of ASCII that print: no spaces.
pub fn is_graphic(text: &str) -> bool {
    is_between(text, b'!', b'~')
}

/// The least and the greatest byte, for which processors have one instruction each.
fn is_between(text: &str, first: u8, last: u8) -> bool {
    let (least, greatest) =
        text.bytes().fold((first, last), |(least, greatest), byte| (least.min(byte), greatest.max(byte)));
    least == first && greatest == last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_is_asked() {
        let long = "x".repeat(100);
        assert!(is_printable(&format!("{long} {long}")) && is_graphic(&long) && is_graphic(""));
        for other in ["\t", "\n", "\x7f", "é"] {
            for text in [format!("{other}{long}"), format!("{long}{other}{long}"), format!("{long}{other}")] {
                assert!(!is_printable(&text) && !is_graphic(&text), "{text:?}");
            }
        }
        assert!(!is_graphic(&format!("{long} ")));
    }
}
