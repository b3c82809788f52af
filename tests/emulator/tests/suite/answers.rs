//! Drafts made from a message that is there: reply, reply to all, forward.

use graph_emulator::Emulator;
use serde_json::{Value, json};

use crate::client::{MEGAN, Reply, emulator, post, send};

fn answer(emulator: &Emulator, action: &str, body: Option<&Value>) -> Reply {
    let id = emulator.received_id(MEGAN).unwrap();
    post(emulator, &format!("/v1.0/me/messages/{id}/{action}"), body)
}

fn to(reply: &Reply, list: &str) -> Vec<String> {
    let json = reply.json();
    let all = json[list].as_array().unwrap().iter();
    all.map(|one| one["emailAddress"]["address"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn replies_need_no_body_and_can_be_sent() {
    let emulator = emulator(&json!({}));
    let reply = answer(&emulator, "createReply", None);
    assert_eq!(reply.status, 201);
    assert_eq!(reply.json()["subject"], "RE: Quarterly figures");
    assert_eq!(to(&reply, "toRecipients"), ["lee@fabrikam.example"]);
    assert!(reply.json()["body"]["content"].as_str().unwrap().contains("figures of this quarter"));
    assert_eq!(send(&emulator, &reply.id()).status, 202);

    let reply = answer(&emulator, "microsoft.graph.createReplyAll", Some(&json!({"comment": "Here <they> are"})));
    assert_eq!(to(&reply, "toRecipients"), ["lee@fabrikam.example", "ann@fabrikam.example"]);
    assert_eq!(to(&reply, "ccRecipients"), ["max@fabrikam.example"]);
    assert!(reply.json()["body"]["content"].as_str().unwrap().contains("Here &lt;they&gt; are"));
    assert_eq!(emulator.mails().len(), 1);
}

#[test]
fn an_answer_stays_in_its_conversation() {
    let emulator = emulator(&json!({}));
    let original = emulator.message(MEGAN, &emulator.received_id(MEGAN).unwrap()).unwrap().unwrap();
    let reply = answer(&emulator, "createReply", None).json();
    assert_eq!(reply["conversationId"], original["conversationId"]);
    assert!(reply["conversationIndex"].as_str().unwrap().len() > original["conversationIndex"].as_str().unwrap().len());
    assert_ne!(reply["internetMessageId"], original["internetMessageId"]);
}

#[test]
fn a_forward_has_its_recipients_in_one_place() {
    let emulator = emulator(&json!({}));
    let bob = json!([{"emailAddress": {"address": "bob@fabrikam.example"}}]);
    let forward = |body: Value| answer(&emulator, "createForward", Some(&body));
    let made = forward(json!({"ToRecipients": bob, "Comment": "see below"}));
    assert_eq!((made.status, made.json()["subject"].as_str()), (201, Some("FW: Quarterly figures")));
    assert_eq!(to(&made, "toRecipients"), ["bob@fabrikam.example"]);
    assert_eq!(forward(json!({"message": {"toRecipients": bob}})).status, 201);
    assert_eq!(forward(json!({"message": {"toRecipients": bob}, "toRecipients": bob})).status, 400);
    assert_eq!(forward(json!({"comment": "nobody"})).status, 400);
    assert_eq!(answer(&emulator, "createForward", None).status, 201);
}

#[test]
fn a_comment_and_a_body_exclude_each_other() {
    let emulator = emulator(&json!({}));
    let body = json!({"comment": "a", "message": {"body": {"contentType": "text", "content": "b"}}});
    assert_eq!(answer(&emulator, "createReply", Some(&body)).status, 400);
    let body = json!({"message": {"subject": "Own", "body": {"contentType": "HTML", "content": "b"}}});
    let reply = answer(&emulator, "createReply", Some(&body)).json();
    assert_eq!((reply["subject"].as_str(), reply["body"]["contentType"].as_str()), (Some("Own"), Some("html")));
    assert_eq!(answer(&emulator, "createReply", Some(&json!({"remark": "x"}))).status, 400);
}
