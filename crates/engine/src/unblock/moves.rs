//! The changes that may help, and the sets of them that are worth trying.

use std::collections::BTreeSet;

use pointsman_expr::{Blamed, Expression, Name, NodeKind, Operand, Path, Root, Term, Value};

use super::values::candidates;
use super::what_if::WhatIf;
use crate::id::ActivityId;
use crate::matching::Obstacle;

/// How many changes of one attribute are tried for each expression.
const ATTRIBUTES: usize = 8;
/// How many activities are tried.
const ACTIVITIES: usize = 8;

/// A change, in the order in which changes are to be made: last come those that give the worker a hand, so that nothing
/// takes it on the way, and the step's expression, whose tasks begin anew.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Move {
    /// The worker accepts what it has been asked to take.
    Answer,
    /// The queue takes this worker, too.
    Queue,
    /// An attribute of the task or the worker.
    Attribute(Root, Path, Value),
    /// The channel is switched on.
    Channel,
    /// The worker's capacity on the channel.
    Capacity(u32),
    /// The worker's activity.
    Activity(ActivityId),
    /// The step takes this worker, too.
    Step,
}

impl Move {
    fn place(&self) -> u8 {
        match self {
            Self::Answer => 0,
            Self::Queue => 1,
            Self::Attribute(..) => 2,
            Self::Channel => 3,
            Self::Capacity(_) => 4,
            Self::Activity(_) => 5,
            Self::Step => 6,
        }
    }

    /// As [`ChangeKind::cost`](super::ChangeKind::cost).
    pub(super) fn cost(&self) -> u32 {
        match self {
            Self::Activity(_) => 1,
            Self::Channel => 2,
            Self::Answer | Self::Capacity(_) => 3,
            Self::Attribute(..) => 4,
            Self::Queue | Self::Step => 5,
        }
    }
}

/// Every set of at most one change for each thing that may stand in the way.
pub(super) fn sets(start: &WhatIf<'_>) -> Vec<Vec<Move>> {
    let state = [answers(start), channels(start), capacities(start), activities(start)];
    let expressions = [queues(start, &state), steps(start, &state), known_workers(start)];
    let mut sets: Vec<Vec<Move>> = vec![Vec::new()];
    for options in state.into_iter().chain(expressions) {
        let with = sets.iter().flat_map(|set| options.iter().map(|option| joined(set, option)));
        sets.extend(with.collect::<Vec<_>>());
    }
    sets.iter_mut().for_each(|set| set.sort_by_key(Move::place));
    sets
}

/// One change may do for two things.
fn joined(set: &[Move], option: &Move) -> Vec<Move> {
    let new = (!set.contains(option)).then_some(option);
    set.iter().chain(new).cloned().collect()
}

fn answers(start: &WhatIf<'_>) -> Vec<Move> {
    if start.stands(Obstacle::AlreadyReserved) { vec![Move::Answer] } else { Vec::new() }
}

fn channels(start: &WhatIf<'_>) -> Vec<Move> {
    if start.stands(Obstacle::ChannelUnavailable) { vec![Move::Channel] } else { Vec::new() }
}

/// Enough for this task, or more where the step looks at the free share.
fn capacities(start: &WhatIf<'_>) -> Vec<Move> {
    let (load, limit) = (start.load(), start.judge.catalog.limits.capacity);
    let wanted = if start.reads_counters() { vec![load + 1, 2 * load + 2, limit] } else { vec![load + 1] };
    let asked = start.stands(Obstacle::NoCapacity) || start.reads_counters();
    wanted.into_iter().filter(|capacity| asked && *capacity <= limit).map(Move::Capacity).collect()
}

/// The available ones, where the worker is not there, an expression looks at the activity, or an answer moves the
/// worker away.
fn activities(start: &WhatIf<'_>) -> Vec<Move> {
    let answers = start.stands(Obstacle::AlreadyReserved);
    let moves = answers || start.stands(Obstacle::ActivityUnavailable) || start.reads_activity();
    let available = start.judge.catalog.activities.iter().map(|(_, activity)| activity);
    let available = available.filter(|activity| moves && activity.available);
    let others = available.filter(|activity| answers || activity.id != start.worker.activity);
    others.take(ACTIVITIES).map(|activity| Move::Activity(activity.id)).collect()
}

