//! Objects as the worker SDK wants them (surface section 7.3): every property there, times in whole seconds since the
//! epoch, a version in each that has one.

use pointsman::{
    ActivitySpec, ReservationId, ReservationStatus, TaskFacts, TaskOrder, TaskQueueSpec, TaskStatus, Timestamp,
    WorkerFacts, WorkerId,
};
use serde_json::{Value, json};

use crate::hub::Workspace;
use crate::place::Place;
use crate::rest::{target, text};
use crate::sid;

/// Whole seconds since the epoch.
pub(super) fn seconds(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(1_000)
}

/// The parts of an object that every one has.
fn owned(place: &Place<'_>, mut own: Value) -> Value {
    own["account_sid"] = json!(place.site.account);
    own["workspace_sid"] = json!(place.workspace.to_string());
    own
}

pub(super) fn worker(place: &Place<'_>, workspace: &Workspace, worker: &WorkerFacts) -> Value {
    owned(
        place,
        json!({
            "sid": worker.worker.to_string(),
            "friendly_name": &*worker.friendly_name,
            "activity_name": &*worker.activity_name,
            "activity_sid": worker.activity.to_string(),
            "attributes": text(&worker.attributes),
            "available": worker.available,
            "date_created": seconds(workspace.notes().worker_created(worker.worker)),
            "date_status_changed": seconds(worker.activity_since),
            "date_updated": seconds(worker.revision.updated_at),
            "version": worker.revision.version,
        }),
    )
}

pub(super) fn activity(place: &Place<'_>, workspace: &Workspace, activity: &ActivitySpec) -> Value {
    let dates = workspace.notes().activity(activity.activity);
    owned(
        place,
        json!({
            "sid": activity.activity.to_string(),
            "friendly_name": activity.friendly_name,
            "available": activity.available,
            "date_created": seconds(dates.created),
            "date_updated": seconds(dates.updated),
        }),
    )
}

/// A worker's share of a channel, as a view or an event has it.
pub(super) struct Share<'a> {
    pub(super) worker: WorkerId,
    pub(super) task_channel: pointsman::TaskChannelId,
    pub(super) unique_name: &'a str,
    pub(super) available: bool,
    pub(super) configured_capacity: u32,
    pub(super) available_capacity_percentage: u32,
    pub(super) assigned_tasks: u32,
    pub(super) revision: pointsman::Revision,
}

pub(super) fn channel(place: &Place<'_>, workspace: &Workspace, share: &Share<'_>) -> Value {
    owned(
        place,
        json!({
            "sid": sid::worker_channel(share.worker, share.task_channel),
            "worker_sid": share.worker.to_string(),
            "task_channel_sid": share.task_channel.to_string(),
            "task_channel_unique_name": share.unique_name,
            "assigned_tasks": share.assigned_tasks,
            "available": share.available,
            "available_capacity_percentage": share.available_capacity_percentage,
            "configured_capacity": share.configured_capacity,
            "date_created": seconds(workspace.notes().worker_created(share.worker)),
            "date_updated": seconds(share.revision.updated_at),
            // The engine orders by it and does not tell it.
            "last_reserved_time": 0,
            "version": share.revision.version,
        }),
    )
}

pub(super) fn task(place: &Place<'_>, task: &TaskFacts, now: Timestamp) -> Value {
    let queue = task.step.as_ref();
    owned(
        place,
        json!({
            "sid": task.task.to_string(),
            "addons": "{}",
            "age": now.since(task.created_at).as_secs(),
            "assignment_status": task.status.name(),
            "attributes": text(&task.attributes),
            "date_created": seconds(task.created_at),
            "date_updated": seconds(task.revision.updated_at),
            "priority": task.priority,
            "queue_name": queue.map(|step| &*step.task_queue_name),
            "queue_sid": queue.map(|step| step.task_queue.to_string()),
            "reason": task.reason.as_deref(),
            "routing_target": task.routing_target.map(target),
            "task_channel_sid": task.task_channel.to_string(),
            "task_channel_unique_name": &*task.task_channel_unique_name,
            "timeout": task.expires_at.since(task.created_at).as_secs(),
            "workflow_name": task.workflow_name.as_deref(),
            "workflow_sid": task.workflow.map(|id| id.to_string()),
            "version": task.revision.version,
            "virtual_start_time": seconds(task.virtual_start_time),
        }),
    )
}

/// A reservation, as a view or an event has it.
pub(super) struct Reserved<'a> {
    pub(super) reservation: ReservationId,
    pub(super) status: ReservationStatus,
    pub(super) worker: WorkerId,
    pub(super) task: &'a TaskFacts,
    pub(super) created_at: Timestamp,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) revision: pointsman::Revision,
}

pub(super) fn reservation(place: &Place<'_>, workspace: &Workspace, reserved: &Reserved<'_>, now: Timestamp) -> Value {
    let reason = if reserved.task.status == TaskStatus::Canceled { json!(14_202) } else { Value::Null };
    owned(
        place,
        json!({
            "sid": reserved.reservation.to_string(),
            "reservation_status": reserved.status.name(),
            "reservation_timeout": timeout(workspace, reserved),
            "canceled_reason_code": reason,
            "date_created": seconds(reserved.created_at),
            "date_updated": seconds(reserved.revision.updated_at),
            "task": task(place, reserved.task, now),
            "worker_sid": reserved.worker.to_string(),
            "version": reserved.revision.version,
        }),
    )
}

/// How long the worker has to answer, in seconds; once answered, what its workflow gives.
fn timeout(workspace: &Workspace, reserved: &Reserved<'_>) -> u64 {
    if let Some(expires) = reserved.expires_at {
        return expires.since(reserved.created_at).as_secs();
    }
    let own = reserved.task.workflow.and_then(|id| workspace.engine().workflow(id));
    own.map_or(pointsman::DEFAULT_RESERVATION_TIMEOUT, |it| it.task_reservation_timeout).as_secs()
}

pub(super) fn queue(
    place: &Place<'_>,
    workspace: &Workspace,
    activities: &[ActivitySpec],
    queue: &TaskQueueSpec,
) -> Value {
    let dates = workspace.notes().task_queue(queue.task_queue);
    let name = |id: Option<pointsman::ActivityId>| {
        activities.iter().find(|it| Some(it.activity) == id).map(|it| it.friendly_name.clone())
    };
    let sid = |id: Option<pointsman::ActivityId>| id.map(|id| id.to_string());
    owned(
        place,
        json!({
            "sid": queue.task_queue.to_string(),
            "friendly_name": queue.friendly_name,
            "target_workers": queue.target_workers,
            "max_reserved_workers": queue.max_reserved_workers,
            "task_order": if queue.task_order == TaskOrder::Lifo { "LIFO" } else { "FIFO" },
            "lifo_queue": queue.task_order == TaskOrder::Lifo,
            "reservation_activity_name": name(queue.reservation_activity),
            "reservation_activity_sid": sid(queue.reservation_activity),
            "assignment_activity_name": name(queue.assignment_activity),
            "assignment_activity_sid": sid(queue.assignment_activity),
            "date_created": seconds(dates.created),
            "date_updated": seconds(dates.updated),
        }),
    )
}
