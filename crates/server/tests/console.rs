//! The console as a browser sees it.
#![allow(clippy::unwrap_used, reason = "a test may fail that way")]

mod common;

use std::process::Command;

use common::{ACCOUNT, Running, TOKEN};
use reqwest::Method;

async fn page(server: &Running, path: &str) -> (u16, String) {
    let request = server.request(Method::GET, path).basic_auth(ACCOUNT, Some(TOKEN));
    let response = request.send().await.unwrap();
    let policy = response.headers().get("content-security-policy").map(|it| it.to_str().unwrap().to_owned());
    assert!(policy.is_some_and(|policy| policy.starts_with("default-src 'none'")), "{path}");
    (response.status().as_u16(), response.text().await.unwrap())
}

fn console(office: &common::Office) -> String {
    office.path.replace("/v1/Workspaces", "/workspaces")
}

#[tokio::test]
async fn every_page_shows_what_there_is() {
    let server = Running::start().await;
    let office = server.office().await;
    let form = [("Attributes", "{\"name\": \"</code><script>alert(1)</script>\"}"), ("WorkflowSid", &*office.workflow)];
    let task = server.post(&format!("{}/Tasks", office.path), &form).await.sid();
    let (status, all) = page(&server, "/").await;
    assert!(status == 200 && all.contains("Office"));
    let console = console(&office);
    for (path, shown) in [
        (String::new(), "Sample Queue"),
        ("/tasks".to_owned(), "reserved"),
        ("/tasks?status=pending".to_owned(), "No task here"),
        (format!("/tasks/{task}"), "reservation.created"),
        (format!("/tasks/{task}/explain"), "for an answer of those who have been asked"),
        ("/workers".to_owned(), "alice"),
        ("/workflows".to_owned(), "Default Fifo Workflow"),
        (format!("/workflows/{}", office.workflow), "<svg"),
        ("/reservations".to_owned(), "Accept"),
        ("/events".to_owned(), "workflow.target-matched"),
        ("/events?kind=worker".to_owned(), "worker.created"),
        ("/events?page=-1".to_owned(), "worker.created"),
        ("/requests".to_owned(), "No callback has been made"),
    ] {
        let (status, text) = page(&server, &format!("{console}{path}")).await;
        assert_eq!(status, 200, "{path}");
        assert!(text.contains(shown), "{path}: {text}");
        assert!(!text.contains("<script>alert"), "{path} escapes what people write");
    }
    for path in ["/workspaces/WS1", &format!("{console}/tasks/WT1"), &format!("{console}/tasks/{task}x/explain")] {
        assert_eq!(page(&server, path).await.0, 404, "{path}");
    }
    let stranger = server.request(Method::GET, "/").send().await.unwrap();
    assert_eq!(stranger.status(), 401);
}

#[tokio::test]
async fn forms_change_things_when_they_come_from_here() {
    let server = Running::start().await;
    let office = server.office().await;
    let offline = server.get(&format!("{}/Activities?FriendlyName=Offline", office.path)).await;
    let offline = offline.body["activities"][0]["sid"].as_str().unwrap().to_owned();
    let worker = format!("{}/Workers/{}", office.path, office.worker);
    let form = |origin: &str| {
        let path = worker.replace("/v1/", "/do/");
        let body = format!("back={}%2Fworkers&ActivitySid={offline}", console(&office).replace('/', "%2F"));
        let request = server.request(Method::POST, &path).basic_auth(ACCOUNT, Some(TOKEN));
        request.header("Content-Type", "application/x-www-form-urlencoded").header("Origin", origin).body(body)
    };
    let foreign = form("http://evil.example").send().await.unwrap();
    assert_eq!(foreign.status(), 403);
    assert_eq!(server.get(&worker).await.text("activity_name"), "Available", "nothing was done");
    let own = form(&server.url).send().await.unwrap();
    assert!(own.url().path().ends_with("/workers"), "it comes back to the page");
    assert_eq!(server.get(&worker).await.text("activity_name"), "Offline");
    let refused = server.request(Method::POST, &format!("/do{}/Tasks", office.path.trim_start_matches("/v1")));
    let refused = refused.basic_auth(ACCOUNT, Some(TOKEN)).body("Attributes=nonsense").send().await.unwrap();
    assert_eq!(refused.status(), 400);
    assert!(refused.text().await.unwrap().contains("not valid JSON"), "what is wrong is said on a page");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_shows_why_a_task_waits() {
    let Some(chromium) = ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|name| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success()))
    else {
        eprintln!("\n*** SKIPPED: there is no Chromium here, so that the console was NOT looked at in a browser ***\n");
        return;
    };
    let server = Running::start().await;
    let office = server.office().await;
    let away = server.get(&format!("{}/Activities?FriendlyName=Offline", office.path)).await;
    let away = away.body["activities"][0]["sid"].as_str().unwrap().to_owned();
    server.post(&format!("{}/Workers/{}", office.path, office.worker), &[("ActivitySid", &away)]).await;
    let form = [("Attributes", "{}"), ("WorkflowSid", &*office.workflow)];
    let task = server.post(&format!("{}/Tasks", office.path), &form).await.sid();
    let host = server.url.trim_start_matches("http://");
    let url = format!("http://{ACCOUNT}:{TOKEN}@{host}{}/tasks/{task}/explain", console(&office));
    let flags = ["--headless", "--no-sandbox", "--disable-gpu", "--timeout=20000", "--dump-dom"];
    let shown =
        tokio::task::spawn_blocking(move || Command::new(chromium).args(flags).arg(url).output().unwrap()).await;
    let shown = String::from_utf8_lossy(&shown.unwrap().stdout).into_owned();
    assert!(shown.contains("activity-unavailable") && shown.contains("What helps"), "{shown}");
}
