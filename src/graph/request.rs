//! The requests that a call makes.

use std::borrow::Cow;
use std::sync::Arc;

use http::{HeaderName, HeaderValue};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{BaseUrl, InternetMessageId, Mailbox, MessageId, Token};

/// The method of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Acts, or makes something.
    Post,
    /// Writes a part of something.
    Put,
    /// Changes something.
    Patch,
    /// Takes something away.
    Delete,
}

/// What reply a request is to bring. Any other 2xx is no answer of Graph's to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// 202 that says nothing, as a send is answered (<https://learn.microsoft.com/graph/api/message-send>).
    Empty,
    /// JSON, with this status.
    Json(u16),
}

/// One request to Graph, as a value.
#[derive(Debug, Clone)]
pub struct Request {
    /// Its method.
    pub method: Method,
    /// The whole URL.
    pub url: String,
    /// The `Host` header.
    pub host: HeaderValue,
    /// The token of the `Authorization` header; nothing for a host that is not to have it.
    pub token: Option<Token>,
    /// The `client-request-id` header: a GUID, one for all requests of a call.
    pub client_request_id: Arc<str>,
    /// The `User-Agent` header.
    pub user_agent: HeaderValue,
    /// Headers besides these.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// What it is to bring.
    pub expected: Expected,
    /// The headers of the reply that are wanted besides those of every reply.
    pub reply_headers: &'static [HeaderName],
}

/// What a call is about, and who asks: what all its requests have in common.
#[derive(Debug, Clone)]
pub struct Target {
    /// The service root.
    pub base: BaseUrl,
    /// Whose message it is.
    pub mailbox: Mailbox,
    /// Which message it is.
    pub id: MessageId,
    /// The token.
    pub token: Token,
    /// The GUID of the call.
    pub client_request_id: Arc<str>,
    /// Who asks.
    pub user_agent: HeaderValue,
}

/// What a look asks for of a message (<https://learn.microsoft.com/graph/api/resources/message>).
const LOOK: &str = "id,isDraft,parentFolderId,changeKey,internetMessageId,sentDateTime";
/// What a look before the first attempt asks for besides.
const RECIPIENTS: &str = ",toRecipients,ccRecipients,bccRecipients";
/// Whether it is to be sent later, which any look at one message asks for, too: `PidTagDeferredSendTime`
/// (<https://learn.microsoft.com/graph/api/singlevaluelegacyextendedproperty-get>).
const DEFERRED: &str = "&$expand=singleValueExtendedProperties($filter=id%20eq%20%27SystemTime%200x3FEF%27)";

impl Target {
    /// `POST {mailbox}/messages/{id}/send`.
    pub fn send(&self) -> Request {
        self.request(Method::Post, &["/messages/", &self.id.segment(), "/send"], Expected::Empty)
    }

    /// `GET {mailbox}/messages/{id}`: whether it is still a draft, and may wait to be sent later.
    pub fn look(&self) -> Request {
        self.look_at(&self.id)
    }

    /// As [`look`](Target::look), with the recipients.
    pub fn look_before_sending(&self) -> Request {
        self.get(&["/messages/", &self.id.segment(), "?$select=", LOOK, RECIPIENTS, DEFERRED])
    }

    /// As [`look`](Target::look), at another message of the mailbox.
    pub fn look_at(&self, id: &MessageId) -> Request {
        self.get(&["/messages/", &id.segment(), "?$select=", LOOK, DEFERRED])
    }

    /// `GET {mailbox}/messages`, in all folders, filtered by the one property that a draft and what was sent of it have in
    /// common.
    pub fn search(&self, id: &InternetMessageId) -> Request {
        let filter = format!("internetMessageId eq '{}'", id.as_str().replace('\'', "''"));
        let filter: Cow<str> = utf8_percent_encode(&filter, NON_ALPHANUMERIC).into();
        self.get(&["/messages?$filter=", &filter, "&$select=", LOOK])
    }

    /// `GET {mailbox}/mailFolders/sentitems`: the id by which a message's `parentFolderId` names Sent Items.
    pub fn sent_items(&self) -> Request {
        self.get(&["/mailFolders/sentitems?$select=id"])
    }

    fn get(&self, path: &[&str]) -> Request {
        self.request(Method::Get, path, Expected::Json(200))
    }

    /// A request for what lies below the mailbox.
    pub fn request(&self, method: Method, path: &[&str], expected: Expected) -> Request {
        Request {
            method,
            url: self.base.join(&self.mailbox.path(), path),
            host: self.base.host(),
            token: Some(self.token.clone()),
            client_request_id: Arc::clone(&self.client_request_id),
            user_agent: self.user_agent.clone(),
            headers: Vec::new(),
            expected,
            reply_headers: &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let target = Target {
            base: BaseUrl::default(),
            mailbox: Mailbox::parse("adele_adatum.example#EXT#@contoso.example").unwrap(),
            id: MessageId::parse("AAMk/+=").unwrap(),
            token: Token::parse("t").unwrap(),
            client_request_id: "4f1c".into(),
            user_agent: http::HeaderValue::from_static("ua"),
        };
        let mailbox = "https://graph.microsoft.com/v1.0/users/adele_adatum.example%23EXT%23@contoso.example";
        assert_eq!(target.send().url, format!("{mailbox}/messages/AAMk%2F%2B%3D/send"));
        assert_eq!(target.send().method, Method::Post);
        assert_eq!(
            target.look().url,
            format!(
                "{mailbox}/messages/AAMk%2F%2B%3D?$select=id,isDraft,parentFolderId,changeKey,internetMessageId,sentDateTime\
                 &$expand=singleValueExtendedProperties($filter=id%20eq%20%27SystemTime%200x3FEF%27)"
            )
        );
        assert_eq!(target.look().method, Method::Get);
        let id = InternetMessageId::parse("<o'neil@x>").unwrap();
        assert_eq!(
            target.search(&id).url,
            format!(
                "{mailbox}/messages?$filter=internetMessageId%20eq%20%27%3Co%27%27neil%40x%3E%27\
                 &$select=id,isDraft,parentFolderId,changeKey,internetMessageId,sentDateTime"
            )
        );
        assert_eq!(target.sent_items().url, format!("{mailbox}/mailFolders/sentitems?$select=id"));
    }
}
