//! A worker's socket (surface section 7.2): it tells, and never listens.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::response::Response;
use pointsman::{SetWorkerActivity, Timestamp, WorkerId};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, interval_at, sleep, timeout};

use super::token::{self, Bearer};
use super::told::{Told, What};
use crate::app::App;
use crate::driver::Desk;
use crate::http::refused;
use crate::hub::Action;
use crate::rest::Refusal;
use crate::sid::WorkspaceSid;

/// The client gives up after thirty seconds without a frame.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long a frame may take to leave.
const PATIENCE: Duration = Duration::from_secs(30);

/// How many sockets each worker has, and the number of the next.
#[derive(Clone, Default)]
pub(crate) struct Sessions(Arc<Counts>);

#[derive(Default)]
struct Counts {
    open: Mutex<BTreeMap<WorkerId, usize>>,
    next: AtomicU64,
}

impl Sessions {
    fn begin(&self, worker: WorkerId) -> u64 {
        self.with(|open| *open.entry(worker).or_default() += 1);
        self.0.next.fetch_add(1, Ordering::Relaxed)
    }

    /// Whether it was the worker's last.
    fn end(&self, worker: WorkerId) -> bool {
        self.with(|open| {
            let left = open.get(&worker).copied().unwrap_or_default().saturating_sub(1);
            if left == 0 {
                open.remove(&worker);
            } else {
                open.insert(worker, left);
            }
            left == 0
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut BTreeMap<WorkerId, usize>) -> T) -> T {
        act(&mut self.0.open.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Asked {
    #[serde(default)]
    token: String,
    #[serde(default)]
    close_existing_sessions: Option<String>,
    #[serde(default)]
    set_worker_offline_if_disconnected: Option<String>,
}

/// Opens a socket for a worker whose token holds.
pub(super) async fn open(State(app): State<App>, Query(asked): Query<Asked>, upgrade: WebSocketUpgrade) -> Response {
    let bearer = match token::read(&app.credentials, &asked.token, now()) {
        Ok(bearer) => bearer,
        Err(why) => return refused(&Refusal::no_token(why)),
    };
    let (workspace, Some(worker)) = (bearer.workspace, bearer.worker) else {
        return refused(&Refusal::no_token("the token names no worker"));
    };
    let known = move |desk: &mut Desk<'_>| {
        desk.hub().workspace(workspace).is_some_and(|it| it.engine().worker(worker).is_some())
    };
    match app.driver.ask(known).await {
        Ok(true) => upgrade.on_upgrade(move |socket| session(app, socket, bearer, worker, asked)),
        Ok(false) => refused(&Refusal::no_token("the token's worker is not there")),
        Err(lost) => refused(&App::lost(lost)),
    }
}

fn now() -> Timestamp {
    Timestamp::from_millis(jiff::Timestamp::now().as_millisecond())
}

fn says_yes(text: Option<&String>) -> bool {
    text.is_some_and(|text| text == "true")
}

async fn session(app: App, mut socket: WebSocket, bearer: Bearer, worker: WorkerId, asked: Asked) {
    let number = app.sessions.begin(worker);
    if says_yes(asked.close_existing_sessions.as_ref()) {
        let what = What::OnlySession(number);
        // There may be no other.
        let _ = app.told.send(Arc::new(Told { workspace: bearer.workspace, worker, what }));
    }
    // A socket that breaks ends the session like one that is closed.
    let _ = tell(&app, &mut socket, bearer, worker, number).await;
    let last = app.sessions.end(worker);
    if last && says_yes(asked.set_worker_offline_if_disconnected.as_ref()) {
        // When the server stops, workers stay where they are.
        let _ = app.driver.ask(move |desk| leave(desk, bearer.workspace, worker)).await;
    }
}

/// Sends frames until the socket, the token or the session ends.
async fn tell(
    app: &App,
    socket: &mut WebSocket,
    bearer: Bearer,
    worker: WorkerId,
    number: u64,
) -> Result<(), axum::Error> {
    let mut told = app.told.subscribe();
    let lifetime = bearer.expires.since(now());
    let init = json!({
        "channel_id": worker.to_string(),
        "account_sid": app.credentials.account,
        "workspace_sid": bearer.workspace.to_string(),
        "token_lifetime": lifetime.as_millis(),
    });
    send(socket, json!({"event_type": "init", "payload": init}).to_string()).await?;
    let mut heartbeat = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
    let end = sleep(lifetime);
    tokio::pin!(end);
    loop {
        tokio::select! {
            heard = told.recv() => match heard {
                Ok(heard) if heard.worker == worker && heard.workspace == bearer.workspace => match &heard.what {
                    What::Frame(frame) => send(socket, frame.clone()).await?,
                    What::OnlySession(other) if *other != number => return Ok(()),
                    What::OnlySession(_) => {}
                },
                Ok(_) => {}
                // A client that missed something asks anew when it comes back.
                Err(RecvError::Lagged(_) | RecvError::Closed) => return Ok(()),
            },
            frame = socket.recv() => match frame {
                Some(Ok(Message::Close(_))) | None => return Ok(()),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error),
            },
            _ = heartbeat.tick() => send(socket, " ".to_owned()).await?,
            () = &mut end => return Ok(()),
        }
    }
}

/// A client that does not read is given up.
async fn send(socket: &mut WebSocket, text: String) -> Result<(), axum::Error> {
    timeout(PATIENCE, socket.send(Message::Text(text.into()))).await.map_err(axum::Error::new)?
}

/// The worker goes to the workspace's default activity, which is one that takes no tasks.
fn leave(desk: &mut Desk<'_>, sid: WorkspaceSid, worker: WorkerId) {
    let activity = desk.hub().workspace(sid).and_then(|workspace| {
        let catalog = workspace.engine().catalog();
        let default =
            catalog.activities.iter().find(|it| Some(it.activity) == catalog.default_activity && !it.available);
        default.or_else(|| catalog.activities.iter().find(|it| !it.available)).map(|it| it.activity)
    });
    if let Some(activity) = activity {
        // A worker who has been deleted meanwhile goes nowhere.
        let _ = desk.submit(sid, Action::command(SetWorkerActivity::new(worker, activity)));
    }
}
