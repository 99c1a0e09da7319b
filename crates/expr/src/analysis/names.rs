//! Owns what is known of a reference before anything is asked: which values it can have at all, and what its value says
//! of references that lie on its path. Never looks at expressions.

use std::collections::BTreeMap;

use super::line::Line;
use super::values::Values;
use crate::{ChannelCounter, ClockField, Name, Number, Root, Segment, Value, WorkersCount};

/// The values that a name can have where its expression is evaluated (semantics 1.7, 1.9).
pub(super) fn values_of(name: &Name) -> Values {
    match name {
        Name::Task(_) | Name::Worker(_) => Values::ANYTHING,
        Name::WorkerAttributeOrField(..) => Values::MISSING.complement(),
        Name::WorkerField(_) => Values::TEXTS,
        Name::WorkerChannel { counter, .. } => counter_values(*counter).or_missing(),
        Name::Workers(WorkersCount::Available | WorkersCount::Unavailable) => count(),
        Name::Workers(WorkersCount::Activity(_)) => count().or_missing(),
        Name::Clock(field) => clock(*field),
        Name::Nodes { .. } => Values::LISTS.or_missing(),
        Name::Nothing => Values::MISSING,
    }
}

/// Whether the name has no numbers but whole ones.
pub(super) fn is_whole(name: &Name) -> bool {
    match name {
        Name::WorkerChannel { .. } | Name::Workers(_) | Name::Clock(_) => true,
        Name::Task(_) | Name::Worker(_) | Name::WorkerAttributeOrField(..) => false,
        Name::WorkerField(_) | Name::Nodes { .. } | Name::Nothing => false,
    }
}

fn counter_values(counter: ChannelCounter) -> Values {
    match counter {
        ChannelCounter::ConfiguredCapacity | ChannelCounter::AssignedTasks => count(),
        ChannelCounter::AvailableCapacityPercentage => between(0, 100),
        ChannelCounter::Available => Values::BOOLEANS,
    }
}

fn clock(field: ClockField) -> Values {
    match field {
        ClockField::CurrentTime => Values::numbers(minutes_of_the_day()).whole(),
        ClockField::CurrentHour => between(0, 23),
        ClockField::CurrentMin => between(0, 59),
        ClockField::DayOfWeek => Values::among(&["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].map(Value::from)),
    }
}

fn count() -> Values {
    Values::numbers(Line::below(Number::from(0)).complement()).whole()
}

fn between(least: i64, most: i64) -> Values {
    let (below, up_to) = (Line::below(Number::from(least)), Line::up_to(Number::from(most)));
    Values::numbers(below.complement().and(&up_to)).whole()
}

/// The integers HHMM.
fn minutes_of_the_day() -> Line<Number> {
    let minutes = (0..24).flat_map(|hour| (0..60).map(move |minute| Number::from(100 * hour + minute)));
    Line::only(minutes.collect())
}

/// Two names on one path: where the inner one has a value, the outer one holds it.
pub(super) struct Nesting {
    pub(super) outer: usize,
    pub(super) inner: usize,
    /// The values of the outer name that can hold the inner one.
    pub(super) holders: Values,
}

/// Every two of the names that lie on one path, `x` and `x.y[0]`, by their numbers.
pub(super) fn nestings(names: &BTreeMap<Name, usize>) -> Vec<Nesting> {
    let paths: BTreeMap<_, _> = names.iter().filter_map(|(name, number)| Some((place(name)?, *number))).collect();
    let mut nestings = Vec::new();
    for (&(root, path), &inner) in &paths {
        for (at, step) in path.iter().enumerate() {
            if let Some(&outer) = paths.get(&(root, &path[..at])) {
                nestings.push(Nesting { outer, inner, holders: holders(step) });
            }
        }
    }
    nestings
}

/// Where a name reads, if it reads a plain path.
fn place(name: &Name) -> Option<(Root, &[Segment])> {
    match name {
        Name::Task(path) => Some((Root::Task, path.segments())),
        Name::Worker(path) | Name::WorkerAttributeOrField(path, _) => Some((Root::Worker, path.segments())),
        Name::WorkerField(_) | Name::WorkerChannel { .. } | Name::Workers(_) => None,
        Name::Clock(_) | Name::Nodes { .. } | Name::Nothing => None,
    }
}

/// The values in which a step of a path can find something.
fn holders(step: &Segment) -> Values {
    match step {
        Segment::Key(_) => Values::OBJECTS,
        Segment::Index(_) => Values::FILLED_LISTS,
    }
}
