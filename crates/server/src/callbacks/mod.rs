//! The calls the server makes (surface section 5): event callbacks and assignment callbacks. They leave when what they
//! tell is safe in the journal, at least once each, and routing never waits for them.

mod client;
mod cursor;
mod delivery;
mod instruction;
mod log;
mod signature;

use std::sync::Arc;

use pointsman::ReservationStatus;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{Receiver, Sender, channel, error::TrySendError};

pub(crate) use client::Client;
pub(crate) use delivery::{Batch, Delivery, Kind};
pub(crate) use log::{Exchange, Outcome, RequestLog};

use crate::driver::Driver;
use crate::hub::{Announcement, Hub};
use crate::payload;
use crate::place::Place;
use crate::rest::Site;
use cursor::Cursors;

/// Batches that may wait; what comes when so many wait is told after the next start.
const WAITING: usize = 10_000;
/// Calls at the same time.
const AT_ONCE: usize = 64;

/// Where the driver leaves what is to be delivered.
#[derive(Clone)]
pub(crate) struct Outbox {
    sender: Sender<Batch>,
    site: Arc<Site>,
    log: RequestLog,
}

/// The other end of an outbox.
pub(crate) struct Inbox(Receiver<Batch>);

/// The two ends.
pub(crate) fn boxes(account: &str, log: RequestLog) -> (Outbox, Inbox) {
    let (sender, receiver) = channel(WAITING);
    let site = Arc::new(Site { account: account.to_owned(), base: String::new() });
    (Outbox { sender, site, log }, Inbox(receiver))
}

impl Outbox {
    /// Takes what has happened in one workspace or several, in order. Does not wait.
    pub(crate) fn take(&self, hub: &Hub, announced: &[Announcement]) {
        for run in announced.chunk_by(|a, b| a.workspace == b.workspace) {
            let deliveries = run.iter().flat_map(|it| self.deliveries(hub, it)).collect();
            let Some(last) = run.last() else { continue };
            let batch = Batch { workspace: last.workspace, last: last.event.sequence, deliveries };
            match self.sender.try_send(batch) {
                Ok(()) | Err(TrySendError::Closed(_)) => {}
                Err(TrySendError::Full(batch)) => self.log.overflow(&batch),
            }
        }
    }

    fn deliveries(&self, hub: &Hub, announced: &Announcement) -> Vec<Delivery> {
        let Announcement { workspace: sid, event, tell, ask } = announced;
        let place = Place { site: &self.site, workspace: *sid };
        let of = |kind, fields| Delivery { workspace: *sid, sequence: event.sequence, at: event.at, kind, fields };
        let told = tell
            .as_ref()
            .zip(hub.workspace(*sid))
            .map(|(url, workspace)| of(Kind::Event { url: url.clone() }, payload::event(&place, workspace, event)));
        let waits = |id| {
            let found = hub.workspace(*sid).and_then(|workspace| workspace.engine().reservation(id));
            found.is_some_and(|found| found.status == ReservationStatus::Pending)
        };
        // An answer would come too late for a reservation that has ended meanwhile.
        let pending = event.kind.reservation().filter(|facts| waits(facts.reservation));
        let asked = ask.as_ref().zip(pending).map(|(ask, facts)| {
            of(
                Kind::Assignment { ask: ask.clone(), reservation: facts.reservation },
                payload::assignment(&place, event),
            )
        });
        told.into_iter().chain(asked).collect()
    }
}

/// Delivers until the outbox is dropped.
pub(crate) async fn deliver(mut inbox: Inbox, client: Arc<Client>, driver: Driver, log: RequestLog) {
    let cursors = Cursors::keep(driver.clone());
    let places = Arc::new(Semaphore::new(AT_ONCE));
    while let Some(batch) = inbox.0.recv().await {
        cursors.begin(&batch);
        for delivery in batch.deliveries {
            let Ok(place) = places.clone().acquire_owned().await else { return };
            let (client, driver, log, cursors) = (client.clone(), driver.clone(), log.clone(), cursors.clone());
            tokio::spawn(async move {
                delivery.make(&client, &driver, &log).await;
                cursors.done(delivery.workspace, delivery.sequence);
                drop(place);
            });
        }
    }
}
