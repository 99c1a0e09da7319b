//! The form of values: what a name, a number, a span and a document must look like (semantics section 11.1).

use std::time::Duration;

use pointsman::{Attributes, MAX_FRIENDLY_NAME, MAX_PRIORITY, MIN_TIMEOUT, Rejection, Timestamp, Value};
use pointsman_expr::{Expression, Kind, ParseError};

/// What a judgement comes to.
pub(super) type Judged<T = ()> = Result<T, Rejection>;

/// Judges a value that may be left out.
pub(super) fn given<T, R>(value: Option<T>, judge: impl FnOnce(T) -> Judged<R>) -> Judged<Option<R>> {
    value.map(judge).transpose()
}

/// One to 64 characters.
pub(super) fn friendly_name(name: &str) -> Judged {
    let length = name.chars().count();
    require((1..=MAX_FRIENDLY_NAME).contains(&length), || Rejection::FriendlyNameLength {
        length,
        limit: MAX_FRIENDLY_NAME,
    })
}

/// Letters, digits, `_` and `$`, no digit in front.
pub(super) fn unique_name(name: &str) -> Judged {
    let legal = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '$';
    let head = name.chars().next().is_some_and(|first| !first.is_ascii_digit());
    require(head && name.chars().all(legal), || Rejection::InvalidUniqueName { name: name.to_owned() })
}

pub(super) fn attributes(value: &Value) -> Judged<Attributes> {
    Attributes::try_from(value.clone()).map_err(Rejection::InvalidAttributes)
}

pub(super) fn priority(given: u32) -> Judged {
    number("priority", given, 0, MAX_PRIORITY)
}

pub(super) fn number(what: &str, given: u32, least: u32, most: u32) -> Judged {
    require((least..=most).contains(&given), || {
        let (given, least, most) = (given.into(), least.into(), most.into());
        Rejection::NumberOutOfRange { what: what.to_owned(), given, least, most }
    })
}

/// At least one second (rule R3).
pub(super) fn span(what: &str, given: Duration, most: Duration) -> Judged {
    let least = MIN_TIMEOUT;
    require((least..=most).contains(&given), || Rejection::SpanOutOfRange { what: what.to_owned(), given, least, most })
}

/// From 1900 to now (rule R13).
pub(super) fn virtual_start(given: Timestamp, now: Timestamp) -> Judged {
    require((Timestamp::YEAR_1900..=now).contains(&given), || Rejection::VirtualStartTimeOutOfRange { given })
}

/// How long a text may be and how deep it may go.
pub(super) fn text_limits(limits: &pointsman::Limits) -> pointsman_expr::Limits {
    pointsman_expr::Limits { max_length: limits.expression_length, max_depth: limits.expression_depth }
}

/// A condition at some place.
pub(super) fn expression(text: &str, kind: Kind, place: &str, limits: &pointsman::Limits) -> Judged<Expression> {
    let parsed = pointsman_expr::parse(text, kind, &text_limits(limits));
    parsed.map(|parsed| parsed.expression).map_err(|errors| invalid(place, text, errors))
}

pub(super) fn invalid(place: &str, text: &str, errors: Vec<ParseError>) -> Rejection {
    Rejection::InvalidExpression { place: place.to_owned(), text: text.to_owned(), errors }
}

pub(super) fn require(test: bool, refusal: impl FnOnce() -> Rejection) -> Judged {
    if test { Ok(()) } else { Err(refusal()) }
}
