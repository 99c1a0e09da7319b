//! What the lints call unreachable is never reached: random workflows and real ones, each with many random tasks drawn
//! from the neighbourhood of its own constants, through a real engine. A wrong claim is caught.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::match_wildcard_for_single_variants,
    clippy::wildcard_enum_match_arm,
    reason = "a test may fail loudly, and names only the variants it is about"
)]

mod support;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::Arc;
use std::time::Duration;

use pointsman::lint::{Code, Finding, lint};
use pointsman::{
    CreateTask, Engine, Event, EventKind, FilterRef, FilterSpec, TargetSpec, TaskId, TaskQueueId, TaskQueueSpec,
    Timestamp, WorkerSpec, WorkflowConfiguration, WorkflowSpec, WorkspaceSpec,
};
use pointsman_config::{SourceFile, parse_json, read_workflow};
use pointsman_expr::{Expression, Kind, Limits, Name, parse};
use pointsman_testkit::{Neighbours, Runs, strategy};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use support::{drained, folder, runs, say};

/// Tasks per workflow.
const TASKS: usize = 50;

/// Tasks for each claim where many are drawn; a million of them at an effort of 100.
const DRAWS: u32 = 10_000;

/// How many tasks that match the same filters are routed.
const ALIKE: usize = 20;

/// What is claimed never to happen to a task.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Never {
    /// It comes into this step.
    Step(FilterRef, usize),
    /// It matches nothing and is canceled at once.
    Unmatched,
}

/// What the lints claim of the only workflow of a workspace.
fn claims(workspace: &WorkspaceSpec) -> BTreeSet<Never> {
    let findings = lint(workspace, &[]);
    let configuration = &workspace.workflows[0].configuration;
    let mut claims: BTreeSet<Never> = findings.iter().filter_map(claim).collect();
    let missing_default = findings.iter().any(|finding| finding.code == Code::NoDefaultFilter);
    if configuration.default_filter.is_none() && !missing_default {
        claims.insert(Never::Unmatched);
    }
    claims
}

fn claim(finding: &Finding) -> Option<Never> {
    let path = finding.at.path_text();
    let path = path.strip_prefix("configuration.")?;
    let number = |text: &str| text.trim_end_matches(']').parse().unwrap();
    let filter = || path.strip_prefix("filters[").map(|rest| number(rest.split_once(']').unwrap().0));
    let is_filter = path.split('.').count() == 2 && path.ends_with("].expression");
    match finding.code {
        Code::UnreachableDefaultFilter => Some(Never::Step(FilterRef::Default, 0)),
        Code::UnreachableFilter => Some(Never::Step(FilterRef::Index(filter()?), 0)),
        Code::NeverHolds if is_filter => Some(Never::Step(FilterRef::Index(filter()?), 0)),
        Code::UnreachableTarget => {
            let target = number(path.rsplit_once("targets[")?.1);
            Some(Never::Step(FilterRef::Index(filter()?), target))
        }
        _ => None,
    }
}

/// What becomes of tasks in the neighbourhood of the workflow's own constants: the first thing that is claimed never to
/// happen and does. Of tasks that match the same filters a few are routed: for a workflow they are the same.
fn refuted(workspace: &WorkspaceSpec, claims: &BTreeSet<Never>, tasks: usize, seed: u64) -> Option<String> {
    let expressions: Vec<Expression> = expressions(&workspace.workflows[0].configuration);
    let reads_clock = expressions.iter().flat_map(Expression::names).any(|name| matches!(name, Name::Clock(_)));
    let fresh = Engine::new(workspace.clone(), 7).unwrap();
    let (mut engine, mut routed, mut alike) = (fresh.clone(), 0_usize, BTreeMap::<Vec<bool>, usize>::new());
    for drawn in Neighbours::of(&expressions).draws(seed).take(tasks) {
        let matched = expressions.iter().map(|expression| expression.matches(&drawn)).collect();
        let seen = alike.entry(matched).or_default();
        *seen += 1;
        if *seen > ALIKE && !reads_clock {
            continue;
        }
        // Times of the day and days of the week go by, and queues do not fill up.
        routed += 1;
        if routed.is_multiple_of(TASKS) {
            engine = fresh.clone();
        }
        let now = workspace.start + Duration::from_secs(37 * 60 * routed as u64);
        let task = TaskId::new(routed as u128);
        engine.handle(now, CreateTask::new(task).attributes(drawn.task.to_value())).unwrap();
        engine.handle_timeout(now + Duration::from_secs(36 * 60));
        let happened = drained(&mut engine).into_iter().find_map(|event| happened(&event, claims));
        if let Some(never) = happened {
            return Some(format!("{never:?} happens to {}", drawn.task));
        }
    }
    None
}

