//! A mail's `Message-ID`, which Graph calls `internetMessageId`.

use super::argument::check_identifier;
use crate::error::Error;

/// The `Message-ID` of a mail: given to the draft when it is made, and kept when it is sent and moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InternetMessageId(String);

impl InternetMessageId {
    /// Reads the `internet_message_id` of a call. Graph shows it with its angle brackets, which some callers take off: by the
    /// bare text nothing is found.
    pub fn parse(id: &str) -> Result<InternetMessageId, Error> {
        check_identifier("internet_message_id", id)?;
        Ok(InternetMessageId(if id.starts_with('<') { id.to_owned() } else { format!("<{id}>") }))
    }

    /// One that Graph showed, as it is.
    pub fn of_graph(id: &str) -> InternetMessageId {
        InternetMessageId(id.to_owned())
    }

    /// Whether it is the same as another, with or without the angle brackets: some callers store it without them.
    pub fn is_same(&self, other: &str) -> bool {
        let bare = |id: &str| id.trim().trim_start_matches('<').trim_end_matches('>').to_owned();
        self.0 == other || bare(&self.0) == bare(other)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
