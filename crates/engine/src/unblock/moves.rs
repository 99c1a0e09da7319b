//! The changes that may help, as things stand with those already made.

use std::fmt::Write;

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
    /// The task names the worker, once it has begun anew: earlier it would be sent elsewhere.
    Naming(Path, Value),
    /// The worker accepts once the task has begun anew: earlier another worker, who was asked for the same, would be
    /// free and take the task on the way.
    LateAnswer,
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
            Self::Naming(..) => 7,
            Self::LateAnswer => 8,
        }
    }

    /// Whether both change one thing, so that the later one would undo the earlier.
    fn changes_the_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Attribute(root, path, _), Self::Attribute(other, same, _)) => (root, path) == (other, same),
            (Self::Attribute(Root::Task, path, _), Self::Naming(same, _))
            | (Self::Naming(same, _), Self::Attribute(Root::Task, path, _)) => path == same,
            (Self::Answer, Self::LateAnswer) | (Self::LateAnswer, Self::Answer) => true,
            (_, _) => self.place() == other.place(),
        }
    }

    /// Writes what changes; of an attribute not the value, which is in the eye of the expressions.
    pub(super) fn write(&self, f: &mut String) {
        // A string takes whatever is written to it.
        let _ = match self {
            Self::Attribute(root, path, _) => write!(f, "{root:?} {path};"),
            Self::Naming(path, _) => write!(f, "name {path};"),
            Self::Activity(_)
            | Self::Channel
            | Self::Answer
            | Self::LateAnswer
            | Self::Capacity(_)
            | Self::Queue
            | Self::Step => write!(f, "{self:?};"),
        };
    }

    /// As [`ChangeKind::cost`](super::ChangeKind::cost).
    pub(super) fn cost(&self) -> u32 {
        match self {
            Self::Activity(_) => 1,
            Self::Channel => 2,
            Self::Answer | Self::LateAnswer | Self::Capacity(_) => 3,
            Self::Attribute(..) | Self::Naming(..) => 4,
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

/// The changes that may remove what stands between the two. All of it must go in any case, so one obstacle at a time
/// will do. First the name, for which there is one value, then what else keeps the worker from being one of those the
/// step considers, the queue last: a change of its expression always helps. Then the state, the last first, since an
/// answer moves the worker.
pub(super) fn from(now: &WhatIf<'_>) -> Vec<Move> {
    let standing: Vec<_> = now.standing().collect();
    let of_step = [Obstacle::NotTheKnownWorker, Obstacle::StepExpressionFalse, Obstacle::NotInQueue];
    let one = of_step.iter().find(|obstacle| standing.contains(obstacle)).or(standing.last());
    one.map(|obstacle| against(now, *obstacle)).unwrap_or_default()
}

/// How many more changes there must be at least, and what they cost at least.
pub(super) fn least(now: &WhatIf<'_>) -> (usize, u32) {
    let standing: Vec<_> = now.standing().collect();
    let stands = |obstacle| standing.contains(&obstacle);
    let part = |stands: bool, cost| if stands { (1, cost) } else { (0, 0) };
    let by_state = now.reads_counters() || now.step_expression().is_some_and(reads_activity);
    let queue = stands(Obstacle::NotInQueue) && !now.queue.as_ref().is_some_and(reads_activity);
    let known = stands(Obstacle::NotTheKnownWorker);
    let parts = [
        // What opens a queue changes the queue or the worker, what names a worker the task or the step.
        part(queue, 4),
        part(known, 4),
        part(stands(Obstacle::StepExpressionFalse) && !by_state && !queue && !known, 4),
        part(stands(Obstacle::AlreadyReserved), 3),
        // An answer may move the worker, too.
        part(stands(Obstacle::ActivityUnavailable) && !stands(Obstacle::AlreadyReserved), 1),
        part(stands(Obstacle::ChannelUnavailable), 2),
        part(stands(Obstacle::NoCapacity), 3),
    ];
    parts.into_iter().fold((0, 0), |sum, part| (sum.0 + part.0, sum.1 + part.1))
}

fn against(now: &WhatIf<'_>, obstacle: Obstacle) -> Vec<Move> {
    match obstacle {
        Obstacle::NotInQueue => queue(now),
        Obstacle::StepExpressionFalse => step(now),
        Obstacle::NotTheKnownWorker => known_worker(now),
        Obstacle::ActivityUnavailable => activities(now),
        Obstacle::ChannelUnavailable => vec![Move::Channel],
        Obstacle::NoCapacity => capacities(now),
        Obstacle::AlreadyReserved => answer(now).collect(),
    }
}

/// Enough for this task, or more where the step looks at the free share.
fn capacities(now: &WhatIf<'_>) -> Vec<Move> {
    let (load, limit) = (now.load(), now.judge.catalog.limits.capacity);
    let wanted = if now.reads_counters() { vec![load + 1, 2 * load + 2, limit] } else { vec![load + 1] };
    wanted.into_iter().filter(|capacity| *capacity <= limit).map(Move::Capacity).collect()
}

/// The available ones; where no expression looks at them one is as good as any other.
fn activities(now: &WhatIf<'_>) -> Vec<Move> {
    let available = now.judge.catalog.activities.iter().map(|(_, activity)| activity);
    let others = available.filter(|activity| activity.available && activity.id != now.worker.activity);
    others.take(if now.reads_activity() { ACTIVITIES } else { 1 }).map(|activity| Move::Activity(activity.id)).collect()
}

fn queue(now: &WhatIf<'_>) -> Vec<Move> {
    let Some(expression) = &now.queue else { return vec![Move::Queue] };
    let mut moves = attributes(now, expression, |now| now.judge.queue_blame(expression, &now.worker));
    if reads_activity(expression) {
        moves.extend(activities(now));
        moves.extend(answer(now));
    }
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
    }
    if reads_activity(expression) || now.reads_counters() {
        moves.extend(answer(now));
    }
    moves.push(Move::Step);
    moves
}

/// It frees the worker's hand, and may move the worker.
fn answer(now: &WhatIf<'_>) -> impl Iterator<Item = Move> + use<> {
    let is_asked = now.standing().any(|it| it == Obstacle::AlreadyReserved);
    let late = (is_asked && now.others_asked().next().is_some()).then_some(Move::LateAnswer);
    is_asked.then_some(Move::Answer).into_iter().chain(late)
}

/// The task names this worker.
fn known_worker(now: &WhatIf<'_>) -> Vec<Move> {
    let known = now.task.target().and_then(|target| target.known_worker.as_ref());
    let Some((by, known)) = known else { return Vec::new() };
    let name = match by {
        KnownBy::Sid => &now.worker.sid,
        KnownBy::FriendlyName => &now.worker.friendly_name,
    };
    let (path, name) = (known.path().clone(), Value::String(name.clone()));
    let naming = now.begun_anew.then(|| Move::Naming(path.clone(), name.clone()));
    let step = now.standing().find(|it| *it == Obstacle::StepExpressionFalse).map(|_| Move::Step);
    std::iter::once(Move::Attribute(Root::Task, path, name)).chain(naming).chain(step).collect()
}

/// Changes of one attribute each after which fewer comparisons are to blame; where none turns a comparison by itself,
/// those that may be the first half: of attributes that have not been changed, so that guesses do not lead on for ever.
fn attributes(now: &WhatIf<'_>, expression: &Expression, blame: impl Fn(&WhatIf<'_>) -> Vec<Blamed>) -> Vec<Move> {
    let blamed = blame(now);
    let helps = |moved: &Move| {
        let end = now.clone().after(std::slice::from_ref(moved));
        end.is_some_and(|end| blame(&end).len() < blamed.len())
    };
    let found = blamed.iter().flat_map(|one| {
        let guesses = guesses(expression, one);
        let helpful: Vec<Move> = guesses.iter().filter(|guess| helps(guess)).cloned().collect();
        let look = now.look();
        let is_seen = |guess: &Move| {
            let end = now.clone().after(std::slice::from_ref(guess));
            end.is_some_and(|end| end.look() != look)
        };
        let halves = guesses.into_iter().filter(|guess| !is_changed(now, guess) && is_seen(guess)).collect();
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
