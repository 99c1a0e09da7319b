//! Two sides, one difference: what each showed is compared by id and told by name. It runs nothing.

use std::collections::{BTreeMap, BTreeSet};

use pointsman::{TaskQueueId, WorkerId, WorkflowId};
use pointsman_config::{EntityId, Names};
use serde_json::Value;

use super::filters::{Key, told};
use super::result::{
    Change, Diff, Filter, FilterChange, Gains, Refusal, Share, TaskChange, TaskPlace, WaitChange, WaitChanges,
    WorkerChange,
};
use super::seen::{Life, Seen};

/// Both sides, and what is known of both.
pub(super) struct Sides<'a> {
    pub(super) before: &'a Seen,
    pub(super) after: &'a Seen,
    /// Every place where names are given, the same for both sides.
    pub(super) names: &'a [&'a Names],
    /// Whether time passes, so that waits can differ.
    pub(super) timed: bool,
}

/// A command that may have been refused: when it was given, and in words.
pub(super) type Told<'a> = &'a dyn Fn(usize) -> (u64, String);

impl Sides<'_> {
    /// What differs. `told` gives a command by its number.
    pub(super) fn diff(&self, told: Told<'_>) -> Diff {
        let numbers: BTreeSet<usize> = self.before.tasks.keys().chain(self.after.tasks.keys()).copied().collect();
        let lives = |number: &usize| Change::new(self.before.tasks.get(number), self.after.tasks.get(number));
        let lives: Vec<Change<Option<&Life>>> = numbers.iter().map(lives).collect();
        let outcomes = self.before.outcomes.iter().zip(self.after.outcomes.values());
        let mut diff = Diff {
            total_tasks: lives.len(),
            tasks: lives.iter().filter_map(|lives| self.task(*lives)).collect(),
            workers: self.workers(&lives),
            filters: self.filters(),
            waits: self.timed.then(|| self.waits(&lives)),
            outcomes: outcomes.map(|((outcome, before), after)| (*outcome, Change::new(*before, *after))).collect(),
            refused: self.refused(told),
        };
        diff.sort_filters();
        diff
    }

    fn task(&self, lives: Change<Option<&Life>>) -> Option<TaskChange> {
        let Change { before, after } = lives.map(|life| life.map(whereabouts));
        let elsewhere = before != after;
        let place = lives.map(|life| life.map(|life| self.place(life)));
        let otherwise = |life: &Life| (status(life), life.facts.priority, life.facts.reason.clone());
        let Change { before, after } = lives.map(|life| life.map(otherwise));
        (elsewhere || before != after).then(|| TaskChange { task: self.task_name(lives), elsewhere, place })
    }

    fn place(&self, life: &Life) -> TaskPlace {
        let facts = &life.facts;
        let step = facts.step.as_ref();
        let mut reserved: Vec<String> = life.reserved.iter().map(|worker| self.worker(*worker)).collect();
        reserved.sort_unstable();
        TaskPlace {
            status: status(life).to_owned(),
            workflow: facts.workflow.map(|workflow| self.workflow(workflow)),
            filter: step.map(|step| told(step.filter, life.filter.as_ref().and_then(|(_, name)| name.as_ref()))),
            target: step.map(|step| step.target),
            queue: step.map(|step| self.task_queue(step.task_queue)),
            priority: facts.priority,
            worker: life.worker.map(|worker| self.worker(worker)),
            reserved,
            reason: facts.reason.as_ref().map(ToString::to_string),
        }
    }

    fn workers(&self, lives: &[Change<Option<&Life>>]) -> Vec<WorkerChange> {
        let mut changes: BTreeMap<WorkerId, (Gains, Gains)> = BTreeMap::new();
        for (worker, queue) in self.after.members.difference(&self.before.members) {
            changes.entry(*worker).or_default().0.gained.push(self.task_queue(*queue));
        }
        for (worker, queue) in self.before.members.difference(&self.after.members) {
            changes.entry(*worker).or_default().0.lost.push(self.task_queue(*queue));
        }
        let nobody = BTreeSet::new();
        for lives in lives {
            let Change { before, after } = lives.map(|life| life.map_or(&nobody, |life| &life.eligible));
            for worker in after.difference(before) {
                changes.entry(*worker).or_default().1.gained.push(self.task_name(*lives));
            }
            for worker in before.difference(after) {
                changes.entry(*worker).or_default().1.lost.push(self.task_name(*lives));
            }
        }
        let told = |(worker, (mut queues, tasks)): (WorkerId, (Gains, Gains))| {
            queues.gained.sort_unstable();
            queues.lost.sort_unstable();
            WorkerChange { worker: self.worker(worker), queues, tasks }
        };
        let mut changes: Vec<WorkerChange> = changes.into_iter().map(told).collect();
        changes.sort_by(|a, b| a.worker.cmp(&b.worker));
        changes
    }

    fn filters(&self) -> Vec<FilterChange> {
        let sides = [self.before, self.after];
        let workflows: BTreeSet<WorkflowId> = sides.iter().flat_map(|side| side.entered.keys().copied()).collect();
        workflows.into_iter().flat_map(|workflow| self.shares(workflow)).collect()
    }

    fn shares(&self, workflow: WorkflowId) -> Vec<FilterChange> {
        let sides = [self.before, self.after];
        let keys = sides.iter().flat_map(|side| side.matched.keys()).filter(|(of, _)| *of == workflow);
        let keys: BTreeSet<Option<Key>> = keys.map(|(_, key)| Some(*key)).chain([None]).collect();
        let changes = keys.into_iter().map(|key| FilterChange {
            workflow: self.workflow(workflow),
            share: Change::new(share(self.before, workflow, key), share(self.after, workflow, key)),
        });
        changes.filter(|it| !same_share(&it.share.before, &it.share.after)).collect()
    }

    fn waits(&self, lives: &[Change<Option<&Life>>]) -> WaitChanges {
        let wait = |lives: &Change<Option<&Life>>| {
            Change::new(
                lives.before.map(|life| life.wait(self.before.end)),
                lives.after.map(|life| life.wait(self.after.end)),
            )
        };
        let waits: Vec<Change<Option<u64>>> = lives.iter().map(wait).collect();
        let before = || waits.iter().filter_map(|wait| wait.before);
        let after = || waits.iter().filter_map(|wait| wait.after);
        let differing = lives.iter().zip(&waits).filter(|(_, wait)| wait.before != wait.after);
        WaitChanges {
            total: Change::new(sum(before()), sum(after())),
            longest: Change::new(before().max().unwrap_or_default(), after().max().unwrap_or_default()),
            tasks: differing.map(|(lives, wait)| WaitChange { task: self.task_name(*lives), wait: *wait }).collect(),
        }
    }

    fn refused(&self, told: Told<'_>) -> Vec<Refusal> {
        let (before, after) = (&self.before.refused, &self.after.refused);
        let numbers: BTreeSet<usize> = before.keys().chain(after.keys()).copied().collect();
        let by_one = numbers.into_iter().filter(|number| before.contains_key(number) != after.contains_key(number));
        by_one
            .map(|number| {
                let (at, command) = told(number);
                let code = |codes: &BTreeMap<usize, &'static str>| codes.get(&number).map(|code| (*code).to_owned());
                Refusal { at, command, code: Change::new(code(before), code(after)) }
            })
            .collect()
    }

    fn task_name(&self, lives: Change<Option<&Life>>) -> String {
        let id = lives.before.or(lives.after).map(|life| life.facts.task);
        id.map(|id| self.name(id, [None, None])).unwrap_or_default()
    }

    fn worker(&self, id: WorkerId) -> String {
        self.name(id, [self.before, self.after].map(|side| side.called.workers.get(&id)))
    }

    fn task_queue(&self, id: TaskQueueId) -> String {
        self.name(id, [self.before, self.after].map(|side| side.called.task_queues.get(&id)))
    }

    fn workflow(&self, id: WorkflowId) -> String {
        self.name(id, [self.before, self.after].map(|side| side.called.workflows.get(&id)))
    }

    /// The first name in the alphabet, so that both sides and both directions have the same; else what people call it.
    fn name<T: EntityId>(&self, id: T, friendly: [Option<&String>; 2]) -> String {
        let names = self.names.iter().filter_map(|names| names.name(id));
        let friendly = friendly.into_iter().flatten().map(String::as_str);
        names.min().or(friendly.min()).map_or_else(|| id.to_string(), str::to_owned)
    }
}

