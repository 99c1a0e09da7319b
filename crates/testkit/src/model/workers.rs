//! Commands about workers, and what moves a worker from one activity to another (semantics section 6).

use pointsman::{
    ActivityId, DeleteWorker, EventKind, Rejection, ReservationStatus, SetWorkerActivity, TaskChannelId, UpdateWorker,
    UpdateWorkerChannel, WorkerActivityFacts, WorkerChannelFacts, WorkerId, WorkerSpec,
};

use super::catalog::sid;
use super::reservations::Aftermath;
use super::rows::{Recency, Share, Worker};
use super::{Model, check};

impl Model {
    pub(super) fn create_worker(&mut self, spec: &WorkerSpec) -> Result<(), Rejection> {
        let id = spec.worker;
        if self.find_worker(id).is_some() {
            return Err(Rejection::WorkerExists(id));
        }
        self.worker_name_free(&spec.friendly_name, None)?;
        self.given_activity_exists(spec.activity)?;
        spec.channels.keys().try_for_each(|channel| self.channel_exists(*channel))?;
        check::friendly_name(&spec.friendly_name)?;
        let attributes = check::attributes(&spec.attributes)?;
        spec.channels.values().try_for_each(|share| self.capacity(share.capacity))?;
        let last_reserved = spec.idle_for.map(|span| (self.clock.before(span), self.made));
        self.workers.push(Worker {
            id,
            sid: sid(spec.sid.as_ref(), &id),
            name: spec.friendly_name.as_str().into(),
            attributes,
            activity: spec.activity.unwrap_or(self.default_activity),
            activity_since: self.clock,
            shares: self.channels.iter().map(|channel| share(spec, channel.id, last_reserved)).collect(),
            last_reserved,
        });
        self.emit(EventKind::WorkerCreated(Box::new(self.worker_facts(id))));
        Ok(())
    }

    fn capacity(&self, given: u32) -> Result<(), Rejection> {
        check::number("capacity", given, 0, self.limits.capacity)
    }

    pub(super) fn update_worker(&mut self, command: &UpdateWorker) -> Result<(), Rejection> {
        let id = command.worker;
        self.worker_exists(id)?;
        if let Some(name) = &command.friendly_name {
            self.worker_name_free(name, Some(id))?;
        }
        self.given_activity_exists(command.activity)?;
        check::given_friendly_name(command.friendly_name.as_ref())?;
        let attributes = check::given_attributes(command.attributes.as_ref())?;
        self.may_reject(id, command.reject_pending_reservations, command.activity)?;
        let described = attributes.is_some() || command.friendly_name.is_some();
        let row = self.the_worker_mut(id);
        if let Some(name) = &command.friendly_name {
            row.name = name.as_str().into();
        }
        if let Some(attributes) = attributes {
            row.attributes = attributes;
        }
        if described {
            self.emit(EventKind::WorkerAttributesUpdated(Box::new(self.worker_facts(id))));
        }
        self.move_and_reject(id, command.activity, command.reject_pending_reservations);
        Ok(())
    }

    pub(super) fn set_worker_activity(&mut self, command: &SetWorkerActivity) -> Result<(), Rejection> {
        let SetWorkerActivity { worker, activity, reject_pending_reservations: reject, .. } = *command;
        self.worker_exists(worker)?;
        self.activity_exists(activity)?;
        self.may_reject(worker, reject, Some(activity))?;
        self.move_and_reject(worker, Some(activity), reject);
        Ok(())
    }

    /// Only on the way to an unavailable activity (semantics section 5.7).
    fn may_reject(&self, worker: WorkerId, reject: bool, activity: Option<ActivityId>) -> Result<(), Rejection> {
        let to_unavailable = activity.is_some_and(|activity| !self.the_activity(activity).available);
        if reject && !to_unavailable {
            return Err(Rejection::RejectNeedsUnavailableActivity { worker });
        }
        Ok(())
    }

