//! The start of the world: a workspace and what TaskRouter puts into it (semantics section 8). Emits nothing.

use pointsman::{
    ActivityId, ActivitySpec, Rejection, TargetSpec, TaskChannelSpec, TaskQueueSpec, Template, WorkflowConfiguration,
    WorkflowSpec, WorkspaceSpec,
};

use super::Model;
use super::check::{self, Judged};
use super::rows::Rows;

/// Declares everything, as if by command.
pub(super) fn build(spec: &WorkspaceSpec, namespace: u128) -> Judged<Model> {
    check::friendly_name(&spec.friendly_name)?;
    let mut model = empty(spec, namespace);
    activities(spec).iter().try_for_each(|activity| model.create_activity(activity))?;
    for (role, activity) in [("default", model.default_activity), ("timeout", model.timeout_activity)] {
        let known = model.activities.find(activity).is_some();
        check::require(known, || Rejection::NoSuchWorkspaceActivity { role, activity })?;
    }
    let (queue, workflow) = template(spec.template).unzip();
    task_channels(spec).iter().try_for_each(|channel| model.create_task_channel(channel))?;
    queue.iter().chain(&spec.task_queues).try_for_each(|queue| model.create_task_queue(queue))?;
    workflow.iter().chain(&spec.workflows).try_for_each(|workflow| model.create_workflow(workflow))?;
    spec.workers.iter().try_for_each(|worker| model.create_worker(worker))?;
    model.events.clear();
    model.sequence = 0;
    Ok(model)
}

fn empty(spec: &WorkspaceSpec, namespace: u128) -> Model {
    let offline = ActivityId::named("Offline");
    Model {
        namespace,
        clock: spec.start,
        deleted: false,
        name: spec.friendly_name.as_str().into(),
        multi_task_enabled: spec.multi_task_enabled,
        prioritize_queue_order: spec.prioritize_queue_order,
        timeout_basis: spec.timeout_basis,
        default_activity: spec.default_activity.unwrap_or(offline),
        timeout_activity: spec.timeout_activity.unwrap_or(offline),
        limits: spec.limits.clone(),
        activities: Rows::new(),
        channels: Rows::new(),
        queues: Rows::new(),
        workflows: Rows::new(),
        workers: Rows::new(),
        tasks: Rows::new(),
        reservations: Rows::new(),
        departed: Vec::new(),
        made: 0,
        sequence: 0,
        events: Vec::new(),
    }
}

fn activities(spec: &WorkspaceSpec) -> Vec<ActivitySpec> {
    let three = [("Offline", false), ("Available", true), ("Unavailable", false)];
    let three = three.map(|(name, available)| ActivitySpec::new(name, available));
    if spec.activities.is_empty() { three.to_vec() } else { spec.activities.clone() }
}

/// `default` always exists.
fn task_channels(spec: &WorkspaceSpec) -> Vec<TaskChannelSpec> {
    if spec.task_channels.is_empty() {
        let named = [("voice", "Voice"), ("sms", "SMS"), ("chat", "Chat"), ("video", "Video"), ("default", "Default")];
        return named.map(|(unique, name)| TaskChannelSpec::new(unique).friendly_name(name)).to_vec();
    }
    let mut channels = spec.task_channels.clone();
    if !channels.iter().any(|channel| channel.unique_name == "default") {
        channels.push(TaskChannelSpec::new("default"));
    }
    channels
}

fn template(template: Template) -> Option<(TaskQueueSpec, WorkflowSpec)> {
    let everything = WorkflowConfiguration::new().default_filter(TargetSpec::to("Sample Queue"));
    match template {
        Template::None => None,
        Template::Fifo => {
            Some((TaskQueueSpec::new("Sample Queue", "1==1"), WorkflowSpec::new("Default Fifo Workflow", everything)))
        }
    }
}
