//! The query options of a GET: `$select`, `$expand`, `$filter`, `$orderby`, `$top`, `$skip`, `$count`.

mod expand;
mod filter;

pub use expand::Expand;
pub use filter::Condition;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value;

use crate::failure::Failure;
use crate::store::properties;

/// The page size where a client names none.
const PAGE: usize = 10;

/// Query options, read.
#[derive(Debug, Default)]
pub struct Query {
    /// The properties to show.
    pub select: Option<Vec<&'static str>>,
    /// Extended properties to show beside those.
    pub expand: Vec<Expand>,
    /// Conditions that must all hold.
    pub filter: Vec<Condition>,
    /// Properties to sort by, and whether downwards.
    pub order_by: Vec<(&'static str, bool)>,
    /// The page size.
    pub top: usize,
    /// Items to leave out at the start.
    pub skip: usize,
    /// Whether to say how many there are.
    pub count: bool,
    /// The options as sent, for the link to the next page.
    sent: Vec<(String, String)>,
}

impl Query {
    /// Reads the part of a URL after the `?`.
    pub fn read(query: Option<&str>) -> Result<Self, Failure> {
        let mut read = Self { top: PAGE, ..Self::default() };
        for option in query.unwrap_or_default().split('&').filter(|option| !option.is_empty()) {
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            let (name, value) = (decode(name)?, decode(value)?);
            match name.to_ascii_lowercase().as_str() {
                "$select" => read.select = Some(select(&value)?),
                "$expand" => read.expand = expand::parse(&value)?,
                "$filter" => read.filter = filter::parse(&value)?,
                "$orderby" => read.order_by = order_by(&value)?,
                "$top" => read.top = number(&name, &value, 1..=1000)?,
                "$skip" => read.skip = number(&name, &value, 0..=usize::MAX)?,
                "$count" => read.count = value.eq_ignore_ascii_case("true"),
                known if known.starts_with('$') => {
                    return Err(Failure::bad_request(format!("The emulator has no query option '{name}'.")));
                }
                _ => {}
            }
            read.sent.push((name, value));
        }
        read.check_order()?;
        Ok(read)
    }

    /// With a filter, the properties to sort by must be the first of the filter, in the same order.
    fn check_order(&self) -> Result<(), Failure> {
        let mut filtered: Vec<&str> = Vec::new();
        for condition in &self.filter {
            if !filtered.contains(&condition.property) {
                filtered.push(condition.property);
            }
        }
        let ordered: Vec<&str> = self.order_by.iter().map(|(name, _)| *name).collect();
        if filtered.is_empty() || filtered.starts_with(&ordered) {
            return Ok(());
        }
        Err(Failure::inefficient_filter())
    }

    /// Sorts by this query's order; without one, newest first.
    pub fn sort<T>(&self, items: &mut [T], property: impl Fn(&T, &str) -> Value, number: impl Fn(&T) -> u64) {
        let newest = [("receivedDateTime", true)];
        let order = if self.order_by.is_empty() { &newest[..] } else { &self.order_by[..] };
        items.sort_by(|a, b| {
            let by_property = order.iter().map(|(name, down)| {
                let ordering = text(&property(a, name)).cmp(&text(&property(b, name)));
                if *down { ordering.reverse() } else { ordering }
            });
            let down = order.first().is_some_and(|(_, down)| *down);
            let tie = if down { number(b).cmp(&number(a)) } else { number(a).cmp(&number(b)) };
            by_property.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then).then(tie)
        });
    }

    /// The query string of the next page.
    pub fn next(&self) -> String {
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let kept = self.sent.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("$skip"));
        let mut options: Vec<String> = kept
            .map(|(name, value)| match name.strip_prefix('$') {
                Some(name) => format!("${name}={}", encode(value)),
                None => format!("{}={}", encode(name), encode(value)),
            })
            .collect();
        options.push(format!("$skip={}", self.skip + self.top));
        options.join("&")
    }

    /// The `(a,b)` of an `@odata.context`.
    pub fn context(&self) -> String {
        self.select.as_ref().map(|names| format!("({})", names.join(","))).unwrap_or_default()
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn decode(text: &str) -> Result<String, Failure> {
    let text = text.replace('+', " ");
    let decoded = percent_decode_str(&text).decode_utf8();
    decoded.map(|text| text.into_owned()).map_err(|_| Failure::bad_request("The query is not UTF-8."))
}

fn property(name: &str) -> Result<&'static str, Failure> {
    properties::canonical(name.trim()).ok_or_else(|| {
        Failure::unreadable_url(format!(
            "Could not find a property named '{}' on type 'microsoft.graph.message'.",
            name.trim()
        ))
    })
}

fn select(value: &str) -> Result<Vec<&'static str>, Failure> {
    value.split(',').map(property).collect()
}

fn order_by(value: &str) -> Result<Vec<(&'static str, bool)>, Failure> {
    let one = |part: &str| {
        let mut words = part.split_whitespace();
        let name = property(words.next().unwrap_or_default())?;
        match (words.next().map(str::to_ascii_lowercase).as_deref(), words.next()) {
            (None | Some("asc"), None) => Ok((name, false)),
            (Some("desc"), None) => Ok((name, true)),
            _ => Err(Failure::unreadable_url(format!("Syntax error in $orderby: '{part}'."))),
        }
    };
    value.split(',').map(one).collect()
}

fn number(name: &str, value: &str, range: std::ops::RangeInclusive<usize>) -> Result<usize, Failure> {
    let number = value.parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| Failure::bad_request(format!("Invalid value '{value}' for the query option '{name}'.")))
}
