//! From a path to an operation.

use percent_encoding::percent_decode_str;

use crate::failure::Failure;
use crate::store::Answer;

/// Whose mailbox a path leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum User {
    /// `/me`.
    Me,
    /// `/users/{id | userPrincipalName}` or `/users('...')`.
    Named(String),
}

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    GetUser,
    ListFolders,
    GetFolder { folder: String },
    List { folder: Option<String> },
    Create { folder: Option<String> },
    Get { folder: Option<String>, id: String },
    Patch { folder: Option<String>, id: String },
    Delete { folder: Option<String>, id: String },
    Send { folder: Option<String>, id: String },
    Answer { folder: Option<String>, id: String, answer: Answer },
}

/// The names of operations in fault rules and in the journal.
pub const NAMES: &[&str] = &[
    "send",
    "get",
    "list",
    "create",
    "patch",
    "delete",
    "createReply",
    "createReplyAll",
    "createForward",
    "getFolder",
    "listFolders",
    "getUser",
    "unknown",
];

impl Operation {
    /// Its name in fault rules and in the journal.
    pub fn name(&self) -> &'static str {
        match self {
            Self::GetUser => "getUser",
            Self::ListFolders => "listFolders",
            Self::GetFolder { .. } => "getFolder",
            Self::List { .. } => "list",
            Self::Create { .. } => "create",
            Self::Get { .. } => "get",
            Self::Patch { .. } => "patch",
            Self::Delete { .. } => "delete",
            Self::Send { .. } => "send",
            Self::Answer { answer: Answer::Reply, .. } => "createReply",
            Self::Answer { answer: Answer::ReplyAll, .. } => "createReplyAll",
            Self::Answer { answer: Answer::Forward, .. } => "createForward",
        }
    }
}

/// A segment such as `messages('ID')`, decoded and split into name and key.
struct Segment {
    name: String,
    key: Option<String>,
}

impl Segment {
    fn read(raw: &str) -> Result<Self, Failure> {
        let decoded = percent_decode_str(raw).decode_utf8();
        let text = decoded.map_err(|_| Failure::bad_request("The path is not UTF-8."))?.into_owned();
        let keyed = text.strip_suffix("')").and_then(|text| text.split_once("('"));
        let Some((name, key)) = keyed else {
            return Ok(Self { name: text, key: None });
        };
        let single = key.replace("''", "");
        if key.is_empty() || single.contains('\'') {
            return Err(Failure::bad_request(format!("Syntax error in the key of the segment '{name}'.")));
        }
        Ok(Self { name: name.to_owned(), key: Some(key.replace("''", "'")) })
    }

    fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    fn unknown(&self) -> Failure {
        Failure::no_segment(&self.name)
    }
}

/// The segments not yet read.
struct Path(std::vec::IntoIter<Segment>);

impl Path {
    fn read(path: &str) -> Result<Self, Failure> {
        let path = path.strip_prefix('/').unwrap_or(path);
        let path = path.strip_suffix('/').unwrap_or(path);
        let segments: Vec<Segment> = path.split('/').map(Segment::read).collect::<Result<_, _>>()?;
        Ok(Self(segments.into_iter()))
    }

    fn next(&mut self) -> Option<Segment> {
        self.0.next()
    }

    /// The key of a segment: in its parentheses, or else the segment after it.
    fn key_of(&mut self, segment: &Segment) -> Option<String> {
        segment.key.clone().or_else(|| self.next().map(|next| next.name))
    }

    fn end(&mut self) -> Result<(), Failure> {
        self.next().map_or(Ok(()), |more| Err(more.unknown()))
    }
}

/// Reads a path after the version, with the method it is asked by.
pub fn read(method: &str, path: &str) -> Result<(User, Operation), Failure> {
    let mut path = Path::read(path)?;
    match path.next() {
        Some(version) if version.is("v1.0") || version.is("beta") => {}
        Some(version) => return Err(Failure::bad_request(format!("Invalid version: {}.", version.name))),
        None => return Err(Failure::no_segment("")),
    }
    let root = path.next().ok_or_else(|| Failure::no_segment(""))?;
    let user = if root.is("me") {
        User::Me
    } else if root.is("users") {
        let quoted = root.key.is_some();
        let user = path.key_of(&root).filter(|user| !user.is_empty()).ok_or_else(|| root.unknown())?;
        if user.starts_with('$') && !quoted {
            return Err(Failure::bad_request(format!("The segment '{user}' is a system query option, not a key.")));
        }
        User::Named(user)
    } else {
        return Err(root.unknown());
    };
    Ok((user, operation(method, &mut path)?))
}

