//! A comparison of two configurations read a second time, from the papers: the reference model in place of the engine,
//! lists in place of indexes, everything looked up again. It shares the result's type and nothing else.

mod filters;
mod script;
mod side;

use std::collections::BTreeSet;
use std::time::Duration;

use pointsman::{
    ActivityId, Command, DeleteWorker, TaskChannelId, TaskId, TaskQueueId, TaskView, UpdateTaskQueue, UpdateWorker,
    UpdateWorkflow, WorkerId, WorkflowId, WorkspaceSpec,
};
use pointsman_config::{EntityId, Names};
use pointsman_sim::Recording;
use pointsman_sim::diff::{
    Change, Diff, Filter, FilterChange, Gains, Outcome, Refusal, Share, TaskChange, TaskPlace, WaitChange, WaitChanges,
    WorkerChange,
};
use pointsman_testkit::Model;
use serde_json::Value;

use self::filters::{Filters, Which, filters, now, place};
use self::script::lesson;
use self::side::Side;

/// That of the test kit's scripts.
pub(crate) const NAMESPACE: u128 = 7;
const WORKERS: [&str; 6] = ["w0", "w1", "w2", "w3", "w4", "extra"];
const QUEUES: [&str; 6] = ["q0", "q1", "q2", "q3", "q-extra", "Sample Queue"];

/// The vocabulary of the strategies.
pub(crate) fn names() -> Names {
    fn all<T: EntityId>(names: &mut Names, all: impl IntoIterator<Item = impl AsRef<str>>) {
        for name in all {
            let _ = names.declare::<T>(name.as_ref(), None, None);
        }
    }
    let mut names = Names::new();
    all::<WorkerId>(&mut names, WORKERS);
    all::<TaskQueueId>(&mut names, QUEUES);
    all::<ActivityId>(&mut names, ["Available"]);
    all::<WorkflowId>(&mut names, ["f0", "f1", "f2", "Default Fifo Workflow"]);
    all::<TaskId>(&mut names, (0..200).map(|number| format!("t{number}")));
    names
}

/// What a comparison of runs should find.
pub(crate) fn runs(recording: &Recording, old: &WorkspaceSpec, new: &WorkspaceSpec, auto: bool) -> Diff {
    let (inputs, courses) = lesson(recording, auto);
    let [_, old_filters, new_filters] = filters(old, old, new);
    let play = |spec: &WorkspaceSpec, filters| {
        let spec = spec.clone().start(recording.workspace().start);
        let mut side = Side::new(Model::new(&spec, recording.namespace()).unwrap(), filters);
        side.courses = auto.then(|| courses.clone());
        inputs.iter().for_each(|input| side.input(input));
        side.until(recording.end_at(), true);
        side
    };
    let told = |number: usize| {
        let input = inputs.iter().find(|input| input.number == number).unwrap();
        (millis(input.at.since(recording.workspace().start)), words(&input.command, &recording.names()))
    };
    let (before, after) = (play(old, old_filters), play(new, new_filters));
    let entered = |side: &Side| side.lives().filter_map(|life| side.entry(life)).collect();
    compare(&before, &after, &[entered(&before), entered(&after)], &recording.names(), &told, true)
}

/// What a comparison of states should find, where the two differ from what there is by edits of the test only.
pub(crate) fn states(model: &Model, base: &WorkspaceSpec, old: &WorkspaceSpec, new: &WorkspaceSpec) -> Diff {
    let names = names();
    let [filters, old_filters, new_filters] = filters(base, old, new);
    let show = |own: &WorkspaceSpec, other: &WorkspaceSpec, own_filters: Filters| {
        let mut side = Side::new(model.clone(), own_filters);
        let waiting: Vec<TaskView> = model.tasks().filter(|view| view.facts.status.is_waiting()).collect();
        for (number, view) in waiting.into_iter().enumerate() {
            side.names.insert(view.facts.task, number);
            side.follows.insert(number, now(&filters, &view.facts));
            let step = view.facts.step.as_ref();
            let place = step.map(|step| place(&side.follows[&number], step.filter));
            side.places.insert(number, place.into_iter().collect());
            side.first.insert(number, view);
        }
        for command in commands(base, own, other) {
            let answer = side.model.handle(side.model.clock(), &command);
            if answer.is_ok() {
                side.mark(&command);
            }
            side.take();
            side.refusals.extend(answer.err().map(|why| (words(&command, &names), why.code().to_owned())));
        }
        for (task, number) in side.names.clone() {
            side.note_eligible(task, number);
        }
        side
    };
    let (mut before, mut after) = (show(old, new, old_filters), show(new, old, new_filters));
    let both: BTreeSet<String> = before.refusals.keys().chain(after.refusals.keys()).cloned().collect();
    for side in [&mut before, &mut after] {
        for (number, text) in both.iter().enumerate() {
            side.refused.extend(side.refusals.get(text).map(|code| (number, code.clone())));
        }
    }
    let told = |number: usize| (0, both.iter().nth(number).unwrap().clone());
    let standing = |side: &Side| side.lives().filter_map(|life| side.standing(life)).collect();
    compare(&before, &after, &[standing(&before), standing(&after)], &names, &told, false)
}

