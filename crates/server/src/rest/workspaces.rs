//! Workspaces (surface section 3.1).

use pointsman::{
    ActivityId, ActivitySpec, TargetSpec, TaskChannelId, TaskChannelSpec, TaskOrder, TaskQueueId, Template,
    UpdateWorkspace, WorkflowId, WorkspaceSpec,
};
use serde_json::{Value, json};

use super::refusal::Refusal;
use super::reply::Reply;
use super::times::iso;
use super::{Answer, Context, Method, Params, Site, Within, page};
use crate::driver::Desk;
use crate::hub::{Action, NewWorkspace, Note, Workspace, WorkspaceNotes};
use crate::sid::WorkspaceSid;

pub(super) const ORDERS: &[(&str, TaskOrder)] = &[("FIFO", TaskOrder::Fifo), ("LIFO", TaskOrder::Lifo)];

/// The greatest capacity of a worker on one channel (surface section 2.6).
const CAPACITY: u32 = 50;

/// The channels of a new workspace, and what people call them.
const CHANNELS: &[(&str, &str)] =
    &[("voice", "Voice"), ("sms", "SMS"), ("chat", "Programmable Chat"), ("video", "Video"), ("default", "Default")];

/// `/Workspaces` and `/Workspaces/{Sid}`.
pub(crate) struct Workspaces<'a, 'd>(pub(crate) Context<'a, 'd>);

impl Workspaces<'_, '_> {
    pub(super) fn answer(self) -> Answer {
        match self.0.call.method {
            Method::Get => self.list(),
            Method::Post => self.create(),
            Method::Delete => Err(Refusal::method_not_allowed(self.0.call)),
        }
    }

    fn list(self) -> Answer {
        let Context { desk, call, site } = self.0;
        let name = call.params.filled("FriendlyName");
        let called = |workspace: &&Workspace| name.is_none_or(|name| workspace.engine().friendly_name() == name);
        let items = || desk.hub().workspaces().filter(called);
        let created = |it: &&Workspace| Some(it.notes().dates().created.as_millis());
        page::list(site, call, "workspaces", items, (|it: &&Workspace| it.sid().to_string(), created), |it| {
            show(site, it)
        })
    }

    fn create(self) -> Answer {
        let Context { desk, call, site } = self.0;
        let params = &call.params;
        let mut spec = WorkspaceSpec::new(params.required("FriendlyName")?);
        spec.multi_task_enabled = params.flag("MultiTaskEnabled").unwrap_or(true);
        spec.prioritize_queue_order = params.word("PrioritizeQueueOrder", ORDERS)?.unwrap_or_default();
        if params.text("Template").is_some_and(|template| template.eq_ignore_ascii_case("FIFO")) {
            spec.template = Template::Fifo;
        }
        let spec = with_own_ids(spec.expanded(), || desk.number());
        let sid = WorkspaceSid::new(desk.number());
        let notes = notes(params, WorkspaceNotes::default())?;
        let workflows = super::workflows::notes_of(&spec);
        let new = NewWorkspace { spec, notes, workflows };
        let created = desk.submit(sid, Action::CreateWorkspace(Box::new(new)));
        created.map_err(|rejection| Refusal::of(&rejection))?;
        let shown = desk.hub().workspace(sid).map(|workspace| show(site, workspace));
        Ok(Reply::created(shown.unwrap_or(Value::Null)))
    }

    pub(super) fn one(mut within: Within<'_, '_>) -> Answer {
        match within.method() {
            Method::Get => {}
            Method::Post => update(&mut within)?,
            Method::Delete => {
                let deleted = within.context.desk.submit(within.sid, Action::DeleteWorkspace);
                return deleted.map(|()| Reply::gone()).map_err(|rejection| Refusal::of(&rejection));
            }
        }
        Ok(Reply::ok(show(within.context.site, within.workspace())))
    }
}

/// Creates the workspace of a file, unless there is one of its name.
///
/// # Errors
/// What the engine refuses, in words.
pub fn load(desk: &mut Desk<'_>, spec: WorkspaceSpec) -> Result<WorkspaceSid, String> {
    let named = |it: &&Workspace| it.engine().friendly_name() == spec.friendly_name;
    if let Some(found) = desk.hub().workspaces().find(named) {
        return Ok(found.sid());
    }
    let (spec, sid) = (spec.expanded(), WorkspaceSid::new(desk.number()));
    let workflows = super::workflows::notes_of(&spec);
    let new = NewWorkspace { spec, notes: WorkspaceNotes::default(), workflows };
    let created = desk.submit(sid, Action::CreateWorkspace(Box::new(new)));
    created.map(|()| sid).map_err(|rejection| rejection.to_string())
}

