//! Extended properties, and the one that defers a send.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::client::{MEGAN, call, emulator, get, internet_message_id, letter, post, send};

const DEFERRED: &str = "SystemTime 0x3FEF";
const EXPAND: &str = "$expand=singleValueExtendedProperties(%24filter%3Did%20eq%20'SystemTime%200x3FEF')";

fn deferred(seconds: u64) -> Value {
    let until = humantime::format_rfc3339_seconds(SystemTime::now() + Duration::from_secs(seconds)).to_string();
    let mut letter = letter("Later");
    letter["singleValueExtendedProperties"] = json!([{"id": DEFERRED, "value": until}]);
    letter
}

#[test]
fn they_are_shown_where_they_are_set_and_asked_for() {
    let emulator = emulator(&json!({}));
    let id = post(&emulator, "/v1.0/me/messages", Some(&letter("Now"))).id();
    let path = format!("/v1.0/me/messages/{id}");
    let shown = |query: &str| get(&emulator, &format!("{path}?{query}")).json();
    let keys = |value: Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(shown(&format!("$select=isDraft&{EXPAND}"))), ["@odata.context", "@odata.etag", "id", "isDraft"]);

    let set = |id: &str, value: &str| {
        let body = json!({"singleValueExtendedProperties": [{"id": id, "value": value}]});
        call(&emulator, "PATCH", &path, "user-token", Some(&body)).status
    };
    assert_eq!(set(DEFERRED, "2099-11-26T10:00:00Z"), 200);
    assert_eq!(set("String {66f5a359-4659-4830-9070-00047ec6ac6e} Name Color", "Green"), 200);
    assert_eq!(set("systemtime 0x3fef", "2099-11-27T10:00:00.5Z"), 200);
    assert_eq!((set("nonsense", "x"), set(DEFERRED, "tomorrow")), (400, 400));
    let wanted = json!([{"id": "SystemTime 0x3fef", "value": "2099-11-27T10:00:00Z"}]);
    assert_eq!(shown(&format!("$select=isDraft&{EXPAND}"))["singleValueExtendedProperties"], wanted);
    assert_eq!(shown("")["singleValueExtendedProperties"], Value::Null);
    let both =
        EXPAND.replace("')", "'%20or%20id%20eq%20'String%20{66F5A359-4659-4830-9070-00047EC6AC6E}%20Name%20Color')");
    assert_eq!(shown(&both)["singleValueExtendedProperties"].as_array().unwrap().len(), 2);

    let internet_message_id = internet_message_id(&emulator, &id);
    let list = format!("/v1.0/me/messages?$filter=internetMessageId%20eq%20'{internet_message_id}'&{EXPAND}");
    assert_eq!(get(&emulator, &list).json()["value"][0]["singleValueExtendedProperties"], wanted);
    assert_eq!(get(&emulator, "/v1.0/me/mailFolders/sentitems?$select=id").status, 200);
}

#[test]
fn a_deferred_mail_is_accepted_and_waits_in_drafts() {
    let emulator = emulator(&json!({}));
    let id = emulator.create_draft(MEGAN, &deferred(3600)).unwrap();
    let before = emulator.message(MEGAN, &id).unwrap();
    assert_eq!(send(&emulator, &id).status, 202);
    assert_eq!((emulator.mails().len(), emulator.mails()[0].sent_id.clone()), (1, None));
    assert_eq!(emulator.message(MEGAN, &id).unwrap(), before);
    assert_eq!(send(&emulator, &id).status, 202);
    assert_eq!(emulator.mails().len(), 2);
    // Nobody waits an hour for it to move.
    assert!(!emulator.wait_idle(Duration::from_secs(60)));
}

#[test]
fn a_deferred_mail_leaves_when_its_time_comes() {
    let emulator = emulator(&json!({}));
    let id = emulator.create_draft(MEGAN, &deferred(2)).unwrap();
    let until = emulator.message(MEGAN, &id).unwrap().unwrap();
    assert_eq!(until["isDraft"], true);
    assert_eq!(send(&emulator, &id).status, 202);
    assert_eq!(emulator.message(MEGAN, &id).unwrap().unwrap()["isDraft"], true);
    assert!(emulator.wait_idle(Duration::from_secs(5)));
    let sent_id = emulator.mails()[0].sent_id.clone().unwrap();
    let shown = get(&emulator, &format!("/v1.0/me/messages/{sent_id}?{EXPAND}")).json();
    assert_eq!(shown["sentDateTime"], shown["singleValueExtendedProperties"][0]["value"]);
    assert_eq!(emulator.message(MEGAN, &id).unwrap(), None);
}

#[test]
fn a_time_that_is_past_defers_nothing() {
    let emulator = emulator(&json!({}));
    let mut past = letter("Past");
    past["singleValueExtendedProperties"] = json!([{"id": DEFERRED, "value": "2020-01-01T00:00:00Z"}]);
    let id = emulator.create_draft(MEGAN, &past).unwrap();
    assert_eq!(send(&emulator, &id).status, 202);
    assert_eq!(emulator.message(MEGAN, &id).unwrap(), None);
}

#[test]
fn a_deferred_mail_is_taken_back_by_deleting_its_draft() {
    let emulator = emulator(&json!({}));
    let id = emulator.create_draft(MEGAN, &deferred(3600)).unwrap();
    assert_eq!(send(&emulator, &id).status, 202);
    assert_eq!(call(&emulator, "DELETE", &format!("/v1.0/me/messages/{id}"), "user-token", None).status, 204);
    assert_eq!(emulator.mails(), []);
    assert!(emulator.wait_idle(Duration::ZERO));
}
