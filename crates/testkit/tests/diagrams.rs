//! The lifecycles as graphs: what the tables allow is what exploration reaches, each change with everything that
//! causes it, and `docs/lifecycles.md` shows it.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::time::Duration;

use petgraph::algo::has_path_connecting;
use petgraph::graphmap::DiGraphMap;
use pointsman::{
    CancelReservation, Command, CreateTask, DeleteTask, DeleteWorker, Engine, Event, FilterSpec, HoldReservation,
    Limits, ReservationId, ReservationStatus, SetWorkerActivity, TargetSpec, TaskFacts, TaskId, TaskQueueSpec,
    TaskStatus, UpdateWorker, WorkerSpec, WorkflowConfiguration, WorkflowSpec, WorkspaceSpec, WrapTask,
};
use pointsman_testkit::Exploration;
use support::{drained, staged, stories};

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/lifecycles.md");

/// Changes of status, each with what causes it.
type Causes<S> = BTreeMap<(S, S), BTreeSet<String>>;

/// What happened to the tasks and reservations of one or many engines.
#[derive(Default)]
struct Lifecycles {
    tasks: Causes<TaskStatus>,
    reservations: Causes<ReservationStatus>,
}

impl Lifecycles {
    /// Notes every change between two states of an engine; without a command a timer fired.
    fn observe(&mut self, before: &Engine, command: Option<&Command>, events: &[Event], after: &Engine) {
        let mut tasks: BTreeMap<TaskId, TaskStatus> = before.tasks().map(|view| status(&view.facts)).collect();
        let mut reservations: BTreeMap<ReservationId, ReservationStatus> = BTreeMap::new();
        let open = before.workers().flat_map(|worker| worker.reservations);
        reservations.extend(open.filter_map(|id| before.reservation(id)).map(|row| (row.reservation, row.status)));
        for event in events {
            if let Some(facts) = event.kind.task() {
                self.task(&mut tasks, facts, command);
            }
            if let Some(facts) = event.kind.reservation() {
                let from = reservations.insert(facts.reservation, facts.status);
                if let Some(from) = from.filter(|from| *from != facts.status) {
                    let cause = command.map_or_else(|| timer(from, facts.status), Command::name);
                    self.reservations.entry((from, facts.status)).or_default().insert(cause.to_owned());
                }
            }
        }
        after.tasks().for_each(|view| self.task(&mut tasks, &view.facts, command));
    }

    fn task(&mut self, known: &mut BTreeMap<TaskId, TaskStatus>, facts: &TaskFacts, command: Option<&Command>) {
        let from = known.insert(facts.task, facts.status);
        let Some(from) = from.filter(|from| *from != facts.status) else { return };
        // An ended task is gone; one of the same name is another task.
        if from.is_terminal() {
            return;
        }
        let cause = cause(from, facts, command);
        self.tasks.entry((from, facts.status)).or_default().insert(cause.to_owned());
    }
}

fn status(facts: &TaskFacts) -> (TaskId, TaskStatus) {
    (facts.task, facts.status)
}

/// The timer behind a change of a reservation.
fn timer(from: ReservationStatus, to: ReservationStatus) -> &'static str {
    match (from, to) {
        (_, ReservationStatus::Timeout) => "reservation timeout",
        (ReservationStatus::Pending, _) => "time to live",
        (_, _) => "assigned limit",
    }
}

/// What made a task change: settling has causes of its own, whatever was asked for before.
fn cause(from: TaskStatus, facts: &TaskFacts, command: Option<&Command>) -> &'static str {
    let reason = facts.reason.as_deref().unwrap_or_default();
    match (from, facts.status) {
        (TaskStatus::Pending, TaskStatus::Reserved) => "a candidate",
        (_, TaskStatus::Canceled) if reason.starts_with("Task canceled ") => "end of the workflow",
        (_, TaskStatus::Canceled) if reason.contains("Max assignment count") => "limit of assignments",
        (_, TaskStatus::Canceled) if command.is_none() => "time to live",
        (TaskStatus::Reserved, TaskStatus::Pending) if command.is_none() => "reservation timeout",
        (_, _) => command.map_or("assigned limit", Command::name),
    }
}

