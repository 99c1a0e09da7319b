//! Lints of who serves what: workers, queues and steps as a graph of who can serve whom. Nobody is said to be missing
//! but from this workspace: workers may be created later.

use std::ops::Range;

use pointsman_expr::analysis::never_holds;
use pointsman_expr::{Expression, NodeId, NodeKind};

use super::code::Code;
use super::finding::{Finding, Severity};
use super::knowledge::{holds, part_holds};
use super::names::{listed, one_line};
use super::setup::{Setup, Step, Worker};
use super::{Sink, in_short};
use crate::catalog::Queue;
use crate::id::TaskQueueId;
use crate::spec::Template;

pub(super) fn lint(setup: &Setup<'_>, out: &mut Sink) {
    queues_without_workers(setup, out);
    for workflow in &setup.workflows {
        let steps = workflow.steps().filter_map(|step| step_without_workers(setup, &step, out));
        let found = steps.collect();
        out.extend(in_short(found));
    }
    workers_without_queue(setup, out);
}

/// The workers that can be in a queue, whatever their activity.
pub(super) fn members<'s>(setup: &'s Setup<'_>, queue: &Queue) -> impl Iterator<Item = &'s Worker> {
    let expression = queue.expression.clone();
    setup.workers.iter().filter(move |worker| can_be(expression.as_ref(), worker))
}

fn can_be(expression: Option<&Expression>, worker: &Worker) -> bool {
    expression.is_some_and(|expression| holds(expression, worker) != Some(false))
}

fn queues_without_workers(setup: &Setup<'_>, out: &mut Sink) {
    let found: Vec<_> = setup
        .queues()
        .filter_map(|(spec, place, expression)| {
            let at = place.field("target_workers");
            let Some(expression) = expression else {
                let message = "an empty `target_workers` matches no worker: the queue's tasks wait until they expire";
                return Some(Finding::warning(
                    Code::QueueWithoutWorkers,
                    &at,
                    message,
                    "write `1==1` for every worker",
                ));
            };
            let served = setup.workers.iter().any(|worker| can_be(Some(expression), worker));
            if served || setup.workers.is_empty() || never_holds(expression) || is_explained(out, &at) {
                return None;
            }
            let (part, help) = failing_part(expression, &setup.workers.iter().collect::<Vec<_>>());
            let message = "no worker of this workspace can be in this queue";
            let finding = Finding::warning(Code::QueueWithoutWorkers, &at, message, help).within(part);
            Some(finding.warning_if(is_used(setup, spec.task_queue)))
        })
        .collect();
    out.extend(found);
}

/// Whether a workflow sends tasks there, or nothing says what is used at all.
fn is_used(setup: &Setup<'_>, queue: TaskQueueId) -> bool {
    let mut steps = setup.workflows.iter().flat_map(|workflow| workflow.steps());
    setup.workflows.is_empty() || steps.any(|step| step.target.queue == queue)
}

/// Whether the same place has a finding that says why.
fn is_explained(out: &Sink, at: &super::Place) -> bool {
    out.iter().any(|finding| finding.severity == Severity::Warning && finding.at == *at)
}

fn step_without_workers(setup: &Setup<'_>, step: &Step<'_>, out: &Sink) -> Option<Finding> {
    let expression = step.target.expression.as_ref()?;
    let members: Vec<&Worker> = members(setup, setup.catalog.queues.get(step.target.queue)?).collect();
    let at = step.place.field("expression");
    let served = members.iter().any(|worker| can_be(Some(expression), worker));
    if served || members.is_empty() || never_holds(expression) || is_explained(out, &at) {
        return None;
    }
    let (part, help) = failing_part(expression, &members);
    let message = "no worker of this workspace can take a task in this step";
    Some(Finding::warning(Code::StepWithoutWorkers, &at, message, help).within(part))
}

/// The part of an expression that fails for most workers, and a sentence about it.
fn failing_part(expression: &Expression, workers: &[&Worker]) -> (Range<usize>, String) {
    let tree = expression.tree();
    let failures =
        |part: NodeId| workers.iter().filter(|worker| part_holds(tree, part, **worker) == Some(false)).count();
    let root = tree.root();
    let worst = match &tree[root].kind {
        NodeKind::And(parts) => parts.iter().rev().copied().max_by_key(|part| failures(*part)).unwrap_or(root),
        NodeKind::Or(_) | NodeKind::Not(_) | NodeKind::Test { .. } => root,
    };
    let span = tree[worst].span.clone();
    let text = one_line(expression.text(), &span);
    let (count, all) = (failures(worst), workers.len());
    let help = match (count == all, all) {
        (true, 1) => format!("`{text}` does not hold for the only worker"),
        (true, _) => format!("`{text}` holds for none of the {all} workers"),
        (false, _) => format!("`{text}` fails for {count} of the {all} workers, other parts for the others"),
    };
    (span, help)
}

/// Workers who are in no queue are told once, unless something is wrong with the expression of a queue.
fn workers_without_queue(setup: &Setup<'_>, out: &mut Sink) {
    let Some(workspace) = setup.workspace else { return };
    let mut places = setup.queues().map(|(_, place, _)| place.field("target_workers"));
    let is_explained = places.any(|place| is_explained(out, &place));
    if workspace.task_queues.is_empty() || workspace.template == Template::Fifo || is_explained {
        return;
    }
    let expressions: Vec<_> = setup.queues().map(|(_, _, expression)| expression).collect();
    let wanted = |worker: &Worker| expressions.iter().any(|expression| can_be(*expression, worker));
    let idle: Vec<&Worker> = setup.declared().filter(|worker| !wanted(worker)).collect();
    let Some(first) = idle.first() else { return };
    let names = listed(idle.iter().map(|worker| worker.name()));
    let message = match idle.len() {
        1 => format!("{names} is in no queue: no task is ever offered to this worker"),
        _ => format!("{names} are in no queue: no task is ever offered to them"),
    };
    let help = "change the attributes, or the `target_workers` of a queue";
    out.push(Finding::warning(Code::WorkerWithoutQueue, &first.place, message, help));
}
