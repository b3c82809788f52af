//! What an emulator has when it starts: the mailboxes and tokens the README lists.

use serde_json::{Value, json};

use super::mailbox::Mailbox;
use super::properties::Properties;
use super::{NewMailbox, NewToken, Store};
use crate::clock::Now;

/// Whose mailbox is meant where none is named.
pub const FIRST: &str = "megan@contoso.example";

const MAILBOXES: &[(&str, &str, &str)] = &[
    (FIRST, "Megan Bowen", "2f3b8a44-6c1e-4a9d-9c57-3d0a51b4e001"),
    ("adele_adatum.example#EXT#@contoso.example", "Adele Vance", "2f3b8a44-6c1e-4a9d-9c57-3d0a51b4e002"),
    ("$ales@contoso.example", "Sales", "2f3b8a44-6c1e-4a9d-9c57-3d0a51b4e003"),
    ("invoices@contoso.example", "Invoices", "2f3b8a44-6c1e-4a9d-9c57-3d0a51b4e004"),
];

const DELEGATED: &[&str] = &["Mail.Send", "Mail.ReadWrite", "Mail.Send.Shared", "Mail.ReadWrite.Shared"];

/// Token, mailbox signed in (none: app-only), scopes, expired.
type Seed = (&'static str, Option<&'static str>, &'static [&'static str], bool);

const TOKENS: &[Seed] = &[
    ("user-token", Some(FIRST), DELEGATED, false),
    ("send-only-token", Some(FIRST), &["Mail.Send"], false),
    ("app-token", None, &["Mail.Send", "Mail.ReadWrite"], false),
    ("expired-token", Some(FIRST), DELEGATED, true),
];

/// Plants the seeds. They are constants checked by a test, so that none can be refused.
pub fn plant(store: &mut Store, now: Now) {
    for (name, display_name, id) in MAILBOXES {
        let new = NewMailbox {
            user_principal_name: (*name).to_owned(),
            id: id.parse().ok(),
            mail: name.contains("#EXT#").then(|| "adele@adatum.example".to_owned()),
            display_name: Some((*display_name).to_owned()),
            enabled: true,
        };
        let planted = store.add_mailbox(new, now);
        debug_assert!(planted.is_ok(), "{planted:?}");
    }
    for (token, mailbox, scopes, expired) in TOKENS {
        let new = NewToken {
            token: (*token).to_owned(),
            name: Some((*token).to_owned()),
            mailbox: mailbox.map(str::to_owned),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            expired: *expired,
            app: "app".to_owned(),
        };
        let planted = store.add_token(new);
        debug_assert!(planted.is_ok(), "{planted:?}");
    }
}

/// The message every mailbox has received: something to reply to and to forward.
pub fn greeting(mailbox: &Mailbox) -> Properties {
    let given = json!({
        "subject": "Quarterly figures",
        "from": {"emailAddress": {"name": "Lee Gu", "address": "lee@fabrikam.example"}},
        "sender": {"emailAddress": {"name": "Lee Gu", "address": "lee@fabrikam.example"}},
        "toRecipients": [mailbox.owner(), {"emailAddress": {"name": "Ann Beebe", "address": "ann@fabrikam.example"}}],
        "ccRecipients": [{"emailAddress": {"name": "Max Morin", "address": "max@fabrikam.example"}}],
        "body": {"contentType": "text", "content": "Please send me the figures of this quarter."},
    });
    let given = match given {
        Value::Object(given) => given,
        _ => Properties::new(),
    };
    mailbox.with_defaults(given, Now::read())
}
