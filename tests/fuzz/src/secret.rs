//! The token, and whether a text shows a part of it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// A token, without any word of a message in it.
pub const TOKEN: &str = "eyJ0eXAiOiJKV1QiLCJub25jZSI6InlxZ3Z4.eyJhdWQiOiIwMDAwMDAwMy0wMDAw.c2lnbmF0dXJlX29mX2l0";

/// The shortest part of it that says something.
const RUN: usize = 16;

/// Fails where a text shows 16 characters of the token or more, as they are or in base64.
pub fn is_hidden_in(text: &str) {
    let encoded = (0..3).map(|skip| STANDARD_NO_PAD.encode(&TOKEN[skip..]));
    for form in std::iter::once(TOKEN.to_owned()).chain(encoded) {
        for run in form.as_bytes().windows(RUN) {
            let run = std::str::from_utf8(run).unwrap();
            assert!(!text.contains(run), "a part of the token, {run}, is in: {text}");
        }
    }
}
