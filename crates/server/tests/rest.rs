//! The conventions of the wire, as raw HTTP sees them (surface sections 2 and 8).
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail that way")]

mod common;

use common::{ACCOUNT, Running, TOKEN, got};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn who_has_no_credentials_is_told_so() {
    let server = Running::start().await;
    let path = "/v1/Workspaces";
    let plain = server.request(Method::GET, path).send().await.unwrap();
    assert!(plain.headers()["www-authenticate"].to_str().unwrap().starts_with("Basic"));
    assert_eq!(got(plain).await.refusal(), (401, 20003));
    for (user, password) in [(ACCOUNT, "wrong"), ("ACwrong", TOKEN), ("", "")] {
        let request = server.request(Method::GET, path).basic_auth(user, Some(password));
        assert_eq!(got(request.send().await.unwrap()).await.refusal(), (401, 20003), "{user}");
    }
    let key = format!("SK{}", "f".repeat(32));
    let by_key = server.request(Method::GET, path).basic_auth(key, Some(TOKEN)).send().await.unwrap();
    assert_eq!(by_key.status(), 200, "any API key with the same secret");
    assert_eq!(server.request(Method::GET, "/healthz").send().await.unwrap().status(), 200, "without credentials");
}

#[tokio::test]
async fn the_wire_is_as_clients_expect_it() {
    let server = Running::start().await;
    let office = server.office().await;
    let form = [("Attributes", "{\"selected_language\": \"es\"}"), ("WorkflowSid", &office.workflow)];
    let task = server.post(&format!("{}/Tasks", office.path), &form).await;
    assert_eq!(task.status, 201);
    let tag = task.etag.clone().unwrap();
    assert!(serde_json::from_str::<String>(&tag).unwrap().parse::<u64>().is_ok(), "a number in quotes: {tag}");
    assert_eq!(task.text("attributes"), "{\"selected_language\":\"es\"}", "JSON text without blanks");
    for name in ["date_created", "date_updated", "task_queue_entered_date", "virtual_start_time"] {
        let text = task.text(name);
        assert!(text.len() == 20 && text.ends_with('Z') && !text.contains('.'), "{name}: {text}");
    }
    assert!(task.body["reason"].is_null(), "what is null is there");
    assert!(task.text("url").starts_with(&server.url), "links lead back here");
    let raw = server.request(Method::GET, &office.path).basic_auth(ACCOUNT, Some(TOKEN));
    let raw = raw.header("Content-Type", "application/x-www-form-urlencoded").send().await.unwrap();
    assert_eq!(raw.headers()["content-type"], "application/json; charset=utf-8");
    assert_eq!(raw.headers()["access-control-allow-origin"], "*");
    let preflight = server.request(Method::OPTIONS, &office.path).send().await.unwrap();
    assert_eq!(preflight.status(), 204, "asked without credentials");
    let deleted = server.request(Method::DELETE, &format!("{}/Tasks/{}", office.path, task.sid()));
    let deleted = deleted.basic_auth(ACCOUNT, Some(TOKEN)).send().await.unwrap();
    assert_eq!((deleted.status().as_u16(), deleted.content_length()), (204, Some(0)));
}

#[tokio::test]
async fn links_follow_the_host_and_the_scheme_of_the_client() {
    let server = Running::start().await;
    let request = || server.request(Method::GET, "/v1/Workspaces?PageSize=1").header("Host", "router.example:99");
    let seen = server.send(request()).await;
    let first = seen.body["meta"]["first_page_url"].as_str().unwrap().to_owned();
    assert!(first.starts_with("http://router.example:99/v1/Workspaces?"), "{first}");
    let seen = server.send(request().header("X-Forwarded-Proto", "https")).await;
    assert!(seen.body["meta"]["url"].as_str().unwrap().starts_with("https://router.example:99/"));
    let fixed = Running::with(|settings| settings.set_base_url("https://fixed.example/").unwrap()).await;
    let seen = fixed.get("/v1/Workspaces").await;
    assert!(seen.body["meta"]["url"].as_str().unwrap().starts_with("https://fixed.example/v1/"));
}

