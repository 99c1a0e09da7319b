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

/// Batches, and events, that may wait; what comes when so many wait is told after the next start.
const WAITING: usize = 10_000;
/// Calls of a kind at the same time.
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
                Err(TrySendError::Full(batch)) => batch.deliveries.iter().for_each(|it| self.log.overflow(it)),
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

/// Delivers until the outbox is dropped. What asks does not wait for what tells.
pub(crate) async fn deliver(mut inbox: Inbox, client: Arc<Client>, driver: Driver, log: RequestLog) {
    let courier = Courier { cursors: Cursors::keep(driver.clone()), client, driver, log };
    let (events, told) = channel(WAITING);
    let asking = Arc::new(Semaphore::new(AT_ONCE));
    tokio::spawn(tell(told, courier.clone()));
    while let Some(batch) = inbox.0.recv().await {
        courier.cursors.begin(&batch);
        for delivery in batch.deliveries {
            match delivery.kind {
                Kind::Assignment { .. } => courier.send(delivery, asking.clone()),
                Kind::Event { .. } => {
                    if let Err(TrySendError::Full(delivery)) = events.try_send(delivery) {
                        courier.log.overflow(&delivery);
                    }
                }
            }
        }
    }
}

/// Tells events, so many at a time.
async fn tell(mut events: Receiver<Delivery>, courier: Courier) {
    let telling = Arc::new(Semaphore::new(AT_ONCE));
    while let Some(delivery) = events.recv().await {
        let Ok(place) = telling.clone().acquire_owned().await else { return };
        let courier = courier.clone();
        tokio::spawn(async move {
            courier.deliver(&delivery).await;
            drop(place);
        });
    }
}

/// What makes deliveries.
#[derive(Clone)]
struct Courier {
    cursors: Cursors,
    client: Arc<Client>,
    driver: Driver,
    log: RequestLog,
}

impl Courier {
    /// Makes a delivery as soon as there is a place.
    fn send(&self, delivery: Delivery, places: Arc<Semaphore>) {
        let courier = self.clone();
        tokio::spawn(async move {
            let place = places.acquire_owned().await;
            courier.deliver(&delivery).await;
            drop(place);
        });
    }

    async fn deliver(&self, delivery: &Delivery) {
        delivery.make(&self.client, &self.driver, &self.log).await;
        self.cursors.done(delivery.workspace, delivery.sequence);
    }
}
