//! What a socket does before it is a call: silent, slow and odd clients keep nobody out.
#![allow(clippy::unwrap_used, reason = "a test may fail that way")]

mod common;

use std::time::Duration;

use common::{Running, got};
use reqwest::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

async fn connect(server: &Running) -> TcpStream {
    TcpStream::connect(server.url.trim_start_matches("http://")).await.unwrap()
}

/// Everything the server says until it ends the connection.
async fn heard(mut stream: TcpStream, within: Duration) -> String {
    let mut bytes = Vec::new();
    timeout(within, stream.read_to_end(&mut bytes)).await.unwrap().unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[tokio::test]
async fn a_silent_client_is_given_up() {
    let server = Running::start().await;
    let (silent, mut begun) = (connect(&server).await, connect(&server).await);
    begun.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n").await.unwrap();
    let within = Duration::from_secs(20);
    let (silent, begun) = tokio::join!(heard(silent, within), heard(begun, within));
    assert!(!silent.contains("200 OK") && !begun.contains("200 OK"));
}

#[tokio::test]
async fn a_client_that_has_said_everything_is_answered() {
    let server = Running::start().await;
    let mut stream = connect(&server).await;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    stream.shutdown().await.unwrap();
    assert!(heard(stream, Duration::from_secs(5)).await.starts_with("HTTP/1.1 200 OK"));
}

#[tokio::test]
async fn another_protocol_is_not_spoken() {
    let server = Running::start().await;
    let mut stream = connect(&server).await;
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
    let answer = heard(stream, Duration::from_secs(5)).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer:?}");
}

#[tokio::test]
async fn who_has_no_token_sends_no_large_body() {
    let server = Running::start().await;
    let large = server.request(Method::POST, "/v1/wschannels").body(vec![b' '; 70_000]).send().await.unwrap();
    assert_eq!(got(large).await.refusal(), (413, 20413));
    let broken =
        b"POST /v1/wschannels HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n";
    let mut stream = connect(&server).await;
    stream.write_all(broken).await.unwrap();
    assert!(heard(stream, Duration::from_secs(5)).await.contains("The body cannot be read"));
}

#[tokio::test]
async fn links_lead_back_without_a_host() {
    let server = Running::start().await;
    let mut stream = connect(&server).await;
    let user = "QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDpzZWNyZXQ=";
    let call = format!("GET /v1/Workspaces HTTP/1.0\r\nAuthorization: Basic {user}\r\n\r\n");
    stream.write_all(call.as_bytes()).await.unwrap();
    let answer = heard(stream, Duration::from_secs(5)).await;
    assert!(answer.contains(&format!("{}/v1/Workspaces?", server.url)), "{answer}");
}
