//! The console: pages rendered by the server, which work without a script and keep themselves up to date with one. Its
//! forms are calls of the REST surface, so that nothing is decided here.

mod events;
mod explain;
mod forms;
mod frame;
mod requests;
mod reservations;
mod task;
mod tasks;
mod workers;
mod workflows;
mod workspaces;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use maud::html;
use serde::Deserialize;

use self::frame::{Page, Tab, page};
use crate::app::App;
use crate::driver::Desk;
use crate::hub::Workspace;

/// Everything below the root that is not REST.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/", get(all))
        .route("/workspaces/{workspace}", get(overview))
        .route("/workspaces/{workspace}/tasks", get(waiting))
        .route("/workspaces/{workspace}/tasks/{task}", get(one_task))
        .route("/workspaces/{workspace}/tasks/{task}/explain", get(explained))
        .route("/workspaces/{workspace}/workers", get(staff))
        .route("/workspaces/{workspace}/workflows", get(documents))
        .route("/workspaces/{workspace}/workflows/{workflow}", get(drawn))
        .route("/workspaces/{workspace}/reservations", get(asked))
        .route("/workspaces/{workspace}/events", get(happened))
        .route("/workspaces/{workspace}/requests", get(called))
        .route("/do/{*path}", post(forms::submit))
        .route("/console.css", get(|| async { ([(CONTENT_TYPE, "text/css")], include_str!("style.css")) }))
        .route("/console.js", get(|| async { ([(CONTENT_TYPE, "text/javascript")], include_str!("refresh.js")) }))
}

/// What a list is narrowed to.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Narrowed {
    status: String,
    kind: String,
    page: String,
}

impl Narrowed {
    /// Which page, from 0; the first one where it says none.
    fn page(&self) -> usize {
        self.page.parse().unwrap_or(0)
    }
}

async fn all(State(app): State<App>) -> Response {
    rendered(&app, |desk| Some(workspaces::list(desk))).await
}

async fn overview(State(app): State<App>, Path(sid): Path<String>) -> Response {
    within(&app, sid, |desk, workspace| Some(workspaces::one(desk, workspace))).await
}

async fn waiting(State(app): State<App>, Path(sid): Path<String>, Query(narrowed): Query<Narrowed>) -> Response {
    within(&app, sid, move |desk, workspace| Some(tasks::list(desk, workspace, &narrowed))).await
}

async fn one_task(State(app): State<App>, Path((sid, task)): Path<(String, String)>) -> Response {
    within(&app, sid, move |desk, workspace| task::show(desk, workspace, &task)).await
}

async fn staff(State(app): State<App>, Path(sid): Path<String>) -> Response {
    within(&app, sid, |desk, workspace| Some(workers::list(desk, workspace))).await
}

async fn documents(State(app): State<App>, Path(sid): Path<String>) -> Response {
    within(&app, sid, |_, workspace| Some(workflows::list(workspace))).await
}

async fn asked(State(app): State<App>, Path(sid): Path<String>, Query(narrowed): Query<Narrowed>) -> Response {
    within(&app, sid, move |desk, workspace| Some(reservations::list(desk, workspace, &narrowed))).await
}

async fn happened(State(app): State<App>, Path(sid): Path<String>, Query(narrowed): Query<Narrowed>) -> Response {
    within(&app, sid, move |_, workspace| Some(events::list(workspace, &narrowed))).await
}

async fn called(State(app): State<App>, Path(sid): Path<String>) -> Response {
    let log = app.requests.clone();
    within(&app, sid, move |_, workspace| Some(requests::list(workspace, &log))).await
}

/// The judgement takes longer than a look: it is made of a copy, outside of the driver's thread.
async fn explained(State(app): State<App>, Path((sid, task)): Path<(String, String)>) -> Response {
    let copied =
        app.driver.ask(move |desk| find(desk, &sid).map(|workspace| explain::Copied::of(workspace, desk.now()))).await;
    let made = copied.ok().flatten().map(|copied| tokio::task::spawn_blocking(move || copied.page(&task)));
    let found = match made {
        Some(made) => made.await.ok().flatten(),
        None => None,
    };
    found.as_ref().map_or_else(missing, page)
}

async fn drawn(State(app): State<App>, Path((sid, workflow)): Path<(String, String)>) -> Response {
    let copied = app.driver.ask(move |desk| find(desk, &sid).and_then(|it| workflows::Copied::of(it, &workflow))).await;
    let made = copied.ok().flatten().map(|copied| tokio::task::spawn_blocking(move || copied.page()));
    let found = match made {
        Some(made) => made.await.ok(),
        None => None,
    };
    found.as_ref().map_or_else(missing, page)
}

/// A page about a workspace.
async fn within(
    app: &App,
    sid: String,
    show: impl FnOnce(&Desk<'_>, &Workspace) -> Option<Page> + Send + 'static,
) -> Response {
    rendered(app, move |desk| find(desk, &sid).and_then(|workspace| show(desk, workspace))).await
}

async fn rendered(app: &App, show: impl FnOnce(&Desk<'_>) -> Option<Page> + Send + 'static) -> Response {
    match app.driver.ask(move |desk| show(desk)).await {
        Ok(Some(found)) => page(&found),
        Ok(None) => missing(),
        Err(lost) => problem(StatusCode::SERVICE_UNAVAILABLE, &lost.to_string()),
    }
}

fn find<'a>(desk: &'a Desk<'_>, sid: &str) -> Option<&'a Workspace> {
    desk.hub().workspace(sid.parse().ok()?)
}

fn missing() -> Response {
    problem(StatusCode::NOT_FOUND, "There is nothing here; a task that has ended is gone after five minutes.")
}

/// A page that says what is wrong.
pub(crate) fn problem(status: StatusCode, message: &str) -> Response {
    let body = html! { p.sentence { (message) } p { a href="/" { "All workspaces" } } };
    let shown = page(&Page { title: "Not possible".to_owned(), workspace: None, tab: Tab::None, still: true, body });
    (status, shown).into_response()
}