#[tokio::test]
async fn pages_are_followed_while_what_was_read_is_deleted() {
    let server = Running::start().await;
    let office = server.office().await;
    let tasks = format!("{}/Tasks", office.path);
    for n in 0..7 {
        let attributes = json!({ "n": n }).to_string();
        let created = server.post(&tasks, &[("Attributes", &attributes), ("WorkflowSid", &office.workflow)]).await;
        assert_eq!(created.status, 201);
    }
    let (mut next, mut seen) = (Some(format!("{}{tasks}?PageSize=3", server.url)), Vec::new());
    while let Some(url) = next {
        let page = server.get(url.strip_prefix(&server.url).unwrap()).await;
        assert_eq!((page.status, &page.body["meta"]["key"]), (200, &json!("tasks")));
        for task in page.body["tasks"].as_array().unwrap() {
            let attributes: Value = serde_json::from_str(task["attributes"].as_str().unwrap()).unwrap();
            seen.push(attributes["n"].as_u64().unwrap());
            assert_eq!(server.delete(&format!("{tasks}/{}", task["sid"].as_str().unwrap())).await.status, 204);
        }
        next = page.body["meta"]["next_page_url"].as_str().map(str::to_owned);
    }
    assert_eq!(seen, [0, 1, 2, 3, 4, 5, 6]);
    let clamped = server.get(&format!("{tasks}?PageSize=100000")).await;
    assert_eq!(clamped.body["meta"]["page_size"], 1_000);
    assert_eq!(server.get(&format!("{tasks}?PageSize=x")).await.refusal(), (400, 20001));
    assert_eq!(server.get(&format!("{tasks}?PageSize=99999999999999999999&Page=-1")).await.status, 200);
}

#[tokio::test]
async fn versions_are_compared_where_they_are_given() {
    let server = Running::start().await;
    let office = server.office().await;
    let form = [("Attributes", "{}"), ("WorkflowSid", &*office.workflow)];
    let task = format!("{}/Tasks/{}", office.path, server.post(&format!("{}/Tasks", office.path), &form).await.sid());
    let version = server.get(&task).await.etag.unwrap();
    let with = |method: Method, path: &str, tag: &str| server.request(method, path).header("If-Match", tag);
    let stale = "\"99\"";
    let update = |tag: &str| {
        with(Method::POST, &task, tag).header("Content-Type", "application/x-www-form-urlencoded").body("Priority=5")
    };
    assert_eq!(server.send(update(stale)).await.refusal(), (412, 20412));
    assert_eq!(server.send(update("W/\"1\"")).await.refusal(), (412, 20412));
    assert_eq!(server.get(&task).await.body["priority"], 0, "nothing has changed");
    assert_eq!(server.send(update(&version)).await.status, 200);
    assert_eq!(server.send(update("*")).await.status, 200);
    let nothing = with(Method::POST, &task, stale).header("Content-Type", "application/x-www-form-urlencoded");
    assert_eq!(server.send(nothing).await.refusal(), (412, 20412), "also when nothing is to be changed");
    // No SDK sends it with a DELETE (surface section 8).
    assert_eq!(server.send(with(Method::DELETE, &task, stale)).await.refusal(), (412, 20412));
    let now = server.get(&task).await.etag.unwrap();
    assert_eq!(server.send(with(Method::DELETE, &task, now.trim_matches('"'))).await.status, 204, "a bare number");
    let worker = format!("{}/Workers/{}", office.path, office.worker);
    assert_eq!(server.send(with(Method::DELETE, &worker, stale)).await.refusal(), (412, 20412));
}

