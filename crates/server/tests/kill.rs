//! `kill -9` at any instant: whatever was answered is there after the next start, and every event of it is told at least
//! once.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail that way")]

mod common;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use common::{ACCOUNT, Running, TOKEN, got};
use pointsman_server::{Server, Settings};
use reqwest::Method;
use tokio::net::TcpListener;

const FOLDER: &str = "POINTSMAN_SERVER_FOLDER";

#[allow(clippy::disallowed_methods, reason = "the test's one place that reads the environment")]
fn rounds() -> u64 {
    let effort = std::env::var("POINTSMAN_EFFORT").ok().and_then(|text| text.parse::<u64>().ok());
    (100 * effort.unwrap_or(1)).max(200)
}

/// Not a test but the other process: it serves until it is killed, or until its input ends.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "the server that the other test kills"]
async fn victim() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let mut settings = Settings::new(Some(ACCOUNT.to_owned()), Some(TOKEN.to_owned())).unwrap();
    settings.data = Some(folder.into());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("listening on {}", listener.local_addr().unwrap());
    let server = Server::start(&settings).unwrap();
    let input_ends = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    server.run(listener, async { drop(input_ends.await) }).await.unwrap();
}

struct Victim {
    process: Child,
    output: BufReader<ChildStdout>,
    url: String,
}

impl Victim {
    fn start(folder: &Path) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "victim", "--ignored", "--nocapture"])
            .env(FOLDER, folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut lines = output.by_ref().lines().map_while(Result::ok);
        let line = lines.find(|line| line.contains("listening on ")).expect("it starts");
        let url = format!("http://{}", line.split("listening on ").nth(1).unwrap());
        Self { process, output, url }
    }

    fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    fn end(mut self) {
        drop(self.process.stdin.take());
        self.output.read_to_end(&mut Vec::new()).unwrap();
        assert!(self.process.wait().unwrap().success(), "it ends cleanly");
    }
}

/// Hears of events, and remembers the tasks whose creation it heard of.
async fn webhook(heard: Arc<Mutex<BTreeSet<String>>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/events", listener.local_addr().unwrap());
    let hear = move |body: String| async move {
        let sid = form_urlencoded::parse(body.as_bytes())
            .find(|(name, _)| name == "TaskSid")
            .map(|(_, sid)| sid.into_owned());
        heard.lock().unwrap().extend(sid);
        StatusCode::NO_CONTENT
    };
    tokio::spawn(axum::serve(listener, Router::new().route("/events", post(hear))).into_future());
    url
}

/// Creates tasks until the server does not answer any more; every one it answered.
async fn create(url: String, tasks: String, workflow: String) -> Vec<String> {
    let (http, mut answered) = (reqwest::Client::new(), Vec::new());
    loop {
        let form = [("Attributes", "{\"n\": 1}"), ("WorkflowSid", &workflow)];
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = http.request(Method::POST, format!("{url}{tasks}")).basic_auth(ACCOUNT, Some(TOKEN));
        let request = request.header("Content-Type", "application/x-www-form-urlencoded").body(body);
        match request.send().await {
            Ok(response) if response.status() == 201 => match response.json_sid().await {
                Some(sid) => answered.push(sid),
                None => return answered,
            },
            _ => return answered,
        }
    }
}

trait JsonSid {
    async fn json_sid(self) -> Option<String>;
}

impl JsonSid for reqwest::Response {
    /// None when the answer broke off.
    async fn json_sid(self) -> Option<String> {
        let value: serde_json::Value = serde_json::from_slice(&self.bytes().await.ok()?).ok()?;
        value["sid"].as_str().map(str::to_owned)
    }
}

/// Every task there is.
async fn all(url: &str, tasks: &str) -> BTreeSet<String> {
    let (http, mut found, mut next) =
        (reqwest::Client::new(), BTreeSet::new(), Some(format!("{url}{tasks}?PageSize=1000")));
    while let Some(url) = next {
        let page = got(http.get(url).basic_auth(ACCOUNT, Some(TOKEN)).send().await.unwrap()).await;
        found
            .extend(page.body["tasks"].as_array().unwrap().iter().map(|task| task["sid"].as_str().unwrap().to_owned()));
        next = page.body["meta"]["next_page_url"].as_str().map(str::to_owned);
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_survives_any_kill_and_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let heard = Arc::new(Mutex::new(BTreeSet::new()));
    let hook = webhook(heard.clone()).await;
    let office = {
        let server = Running::on(folder.path()).await;
        let office = server.office().await;
        let form = [("EventCallbackUrl", &*hook), ("EventsFilter", "task.created")];
        assert_eq!(server.post(&office.path, &form).await.status, 200);
        server.stop().await;
        office
    };
    let (tasks, mut answered) = (format!("{}/Tasks", office.path), BTreeSet::new());
    for round in 0..rounds() {
        let victim = Victim::start(folder.path());
        let there = all(&victim.url, &tasks).await;
        let lost: Vec<&String> = answered.difference(&there).collect();
        assert!(lost.is_empty(), "round {round}: {} of {} tasks are lost: {lost:?}", lost.len(), answered.len());
        let create = || tokio::spawn(create(victim.url.clone(), tasks.clone(), office.workflow.clone()));
        let clients = [create(), create()];
        // Some milliseconds that differ from round to round.
        tokio::time::sleep(Duration::from_micros(500 + (round * 7_919) % 15_000)).await;
        if round % 20 == 19 {
            victim.end();
        } else {
            victim.kill();
        }
        for client in clients {
            answered.extend(client.await.unwrap());
        }
    }
    assert!(answered.len() as u64 > rounds(), "{} tasks were created", answered.len());
    let last = Running::on(folder.path()).await;
    for _ in 0..200 {
        if heard.lock().unwrap().is_superset(&answered) {
            return last.stop().await;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let heard = heard.lock().unwrap();
    panic!("{} of {} tasks were not told of", answered.difference(&heard).count(), answered.len());
}
