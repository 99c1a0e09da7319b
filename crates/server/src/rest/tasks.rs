//! Tasks (surface section 3.8).

use pointsman::{
    CancelTask, CompleteTask, CreateTask, DeleteTask, RoutingTarget, TaskChannelId, TaskFacts, TaskId, TaskQueueId,
    TaskStatus, Timestamp, UpdateTask, WorkerId, WorkflowId, WrapTask,
};
use pointsman_expr::{Expression, Kind};
use serde_json::{Value, json};

use super::expressions::{expression, holds_for_task};
use super::ordering::Ordering;
use super::refusal::Refusal;
use super::reply::Reply;
use super::reservations::Side;
use super::times::iso;
use super::{Answer, Method, Params, Reservations, Within, page, task_channels};
use crate::place::Place;

/// Tasks of a workspace, ended ones for the minutes they stay among them.
const MOST: usize = 500_000;

/// `/Tasks` and what is below.
pub(crate) struct Tasks<'a, 'd>(pub(crate) Within<'a, 'd>);

impl Tasks<'_, '_> {
    pub(super) fn answer(self, rest: &[&str]) -> Answer {
        match (self.0.method(), rest) {
            (Method::Get, []) => self.list(),
            (Method::Post, []) => self.create(),
            (Method::Delete, []) => self.0.not_allowed(),
            (method, [sid, below @ ..]) => {
                let id = self.find(sid)?;
                match below {
                    [] => self.one(method, id),
                    ["Reservations", rest @ ..] => Reservations { within: self.0, side: Side::Task(id) }.answer(rest),
                    _ => Err(self.0.unknown()),
                }
            }
        }
    }

    fn find(&self, sid: &str) -> Result<TaskId, Refusal> {
        let id = sid.parse().ok();
        id.filter(|id| self.0.workspace().engine().task(*id).is_some()).ok_or_else(|| self.0.unknown())
    }

    fn list(&self) -> Answer {
        let filter = Filter::of(self.0.params())?;
        let engine = self.0.workspace().engine();
        let wanted = || engine.tasks().map(|view| view.facts).filter(|task| filter.lets(task));
        let (site, call) = (self.0.context.site, self.0.context.call);
        let (place, now) = (self.0.place(), self.0.now());
        let (sid, ordering) = (|task: &TaskFacts| task.task.to_string(), ordering(self.0.params())?);
        let shown = |task: TaskFacts| show(&place, &task, now);
        if ordering.is_given() {
            let mut sorted: Vec<TaskFacts> = wanted().collect();
            ordering.sort(&mut sorted, Key::of);
            return page::list(site, call, "tasks", || sorted.iter().cloned(), (sid, |_: &_| None), shown);
        }
        let created = |task: &TaskFacts| Some(task.created_at.as_millis());
        page::list(site, call, "tasks", wanted, (sid, created), shown)
    }

    fn create(mut self) -> Answer {
        self.0.room("tasks", self.0.workspace().engine().task_count(), MOST)?;
        let params = self.0.params();
        let mut command = CreateTask::new(TaskId::new(self.0.context.desk.number()));
        if let Some(attributes) = params.attributes("Attributes")? {
            command.attributes = attributes;
        }
        command.workflow = params.sid("WorkflowSid")?;
        command.priority = params.number("Priority")?.unwrap_or(0);
        command.timeout = params.seconds("Timeout")?;
        command.task_channel = self.channel("TaskChannel")?;
        command.virtual_start_time = self.virtual_start()?;
        command.routing_target = routing_target(params)?;
        self.queue_exists(params.sid("TaskQueueSid")?)?;
        let id = command.task;
        self.0.submit(command, None)?;
        self.shown(id).map(|reply| Reply { status: 201, ..reply })
    }

    /// A queue that is named is there, also where nothing goes by it.
    fn queue_exists(&self, queue: Option<TaskQueueId>) -> Result<(), Refusal> {
        let missing = queue.filter(|id| self.0.workspace().engine().task_queue(*id).is_none());
        missing.map_or(Ok(()), |id| Err(Refusal::of(&pointsman::Rejection::UnknownTaskQueue(id))))
    }

    /// A channel by its SID or its unique name.
    fn channel(&self, name: &str) -> Result<Option<TaskChannelId>, Refusal> {
        let Some(text) = self.0.params().filled(name) else { return Ok(None) };
        let found = task_channels::find(self.0.workspace(), text).map(|channel| channel.task_channel);
        found.map(Some).ok_or_else(|| Refusal::invalid(format!("There is no task channel `{text}`")))
    }

    /// The worker SDK's suite looks for the word "future".
    fn virtual_start(&self) -> Result<Option<Timestamp>, Refusal> {
        let given = self.0.params().time("VirtualStartTime")?;
        match given {
            Some(at) if at > self.0.now() => Err(Refusal::invalid("VirtualStartTime must not be in the future")),
            _ => Ok(given),
        }
    }

