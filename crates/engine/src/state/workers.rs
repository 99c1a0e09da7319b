//! Workers, their channels and loads, and who is a member of which queue.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::document::Document;
use super::reservations::Reservations;
use super::table::{Seq, Table};
use crate::catalog::Catalog;
use crate::id::{ActivityId, TaskChannelId, TaskQueueId, WorkerId};
use crate::invariant::{Checked, ensure};
use crate::revision::Revision;
use crate::spec::WorkerChannelSpec;
use crate::status::ReservationStatus;
use crate::time::Timestamp;

/// Someone, or something, that takes tasks.
#[derive(Clone, Debug)]
pub(crate) struct Worker {
    pub(crate) id: WorkerId,
    pub(crate) sid: Arc<str>,
    pub(crate) friendly_name: Arc<str>,
    pub(crate) document: Document,
    pub(crate) activity: ActivityId,
    pub(crate) activity_since: Timestamp,
    pub(crate) channels: BTreeMap<TaskChannelId, WorkerChannel>,
    pub(crate) last_reserved: LastReserved,
    /// Open reservations.
    pub(crate) open: BTreeSet<Seq>,
    pub(crate) revision: Revision,
}

/// When a worker was last reserved. Never comes first, and what lies before the start of the engine comes before
/// its own reservations; the order is that of sequence numbers, not of the clock (rule R2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum LastReserved {
    /// No reservation is known.
    #[default]
    Never,
    /// Made by the engine with this sequence number, or declared with a worker when so many had been made.
    At(Timestamp, u64),
}

/// A worker's share of a task channel.
#[derive(Clone, Debug)]
pub(crate) struct WorkerChannel {
    pub(crate) capacity: u32,
    pub(crate) available: bool,
    pub(crate) pending: u32,
    pub(crate) accepted: u32,
    pub(crate) wrapping: u32,
    pub(crate) last_reserved: LastReserved,
    pub(crate) revision: Revision,
}

impl WorkerChannel {
    pub(crate) fn new(share: WorkerChannelSpec, last_reserved: LastReserved, revision: Revision) -> Self {
        let WorkerChannelSpec { capacity, available } = share;
        Self { capacity, available, pending: 0, accepted: 0, wrapping: 0, last_reserved, revision }
    }

    /// Reservations that take up capacity (semantics section 7.3).
    pub(crate) fn load(&self) -> u32 {
        self.pending + self.accepted + self.wrapping
    }

    /// The free share of the capacity, 0 to 100 (rule R25).
    pub(crate) fn available_capacity_percentage(&self) -> u32 {
        if self.capacity == 0 {
            return 0;
        }
        let free = self.capacity - self.load().min(self.capacity);
        u32::try_from(u64::from(free) * 100 / u64::from(self.capacity)).unwrap_or(100)
    }

    /// Whether one more task fits.
    pub(crate) fn has_room(&self) -> bool {
        self.available && self.load() < self.capacity
    }

    fn count(&mut self, status: ReservationStatus) -> Option<&mut u32> {
        match status {
            ReservationStatus::Pending => Some(&mut self.pending),
            ReservationStatus::Accepted => Some(&mut self.accepted),
            ReservationStatus::Wrapping => Some(&mut self.wrapping),
            ReservationStatus::Completed
            | ReservationStatus::Rejected
            | ReservationStatus::Timeout
            | ReservationStatus::Canceled
            | ReservationStatus::Rescinded => None,
        }
    }
}

/// The table of workers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Workers {
    rows: Table<WorkerId, Worker>,
    /// By friendly name, without regard to case.
    by_name: BTreeMap<String, Seq>,
    members: BTreeMap<TaskQueueId, BTreeSet<Seq>>,
}

impl Workers {
    /// The workers of a snapshot, without their loads.
    #[cfg(feature = "snapshot")]
    pub(crate) fn restored(rows: Table<WorkerId, Worker>) -> Self {
        let by_name = rows.iter().map(|(seq, worker)| (fold(&worker.friendly_name), seq)).collect();
        Self { rows, by_name, ..Self::default() }
    }

    /// Counts an open reservation of a snapshot against the worker's channel.
    #[cfg(feature = "snapshot")]
    pub(crate) fn carry(&mut self, id: WorkerId, channel: TaskChannelId, reservation: Seq, status: ReservationStatus) {
        let Some(worker) = self.rows.get_mut(id) else { return };
        worker.open.insert(reservation);
        if let Some(count) = worker.channels.get_mut(&channel).and_then(|channel| channel.count(status)) {
            *count += 1;
        }
    }

    pub(crate) fn insert(&mut self, worker: Worker) -> Seq {
        let name = fold(&worker.friendly_name);
        let seq = self.rows.insert(worker.id, worker);
        self.by_name.insert(name, seq);
        seq
    }

    pub(crate) fn remove(&mut self, id: WorkerId) {
        let Some(seq) = self.rows.seq(id) else { return };
        if let Some(worker) = self.rows.remove(id) {
            self.by_name.remove(&fold(&worker.friendly_name));
        }
        for members in self.members.values_mut() {
            members.remove(&seq);
        }
    }

    pub(crate) fn rename(&mut self, id: WorkerId, name: Arc<str>) {
        let Some(seq) = self.rows.seq(id) else { return };
        let Some(worker) = self.rows.get_mut(id) else { return };
        self.by_name.remove(&fold(&worker.friendly_name));
        self.by_name.insert(fold(&name), seq);
        worker.friendly_name = name;
    }

