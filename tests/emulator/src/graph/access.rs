//! Who asks, for which mailbox, and whether the token allows it.

use crate::failure::Failure;
use crate::request::Request;
use crate::route::{self, Operation, User};
use crate::store::{SignIn, Store, Token};

/// A request, looked up: what it asks of whom, or why it is refused.
#[derive(Debug)]
pub struct Access {
    /// The operation, where the path names one.
    pub operation: Result<Operation, Failure>,
    /// The mailbox, where there is one.
    pub mailbox: Option<usize>,
    /// The known token, by the name the journal uses, and its application.
    pub token: Option<(String, String)>,
    refusal: Option<Failure>,
    bearer: String,
}

impl Access {
    /// The operation's name in fault rules and in the journal.
    pub fn operation_name(&self) -> &'static str {
        self.operation.as_ref().map_or("unknown", Operation::name)
    }

    /// Mailbox and operation, or the first reason against.
    pub fn granted(&self) -> Result<(usize, &Operation), Failure> {
        if let Some(refusal) = &self.refusal {
            return Err(refusal.clone());
        }
        let operation = self.operation.as_ref().map_err(Clone::clone)?;
        Ok((self.mailbox.ok_or_else(Failure::unknown_user)?, operation))
    }

    /// Whether the token may read the basic properties only.
    pub fn basic(&self, store: &Store) -> bool {
        let Some((token, mailbox)) = store.token(&self.bearer).zip(self.mailbox) else { return false };
        !token.allows("Mail.Read", mailbox) && !token.allows("Mail.ReadWrite", mailbox)
    }
}

/// Looks a request up. Refusals come in the service's order: the token, the path, the mailbox, the permission.
pub fn resolve(store: &Store, request: &Request) -> Access {
    let route = route::read(&request.method, request.path());
    let bearer = request.bearer().unwrap_or_default();
    let token = store.token(bearer);
    let (user, operation) = match route {
        Ok((user, operation)) => (Some(user), Ok(operation)),
        Err(failure) => (None, Err(failure)),
    };
    let mailbox = user.as_ref().and_then(|user| match user {
        User::Named(name) => store.find_mailbox(name),
        User::Me => token.and_then(|token| match token.sign_in {
            SignIn::User(own) => Some(own),
            SignIn::App => None,
        }),
    });
    let refusal = refusal(bearer, token, user.as_ref(), operation.as_ref(), mailbox).err();
    let token = token.map(|token| (token.name.clone(), token.app.clone()));
    Access { operation, mailbox, token, refusal, bearer: bearer.to_owned() }
}

fn refusal(
    bearer: &str,
    token: Option<&Token>,
    user: Option<&User>,
    operation: Result<&Operation, &Failure>,
    mailbox: Option<usize>,
) -> Result<(), Failure> {
    let token = match token {
        None if bearer.is_empty() => return Err(Failure::unauthenticated("Access token is empty.")),
        None => {
            let message = "CompactToken validation failed with reason code: 80049228.";
            return Err(Failure::unauthenticated(message));
        }
        Some(token) if token.expired => {
            return Err(Failure::unauthenticated("Lifetime validation failed, the token is expired."));
        }
        Some(token) => token,
    };
    let operation = operation.map_err(Clone::clone)?;
    if user == Some(&User::Me) && token.sign_in == SignIn::App {
        return Err(Failure::bad_request("/me request is only valid with delegated authentication flow."));
    }
    let mailbox = mailbox.ok_or_else(Failure::unknown_user)?;
    let any_of: &[&str] = match operation {
        Operation::GetUser => return Ok(()),
        Operation::Send { .. } => &["Mail.Send"],
        Operation::Get { .. } | Operation::List { .. } | Operation::GetFolder { .. } | Operation::ListFolders => {
            &["Mail.ReadWrite", "Mail.Read", "Mail.ReadBasic"]
        }
        _ => &["Mail.ReadWrite"],
    };
    if any_of.iter().any(|scope| token.allows(scope, mailbox)) { Ok(()) } else { Err(Failure::access_denied()) }
}
