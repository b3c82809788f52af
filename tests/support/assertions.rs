//! The assertions of an oracle, as its source words them, held against what it said of runs that were tampered with. An assertion that
//! none of them could break would hold nothing. `tests/machine` and `tests/simulation` each have such an oracle.

use std::collections::BTreeSet;

/// Every assertion in these sources was said at least once. Gives how many there are.
pub fn all_are_said(sources: &[&str], said: &BTreeSet<String>) -> usize {
    let assertions: BTreeSet<&str> = sources.iter().flat_map(|source| assertions(source)).collect();
    assert!(assertions.len() > 20, "{assertions:?}");
    let vacuous: Vec<&&str> =
        assertions.iter().filter(|assertion| !said.iter().any(|said| is_said(assertion, said))).collect();
    assert!(vacuous.is_empty(), "never fails: {vacuous:#?}");
    assertions.len()
}

/// What numbers alone tell apart is one saying, but for the invariant's own: there are fewer to keep.
pub fn without_numbers(text: &str) -> String {
    let kept = text.split(' ').map(|word| match word.as_bytes() {
        [b'I', number, b':'] if number.is_ascii_digit() => word.to_owned(),
        _ => word.replace(|c: char| c.is_ascii_digit(), ""),
    });
    kept.collect::<Vec<_>>().join(" ")
}

/// The texts of a source that begin as an invariant does.
fn assertions(source: &str) -> impl Iterator<Item = &str> {
    source.split('"').filter(|text| {
        let text = text.as_bytes();
        text.len() > 4 && text[0] == b'I' && text[1].is_ascii_digit() && text[2] == b':'
    })
}

/// Whether a saying is of that form, `{}` standing for anything.
fn is_said(form: &str, said: &str) -> bool {
    let mut rest = said;
    form.split('{').enumerate().all(|(nth, part)| {
        let fixed = if nth == 0 { part } else { part.split_once('}').map_or("", |(_, fixed)| fixed) };
        match rest.find(fixed) {
            Some(at) => {
                rest = &rest[at + fixed.len()..];
                true
            }
            None => false,
        }
    })
}
