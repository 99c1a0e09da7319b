//! The form of what an operator writes, judged: names, ranges, queue expressions. Pure functions; each is the one
//! place of its rule.

use std::sync::Arc;
use std::time::Duration;

use pointsman_expr::{Expression, Kind, Name, ParseError, WorkerField};

use crate::limits::{Limits, MAX_FRIENDLY_NAME, MIN_TIMEOUT};
use crate::reject::Rejection;

/// A friendly name has 1 to 64 characters.
pub(crate) fn friendly_name(text: &str) -> Result<Arc<str>, Rejection> {
    let length = text.chars().count();
    if length == 0 || length > MAX_FRIENDLY_NAME {
        return Err(Rejection::FriendlyNameLength { length, limit: MAX_FRIENDLY_NAME });
    }
    Ok(text.into())
}

/// A task channel's unique name can be a segment of a path in an expression (semantics section 7.1).
pub(crate) fn unique_name(text: &str) -> Result<Arc<str>, Rejection> {
    let letter = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    let digit_first = text.starts_with(|c: char| c.is_ascii_digit());
    if text.is_empty() || digit_first || !text.chars().all(letter) {
        return Err(Rejection::InvalidUniqueName { name: text.to_owned() });
    }
    Ok(text.into())
}

/// A number within its range.
pub(crate) fn range(what: &str, given: u32, least: u32, most: u32) -> Result<u32, Rejection> {
    if (least..=most).contains(&given) {
        return Ok(given);
    }
    let [given, least, most] = [given, least, most].map(u64::from);
    Err(Rejection::NumberOutOfRange { what: what.to_owned(), given, least, most })
}

/// A span of at least a second; parts of a millisecond are dropped.
pub(super) fn span(what: &str, given: Duration, most: Duration) -> Result<Duration, Rejection> {
    if given < MIN_TIMEOUT || given > most {
        return Err(Rejection::SpanOutOfRange { what: what.to_owned(), given, least: MIN_TIMEOUT, most });
    }
    Ok(Duration::from_millis(u64::try_from(given.as_millis()).unwrap_or(u64::MAX)))
}

/// How long a reserved worker has to answer.
pub(crate) fn reservation_timeout(given: Duration, limits: &Limits) -> Result<Duration, Rejection> {
    span("the task reservation timeout", given, limits.reservation_timeout)
}

/// How long a task may wait.
pub(crate) fn task_timeout(given: Duration, limits: &Limits) -> Result<Duration, Rejection> {
    span("the task's timeout", given, limits.task_timeout)
}

/// A queue's expression; none for the empty text (semantics section 3.1).
pub(crate) fn target_workers(text: &str, limits: &Limits) -> Result<Option<Expression>, Rejection> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    expression("target_workers".to_owned(), text, Kind::Queue, limits).map(Some)
}

/// Whether who is in the queue depends on activities (Q15).
pub(crate) fn reads_activity(expression: &Expression) -> bool {
    let activity = |field: WorkerField| matches!(field, WorkerField::ActivitySid | WorkerField::ActivityName);
    expression.names().any(|name| match name {
        Name::WorkerAttributeOrField(_, field) | Name::WorkerField(field) => activity(*field),
        Name::Task(_)
        | Name::Worker(_)
        | Name::WorkerChannel { .. }
        | Name::Workers(_)
        | Name::Clock(_)
        | Name::Nodes { .. }
        | Name::Nothing => false,
    })
}

/// An expression of a kind that yields a truth value.
pub(super) fn expression(place: String, text: &str, kind: Kind, limits: &Limits) -> Result<Expression, Rejection> {
    let parsed = pointsman_expr::parse(text, kind, &limits.expression());
    parsed.map(|parsed| parsed.expression).map_err(|errors| invalid(place, text, errors))
}

pub(super) fn invalid(place: String, text: &str, errors: Vec<ParseError>) -> Rejection {
    Rejection::InvalidExpression { place, text: text.to_owned(), errors }
}