fn commands(base: &WorkspaceSpec, own: &WorkspaceSpec, other: &WorkspaceSpec) -> Vec<Command> {
    let [own, other] = [own, other].map(without_filter_names);
    let mut commands: Vec<Command> = Vec::new();
    for queue in &own.task_queues {
        if !base.task_queues.iter().any(|it| it.task_queue == queue.task_queue) {
            commands.push(queue.clone().into());
        }
    }
    for (was, is) in pairs(&base.task_queues, &own.task_queues, |it| it.task_queue) {
        let mut update = UpdateTaskQueue::new(is.task_queue).friendly_name(is.friendly_name.clone());
        update = update.target_workers(is.target_workers.clone()).max_reserved_workers(is.max_reserved_workers);
        update.reservation_activity = is.reservation_activity;
        update.assignment_activity = is.assignment_activity;
        commands.extend((was != is).then(|| update.task_order(is.task_order).into()));
    }
    for worker in &own.workers {
        if !base.workers.iter().any(|it| it.worker == worker.worker) {
            commands.push(worker.clone().into());
        }
    }
    for (was, is) in pairs(&base.workers, &own.workers, |it| it.worker) {
        let update = UpdateWorker::new(is.worker).friendly_name(is.friendly_name.clone());
        commands.extend((was != is).then(|| update.attributes(is.attributes.clone()).into()));
    }
    for (was, is) in pairs(&base.workflows, &own.workflows, |it| it.workflow) {
        if was != is || other.workflows.iter().any(|it| it.workflow == is.workflow && it != is) {
            let update = UpdateWorkflow::new(is.workflow).friendly_name(is.friendly_name.clone());
            let update = update.task_reservation_timeout(is.task_reservation_timeout).re_evaluate_tasks(true);
            commands.push(update.configuration(is.configuration.clone()).into());
        }
    }
    for worker in &base.workers {
        let has = |spec: &WorkspaceSpec| spec.workers.iter().any(|it| it.worker == worker.worker);
        if has(&other) && !has(&own) {
            commands.push(DeleteWorker::new(worker.worker).force(true).into());
        }
    }
    commands
}

/// Names of filters are for people: an engine does not keep them.
fn without_filter_names(spec: &WorkspaceSpec) -> WorkspaceSpec {
    let mut spec = spec.clone();
    let filters = spec.workflows.iter_mut().flat_map(|workflow| &mut workflow.configuration.filters);
    filters.for_each(|filter| filter.friendly_name = None);
    spec
}

fn pairs<'s, T, I: PartialEq>(base: &'s [T], own: &'s [T], id: fn(&T) -> I) -> Vec<(&'s T, &'s T)> {
    own.iter().filter_map(|is| Some((base.iter().find(|was| id(was) == id(is))?, is))).collect()
}

type Entries = Vec<(WorkflowId, Option<Which>)>;

fn compare(
    before: &Side,
    after: &Side,
    entries: &[Entries; 2],
    names: &Names,
    told: &dyn Fn(usize) -> (u64, String),
    timed: bool,
) -> Diff {
    let sides = [before, after];
    let lives: BTreeSet<usize> = before.lives().chain(after.lives()).collect();
    let both = |number: usize| before.has(number) && after.has(number);
    let task = |number: usize| {
        let side = sides.into_iter().find(|side| side.has(number)).unwrap();
        name(names, side.facts(number).task)
    };
    let mut tasks = Vec::new();
    let mut waits = Vec::new();
    for number in lives.iter().copied() {
        let [was, is] = sides.map(|side| side.has(number).then(|| side.told(number, names)));
        let otherwise = |place: &Option<TaskPlace>| {
            place.as_ref().map(|place| (place.status.clone(), place.priority, place.reason.clone()))
        };
        let elsewhere = !both(number) || before.is_elsewhere(number, after);
        if elsewhere || otherwise(&was) != otherwise(&is) {
            tasks.push(TaskChange { task: task(number), elsewhere, place: Change::new(was, is) });
        }
        let [was, is] = sides.map(|side| side.has(number).then(|| side.wait(number)));
        if was != is {
            waits.push(WaitChange { task: task(number), wait: Change::new(was, is) });
        }
    }
    let all = |side: &Side| lives.iter().filter(|it| side.has(**it)).map(|it| side.wait(*it)).collect::<Vec<_>>();
    let [was, is] = sides.map(all);
    let waits = timed.then(|| WaitChanges {
        total: Change::new(was.iter().sum(), is.iter().sum()),
        longest: Change::new(was.iter().copied().max().unwrap_or(0), is.iter().copied().max().unwrap_or(0)),
        tasks: waits,
    });
    let codes = |number| sides.map(|side| side.refused.get(&number).cloned());
    let numbers: BTreeSet<usize> = sides.iter().flat_map(|side| side.refused.keys().copied()).collect();
    let refused = numbers.into_iter().filter_map(|number| {
        let [was, is] = codes(number);
        let (at, command) = told(number);
        (was.is_some() != is.is_some()).then(|| Refusal { at, command, code: Change::new(was, is) })
    });
    let outcomes = Outcome::ALL.iter().map(|it| (*it, Change::new(before.count(*it), after.count(*it))));
    Diff {
        total_tasks: lives.len(),
        tasks,
        workers: workers(sides, &lives, &task, names),
        filters: shares(sides, entries, names),
        waits,
        outcomes: outcomes.collect(),
        refused: refused.collect(),
    }
}

