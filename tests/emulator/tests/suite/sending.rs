//! What a send does to the draft, to its ids and to the count of mails.

use std::time::Duration;

use serde_json::json;

use crate::client::{Connection, MEGAN, draft, emulator, get, internet_message_id, letter, post, send, send_path};

#[test]
fn a_send_answers_202_without_a_body_and_moves_the_item() {
    let emulator = emulator(&json!({}));
    let id = draft(&emulator);
    let before = emulator.message(MEGAN, &id).unwrap().unwrap();
    let reply = send(&emulator, &id);
    assert_eq!((reply.status, reply.body.as_str(), reply.header("content-length")), (202, "", Some("0")));

    let mails = emulator.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(
        (mails[0].draft_id.as_str(), mails[0].to.as_slice()),
        (id.as_str(), &["bob@fabrikam.example".into()][..])
    );
    let sent_id = mails[0].sent_id.clone().unwrap();
    assert_ne!(sent_id, id);
    assert_eq!(get(&emulator, &format!("/v1.0/me/messages/{id}")).status, 404);

    let sent = get(&emulator, &format!("/v1.0/me/mailFolders/SentItems/messages/{sent_id}")).json();
    assert_eq!((sent["isDraft"].as_bool(), &sent["internetMessageId"]), (Some(false), &before["internetMessageId"]));
    assert_ne!(sent["changeKey"], before["changeKey"]);
    assert_ne!(sent["parentFolderId"], before["parentFolderId"]);
    assert_eq!(sent["from"]["emailAddress"]["address"], MEGAN);
}

#[test]
fn the_second_send_of_an_item_that_has_moved_is_404() {
    let emulator = emulator(&json!({}));
    let id = draft(&emulator);
    assert_eq!(send(&emulator, &id).status, 202);
    let again = send(&emulator, &id);
    assert_eq!((again.status, again.code().as_str()), (404, "ErrorItemNotFound"));
    let received = send(&emulator, &emulator.received_id(MEGAN).unwrap());
    assert_eq!((received.status, received.code().as_str()), (404, "ErrorItemNotFound"));
    assert_eq!(emulator.mails().len(), 1);
}

#[test]
fn inside_the_window_a_second_send_makes_a_second_mail() {
    let emulator = emulator(&json!({"move_delay_ms": 60_000}));
    let id = draft(&emulator);
    assert_eq!(send(&emulator, &id).status, 202);
    let still = get(&emulator, &format!("/v1.0/me/messages/{id}")).json();
    assert_eq!(still["isDraft"], true);
    assert_eq!(send(&emulator, &id).status, 202);
    let mails = emulator.mails();
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0].internet_message_id, mails[1].internet_message_id);
    assert_eq!(mails[0].sent_id, None);
    let counts = [None, Some(id.as_str()), Some("another")].map(|id| emulator.count_mails(id));
    assert_eq!(counts, [2, 2, 0]);

    emulator.settings(&json!({"second_send": "refuse"})).unwrap();
    assert_eq!(send(&emulator, &id).status, 404);
    emulator.settle();
    assert!(emulator.mails().iter().all(|mail| mail.sent_id.is_some()));
    assert_eq!(get(&emulator, &format!("/v1.0/me/messages/{id}")).status, 404);
}

#[test]
fn the_move_comes_by_itself_after_its_delay() {
    let emulator = emulator(&json!({"move_delay_ms": 30, "sent_items_delay_ms": 30}));
    let id = draft(&emulator);
    assert_eq!(send(&emulator, &id).status, 202);
    assert!(emulator.wait_idle(Duration::from_secs(5)));
    let sent_id = emulator.mails()[0].sent_id.clone().unwrap();
    assert_eq!(get(&emulator, &format!("/v1.0/me/messages/{sent_id}")).status, 200);
}

