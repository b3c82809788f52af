//! The line that is printed for a request.

use std::iter;

use graph_emulator::Seen;

/// What is longer than this and made of an id's characters is an id: an internetMessageId is shorter, or has an `@` in it.
const LONGEST_WORD: usize = 60;
/// How much of an id is shown: what all begin with, and where they differ.
const HEAD: usize = 6;
const TAIL: usize = 14;

/// Method, path, status, fault, whether a mail left, and how long it took.
pub fn line(seen: &Seen) -> String {
    let status = seen.status.map_or("-".to_owned(), |status| status.to_string());
    let fault = seen.fault.as_ref().map(|fault| format!("  {fault}")).unwrap_or_default();
    let left = if seen.performed && seen.operation == "send" { "  mail left" } else { "" };
    format!("{} {}  {status}{fault}{left}  {} ms", seen.method, shortened(&seen.path), seen.duration_ms)
}

/// A path and its query with every id shortened, wherever it stands and however it is encoded.
fn shortened(path: &str) -> String {
    let (mut shown, mut rest) = (String::new(), path);
    while let Some(next) = rest.chars().next() {
        let letters: Vec<(char, usize)> = word(rest).collect();
        let length = match letters.iter().map(|(_, length)| length).sum() {
            // Of `%27` no part belongs to the id behind it.
            0 if next == '%' && rest.is_char_boundary(3) => 3,
            0 => next.len_utf8(),
            length => length,
        };
        let (raw, after) = rest.split_at(length);
        if letters.len() > LONGEST_WORD {
            shown.extend(letters.iter().take(HEAD).map(|(c, _)| c));
            shown.push('~');
            shown.extend(letters.iter().skip(letters.len() - TAIL).map(|(c, _)| c));
        } else {
            shown.push_str(raw);
        }
        rest = after;
    }
    shown
}

/// The characters that can be an id's, from the beginning of a text on, each with the length it has there.
fn word(mut rest: &str) -> impl Iterator<Item = (char, usize)> {
    iter::from_fn(move || {
        let (c, length) = match rest.get(..3) {
            Some("%2D" | "%2d") => ('-', 3),
            Some("%5F" | "%5f") => ('_', 3),
            Some("%3D" | "%3d") => ('=', 3),
            _ => (rest.chars().next()?, 1),
        };
        let is_of_an_id = c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '=');
        rest = rest.get(length..)?;
        is_of_an_id.then_some((c, length))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_shown_the_same_wherever_it_stands() {
        let id = format!("AAMkAD{}-_BCDEFGHIJKL=", "x".repeat(132));
        let short = "AAMkAD~-_BCDEFGHIJKL=";
        let encoded = id.replace('=', "%3D");
        let all = id.replace('-', "%2D").replace('_', "%5F").replace('=', "%3d");
        for id in [&id, &encoded, &all] {
            for path in [
                "/v1.0/me/messages/ID",
                "/v1.0/me/messages/ID/send",
                "/v1.0/me/messages/ID?$select=id,isDraft",
                "/v1.0/me/messages('ID')/send",
                "/v1.0/users(%27$ales@contoso.example%27)/messages(%27ID%27)/send",
                "/v1.0/me/mailFolders/ID/messages/ID?$filter=parentFolderId%20eq%20'ID'",
            ] {
                assert_eq!(shortened(&path.replace("ID", id)), path.replace("ID", short));
            }
        }
    }

    #[test]
    fn what_is_no_id_is_shown_as_it_came() {
        for path in [
            "",
            "/",
            "/v1.0/me/messages/x/send",
            "/v1.0/me/messages/%C3%BC%",
            "/v1.0/me/messages/ü-=%3D/send",
            "/v1.0/users/2f3b8a44-6c1e-4a9d-9c57-3d0a51b4e001/messages",
            "/v1.0/me/messages?$filter=internetMessageId%20eq%20'%3Cd2a1f0c47c9f4f3aa0d5b1e6f7c8d9e0@emulator.prod.outlook.com%3E'",
            "/v1.0/me/messages/x?$select=id,isDraft,changeKey,internetMessageId,lastModifiedDateTime,sentDateTime,parentFolderId",
        ] {
            assert_eq!(shortened(path), path);
        }
    }
}