    pub(crate) fn next(&self) -> Seq {
        self.rows.next()
    }

    pub(crate) fn get(&self, id: WorkerId) -> Option<&Worker> {
        self.rows.get(id)
    }

    pub(crate) fn get_mut(&mut self, id: WorkerId) -> Option<&mut Worker> {
        self.rows.get_mut(id)
    }

    /// A worker with its place in the creation order.
    pub(crate) fn row(&self, id: WorkerId) -> Option<(Seq, &Worker)> {
        let seq = self.rows.seq(id)?;
        self.rows.at(seq).map(|worker| (seq, worker))
    }

    pub(crate) fn seq(&self, id: WorkerId) -> Option<Seq> {
        self.rows.seq(id)
    }

    pub(crate) fn at(&self, seq: Seq) -> Option<&Worker> {
        self.rows.at(seq)
    }

    pub(crate) fn contains(&self, id: WorkerId) -> bool {
        self.rows.contains(id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Seq, &Worker)> {
        self.rows.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (Seq, &mut Worker)> {
        self.rows.iter_mut()
    }

    /// The worker with this friendly name, without regard to case.
    pub(crate) fn named(&self, name: &str) -> Option<&Worker> {
        self.by_name.get(&fold(name)).and_then(|seq| self.rows.at(*seq))
    }

    /// The first worker that expressions know by this SID.
    pub(crate) fn with_sid(&self, sid: &str) -> Option<&Worker> {
        self.rows.iter().map(|(_, worker)| worker).find(|worker| &*worker.sid == sid)
    }

    /// The workers of a queue, in creation order.
    pub(crate) fn members(&self, queue: TaskQueueId) -> impl Iterator<Item = (Seq, &Worker)> {
        let members = self.members.get(&queue).into_iter().flatten();
        members.filter_map(|seq| self.rows.at(*seq).map(|worker| (*seq, worker)))
    }

    pub(crate) fn is_member(&self, seq: Seq, queue: TaskQueueId) -> bool {
        self.members.get(&queue).is_some_and(|members| members.contains(&seq))
    }

    pub(crate) fn set_member(&mut self, seq: Seq, queue: TaskQueueId, member: bool) {
        let members = self.members.entry(queue).or_default();
        if member {
            members.insert(seq)
        } else {
            members.remove(&seq)
        };
    }

    pub(crate) fn forget_queue(&mut self, queue: TaskQueueId) {
        self.members.remove(&queue);
    }

    /// Counts a new pending reservation against the worker's channel and makes it the last one.
    pub(crate) fn reserve(&mut self, id: WorkerId, channel: TaskChannelId, reservation: Seq, now: Timestamp) {
        let Some(worker) = self.rows.get_mut(id) else { return };
        let last = LastReserved::At(now, reservation.0);
        worker.open.insert(reservation);
        worker.last_reserved = last;
        if let Some(channel) = worker.channels.get_mut(&channel) {
            channel.pending += 1;
            channel.last_reserved = last;
        }
    }

    /// Moves the load of a reservation from one status to another.
    pub(crate) fn shift(
        &mut self,
        id: WorkerId,
        channel: TaskChannelId,
        reservation: Seq,
        from: ReservationStatus,
        to: ReservationStatus,
    ) {
        let Some(worker) = self.rows.get_mut(id) else { return };
        if !to.is_open() {
            worker.open.remove(&reservation);
        }
        let Some(channel) = worker.channels.get_mut(&channel) else { return };
        if let Some(count) = channel.count(from) {
            *count -= 1;
        }
        if let Some(count) = channel.count(to) {
            *count += 1;
        }
    }

    pub(crate) fn check(&self, catalog: &Catalog) -> Checked {
        self.rows.check()?;
        ensure!(self.by_name.len() == self.rows.len(), "the friendly names of workers are unique");
        let channels: BTreeSet<_> = catalog.channels.iter().map(|(_, channel)| channel.id).collect();
        for (seq, worker) in self.rows.iter() {
            let id = worker.id;
            ensure!(
                self.by_name.get(&fold(&worker.friendly_name)) == Some(&seq),
                "{id}: a worker is found by its name"
            );
            ensure!(catalog.activities.contains(worker.activity), "{id}: a worker's activity exists");
            ensure!(worker.channels.keys().eq(channels.iter()), "{id}: a worker has a share of every task channel");
        }
        for (queue, members) in &self.members {
            ensure!(catalog.queues.contains(*queue), "{queue}: members belong to a queue that exists");
            ensure!(members.iter().all(|seq| self.rows.at(*seq).is_some()), "{queue}: members exist");
        }
        Ok(())
    }

    /// The counters are those of the open reservations.
    pub(crate) fn check_load(&self, worker: &Worker, reservations: &Reservations) -> Checked {
        for (channel, share) in &worker.channels {
            let count = |status| {
                let rows = worker.open.iter().filter_map(|seq| reservations.at(*seq));
                rows.filter(|row| row.channel == *channel && row.status == status).count()
            };
            let counted = [ReservationStatus::Pending, ReservationStatus::Accepted, ReservationStatus::Wrapping];
            let counters = [share.pending, share.accepted, share.wrapping];
            for (status, counter) in counted.into_iter().zip(counters) {
                let counted = usize::try_from(counter) == Ok(count(status));
                ensure!(counted, "{}: the {status} load is that of the open reservations", worker.id);
            }
        }
        Ok(())
    }
}

/// The form in which friendly names are compared.
pub(crate) fn fold(name: &str) -> String {
    name.to_lowercase()
}
