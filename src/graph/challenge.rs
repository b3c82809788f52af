//! The claims challenge of continuous access evaluation, in a 401's `WWW-Authenticate`.

use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

/// Standard base64, whose padding the service sends and some gateways strip.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The decoded `claims` of the first `Bearer` challenge that has any: the JSON to pass to the next token request
/// (<https://learn.microsoft.com/entra/identity-platform/claims-challenge>).
pub fn claims(www_authenticate: &[String]) -> Option<String> {
    www_authenticate.iter().find_map(|header| {
        let value = parameter(header, "claims")?;
        let json = String::from_utf8(BASE64.decode(value).ok()?).ok()?;
        (!json.contains('\0')).then_some(json)
    })
}

/// The value of one parameter. Parameters come in any order, separated by commas; a quoted value may hold commas, `=`
/// and escaped quotes, so the header is walked and never split.
fn parameter(header: &str, wanted: &str) -> Option<String> {
    let mut rest = header;
    loop {
        let equals = rest.find('=')?;
        let name = rest[..equals].rsplit([' ', ',', '\t']).next().unwrap_or_default();
        let (value, after) = value_at(rest[equals + 1..].trim_start())?;
        if name.eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = after;
    }
}

/// A token or quoted string, and what follows it.
fn value_at(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ']).unwrap_or(text.len());
        return Some((text[..end].to_owned(), &text[end..]));
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' => value.push(chars.next()?.1),
            _ => value.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str = r#"{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}"#;

    fn encoded() -> String {
        base64::engine::general_purpose::STANDARD.encode(JSON)
    }

    #[test]
    fn found_in_any_order() {
        for header in [
            format!(r#"Bearer realm="", error="insufficient_claims", claims="{}""#, encoded()),
            format!(r#"Bearer claims="{}", realm="a, b=\"c\"", error="insufficient_claims""#, encoded()),
            format!(r#"Bearer realm="", CLAIMS={}"#, encoded().trim_end_matches('=')),
        ] {
            assert_eq!(claims(&[r#"Negotiate"#.to_owned(), header.clone()]).as_deref(), Some(JSON), "{header}");
        }
    }

    #[test]
    fn absent_or_broken() {
        for header in [
            "",
            "Bearer",
            r#"Bearer realm="""#,
            r#"Bearer claims="%%%""#,
            r#"Bearer claims="abc"#,
            "Bearer claims=AA==",
        ] {
            assert_eq!(claims(&[header.to_owned()]), None, "{header}");
        }
    }
}
