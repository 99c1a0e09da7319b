//! Lints of single routing steps: what `skip_if` counts, who is waited for, how long.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use pointsman_expr::analysis::always_holds;
use pointsman_expr::{ChannelCounter, Expression, KnownWorker, Name, NodeKind, Operand, Path, Ref, Term, WorkersCount};

use super::code::Code;
use super::exits::Exits;
use super::finding::Finding;
use super::knowledge::{Knowledge, Lacking, holds};
use super::names::nearest;
use super::setup::{Setup, Step, Task, Workflow};
use super::{Sink, in_short};
use crate::catalog::KnownBy;
use crate::event::FilterRef;
use crate::limits::DEFAULT_TASK_TIMEOUT;
use crate::state::workers::fold;
use crate::time::format_duration;

pub(super) fn lint(setup: &Setup<'_>, out: &mut Sink) {
    for workflow in &setup.workflows {
        let each = |lint: fn(&Step<'_>) -> Option<Finding>| {
            in_short(workflow.steps().filter_map(|step| lint(&step)).collect())
        };
        out.extend(each(skip_if_ignores_capacity));
        out.extend(each(assigned_tasks_only));
        let known = workflow.steps().filter_map(|step| known_worker_holds(setup, workflow, &step));
        out.extend(in_short(known.collect()));
        out.extend(in_short(short_steps(workflow)));
        after_task_timeout(workflow, out);
        unguarded_attributes(setup, workflow, out);
        workflow.steps().for_each(|step| unknown_names(setup, &step, out));
    }
}

/// Activities count in `skip_if`, capacity does not (semantics section 2.7).
fn skip_if_ignores_capacity(step: &Step<'_>) -> Option<Finding> {
    let skip_if = step.target.skip_if.as_ref()?;
    let (span, _) = mentions(skip_if)
        .find(|(_, name)| matches!(name, Name::Workers(WorkersCount::Available | WorkersCount::Unavailable)))?;
    let message =
        "`skip_if` counts workers by activity: one who is available but has no free capacity counts as available";
    let help = "use `1==1` to skip whenever nobody can be reserved at once";
    Some(Finding::info(Code::SkipIfIgnoresCapacity, &step.place.field("skip_if"), message, help).within(span))
}

/// A pending reservation takes capacity, but is no assigned task (semantics section 7.3).
fn assigned_tasks_only(step: &Step<'_>) -> Option<Finding> {
    let expression = step.target.expression.as_ref()?;
    let counts = |name: &Name| matches!(name, Name::WorkerChannel { counter: ChannelCounter::AssignedTasks, .. });
    let (span, name) = mentions(expression).find(|(_, name)| counts(name))?;
    let message = format!("`{name}` counts accepted tasks only: one that is offered or wrapping up is not among them");
    let help = "`available_capacity_percentage` goes down with these, too";
    Some(Finding::info(Code::AssignedTasksOnly, &step.place.field("expression"), message, help).within(span))
}

/// A task whose known worker is missing, unknown or away waits all the same (semantics section 2.10).
fn known_worker_holds(setup: &Setup<'_>, workflow: &Workflow<'_>, step: &Step<'_>) -> Option<Finding> {
    let (by, known) = step.target.known_worker.as_ref().filter(|_| !Exits::of(step.target).any())?;
    let lost = |task: &&Task| matches(workflow, step, *task) && !names_a_worker(setup, task, *by, known);
    let lost = setup.tasks_of(workflow).find(lost);
    let such = lost.map_or(String::new(), |task| format!(", and {} names nobody", task.id));
    let message = format!(
        "tasks wait here for the worker that `{}` names, even if there is none or nobody comes{such}",
        known.text()
    );
    let help = "add a `timeout`, or `\"skip_if\": \"1==1\"`, and a target for everyone below";
    Some(Finding::info(Code::KnownWorkerHolds, &known_place(step), message, help).warning_if(lost.is_some()))
}

