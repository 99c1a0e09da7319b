//! The changes that may help, as things stand with those already made.

use pointsman_expr::{Blamed, Expression, Name, NodeKind, Operand, Path, Root, Term, Value};

use super::values::candidates;
use super::what_if::WhatIf;
use crate::catalog::{KnownBy, reads_activity};
use crate::id::ActivityId;
use crate::matching::Obstacle;

/// How many changes of attributes are tried for each comparison.
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

    /// Whether both change one thing, so that the later one would undo the earlier.
    fn changes_the_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Attribute(root, path, _), Self::Attribute(other, same, _)) => (root, path) == (other, same),
            (_, _) => self.place() == other.place(),
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

/// The set with this change, which replaces one of the same thing.
pub(super) fn joined(set: &[Move], new: Move) -> Vec<Move> {
    let mut joined: Vec<Move> = set.iter().filter(|moved| !moved.changes_the_same(&new)).cloned().collect();
    joined.push(new);
    joined.sort_by_key(Move::place);
    joined
}

/// The changes that may remove what stands between the two: first whatever keeps the worker from being one of those the
/// step considers. Obstacles of the state must be removed in any case, so one at a time will do: the last first, since
/// an answer moves the worker.
pub(super) fn from(now: &WhatIf<'_>) -> Vec<Move> {
    let (of_state, of_step): (Vec<_>, Vec<_>) = now.standing().partition(|obstacle| obstacle.is_of_state());
    let one = of_state.last().filter(|_| of_step.is_empty());
    of_step.iter().chain(one).flat_map(|obstacle| against(now, *obstacle)).collect()
}

fn against(now: &WhatIf<'_>, obstacle: Obstacle) -> Vec<Move> {
    match obstacle {
        Obstacle::NotInQueue => queue(now),
        Obstacle::StepExpressionFalse => step(now),
        Obstacle::NotTheKnownWorker => known_worker(now),
        Obstacle::ActivityUnavailable => activities(now),
        Obstacle::ChannelUnavailable => vec![Move::Channel],
        Obstacle::NoCapacity => capacities(now),
        Obstacle::AlreadyReserved => vec![Move::Answer],
    }
}

/// Enough for this task, or more where the step looks at the free share.
fn capacities(now: &WhatIf<'_>) -> Vec<Move> {
    let (load, limit) = (now.load(), now.judge.catalog.limits.capacity);
    let wanted = if now.reads_counters() { vec![load + 1, 2 * load + 2, limit] } else { vec![load + 1] };
    wanted.into_iter().filter(|capacity| *capacity <= limit).map(Move::Capacity).collect()
}

/// The available ones.
fn activities(now: &WhatIf<'_>) -> Vec<Move> {
    let available = now.judge.catalog.activities.iter().map(|(_, activity)| activity);
    let others = available.filter(|activity| activity.available && activity.id != now.worker.activity);
    others.take(ACTIVITIES).map(|activity| Move::Activity(activity.id)).collect()
}

fn queue(now: &WhatIf<'_>) -> Vec<Move> {
    let Some(expression) = &now.queue else { return vec![Move::Queue] };
    let mut moves = attributes(now, expression, |now| now.judge.queue_blame(expression, &now.worker));
    moves.extend(now.queue.iter().filter(|queue| reads_activity(queue)).flat_map(|_| activities(now)));
    moves.push(Move::Queue);
    moves
}

fn step(now: &WhatIf<'_>) -> Vec<Move> {
    let Some(expression) = now.step_expression() else { return Vec::new() };
    let mut moves = attributes(now, expression, |now| now.judge.step_blame(expression, &now.task, &now.worker));
    if reads_activity(expression) {
        moves.extend(activities(now));
    }
    if now.reads_counters() {
        moves.push(Move::Channel);
        moves.extend(capacities(now));
        moves.extend(now.standing().filter(|it| *it == Obstacle::AlreadyReserved).map(|_| Move::Answer));
    }
    moves.push(Move::Step);
    moves
}

/// The task names this worker.
fn known_worker(now: &WhatIf<'_>) -> Vec<Move> {
    let known = now.task.target().and_then(|target| target.known_worker.as_ref());
    let Some((by, known)) = known else { return Vec::new() };
    let name = match by {
        KnownBy::Sid => &now.worker.sid,
        KnownBy::FriendlyName => &now.worker.friendly_name,
    };
    vec![Move::Attribute(Root::Task, known.path().clone(), Value::String(name.clone()))]
}

/// Changes of one attribute each after which fewer comparisons are to blame; where none turns a comparison by itself,
/// those that may be the first half: of attributes that have not been changed, so that guesses do not lead on for ever.
fn attributes(now: &WhatIf<'_>, expression: &Expression, blame: impl Fn(&WhatIf<'_>) -> Vec<Blamed>) -> Vec<Move> {
    let blamed = blame(now);
    let helps = |moved: &Move| {
        let end = now.clone().after(std::slice::from_ref(moved));
        end.is_some_and(|(end, _)| blame(&end).len() < blamed.len())
    };
    let found = blamed.iter().flat_map(|one| {
        let guesses = guesses(expression, one);
        let helpful: Vec<Move> = guesses.iter().filter(|guess| helps(guess)).cloned().collect();
        let halves = guesses.into_iter().filter(|guess| !is_changed(now, guess)).collect();
        if helpful.is_empty() { halves } else { helpful }.into_iter().take(ATTRIBUTES)
    });
    found.collect()
}

fn is_changed(now: &WhatIf<'_>, moved: &Move) -> bool {
    now.changed
        .iter()
        .any(|(root, path)| matches!(moved, Move::Attribute(other, same, _) if root == other && path == same))
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