/// Two workers who are asked together, a step that times out, and so few assignments that the limit is met.
fn workspace(assignments: u32) -> WorkspaceSpec {
    let target = TargetSpec::to("everyone").timeout(Duration::from_secs(30));
    let routing = WorkflowConfiguration::new().filter(FilterSpec::new("1==1").target(target));
    WorkspaceSpec::new("Small")
        .limits(Limits { assignments, ..Limits::default() })
        .task_queue(TaskQueueSpec::new("everyone", "1==1").max_reserved_workers(2))
        .workflow(WorkflowSpec::new("workflow", routing).task_reservation_timeout(Duration::from_secs(20)))
        .worker(WorkerSpec::new("ann").activity("Available"))
        .worker(WorkerSpec::new("bob"))
}

/// What exploration does not do by itself.
fn rare(engine: &Engine) -> Vec<Command> {
    let mut commands: Vec<Command> = Vec::new();
    for worker in engine.workers() {
        let id = worker.facts.worker;
        commands.push(SetWorkerActivity::new(id, "Offline").reject_pending_reservations(true).into());
        commands.push(UpdateWorker::new(id).activity("Offline").reject_pending_reservations(true).into());
        commands.push(DeleteWorker::new(id).force(true).into());
        for reservation in worker.reservations {
            commands.push(HoldReservation::new(reservation).into());
            commands.push(CancelReservation::new(reservation).into());
        }
    }
    for task in engine.tasks() {
        commands.push(WrapTask::new(task.facts.task).into());
        commands.push(DeleteTask::new(task.facts.task).into());
    }
    commands
}

/// Everything that small workspaces reach.
fn explored() -> Lifecycles {
    let mut seen = Lifecycles::default();
    for (assignments, timeout) in [(1_000, 15), (1_000, 3_600), (1, 3_600)] {
        let task = CreateTask::new("t1").timeout(Duration::from_secs(timeout));
        let exploration = Exploration::of(&workspace(assignments)).task(task).also(rare);
        let exploration = exploration.activity("Available").activity("Offline").depth(5);
        let explored = exploration.run(|step| {
            seen.observe(step.before.engine(), step.command, step.events, step.after.engine());
            Ok(())
        });
        eprintln!("{}", explored.unwrap_or_else(|fault| panic!("{fault}")));
    }
    seen
}

#[test]
fn exploration_makes_every_change_that_the_tables_allow_and_no_other() {
    let seen = explored();
    let allowed: BTreeSet<_> = TaskStatus::TRANSITIONS.iter().copied().collect();
    assert_eq!(seen.tasks.keys().copied().collect::<BTreeSet<_>>(), allowed);
    let allowed: BTreeSet<_> = ReservationStatus::TRANSITIONS.iter().copied().collect();
    assert_eq!(seen.reservations.keys().copied().collect::<BTreeSet<_>>(), allowed);
}

#[test]
fn random_runs_know_no_other_cause() {
    let table = explored();
    let steps = Cell::new(0);
    support::runs(400).check(stories(60), |(spec, ops)| {
        let (mut engine, script) = staged(&spec, &ops)?;
        let mut seen = Lifecycles::default();
        for (now, command) in script {
            if now < engine.clock() {
                continue;
            }
            while let Some(due) = engine.poll_timeout().filter(|due| *due <= now) {
                let before = engine.clone();
                engine.handle_timeout(due);
                seen.observe(&before, None, &drained(&mut engine), &engine);
            }
            engine.handle_timeout(now);
            if let Some(command) = command {
                let before = engine.clone();
                let answer = engine.handle(now, command.clone());
                let events = drained(&mut engine);
                assert!(answer.is_ok() || events.is_empty(), "time has passed before");
                seen.observe(&before, Some(&command), &events, &engine);
            }
            steps.set(steps.get() + 1);
        }
        known(&seen.tasks, &table.tasks)?;
        known(&seen.reservations, &table.reservations)
    });
    assert!(steps.get() > 0);
}

/// Every cause is in the table.
fn known<S: Ord + Copy + Display>(seen: &Causes<S>, table: &Causes<S>) -> Result<(), String> {
    for ((from, to), causes) in seen {
        let listed = table.get(&(*from, *to)).ok_or_else(|| format!("{from} becomes {to}"))?;
        let new: Vec<_> = causes.difference(listed).collect();
        if !new.is_empty() {
            return Err(format!("{from} becomes {to} by {new:?}, not only by {listed:?}"));
        }
    }
    Ok(())
}

/// The table as a graph, in the order of the table.
fn graph<S: Copy + Ord + std::hash::Hash>(transitions: &[(S, S)]) -> DiGraphMap<S, ()> {
    DiGraphMap::from_edges(transitions)
}

