//! A worker's socket (surface section 7.2): it tells, and never listens.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Extension;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{RawQuery, State};
use axum::response::Response;
use pointsman::{SetWorkerActivity, WorkerId};
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, interval_at, sleep};

use super::token::{self, Bearer};
use super::told::{Told, What};
use crate::app::App;
use crate::driver::Desk;
use crate::http::{Seat, params, refused};
use crate::hub::Action;
use crate::rest::Refusal;
use crate::settings::now;
use crate::sid::WorkspaceSid;

/// The client gives up after thirty seconds without a frame.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Sockets of one worker at the same time.
const SESSIONS: usize = 20;

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

    /// How many the worker has.
    fn open(&self, worker: WorkerId) -> usize {
        self.with(|open| open.get(&worker).copied().unwrap_or_default())
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

/// Opens a socket for a worker whose token holds.
pub(super) async fn open(
    State(app): State<App>,
    Extension(seat): Extension<Seat>,
    RawQuery(query): RawQuery,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    match asked(&app, &query.unwrap_or_default(), upgrade).await {
        Ok((asked, upgrade)) => upgrade.on_upgrade(move |socket| async move {
            session(app, socket, asked).await;
            drop(seat);
        }),
        Err(refusal) => refused(&refusal),
    }
}

/// Who asks for a socket, and how it is to be.
struct Asked {
    bearer: Bearer,
    worker: WorkerId,
    closes_others: bool,
    leaves_offline: bool,
}

async fn asked(
    app: &App,
    query: &str,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<(Asked, WebSocketUpgrade), Refusal> {
    let params = params(query)?;
    let bearer = token::read(&app.credentials, params.text("token").unwrap_or_default(), now());
    let bearer = bearer.map_err(Refusal::no_token)?;
    let worker = bearer.worker.ok_or_else(|| Refusal::no_token("the token names no worker"))?;
    let known = move |desk: &mut Desk<'_>| {
        desk.hub().workspace(bearer.workspace).is_some_and(|it| it.engine().worker(worker).is_some())
    };
    if !app.driver.ask(known).await.map_err(App::lost)? {
        return Err(Refusal::no_token("the token's worker is not there"));
    }
    if app.sessions.open(worker) >= SESSIONS {
        return Err(Refusal::too_many());
    }
    let upgrade = upgrade.map_err(|rejection| Refusal::invalid(rejection.body_text()))?;
    let says = |name: &str| params.flag(name).unwrap_or(false);
    let (closes_others, leaves_offline) = (says("closeExistingSessions"), says("setWorkerOfflineIfDisconnected"));
    Ok((Asked { bearer, worker, closes_others, leaves_offline }, upgrade))
}

async fn session(app: App, mut socket: WebSocket, asked: Asked) {
    let Asked { bearer, worker, closes_others, leaves_offline } = asked;
    let number = app.sessions.begin(worker);
    if closes_others {
        let what = What::OnlySession(number);
        // There may be no other.
        let _ = app.told.send(Arc::new(Told { workspace: bearer.workspace, worker: Some(worker), what }));
    }
    // A socket that breaks ends the session like one that is closed.
    let _ = tell(&app, &mut socket, bearer, worker, number).await;
    let last = app.sessions.end(worker);
    if last && leaves_offline {
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
                Ok(heard) if concerns(&heard, bearer, worker) => match &heard.what {
                    What::Gone => return Ok(()),
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

fn concerns(told: &Told, bearer: Bearer, worker: WorkerId) -> bool {
    told.workspace == bearer.workspace && told.worker.is_none_or(|other| other == worker)
}

/// A client that does not read on is given up by its connection.
async fn send(socket: &mut WebSocket, text: String) -> Result<(), axum::Error> {
    socket.send(Message::Text(text.into())).await
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
