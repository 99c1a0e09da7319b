//! A server of one's own for a test, and a client that says what it gets.
#![allow(clippy::unwrap_used, reason = "a test may fail that way")]
#![allow(dead_code, reason = "every test file uses some of it")]

use std::path::Path;

use pointsman_server::{Server, Settings};
use reqwest::{Method, Response, StatusCode};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub(crate) const ACCOUNT: &str = "AC00000000000000000000000000000000";
pub(crate) const TOKEN: &str = "secret";

/// A server that runs until it is stopped or dropped.
pub(crate) struct Running {
    pub(crate) url: String,
    stop: Option<oneshot::Sender<()>>,
    ended: JoinHandle<()>,
    http: reqwest::Client,
}

/// What was answered.
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) etag: Option<String>,
    pub(crate) body: Value,
}

impl Running {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn on(data: &Path) -> Self {
        let data = data.to_owned();
        Self::with(move |settings| settings.data = Some(data)).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::new(Some(ACCOUNT.to_owned()), Some(TOKEN.to_owned())).unwrap();
        change(&mut settings);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let server = Server::start(&settings).unwrap();
        let ended = tokio::spawn(async move { server.run(listener, async { drop(stopped.await) }).await.unwrap() });
        Self { url, stop: Some(stop), ended, http: reqwest::Client::new() }
    }

    pub(crate) async fn stop(mut self) {
        drop(self.stop.take());
        self.ended.await.unwrap();
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    pub(crate) async fn get(&self, path: &str) -> Got {
        self.send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Got {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = self.request(Method::POST, path).header("Content-Type", "application/x-www-form-urlencoded");
        self.send(request.body(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Got {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// With the account's credentials.
    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> Got {
        got(request.basic_auth(ACCOUNT, Some(TOKEN)).send().await.unwrap()).await
    }

    /// A workspace with one queue for everybody, its workflow, and an available worker; their SIDs.
    pub(crate) async fn office(&self) -> Office {
        let workspace = self.post("/v1/Workspaces", &[("FriendlyName", "Office"), ("Template", "FIFO")]).await.sid();
        let path = format!("/v1/Workspaces/{workspace}");
        let activities = self.get(&format!("{path}/Activities?FriendlyName=Available")).await;
        let available = activities.body["activities"][0]["sid"].as_str().unwrap().to_owned();
        let workflow =
            self.get(&format!("{path}/Workflows")).await.body["workflows"][0]["sid"].as_str().unwrap().to_owned();
        let form = [("FriendlyName", "alice"), ("ActivitySid", &*available)];
        let worker = self.post(&format!("{path}/Workers"), &form).await.sid();
        Office { path, available, workflow, worker }
    }
}

/// Paths and SIDs of a workspace.
pub(crate) struct Office {
    pub(crate) path: String,
    pub(crate) available: String,
    pub(crate) workflow: String,
    pub(crate) worker: String,
}

impl Got {
    pub(crate) fn sid(&self) -> String {
        self.text("sid")
    }

    pub(crate) fn text(&self, name: &str) -> String {
        self.body[name].as_str().unwrap_or_else(|| panic!("no `{name}` in {} {}", self.status, self.body)).to_owned()
    }

    /// Status and code of a refusal.
    pub(crate) fn refusal(&self) -> (u16, u64) {
        let code = self.body["code"].as_u64().unwrap_or_else(|| panic!("no refusal: {} {}", self.status, self.body));
        assert_eq!(self.body["status"], self.status);
        assert!(self.body["message"].as_str().is_some_and(|text| !text.is_empty()));
        assert_eq!(self.body["more_info"], format!("https://www.twilio.com/docs/errors/{code}"));
        (self.status, code)
    }
}

pub(crate) async fn got(response: Response) -> Got {
    let status = response.status();
    let etag = response.headers().get("etag").map(|tag| tag.to_str().unwrap().to_owned());
    let text = response.text().await.unwrap();
    let body = if status == StatusCode::NO_CONTENT {
        Value::Null
    } else {
        serde_json::from_str(&text).unwrap_or(Value::String(text))
    };
    Got { status: status.as_u16(), etag, body }
}