    /// The activity first, then the rejections in creation order (rule R14).
    fn move_and_reject(&mut self, worker: WorkerId, activity: Option<ActivityId>, reject: bool) {
        if let Some(activity) = activity {
            self.change_activity(worker, activity);
        }
        if !reject {
            return;
        }
        for id in self.pending_of_worker(worker) {
            self.end_reservation(id, ReservationStatus::Rejected, Aftermath::Stay);
            self.task_returns(self.the_reservation(id).task);
        }
    }

    /// Moves a worker; being there already is no event (Q45).
    pub(super) fn change_activity(&mut self, worker: WorkerId, activity: ActivityId) {
        let row = self.the_worker(worker);
        let (previous, since) = (row.activity, row.activity_since);
        if previous == activity {
            return;
        }
        let now = self.clock;
        let row = self.the_worker_mut(worker);
        row.activity = activity;
        row.activity_since = now;
        let facts = WorkerActivityFacts {
            worker: self.worker_facts(worker),
            previous_activity: previous,
            previous_activity_name: self.the_activity(previous).name.clone(),
            time_in_previous_activity: now.since(since),
        };
        self.emit(EventKind::WorkerActivityUpdated(Box::new(facts)));
    }

    pub(super) fn update_worker_channel(&mut self, command: &UpdateWorkerChannel) -> Result<(), Rejection> {
        let UpdateWorkerChannel { worker, task_channel: channel, capacity, available, .. } = *command;
        self.worker_exists(worker)?;
        self.channel_exists(channel)?;
        capacity.map_or(Ok(()), |capacity| self.capacity(capacity))?;
        let before = self.the_worker(worker).share(channel).clone();
        if let Some(capacity) = capacity.filter(|capacity| *capacity != before.capacity) {
            self.the_worker_mut(worker).share_mut(channel).capacity = capacity;
            let facts = self.worker_channel_facts(worker, channel, before.capacity);
            self.emit(EventKind::WorkerCapacityUpdated(Box::new(facts)));
        }
        if let Some(available) = available.filter(|available| *available != before.available) {
            self.the_worker_mut(worker).share_mut(channel).available = available;
            let facts = self.worker_channel_facts(worker, channel, capacity.unwrap_or(before.capacity));
            self.emit(EventKind::WorkerChannelAvailabilityUpdated(Box::new(facts)));
        }
        Ok(())
    }

    fn worker_channel_facts(&self, worker: WorkerId, channel: TaskChannelId, previous: u32) -> WorkerChannelFacts {
        let view = self.worker_channel_view(self.the_worker(worker), self.the_channel(channel));
        WorkerChannelFacts {
            worker: self.worker_facts(worker),
            task_channel: channel,
            unique_name: view.unique_name,
            available: view.available,
            configured_capacity: view.configured_capacity,
            previous_capacity: previous,
            available_capacity_percentage: view.available_capacity_percentage,
            assigned_tasks: view.assigned_tasks,
        }
    }

    pub(super) fn delete_worker(&mut self, command: &DeleteWorker) -> Result<(), Rejection> {
        let id = command.worker;
        self.worker_exists(id)?;
        let open = self.reservations.iter().filter(|row| row.worker == id && row.status.is_open());
        let pending = ReservationStatus::Pending;
        if let Some(row) = open.into_iter().find(|row| !command.force || row.status != pending) {
            let (reservation, status) = (row.id, row.status);
            return Err(Rejection::WorkerHasReservations { worker: id, reservation, status });
        }
        for reservation in self.pending_of_worker(id) {
            self.end_reservation(reservation, ReservationStatus::Canceled, Aftermath::Back);
            self.task_returns(self.the_reservation(reservation).task);
        }
        let facts = self.worker_facts(id);
        self.workers.retain(|row| row.id != id);
        self.emit(EventKind::WorkerDeleted(Box::new(facts)));
        Ok(())
    }
}

fn share(spec: &WorkerSpec, channel: TaskChannelId, last_reserved: Option<Recency>) -> Share {
    let given = spec.channels.get(&channel).copied().unwrap_or_default();
    Share { channel, capacity: given.capacity, available: given.available, last_reserved }
}
