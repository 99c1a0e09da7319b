//! What a comparison finds is what a second reading finds: runs through the reference model, told by plain lists. And
//! swapping the two configurations negates it.

#![allow(clippy::unwrap_used, reason = "a test may fail that way")]
#![allow(clippy::wildcard_enum_match_arm, reason = "the second reading picks a few commands and events out of all")]

#[path = "diff/dispatches.rs"]
mod dispatches;
#[path = "diff/naive.rs"]
mod naive;
mod support;

use std::cell::Cell;

use pointsman::{
    FilterSpec, TargetSpec, TaskQueueSpec, Value, WorkerSpec, WorkflowConfiguration, WorkflowSpec, WorkspaceSpec,
};
use pointsman_config::Names;
use pointsman_sim::Recording;
use pointsman_sim::diff::{Answers, Diff, Outcome, Variant, runs, states};
use pointsman_testkit::{Driver, Op, strategy};
use proptest::collection::vec;
use proptest::prelude::*;
use support::{Script, same, staged, stories};

/// A change of a configuration, by the place of what it changes.
#[derive(Clone, Debug)]
enum Edit {
    Workflow(usize, WorkflowConfiguration),
    NewFilter(usize, usize, String),
    NoFilter(usize, usize),
    FilterName(usize, usize, &'static str),
    FilterExpression(usize, usize, String),
    Members(usize, String),
    Batch(usize, u32),
    Attributes(usize, Value),
    NoWorker(usize),
    NewWorker(Value),
    NewQueue(String),
}

fn edit() -> impl Strategy<Value = Edit> {
    let place = || 0..4_usize;
    prop_oneof![
        3 => (place(), strategy::workflow_configuration()).prop_map(|(at, it)| Edit::Workflow(at, it)),
        2 => (place(), place(), strategy::filter_expression()).prop_map(|(at, to, it)| Edit::NewFilter(at, to, it)),
        1 => (place(), place()).prop_map(|(at, which)| Edit::NoFilter(at, which)),
        2 => (place(), place(), prop_oneof![Just("first"), Just("second")]).prop_map(|(at, to, it)| Edit::FilterName(at, to, it)),
        2 => (place(), place(), strategy::filter_expression()).prop_map(|(at, to, it)| Edit::FilterExpression(at, to, it)),
        2 => (place(), strategy::queue_expression()).prop_map(|(at, it)| Edit::Members(at, it)),
        1 => (place(), 1..3_u32).prop_map(|(at, it)| Edit::Batch(at, it)),
        2 => (place(), strategy::worker_attributes()).prop_map(|(at, it)| Edit::Attributes(at, it)),
        1 => place().prop_map(Edit::NoWorker),
        1 => strategy::worker_attributes().prop_map(Edit::NewWorker),
        1 => strategy::queue_expression().prop_map(Edit::NewQueue),
    ]
}

fn edited(spec: &WorkspaceSpec, edits: &[Edit]) -> WorkspaceSpec {
    let mut spec = spec.clone();
    edits.iter().for_each(|edit| apply(&mut spec, edit.clone()));
    spec
}

fn apply(spec: &mut WorkspaceSpec, edit: Edit) {
    let (queues, workers) = (spec.task_queues.len(), spec.workers.len());
    let first = spec.task_queues[0].task_queue;
    let fitting = |at: usize, filters: &[FilterSpec]| at.checked_rem(filters.len());
    match edit {
        Edit::Workflow(at, mut configuration) => {
            let targets = configuration.filters.iter_mut().flat_map(|filter| &mut filter.targets);
            let known: Vec<_> = spec.task_queues.iter().map(|queue| queue.task_queue).collect();
            for target in targets.chain(&mut configuration.default_filter) {
                target.queue = target.queue.map(|queue| if known.contains(&queue) { queue } else { first });
            }
            workflow(spec, at).configuration = configuration;
        }
        Edit::NewFilter(at, to, expression) => {
            let filters = &mut workflow(spec, at).configuration.filters;
            filters.insert(to % (filters.len() + 1), FilterSpec::new(expression).target(TargetSpec::to(first)));
        }
        Edit::NoFilter(at, which) => {
            let filters = &mut workflow(spec, at).configuration.filters;
            fitting(which, filters).map(|which| filters.remove(which));
        }
        Edit::FilterName(at, which, name) => {
            let filters = &mut workflow(spec, at).configuration.filters;
            if let Some(which) = fitting(which, filters) {
                filters[which].friendly_name = Some(name.to_owned());
            }
        }
        Edit::FilterExpression(at, which, expression) => {
            let filters = &mut workflow(spec, at).configuration.filters;
            if let Some(which) = fitting(which, filters) {
                filters[which].expression = expression;
            }
        }
        Edit::Members(at, expression) => spec.task_queues[at % queues].target_workers = expression,
        Edit::Batch(at, most) => spec.task_queues[at % queues].max_reserved_workers = most,
        Edit::Attributes(at, attributes) => {
            if let Some(worker) = spec.workers.get_mut(at.checked_rem(workers).unwrap_or_default()) {
                worker.attributes = attributes;
            }
        }
        Edit::NoWorker(at) if workers > 0 => drop(spec.workers.remove(at % workers)),
        Edit::NoWorker(_) => {}
        Edit::NewWorker(attributes) if spec.workers.iter().all(|worker| worker.friendly_name != "extra") => {
            spec.workers.push(WorkerSpec::new("extra").activity("Available").attributes(attributes));
        }
        Edit::NewWorker(_) => {}
        Edit::NewQueue(expression) if spec.task_queues.iter().all(|queue| queue.friendly_name != "q-extra") => {
            spec.task_queues.push(TaskQueueSpec::new("q-extra", expression));
        }
        Edit::NewQueue(_) => {}
    }
}

fn workflow(spec: &mut WorkspaceSpec, at: usize) -> &mut WorkflowSpec {
    let count = spec.workflows.len();
    &mut spec.workflows[at % count]
}

/// A story and two configurations, the first of which is the story's own half of the time.
fn comparisons(length: usize) -> impl Strategy<Value = (WorkspaceSpec, Vec<Op>, Vec<Edit>, Vec<Edit>)> {
    let first = prop_oneof![Just(Vec::new()), vec(edit(), 1..4)];
    (stories(length), first, vec(edit(), 1..5)).prop_map(|((spec, ops), old, new)| (spec, ops, old, new))
}

fn recorded(spec: &WorkspaceSpec, script: &Script) -> Recording {
    let mut recording = Recording::new("story", 7, naive::NAMESPACE, spec.clone()).named(&naive::names());
    for (at, command) in script {
        command.iter().for_each(|command| recording.push(*at, command.clone()));
        recording.end(*at, "");
    }
    recording
}

fn text(diff: &Diff) -> String {
    serde_json::to_string_pretty(diff).unwrap_or_else(|error| error.to_string())
}

/// In which order filters stand is for the negation to say.
fn sorted(mut diff: Diff) -> Diff {
    diff.filters.sort_by_cached_key(|filter| serde_json::to_string(filter).unwrap_or_default());
    diff
}

#[test]
fn a_comparison_of_runs_equals_a_second_reading() {
    let [tasks, workers, filters, waits, refused] = [const { Cell::new(0) }; 5];
    let count = |cell: &Cell<usize>, more: usize| cell.set(cell.get() + more);
    support::runs(300).check((comparisons(60), any::<bool>()), |((spec, ops, old, new), auto)| {
        let (_, script) = staged(&spec, &ops)?;
        let (recording, answers) = (recorded(&spec, &script), if auto { Answers::Auto } else { Answers::AsRecorded });
        let names = Names::new();
        let (old, new) = (edited(&spec, &old), edited(&spec, &new));
        let [old, new] = [&old, &new].map(|workspace| Variant { workspace, names: &names });
        let diff = runs(&recording, old, new, answers).map_err(|error| error.to_string())?;
        let naive = naive::runs(&recording, old.workspace, new.workspace, auto);
        same("comparison and second reading", &text(&sorted(diff.clone())), &text(&sorted(naive)))?;
        let swapped = runs(&recording, new, old, answers).map_err(|error| error.to_string())?;
        same("negation and swapped comparison", &text(&diff.clone().negated()), &text(&swapped))?;
        let nothing = runs(&recording, new, new, answers).map_err(|error| error.to_string())?;
        same("nothing and an unchanged configuration", &true, &nothing.is_empty())?;
        count(&tasks, diff.tasks.len());
        count(&workers, diff.workers.len());
        count(&filters, diff.filters.len());
        count(&waits, diff.waits.map_or(0, |waits| waits.tasks.len()));
        count(&refused, diff.refused.len());
        Ok(())
    });
    let seen = [&tasks, &workers, &filters, &waits, &refused].map(Cell::get);
    support::say(&format!("comparisons of runs: tasks, workers, filters, waits, refusals: {seen:?}"));
    assert!(seen.iter().all(|count| *count > 50), "the comparisons differ in too little to prove anything: {seen:?}");
}

#[test]
fn a_comparison_of_states_equals_a_second_reading() {
    let [tasks, workers, filters, refused] = [const { Cell::new(0) }; 4];
    let count = |cell: &Cell<usize>, more: usize| cell.set(cell.get() + more);
    support::runs(300).check(comparisons(60), |(spec, ops, old, new)| {
        let mut driver = Driver::new(&spec).map_err(|refused| refused.to_string())?;
        ops.iter().try_for_each(|op| driver.apply(op)).map_err(|mismatch| mismatch.to_string())?;
        let engine = driver.engine();
        let base = engine.spec();
        if base.workflows.is_empty() || base.task_queues.is_empty() {
            return Ok(());
        }
        let (before, names, unnamed) = (engine.digest(), naive::names(), Names::new());
        let (old, new) = (edited(&base, &old), edited(&base, &new));
        let [old, new] = [&old, &new].map(|workspace| Variant { workspace, names: &unnamed });
        let diff = states(engine, &names, old, new).map_err(|error| error.to_string())?;
        let naive = naive::states(driver.model(), &base, old.workspace, new.workspace);
        same("comparison and second reading", &text(&sorted(diff.clone())), &text(&sorted(naive)))?;
        let swapped = states(engine, &names, new, old).map_err(|error| error.to_string())?;
        same("negation and swapped comparison", &text(&diff.clone().negated()), &text(&swapped))?;
        let nothing = states(engine, &names, new, new).map_err(|error| error.to_string())?;
        same("nothing and an unchanged configuration", &true, &nothing.is_empty())?;
        same("digests before and after", &before, &engine.digest())?;
        count(&tasks, diff.tasks.len());
        count(&workers, diff.workers.len());
        count(&filters, diff.filters.len());
        count(&refused, diff.refused.len());
        Ok(())
    });
    let seen = [&tasks, &workers, &filters, &refused].map(Cell::get);
    support::say(&format!("comparisons of states: tasks, workers, filters, refusals: {seen:?}"));
    assert!(seen.iter().all(|count| *count > 5), "the comparisons differ in too little to prove anything: {seen:?}");
}

/// Two weeks of a fire department's real dispatches, recorded as the engine handled them; then private ambulances are
/// treated as the department's own. What is not in the folder that `POINTSMAN_DATA` names is not tried.
#[test]
fn two_weeks_of_dispatches_under_another_configuration() {
    let Some(folder) = std::env::var_os("POINTSMAN_DATA") else {
        support::say("SKIPPED: set POINTSMAN_DATA to the folder that holds sf_fire_cfs_2020-04.csv");
        return;
    };
    let recording = dispatches::recorded(std::path::Path::new(&folder));
    let (old, names) = (recording.workspace().clone(), Names::new());
    let mut new = old.clone();
    for queue in new.task_queues.iter_mut().filter(|queue| queue.friendly_name == "MEDIC") {
        queue.target_workers = "type == 'MEDIC' OR type == 'PRIVATE'".to_owned();
    }
    let [old, new] = [&old, &new].map(|workspace| Variant { workspace, names: &names });
    let compare = |old, new| runs(&recording, old, new, Answers::Auto).unwrap_or_else(|error| panic!("{error}"));
    let diff = compare(old, new);
    let completed = diff.outcomes[&Outcome::Completed];
    assert_eq!((completed.before, completed.after), (diff.total_tasks as u64, diff.total_tasks as u64));
    assert_eq!(text(&compare(new, old)), text(&diff.clone().negated()));
    assert_eq!(text(&compare(old, new)), text(&diff), "the same bytes");
    assert!(compare(old, old).is_empty());
    let (moved, waits) = (diff.tasks.len(), diff.waits.map(|waits| waits.total));
    support::say(&format!("{moved} of {} dispatches go to another unit; waits in ms: {waits:?}", diff.total_tasks));
    assert!(moved > 0);
}
