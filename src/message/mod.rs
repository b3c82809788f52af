//! The arguments of a call and the request they make. Pure: everything here is decided before anything is sent.

mod argument;
mod ascii;
mod base_url;
mod internet_message_id;
mod mailbox;
mod message_id;
mod redaction;
mod request;
mod token;

pub use ascii::{every_byte, is_printable};
pub use base_url::{BaseUrl, is_loopback};
pub use internet_message_id::InternetMessageId;
pub use mailbox::Mailbox;
pub use message_id::MessageId;
pub use request::{Method, Request, Target};
pub use token::Token;
