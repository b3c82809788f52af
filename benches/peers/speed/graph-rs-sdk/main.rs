//! graph-rs-sdk: one client, and tasks for threads. See harness.c for the arguments.

use std::sync::Arc;
use std::time::Instant;

use graph_rs_sdk::header::{CONTENT_LENGTH, HeaderValue};
use graph_rs_sdk::{GraphClient, GraphClientConfiguration};

const ID: &str = "AAMkAGVmMDEzMTM4LTZmYWUtNDdkNC1hMDZiLTU1OGY5OTZhYmY4OABGAAAAAAAiQ8W967B7TKBjgx9rVEURBwAiIsqMbYjsT5e-T7KzowPTAAAAAAEQAAAiIsqMbYjsT5e-T7KzowPTAAAY";

async fn send(client: &GraphClient, mailbox: &str, number: usize) {
    // Without the header Graph answers 411 (issue 524).
    let answer = client
        .user(mailbox)
        .message(format!("{ID}{number:08}"))
        .send()
        .header(CONTENT_LENGTH, HeaderValue::from(0))
        .send()
        .await
        .expect("a reply");
    assert_eq!(answer.status().as_u16(), 202);
}

/// The time that this process took of the processors, in user mode and in all, in nanoseconds.
fn cpu() -> [i64; 2] {
    // SAFETY: getrusage only writes into the structure.
    let used = unsafe {
        let mut used = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &mut used);
        used
    };
    let [user, system] = [used.ru_utime, used.ru_stime].map(|time| time.tv_sec * 1_000_000_000 + time.tv_usec * 1_000);
    [user, user + system]
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let token = std::fs::read_to_string(&arguments[1]).expect("the token");
    let count: usize = arguments[2].parse().expect("a count");
    let threads: usize = arguments[3].parse().expect("a number of threads");
    let with_latencies = arguments.len() > 4;
    let mut client = GraphClient::from(GraphClientConfiguration::new().access_token(token.trim()));
    client.use_test_endpoint(&url::Url::parse(&arguments[0]).expect("a base URL"));
    let client = Arc::new(client);

    let start = |thread: usize| count * thread / threads;
    let mut tasks = Vec::new();
    for thread in 0..threads {
        let (client, number) = (Arc::clone(&client), start(thread) + thread);
        let mailbox = format!("user-{thread}@contoso.example");
        tasks.push(tokio::spawn(async move { send(&client, &mailbox, number).await }));
    }
    for task in tasks {
        task.await.expect("a first send");
    }
    let (began, before) = (Instant::now(), cpu());
    let mut tasks = Vec::new();
    for thread in 0..threads {
        let (client, numbers) = (Arc::clone(&client), start(thread)..start(thread + 1));
        tasks.push(tokio::spawn(async move {
            let mailbox = format!("user-{thread}@contoso.example");
            let mut latencies = Vec::new();
            for number in numbers {
                let began = with_latencies.then(Instant::now);
                send(&client, &mailbox, number + thread + 1).await;
                latencies.extend(began.map(|began| began.elapsed().as_nanos()));
            }
            latencies
        }));
    }
    let mut latencies = Vec::new();
    for task in tasks {
        latencies.extend(task.await.expect("a task"));
    }
    let (wall, after) = (began.elapsed().as_nanos(), cpu());
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    println!(
        "{{\"sends\": {count}, \"wall_ns\": {wall}, \"cpu_ns\": {}, \"user_ns\": {}, \"rss_kb\": {}}}",
        after[1] - before[1],
        after[0] - before[0],
        peak.trim().trim_end_matches(" kB")
    );
    if let Some(file) = arguments.get(4) {
        std::fs::write(file, format!("{latencies:?}\n")).expect("the latencies");
    }
}