fn names_a_worker(setup: &Setup<'_>, task: &Task, by: KnownBy, known: &KnownWorker) -> bool {
    let Ref::Str(name) = task.attributes.get(known.path()) else { return false };
    setup.workers.iter().any(|worker| match by {
        KnownBy::Sid => worker.sid == name,
        KnownBy::FriendlyName => fold(worker.name()) == fold(name),
    })
}

fn known_place(step: &Step<'_>) -> super::Place {
    use crate::spec::KnownWorkerSpec;
    step.place.field(match step.spec.known_worker {
        Some(KnownWorkerSpec::Sid(_)) | None => "known_worker_sid",
        Some(KnownWorkerSpec::FriendlyName(_)) => "known_worker_friendly_name",
    })
}

/// Reservations are timed each from its own start; steps by the age of the task (semantics section 2.6).
fn short_steps(workflow: &Workflow<'_>) -> Vec<Finding> {
    let Some(answer_time) = workflow.answer_time else { return Vec::new() };
    let short = workflow.steps().filter_map(|step| {
        let timeout = step.target.timeout.filter(|timeout| *timeout <= answer_time)?;
        let [timeout, answer_time] = [timeout, answer_time].map(format_duration);
        let message = format!(
            "a worker has {answer_time} to answer, this step lasts {timeout}: an unanswered reservation outlasts it"
        );
        let help = "make the workflow's `task_reservation_timeout` shorter than its steps; \
                    steps are timed by the task's age, reservations each from its own start";
        Some(Finding::info(Code::ShortStep, &step.place.field("timeout"), message, help))
    });
    short.collect()
}

/// Tasks expire after a day unless they say otherwise (semantics section 4.1).
fn after_task_timeout(workflow: &Workflow<'_>, out: &mut Sink) {
    for filter in (0..workflow.spec.filters.len()).map(FilterRef::Index) {
        let mut passed = Duration::ZERO;
        for step in workflow.steps_of(filter) {
            if passed >= DEFAULT_TASK_TIMEOUT {
                let message = format!(
                    "this step begins after {}: a task expires after 24h unless it is given more",
                    format_duration(passed)
                );
                let help = "make the steps above shorter, or create the tasks with a longer `timeout`";
                out.push(Finding::info(Code::AfterTaskTimeout, &step.place, message, help));
                break;
            }
            let waits = step.target.skip_if.is_none();
            passed += step.target.timeout.filter(|_| waits).unwrap_or_default();
        }
    }
}

/// The whole filter waits where a task lacks what the step's expression reads (semantics section 13.1, 7).
fn unguarded_attributes(setup: &Setup<'_>, workflow: &Workflow<'_>, out: &mut Sink) {
    let mut found: BTreeMap<&Path, Vec<Finding>> = BTreeMap::new();
    let steps: Vec<Step<'_>> = workflow.steps().collect();
    for step in &steps {
        for (path, place, span) in needs(step) {
            if matches(workflow, step, &Lacking(path)) {
                let observed =
                    setup.tasks_of(workflow).find(|task| is_without(task, path) && matches(workflow, step, *task));
                let finding = unguarded(step, path, observed).warning_if(observed.is_some());
                let finding = Finding { at: place, span, ..finding };
                found.entry(path).or_default().push(finding);
            }
        }
    }
    out.extend(found.into_values().filter_map(in_short));
}

/// The task attributes without which a step takes no worker, unless the step is skipped then.
fn needs<'s>(step: &'s Step<'_>) -> Vec<(&'s Path, super::Place, Option<Range<usize>>)> {
    let skipped = step.target.skip_if.as_ref().is_some_and(always_holds);
    if skipped {
        return Vec::new();
    }
    let mut needs = Vec::new();
    let expression = step.target.expression.as_ref().filter(|expression| expression.names().len() > 0);
    for (span, name) in expression.into_iter().flat_map(mentions) {
        let Name::Task(path) = name else { continue };
        let known = needs.iter().any(|(other, _, _)| *other == path);
        if !known && expression.is_some_and(|expression| holds(expression, &Lacking(path)) == Some(false)) {
            needs.push((path, step.place.field("expression"), Some(span)));
        }
    }
    // A step for a known worker that is never left has a finding of its own.
    let known = step.target.known_worker.as_ref().filter(|_| step.target.timeout.is_some());
    needs.extend(known.map(|(_, known)| (known.path(), known_place(step), None)));
    needs
}

