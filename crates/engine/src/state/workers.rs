//! Workers, their channels and loads, and who is a member of which queue.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use litemap::LiteMap;

use super::document::Document;
use super::reservations::Reservations;
use super::table::{Seq, Table};
use crate::catalog::Catalog;
use crate::event::WorkerFacts;
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
    pub(crate) channels: LiteMap<TaskChannelId, WorkerChannel>,
    pub(crate) last_reserved: LastReserved,
    /// Open reservations, in creation order.
    pub(crate) open: Vec<Seq>,
    /// The queues whose expressions hold for it, sorted.
    pub(crate) queues: Vec<TaskQueueId>,
    pub(crate) revision: Revision,
    /// What events said of it last: they say it again as long as it is what there is to say.
    pub(crate) told: Option<Arc<WorkerFacts>>,
}

impl Worker {
    /// Whether it is a member of the queue.
    pub(crate) fn is_in(&self, queue: TaskQueueId) -> bool {
        self.queues.binary_search(&queue).is_ok()
    }
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
    /// By the SID that expressions know; two workers may have one.
    by_sid: BTreeMap<Arc<str>, Vec<Seq>>,
    members: BTreeMap<TaskQueueId, BTreeSet<Seq>>,
    touched: Vec<(Seq, Touch)>,
}

/// What of a worker changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Touch {
    /// What was asked of it is answered: it holds as much as before.
    Answer,
    /// What it holds, or what it may hold: its channels, activity, last reservation.
    Load,
    /// Who it is: attributes, name, queues.
    Who,
}

impl Workers {
    /// The workers of a snapshot, without their loads.
    #[cfg(feature = "snapshot")]
    pub(crate) fn restored(rows: Table<WorkerId, Worker>) -> Self {
        let mut workers = Self { rows, ..Self::default() };
        let all: Vec<Seq> = workers.rows.iter().map(|(seq, _)| seq).collect();
        all.into_iter().for_each(|seq| workers.name(seq));
        workers
    }

    /// Counts an open reservation of a snapshot against the worker's channel.
    #[cfg(feature = "snapshot")]
    pub(crate) fn carry(&mut self, id: WorkerId, channel: TaskChannelId, reservation: Seq, status: ReservationStatus) {
        let Some(worker) = self.rows.get_mut(id) else { return };
        worker.open.push(reservation);
        if let Some(count) = worker.channels.get_mut(&channel).and_then(|channel| channel.count(status)) {
            *count += 1;
        }
    }

    pub(crate) fn insert(&mut self, worker: Worker) -> Seq {
        let seq = self.rows.insert(worker.id, worker);
        self.name(seq);
        seq
    }

    /// Makes a worker known by its names.
    fn name(&mut self, seq: Seq) {
        let Some(worker) = self.rows.at(seq) else { return };
        self.by_name.insert(fold(&worker.friendly_name), seq);
        let same = self.by_sid.entry(worker.sid.clone()).or_insert_with(|| Vec::with_capacity(1));
        if let Err(at) = same.binary_search(&seq) {
            same.insert(at, seq);
        }
        self.touch(seq, Touch::Who);
    }

    pub(crate) fn remove(&mut self, id: WorkerId) {
        let Some(seq) = self.rows.seq(id) else { return };
        if let Some(worker) = self.rows.remove(id) {
            self.by_name.remove(&fold(&worker.friendly_name));
            let same = self.by_sid.get_mut(&worker.sid);
            let nobody = same.is_some_and(|same| {
                same.retain(|other| *other != seq);
                same.is_empty()
            });
            if nobody {
                self.by_sid.remove(&worker.sid);
            }
        }
        self.touch(seq, Touch::Who);
        for members in self.members.values_mut() {
            members.remove(&seq);
        }
    }

    pub(crate) fn rename(&mut self, seq: Seq, name: Arc<str>) {
        let Some(worker) = self.rows.at_mut(seq) else { return };
        self.by_name.remove(&fold(&worker.friendly_name));
        worker.friendly_name = name;
        self.name(seq);
    }

    pub(crate) fn describe(&mut self, seq: Seq, document: Document) {
        self.touch(seq, Touch::Who);
        if let Some(worker) = self.rows.at_mut(seq) {
            worker.document = document;
        }
    }

    pub(crate) fn next(&self) -> Seq {
        self.rows.next()
    }

    pub(crate) fn get(&self, id: WorkerId) -> Option<&Worker> {
        self.rows.get(id)
    }

    /// A worker whose load or limits change.
    pub(crate) fn at_mut(&mut self, seq: Seq) -> Option<&mut Worker> {
        self.touch(seq, Touch::Load);
        self.rows.at_mut(seq)
    }

    /// What there is to say of a worker now, made anew only when it has changed.
    pub(crate) fn told(&mut self, seq: Seq, make: impl FnOnce(&Worker) -> WorkerFacts) -> Option<Arc<WorkerFacts>> {
        let worker = self.rows.at_mut(seq)?;
        let holds = worker.told.take().filter(|told| told.revision == worker.revision);
        let told = holds.unwrap_or_else(|| Arc::new(make(worker)));
        worker.told = Some(Arc::clone(&told));
        Some(told)
    }

