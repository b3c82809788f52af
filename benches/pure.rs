//! What the pure parts of a send take, each alone: `cargo bench --bench pure`.

#![allow(clippy::unwrap_used, missing_docs)]

use std::hint::black_box;
use std::time::SystemTime;

use criterion::{Criterion, criterion_group, criterion_main};
use graph_message::delivery::verdict::judge;
use graph_message::graph::{BaseUrl, Expected, GraphError, Mailbox, MessageId, Reply, Target, Token};
use graph_message::sharing::key::{MailboxKey, MessageKey};

/// As long as Graph's ids are.
const ID: &str = "AAMkAGVmMDEzMTM4LTZmYWUtNDdkNC1hMDZiLTU1OGY5OTZhYmY4OABGAAAAAAAiQ8W967B7TKBjgx9rVEURBwAiIsqMbYjsT5e-T7KzowPTAAAAAAEQAAAiIsqMbYjsT5e-T7KzowPTAAAYbvZDAAA=";

const ERROR: &str = r#"{"error":{"code":"ErrorAccessDenied","message":"Access is denied. Check credentials and try again.","innerError":{"date":"2026-11-24T09:15:03","request-id":"0c2f6a4e-58f1-4f0e-9a57-2f5b8f1f3f55","client-request-id":"4f1c2a8e-7d0b-4c55-9a37-0e6f3b8d9c21"}}}"#;

fn target() -> Target {
    Target {
        base: BaseUrl::default(),
        mailbox: Mailbox::parse("megan@contoso.example").unwrap(),
        id: MessageId::parse(ID).unwrap(),
        token: Token::parse(&"t".repeat(1500)).unwrap(),
        client_request_id: "4f1c2a8e-7d0b-4c55-9a37-0e6f3b8d9c21".into(),
        user_agent: http::HeaderValue::from_static("graph-message/0.1.0"),
    }
}

fn reply(status: u16, body: &str) -> Reply {
    Reply {
        request_id: "0c2f6a4e-58f1-4f0e-9a57-2f5b8f1f3f55".to_owned(),
        date: Some("Tue, 24 Nov 2026 09:15:03 GMT".to_owned()),
        ..Reply::whole(status, body)
    }
}

fn pure(bench: &mut Criterion) {
    let (token, target) = ("t".repeat(1500), target());
    let (accepted, refused) = (reply(202, ""), reply(403, ERROR));
    let now = SystemTime::now();
    let call = &*target.client_request_id;
    bench.bench_function("token parse, 1500 bytes", |b| b.iter(|| Token::parse(black_box(&token)).unwrap()));
    bench.bench_function("request build", |b| b.iter(|| black_box(&target).send()));
    bench.bench_function("message key", |b| b.iter(|| MessageKey::of(black_box(&target.id))));
    bench.bench_function("mailbox key", |b| b.iter(|| MailboxKey::of(&target.base, black_box(&target.mailbox), "")));
    bench
        .bench_function("verdict of a 202", |b| b.iter(|| judge(Ok(black_box(&accepted)), Expected::Empty, call, now)));
    bench.bench_function("verdict of a 403", |b| b.iter(|| judge(Ok(black_box(&refused)), Expected::Empty, call, now)));
    bench.bench_function("Graph error parse", |b| b.iter(|| GraphError::parse(black_box(ERROR.as_bytes())).unwrap()));
}

criterion_group!(benches, pure);
criterion_main!(benches);
