//! Tokens, permissions and the names of users.

use serde_json::json;

use crate::client::{Connection, MEGAN, call, draft, emulator, get, send_path};

#[test]
fn no_token_or_a_bad_one_is_401_with_a_challenge() {
    let emulator = emulator(&json!({}));
    let path = send_path(&draft(&emulator));
    for token in ["", "nobody", "expired-token"] {
        let reply = call(&emulator, "POST", &path, token, None);
        assert_eq!((reply.status, reply.code().as_str()), (401, "InvalidAuthenticationToken"), "{token}");
        assert!(reply.header("www-authenticate").unwrap().starts_with("Bearer realm=\"\", authorization_uri="));
    }
    assert_eq!(emulator.mails(), []);
}

#[test]
fn mail_send_alone_sends_and_reads_nothing() {
    let emulator = emulator(&json!({}));
    let id = draft(&emulator);
    let look = call(&emulator, "GET", &format!("/v1.0/me/messages/{id}"), "send-only-token", None);
    assert_eq!((look.status, look.code().as_str()), (403, "ErrorAccessDenied"));
    assert_eq!(call(&emulator, "POST", &send_path(&id), "send-only-token", None).status, 202);
    let other = emulator.create_draft("invoices@contoso.example", &json!({})).unwrap();
    let path = format!("/v1.0/users/invoices@contoso.example/messages/{other}/send");
    assert_eq!(call(&emulator, "POST", &path, "send-only-token", None).status, 403);
}

#[test]
fn reading_alone_does_not_send() {
    let emulator = emulator(&json!({}));
    emulator.add_token(&json!({"token": "reader", "mailbox": MEGAN, "scopes": ["Mail.ReadBasic"]})).unwrap();
    let id = draft(&emulator);
    assert_eq!(call(&emulator, "POST", &send_path(&id), "reader", None).status, 403);
    let shown = call(&emulator, "GET", &format!("/v1.0/me/messages/{id}"), "reader", None).json();
    assert!(shown.get("subject").is_some() && shown.get("body").is_none());
}

#[test]
fn an_application_has_no_me() {
    let emulator = emulator(&json!({}));
    let id = draft(&emulator);
    let me = call(&emulator, "POST", &send_path(&id), "app-token", None);
    assert_eq!((me.status, me.code().as_str()), (400, "BadRequest"));
    let path = format!("/v1.0/users/{MEGAN}/messages/{id}/send");
    assert_eq!(call(&emulator, "POST", &path, "app-token", None).status, 202);
}

#[test]
fn users_by_every_name_they_have() {
    let emulator = emulator(&json!({}));
    let me = get(&emulator, "/v1.0/me").json();
    let guid = me["id"].as_str().unwrap();
    for user in [
        format!("/{guid}"),
        format!("/{}", guid.to_uppercase()),
        "/MEGAN@Contoso.example".to_owned(),
        "/megan%40contoso.example".to_owned(),
        "('megan@contoso.example')".to_owned(),
        "/adele_adatum.example%23EXT%23@contoso.example".to_owned(),
        "('$ales@contoso.example')".to_owned(),
        "(%27%24ales@contoso.example%27)".to_owned(),
    ] {
        let path = format!("/v1.0/users{user}/messages");
        assert_eq!(call(&emulator, "GET", &path, "app-token", None).status, 200, "{path}");
    }
    let status = |path| call(&emulator, "GET", path, "app-token", None).status;
    assert_eq!(status("/v1.0/users/$ales@contoso.example/messages"), 400);
    assert_eq!(status("/v1.0/users/nobody@contoso.example/messages"), 404);
}

#[test]
fn a_user_without_a_mailbox_in_exchange_online() {
    let emulator = emulator(&json!({}));
    emulator.add_mailbox(&json!({"userPrincipalName": "lab@contoso.example", "enabled": false})).unwrap();
    let reply = call(&emulator, "GET", "/v1.0/users/lab@contoso.example/messages", "app-token", None);
    assert_eq!((reply.status, reply.code().as_str()), (404, "MailboxNotEnabledForRESTAPI"));
}

#[test]
fn unknown_paths_and_methods() {
    let emulator = emulator(&json!({}));
    let unknown = get(&emulator, "/v1.0/me/messages/x/sendd");
    assert_eq!(unknown.status, 404);
    assert_eq!(unknown.json()["error"]["message"], "Resource not found for the segment 'sendd'.");
    let method = get(&emulator, &send_path(&draft(&emulator)));
    assert_eq!((method.status, method.header("allow")), (405, Some("POST")));
}

#[test]
fn every_reply_can_be_traced() {
    let emulator = emulator(&json!({}));
    let mut connection = Connection::open(&emulator);
    let headers = "client-request-id: 5a0e0b6e-0000-4000-8000-000000000001\r\n";
    let path = format!("/v1.0/me/messages/{}", emulator.unknown_id());
    let reply = connection.call("GET", &path, "user-token", headers, None);
    assert_eq!(reply.header("client-request-id"), Some("5a0e0b6e-0000-4000-8000-000000000001"));
    let inner = reply.json()["error"]["innerError"].clone();
    assert_eq!(inner["client-request-id"], "5a0e0b6e-0000-4000-8000-000000000001");
    assert_eq!(inner["request-id"].as_str(), reply.header("request-id"));
    for name in ["date", "strict-transport-security", "cache-control", "x-ms-ags-diagnostic"] {
        assert!(reply.header(name).is_some(), "{name}");
    }
    let without = connection.call("GET", "/v1.0/me", "user-token", "", None);
    assert_eq!(without.header("client-request-id"), without.header("request-id"));
}
