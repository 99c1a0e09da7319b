//! Defects of single routing steps.

use std::time::Duration;

use pointsman::{CreateTask, KnownWorkerSpec, TargetSpec, TaskOrder, UpdateWorkflow, Value, WorkflowSpec};
use pointsman_expr::{Kind, Limits, Name, NodeKind, Op, Operand, parse};

use super::Seeder;
use super::expressions::with_attribute;
use super::places::{filter_mut, filter_path, steps};

pub(super) fn seed(seeder: &mut Seeder<'_>) {
    for step in steps(seeder.good) {
        let (path, workflow) = (step.path(), step.workflow);
        let queue = step.spec.queue;
        seeder.add("a channel that does not exist", "unknown-channel", format!("{path}.expression"), |workspace| {
            step.of(workspace).expression = Some("worker.channel.pigeon.available_capacity_percentage > 0".to_owned());
        });
        seeder.add("assigned tasks taken for load", "assigned-tasks-only", format!("{path}.expression"), |workspace| {
            step.of(workspace).expression = Some("worker.channel.default.assigned_tasks == 0".to_owned());
        });
        seeder.add("an unknown queue", "unknown-task-queue", format!("{path}.queue"), |workspace| {
            step.of(workspace).queue = Some("nowhere".into());
        });
        if let Some(index) =
            queue.and_then(|queue| seeder.good.task_queues.iter().position(|spec| spec.task_queue == queue))
        {
            seeder.add(
                "a priority into a LIFO queue",
                "lifo-ignores-priority",
                format!("{path}.priority"),
                |workspace| {
                    step.of(workspace).priority = Some(3);
                    workspace.task_queues[index].task_order = TaskOrder::Lifo;
                },
            );
        }
        if let Some(filter) = step.filter.filter(|_| step.target == 0) {
            before_it(seeder, workflow, filter, &queue.map(TargetSpec::to).unwrap_or_default());
        }
    }
    for workflow in 0..seeder.good.workflows.len() {
        own_priority(seeder, workflow);
    }
    for workflow in &seeder.good.workflows {
        let (id, configuration) = (workflow.workflow, workflow.configuration.clone());
        seeder.add_with(
            "a changed workflow and old tasks",
            "update-keeps-tasks",
            "steps[0].configuration".to_owned(),
            |_| vec![UpdateWorkflow::new(id).configuration(configuration).into()],
        );
    }
}

/// A task that brings a priority, for the first filter or, without filters, the default one.
fn own_priority(seeder: &mut Seeder<'_>, workflow: usize) {
    let spec = &seeder.good.workflows[workflow];
    let has_filters = !spec.configuration.filters.is_empty();
    let first = steps(seeder.good).into_iter().find(|step| step.workflow == workflow);
    let Some(step) = first.filter(|step| step.filter.is_some() == has_filters) else { return };
    let Some(attributes) = matching(spec) else { return };
    let (path, id) = (format!("{}.priority", step.path()), spec.workflow);
    seeder.add_with("a task's own priority", "priority-overwritten", path, |workspace| {
        step.of(workspace).priority = Some(3);
        vec![CreateTask::new("t").workflow(id).attributes(attributes).priority(70).into()]
    });
}

/// Attributes that match the first filter, when that is a list of equalities; none when it is not.
fn matching(workflow: &WorkflowSpec) -> Option<Value> {
    let nothing = Value::from(pointsman_expr::Object::default());
    let Some(filter) = workflow.configuration.filters.first() else { return Some(nothing) };
    let parsed = parse(&filter.expression, Kind::Filter, &Limits::default()).ok()?;
    let mut attributes = nothing;
    for node in parsed.expression.tree().nodes() {
        match &node.kind {
            NodeKind::Test { op: Op::Equal, left, right } => {
                let (Operand::Name(Name::Task(path)), Operand::Literal(value)) = (&left.operand, &right.operand) else {
                    continue;
                };
                attributes = with_attribute(&attributes, &path.to_string(), value.clone());
            }
            NodeKind::And(_) => {}
            NodeKind::Test { .. } | NodeKind::Or(_) | NodeKind::Not(_) => return None,
        }
    }
    Some(attributes)
}

/// A step in front of the others of a filter.
fn before_it(seeder: &mut Seeder<'_>, workflow: usize, filter: usize, to: &TargetSpec) {
    let path = format!("{}.targets[0]", filter_path(workflow, filter));
    let mut insert = |kind, code, field: &str, step: TargetSpec| {
        let path = if field.is_empty() { path.clone() } else { format!("{path}.{field}") };
        seeder.add(kind, code, path, |workspace| filter_mut(workspace, workflow, filter).targets.insert(0, step));
    };
    let long = Duration::from_secs(1_800);
    let to = || to.clone();
    insert(
        "skip_if taken for capacity",
        "skip-if-ignores-capacity",
        "skip_if",
        to().timeout(long).skip_if("workers.available == 0"),
    );
    insert(
        "an activity that does not exist",
        "skip-if-unknown-activity",
        "skip_if",
        to().timeout(long).skip_if("workers.WA0lunch == 0"),
    );
    insert("a skip_if that is switched off", "never-holds", "skip_if", to().timeout(long).skip_if("1 == 0"));
    insert(
        "preferred workers without a guard",
        "unguarded-attribute",
        "expression",
        to().timeout(long).expression("worker.sid IN task.preferred_workers"),
    );
    let known = |key: &str| KnownWorkerSpec::Sid(format!("task.{key}"));
    insert(
        "a known worker without a guard",
        "unguarded-attribute",
        "known_worker_sid",
        to().timeout(long).known_worker(known("last_agent")),
    );
    insert("a step shorter than an answer", "short-step", "timeout", to().timeout(Duration::from_secs(1)));
    let path = format!("{}.targets[0].known_worker_sid", filter_path(workflow, filter));
    seeder.add("a known worker waited for", "known-worker-holds", path, |workspace| {
        filter_mut(workspace, workflow, filter).targets = vec![to().known_worker(known("last_agent"))];
    });
    let path = format!("{}.targets[1].priority", filter_path(workflow, filter));
    seeder.add("a priority that falls", "priority-overwritten", path, |workspace| {
        let targets = &mut filter_mut(workspace, workflow, filter).targets;
        targets[0].priority = Some(2);
        targets.insert(0, to().timeout(long).priority(8));
    });
}
