//! Sends a draft with graph-rs-sdk: send BASE-URL TOKEN ID [retry]. Prints one word; why and how long on standard error.

use std::time::Instant;

use graph_rs_sdk::header::{HeaderValue, CONTENT_LENGTH};
use graph_rs_sdk::http::ResponseExt;
use graph_rs_sdk::{GraphClient, GraphClientConfiguration};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut configuration = GraphClientConfiguration::new().access_token(&arguments[1]);
    if arguments.get(3).is_some_and(|word| word == "retry") {
        configuration = configuration.retry(Some(3)).wait_for_retry_after_headers(true);
    }
    let mut client = GraphClient::from(configuration);
    client.use_test_endpoint(&url::Url::parse(&arguments[0]).expect("a base URL"));

    let began = Instant::now();
    // Without the header Graph answers 411 (issue 524).
    let answer = client.me().message(&arguments[2]).send().header(CONTENT_LENGTH, HeaderValue::from(0)).send().await;
    let (word, why) = match answer {
        Ok(response) if response.status().is_success() => ("sent", String::new()),
        Ok(response) => {
            let status = response.status();
            ("failed", format!("{status} {:?}", response.into_graph_error_message().await.ok()))
        }
        Err(error) => ("failed", error.to_string()),
    };
    eprintln!("{} {}", began.elapsed().as_millis(), why.split_whitespace().collect::<Vec<_>>().join(" "));
    println!("{word}");
}
