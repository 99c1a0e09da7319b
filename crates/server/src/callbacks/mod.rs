//! The calls the server makes (surface section 5): event callbacks and assignment callbacks. They leave when what they
//! tell is safe in the journal, at least once each, and routing never waits for them.

mod client;
mod cursor;
mod delivery;
mod instruction;
mod log;
mod patience;
mod signature;

use std::collections::BTreeMap;
use std::sync::Arc;

use pointsman::ReservationStatus;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{Receiver, Sender, channel, error::TrySendError};

pub(crate) use client::Client;
use delivery::Consequence;
pub(crate) use delivery::{Batch, Delivery, Kind};
pub(crate) use log::{Exchange, Outcome, RequestLog};

use crate::driver::Driver;
use crate::hub::{Announcement, Hub};
use crate::payload;
use crate::place::Place;
use crate::rest::Site;
use crate::sid::WorkspaceSid;
use cursor::Cursors;
use patience::Patience;

/// Batches, and calls of a kind in a workspace, that may wait; what comes when so many wait is told after the next start.
const WAITING: usize = 10_000;
/// Calls of a kind in a workspace at the same time.
const AT_ONCE: usize = 32;

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

/// Delivers until the outbox is dropped. No workspace waits for another, and what asks does not wait for what tells.
pub(crate) async fn deliver(mut inbox: Inbox, client: Arc<Client>, driver: Driver, log: RequestLog) {
    let courier =
        Courier { cursors: Cursors::keep(driver.clone()), client, driver, log, patience: Patience::default() };
    let mut lanes: BTreeMap<WorkspaceSid, Lanes> = BTreeMap::new();
    while let Some(batch) = inbox.0.recv().await {
        courier.cursors.begin(&batch);
        if !batch.deliveries.is_empty() {
            lanes.retain(|_, lanes| lanes.are_in_use());
        }
        for delivery in batch.deliveries {
            lanes.entry(delivery.workspace).or_insert_with(Lanes::new).send(&courier, delivery);
        }
    }
}

/// The ways out of a workspace.
struct Lanes {
    asking: Lane,
    telling: Lane,
}

impl Lanes {
    fn new() -> Self {
        Self { asking: Lane::new(), telling: Lane::new() }
    }

    fn are_in_use(&self) -> bool {
        self.asking.is_in_use() || self.telling.is_in_use()
    }

    fn send(&self, courier: &Courier, delivery: Delivery) {
        let lane = match delivery.kind {
            Kind::Assignment { .. } => &self.asking,
            Kind::Event { .. } => &self.telling,
        };
        lane.send(courier.clone(), delivery);
    }
}

/// Some at a time, the others in order, up to a number.
struct Lane {
    at_once: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl Lane {
    fn new() -> Self {
        Self { at_once: Arc::new(Semaphore::new(AT_ONCE)), waiting: Arc::new(Semaphore::new(WAITING)) }
    }

    fn is_in_use(&self) -> bool {
        self.waiting.available_permits() < WAITING
    }

    fn send(&self, courier: Courier, delivery: Delivery) {
        let Ok(waiting) = self.waiting.clone().try_acquire_owned() else {
            return courier.log.overflow(&delivery);
        };
        let at_once = self.at_once.clone();
        tokio::spawn(async move {
            // Nobody closes the semaphore; it is fair, so that nobody overtakes.
            let place = at_once.acquire_owned().await;
            let consequence = courier.call(&delivery).await;
            drop(place);
            courier.conclude(&delivery, consequence).await;
            drop(waiting);
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
    patience: Patience,
}

impl Courier {
    async fn call(&self, delivery: &Delivery) -> Option<Consequence> {
        delivery.make(&self.client, &self.log, &self.patience).await
    }

    /// What follows from a call holds up no other.
    async fn conclude(&self, delivery: &Delivery, consequence: Option<Consequence>) {
        if let Some(consequence) = consequence {
            tokio::time::sleep(consequence.after).await;
            delivery.conclude(&self.driver, consequence).await;
        }
        self.cursors.done(delivery.workspace, delivery.sequence);
    }
}