fn workers(
    [before, after]: [&Side; 2],
    lives: &BTreeSet<usize>,
    task: &dyn Fn(usize) -> String,
    names: &Names,
) -> Vec<WorkerChange> {
    let mut changes = Vec::new();
    let mut workers = WORKERS;
    workers.sort_unstable();
    let mut queues = QUEUES;
    queues.sort_unstable();
    for worker in workers {
        let id = WorkerId::named(worker);
        let member = |side: &Side, queue: &&&str| side.model.members(TaskQueueId::named(queue)).contains(&id);
        let queues = |side: &Side, other: &Side| -> Vec<String> {
            let only = queues.iter().filter(|queue| member(side, queue) && !member(other, queue));
            only.map(|queue| name(names, TaskQueueId::named(queue))).collect()
        };
        let may = |side: &Side, number: &usize| side.eligible.get(number).is_some_and(|all| all.contains(&id));
        let tasks = |side: &Side, other: &Side| -> Vec<String> {
            let only = lives.iter().filter(|number| may(side, number) && !may(other, number));
            only.map(|number| task(*number)).collect()
        };
        let queues = Gains { gained: queues(after, before), lost: queues(before, after) };
        let tasks = Gains { gained: tasks(after, before), lost: tasks(before, after) };
        if !queues.is_empty() || !tasks.is_empty() {
            changes.push(WorkerChange { worker: name(names, id), queues, tasks });
        }
    }
    changes
}

fn shares(sides: [&Side; 2], entries: &[Entries; 2], names: &Names) -> Vec<FilterChange> {
    let all: BTreeSet<(WorkflowId, Option<Which>)> = entries.iter().flatten().cloned().collect();
    let none = all.iter().map(|(workflow, _)| (*workflow, None)).collect::<BTreeSet<_>>();
    let mut changes = Vec::new();
    for (workflow, which) in all.union(&none) {
        let share = |place: usize| {
            let of = entries[place].iter().filter(|(of, _)| of == workflow).count() as u64;
            let tasks = entries[place].iter().filter(|entry| **entry == (*workflow, which.clone())).count() as u64;
            let nobody = Filter { index: Value::from("none"), name: None };
            let filter = which.as_ref().map_or(Some(nobody), |which| sides[place].filter(Some(*workflow), which));
            Share { filter, tasks, of }
        };
        let (was, is) = (share(0), share(1));
        let same = if was.of * is.of == 0 { was.tasks == is.tasks } else { was.tasks * is.of == is.tasks * was.of };
        if !same {
            changes.push(FilterChange { workflow: name(names, *workflow), share: Change::new(was, is) });
        }
    }
    changes
}

fn millis(span: Duration) -> u64 {
    span.as_millis() as u64
}

fn name<T: EntityId>(names: &Names, id: T) -> String {
    names.name(id).map_or_else(|| id.to_string(), str::to_owned)
}

fn words(command: &Command, names: &Names) -> String {
    let written = serde_json::to_value(command).unwrap();
    let fields = &written[command.name()];
    let mut words = vec![command.name().to_owned()];
    for key in ["task", "worker", "task_queue", "workflow", "activity", "task_channel", "reservation"] {
        let Some(id) = fields[key].as_str() else { continue };
        let known = [
            id.parse::<TaskId>().ok().map(|id| name(names, id)),
            id.parse::<WorkerId>().ok().map(|id| name(names, id)),
            id.parse::<TaskQueueId>().ok().map(|id| name(names, id)),
            id.parse::<WorkflowId>().ok().map(|id| name(names, id)),
            id.parse::<ActivityId>().ok().map(|id| name(names, id)),
            id.parse::<TaskChannelId>().ok().map(|id| name(names, id)),
        ];
        words.push(known.into_iter().flatten().next().unwrap_or_else(|| id.to_owned()));
    }
    words.join(" ")
}
