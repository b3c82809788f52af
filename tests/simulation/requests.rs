//! What the client asks for: its requests, read back.

use percent_encoding::percent_decode_str;

use crate::model::Kind;
use crate::names::{BETA, HOST, Id, OTHER, OTHERS_ID, ROOT};

/// What a request asks for, and of which mailbox, as it names it.
pub struct Asked {
    pub kind: Kind,
    pub draft: usize,
    pub id: Id,
    /// Whether it is about a message that only an answer told of, by mistake.
    pub is_other: bool,
    /// Whether it asks for the time until which a draft is deferred.
    pub asks_deferral: bool,
    /// The service root and the name of the mailbox, without regard to case.
    pub door: String,
}

/// Reads the URL of a request.
pub fn read(is_post: bool, url: &str) -> Option<Asked> {
    let lower = url.to_ascii_lowercase();
    let root = [ROOT, BETA, HOST].into_iter().find(|root| lower.starts_with(*root))?;
    let below = &url[root.len()..];
    let mailbox = match below.strip_prefix("/me/") {
        Some(_) => "/me",
        None => &below[.."/users/".len() + below.strip_prefix("/users/")?.find('/')?],
    };
    let path = &below[mailbox.len()..];
    let decoded = percent_decode_str(path).decode_utf8().ok()?;
    let asks_deferral = decoded.contains("0x3FEF");
    let door = lower[..root.len() + mailbox.len()].to_owned();
    let asked = |kind, draft, id| Some(Asked { kind, draft, id, is_other: false, asks_deferral, door: door.clone() });
    let other = |kind| Some(Asked { kind, draft: 0, id: Id::DRAFT, is_other: true, asks_deferral, door: door.clone() });
    for (start, kind) in [("/mailFolders/sentitems/messages?", Kind::SearchSent), ("/messages?", Kind::SearchAll)] {
        if let Some(query) = decoded.strip_prefix(start) {
            let filter = query.split('&').find_map(|part| part.strip_prefix("$filter="))?;
            let id = filter.strip_prefix("internetMessageId eq '")?.strip_suffix('\'')?;
            if id == OTHERS_ID {
                return other(kind);
            }
            let draft = id.strip_prefix("<mail-")?.split('@').next()?;
            return asked(kind, draft.parse().ok()?, Id::DRAFT);
        }
    }
    if decoded.starts_with("/mailFolders/sentitems?$select=") {
        return asked(Kind::Folder, 0, Id::DRAFT);
    }
    let rest = decoded.strip_prefix("/messages/")?;
    let text = if is_post { rest.strip_suffix("/send")? } else { rest.split('?').next()? };
    let kind = if is_post { Kind::Send } else { Kind::Look };
    if text == OTHER {
        return other(kind);
    }
    let (draft, id) = Id::read(text)?;
    asked(kind, draft, id)
}