/// Whether such a task can match the filter of the step.
fn matches(workflow: &Workflow<'_>, step: &Step<'_>, task: &impl Knowledge) -> bool {
    workflow.condition(step.filter).is_none_or(|condition| holds(condition, task) != Some(false))
}

fn is_without(task: &Task, path: &Path) -> bool {
    task.attributes.get(path) == Ref::Null
}

fn unguarded(step: &Step<'_>, path: &Path, observed: Option<&Task>) -> Finding {
    let how_long = match step.target.timeout {
        Some(timeout) => format!("for {}", format_duration(timeout)),
        None => "until they expire".to_owned(),
    };
    let such = observed.map_or(String::new(), |task| format!(", and {} is such a task", task.id));
    let message = format!("tasks without `{path}` wait here {how_long}: no worker can take them{such}");
    let help = format!("add `{path} != null` to the filter, and a filter for the others below");
    Finding::info(Code::UnguardedAttribute, &step.place, message, help)
}

/// Channels and activities that expressions name and the workspace does not have.
fn unknown_names(setup: &Setup<'_>, step: &Step<'_>, out: &mut Sink) {
    if setup.workspace.is_none() {
        return;
    }
    for (span, name) in step.target.expression.iter().flat_map(mentions) {
        let Name::WorkerChannel { channel, .. } = name else { continue };
        if setup.catalog.channel_named(channel).is_none() {
            let message = format!("there is no task channel `{channel}`: `{name}` is always null");
            let known: Vec<&str> = setup.catalog.channels.iter().map(|(_, channel)| &*channel.unique_name).collect();
            let help = suggestion(channel, &known, "the unique name of a task channel");
            let place = step.place.field("expression");
            out.push(Finding::warning(Code::UnknownChannel, &place, message, help).within(span));
        }
    }
    for (span, name) in step.target.skip_if.iter().flat_map(mentions) {
        let Name::Workers(WorkersCount::Activity(sid)) = name else { continue };
        let activities = || setup.catalog.activities.iter().map(|(_, activity)| activity);
        if !activities().any(|activity| activity.sid == *sid) {
            let message = format!("there is no activity `{sid}`: `{name}` is always null");
            let named = activities().find(|activity| activity.friendly_name.eq_ignore_ascii_case(sid));
            let known: Vec<&str> = activities().map(|activity| &*activity.sid).collect();
            let help = match named {
                Some(activity) => format!("an activity is named by its sid here: write `workers.{}`", activity.sid),
                None => suggestion(sid, &known, "the sid of an activity"),
            };
            let place = step.place.field("skip_if");
            out.push(Finding::warning(Code::SkipIfUnknownActivity, &place, message, help).within(span));
        }
    }
}

fn suggestion(text: &str, known: &[&str], what: &str) -> String {
    match nearest(text, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("write {what}"),
    }
}

/// The names that an expression reads, each with its place, in the order of the text.
pub(super) fn mentions(expression: &Expression) -> impl Iterator<Item = (Range<usize>, &Name)> {
    let tests = expression.tree().nodes().iter().filter_map(|node| match &node.kind {
        NodeKind::Test { left, right, .. } => Some([left, right]),
        NodeKind::And(_) | NodeKind::Or(_) | NodeKind::Not(_) => None,
    });
    tests.flatten().filter_map(|term: &Term| match &term.operand {
        Operand::Name(name) => Some((term.span.clone(), name)),
        Operand::Literal(_) => None,
    })
}