/// Where a task is, for the question whether it is elsewhere.
fn whereabouts(life: &Life) -> impl PartialEq + use<> {
    let step = life.facts.step.as_ref().map(|step| (step.target, step.task_queue));
    (life.facts.workflow, life.filter.as_ref().map(|(key, _)| *key), step, life.worker, life.reserved.clone())
}

fn status(life: &Life) -> &'static str {
    if life.deleted { "deleted" } else { life.facts.status.name() }
}

/// The share of a filter, or of the tasks that no filter took.
fn share(side: &Seen, workflow: WorkflowId, key: Option<Key>) -> Share {
    let of = side.entered.get(&workflow).copied().unwrap_or_default();
    let tasks = |key| side.matched.get(&(workflow, key)).copied().unwrap_or_default();
    let Some(key) = key else {
        let all = side.matched.iter().filter(|((of, _), _)| *of == workflow);
        let filter = Some(Filter { index: Value::from("none"), name: None });
        return Share { filter, tasks: of - sum(all.map(|(_, tasks)| *tasks)), of };
    };
    Share { filter: side.filters.find(workflow, key), tasks: tasks(key), of }
}

/// As fractions; nothing of nothing equals nothing of something.
fn same_share(before: &Share, after: &Share) -> bool {
    if before.of == 0 || after.of == 0 {
        return before.tasks == after.tasks;
    }
    u128::from(before.tasks) * u128::from(after.of) == u128::from(after.tasks) * u128::from(before.of)
}

fn sum(numbers: impl Iterator<Item = u64>) -> u64 {
    numbers.fold(0, u64::saturating_add)
}
