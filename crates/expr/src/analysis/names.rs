//! Owns what is known of a reference before anything is asked: which values it can have at all, and what its value says
//! of references that lie on its path. Never looks at expressions.

use super::line::Line;
use super::values::Values;
use crate::{
    ChannelCounter, ClockField, MAX_DOCUMENT_DEPTH, Name, Number, Path, Segment, Value, WorkerField, WorkersCount,
};

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

/// The name in whose value the value of this one lies, and the values that can hold it: `x.y` lies in `x`, if that is an
/// object. `None` of names that are no step inside another.
pub(super) fn holder(name: &Name) -> Option<(Name, Values)> {
    let (Name::Task(path) | Name::Worker(path)) = name else { return None };
    let (last, outer) = path.segments().split_last()?;
    // Paths deeper than any document are not worth a walk.
    if outer.is_empty() || outer.len() > MAX_DOCUMENT_DEPTH {
        return None;
    }
    let holders = match last {
        Segment::Key(_) => Values::OBJECTS,
        Segment::Index(_) => Values::FILLED_LISTS,
    };
    let field = match outer {
        [Segment::Key(key)] => WorkerField::parse(key),
        _ => None,
    };
    let outer = Path::new(outer);
    let holder = match (name, field) {
        (Name::Task(_), _) => Name::Task(outer),
        // So queues read it. A field is a text, so it is as good as the attribute here.
        (_, Some(field)) => Name::WorkerAttributeOrField(outer, field),
        (_, None) => Name::Worker(outer),
    };
    Some((holder, holders))
}
