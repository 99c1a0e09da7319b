//! What a driver can look at, as of the engine's clock: plain values, made on request.

use std::sync::Arc;

use crate::event::{TaskFacts, WorkerFacts};
use crate::facts;
use crate::id::{ReservationId, TaskChannelId, TaskId, TaskQueueId, WorkerId};
use crate::matching::Judge;
use crate::revision::Revision;
use crate::state::reservations::Reservation;
use crate::state::tasks::Task;
use crate::state::workers::Worker;
use crate::status::ReservationStatus;
use crate::time::Timestamp;

/// A task with its workers.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskView {
    /// The task.
    pub facts: TaskFacts,
    /// The workers with a pending reservation, in the order they were asked.
    pub reserved: Vec<WorkerId>,
    /// The worker who accepted.
    pub worker: Option<WorkerId>,
    /// Every reservation the task has had, in creation order.
    pub reservations: Vec<ReservationId>,
}

/// A worker with its channels and open reservations.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkerView {
    /// The worker.
    pub facts: WorkerFacts,
    /// Its share of every task channel, in the channels' creation order.
    pub channels: Vec<WorkerChannelView>,
    /// Pending, accepted and wrapping reservations, in creation order.
    pub reservations: Vec<ReservationId>,
}

/// A worker's share of a task channel (semantics section 7.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerChannelView {
    /// The channel.
    pub task_channel: TaskChannelId,
    /// The channel's name in expressions.
    pub unique_name: Arc<str>,
    /// How many tasks at once.
    pub configured_capacity: u32,
    /// Whether new tasks of this channel are taken.
    pub available: bool,
    /// Reservations accepted on this channel, wrapping ones not counted.
    pub assigned_tasks: u32,
    /// The free share of the capacity, 0 to 100.
    pub available_capacity_percentage: u32,
    /// The version of this share.
    pub revision: Revision,
}

/// A reservation; it stays visible, ended or not, as long as its task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReservationView {
    /// The reservation.
    pub reservation: ReservationId,
    /// Where it is in its life.
    pub status: ReservationStatus,
    /// Its task.
    pub task: TaskId,
    /// Its worker.
    pub worker: WorkerId,
    /// The queue the task was in when the worker was asked.
    pub task_queue: Option<TaskQueueId>,
    /// When the worker was asked.
    pub created_at: Timestamp,
    /// When the worker's time to answer is up; absent once answered or held.
    pub expires_at: Option<Timestamp>,
    /// The reservation's version.
    pub revision: Revision,
}

pub(crate) fn task(judge: Judge<'_>, row: &Task) -> TaskView {
    let rows = row.reservations.iter().filter_map(|(seq, _)| judge.state.reservations.at(*seq));
    let pending = rows.filter(|row| row.status == ReservationStatus::Pending);
    let by = row.taken_by().and_then(|id| judge.state.reservations.get(id));
    TaskView {
        facts: facts::task(judge, row),
        reserved: pending.map(|row| row.worker).collect(),
        worker: by.map(|row| row.worker),
        reservations: row.reservations.iter().map(|(_, id)| *id).collect(),
    }
}

pub(crate) fn worker(judge: Judge<'_>, row: &Worker) -> WorkerView {
    let channels = judge.catalog.channels.iter().filter_map(|(_, channel)| {
        let share = row.channels.get(&channel.id)?;
        Some(WorkerChannelView {
            task_channel: channel.id,
            unique_name: channel.unique_name.clone(),
            configured_capacity: share.capacity,
            available: share.available,
            assigned_tasks: share.accepted,
            available_capacity_percentage: share.available_capacity_percentage(),
            revision: share.revision,
        })
    });
    let open = row.open.iter().filter_map(|seq| judge.state.reservations.at(*seq));
    WorkerView {
        facts: facts::worker(judge.catalog, row),
        channels: channels.collect(),
        reservations: open.map(|row| row.id).collect(),
    }
}

pub(crate) fn reservation(row: &Reservation) -> ReservationView {
    ReservationView {
        reservation: row.id,
        status: row.status,
        task: row.task,
        worker: row.worker,
        task_queue: row.queue,
        created_at: row.created_at,
        expires_at: row.expires_at,
        revision: row.revision,
    }
}
