//! Callbacks of workspaces that have nothing to do with one another.
#![allow(clippy::unwrap_used, reason = "a test may fail that way")]

mod common;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use common::{Office, Running};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

/// Two addresses: one that never answers, and one whose calls are heard.
async fn webhooks() -> (String, String, UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (heard, calls) = unbounded_channel();
    let hear = move |body: String| async move {
        heard.send(body).unwrap();
        StatusCode::NO_CONTENT
    };
    let never = || async { std::future::pending::<StatusCode>().await };
    let router = Router::new().route("/never", post(never)).route("/heard", post(hear));
    tokio::spawn(axum::serve(listener, router).into_future());
    (format!("{url}/never"), format!("{url}/heard"), calls)
}

async fn call_back(server: &Running, office: &Office, url: &str) {
    let changed = server.post(&office.path, &[("EventCallbackUrl", url)]).await;
    assert_eq!(changed.status, 200);
    let path = format!("{}/Workflows/{}", office.path, office.workflow);
    assert_eq!(server.post(&path, &[("AssignmentCallbackUrl", url)]).await.status, 200);
}

async fn create(server: &Running, office: &Office) {
    let form = [("Attributes", "{}"), ("WorkflowSid", &*office.workflow)];
    assert_eq!(server.post(&format!("{}/Tasks", office.path), &form).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_whose_address_never_answers_holds_up_nobody_else() {
    let server = Running::start().await;
    let (never, heard, mut calls) = webhooks().await;
    let (stuck, other) = (server.office().await, server.office().await);
    call_back(&server, &stuck, &never).await;
    call_back(&server, &other, &heard).await;
    for _ in 0..100 {
        create(&server, &stuck).await;
    }
    while calls.try_recv().is_ok() {}
    create(&server, &other).await;
    let (mut asked, mut told) = (false, false);
    while !(asked && told) {
        let call = timeout(Duration::from_secs(10), calls.recv()).await.unwrap().unwrap();
        told |= call.contains("EventType=task.created");
        asked |= !call.contains("EventType=") && call.contains("ReservationSid=");
    }
}

/// A webhook that is not there for a while costs no task.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_fails_at_once_is_asked_later_and_later() {
    let server = Running::start().await;
    let office = server.office().await;
    // Nobody listens at the port that was free a moment ago.
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    call_back(&server, &office, &format!("http://{free}/")).await;
    create(&server, &office).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let asked = server.get(&format!("{}/Workers/{}/Reservations?PageSize=1000", office.path, office.worker)).await;
    let asked = asked.body["reservations"].as_array().unwrap().len();
    assert!((2..20).contains(&asked), "offered {asked} times in two seconds");
    let tasks = server.get(&format!("{}/Tasks", office.path)).await;
    assert_eq!(tasks.body["tasks"][0]["assignment_status"], "reserved");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_names_what_the_service_names() {
    let server = Running::start().await;
    let (_, heard, mut calls) = webhooks().await;
    let office = Arc::new(server.office().await);
    call_back(&server, &office, &heard).await;
    create(&server, &office).await;
    let reservations = server.get(&format!("{}/Workers/{}/Reservations", office.path, office.worker)).await;
    let path =
        reservations.body["reservations"][0]["url"].as_str().unwrap().strip_prefix(&server.url).unwrap().to_owned();
    for status in ["accepted", "completed"] {
        assert_eq!(server.post(&path, &[("ReservationStatus", status)]).await.status, 200);
    }
    let mut wanted = vec![
        ("task.created", &["TaskQueueSid=WQ", "TaskQueueName=Sample+Queue", "TaskQueueTargetExpression=1%3D%3D1"][..]),
        ("workflow.target-matched", &["WorkflowFilterName=default", "WorkflowFilterExpression="]),
        ("task.completed", &["WorkerSid=WK", "WorkerName=alice"]),
    ];
    while !wanted.is_empty() {
        let call = timeout(Duration::from_secs(10), calls.recv()).await.unwrap().unwrap();
        wanted.retain(|(kind, fields)| {
            let is = call.contains(&format!("EventType={kind}&"));
            fields
                .iter()
                .filter(|_| is)
                .for_each(|field| assert!(call.contains(field), "{kind}: no {field} in {call}"));
            !is
        });
    }
}
