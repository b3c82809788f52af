//! Graph's operations on mail, from a request to a reply.

mod access;

pub use access::{Access, resolve};

use std::time::Duration;

use serde_json::{Value, json};

use crate::clock::Now;
use crate::failure::Failure;
use crate::odata::Query;
use crate::reply::{Reply, Trace};
use crate::request::Request;
use crate::route::Operation;
use crate::store::{Answer, AnswerRequest, Folder, IdKind, Mailbox, Message, Store, View, properties, read_mime};

/// The longest body the service reads.
pub const MAX_BODY: u64 = 4 << 20;

const ROOT: &str = "https://graph.microsoft.com/v1.0";

/// What a POST without a length meets, in front of Graph.
pub fn length_required() -> Reply {
    let page = "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\" \"http://www.w3.org/TR/html4/strict.dtd\">\r\n\
        <HTML><HEAD><TITLE>Length Required</TITLE>\r\n\
        <META HTTP-EQUIV=\"Content-Type\" Content=\"text/html; charset=us-ascii\"></HEAD>\r\n\
        <BODY><h2>Length Required</h2>\r\n\
        <hr><p>HTTP Error 411. The request must be chunked or have a content length.</p>\r\n\
        </BODY></HTML>\r\n";
    Reply::text(411, "text/html; charset=us-ascii", page)
        .with("Server", "Microsoft-HTTPAPI/2.0")
        .with("Connection", "close")
}

/// Carries a request out.
pub fn perform(store: &mut Store, request: &Request, access: &Access, trace: &Trace, now: Now) -> Reply {
    Call { store, request, now }.perform(access).unwrap_or_else(|failure| failure.reply(trace))
}

struct Call<'a> {
    store: &'a mut Store,
    request: &'a Request,
    now: Now,
}