fn happened(event: &Event, claims: &BTreeSet<Never>) -> Option<Never> {
    let facts = event.kind.task()?;
    let never = match (&event.kind, &facts.step) {
        (EventKind::WorkflowTargetMatched(_), Some(step)) => Never::Step(step.filter, step.target),
        (EventKind::TaskCanceled { .. }, None) => Never::Unmatched,
        _ => return None,
    };
    claims.contains(&never).then_some(never)
}

fn expressions(configuration: &WorkflowConfiguration) -> Vec<Expression> {
    let filters = configuration.filters.iter();
    filters.map(|filter| parse(&filter.expression, Kind::Filter, &Limits::default()).unwrap().expression).collect()
}

/// A workspace with this workflow, every queue it names, and perhaps one worker.
fn around(configuration: WorkflowConfiguration, workers: &[&str]) -> WorkspaceSpec {
    let targets = configuration.filters.iter().flat_map(|filter| &filter.targets).chain(&configuration.default_filter);
    let queues: BTreeSet<TaskQueueId> = targets.filter_map(|target| target.queue).collect();
    let mut workspace = WorkspaceSpec::new("Office").start(Timestamp::from_millis(1_700_000_000_000));
    for queue in queues {
        workspace = workspace.task_queue(TaskQueueSpec::new("queue", "1==1").task_queue(queue));
    }
    for name in workers {
        workspace = workspace.worker(WorkerSpec::new(name).activity("Available"));
    }
    workspace.workflow(WorkflowSpec::new("in", configuration))
}

/// Workflows in which filters overlap: conditions that resemble each other, steps that are left or not.
fn workflows() -> impl Strategy<Value = WorkflowConfiguration> {
    let comparison =
        (select(&["type", "level", "tags", "vip"][..]), 0..4_u8, 0..6_usize).prop_map(|(name, value, op)| {
            let number = name == "level";
            let constant = if number { value.to_string() } else { format!("'{}'", (b'a' + value) as char) };
            let op = if number {
                ["==", "!=", "<", "<=", ">", ">="][op]
            } else {
                ["==", "!=", "HAS", "CONTAINS", "==", "=="][op]
            };
            format!("{name} {op} {constant}")
        });
    let simple = prop_oneof![4 => comparison, 2 => strategy::filter_expression(), 1 => Just("1==1".to_owned())];
    let pair =
        (simple.clone(), simple.clone(), select(&["AND", "OR"][..])).prop_map(|(a, b, op)| format!("({a}) {op} ({b})"));
    let condition = prop_oneof![3 => simple, 2 => pair];
    let target = (option::weighted(0.5, 1..600_u64), option::weighted(0.3, strategy::skip_if()));
    let target = target.prop_map(|(timeout, skip_if)| {
        let mut target = TargetSpec::to("all");
        target.timeout = timeout.map(Duration::from_secs);
        target.skip_if = skip_if;
        target
    });
    let filter = (condition, vec(target, 1..=3))
        .prop_map(|(expression, targets)| targets.into_iter().fold(FilterSpec::new(expression), FilterSpec::target));
    (vec(filter, 1..=6), any::<bool>()).prop_map(|(filters, default)| {
        let mut configuration = WorkflowConfiguration::new();
        configuration.filters = filters;
        configuration.default_filter = default.then(|| TargetSpec::to("all"));
        configuration
    })
}

