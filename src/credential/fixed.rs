//! A token that the caller gave.

use super::Credential;
use crate::error::Error;
use crate::graph::Token;
use crate::transport::{Limits, Transport};

/// A token that the caller gave, which nobody here can renew.
#[derive(Debug, Clone)]
pub struct Fixed(pub Token);

impl Credential for Fixed {
    fn identity(&self) -> &str {
        self.0.authorization()
    }

    fn token(&self, _: &dyn Transport, _: &Limits) -> Result<Token, Error> {
        Ok(self.0.clone())
    }

    fn renewed(&self, _: &Token, _: &str, _: &dyn Transport, _: &Limits) -> Result<Option<Token>, Error> {
        Ok(None)
    }
}