fn queues(start: &WhatIf<'_>, state: &[Vec<Move>]) -> Vec<Move> {
    let Some(expression) = &start.queue else { return vec![Move::Queue] };
    let blamed = start.judge.queue_blame(expression, &start.worker);
    let mut moves = attributes(start, state, expression, &blamed, Obstacle::NotInQueue);
    moves.push(Move::Queue);
    moves
}

fn steps(start: &WhatIf<'_>, state: &[Vec<Move>]) -> Vec<Move> {
    let Some(expression) = start.task.target().and_then(|target| target.expression.as_ref()) else { return Vec::new() };
    let blamed = start.judge.step_blame(expression, &start.task, &start.worker);
    let mut moves = attributes(start, state, expression, &blamed, Obstacle::StepExpressionFalse);
    moves.push(Move::Step);
    moves
}

/// The task names this worker.
fn known_workers(start: &WhatIf<'_>) -> Vec<Move> {
    let known = start.task.target().and_then(|target| target.known_worker.as_ref());
    let Some((_, known)) = known.filter(|_| start.stands(Obstacle::NotTheKnownWorker)) else { return Vec::new() };
    let names = [&start.worker.sid, &start.worker.friendly_name].map(|name| Value::String(name.clone()));
    names.map(|name| Move::Attribute(Root::Task, known.path().clone(), name)).into()
}

/// Changes of one attribute each that remove the obstacle, by themselves or with one of the other changes.
fn attributes(
    start: &WhatIf<'_>,
    state: &[Vec<Move>],
    expression: &Expression,
    blamed: &[Blamed],
    obstacle: Obstacle,
) -> Vec<Move> {
    let alone: Vec<Vec<Move>> = vec![Vec::new()];
    let with = state.iter().flatten().map(|other| vec![other.clone()]);
    let bases: Vec<WhatIf<'_>> =
        alone.into_iter().chain(with).filter_map(|set| Some(start.clone().after(&set)?.0)).collect();
    let helps = |moved: &Move| {
        let mut ends = bases.iter().filter_map(|base| base.clone().after(std::slice::from_ref(moved)));
        ends.any(|(end, _)| !end.stands(obstacle))
    };
    let guesses = blamed.iter().flat_map(|blamed| guesses(expression, blamed));
    let mut tried = BTreeSet::new();
    let new = guesses.filter(|guess| tried.insert(format!("{guess:?}")));
    new.filter(helps).take(ATTRIBUTES).collect()
}

/// What may turn a comparison: another value for an attribute on either side.
fn guesses(expression: &Expression, blamed: &Blamed) -> Vec<Move> {
    let NodeKind::Test { op, left, right } = &expression.tree()[blamed.node].kind else { return Vec::new() };
    let side = |term: &Term, own: &Value, other: &Value, is_left: bool| {
        let values = attribute(term).map(|place| (place, candidates(*op, own, other, is_left)));
        let moves = values.into_iter().flat_map(|((root, path), values)| {
            values.into_iter().map(move |value| Move::Attribute(root, path.clone(), value))
        });
        moves.collect::<Vec<_>>()
    };
    let mut moves = side(left, &blamed.left, &blamed.right, true);
    moves.extend(side(right, &blamed.right, &blamed.left, false));
    // A worker gains a skill more readily than a task does without.
    moves.sort_by_key(|moved| matches!(moved, Move::Attribute(Root::Task, ..)));
    moves
}

fn attribute(term: &Term) -> Option<(Root, Path)> {
    match &term.operand {
        Operand::Name(Name::Task(path)) => Some((Root::Task, path.clone())),
        Operand::Name(Name::Worker(path) | Name::WorkerAttributeOrField(path, _)) => Some((Root::Worker, path.clone())),
        Operand::Name(
            Name::WorkerField(_)
            | Name::WorkerChannel { .. }
            | Name::Workers(_)
            | Name::Clock(_)
            | Name::Nodes { .. }
            | Name::Nothing,
        )
        | Operand::Literal(_) => None,
    }
}