fn operation(method: &str, path: &mut Path) -> Result<Operation, Failure> {
    let Some(mut segment) = path.next() else {
        return by_method(method, vec![("GET", Operation::GetUser)]);
    };
    let mut folder = None;
    let mut container = "mailFolders";
    while segment.is(container) {
        let Some(key) = path.key_of(&segment) else {
            return by_method(method, vec![("GET", Operation::ListFolders)]);
        };
        let Some(next) = path.next() else {
            return by_method(method, vec![("GET", Operation::GetFolder { folder: key })]);
        };
        (folder, segment, container) = (Some(key), next, "childFolders");
    }
    if !segment.is("messages") {
        return Err(segment.unknown());
    }
    let Some(id) = path.key_of(&segment) else {
        let create = Operation::Create { folder: folder.clone() };
        return by_method(method, vec![("GET", Operation::List { folder }), ("POST", create)]);
    };
    let Some(action) = path.next() else {
        let get = Operation::Get { folder: folder.clone(), id: id.clone() };
        let patch = Operation::Patch { folder: folder.clone(), id: id.clone() };
        return by_method(method, vec![("GET", get), ("PATCH", patch), ("DELETE", Operation::Delete { folder, id })]);
    };
    path.end()?;
    let plain = action.name.strip_prefix("microsoft.graph.").unwrap_or(&action.name).to_ascii_lowercase();
    let operation = match plain.as_str() {
        "send" => Operation::Send { folder, id },
        "createreply" => Operation::Answer { folder, id, answer: Answer::Reply },
        "createreplyall" => Operation::Answer { folder, id, answer: Answer::ReplyAll },
        "createforward" => Operation::Answer { folder, id, answer: Answer::Forward },
        _ => return Err(action.unknown()),
    };
    by_method(method, vec![("POST", operation)])
}

fn by_method(method: &str, allowed: Vec<(&str, Operation)>) -> Result<Operation, Failure> {
    let names: Vec<&str> = allowed.iter().map(|(name, _)| *name).collect();
    let refusal = Failure::method_not_allowed(&names.join(", "));
    allowed.into_iter().find(|(name, _)| *name == method).map(|(_, operation)| operation).ok_or(refusal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(path: &str) -> Result<User, Failure> {
        read("GET", path).map(|(user, _)| user)
    }

    #[test]
    fn users_by_guid_name_or_key() {
        let named = |name: &str| Ok(User::Named(name.to_owned()));
        assert_eq!(user("/v1.0/me/messages"), Ok(User::Me));
        assert_eq!(user("/beta/me/messages"), Ok(User::Me));
        assert_eq!(user("/v1.0/users/a@b.c/messages"), named("a@b.c"));
        assert_eq!(user("/v1.0/users/a_b%23EXT%23@b.c/messages"), named("a_b#EXT#@b.c"));
        assert_eq!(user("/v1.0/users('$ales@b.c')/messages"), named("$ales@b.c"));
        assert_eq!(user("/v1.0/users('o''brien@b.c')/messages"), named("o'brien@b.c"));
        assert_eq!(user("/v1.0/users(%27$ales@b.c%27)/messages"), named("$ales@b.c"));
        assert_eq!(user("/v1.0/users/o'brien@b.c/messages"), named("o'brien@b.c"));
        assert_eq!(user("/v1.0/users('o'brien@b.c')/messages").map_err(|f| f.status), Err(400));
        assert_eq!(user("/v1.0/users/$ales@b.c/messages").map_err(|f| f.status), Err(400));
    }

    #[test]
    fn a_message_is_reached_through_its_folder_and_actions_by_either_name() {
        for path in [
            "/v1.0/me/messages/X%3D/send",
            "/v1.0/me/messages/X=/microsoft.graph.send",
            "/v1.0/me/messages('X=')/send",
            "/v1.0/me/mailFolders/drafts/messages/X=/send",
            "/v1.0/me/mailFolders('drafts')/messages('X=')/microsoft.graph.send",
            "/v1.0/me/mailFolders/msgfolderroot/childFolders/drafts/messages/X=/send",
        ] {
            let operation = read("POST", path).map(|(_, operation)| operation);
            assert!(matches!(&operation, Ok(Operation::Send { id, .. }) if id == "X="), "{path}: {operation:?}");
        }
    }

    #[test]
    fn unknown_segments_are_404_and_wrong_methods_405() {
        let status = |method, path| read(method, path).map_err(|failure| failure.status).map(|_| ());
        assert_eq!(status("GET", "/v1.0/groups"), Err(404));
        assert_eq!(status("POST", "/v1.0/me/messages/X/sendd"), Err(404));
        assert_eq!(status("POST", "/v1.0/me/messages/X/send/y"), Err(404));
        assert_eq!(status("GET", "/v1.0/me/messages/X/send"), Err(405));
        assert_eq!(status("PUT", "/v1.0/me/messages"), Err(405));
        assert_eq!(status("GET", "/v2.0/me/messages"), Err(400));
    }
}
