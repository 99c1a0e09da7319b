//! Commands about workers: attributes, activity, channels, membership (semantics sections 6 and 7).

use std::collections::BTreeMap;
use std::sync::Arc;

use litemap::LiteMap;

use pointsman_expr::Root;

use super::reservations::Goes;
use super::{Step, attributes, is_version};
use crate::catalog::{Activity, friendly_name, range};
use crate::command::{DeleteWorker, SetWorkerActivity, UpdateWorker, UpdateWorkerChannel};
use crate::event::{EventKind, WorkerActivityFacts, WorkerChannelFacts};
use crate::facts;
use crate::id::{ActivityId, TaskChannelId, WorkerId};
use crate::reject::{Rejection, Versioned};
use crate::revision::Revision;
use crate::spec::{WorkerChannelSpec, WorkerSpec};
use crate::state::document::Document;
use crate::state::table::Seq;
use crate::state::workers::{LastReserved, Worker, WorkerChannel};
use crate::status::ReservationStatus;

impl Step<'_> {
    pub(super) fn create_worker(&mut self, spec: WorkerSpec) -> Result<(), Rejection> {
        let worker = self.check_create_worker(spec)?;
        let id = worker.id;
        let seq = self.state.workers.insert(worker);
        self.refresh_membership(seq);
        self.emit_worker(id, EventKind::WorkerCreated);
        Ok(())
    }

    fn check_create_worker(&self, spec: WorkerSpec) -> Result<Worker, Rejection> {
        if self.state.workers.contains(spec.worker) {
            return Err(Rejection::WorkerExists(spec.worker));
        }
        self.name_is_free(&spec.friendly_name, None)?;
        let activity = self.activity(spec.activity.unwrap_or(self.catalog.default_activity))?.id;
        for channel in spec.channels.keys() {
            self.channel(*channel)?;
        }
        let name = friendly_name(&spec.friendly_name)?;
        let attributes = attributes(spec.attributes)?;
        for share in spec.channels.values() {
            range("the capacity", share.capacity, 0, self.catalog.limits.capacity)?;
        }
        let made = self.state.reservations.next().0 - 1;
        let idle_since = spec.idle_for.map(|span| LastReserved::At(self.now.before(span), made));
        let last_reserved = idle_since.unwrap_or_default();
        Ok(Worker {
            id: spec.worker,
            sid: spec.sid.map_or_else(|| spec.worker.to_string().into(), Arc::from),
            friendly_name: name,
            document: Document::new(attributes, self.catalog.selectors.of(Root::Worker)),
            activity,
            activity_since: self.now,
            channels: self.worker_channels(&spec.channels, last_reserved),
            last_reserved,
            open: Vec::new(),
            queues: Vec::new(),
            revision: Revision::first(self.now),
            told: None,
        })
    }

    /// A share of every channel there is.
    fn worker_channels(
        &self,
        given: &BTreeMap<TaskChannelId, WorkerChannelSpec>,
        last_reserved: LastReserved,
    ) -> LiteMap<TaskChannelId, WorkerChannel> {
        let channels = self.catalog.channels.iter().map(|(_, channel)| channel.id);
        let share = |id| given.get(&id).copied().unwrap_or_default();
        let revision = Revision::first(self.now);
        channels.map(|id| (id, WorkerChannel::new(share(id), last_reserved, revision))).collect()
    }

    pub(super) fn activity(&self, id: ActivityId) -> Result<&Activity, Rejection> {
        self.catalog.activities.get(id).ok_or(Rejection::UnknownActivity(id))
    }

    fn name_is_free(&self, name: &str, renamed: Option<WorkerId>) -> Result<(), Rejection> {
        match self.state.workers.named(name) {
            Some((_, holder)) if Some(holder.id) != renamed => {
                Err(Rejection::WorkerNameTaken { name: name.to_owned(), taken_by: holder.id })
            }
            Some(_) | None => Ok(()),
        }
    }

    pub(super) fn set_worker_activity(&mut self, command: &SetWorkerActivity) -> Result<(), Rejection> {
        let update = UpdateWorker::new(command.worker).activity(command.activity);
        let update = update.reject_pending_reservations(command.reject_pending_reservations);
        self.update_worker(UpdateWorker { if_version: command.if_version, ..update })
    }

    pub(super) fn update_worker(&mut self, command: UpdateWorker) -> Result<(), Rejection> {
        let id = command.worker;
        let change = self.check_update_worker(command)?;
        if change.document.is_some() || change.name.is_some() {
            self.describe(change.worker, change.document, change.name);
            self.refresh_membership(change.worker);
            self.emit_worker(id, EventKind::WorkerAttributesUpdated);
        }
        if let Some(activity) = change.activity {
            self.set_activity(change.worker, activity);
        }
        if change.reject_pending {
            for reservation in self.pending_of(change.worker) {
                self.fail(reservation, ReservationStatus::Rejected, Goes::Nowhere);
            }
        }
        Ok(())
    }

    fn check_update_worker(&self, command: UpdateWorker) -> Result<WorkerChange, Rejection> {
        let (seq, worker) = self.worker(command.worker)?;
        if let Some(name) = &command.friendly_name {
            self.name_is_free(name, Some(worker.id))?;
        }
        let activity = command.activity.map(|id| self.activity(id)).transpose()?;
        let name = command.friendly_name.as_deref().map(friendly_name).transpose()?;
        let attributes = command.attributes.map(attributes).transpose()?;
        is_version(Versioned::Worker(worker.id), worker.revision, command.if_version)?;
        let leaves = activity.is_some_and(|activity| !activity.available);
        if command.reject_pending_reservations && !leaves {
            return Err(Rejection::RejectNeedsUnavailableActivity { worker: worker.id });
        }
        Ok(WorkerChange {
            worker: seq,
            document: attributes.map(|attributes| Document::new(attributes, self.catalog.selectors.of(Root::Worker))),
            name,
            activity: activity.map(|activity| activity.id),
            reject_pending: command.reject_pending_reservations,
        })
    }

    fn describe(&mut self, seq: Seq, document: Option<Document>, name: Option<Arc<str>>) {
        if let Some(name) = name {
            self.state.workers.rename(seq, name);
        }
        if let Some(document) = document {
            self.state.workers.describe(seq, document);
        }
        if let Some(worker) = self.state.workers.at_mut(seq) {
            worker.revision.raise(self.now);
        }
    }

    /// Moves a worker to an activity; nothing happens when it is there already (Q45).
    pub(super) fn set_activity(&mut self, seq: Seq, activity: ActivityId) {
        let Some(worker) = self.state.workers.at(seq) else { return };
        let (previous, since) = (worker.activity, worker.activity_since);
        if previous == activity {
            return;
        }
        if let Some(worker) = self.state.workers.at_mut(seq) {
            (worker.activity, worker.activity_since) = (activity, self.now);
            worker.revision.raise(self.now);
        }
        if self.catalog.membership.reads_activity() {
            self.refresh_membership(seq);
        }
        let name = self.catalog.activities.get(previous).map(|row| row.friendly_name.clone());
        let facts = self.state.workers.at(seq).map(|worker| WorkerActivityFacts {
            worker: facts::worker(self.catalog, worker),
            previous_activity: previous,
            previous_activity_name: name.unwrap_or_default(),
            time_in_previous_activity: self.now.since(since),
        });
        if let Some(facts) = facts {
            self.emit(EventKind::WorkerActivityUpdated(Arc::new(facts)));
        }
    }

    /// Decides again which queues the worker belongs to.
    pub(super) fn refresh_membership(&mut self, worker: Seq) {
        let queues = self.state.workers.at(worker).map(|row| self.judge().memberships(row));
        self.state.workers.join(worker, &queues.unwrap_or_default());
    }

    fn pending_of(&self, worker: Seq) -> Vec<Seq> {
        let open = self.state.workers.at(worker).into_iter().flat_map(|worker| &worker.open).copied();
        let status = |seq| self.state.reservations.at(seq).map(|row| row.status);
        open.filter(|seq| status(*seq) == Some(ReservationStatus::Pending)).collect()
    }

    pub(super) fn update_worker_channel(&mut self, command: &UpdateWorkerChannel) -> Result<(), Rejection> {
        let (seq, worker) = self.worker(command.worker)?;
        let channel = self.channel(command.task_channel)?.id;
        if let Some(capacity) = command.capacity {
            range("the capacity", capacity, 0, self.catalog.limits.capacity)?;
        }
        let Some(before) = worker.channels.get(&channel).cloned() else { return Ok(()) };
        let capacity = command.capacity.unwrap_or(before.capacity);
        let available = command.available.unwrap_or(before.available);
        let now = self.now;
        let share = |step: &mut Self, change: &dyn Fn(&mut WorkerChannel)| {
            let worker = step.state.workers.at_mut(seq);
            if let Some(share) = worker.and_then(|worker| worker.channels.get_mut(&channel)) {
                share.revision.raise(now);
                change(share);
            }
        };
        if capacity != before.capacity {
            share(self, &|share| share.capacity = capacity);
            self.emit_channel(seq, channel, before.capacity, EventKind::WorkerCapacityUpdated);
        }
        if available != before.available {
            share(self, &|share| share.available = available);
            self.emit_channel(seq, channel, capacity, EventKind::WorkerChannelAvailabilityUpdated);
        }
        Ok(())
    }

    fn emit_channel(
        &mut self,
        worker: Seq,
        channel: TaskChannelId,
        previous_capacity: u32,
        kind: fn(Arc<WorkerChannelFacts>) -> EventKind,
    ) {
        let row = self.state.workers.at(worker);
        let share = row.and_then(|row| row.channels.get(&channel));
        let facts =
            self.catalog.channels.get(channel).zip(row.zip(share)).map(|(channel, (row, share))| {
                facts::worker_channel(self.catalog, row, channel, share, previous_capacity)
            });
        if let Some(facts) = facts {
            self.emit(kind(Arc::new(facts)));
        }
    }

    pub(super) fn delete_worker(&mut self, command: &DeleteWorker) -> Result<(), Rejection> {
        let (seq, worker) = self.worker(command.worker)?;
        is_version(Versioned::Worker(worker.id), worker.revision, command.if_version)?;
        let open = worker.open.iter().filter_map(|seq| self.state.reservations.at(*seq));
        for row in open {
            if row.status != ReservationStatus::Pending || !command.force {
                let (worker, reservation, status) = (row.worker, row.id, row.status);
                return Err(Rejection::WorkerHasReservations { worker, reservation, status });
            }
        }
        for reservation in self.pending_of(seq) {
            self.fail(reservation, ReservationStatus::Canceled, Goes::Back);
        }
        self.emit_worker(command.worker, EventKind::WorkerDeleted);
        self.state.workers.remove(command.worker);
        Ok(())
    }
}

/// What an update changes of a worker.
struct WorkerChange {
    worker: Seq,
    document: Option<Document>,
    name: Option<Arc<str>>,
    activity: Option<ActivityId>,
    reject_pending: bool,
}