#[tokio::test]
async fn bad_input_has_the_services_own_shape_and_changes_nothing() {
    let server = Running::start().await;
    let office = server.office().await;
    let before = server.get(&format!("{}/Statistics", office.path)).await.body["realtime"].clone();
    for path in
        ["/v1", "/v1/", "/v1/Nothing", "/v1/Workspaces//TaskQueues", "/v1/Workspaces/WS0", "/v1/Workspaces/%00%ff"]
    {
        assert_eq!(server.get(path).await.refusal(), (404, 20404), "{path}");
    }
    let unknown = server.get(&format!("{}/Tasks/WT1", office.path)).await;
    assert_eq!(
        unknown.text("message"),
        format!("The requested resource {}/Tasks/WT1 was not found", office.path.trim_start_matches("/v1"))
    );
    let put = server.request(Method::PUT, &office.path);
    assert_eq!(server.send(put).await.refusal(), (405, 20004));
    assert_eq!(server.delete(&format!("{}/Tasks", office.path)).await.refusal(), (405, 20004));
    let tasks = format!("{}/Tasks", office.path);
    let zeros = "0".repeat(32);
    for form in [
        &[("Attributes", "{")][..],
        &[("Attributes", "[1]")],
        &[("WorkflowSid", "WW1")],
        &[("WorkflowSid", &format!("WW{zeros}"))],
        &[("Priority", "-1")],
        &[("Priority", "4294967296")],
        &[("Timeout", "0")],
        &[("Timeout", "1209601")],
        &[("TaskChannel", "pigeon")],
        &[("RoutingTarget", "XX")],
        &[("WorkflowSid", &office.workflow), ("TaskQueueSid", &format!("WQ{zeros}"))],
        &[("VirtualStartTime", "tomorrow")],
        &[("VirtualStartTime", "2999-01-01T00:00:00Z")],
        &[("Attributes", &*format!("{{\"a\": \"{}\"}}", "x".repeat(5_000)))],
        &[("Attributes", &*"[".repeat(4_000))],
    ] {
        assert_eq!(server.post(&tasks, form).await.refusal(), (400, 20001), "{form:?}");
    }
    for (path, form) in [
        ("Workers", &[][..]),
        ("Workers", &[("FriendlyName", "ALICE")]),
        ("Workers", &[("FriendlyName", "x"), ("ActivitySid", "WA1")]),
        ("TaskQueues", &[("FriendlyName", "q"), ("TargetWorkers", "a = ")]),
        ("TaskQueues", &[("FriendlyName", "q"), ("MaxReservedWorkers", "51")]),
        ("Workflows", &[("FriendlyName", "w"), ("Configuration", "{}")]),
        (
            "Workflows",
            &[
                ("FriendlyName", "w"),
                ("Configuration", "{\"task_routing\": {\"default_filter\": {\"queue\": \"nowhere\"}}}"),
            ],
        ),
        ("TaskChannels", &[("FriendlyName", "c"), ("UniqueName", "1 2")]),
        ("Activities", &[("FriendlyName", "")]),
    ] {
        assert_eq!(
            server.post(&format!("{}/{path}", office.path), form).await.refusal(),
            (400, 20001),
            "{path} {form:?}"
        );
    }
    let latin = server.request(Method::POST, &tasks).body("FriendlyName=caf%E9");
    assert_eq!(server.send(latin).await.refusal(), (400, 20001));
    let many = server.request(Method::POST, &tasks).body("a&".repeat(2_000));
    assert_eq!(server.send(many).await.refusal(), (400, 20001));
    let callback = server.post(&office.path, &[("EventCallbackUrl", "nonsense")]).await;
    assert_eq!(callback.refusal(), (400, 20001));
    for query in ["Ordering=bogus:desc", "Ordering=Priority:bogus", "Ordering=DateCreated,VirtualStartTime"] {
        assert_eq!(server.get(&format!("{tasks}?{query}")).await.refusal(), (400, 20001), "{query}");
    }
    for other in ["application/json", "multipart/form-data; boundary=b"] {
        let given = server.request(Method::POST, &tasks).header("Content-Type", other).body("{}");
        let refused = server.send(given).await;
        assert_eq!(refused.refusal(), (400, 20001));
        assert!(refused.text("message").contains("expected a form"), "{}", refused.body);
    }
    let old = server.get(&format!("{}/CumulativeStatistics?Minutes=99999999", office.path)).await;
    assert_eq!(old.refusal(), (400, 20001));
    assert!(old.text("message").contains("kept from 20"), "{}", old.body);
    let large = server.request(Method::POST, &tasks).body(vec![b'a'; 5 * 1024 * 1024]);
    assert_eq!(server.send(large).await.refusal(), (413, 20413));
    let after = server.get(&format!("{}/Statistics", office.path)).await.body["realtime"].clone();
    assert_eq!(before, after);
}

#[tokio::test]
async fn an_update_of_two_things_is_done_whole_or_not_at_all() {
    let server = Running::start().await;
    let office = server.office().await;
    let form = [("Attributes", "{\"n\": 1}"), ("WorkflowSid", &*office.workflow)];
    let task = format!("{}/Tasks/{}", office.path, server.post(&format!("{}/Tasks", office.path), &form).await.sid());
    let both = [("Attributes", "{\"n\": 2}"), ("AssignmentStatus", "completed")];
    let refused = server.post(&task, &both).await;
    assert_eq!(refused.refusal(), (400, 20001));
    assert!(refused.text("message").ends_with("because it is not currently assigned."));
    assert_eq!(server.get(&task).await.text("attributes"), "{\"n\":1}");
    let both = [("Attributes", "{\"n\": 2}"), ("AssignmentStatus", "canceled"), ("Reason", "no longer wanted")];
    let canceled = server.post(&task, &both).await;
    assert_eq!(
        (canceled.text("attributes"), canceled.text("reason")),
        ("{\"n\":2}".to_owned(), "no longer wanted".to_owned())
    );
}

