//! Whether a reply whose bytes were changed says something else that can be believed.

use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::reading::Reading;

/// Whether it names another status, another time of the service, or another state of the message. What cannot be read, is missing
/// or is about another message is no lie: nobody may believe it.
pub fn is_one(valid: &Reading, changed: &Reading) -> bool {
    let is_another_time = || {
        let times = valid.dates();
        changed.dates().iter().any(|time| !times.contains(time))
    };
    let is_another_status = match changed.status {
        Some(status) => valid.status != Some(status),
        None => false,
    };
    is_another_status || is_another_time() || is_another_state(valid, changed)
}

fn is_another_state(valid: &Reading, changed: &Reading) -> bool {
    let (Some(valid), Some(changed)) = (valid.json(), changed.json()) else { return false };
    // An error's code is what tells apart a refusal from one that settles nothing.
    let code = |json: &Value| json.pointer("/error/code").and_then(Value::as_str).map(str::to_owned);
    if code(&changed).is_some_and(|changed| Some(changed) != code(&valid)) {
        return true;
    }
    let items = |json: &Value| json.get("value").and_then(Value::as_array).cloned().unwrap_or(vec![json.clone()]);
    let Some(valid) = items(&valid).into_iter().next() else { return false };
    let changed_items = items(&changed);
    // A list that holds nothing any more says that there is nothing.
    if changed_items.is_empty() {
        return true;
    }
    changed_items.iter().any(|item| {
        let says = |name: &str| item.get(name).is_some_and(|value| Some(value) != valid.get(name));
        (says("isDraft") && item["isDraft"].is_boolean()) || (says("sentDateTime") && is_a_time(&item["sentDateTime"]))
    })
}

/// Whether anybody could take it for a time. One before 2000 is a default that something writes.
fn is_a_time(value: &Value) -> bool {
    let Some(text) = value.as_str() else { return false };
    // What is left of it without the digits is a time's, if it is one.
    let form: String = text.chars().filter(|c| !c.is_ascii_digit()).collect();
    match form.to_ascii_uppercase().as_str() {
        "--T::Z" | "--T::.Z" => humantime::parse_rfc3339(&text.to_ascii_uppercase())
            .is_ok_and(|time| time > SystemTime::UNIX_EPOCH + Duration::from_secs(YEAR_2000)),
        "--T::+:" | "--T::-:" | "--T::.+:" | "--T::.-:" => true,
        _ => false,
    }
}

/// In seconds since 1970.
const YEAR_2000: u64 = 946_684_800;