/// What every workspace has of its own: activities, channels and the parts of the template with SIDs nothing else has.
fn with_own_ids(mut spec: WorkspaceSpec, number: impl Fn() -> u128) -> WorkspaceSpec {
    for (name, available) in [("Offline", false), ("Available", true), ("Unavailable", false)] {
        spec = spec.activity(ActivitySpec::new(name, available).activity(ActivityId::new(number())));
    }
    let offline = spec.activities.first().map(|it| it.activity);
    (spec.default_activity, spec.timeout_activity) = (offline, offline);
    for (unique_name, friendly_name) in CHANNELS {
        let channel = TaskChannelSpec::new(unique_name).friendly_name(*friendly_name);
        spec = spec.task_channel(channel.task_channel(TaskChannelId::new(number())));
    }
    spec.limits.capacity = CAPACITY;
    for queue in &mut spec.task_queues {
        queue.task_queue = TaskQueueId::new(number());
    }
    let queue = spec.task_queues.first().map(|it| it.task_queue);
    for workflow in &mut spec.workflows {
        workflow.workflow = WorkflowId::new(number());
        workflow.configuration.default_filter = queue.map(TargetSpec::to);
    }
    spec
}

fn update(within: &mut Within<'_, '_>) -> Result<(), Refusal> {
    let params = within.params();
    let mut command = UpdateWorkspace::new();
    command.friendly_name = params.text("FriendlyName").map(str::to_owned);
    command.default_activity = params.sid::<ActivityId>("DefaultActivitySid")?;
    command.timeout_activity = params.sid::<ActivityId>("TimeoutActivitySid")?;
    command.prioritize_queue_order = params.word("PrioritizeQueueOrder", ORDERS)?;
    command.multi_task_enabled = params.flag("MultiTaskEnabled");
    let note = Note::Workspace(notes(params, within.workspace().notes().workspace.clone())?);
    within.submit(command, Some(note))
}

/// What is given, over what there was.
fn notes(params: &Params, before: WorkspaceNotes) -> Result<WorkspaceNotes, Refusal> {
    let filter = params.text("EventsFilter").map(|text| Some(text.to_owned()).filter(|text| !text.is_empty()));
    Ok(WorkspaceNotes {
        event_callback_url: params.url("EventCallbackUrl")?.unwrap_or(before.event_callback_url),
        events_filter: filter.unwrap_or(before.events_filter),
    })
}

/// A workspace as it goes over the wire.
fn show(site: &Site, workspace: &Workspace) -> Value {
    let catalog = workspace.engine().catalog();
    let url = format!("{}/v1/Workspaces/{}", site.base, workspace.sid());
    let name = |id: Option<ActivityId>| {
        catalog.activities.iter().find(|it| Some(it.activity) == id).map(|it| it.friendly_name.clone())
    };
    let sid = |id: Option<ActivityId>| id.map(|id| id.to_string());
    let dates = workspace.notes().dates();
    let notes = &workspace.notes().workspace;
    json!({
        "account_sid": site.account,
        "sid": workspace.sid().to_string(),
        "friendly_name": catalog.friendly_name,
        "date_created": iso(dates.created),
        "date_updated": iso(dates.updated),
        "default_activity_name": name(catalog.default_activity),
        "default_activity_sid": sid(catalog.default_activity),
        "timeout_activity_name": name(catalog.timeout_activity),
        "timeout_activity_sid": sid(catalog.timeout_activity),
        "event_callback_url": notes.event_callback_url,
        "events_filter": notes.events_filter,
        "multi_task_enabled": catalog.multi_task_enabled,
        "prioritize_queue_order": order(catalog.prioritize_queue_order),
        "links": links(&url),
        "url": url,
    })
}

fn links(url: &str) -> Value {
    json!({
        "activities": format!("{url}/Activities"),
        "events": format!("{url}/Events"),
        "tasks": format!("{url}/Tasks"),
        "task_queues": format!("{url}/TaskQueues"),
        "workers": format!("{url}/Workers"),
        "workflows": format!("{url}/Workflows"),
        "task_channels": format!("{url}/TaskChannels"),
        "statistics": format!("{url}/Statistics"),
        "real_time_statistics": format!("{url}/RealTimeStatistics"),
        "cumulative_statistics": format!("{url}/CumulativeStatistics"),
    })
}

/// `FIFO` or `LIFO`.
pub(crate) fn order(order: TaskOrder) -> &'static str {
    match order {
        TaskOrder::Fifo => "FIFO",
        TaskOrder::Lifo => "LIFO",
    }
}