    fn one(mut self, method: Method, id: TaskId) -> Answer {
        match method {
            Method::Get => {}
            Method::Post => self.update(id)?,
            Method::Delete => {
                self.is_meant(id)?;
                self.0.submit(DeleteTask::new(id), None)?;
                return Ok(Reply::gone());
            }
        }
        self.shown(id)
    }

    fn is_meant(&self, id: TaskId) -> Result<(), Refusal> {
        let found = self.0.workspace().engine().task(id);
        found.map_or(Ok(()), |view| self.0.is_meant(view.facts.revision.version))
    }

    /// First what the task is, then where it is in its life: both, or, when the second is not possible, neither.
    fn update(&mut self, id: TaskId) -> Result<(), Refusal> {
        self.is_meant(id)?;
        let status = self.0.params().filled("AssignmentStatus").map(str::to_ascii_lowercase);
        if let Some(status) = &status {
            self.allows(id, status)?;
        }
        if let Some(command) = self.changes(id)? {
            self.0.submit(command, None)?;
        }
        status.map_or(Ok(()), |status| self.move_to(id, &status))
    }

    /// What of the task is to be changed; none when nothing is.
    fn changes(&self, id: TaskId) -> Result<Option<UpdateTask>, Refusal> {
        let params = self.0.params();
        let mut command = UpdateTask::new(id);
        command.attributes = params.attributes("Attributes")?;
        command.priority = params.number("Priority")?;
        command.task_channel = self.channel("TaskChannel")?;
        command.virtual_start_time = self.virtual_start()?;
        let nothing = command == UpdateTask::new(id);
        Ok(Some(command).filter(|_| !nothing))
    }

    /// The transition is one the task can make now.
    fn allows(&self, id: TaskId, to: &str) -> Result<(), Refusal> {
        let now = self.0.workspace().engine().task(id).map(|view| view.facts.status);
        let (verb, needed, allowed) = match to {
            "canceled" => ("cancel", "pending or reserved", now.is_some_and(TaskStatus::is_waiting)),
            "wrapping" => ("wrap up", "assigned", now == Some(TaskStatus::Assigned)),
            "completed" => ("complete", "assigned", now.is_some_and(TaskStatus::is_taken)),
            _ => {
                let message = format!("AssignmentStatus is `{to}`, expected one of canceled, wrapping, completed");
                return Err(Refusal::invalid(message));
            }
        };
        if allowed {
            return Ok(());
        }
        Err(Refusal::invalid(format!(
            "Cannot {verb} task {id} in workspace {} for account {} because it is not currently {needed}.",
            self.0.sid,
            self.0.account()
        )))
    }

    fn move_to(&mut self, id: TaskId, to: &str) -> Result<(), Refusal> {
        let reason = self.0.params().filled("Reason").map(str::to_owned);
        match to {
            "canceled" => {
                let mut command = CancelTask::new(id);
                command.reason = reason;
                self.0.submit(command, None)
            }
            "wrapping" => {
                let mut command = WrapTask::new(id);
                command.reason = reason;
                self.0.submit(command, None)
            }
            _ => {
                let mut command = CompleteTask::new(id);
                command.reason = reason;
                self.0.submit(command, None)
            }
        }
    }

    fn shown(&self, id: TaskId) -> Answer {
        let facts = self.0.workspace().engine().task(id).ok_or_else(|| self.0.unknown())?.facts;
        Ok(Reply::ok(show(&self.0.place(), &facts, self.0.now())).version(facts.revision.version))
    }
}

/// A task as it goes over the wire.
pub(crate) fn show(place: &Place<'_>, task: &TaskFacts, now: Timestamp) -> Value {
    let url = place.url(&format!("/Tasks/{}", task.task));
    let queue = task.step.as_ref().map(|step| step.task_queue);
    let workflow = task.workflow;
    json!({
        "account_sid": place.site.account,
        "workspace_sid": place.workspace.to_string(),
        "sid": task.task.to_string(),
        "age": now.since(task.created_at).as_secs(),
        "assignment_status": task.status.name(),
        "attributes": text(&task.attributes),
        "addons": "{}",
        "date_created": iso(task.created_at),
        "date_updated": iso(task.revision.updated_at),
        "task_queue_entered_date": task.step.as_ref().map(|step| iso(step.queue_entered_at)),
        "priority": task.priority,
        "reason": task.reason.as_deref(),
        "task_queue_sid": queue.map(|id| id.to_string()),
        "task_queue_friendly_name": task.step.as_ref().map(|step| &*step.task_queue_name),
        "task_channel_sid": task.task_channel.to_string(),
        "task_channel_unique_name": &*task.task_channel_unique_name,
        "timeout": task.expires_at.since(task.created_at).as_secs(),
        "workflow_sid": workflow.map(|id| id.to_string()),
        "workflow_friendly_name": task.workflow_name.as_deref(),
        "virtual_start_time": iso(task.virtual_start_time),
        "ignore_capacity": matches!(task.routing_target, Some(RoutingTarget::Worker { ignore_capacity: true, .. })),
        "routing_target": task.routing_target.map(target),
        "links": {
            "task_queue": queue.map(|id| place.url(&format!("/TaskQueues/{id}"))),
            "workflow": workflow.map(|id| place.url(&format!("/Workflows/{id}"))),
            "workspace": place.url(""),
            "reservations": format!("{url}/Reservations"),
        },
        "url": url,
    })
}