#[tokio::test]
async fn many_queues_are_asked_for_at_once() {
    let server = Running::start().await;
    let office = server.office().await;
    let queues = server.get(&format!("{}/TaskQueues", office.path)).await;
    let sid = queues.body["task_queues"][0]["sid"].clone();
    let path = format!("{}/TaskQueues/RealTimeStatistics", office.path);
    let ask = |body: Value| {
        server.request(Method::POST, &path).header("Content-Type", "application/json").body(body.to_string())
    };
    for key in ["QueueSids", "queueSids"] {
        let found = server.send(ask(json!({ key: [sid, format!("WQ{}", "0".repeat(32))] }))).await;
        assert_eq!((found.status, &found.body["task_queue_response_count"]), (200, &json!(2)));
        assert_eq!(found.body["task_queue_data"][0]["total_available_workers"], 1);
        assert_eq!(found.body["task_queue_data"][1]["total_eligible_workers"], 0, "a foreign one has zeros");
    }
    for body in [
        json!({}),
        json!({"QueueSids": []}),
        json!({"QueueSids": ["WQ1"]}),
        json!({"QueueSids": vec![sid; 51]}),
        json!(7),
    ] {
        assert_eq!(server.send(ask(body)).await.refusal(), (400, 20001));
    }
}

#[tokio::test]
async fn words_are_read_as_old_clients_write_them() {
    let server = Running::start().await;
    let office = server.office().await;
    let idle =
        server.post(&format!("{}/Activities", office.path), &[("FriendlyName", "Idle"), ("Available", "True")]).await;
    assert_eq!(idle.body["available"], true);
    let tasks = format!("{}/Tasks", office.path);
    for _ in 0..2 {
        server.post(&tasks, &[("Attributes", "{}"), ("WorkflowSid", &office.workflow), ("Unknown", "ignored")]).await;
    }
    for query in [
        "AssignmentStatus=pending,reserved",
        "AssignmentStatus=pending&AssignmentStatus=reserved",
        "AssignmentStatus=PENDING,Reserved",
    ] {
        let found = server.get(&format!("{tasks}?{query}")).await;
        assert_eq!(found.body["tasks"].as_array().unwrap().len(), 2, "{query}");
    }
    let asked =
        server.get(&format!("{}/Workers/{}/Reservations?ReservationStatus=Pending", office.path, office.worker)).await;
    let reservation =
        asked.body["reservations"][0]["url"].as_str().unwrap().strip_prefix(&server.url).unwrap().to_owned();
    let accepted = server.post(&reservation, &[("ReservationStatus", "ACCEPTED")]).await;
    assert_eq!(accepted.text("reservation_status"), "accepted");
    let twice = server.post(&reservation, &[("ReservationStatus", "accepted")]).await;
    assert_eq!(twice.refusal(), (400, 20001));
    let instructed = server.post(&reservation, &[("ReservationStatus", "completed")]).await;
    assert_eq!(instructed.text("reservation_status"), "completed");
}

#[tokio::test]
async fn a_workspace_goes_with_all_that_is_in_it() {
    let server = Running::start().await;
    let office = server.office().await;
    server.post(&format!("{}/Tasks", office.path), &[("Attributes", "{}"), ("WorkflowSid", &office.workflow)]).await;
    assert_eq!(server.delete(&office.path).await.status, 204);
    assert_eq!(server.get(&office.path).await.refusal(), (404, 20404));
    let again = server.office().await;
    assert_ne!(again.path, office.path, "one of the same name is another");
    assert_eq!(server.get(&format!("{}/Tasks", again.path)).await.body["tasks"], json!([]));
}

#[tokio::test]
async fn who_comes_too_fast_is_asked_to_wait() {
    let server = Running::with(|settings| settings.requests_per_second = std::num::NonZeroU32::MIN).await;
    assert_eq!(server.get("/v1/Workspaces").await.status, 200);
    let refused = server.request(Method::GET, "/v1/Workspaces").send().await.unwrap();
    assert_eq!(refused.headers()["retry-after"], "1");
    assert_eq!(got(refused).await.refusal(), (429, 20429));
}

#[tokio::test]
async fn pages_of_other_sites_change_nothing() {
    let server = Running::start().await;
    let office = server.office().await;
    let foreign = |method: Method, path: &str| server.request(method, path).header("Origin", "http://evil.example");
    let create = foreign(Method::POST, &format!("{}/Activities", office.path)).body("FriendlyName=Stolen");
    let create = create.header("Content-Type", "application/x-www-form-urlencoded");
    assert_eq!(server.send(create).await.refusal(), (403, 20403));
    assert_eq!(server.send(foreign(Method::DELETE, &office.path)).await.refusal(), (403, 20403));
    assert_eq!(server.send(foreign(Method::GET, &office.path)).await.status, 200, "looking is what CORS is for");
}
