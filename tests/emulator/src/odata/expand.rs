//! `$expand` of extended properties, which are shown only where they are named:
//! `singleValueExtendedProperties($filter=id eq 'SystemTime 0x3FEF' or id eq '...')`.

use serde_json::Value;

use super::filter::{Word, words};
use crate::failure::Failure;
use crate::store::properties::{self, MULTI_VALUE, Properties, SINGLE_VALUE};

/// Extended properties of one kind, by their ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expand {
    /// The property of a message that holds them.
    pub property: &'static str,
    ids: Vec<String>,
}

impl Expand {
    /// Those that are set.
    pub fn of(&self, properties: &Properties) -> Option<Value> {
        let all = properties.get(self.property)?.as_array()?;
        let wanted = |property: &&Value| self.ids.iter().any(|id| property["id"] == id.as_str());
        let found: Vec<Value> = all.iter().filter(wanted).cloned().collect();
        (!found.is_empty()).then_some(Value::Array(found))
    }
}

/// Reads the value of `$expand`.
pub fn parse(expand: &str) -> Result<Vec<Expand>, Failure> {
    split(expand).into_iter().map(one).collect()
}

fn one(part: &str) -> Result<Expand, Failure> {
    let (name, options) = part.trim().split_once('(').unwrap_or((part.trim(), ")"));
    let property = [SINGLE_VALUE, MULTI_VALUE].into_iter().find(|known| known.eq_ignore_ascii_case(name));
    let property = property.ok_or_else(|| Failure::bad_request(format!("The emulator cannot expand '{name}'.")))?;
    let options = options.strip_suffix(')').ok_or_else(Failure::invalid_filter)?;
    let filter = options.trim().strip_prefix("$filter=").ok_or_else(|| {
        Failure::bad_request(format!("The $expand of {property} needs a $filter on the id, and takes nothing else."))
    })?;
    Ok(Expand { property, ids: ids(filter)? })
}

/// The ids in `id eq '...' or id eq '...'`.
fn ids(filter: &str) -> Result<Vec<String>, Failure> {
    let mut words = words(filter)?.into_iter().filter(|word| !matches!(word, Word::Open | Word::Close));
    let mut ids = Vec::new();
    loop {
        match (words.next(), words.next(), words.next()) {
            (Some(Word::Bare(id)), Some(Word::Bare(eq)), Some(Word::Quoted(wanted)))
                if id.eq_ignore_ascii_case("id") && eq.eq_ignore_ascii_case("eq") =>
            {
                ids.push(properties::extended_id(&wanted).ok_or_else(Failure::invalid_filter)?);
            }
            _ => return Err(Failure::invalid_filter()),
        }
        match words.next() {
            None => return Ok(ids),
            Some(Word::Bare(or)) if or.eq_ignore_ascii_case("or") => {}
            Some(_) => return Err(Failure::invalid_filter()),
        }
    }
}

/// The parts between commas that stand outside of brackets and quotes.
fn split(text: &str) -> Vec<&str> {
    let (mut depth, mut quoted) = (0_i32, false);
    text.split(move |c: char| {
        match c {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            _ => {}
        }
        c == ',' && depth == 0 && !quoted
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ids_in_any_case_of_their_numbers() {
        let read = parse("singleValueExtendedProperties($filter=id eq 'SystemTime 0x3FEF' or (id eq 'Binary 0x0E0A'))");
        assert_eq!(read.unwrap()[0].ids, ["SystemTime 0x3fef", "Binary 0xe0a"]);
        let named = "String {66F5A359-4659-4830-9070-00047EC6AC6E} Name Color, or colour (1)";
        let read = parse(&format!(
            "singlevalueextendedproperties($filter=id eq '{named}'),\
             multiValueExtendedProperties($filter=id eq 'StringArray {{66f5a359-4659-4830-9070-00047ec6ac6e}} Id 0x8102')"
        ))
        .unwrap();
        assert_eq!(read[0].ids, ["String {66f5a359-4659-4830-9070-00047ec6ac6e} Name Color, or colour (1)"]);
        assert_eq!(read[1].ids, ["StringArray {66f5a359-4659-4830-9070-00047ec6ac6e} Id 0x8102"]);
    }

    #[test]
    fn only_what_is_set_is_shown() {
        let expand = parse("singleValueExtendedProperties($filter=id eq 'SystemTime 0x3FEF')").unwrap();
        let properties = properties::read(&json!({"singleValueExtendedProperties": [
            {"id": "SystemTime 0x3FEF", "value": "2026-11-27T10:00:00Z"}, {"id": "Integer 0x0E07", "value": "8"}]}));
        let shown = json!([{"id": "SystemTime 0x3fef", "value": "2026-11-27T10:00:00Z"}]);
        assert_eq!(expand[0].of(&properties.unwrap()), Some(shown));
        assert_eq!(expand[0].of(&Properties::new()), None);
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for bad in [
            "attachments",
            "singleValueExtendedProperties",
            "singleValueExtendedProperties($select=id)",
            "singleValueExtendedProperties($filter=id eq 'SystemTime')",
            "singleValueExtendedProperties($filter=value eq 'x')",
            "singleValueExtendedProperties($filter=id eq 'SystemTime 0x3FEF'",
            "singleValueExtendedProperties($filter=id eq 'SystemTime 0x3FEF' and id eq 'SystemTime 0xF')",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
