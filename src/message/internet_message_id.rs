//! A mail's `Message-ID`, which Graph calls `internetMessageId`.

use super::argument::check_name;
use crate::error::Error;

/// The `Message-ID` of a mail: given to the draft when it is made, and kept when it is sent and moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InternetMessageId(String);

impl InternetMessageId {
    /// Reads the `internet_message_id` of a call, as Graph shows it: `<...>` included.
    pub fn parse(id: &str) -> Result<InternetMessageId, Error> {
        check_name("internet_message_id", id)?;
        Ok(InternetMessageId(id.to_owned()))
    }

    /// One that Graph showed, as it is.
    pub fn of_graph(id: &str) -> InternetMessageId {
        InternetMessageId(id.to_owned())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
