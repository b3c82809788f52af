//! Where tokens come from.

use crate::graph::Token;

/// A source of tokens. Asked from any thread.
pub trait Credential: Send + Sync {
    /// The token to use now.
    fn token(&self) -> Token;

    /// Another token after the service refused this one, with the claims that it asks for, if any; nothing where there is no
    /// other. Asked once a call at most.
    fn renewed(&self, refused: &Token, claims: &str) -> Option<Token>;
}

/// A token that the caller gave, which nobody here can renew.
#[derive(Debug, Clone)]
pub struct Fixed(pub Token);

impl Credential for Fixed {
    fn token(&self) -> Token {
        self.0.clone()
    }

    fn renewed(&self, _: &Token, _: &str) -> Option<Token> {
        None
    }
}
