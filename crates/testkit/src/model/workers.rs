//! Commands about workers, and what moves a worker from one activity to another (semantics section 6).

use std::sync::Arc;

use pointsman::{
    ActivityId, DeleteWorker, EventKind, Rejection, ReservationStatus, Revision, SetWorkerActivity, TaskChannelId,
    UpdateWorker, UpdateWorkerChannel, Versioned, WorkerActivityFacts, WorkerChannelFacts, WorkerId, WorkerSpec,
};

use super::Model;
use super::catalog::set;
use super::check::{self, Judged, given};
use super::reservations::{Aftermath, raise, same_version};
use super::rows::{Rows, Share, Worker};

impl Model {
    pub(super) fn create_worker(&mut self, spec: &WorkerSpec) -> Judged {
        let id = spec.worker;
        self.workers.free(id, Rejection::WorkerExists)?;
        self.worker_name_free(&spec.friendly_name, None)?;
        given(spec.activity, |id| self.activities.known(id))?;
        spec.channels.keys().try_for_each(|channel| self.channels.known(*channel))?;
        check::friendly_name(&spec.friendly_name)?;
        let attributes = check::attributes(&spec.attributes)?;
        spec.channels.values().try_for_each(|share| self.capacity(share.capacity))?;
        let now = self.clock;
        let revision = Revision { version: 0, updated_at: now };
        let last_reserved = spec.idle_for.map(|span| (now.before(span), self.made));
        let mut shares = Rows::new();
        for channel in self.channels.iter().map(|channel| channel.task_channel) {
            let given = spec.channels.get(&channel).copied().unwrap_or_default();
            let (capacity, available) = (given.capacity, given.available);
            shares.push(Share { channel, capacity, available, last_reserved, revision });
        }
        self.workers.push(Worker {
            id,
            sid: spec.sid.clone().unwrap_or_else(|| id.to_string()).into(),
            name: spec.friendly_name.as_str().into(),
            attributes,
            activity: spec.activity.unwrap_or(self.default_activity),
            activity_since: now,
            shares,
            last_reserved,
            revision,
        });
        self.emit(EventKind::WorkerCreated(Arc::new(self.worker_facts(id))));
        Ok(())
    }

    /// No other worker has the name, whatever the case (semantics section 6.1).
    fn worker_name_free(&self, name: &str, except: Option<WorkerId>) -> Judged {
        let same = |row: &&Worker| Some(row.id) != except && row.name.to_lowercase() == name.to_lowercase();
        let taken = self.workers.iter().find(same);
        taken.map_or(Ok(()), |row| Err(Rejection::WorkerNameTaken { name: name.to_owned(), taken_by: row.id }))
    }

    fn capacity(&self, given: u32) -> Judged {
        check::number("capacity", given, 0, self.limits.capacity)
    }

    pub(super) fn update_worker(&mut self, command: &UpdateWorker) -> Judged {
        let id = command.worker;
        self.workers.known(id)?;
        given(command.friendly_name.as_deref(), |name| self.worker_name_free(name, Some(id)))?;
        given(command.activity, |id| self.activities.known(id))?;
        given(command.friendly_name.as_deref(), check::friendly_name)?;
        let attributes = given(command.attributes.as_ref(), check::attributes)?;
        same_version(Versioned::Worker(id), self.workers[id].revision, command.if_version)?;
        self.may_reject(id, command.reject_pending_reservations, command.activity)?;
        let now = self.clock;
        if attributes.is_some() || command.friendly_name.is_some() {
            let row = &mut self.workers[id];
            set(&mut row.name, command.friendly_name.as_deref().map(Arc::from));
            set(&mut row.attributes, attributes);
            raise(&mut row.revision, now);
            self.emit(EventKind::WorkerAttributesUpdated(Arc::new(self.worker_facts(id))));
        }
        self.move_and_reject(id, command.activity, command.reject_pending_reservations);
        Ok(())
    }

    pub(super) fn set_worker_activity(&mut self, command: &SetWorkerActivity) -> Judged {
        let SetWorkerActivity { worker, activity, reject_pending_reservations: reject, if_version, .. } = *command;
        self.workers.known(worker)?;
        self.activities.known(activity)?;
        same_version(Versioned::Worker(worker), self.workers[worker].revision, if_version)?;
        self.may_reject(worker, reject, Some(activity))?;
        self.move_and_reject(worker, Some(activity), reject);
        Ok(())
    }

