//! What an event tells: names in PascalCase and texts, as callbacks carry them and event records repeat them in snake
//! case (surface section 5.2, semantics section 9.2).

use pointsman::{Event, EventKind, FilterRef, Subject, TaskFacts, TaskStatus, WorkerFacts};

use crate::hub::Workspace;
use crate::place::Place;
use crate::rest::text;
use crate::sid;

/// Names and values in the order in which they are told.
pub(crate) type Fields = Vec<(&'static str, String)>;

/// What an event is about, and in words.
pub(crate) struct Resource {
    pub(crate) kind: &'static str,
    pub(crate) sid: String,
    /// Its place in the workspace: `/Tasks/WT...`.
    pub(crate) path: String,
    pub(crate) description: String,
}

/// Everything an event callback carries.
pub(crate) fn event(place: &Place<'_>, workspace: &Workspace, event: &Event) -> Fields {
    let resource = resource(place, event);
    let millis = event.at.as_millis();
    let mut fields = vec![
        ("Sid", sid::event(place.workspace, event.sequence)),
        ("EventType", event.kind.name().to_owned()),
        ("EventDescription", resource.description),
        ("AccountSid", place.site.account.clone()),
        ("WorkspaceSid", place.workspace.to_string()),
        ("WorkspaceName", name_of(workspace, event)),
        ("ResourceType", resource.kind.to_owned()),
        ("ResourceSid", resource.sid),
        ("Timestamp", millis.div_euclid(1_000).to_string()),
        ("TimestampMs", millis.to_string()),
    ];
    fields.extend(details(workspace, event));
    fields
}

fn name_of(workspace: &Workspace, event: &Event) -> String {
    if let Subject::Workspace(facts) = event.kind.subject() {
        return facts.friendly_name.to_string();
    }
    workspace.engine().friendly_name().to_owned()
}

/// What an assignment callback carries.
pub(crate) fn assignment(place: &Place<'_>, event: &Event) -> Fields {
    let Some(facts) = event.kind.reservation() else { return Fields::new() };
    let (task, worker) = (&facts.task, &facts.worker);
    let queue = facts.task_queue.map(|queue| queue.to_string()).unwrap_or_default();
    vec![
        ("AccountSid", place.site.account.clone()),
        ("WorkspaceSid", place.workspace.to_string()),
        ("WorkflowSid", task.workflow.map(|id| id.to_string()).unwrap_or_default()),
        ("TaskQueueSid", queue),
        ("WorkerSid", worker.worker.to_string()),
        ("WorkerAttributes", text(&worker.attributes)),
        ("TaskSid", task.task.to_string()),
        ("TaskAttributes", text(&task.attributes)),
        ("TaskAge", age(event, task)),
        ("TaskPriority", task.priority.to_string()),
        ("ReservationSid", facts.reservation.to_string()),
        ("Timestamp", event.at.as_millis().div_euclid(1_000).to_string()),
    ]
}

/// What is told of the subject alone.
pub(crate) fn details(workspace: &Workspace, event: &Event) -> Fields {
    match event.kind.subject() {
        Subject::Workspace(_) => Fields::new(),
        Subject::Activity(facts) => vec![
            ("ActivitySid", facts.activity.to_string()),
            ("ActivityName", facts.friendly_name.to_string()),
            ("ActivityAvailable", facts.available.to_string()),
        ],
        Subject::TaskChannel(facts) => vec![
            ("TaskChannelSid", facts.task_channel.to_string()),
            ("TaskChannelName", facts.friendly_name.to_string()),
            ("TaskChannelUniqueName", facts.unique_name.to_string()),
            ("TaskChannelOptimizedRouting", facts.channel_optimized_routing.to_string()),
        ],
        Subject::TaskQueue(facts) => vec![
            ("TaskQueueSid", facts.task_queue.to_string()),
            ("TaskQueueName", facts.friendly_name.to_string()),
            ("TaskQueueTargetExpression", facts.target_workers.to_string()),
        ],
        Subject::Workflow(facts) => {
            vec![("WorkflowSid", facts.workflow.to_string()), ("WorkflowName", facts.friendly_name.to_string())]
        }
        Subject::Worker(facts) => worker(facts),
        Subject::WorkerActivity(facts) => {
            let span = facts.time_in_previous_activity;
            let mut fields = worker(&facts.worker);
            fields.extend([
                ("WorkerPreviousActivitySid", facts.previous_activity.to_string()),
                ("WorkerPreviousActivityName", facts.previous_activity_name.to_string()),
                ("WorkerTimeInPreviousActivity", span.as_secs().to_string()),
                ("WorkerTimeInPreviousActivityMs", span.as_millis().to_string()),
            ]);
            fields
        }
        Subject::WorkerChannel(facts) => {
            let mut fields = worker(&facts.worker);
            fields.extend([
                ("WorkerChannelAvailable", facts.available.to_string()),
                ("WorkerChannelAvailableCapacity", facts.configured_capacity.to_string()),
                ("WorkerChannelPreviousCapacity", facts.previous_capacity.to_string()),
                ("WorkerChannelTaskCount", facts.assigned_tasks.to_string()),
                ("TaskChannelSid", facts.task_channel.to_string()),
                ("TaskChannelUniqueName", facts.unique_name.to_string()),
            ]);
            fields
        }
        Subject::Task(facts) => {
            let mut fields = task(workspace, event, facts);
            fields.extend(completed_by(workspace, event).iter().flat_map(worker));
            fields
        }
        Subject::Reservation(facts) => {
            let mut fields = task(workspace, event, &facts.task);
            fields.extend(worker(&facts.worker));
            fields.push(("ReservationSid", facts.reservation.to_string()));
            fields
        }
    }
}

fn worker(facts: &WorkerFacts) -> Fields {
    vec![
        ("WorkerSid", facts.worker.to_string()),
        ("WorkerName", facts.friendly_name.to_string()),
        ("WorkerAttributes", text(&facts.attributes)),
        ("WorkerActivitySid", facts.activity.to_string()),
        ("WorkerActivityName", facts.activity_name.to_string()),
        ("WorkerVersion", facts.revision.version.to_string()),
    ]
}

fn task(workspace: &Workspace, event: &Event, facts: &TaskFacts) -> Fields {
    let mut fields = vec![
        ("TaskSid", facts.task.to_string()),
        ("TaskAttributes", text(&facts.attributes)),
        ("TaskAge", age(event, facts)),
        ("TaskPriority", facts.priority.to_string()),
        ("TaskAssignmentStatus", facts.status.name().to_owned()),
        ("TaskAddons", "{}".to_owned()),
        ("TaskChannelSid", facts.task_channel.to_string()),
        ("TaskChannelUniqueName", facts.task_channel_unique_name.to_string()),
    ];
    // A task is told of before it has found its queue; those who hear of it are told where it went then.
    let found = workspace.engine().task(facts.task).and_then(|view| view.facts.step);
    if let Some(step) = facts.step.as_ref().or(found.as_ref()) {
        let queue = workspace.engine().task_queue(step.task_queue);
        fields.push(("TaskQueueSid", step.task_queue.to_string()));
        fields.push(("TaskQueueName", step.task_queue_name.to_string()));
        fields.push(("TaskQueueTargetExpression", queue.map(|queue| queue.target_workers).unwrap_or_default()));
    }
    if let (Some(id), Some(name)) = (facts.workflow, &facts.workflow_name) {
        fields.push(("WorkflowSid", id.to_string()));
        fields.push(("WorkflowName", name.to_string()));
    }
    if let Some(worker) = facts.step.as_ref().and_then(|step| step.known_worker) {
        fields.push(("KnownWorkerSid", worker.to_string()));
    }
    fields.extend(reason(facts));
    if matches!(event.kind, EventKind::WorkflowTargetMatched(_)) {
        fields.extend(filter(workspace, facts));
    }
    fields
}

/// Who has completed the task.
fn completed_by(workspace: &Workspace, event: &Event) -> Option<WorkerFacts> {
    let EventKind::TaskCompleted(facts) = &event.kind else { return None };
    let engine = workspace.engine();
    Some(engine.worker(engine.task(facts.task)?.worker?)?.facts)
}

fn reason(facts: &TaskFacts) -> Option<(&'static str, String)> {
    let name = match facts.status {
        TaskStatus::Canceled => "TaskCanceledReason",
        TaskStatus::Completed => "TaskCompletedReason",
        TaskStatus::Pending | TaskStatus::Reserved | TaskStatus::Assigned | TaskStatus::Wrapping => return None,
    };
    facts.reason.as_ref().map(|reason| (name, reason.to_string()))
}

/// The filter a task has matched, as the workflow's document names it now.
fn filter(workspace: &Workspace, facts: &TaskFacts) -> Fields {
    let Some((step, workflow)) = facts.step.as_ref().zip(facts.workflow) else { return Fields::new() };
    let document = workspace.notes().workflow(workflow).map(|notes| notes.configuration.as_str()).unwrap_or("null");
    let document: serde_json::Value = serde_json::from_str(document).unwrap_or_default();
    let routing = &document["task_routing"];
    let filter = match step.filter {
        FilterRef::Index(index) => &routing["filters"][index],
        FilterRef::Default | FilterRef::Direct => &routing["default_filter"],
    };
    let own = ["filter_friendly_name", "friendly_name"].iter().find_map(|key| filter[*key].as_str());
    let name = match step.filter {
        FilterRef::Index(_) => own.unwrap_or_default().to_owned(),
        FilterRef::Default | FilterRef::Direct => own.map_or_else(|| step.filter.to_string(), str::to_owned),
    };
    let expression = filter["expression"].as_str().unwrap_or_default();
    vec![("WorkflowFilterName", name), ("WorkflowFilterExpression", expression.to_owned())]
}

/// Whole seconds since the task was created.
fn age(event: &Event, task: &TaskFacts) -> String {
    event.at.since(task.created_at).as_secs().to_string()
}

/// What an event is about.
pub(crate) fn resource(place: &Place<'_>, event: &Event) -> Resource {
    let of = |kind, sid: String, path: &str, what: &str| Resource {
        kind,
        path: format!("{path}{sid}"),
        description: format!("{what} {}", verb(&event.kind)),
        sid,
    };
    match event.kind.subject() {
        Subject::Workspace(facts) => Resource {
            path: String::new(),
            ..of("workspace", place.workspace.to_string(), "", &format!("Workspace {}", facts.friendly_name))
        },
        Subject::Activity(facts) => {
            of("activity", facts.activity.to_string(), "/Activities/", &format!("Activity {}", facts.friendly_name))
        }
        Subject::TaskChannel(facts) => {
            let what = format!("TaskChannel {}", facts.friendly_name);
            of("taskchannel", facts.task_channel.to_string(), "/TaskChannels/", &what)
        }
        Subject::TaskQueue(facts) => {
            of("taskqueue", facts.task_queue.to_string(), "/TaskQueues/", &format!("TaskQueue {}", facts.friendly_name))
        }
        Subject::Workflow(facts) => {
            of("workflow", facts.workflow.to_string(), "/Workflows/", &format!("Workflow {}", facts.friendly_name))
        }
        Subject::Worker(facts) => {
            of("worker", facts.worker.to_string(), "/Workers/", &format!("Worker {}", facts.friendly_name))
        }
        Subject::WorkerActivity(facts) => {
            let worker = &facts.worker;
            let what = format!("Worker {} updated to {} Activity", worker.friendly_name, worker.activity_name);
            Resource { description: what, ..of("worker", worker.worker.to_string(), "/Workers/", "") }
        }
        Subject::WorkerChannel(facts) => {
            let what = format!("Worker {} channel {}", facts.worker.friendly_name, facts.unique_name);
            of("worker", facts.worker.worker.to_string(), "/Workers/", &what)
        }
        Subject::Task(facts) => {
            let task = of("task", facts.task.to_string(), "/Tasks/", &format!("Task {}", facts.task));
            Resource { description: of_task(event, facts).unwrap_or(task.description), ..task }
        }
        Subject::Reservation(facts) => {
            let path = format!("/Tasks/{}/Reservations/", facts.task.task);
            of("reservation", facts.reservation.to_string(), &path, &format!("Reservation {}", facts.reservation))
        }
    }
}

#[allow(clippy::wildcard_enum_match_arm, reason = "the other kinds need no more than their verb")]
fn of_task(event: &Event, facts: &TaskFacts) -> Option<String> {
    let task = facts.task;
    let queue = facts.step.as_ref().map(|step| &*step.task_queue_name).unwrap_or_default();
    let workflow = facts.workflow_name.as_deref().unwrap_or_default();
    Some(match event.kind {
        EventKind::WorkflowTargetMatched(_) => format!("Task {task} matched a workflow target"),
        EventKind::WorkflowEntered(_) => format!("Task {task} entered Workflow {workflow}"),
        EventKind::WorkflowTimeout(_) => format!("Task {task} timed out of Workflow {workflow}"),
        EventKind::WorkflowSkipped(_) => format!("Task {task} was skipped out of Workflow {workflow}"),
        EventKind::TaskQueueEntered(_) => format!("Task {task} entered TaskQueue {queue}"),
        EventKind::TaskQueueTimeout(_) => format!("Task {task} timed out of TaskQueue {queue}"),
        EventKind::TaskQueueMoved(_) => format!("Task {task} moved from TaskQueue {queue}"),
        _ => return None,
    })
}

/// The last word of a kind, as a sentence ends.
fn verb(kind: &EventKind) -> &'static str {
    match kind.name().rsplit('.').next() {
        Some("update") => "updated",
        Some("timeout") => "timed out",
        Some("system-deleted") => "deleted by the system",
        Some("wrapup") => "moved to wrapping",
        Some(verb) => verb,
        None => "",
    }
}
