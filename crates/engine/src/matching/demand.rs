//! The tasks that wait, by class: those in lines of the same queue and channel with the same needs are the same to
//! every worker, but for their order.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use super::Judge;
use super::aim::Aim;
use super::names::Names;
use super::needs::Needs;
use super::queues::Queues;
use super::verdict::is_regardless;
use crate::state::rows::Rows;
use crate::state::table::Seq;
use crate::state::tasks::{Task, TaskKey};
use crate::state::workers::Worker;

/// Waiting tasks by class.
#[derive(Clone, Debug, Default)]
pub(super) struct Demand {
    /// The tasks of each kind, best first.
    lines: IndexMap<Kind, BTreeSet<TaskKey>, FxBuildHasher>,
    /// The first of each line: they lie side by side, because every worker looks at many.
    first: Vec<Option<TaskKey>>,
    /// The lines that go to one worker, but for empty ones. The others are in their queues.
    of_worker: IndexMap<Aim, Vec<usize>, FxBuildHasher>,
    waits: Rows<(usize, TaskKey)>,
}

/// What makes tasks the same to workers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Kind {
    /// The number of the queue; absent for a task that goes to one worker whatever the worker's queues.
    pub(super) queue: Option<usize>,
    /// The number of the channel.
    pub(super) channel: usize,
    /// Who alone is considered.
    pub(super) aim: Option<Aim>,
    /// Whether that one is asked whatever it is doing (rule R15).
    pub(super) regardless: bool,
    pub(super) need: Option<usize>,
}

impl Demand {
    /// Puts a task where it now belongs, if it waits.
    pub(super) fn place(
        &mut self,
        judge: Judge<'_>,
        (names, queues): (&Names, &mut Queues),
        needs: &mut Needs,
        seq: Seq,
    ) -> Option<TaskKey> {
        let waiting = judge.state.tasks.at(seq).zip(judge.state.tasks.key(seq));
        let Some((task, key)) = waiting else {
            self.displace(queues, seq);
            return None;
        };
        let entry = self.lines.entry(kind(judge, names, queues, needs, task));
        let line = entry.index();
        entry.or_default();
        if self.waits.get(seq) != Some(&(line, key)) {
            self.displace(queues, seq);
            self.enter(queues, line, key);
            self.waits.insert(seq, (line, key));
        }
        Some(key)
    }

    fn enter(&mut self, queues: &mut Queues, at: usize, key: TaskKey) {
        if self.lines[at].is_empty() {
            self.list(queues, at).push(at);
        }
        self.lines[at].insert(key);
        self.first.resize(self.lines.len(), None);
        self.first[at] = self.lines[at].first().copied();
    }

    fn displace(&mut self, queues: &mut Queues, seq: Seq) {
        let Some((at, key)) = self.waits.remove(seq) else { return };
        self.lines[at].remove(&key);
        self.first[at] = self.lines[at].first().copied();
        if self.lines[at].is_empty() {
            let list = self.list(queues, at);
            if let Some(place) = list.iter().position(|line| *line == at) {
                list.swap_remove(place);
            }
        }
    }

    /// The list that a line belongs to while somebody is in it.
    fn list<'q>(&'q mut self, queues: &'q mut Queues, line: usize) -> &'q mut Vec<usize> {
        let kind = self.lines.get_index(line).map(|(kind, _)| kind);
        let nobody = (&Some(Aim::Nobody), None, 0);
        match kind.map_or(nobody, |kind| (&kind.aim, kind.queue, kind.channel)) {
            (None, Some(queue), channel) => &mut queues.sides_mut(queue).lines[channel],
            (Some(aim), ..) => self.of_worker.entry(aim.clone()).or_default(),
            // INVARIANT: a task without a queue goes to one worker.
            (None, None, _) => self.of_worker.entry(Aim::Nobody).or_default(),
        }
    }

    /// The lines that go to this worker alone.
    pub(super) fn aimed_at(&self, worker: &Worker) -> impl Iterator<Item = usize> {
        let aims = if self.of_worker.is_empty() { None } else { Some(Aim::at(worker)) };
        let lines = aims.into_iter().flatten().filter_map(|aim| self.of_worker.get(&aim));
        lines.flatten().copied()
    }

    /// The first task of a line.
    pub(super) fn first(&self, line: usize) -> Option<TaskKey> {
        *self.first.get(line)?
    }

    pub(super) fn line(&self, at: usize) -> Option<(&Kind, &BTreeSet<TaskKey>)> {
        self.lines.get_index(at)
    }

    /// The line a task is in, and its place there.
    pub(super) fn waits(&self, seq: Seq) -> Option<(usize, TaskKey)> {
        self.waits.get(seq).copied()
    }

    /// How many lines are kept; some may be empty.
    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }
}

fn kind(judge: Judge<'_>, names: &Names, queues: &mut Queues, needs: &mut Needs, task: &Task) -> Kind {
    let (channel, aim, regardless) = (queues.channel(task.task_channel), Aim::of(task), is_regardless(task));
    if task.only_worker().is_some() {
        return Kind { queue: None, channel, aim, regardless, need: None };
    }
    let queue = task.step.as_ref().filter(|_| task.target().is_some());
    let queue = queue.map(|place| queues.number(place.task_queue));
    Kind { queue, channel, aim, regardless, need: needs.of(judge, names, task) }
}