    /// Only on the way to an unavailable activity (semantics section 5.7).
    fn may_reject(&self, worker: WorkerId, reject: bool, activity: Option<ActivityId>) -> Judged {
        let to_unavailable = activity.is_some_and(|activity| !self.activities[activity].available);
        check::require(!reject || to_unavailable, || Rejection::RejectNeedsUnavailableActivity { worker })
    }

    /// The activity first, then the rejections in creation order (rule R14).
    fn move_and_reject(&mut self, worker: WorkerId, activity: Option<ActivityId>, reject: bool) {
        if let Some(activity) = activity {
            self.change_activity(worker, activity);
        }
        let pending = if reject { self.pending_of_worker(worker) } else { Vec::new() };
        for id in pending {
            self.fail(id, ReservationStatus::Rejected, Aftermath::Stay);
        }
    }

    /// Moves a worker; being there already is no event (Q45).
    pub(super) fn change_activity(&mut self, worker: WorkerId, activity: ActivityId) {
        let now = self.clock;
        let row = &mut self.workers[worker];
        let (previous, since) = (row.activity, row.activity_since);
        if previous == activity {
            return;
        }
        row.activity = activity;
        row.activity_since = now;
        raise(&mut row.revision, now);
        self.emit(EventKind::WorkerActivityUpdated(Arc::new(WorkerActivityFacts {
            worker: self.worker_facts(worker),
            previous_activity: previous,
            previous_activity_name: self.activities[previous].friendly_name.as_str().into(),
            time_in_previous_activity: now.since(since),
        })));
    }

    pub(super) fn update_worker_channel(&mut self, command: &UpdateWorkerChannel) -> Judged {
        let (worker, channel) = (command.worker, command.task_channel);
        self.workers.known(worker)?;
        self.channels.known(channel)?;
        given(command.capacity, |capacity| self.capacity(capacity))?;
        let now = self.clock;
        let share = &mut self.workers[worker].shares[channel];
        let before = share.capacity;
        if let Some(capacity) = command.capacity.filter(|capacity| *capacity != before) {
            share.capacity = capacity;
            raise(&mut share.revision, now);
            self.emit(EventKind::WorkerCapacityUpdated(self.worker_channel_facts(worker, channel, before)));
        }
        let share = &mut self.workers[worker].shares[channel];
        let capacity = share.capacity;
        if let Some(available) = command.available.filter(|available| *available != share.available) {
            share.available = available;
            raise(&mut share.revision, now);
            let facts = self.worker_channel_facts(worker, channel, capacity);
            self.emit(EventKind::WorkerChannelAvailabilityUpdated(facts));
        }
        Ok(())
    }

    fn worker_channel_facts(
        &self,
        worker: WorkerId,
        channel: TaskChannelId,
        previous_capacity: u32,
    ) -> Arc<WorkerChannelFacts> {
        let view = self.share_view(&self.workers[worker], channel);
        Arc::new(WorkerChannelFacts {
            worker: self.worker_facts(worker),
            task_channel: channel,
            unique_name: view.unique_name,
            available: view.available,
            configured_capacity: view.configured_capacity,
            previous_capacity,
            available_capacity_percentage: view.available_capacity_percentage,
            assigned_tasks: view.assigned_tasks,
            revision: view.revision,
        })
    }

    pub(super) fn delete_worker(&mut self, command: &DeleteWorker) -> Judged {
        let id = command.worker;
        self.workers.known(id)?;
        same_version(Versioned::Worker(id), self.workers[id].revision, command.if_version)?;
        let mut open = self.reservations.iter().filter(|row| row.worker == id && row.status.is_open());
        if let Some(row) = open.find(|row| !command.force || row.status != ReservationStatus::Pending) {
            return Err(Rejection::WorkerHasReservations { worker: id, reservation: row.id, status: row.status });
        }
        for reservation in self.pending_of_worker(id) {
            self.fail(reservation, ReservationStatus::Canceled, Aftermath::Back);
        }
        let facts = self.worker_facts(id);
        self.workers.remove(id);
        self.emit(EventKind::WorkerDeleted(Arc::new(facts)));
        Ok(())
    }
}