impl Call<'_> {
    fn perform(mut self, access: &Access) -> Result<Reply, Failure> {
        let (at, operation) = access.granted()?;
        let mailbox = self.store.mailbox(at)?;
        if *operation == Operation::GetUser {
            return Ok(user(mailbox));
        }
        if !mailbox.enabled {
            return Err(Failure::no_mailbox());
        }
        if self.request.body_len > MAX_BODY {
            return Err(Failure::bad_request("The maximum request length supported is 4MB."));
        }
        match operation {
            Operation::GetUser => Ok(user(mailbox)),
            Operation::ListFolders => Ok(self.folders(mailbox)),
            Operation::GetFolder { folder } => {
                let folder = mailbox.folder(folder)?;
                let context = context(mailbox, "mailFolders", "/$entity");
                Ok(Reply::json(200, &with_context(self.folder(mailbox, folder), &context)))
            }
            Operation::List { folder } => self.list(at, folder.as_deref(), access.basic(self.store)),
            Operation::Create { folder } => self.create(at, folder.as_deref()),
            Operation::Get { folder, id } => self.get(at, folder.as_deref(), id, access.basic(self.store)),
            Operation::Patch { folder, id } => self.patch(at, folder.as_deref(), id),
            Operation::Delete { folder, id } => {
                self.check_folder(at, folder.as_deref(), id)?;
                self.store.delete(at, id, self.request.header("if-match"), self.now)?;
                Ok(Reply::empty(204))
            }
            Operation::Send { folder, id } => {
                self.check_folder(at, folder.as_deref(), id)?;
                self.store.send(at, id, self.now)?;
                Ok(Reply::empty(202))
            }
            Operation::Answer { folder, id, answer } => self.answer(at, folder.as_deref(), id, *answer),
        }
    }

    /// Which ids the client asked for.
    fn ids(&self) -> IdKind {
        let preferences = self.request.all("prefer").flat_map(|value| value.split(','));
        let immutable = preferences.filter_map(|preference| preference.split_once('=')).any(|(name, value)| {
            name.trim().eq_ignore_ascii_case("IdType")
                && value.trim().trim_matches('"').eq_ignore_ascii_case("ImmutableId")
        });
        if immutable { IdKind::Immutable } else { IdKind::Ordinary }
    }

    /// How the client asked to see messages.
    fn view<'q>(&self, query: &'q Query, basic: bool) -> View<'q> {
        let (select, expand) = (query.select.as_deref(), query.expand.as_slice());
        View { select, expand, basic, ..self.store.view(self.ids()) }
    }

    fn prefer(&self, reply: Reply) -> Reply {
        match self.ids() {
            IdKind::Ordinary => reply,
            IdKind::Immutable => reply.with("Preference-Applied", "IdType=\"ImmutableId\""),
        }
    }

    /// A message reached through a folder must lie in it.
    fn check_folder(&self, at: usize, folder: Option<&str>, id: &str) -> Result<(), Failure> {
        let Some(folder) = folder else { return Ok(()) };
        let mailbox = self.store.mailbox(at)?;
        let folder = mailbox.folder(folder)?;
        let message = mailbox.find(id, self.now)?;
        if message.folder == folder { Ok(()) } else { Err(Failure::item_not_found()) }
    }

    fn get(&self, at: usize, folder: Option<&str>, id: &str, basic: bool) -> Result<Reply, Failure> {
        let query = Query::read(self.request.query())?;
        self.check_folder(at, folder, id)?;
        let mailbox = self.store.mailbox(at)?;
        let message = mailbox.find(id, self.now)?;
        let shown = mailbox.show(message, &self.view(&query, basic));
        let context = context(mailbox, "messages", &format!("{}/$entity", query.context()));
        Ok(self.prefer(Reply::json(200, &with_context(shown, &context))))
    }

    fn list(&self, at: usize, folder: Option<&str>, basic: bool) -> Result<Reply, Failure> {
        let query = Query::read(self.request.query())?;
        let mailbox = self.store.mailbox(at)?;
        let settings = &self.store.settings;
        let within = folder.map(|folder| mailbox.folder(folder)).transpose()?;
        let wanted = |message: &&Message| {
            within.is_none_or(|folder| message.folder == folder)
                && (settings.ignore_filter
                    || query.filter.iter().all(|c| c.holds(&mailbox.property(message, c.property))))
        };
        let lag = Duration::from_millis(settings.list_delay_ms);
        let mut found: Vec<&Message> = mailbox.listed(self.now, lag).filter(wanted).collect();
        query.sort(&mut found, |message, name| mailbox.property(message, name), |message| message.number);
        let total = found.len();
        let page = found.into_iter().skip(query.skip).take(query.top);
        let view = self.view(&query, basic);
        let value: Vec<Value> = page.map(|message| mailbox.show(message, &view)).collect();
        let path = within
            .map_or("messages".to_owned(), |folder| format!("mailFolders('{}')/messages", mailbox.folder_id(folder)));
        let mut body = json!({"@odata.context": context(mailbox, &path, &query.context()), "value": value});
        if query.count {
            body["@odata.count"] = total.into();
        }
        if query.skip.saturating_add(query.top) < total {
            let host = self.request.header("host").unwrap_or("127.0.0.1");
            body["@odata.nextLink"] = format!("http://{host}{}?{}", self.request.path(), query.next()).into();
        }
        Ok(self.prefer(Reply::json(200, &body)))
    }

    fn create(&mut self, at: usize, folder: Option<&str>) -> Result<Reply, Failure> {
        let mailbox = self.store.mailbox(at)?;
        let folder = folder.map_or(Ok(Folder::Drafts), |folder| mailbox.folder(folder))?;
        let given = match self.request.content_type().as_str() {
            "text/plain" => read_mime(&self.request.body)?,
            _ => properties::read(&self.json()?)?,
        };
        let number = self.store.create(at, folder, given, self.now)?;
        self.created(at, number)
    }

    fn answer(&mut self, at: usize, folder: Option<&str>, id: &str, answer: Answer) -> Result<Reply, Failure> {
        self.check_folder(at, folder, id)?;
        let request = match self.request.content_type().as_str() {
            _ if self.request.body.is_empty() => AnswerRequest::default(),
            "text/plain" => AnswerRequest::from_mime(read_mime(&self.request.body)?),
            _ => AnswerRequest::from_json(&self.json()?)?,
        };
        let number = self.store.answer(at, id, answer, request, self.now)?;
        self.created(at, number)
    }

    fn patch(&mut self, at: usize, folder: Option<&str>, id: &str) -> Result<Reply, Failure> {
        self.check_folder(at, folder, id)?;
        let changes = properties::read(&self.json()?)?;
        let number = self.store.update(at, id, self.request.header("if-match"), changes, self.now)?;
        self.shown(200, at, number)
    }

    fn created(&self, at: usize, number: u64) -> Result<Reply, Failure> {
        self.shown(201, at, number)
    }

    fn shown(&self, status: u16, at: usize, number: u64) -> Result<Reply, Failure> {
        let mailbox = self.store.mailbox(at)?;
        let shown = self.store.show(at, number, self.ids())?;
        let id = shown.get("id").and_then(Value::as_str).unwrap_or_default();
        let location = format!("{ROOT}/users('{}')/messages('{id}')", mailbox.id);
        let body = with_context(shown, &context(mailbox, "messages", "/$entity"));
        let reply = self.prefer(Reply::json(status, &body));
        Ok(if status == 201 { reply.with("Location", location) } else { reply })
    }

    fn json(&self) -> Result<Value, Failure> {
        let content_type = self.request.content_type();
        if content_type != "application/json" {
            return Err(Failure::unsupported_media_type(&content_type));
        }
        serde_json::from_slice(&self.request.body)
            .map_err(|_| Failure::unreadable_body("The request body is not well-formed JSON."))
    }

    fn folder(&self, mailbox: &Mailbox, folder: Folder) -> Value {
        let within: Vec<&Message> = mailbox.visible(self.now).filter(|message| message.folder == folder).collect();
        let unread = within.iter().filter(|message| message.properties.get("isRead") == Some(&false.into())).count();
        json!({
            "id": mailbox.folder_id(folder),
            "displayName": folder.names().1,
            "parentFolderId": mailbox.folder_id(Folder::Root),
            "childFolderCount": if folder == Folder::Root { Folder::ALL.len() - 1 } else { 0 },
            "unreadItemCount": unread,
            "totalItemCount": within.len(),
            "isHidden": false,
        })
    }

    fn folders(&self, mailbox: &Mailbox) -> Reply {
        let all = Folder::ALL.into_iter().filter(|folder| *folder != Folder::Root);
        let value: Vec<Value> = all.map(|folder| self.folder(mailbox, folder)).collect();
        Reply::json(200, &json!({"@odata.context": context(mailbox, "mailFolders", ""), "value": value}))
    }
}

fn user(mailbox: &Mailbox) -> Reply {
    let body = json!({
        "@odata.context": format!("{ROOT}/$metadata#users/$entity"),
        "id": mailbox.id.to_string(),
        "displayName": mailbox.display_name,
        "mail": mailbox.mail,
        "userPrincipalName": mailbox.user_principal_name,
    });
    Reply::json(200, &body)
}

fn context(mailbox: &Mailbox, path: &str, rest: &str) -> String {
    format!("{ROOT}/$metadata#users('{}')/{path}{rest}", mailbox.id)
}

fn with_context(mut shown: Value, context: &str) -> Value {
    shown["@odata.context"] = context.into();
    shown
}
