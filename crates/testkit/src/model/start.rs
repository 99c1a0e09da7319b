//! The start of the world: a workspace and what TaskRouter puts into it (semantics section 8). Emits nothing.

use pointsman::{
    ActivityId, ActivitySpec, Rejection, TargetSpec, TaskChannelSpec, TaskQueueSpec, Template, WorkflowConfiguration,
    WorkflowSpec, WorkspaceSpec,
};

use super::{Model, check};

pub(super) fn build(spec: &WorkspaceSpec, namespace: u128) -> Result<Model, Rejection> {
    check::friendly_name(&spec.friendly_name)?;
    let offline = ActivityId::named("Offline");
    let mut model = Model {
        namespace,
        clock: spec.start,
        deleted: false,
        name: spec.friendly_name.as_str().into(),
        multi_task_enabled: spec.multi_task_enabled,
        prioritize_queue_order: spec.prioritize_queue_order,
        default_activity: spec.default_activity.unwrap_or(offline),
        timeout_activity: spec.timeout_activity.unwrap_or(offline),
        limits: spec.limits.clone(),
        activities: Vec::new(),
        channels: Vec::new(),
        queues: Vec::new(),
        workflows: Vec::new(),
        workers: Vec::new(),
        tasks: Vec::new(),
        reservations: Vec::new(),
        made: 0,
        sequence: 0,
        events: Vec::new(),
    };
    model.fill(spec)?;
    model.events.clear();
    model.sequence = 0;
    Ok(model)
}

impl Model {
    /// Declares everything, as if by command.
    fn fill(&mut self, spec: &WorkspaceSpec) -> Result<(), Rejection> {
        activities(spec).iter().try_for_each(|activity| self.create_activity(activity))?;
        for (role, activity) in [("default", self.default_activity), ("timeout", self.timeout_activity)] {
            self.workspace_activity(role, activity)?;
        }
        task_channels(spec).iter().try_for_each(|channel| self.create_task_channel(channel))?;
        task_queues(spec).iter().try_for_each(|queue| self.create_task_queue(queue))?;
        workflows(spec).iter().try_for_each(|workflow| self.create_workflow(workflow))?;
        spec.workers.iter().try_for_each(|worker| self.create_worker(worker))
    }
}

fn activities(spec: &WorkspaceSpec) -> Vec<ActivitySpec> {
    if !spec.activities.is_empty() {
        return spec.activities.clone();
    }
    let three = [("Offline", false), ("Available", true), ("Unavailable", false)];
    three.into_iter().map(|(name, available)| ActivitySpec::new(name, available)).collect()
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

fn task_queues(spec: &WorkspaceSpec) -> Vec<TaskQueueSpec> {
    let sample = match spec.template {
        Template::None => None,
        Template::Fifo => Some(TaskQueueSpec::new("Sample Queue", "1==1")),
    };
    sample.into_iter().chain(spec.task_queues.iter().cloned()).collect()
}

fn workflows(spec: &WorkspaceSpec) -> Vec<WorkflowSpec> {
    let sample = match spec.template {
        Template::None => None,
        Template::Fifo => {
            let everything = WorkflowConfiguration::new().default_filter(TargetSpec::to("Sample Queue"));
            Some(WorkflowSpec::new("Default Fifo Workflow", everything))
        }
    };
    sample.into_iter().chain(spec.workflows.iter().cloned()).collect()
}
