//! Tenants that differ: where the sent copy lies, how its time is written, what the clocks and lists say.

use std::time::SystemTime;

use serde_json::{Value, json};

use crate::client::{MEGAN, draft, emulator, get, internet_message_id, letter, send};

fn seconds(text: &str) -> i64 {
    let at = humantime::parse_rfc3339_weak(text).unwrap();
    i64::try_from(at.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

#[test]
fn the_draft_can_stay_beside_its_sent_copy() {
    let emulator = emulator(&json!({"sent_item": "copy"}));
    let id = draft(&emulator);
    let before = emulator.message(MEGAN, &id).unwrap();
    let internet_message_id = internet_message_id(&emulator, &id);
    assert_eq!(send(&emulator, &id).status, 202);
    assert_eq!(emulator.message(MEGAN, &id).unwrap(), before);
    let found = get(&emulator, &format!("/v1.0/me/messages?$filter=internetMessageId+eq+'{internet_message_id}'"));
    let mut drafts: Vec<bool> =
        found.json()["value"].as_array().unwrap().iter().map(|item| item["isDraft"].as_bool().unwrap()).collect();
    drafts.sort_unstable();
    assert_eq!(drafts, [false, true]);
    let sent_id = emulator.mails()[0].sent_id.clone().unwrap();
    let sent = get(&emulator, &format!("/v1.0/me/mailFolders/sentitems/messages/{sent_id}")).json();
    assert_eq!(sent["internetMessageId"], before.unwrap()["internetMessageId"]);
    assert_eq!(send(&emulator, &id).status, 202);
    assert_eq!(emulator.mails().len(), 2);
}

#[test]
fn the_time_of_sending_in_every_form() {
    let emulator = emulator(&json!({}));
    let id = draft(&emulator);
    assert_eq!(send(&emulator, &id).status, 202);
    let sent_id = emulator.mails()[0].sent_id.clone().unwrap();
    let shown = |form: &str| {
        emulator.settings(&json!({"sent_date_time": form})).unwrap();
        let selected = get(&emulator, &format!("/v1.0/me/messages/{sent_id}?$select=sentDateTime")).json();
        let found = get(&emulator, "/v1.0/me/mailFolders/sentitems/messages").json();
        assert_eq!(found["value"][0].get("sentDateTime"), selected.get("sentDateTime"), "{form}");
        selected.get("sentDateTime").cloned()
    };
    let usual = shown("usual").unwrap().as_str().unwrap().to_owned();
    let offset = shown("offset").unwrap().as_str().unwrap().to_owned();
    assert_eq!(seconds(&format!("{}Z", offset.strip_suffix("+01:00").unwrap())), seconds(&usual) + 3600);
    assert_eq!(shown("null"), Some(Value::Null));
    assert_eq!(shown("absent"), None);
    assert_eq!(shown("empty"), Some("".into()));
    assert_eq!(shown("number"), Some(seconds(&usual).into()));
    assert_eq!(shown("year-one"), Some("0001-01-01T00:00:00Z".into()));
    assert_eq!(shown("unreadable"), Some(format!("{}NT{}", &usual[..9], &usual[11..]).into()));
    // A draft's is as ever, and so is what a filter compares.
    assert!(emulator.message(MEGAN, &draft(&emulator)).unwrap().unwrap()["sentDateTime"].is_string());
    let filter = "$filter=sentDateTime%20ge%202020-01-01T00:00:00Z";
    let found = get(&emulator, &format!("/v1.0/me/mailFolders/sentitems/messages?{filter}")).json();
    assert_eq!(found["value"].as_array().unwrap().len(), 1);
}

#[test]
fn the_mailbox_has_a_clock_of_its_own() {
    for ahead in [-90_i64, 90] {
        let emulator = emulator(&json!({"mailbox_clock_s": ahead}));
        let id = draft(&emulator);
        let reply = send(&emulator, &id);
        let sent = get(&emulator, "/v1.0/me/mailFolders/sentitems/messages").json();
        let sent = seconds(sent["value"][0]["sentDateTime"].as_str().unwrap());
        assert!((sent - now() - ahead).abs() <= 2, "{ahead}: {}", sent - now());
        let date = httpdate::parse_http_date(reply.header("date").unwrap()).unwrap();
        assert!(date.elapsed().unwrap().as_secs() <= 2);
    }
}

#[test]
fn date_headers_are_shifted_doubled_or_left_out() {
    for ahead in [vec![], vec![-6_i64], vec![86_400, 0]] {
        let emulator = emulator(&json!({"date_header_s": ahead}));
        let reply = get(&emulator, "/v1.0/me/messages");
        let dates = reply.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("date"));
        let dates: Vec<i64> = dates
            .map(|(_, date)| {
                let date = httpdate::parse_http_date(date).unwrap();
                i64::try_from(date.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()).unwrap() - now()
            })
            .collect();
        assert_eq!(dates.len(), ahead.len(), "{dates:?}");
        assert!(dates.iter().zip(&ahead).all(|(is, wanted)| (is - wanted).abs() <= 2), "{dates:?}");
    }
}

#[test]
fn a_list_can_lag_behind_the_messages() {
    let emulator = emulator(&json!({}));
    let id = draft(&emulator);
    let internet_message_id = internet_message_id(&emulator, &id);
    let path = format!("/v1.0/me/messages?$filter=internetMessageId+eq+'{internet_message_id}'");
    let listed = || {
        let found = get(&emulator, &path).json();
        found["value"].as_array().unwrap().iter().map(|item| item["isDraft"] == true).collect::<Vec<_>>()
    };
    emulator.settle();
    emulator.settings(&json!({"list_delay_ms": 400})).unwrap();
    assert_eq!(send(&emulator, &id).status, 202);
    assert_eq!((get(&emulator, &format!("/v1.0/me/messages/{id}")).status, listed()), (404, vec![true]));
    std::thread::sleep(std::time::Duration::from_millis(420));
    assert_eq!(listed(), [false]);
    emulator.create_draft(MEGAN, &letter("New")).unwrap();
    let all = get(&emulator, "/v1.0/me/messages").json();
    assert!(all["value"].as_array().unwrap().iter().all(|item| item["subject"] != "New"));
}

#[test]
fn a_list_can_pass_the_filter_over() {
    let emulator = emulator(&json!({"ignore_filter": true}));
    assert_eq!(send(&emulator, &draft(&emulator)).status, 202);
    let path = "/v1.0/me/mailFolders/sentitems/messages?$filter=internetMessageId+eq+'%3Cother@x%3E'";
    assert_eq!(get(&emulator, path).json()["value"].as_array().unwrap().len(), 1);
    assert_eq!(get(&emulator, "/v1.0/me/messages?$filter=nonsense").status, 400);
}