    /// A worker with its place in the creation order.
    pub(crate) fn row(&self, id: WorkerId) -> Option<(Seq, &Worker)> {
        self.rows.row(id)
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

    /// Changes every worker.
    pub(crate) fn modify_all(&mut self, mut change: impl FnMut(&mut Worker)) {
        for (seq, worker) in self.rows.iter_mut() {
            change(worker);
            self.touched.push((seq, Touch::Who));
        }
    }

    fn touch(&mut self, seq: Seq, touch: Touch) {
        if self.touched.last() != Some(&(seq, touch)) {
            self.touched.push((seq, touch));
        }
    }

    /// The workers that were created, changed or removed since this list was passed on; some of them several times.
    pub(crate) fn touched(&self) -> &[(Seq, Touch)] {
        &self.touched
    }

    pub(crate) fn pass_touched(&mut self) {
        self.touched.clear();
    }

    /// The worker with this friendly name, without regard to case.
    pub(crate) fn named(&self, name: &str) -> Option<(Seq, &Worker)> {
        let seq = *self.by_name.get(&fold(name))?;
        self.rows.at(seq).map(|worker| (seq, worker))
    }

    /// The workers that expressions know by this SID, in creation order.
    pub(crate) fn with_sid<'w>(&'w self, sid: &str) -> impl Iterator<Item = (Seq, &'w Worker)> + use<'w> {
        let same = self.by_sid.get(sid).into_iter().flatten();
        same.filter_map(|seq| self.rows.at(*seq).map(|worker| (*seq, worker)))
    }

    /// The workers of a queue, in creation order.
    pub(crate) fn members(&self, queue: TaskQueueId) -> impl Iterator<Item = (Seq, &Worker)> {
        let members = self.members.get(&queue).into_iter().flatten();
        members.filter_map(|seq| self.rows.at(*seq).map(|worker| (*seq, worker)))
    }

    pub(crate) fn is_member(&self, seq: Seq, queue: TaskQueueId) -> bool {
        self.rows.at(seq).is_some_and(|worker| worker.is_in(queue))
    }

    /// Makes a worker a member of these queues, sorted, and no others.
    pub(crate) fn join(&mut self, seq: Seq, queues: &[TaskQueueId]) {
        let before = self.rows.at(seq).map(|worker| worker.queues.clone()).unwrap_or_default();
        for left in before.iter().filter(|queue| queues.binary_search(queue).is_err()) {
            self.set_member(seq, *left, false);
        }
        for joined in queues.iter().filter(|queue| before.binary_search(queue).is_err()) {
            self.set_member(seq, *joined, true);
        }
    }

    pub(crate) fn set_member(&mut self, seq: Seq, queue: TaskQueueId, member: bool) {
        let members = self.members.entry(queue).or_default();
        let changed = if member { members.insert(seq) } else { members.remove(&seq) };
        let Some(worker) = self.rows.at_mut(seq).filter(|_| changed) else { return };
        match (worker.queues.binary_search(&queue), member) {
            (Err(at), true) => worker.queues.insert(at, queue),
            (Ok(at), false) => drop(worker.queues.remove(at)),
            (Ok(_), true) | (Err(_), false) => {}
        }
        self.touch(seq, Touch::Who);
    }

    pub(crate) fn forget_queue(&mut self, queue: TaskQueueId) {
        let members: Vec<Seq> = self.members.get(&queue).into_iter().flatten().copied().collect();
        members.into_iter().for_each(|seq| self.set_member(seq, queue, false));
        self.members.remove(&queue);
    }

    /// Counts a new pending reservation against the worker's channel and makes it the last one.
    pub(crate) fn reserve(&mut self, seq: Seq, channel: TaskChannelId, reservation: Seq, now: Timestamp) {
        let Some(worker) = self.at_mut(seq) else { return };
        let last = LastReserved::At(now, reservation.0);
        worker.open.push(reservation);
        worker.last_reserved = last;
        if let Some(channel) = worker.channels.get_mut(&channel) {
            channel.pending += 1;
            channel.last_reserved = last;
        }
    }

    /// Moves the load of a reservation from one status to another.
    pub(crate) fn shift(
        &mut self,
        seq: Seq,
        channel: TaskChannelId,
        reservation: Seq,
        from: ReservationStatus,
        to: ReservationStatus,
    ) {
        self.touch(seq, if to.is_open() { Touch::Answer } else { Touch::Load });
        let Some(worker) = self.rows.at_mut(seq) else { return };
        if !to.is_open() {
            worker.open.retain(|open| *open != reservation);
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
        ensure!(self.touched.is_empty(), "after settling every worker has been looked at");
        ensure!(self.by_name.len() == self.rows.len(), "the friendly names of workers are unique");
        let channels: BTreeSet<_> = catalog.channels.iter().map(|(_, channel)| channel.id).collect();
        for (seq, worker) in self.rows.iter() {
            let id = worker.id;
            ensure!(
                self.by_name.get(&fold(&worker.friendly_name)) == Some(&seq),
                "{id}: a worker is found by its name"
            );
            ensure!(self.with_sid(&worker.sid).any(|(same, _)| same == seq), "{id}: a worker is found by its SID");
            let queues =
                worker.queues.iter().all(|queue| self.members.get(queue).is_some_and(|all| all.contains(&seq)));
            ensure!(queues, "{id}: a worker is a member of its queues");
            ensure!(catalog.activities.contains(worker.activity), "{id}: a worker's activity exists");
            ensure!(worker.channels.keys().eq(channels.iter()), "{id}: a worker has a share of every task channel");
        }
        for (queue, members) in &self.members {
            ensure!(catalog.queues.contains(*queue), "{queue}: members belong to a queue that exists");
            let known = members.iter().all(|seq| self.rows.at(*seq).is_some_and(|worker| worker.is_in(*queue)));
            ensure!(known, "{queue}: members know it");
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
