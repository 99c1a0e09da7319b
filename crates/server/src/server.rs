//! A server from its settings: everything put together, started, and ended in order.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;

use pointsman::BEHAVIOUR;
use pointsman_journal::{DiskJournal, Journal, JournalError, MemoryJournal};
use tokio::net::TcpListener;
use tokio::sync::broadcast;

use crate::app::App;
use crate::bridge;
use crate::callbacks::{Client, Inbox, RequestLog, boxes, deliver};
use crate::driver::{Desk, Driver};
use crate::http::{router, serve};
use crate::hub::{Announcement, Hub};
use crate::recovery::RecoveryError;
use crate::rest::Site;
use crate::settings::{Settings, now};

/// What sockets may lag behind before they are closed.
const TOLD: usize = 4_096;

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The journal, or what it leads to.
    #[error(transparent)]
    Recovery(#[from] RecoveryError),
    /// The client for callbacks.
    #[error("cannot make the client for callbacks: {0}")]
    Client(reqwest::Error),
}

impl From<JournalError> for StartError {
    fn from(error: JournalError) -> Self {
        Self::Recovery(error.into())
    }
}

/// A server whose state is there and whose clock runs, not yet listening.
pub struct Server {
    app: App,
    inbox: Inbox,
    client: Arc<Client>,
    repaired: Option<String>,
}

impl Server {
    /// Recovers the state and starts its thread.
    ///
    /// # Errors
    /// When the journal cannot be opened or does not lead to the state it was written in.
    pub fn start(settings: &Settings) -> Result<Self, StartError> {
        let (journal, repaired) = journal(settings.data.as_deref())?;
        let (requests, (told, _)) = (RequestLog::default(), broadcast::channel(TOLD));
        let (outbox, inbox) = boxes(&settings.account_sid, requests.clone());
        let token = settings.credentials().token;
        let client = Client::new(token, settings.any_callback_address).map_err(StartError::Client)?;
        let herald = {
            let (told, site) = (told.clone(), Site { account: settings.account_sid.clone(), base: String::new() });
            Box::new(move |hub: &Hub, announced: Vec<Announcement>| {
                outbox.take(hub, &announced);
                bridge::tell(hub, &site, &announced, &told);
            })
        };
        let driver = Driver::start(journal, Box::new(now), herald)?;
        let app = App::new(settings, driver, requests, told);
        Ok(Self { app, inbox, client: Arc::new(client), repaired })
    }

    /// What had to be cut from the journal's end, when the last process did not come to its own.
    pub fn repaired(&self) -> Option<&str> {
        self.repaired.as_deref()
    }

    /// Has something done at the state before anybody else can: loading a workspace, for example.
    pub async fn prepare<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Desk<'_>) -> T + Send + 'static,
    ) -> Option<T> {
        self.app.driver.ask(work).await.ok()
    }

    /// Listens until told to stop; then ends what is under way, and leaves a snapshot.
    ///
    /// # Errors
    /// When the snapshot cannot be written; the journal is complete all the same.
    pub async fn run(self, listener: TcpListener, stop: impl Future<Output = ()>) -> Result<(), JournalError> {
        let Self { mut app, inbox, client, .. } = self;
        if let Ok(address) = listener.local_addr() {
            app.address = address;
        }
        let deliveries = tokio::spawn(deliver(inbox, client, app.driver.clone(), app.requests.clone()));
        serve(listener, router(app.clone()), stop).await;
        let stopped = app.driver.stop().await;
        deliveries.abort();
        stopped
    }
}

/// The journal, and what had to be cut from its end.
fn journal(data: Option<&Path>) -> Result<(Box<dyn Journal>, Option<String>), JournalError> {
    let Some(dir) = data else { return Ok((Box::new(MemoryJournal::new(BEHAVIOUR)), None)) };
    let journal = DiskJournal::open(dir, BEHAVIOUR)?;
    let repaired = journal.repaired();
    Ok((Box::new(journal), repaired))
}