#[test]
fn what_is_unreachable_is_never_reached() {
    let (tried, claimed) = (Cell::new(0_usize), Cell::new(0_usize));
    runs(1_000).check((workflows(), any::<bool>(), any::<u64>()), |(configuration, staffed, seed)| {
        let workspace = around(configuration, if staffed { &["ann"] } else { &[] });
        let claims = claims(&workspace);
        claimed.set(claimed.get() + claims.len());
        if claims.is_empty() {
            return Ok(());
        }
        tried.set(tried.get() + TASKS);
        refuted(&workspace, &claims, TASKS, seed).map_or(Ok(()), Err)
    });
    assert!(claimed.get() > 100, "only {} claims", claimed.get());
    say(&format!("{} claims, {} tasks", claimed.get(), tried.get()));
}

#[test]
fn what_is_unreachable_in_real_workflows_is_never_reached() {
    let Some(folder) = folder("POINTSMAN_CORPUS").map(|folder| folder.join("workflows")) else { return };
    let index: Vec<serde_json::Value> =
        serde_json::from_str(&fs::read_to_string(folder.join("index.json")).unwrap()).unwrap();
    let (mut claimed, draws) = (0, runs(DRAWS));
    for name in index.iter().filter_map(|entry| entry["file"].as_str()) {
        let file = Arc::new(SourceFile::new(name, fs::read_to_string(folder.join(name)).unwrap()));
        let configuration = parse_json(&file).ok().and_then(|document| read_workflow(&document, None).0);
        let Some(configuration) = configuration else { continue };
        let workspace = around(configuration, &[]);
        let claims = claims(&workspace);
        claimed += claims.len();
        if let Some(story) = refuted(&workspace, &claims, draws.cases as usize, draws.seed) {
            panic!("{name}: {story}");
        }
    }
    assert!(claimed > 0);
    say(&format!("{claimed} claims on real workflows, {} tasks for each, seed {}", draws.cases, draws.seed));
}

/// The same for fewer random workflows, and for as many tasks as for real ones.
#[test]
fn what_is_unreachable_is_not_reached_by_any_of_many_tasks() {
    let (claimed, draws) = (Cell::new(0_usize), runs(DRAWS));
    let some = Runs { cases: 100, seed: draws.seed };
    some.check((workflows(), any::<bool>(), any::<u64>()), |(configuration, staffed, seed)| {
        let workspace = around(configuration, if staffed { &["ann"] } else { &[] });
        let claims = claims(&workspace);
        claimed.set(claimed.get() + claims.len());
        let tasks = if claims.is_empty() { 0 } else { draws.cases as usize };
        refuted(&workspace, &claims, tasks, seed).map_or(Ok(()), Err)
    });
    assert!(claimed.get() > 50, "only {} claims", claimed.get());
    say(&format!("{} claims on random workflows, {} tasks for each, seed {}", claimed.get(), draws.cases, draws.seed));
}

#[test]
fn a_wrong_claim_is_caught() {
    let step = |expression: &str| FilterSpec::new(expression).target(TargetSpec::to("all"));
    let left = FilterSpec::new("level > 3").target(TargetSpec::to("all").timeout(Duration::from_secs(60)));
    let configuration = WorkflowConfiguration::new()
        .filter(step("level == 5 AND tags HAS 'x'"))
        .filter(left)
        .filter(step("level < 4.5 AND level != 2"))
        .default_filter(TargetSpec::to("all"));
    let workspace = around(configuration, &[]);
    assert_eq!(claims(&workspace), BTreeSet::new());
    let filters = (0..3).map(FilterRef::Index).chain([FilterRef::Default]);
    for wrong in filters.map(|filter| Never::Step(filter, 0)) {
        let story = refuted(&workspace, &BTreeSet::from([wrong.clone()]), 1_000, 0);
        assert!(story.is_some(), "{wrong:?} is not refuted");
    }
    let open = around(WorkflowConfiguration::new().filter(step("level > 3")), &[]);
    assert!(refuted(&open, &BTreeSet::from([Never::Unmatched]), 100, 0).is_some());
}