/// Attributes as the text in which they go over the wire: without blanks, keys in order (Q35).
pub(crate) fn text(attributes: &pointsman::Attributes) -> String {
    serde_json::to_string(attributes).unwrap_or_default()
}

/// The SID a routing target names.
pub(crate) fn target(target: RoutingTarget) -> String {
    match target {
        RoutingTarget::Worker { worker, .. } => worker.to_string(),
        RoutingTarget::TaskQueue(queue) => queue.to_string(),
        RoutingTarget::Workflow(workflow) => workflow.to_string(),
    }
}

fn routing_target(params: &Params) -> Result<Option<RoutingTarget>, Refusal> {
    let task_queue = params.sid::<TaskQueueId>("TaskQueueSid")?;
    let Some(text) = params.filled("RoutingTarget") else { return Ok(None) };
    let ignore_capacity = params.flag("IgnoreCapacity").unwrap_or(false);
    let worker = |worker: WorkerId| RoutingTarget::Worker { worker, task_queue, ignore_capacity };
    let found = text.parse().map(worker).ok();
    let found = found.or_else(|| text.parse::<TaskQueueId>().map(RoutingTarget::TaskQueue).ok());
    let found = found.or_else(|| text.parse::<WorkflowId>().map(RoutingTarget::Workflow).ok());
    let expected =
        || format!("Parameter RoutingTarget is `{text}`, expected the SID of a worker, a queue or a workflow");
    found.map(Some).ok_or_else(|| Refusal::invalid(expected()))
}

/// Which tasks a list shows.
struct Filter {
    priority: Option<u32>,
    statuses: Vec<String>,
    workflow: Option<WorkflowId>,
    workflow_name: Option<String>,
    queue: Option<TaskQueueId>,
    queue_name: Option<String>,
    routing_target: Option<String>,
    attributes: Option<Expression>,
    has_addons: Option<bool>,
}

impl Filter {
    fn of(params: &Params) -> Result<Self, Refusal> {
        let name = "EvaluateTaskAttributes";
        let owned = |name: &str| params.filled(name).map(str::to_owned);
        let statuses = params.list("AssignmentStatus").into_iter().map(str::to_ascii_lowercase).collect();
        Ok(Self {
            priority: params.number("Priority")?,
            statuses,
            workflow: params.sid("WorkflowSid")?,
            workflow_name: owned("WorkflowName"),
            queue: params.sid("TaskQueueSid")?,
            queue_name: owned("TaskQueueName"),
            routing_target: owned("RoutingTarget"),
            attributes: params.filled(name).map(|text| expression(name, text, Kind::Filter)).transpose()?,
            has_addons: params.flag("HasAddons"),
        })
    }

    fn lets(&self, task: &TaskFacts) -> bool {
        let step = task.step.as_ref();
        self.priority.is_none_or(|priority| task.priority == priority)
            && (self.statuses.is_empty() || self.statuses.iter().any(|status| status == task.status.name()))
            && self.workflow.is_none_or(|workflow| task.workflow == Some(workflow))
            && self.workflow_name.as_deref().is_none_or(|name| task.workflow_name.as_deref() == Some(name))
            && self.queue.is_none_or(|queue| step.is_some_and(|step| step.task_queue == queue))
            && self.queue_name.as_deref().is_none_or(|name| step.is_some_and(|step| *step.task_queue_name == *name))
            && self.routing_target.as_ref().is_none_or(|sid| task.routing_target.map(target).as_ref() == Some(sid))
            && self.attributes.as_ref().is_none_or(|expression| holds_for_task(expression, task))
            && self.has_addons != Some(true)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    DateCreated,
    Priority,
    VirtualStartTime,
}

const KEYS: &[(&str, Key)] =
    &[("DateCreated", Key::DateCreated), ("Priority", Key::Priority), ("VirtualStartTime", Key::VirtualStartTime)];

impl Key {
    fn of(self, task: &TaskFacts) -> i64 {
        match self {
            Self::DateCreated => task.created_at.as_millis(),
            Self::Priority => task.priority.into(),
            Self::VirtualStartTime => task.virtual_start_time.as_millis(),
        }
    }
}

fn ordering(params: &Params) -> Result<Ordering<Key>, Refusal> {
    let ordering = Ordering::of(params, KEYS)?;
    if ordering.has(Key::DateCreated) && ordering.has(Key::VirtualStartTime) {
        return Err(Refusal::invalid("Parameter Ordering: DateCreated and VirtualStartTime exclude each other"));
    }
    Ok(ordering)
}
