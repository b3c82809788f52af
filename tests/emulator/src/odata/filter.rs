//! `$filter`: comparisons of a property with a value, joined by `and`.

use serde_json::Value;

use super::property;
use crate::failure::Failure;

/// One comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// The property compared, by Graph's name.
    pub property: &'static str,
    /// The way into it, as in `from/emailAddress/address`.
    path: Vec<String>,
    operator: Operator,
    value: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
}

impl Condition {
    /// Whether it holds for this value of its property.
    pub fn holds(&self, value: &Value) -> bool {
        let actual = self.path.iter().try_fold(value, |value, key| value.get(key)).unwrap_or(&Value::Null);
        let ordering = match (actual.as_str(), self.value.as_str()) {
            (Some(actual), Some(wanted)) => Some(actual.cmp(wanted)),
            _ => None,
        };
        match self.operator {
            Operator::Eq => *actual == self.value,
            Operator::Ne => *actual != self.value,
            Operator::Gt => ordering.is_some_and(std::cmp::Ordering::is_gt),
            Operator::Ge => ordering.is_some_and(std::cmp::Ordering::is_ge),
            Operator::Lt => ordering.is_some_and(std::cmp::Ordering::is_lt),
            Operator::Le => ordering.is_some_and(std::cmp::Ordering::is_le),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Word {
    Open,
    Close,
    Quoted(String),
    Bare(String),
}

/// Reads a filter; what the emulator does not know is refused as Graph refuses nonsense.
pub fn parse(filter: &str) -> Result<Vec<Condition>, Failure> {
    let mut words = words(filter)?.into_iter().filter(|word| !matches!(word, Word::Open | Word::Close));
    let mut conditions = Vec::new();
    loop {
        let (Some(Word::Bare(name)), Some(Word::Bare(operator)), Some(value)) =
            (words.next(), words.next(), words.next())
        else {
            return Err(Failure::invalid_filter());
        };
        let mut path = name.split('/').map(str::to_owned);
        conditions.push(Condition {
            property: property(&path.next().unwrap_or_default())?,
            path: path.collect(),
            operator: self::operator(&operator)?,
            value: self::value(value)?,
        });
        match words.next() {
            None => return Ok(conditions),
            Some(Word::Bare(and)) if and.eq_ignore_ascii_case("and") => {}
            Some(_) => return Err(Failure::invalid_filter()),
        }
    }
}

fn operator(word: &str) -> Result<Operator, Failure> {
    Ok(match word.to_ascii_lowercase().as_str() {
        "eq" => Operator::Eq,
        "ne" => Operator::Ne,
        "gt" => Operator::Gt,
        "ge" => Operator::Ge,
        "lt" => Operator::Lt,
        "le" => Operator::Le,
        _ => return Err(Failure::invalid_filter()),
    })
}

fn value(word: Word) -> Result<Value, Failure> {
    match word {
        Word::Quoted(text) => Ok(Value::String(text)),
        Word::Bare(word) => match word.as_str() {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            "null" => Ok(Value::Null),
            date if date.starts_with(|c: char| c.is_ascii_digit()) && date.contains('-') => {
                Ok(Value::String(word.clone()))
            }
            _ => Err(Failure::invalid_filter()),
        },
        Word::Open | Word::Close => Err(Failure::invalid_filter()),
    }
}

pub(super) fn words(filter: &str) -> Result<Vec<Word>, Failure> {
    let mut words = Vec::new();
    let mut open = 0_i32;
    let mut rest = filter.trim_start();
    while let Some(first) = rest.chars().next() {
        rest = match first {
            '(' | ')' => {
                open += if first == '(' { 1 } else { -1 };
                words.push(if first == '(' { Word::Open } else { Word::Close });
                &rest[1..]
            }
            '\'' => {
                let (text, after) = quoted(&rest[1..]).ok_or_else(Failure::invalid_filter)?;
                words.push(Word::Quoted(text));
                after
            }
            _ => {
                let end = rest.find(|c: char| c.is_whitespace() || "()'".contains(c)).unwrap_or(rest.len());
                words.push(Word::Bare(rest[..end].to_owned()));
                &rest[end..]
            }
        }
        .trim_start();
        if open < 0 {
            return Err(Failure::invalid_filter());
        }
    }
    if open == 0 { Ok(words) } else { Err(Failure::invalid_filter()) }
}

/// The text up to the closing quote, in which a quote is written twice, and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut read = String::new();
    let mut rest = text;
    loop {
        let (part, after) = rest.split_once('\'')?;
        read.push_str(part);
        rest = match after.strip_prefix('\'') {
            Some(more) => more,
            None => return Some((read, after)),
        };
        read.push('\'');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn comparisons_joined_by_and() {
        let filter = parse("internetMessageId eq '<o''brien@x>' and (isDraft eq false)").unwrap();
        assert_eq!(filter.len(), 2);
        assert!(filter[0].holds(&json!("<o'brien@x>")));
        assert!(!filter[0].holds(&json!("<other@x>")));
        assert!(filter[1].holds(&json!(false)));
        let filter = parse("sentDateTime ge 2026-01-01T00:00:00Z").unwrap();
        assert!(filter[0].holds(&json!("2026-01-02T00:00:00Z")));
        assert!(!filter[0].holds(&json!("2025-12-31T00:00:00Z")));
        let filter = parse("from/emailAddress/address eq 'a@b.c'").unwrap();
        assert!(filter[0].holds(&json!({"emailAddress": {"address": "a@b.c"}})));
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for bad in ["", "isDraft", "isDraft eq", "isDraft is true", "isDraft eq true or isRead eq true", "a eq 'b"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        assert!(parse("(isDraft eq true").is_err());
        assert!(parse("contains(subject,'x')").is_err());
    }
}