#[test]
fn lifecycles_begin_once_and_end_for_good() {
    let tasks = graph(TaskStatus::TRANSITIONS);
    for status in TaskStatus::ALL {
        assert!(has_path_connecting(&tasks, TaskStatus::Pending, status, None), "no way to {status}");
        assert_eq!(tasks.neighbors(status).count() == 0, status.is_terminal(), "ways out of {status}");
        let ends = TaskStatus::ALL.into_iter().filter(|end| end.is_terminal());
        assert!(ends.into_iter().any(|end| has_path_connecting(&tasks, status, end, None)), "no end of {status}");
    }
    for taken in [TaskStatus::Assigned, TaskStatus::Wrapping] {
        let canceled = has_path_connecting(&tasks, taken, TaskStatus::Canceled, None);
        assert!(!canceled, "{taken} work is completed or removed, never canceled (rule R19)");
    }
    let reservations = graph(ReservationStatus::TRANSITIONS);
    for status in ReservationStatus::ALL {
        assert!(has_path_connecting(&reservations, ReservationStatus::Pending, status, None), "no way to {status}");
        assert_eq!(reservations.neighbors(status).count() == 0, !status.is_open(), "ways out of {status}");
    }
    assert!(!petgraph::algo::is_cyclic_directed(&reservations), "no reservation comes back");
}

#[test]
fn the_document_is_current() {
    let seen = explored();
    let text = document(&seen);
    if blessed() {
        std::fs::write(DOCUMENT, &text).unwrap();
    }
    let written = std::fs::read_to_string(DOCUMENT).unwrap_or_default();
    let how = "`POINTSMAN_BLESS=1 cargo test -p pointsman-testkit --test diagrams` writes it anew";
    assert!(written.replace("\r\n", "\n") == text, "docs/lifecycles.md is stale: {how}");
}

#[allow(clippy::disallowed_methods, reason = "tests may read the environment, libraries may not")]
fn blessed() -> bool {
    std::env::var_os("POINTSMAN_BLESS").is_some()
}

fn document(seen: &Lifecycles) -> String {
    let tasks = section("Tasks", TaskStatus::TRANSITIONS, &seen.tasks, TaskStatus::is_terminal);
    let reservations =
        section("Reservations", ReservationStatus::TRANSITIONS, &seen.reservations, |status| !status.is_open());
    format!(
        "# Lifecycles

The two tables of `crates/engine/src/status.rs`, drawn. A test of `pointsman-testkit` writes this page: the changes are
those of the tables, the causes are those that an exhaustive exploration of small workspaces has observed, and random
runs must find no others. `POINTSMAN_BLESS=1 cargo test -p pointsman-testkit --test diagrams` writes it anew.

Causes in code type are commands. The others: *a candidate* is there for a pending task (after any command or timer);
*end of the workflow*, when the last step is left or no filter matches; *limit of assignments*, when a task returns for
the last time; and the timers *reservation timeout*, *time to live* and *assigned limit* (24 hours). What no row names is
refused. `delete_task`, the assigned limit and the purge after five minutes remove a task, which is not a change of its
status.

{tasks}
{reservations}"
    )
}

fn section<S: Copy + Ord + Display + std::hash::Hash>(
    title: &str,
    transitions: &[(S, S)],
    causes: &Causes<S>,
    ends: impl Fn(S) -> bool,
) -> String {
    let graph = graph(transitions);
    let mut text = format!("## {title}\n\n```mermaid\nstateDiagram-v2\n");
    text.extend(transitions.first().map(|(first, _)| format!("    [*] --> {first}\n")));
    text.extend(graph.all_edges().map(|(from, to, ())| format!("    {from} --> {to}\n")));
    text.extend(graph.nodes().filter(|status| ends(*status)).map(|status| format!("    {status} --> [*]\n")));
    text += "```\n\n| From | To | Caused by |\n|---|---|---|\n";
    for edge in transitions {
        let listed = causes.get(edge).into_iter().flatten().map(|cause| name(cause));
        let listed = listed.collect::<Vec<_>>().join(", ");
        text += &format!("| {} | {} | {listed} |\n", edge.0, edge.1);
    }
    text
}

/// Commands are code.
fn name(cause: &str) -> String {
    if Command::NAMES.contains(&cause) { format!("`{cause}`") } else { cause.to_owned() }
}
