//! The life of a draft before it is sent.

use serde_json::json;

use crate::client::{Connection, MEGAN, call, draft, emulator, get, letter, post};

#[test]
fn a_draft_is_made_read_changed_and_thrown_away() {
    let emulator = emulator(&json!({}));
    let made = post(&emulator, "/v1.0/me/messages", Some(&letter("First")));
    assert_eq!(made.status, 201);
    let id = made.id();
    assert!(made.header("location").unwrap().ends_with(&format!("/messages('{id}')")));
    let shown = made.json();
    assert_eq!(shown["isDraft"], true);
    assert_eq!(shown["toRecipients"][0]["emailAddress"]["name"], "bob@fabrikam.example");
    assert!(shown["internetMessageId"].as_str().unwrap().starts_with('<'));
    assert!(shown["@odata.context"].as_str().unwrap().ends_with("/messages/$entity"));

    let path = format!("/v1.0/me/messages/{id}");
    let read = get(&emulator, &format!("{path}?$select=isDraft,changeKey"));
    assert_eq!(read.status, 200);
    let keys: Vec<String> = read.json().as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["@odata.context", "@odata.etag", "changeKey", "id", "isDraft"]);

    let changed = call(&emulator, "PATCH", &path, "user-token", Some(&json!({"subject": "Second"})));
    assert_eq!((changed.status, changed.json()["subject"].as_str()), (200, Some("Second")));
    assert_ne!(changed.json()["changeKey"], shown["changeKey"]);

    assert_eq!(call(&emulator, "DELETE", &path, "user-token", None).status, 204);
    assert_eq!(get(&emulator, &path).status, 404);
    assert_eq!(get(&emulator, "/v1.0/me/mailFolders/deleteditems/messages").json()["value"][0]["subject"], "Second");
}

#[test]
fn an_id_may_be_raw_or_encoded_and_its_case_matters() {
    let emulator = emulator(&json!({}));
    let id = draft(&emulator);
    assert!(id.ends_with('='));
    for path in [
        format!("/v1.0/me/messages/{id}"),
        format!("/v1.0/me/messages/{}", id.replace('=', "%3D")),
        format!("/v1.0/me/messages('{id}')"),
        format!("/v1.0/users/{MEGAN}/mailFolders/Drafts/messages/{id}"),
    ] {
        assert_eq!(get(&emulator, &path).status, 200, "{path}");
    }
    let wrong_folder = get(&emulator, &format!("/v1.0/me/mailFolders/inbox/messages/{id}"));
    assert_eq!((wrong_folder.status, wrong_folder.code().as_str()), (404, "ErrorItemNotFound"));
    let malformed = get(&emulator, "/v1.0/me/messages/nonsense");
    assert_eq!((malformed.status, malformed.code().as_str()), (400, "ErrorInvalidIdMalformed"));
    let unknown = get(&emulator, &format!("/v1.0/me/messages/{}", emulator.unknown_id()));
    assert_eq!((unknown.status, unknown.code().as_str()), (404, "ErrorItemNotFound"));
    let other_case = get(&emulator, &format!("/v1.0/me/messages/{}", id.to_lowercase()));
    assert!(matches!(other_case.status, 400 | 404));
}

#[test]
fn a_draft_from_mime() {
    let emulator = emulator(&json!({}));
    // Subject: Mime; To: Bob; Message-ID: <m1@fabrikam.example>; body "Hi"
    let mime = "U3ViamVjdDogTWltZQ0KVG86IEJvYiA8Ym9iQGZhYnJpa2FtLmV4YW1wbGU+DQpNZXNzYWdlLUlEOiA8bTFAZmFicmlrYW0uZX\
                hhbXBsZT4NCkNvbnRlbnQtVHlwZTogdGV4dC9wbGFpbg0KDQpIaQ==";
    let create = |body: &str| {
        let mut connection = Connection::open(&emulator);
        connection.call("POST", "/v1.0/me/messages", "user-token", "Content-Type: text/plain\r\n", Some(body))
    };
    let made = create(mime);
    assert_eq!(made.status, 201, "{made:?}");
    let made = made.json();
    assert_eq!(made["subject"], "Mime");
    assert_eq!(made["internetMessageId"], "<m1@fabrikam.example>");
    assert_eq!(made["toRecipients"][0]["emailAddress"], json!({"name": "Bob", "address": "bob@fabrikam.example"}));
    assert_eq!(made["body"]["content"], "Hi");
    let bad = create("not base64!");
    assert_eq!((bad.status, bad.code().as_str()), (400, "ErrorMimeContentInvalidBase64String"));
}

#[test]
fn a_body_that_is_no_message_is_refused() {
    let emulator = emulator(&json!({}));
    let unknown = post(&emulator, "/v1.0/me/messages", Some(&json!({"subjekt": "x"})));
    assert_eq!((unknown.status, unknown.code().as_str()), (400, "RequestBodyRead"));
    let wrong_type = post(&emulator, "/v1.0/me/messages", Some(&json!({"toRecipients": "bob"})));
    assert_eq!(wrong_type.status, 400);
    let mut connection = Connection::open(&emulator);
    let xml = connection.call("POST", "/v1.0/me/messages", "user-token", "Content-Type: text/xml\r\n", Some("<a/>"));
    assert_eq!(xml.status, 415);
}

#[test]
fn a_change_of_an_older_version_is_a_conflict() {
    let emulator = emulator(&json!({}));
    let path = format!("/v1.0/me/messages/{}", draft(&emulator));
    let etag = get(&emulator, &path).json()["@odata.etag"].as_str().unwrap().to_owned();
    let patch = || {
        let headers = format!("Content-Type: application/json\r\nIf-Match: {etag}\r\n");
        Connection::open(&emulator).call("PATCH", &path, "user-token", &headers, Some(r#"{"subject": "x"}"#))
    };
    assert_eq!(patch().status, 200);
    let late = patch();
    assert_eq!((late.status, late.code().as_str()), (412, "ErrorIrresolvableConflict"));
}

#[test]
fn the_subject_of_a_received_message_stays() {
    let emulator = emulator(&json!({}));
    let path = format!("/v1.0/me/messages/{}", emulator.received_id(MEGAN).unwrap());
    let patch = |body| call(&emulator, "PATCH", &path, "user-token", Some(&body)).status;
    assert_eq!(patch(json!({"isRead": true})), 200);
    assert_eq!(patch(json!({"subject": "x"})), 400);
}