#[test]
fn between_drafts_and_sent_items_the_item_can_be_nowhere() {
    let emulator = emulator(&json!({"sent_items_delay_ms": 60_000}));
    let id = draft(&emulator);
    let internet_message_id = internet_message_id(&emulator, &id);
    assert_eq!(send(&emulator, &id).status, 202);
    assert_eq!(get(&emulator, &format!("/v1.0/me/messages/{id}")).status, 404);
    let filter = format!("internetMessageId%20eq%20'{}'", internet_message_id);
    let found =
        || get(&emulator, &format!("/v1.0/me/messages?$filter={filter}")).json()["value"].as_array().unwrap().len();
    assert_eq!(found(), 0);
    emulator.settle();
    assert_eq!(found(), 1);
}

#[test]
fn ids_can_stay() {
    let emulator = emulator(&json!({"ids_on_move": "keep"}));
    let id = draft(&emulator);
    assert_eq!(send(&emulator, &id).status, 202);
    assert_eq!(get(&emulator, &format!("/v1.0/me/messages/{id}")).json()["isDraft"], false);
    assert_eq!(send(&emulator, &id).status, 404);
}

#[test]
fn immutable_ids_survive_a_send_or_do_not() {
    let emulator = emulator(&json!({}));
    for (setting, status) in [("survive", 200), ("change", 404)] {
        emulator.settings(&json!({"immutable_ids_on_send": setting})).unwrap();
        let headers = "Content-Type: application/json\r\nPrefer: outlook.timezone=\"UTC\", IdType=\"ImmutableId\"\r\n";
        let body = letter("x").to_string();
        let made = Connection::open(&emulator).call("POST", "/v1.0/me/messages", "user-token", headers, Some(&body));
        assert_eq!(made.header("preference-applied"), Some("IdType=\"ImmutableId\""));
        let id = made.id();
        assert_eq!(id.len(), 68);
        assert_eq!(post(&emulator, &send_path(&id), None).status, 202);
        assert_eq!(get(&emulator, &format!("/v1.0/me/messages/{id}")).status, status, "{setting}");
    }
}

#[test]
fn a_mail_needs_recipients_with_an_address() {
    let emulator = emulator(&json!({}));
    let nobody = emulator.create_draft(MEGAN, &json!({"subject": "x"})).unwrap();
    let reply = send(&emulator, &nobody);
    assert_eq!((reply.status, reply.code().as_str()), (400, "ErrorInvalidRecipients"));
    let to = json!({"toRecipients": [{"emailAddress": {"address": "Bob"}}]});
    let unresolved = emulator.create_draft(MEGAN, &to).unwrap();
    assert_eq!(send(&emulator, &unresolved).code(), "ErrorInvalidRecipients");
    assert_eq!(emulator.mails(), []);
}

#[test]
fn a_mail_to_a_mailbox_here_arrives() {
    let emulator = emulator(&json!({}));
    let to =
        json!({"subject": "In house", "toRecipients": [{"emailAddress": {"address": "Invoices@contoso.example"}}]});
    let id = emulator.create_draft(MEGAN, &to).unwrap();
    assert_eq!(send(&emulator, &id).status, 202);
    let inbox = get(&emulator, "/v1.0/users/invoices@contoso.example/mailFolders/inbox/messages").json();
    assert_eq!(
        (inbox["value"][0]["subject"].as_str(), inbox["value"][0]["isRead"].as_bool()),
        (Some("In house"), Some(false))
    );
}

#[test]
fn a_post_without_a_length_never_reaches_graph() {
    let emulator = emulator(&json!({}));
    let id = draft(&emulator);
    let start = format!("POST {} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer user-token\r\n", send_path(&id));
    let mut connection = Connection::open(&emulator);
    connection.write(&format!("{start}\r\n"));
    let (bytes, end) = connection.read_to_end();
    assert_eq!(end, None);
    assert!(bytes.starts_with("HTTP/1.1 411 Length Required\r\n"), "{bytes}");
    assert!(bytes.contains("HTTP Error 411. The request must be chunked or have a content length."));
    assert!(!bytes.contains("request-id"));
    assert_eq!(emulator.mails(), []);

    let mut connection = Connection::open(&emulator);
    connection.write(&format!("{start}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"));
    assert_eq!(connection.reply().status, 202);
    let id = draft(&emulator);
    assert_eq!(post(&emulator, &send_path(&id), Some(&json!({}))).status, 202);
}
