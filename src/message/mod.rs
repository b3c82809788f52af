//! The arguments of a call and the request they make. Pure: everything here is decided before anything is sent.

mod argument;
mod base_url;
mod mailbox;
mod message_id;
mod request;
mod token;

pub use base_url::{BaseUrl, is_loopback};
pub use mailbox::Mailbox;
pub use message_id::MessageId;
pub use request::{Method, Request, send_request};
pub use token::Token;
