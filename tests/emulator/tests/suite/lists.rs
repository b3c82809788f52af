//! Lists of messages: pages, filters, order.

use graph_emulator::Emulator;
use serde_json::{Value, json};

use crate::client::{MEGAN, emulator, get, internet_message_id, letter, send};

fn subjects(page: &Value) -> Vec<String> {
    let all = page["value"].as_array().unwrap().iter();
    all.map(|message| message["subject"].as_str().unwrap_or_default().to_owned()).collect()
}

fn with_drafts(n: usize) -> Emulator {
    let emulator = emulator(&json!({}));
    for i in 0..n {
        emulator.create_draft(MEGAN, &letter(&format!("Draft {i}"))).unwrap();
    }
    emulator
}

#[test]
fn pages_are_linked() {
    let emulator = with_drafts(5);
    let mut url = "/v1.0/me/mailFolders/drafts/messages?$top=2&$select=subject&$count=true".to_owned();
    let mut all = Vec::new();
    let mut pages = 0;
    loop {
        let page = get(&emulator, &url).json();
        assert_eq!(page["@odata.count"], 5);
        all.extend(subjects(&page));
        pages += 1;
        let Some(next) = page["@odata.nextLink"].as_str() else { break };
        url = next.strip_prefix("http://graph.test").unwrap().to_owned();
    }
    assert_eq!(pages, 3);
    assert_eq!(all, ["Draft 4", "Draft 3", "Draft 2", "Draft 1", "Draft 0"]);
    assert_eq!(subjects(&get(&emulator, "/v1.0/me/messages").json()).len(), 6);
    assert_eq!(get(&emulator, "/v1.0/me/messages?$top=0").status, 400);
}

#[test]
fn a_sent_item_is_found_by_its_internet_message_id() {
    let emulator = with_drafts(2);
    let id = emulator.create_draft(MEGAN, &letter("Wanted")).unwrap();
    let internet_message_id = internet_message_id(&emulator, &id);
    assert_eq!(send(&emulator, &id).status, 202);
    let path = format!("/v1.0/me/mailFolders/sentitems/messages?$filter=internetMessageId+eq+'{internet_message_id}'");
    let filtered = |more: &str| subjects(&get(&emulator, &format!("{path}{more}")).json());
    assert_eq!(filtered("&$select=subject"), ["Wanted"]);
    assert_eq!(filtered("%20and%20isDraft%20eq%20false"), ["Wanted"]);
    assert_eq!(filtered("%20and%20isDraft%20eq%20true"), [""; 0]);
}

#[test]
fn the_order_must_lead_the_filter() {
    let emulator = with_drafts(2);
    let by_date = get(&emulator, "/v1.0/me/messages?$orderby=sentDateTime%20desc&$select=subject");
    assert_eq!(by_date.status, 200);
    let reply = get(&emulator, "/v1.0/me/messages?$filter=isDraft%20eq%20true&$orderby=sentDateTime%20desc");
    assert_eq!((reply.status, reply.code().as_str()), (400, "InefficientFilter"));
    let filter = "$filter=sentDateTime%20ge%202020-01-01T00:00:00Z%20and%20isDraft%20eq%20true";
    let reply = get(&emulator, &format!("/v1.0/me/messages?{filter}&$orderby=sentDateTime%20desc"));
    assert_eq!(subjects(&reply.json()), ["Draft 1", "Draft 0"]);
}

#[test]
fn what_a_query_does_not_know_is_refused() {
    let emulator = with_drafts(0);
    for query in ["$select=nonsense", "$filter=nonsense", "$orderby=nonsense", "$expand=attachments", "$top=x"] {
        assert_eq!(get(&emulator, &format!("/v1.0/me/messages?{query}")).status, 400, "{query}");
    }
}

#[test]
fn folders_by_name_and_by_id() {
    let emulator = with_drafts(3);
    let drafts = get(&emulator, "/v1.0/me/mailFolders/Drafts").json();
    assert_eq!((drafts["displayName"].as_str(), drafts["totalItemCount"].as_u64()), (Some("Drafts"), Some(3)));
    let path = format!("/v1.0/me/mailFolders/{}/messages", drafts["id"].as_str().unwrap());
    assert_eq!(subjects(&get(&emulator, &path).json()).len(), 3);
    assert_eq!(get(&emulator, "/v1.0/me/mailFolders").json()["value"].as_array().unwrap().len(), 4);
}
