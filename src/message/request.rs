//! The request that a call makes.

use std::sync::Arc;

use super::{BaseUrl, Mailbox, MessageId, Token};

/// The method of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Acts. Sent with an empty body and `Content-Length: 0`, without which the service answers 411
    /// (<https://learn.microsoft.com/graph/api/message-send>).
    Post,
}

/// One request to Graph, as a value.
#[derive(Debug, Clone)]
pub struct Request {
    /// Its method.
    pub method: Method,
    /// The whole URL.
    pub url: String,
    /// The token of the `Authorization` header.
    pub token: Token,
    /// The `client-request-id` header: a GUID, one for all attempts of a call.
    pub client_request_id: String,
    /// The `User-Agent` header.
    pub user_agent: Arc<str>,
}

/// `POST {mailbox}/messages/{id}/send`.
pub fn send_request(
    base: &BaseUrl,
    mailbox: &Mailbox,
    id: &MessageId,
    token: Token,
    client_request_id: String,
    user_agent: Arc<str>,
) -> Request {
    let url = base.join(&format!("{}/messages/{}/send", mailbox.path(), id.segment()));
    Request { method: Method::Post, url, token, client_request_id, user_agent }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_of_a_send() {
        let request = send_request(
            &BaseUrl::default(),
            &Mailbox::parse("adele_adatum.example#EXT#@contoso.example").unwrap(),
            &MessageId::parse("AAMk/+=").unwrap(),
            Token::parse("t").unwrap(),
            "4f1c".to_owned(),
            "ua".into(),
        );
        assert_eq!(
            request.url,
            "https://graph.microsoft.com/v1.0/users/adele_adatum.example%23EXT%23@contoso.example/messages/AAMk%2F%2B%3D/send"
        );
        assert_eq!(request.method, Method::Post);
    }
}
