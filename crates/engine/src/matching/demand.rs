//! The tasks that wait, by class: those in lines of the same queue and channel with the same needs are the same to
//! every worker, but for their order.

use std::collections::BTreeSet;
use std::sync::Arc;

use indexmap::IndexMap;
use pointsman_expr::Ref;
use rustc_hash::FxBuildHasher;

use super::Judge;
use super::names::Names;
use super::needs::Needs;
use crate::catalog::KnownBy;
use crate::command::RoutingTarget;
use crate::id::{TaskChannelId, TaskQueueId, WorkerId};
use crate::state::rows::Rows;
use crate::state::table::Seq;
use crate::state::tasks::{Task, TaskKey};
use crate::state::workers::{Worker, fold};

/// Waiting tasks by class.
#[derive(Clone, Debug, Default)]
pub(super) struct Demand {
    /// The tasks of each kind, best first.
    lines: IndexMap<Kind, BTreeSet<TaskKey>, FxBuildHasher>,
    /// The lines with somebody in them, by who may serve them.
    of_queue: IndexMap<TaskQueueId, Vec<usize>, FxBuildHasher>,
    of_worker: IndexMap<Aim, Vec<usize>, FxBuildHasher>,
    waits: Rows<(usize, TaskKey)>,
}

/// What makes tasks the same to workers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Kind {
    /// Absent for a task that goes to one worker whatever the worker's queues.
    pub(super) queue: Option<TaskQueueId>,
    pub(super) channel: TaskChannelId,
    /// Who alone is considered.
    pub(super) aim: Option<Aim>,
    /// Whether that one is asked whatever it is doing (rule R15).
    pub(super) regardless: bool,
    pub(super) need: Option<usize>,
}

/// The worker a task goes to, by what is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Aim {
    Worker(WorkerId),
    Sid(Arc<str>),
    /// In the form in which names are compared.
    Name(Arc<str>),
    /// The attribute that should name it does not.
    Nobody,
}

impl Demand {
    /// Puts a task where it now belongs, if it waits.
    pub(super) fn place(&mut self, judge: Judge<'_>, names: &Names, needs: &mut Needs, seq: Seq) -> Option<TaskKey> {
        let waiting = judge.state.tasks.at(seq).zip(judge.state.tasks.key(seq));
        let Some((task, key)) = waiting else {
            self.displace(seq);
            return None;
        };
        let entry = self.lines.entry(kind(judge, names, needs, task));
        let line = entry.index();
        entry.or_default();
        if self.waits.get(seq) != Some(&(line, key)) {
            self.displace(seq);
            self.enter(line, key);
            self.waits.insert(seq, (line, key));
        }
        Some(key)
    }

    fn enter(&mut self, at: usize, key: TaskKey) {
        if self.lines[at].is_empty() {
            self.list(at).push(at);
        }
        self.lines[at].insert(key);
    }

    /// Takes a task out; the answer is the key it had.
    pub(super) fn displace(&mut self, seq: Seq) -> Option<TaskKey> {
        let (at, key) = self.waits.remove(seq)?;
        self.lines[at].remove(&key);
        if self.lines[at].is_empty() {
            let list = self.list(at);
            if let Some(place) = list.iter().position(|line| *line == at) {
                list.swap_remove(place);
            }
        }
        Some(key)
    }

    /// The list that a line belongs to while somebody is in it.
    fn list(&mut self, line: usize) -> &mut Vec<usize> {
        let kind = self.lines.get_index(line).map(|(kind, _)| kind);
        match kind.map(|kind| (&kind.aim, kind.queue)) {
            Some((Some(aim), _)) => self.of_worker.entry(aim.clone()).or_default(),
            Some((None, Some(queue))) => self.of_queue.entry(queue).or_default(),
            // INVARIANT: a task without a queue goes to one worker.
            Some((None, None)) | None => self.of_worker.entry(Aim::Nobody).or_default(),
        }
    }

    /// The lines that a worker in these queues may serve.
    pub(super) fn of(&self, worker: &Worker, queues: &[TaskQueueId]) -> impl Iterator<Item = usize> {
        let by_queue = queues.iter().filter_map(|queue| self.of_queue.get(queue));
        let aims = if self.of_worker.is_empty() { None } else { Some(aims(worker)) };
        let by_aim = aims.into_iter().flatten().filter_map(|aim| self.of_worker.get(&aim));
        by_queue.chain(by_aim).flatten().copied()
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

/// What a worker may be aimed at by.
fn aims(worker: &Worker) -> [Aim; 3] {
    [Aim::Worker(worker.id), Aim::Sid(worker.sid.clone()), Aim::Name(fold(&worker.friendly_name).into())]
}

fn kind(judge: Judge<'_>, names: &Names, needs: &mut Needs, task: &Task) -> Kind {
    let channel = task.channel;
    if let Some(RoutingTarget::Worker { worker, ignore_capacity, .. }) = task.routing_target {
        let regardless = ignore_capacity && task.assignments == 0;
        return Kind { queue: None, channel, aim: Some(Aim::Worker(worker)), regardless, need: None };
    }
    let queue = task.place.as_ref().filter(|_| task.target().is_some()).map(|place| place.queue);
    Kind { queue, channel, aim: aim(task), regardless: false, need: needs.of(judge, names, task) }
}

/// Whom the task's step considers, when it considers one worker only (semantics section 2.10).
fn aim(task: &Task) -> Option<Aim> {
    let (by, known) = task.target()?.known_worker.as_ref()?;
    Some(match (by, task.document.attributes().get(known.path())) {
        (KnownBy::Sid, Ref::Str(sid)) => Aim::Sid(sid.into()),
        (KnownBy::FriendlyName, Ref::Str(name)) => Aim::Name(fold(name).into()),
        (_, Ref::Null | Ref::Bool(_) | Ref::Number(_) | Ref::Array(_) | Ref::Object(_)) => Aim::Nobody,
    })
}
