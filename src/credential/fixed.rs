//! A token that the caller gave.

use super::{Credential, Means};
use crate::error::Error;
use crate::graph::Token;

/// A token that the caller gave, which nobody here can renew.
#[derive(Debug, Clone)]
pub struct Fixed(pub Token);

impl Credential for Fixed {
    fn identity(&self) -> &str {
        self.0.authorization()
    }

    fn token(&self, _: Means) -> Result<Token, Error> {
        Ok(self.0.clone())
    }

    fn renewed(&self, _: &Token, _: &str, _: Means) -> Result<Option<Token>, Error> {
        Ok(None)
    }
}
