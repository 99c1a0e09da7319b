//! What tokens of the worker SDK open (surface section 7).
#![allow(clippy::unwrap_used, reason = "a test may fail that way")]

mod common;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use common::{ACCOUNT, Got, Office, Running, TOKEN, got};
use reqwest::Method;
use ring::hmac::{HMAC_SHA256, Key, sign};
use serde_json::{Value, json};

fn token(workspace: &str, worker: &str, role: &str) -> String {
    let encode = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let grant = json!({"workspace_sid": workspace, "worker_sid": worker, "role": role});
    let claims = json!({"sub": ACCOUNT, "exp": 32_503_680_000_i64, "grants": {"task_router": grant}});
    let text = format!("{}.{}", encode(&json!({"alg": "HS256", "typ": "JWT"})), encode(&claims));
    let signature = sign(&Key::new(HMAC_SHA256, TOKEN.as_bytes()), text.as_bytes());
    format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
}

struct Bearer<'a> {
    server: &'a Running,
    workspace: String,
    token: String,
}

impl<'a> Bearer<'a> {
    fn new(server: &'a Running, office: &Office, worker: &str, role: &str) -> Self {
        let workspace = office.path.rsplit('/').next().unwrap().to_owned();
        let token = token(&workspace, worker, role);
        Self { server, workspace, token }
    }

    async fn call(&self, method: &str, path: &str, params: Value) -> Got {
        let url = format!("Workspaces/{}/{path}", self.workspace);
        let body = json!({"url": url, "method": method, "params": params, "token": self.token}).to_string();
        // As the SDK has it: JSON under the content type of a form.
        let request = self.server.request(Method::POST, "/v1/wschannels").body(body);
        got(request.header("Content-Type", "application/x-www-form-urlencoded").send().await.unwrap()).await
    }
}

/// A task that this worker has been asked to take: its SID and its reservation's.
async fn asked(server: &Running, office: &Office) -> (String, String) {
    let form = [("Attributes", "{}"), ("WorkflowSid", &*office.workflow)];
    let task = server.post(&format!("{}/Tasks", office.path), &form).await.sid();
    let found = server.get(&format!("{}/Tasks/{task}/Reservations", office.path)).await;
    (task, found.body["reservations"][0]["sid"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_workers_token_changes_what_is_the_workers() {
    let server = Running::start().await;
    let office = server.office().await;
    let (task, reservation) = asked(&server, &office).await;
    let form = [("FriendlyName", "bob"), ("ActivitySid", &*office.available)];
    let bob = server.post(&format!("{}/Workers", office.path), &form).await.sid();
    let alice = Bearer::new(&server, &office, &office.worker, "worker");
    let other = Bearer::new(&server, &office, &bob, "worker");
    let reject = json!({"ReservationStatus": "rejected"});
    for (method, path, params) in [
        ("POST", format!("Tasks/{task}/Reservations/{reservation}"), reject.clone()),
        ("POST", format!("Workers/{}/Reservations/{reservation}", office.worker), reject.clone()),
        ("POST", format!("Workers/{}", office.worker), json!({"Attributes": {}})),
        ("POST", format!("Tasks/{task}"), json!({"AssignmentStatus": "canceled"})),
        ("DELETE", format!("Tasks/{task}"), json!({})),
        ("DELETE", format!("Workers/{bob}"), json!({})),
        ("POST", "Activities".to_owned(), json!({"FriendlyName": "Mine"})),
    ] {
        assert_eq!(other.call(method, &path, params).await.refusal(), (403, 20403), "{method} {path}");
    }
    let path = format!("Workers/{}/Reservations/{reservation}", office.worker);
    let accepted = alice.call("POST", &path, json!({"ReservationStatus": "accepted"})).await;
    assert_eq!(accepted.body["payload"]["reservation_status"], "accepted");
    let completed = alice.call("POST", &format!("Tasks/{task}"), json!({"AssignmentStatus": "completed"})).await;
    assert_eq!(completed.body["payload"]["assignment_status"], "completed");
    assert_eq!(server.delete(&format!("{}/Workers/{bob}", office.path)).await.status, 204);
    assert_eq!(other.call("GET", "Workers", json!({})).await.refusal(), (403, 20403), "who has gone looks no more");
}

#[tokio::test]
async fn a_supervisor_changes_what_is_others() {
    let server = Running::start().await;
    let office = server.office().await;
    let (task, reservation) = asked(&server, &office).await;
    let supervisor = Bearer::new(&server, &office, &office.worker, "supervisor");
    let path = format!("Tasks/{task}/Reservations/{reservation}");
    let rejected = supervisor.call("POST", &path, json!({"ReservationStatus": "rejected"})).await;
    assert_eq!(rejected.body["payload"]["reservation_status"], "rejected");
    let elsewhere = Bearer { workspace: format!("WS{}", "0".repeat(32)), ..supervisor };
    assert_eq!(elsewhere.call("GET", "Workers", json!({})).await.refusal(), (403, 20403));
}

#[tokio::test]
async fn lists_go_on_behind_an_item() {
    let server = Running::start().await;
    let office = server.office().await;
    let alice = Bearer::new(&server, &office, &office.worker, "worker");
    let list = |params: Value| alice.call("GET", "Activities", params);
    let first = list(json!({"PageSize": 2})).await.body["payload"].clone();
    assert_eq!((first["contents"].as_array().unwrap().len(), &first["total"]), (2, &json!(3)));
    assert!(first["contents"][0]["date_created"].is_i64(), "in the SDK's shape");
    let rest = list(json!({"AfterSid": first["after_sid"]})).await.body["payload"].clone();
    assert_eq!((rest["contents"].as_array().unwrap().len(), &rest["after_sid"]), (1, &Value::Null));
    assert_eq!(list(json!({"AfterSid": "WA1"})).await.refusal(), (400, 20001));
    let workflows = alice.call("GET", "Workflows", json!({})).await.body["payload"]["contents"].clone();
    assert_eq!(workflows[0]["friendly_name"], "Default Fifo Workflow", "what it has no shape for stays as it is");
}

#[tokio::test]
async fn a_channel_is_named_as_the_sdk_names_it() {
    let server = Running::start().await;
    let office = server.office().await;
    let alice = Bearer::new(&server, &office, &office.worker, "worker");
    let create = |params: Value| alice.call("POST", "Tasks", params);
    let base = json!({"WorkflowSid": office.workflow, "Attributes": {"to": "+1"}});
    let with = |name: &str, value: &str| {
        let mut params = base.clone();
        params[name] = json!(value);
        params
    };
    let voice = create(with("TaskChannelUniqueName", "voice")).await;
    assert_eq!(voice.body["payload"]["task_channel_unique_name"], "voice");
    assert_eq!(create(with("TaskChannelSid", "TC1")).await.refusal(), (400, 20001));
}
