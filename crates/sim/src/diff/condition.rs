//! Conditions over a difference, for builds that fail when a configuration changes too much: `tasks-moved > 0`. The
//! grammar is closed: a figure, a comparison, a number.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use pointsman::{format_duration, parse_duration};

use super::result::{Change, Diff, Gains, Outcome};
use super::seen::millis;
use crate::reading::choice;

/// What a condition can be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Figure {
    TasksMoved,
    TasksChanged,
    WorkersGaining,
    WorkersLosing,
    FiltersChanged,
    WaitsChanged,
    CommandsRefused,
    WaitTotal,
    WaitLongest,
    Counted(Outcome),
}

const NAMED: &[(&str, Figure)] = &[
    ("tasks-moved", Figure::TasksMoved),
    ("tasks-changed", Figure::TasksChanged),
    ("workers-gaining", Figure::WorkersGaining),
    ("workers-losing", Figure::WorkersLosing),
    ("filters-changed", Figure::FiltersChanged),
    ("waits-changed", Figure::WaitsChanged),
    ("commands-refused", Figure::CommandsRefused),
    ("wait-total", Figure::WaitTotal),
    ("wait-longest", Figure::WaitLongest),
];

/// The name of every figure that a condition can be about.
pub fn figures() -> Vec<&'static str> {
    Figure::all().map(|(name, _)| name).collect()
}

/// A figure as a difference has it.
enum Value {
    /// So many differences.
    Differences(usize),
    /// Counted on both sides.
    Count(Change<u64>),
    /// A span on both sides, in milliseconds.
    Span(Change<u64>),
}

impl Figure {
    fn all() -> impl Iterator<Item = (&'static str, Self)> {
        let counted = Outcome::ALL.iter().map(|outcome| (outcome.name(), Self::Counted(*outcome)));
        NAMED.iter().copied().chain(counted)
    }

    fn is_wait(self) -> bool {
        matches!(self, Self::WaitTotal | Self::WaitLongest)
    }

    /// Whether it has a value on both sides.
    fn has_sides(self) -> bool {
        self.is_wait() || matches!(self, Self::Counted(_))
    }

    /// None for waits where no time passes.
    fn of(self, diff: &Diff) -> Option<Value> {
        let workers = |who: fn(&Gains) -> &[String]| {
            let concerned = diff.workers.iter().filter(|it| !who(&it.queues).is_empty() || !who(&it.tasks).is_empty());
            Value::Differences(concerned.count())
        };
        Some(match self {
            Self::TasksMoved => Value::Differences(diff.tasks.iter().filter(|task| task.elsewhere).count()),
            Self::TasksChanged => Value::Differences(diff.tasks.len()),
            Self::WorkersGaining => workers(|gains| &gains.gained),
            Self::WorkersLosing => workers(|gains| &gains.lost),
            Self::FiltersChanged => Value::Differences(diff.filters.len()),
            Self::WaitsChanged => Value::Differences(diff.waits.as_ref()?.tasks.len()),
            Self::CommandsRefused => Value::Differences(diff.refused.len()),
            Self::WaitTotal => Value::Span(diff.waits.as_ref()?.total),
            Self::WaitLongest => Value::Span(diff.waits.as_ref()?.longest),
            Self::Counted(outcome) => Value::Count(diff.outcomes.get(&outcome).copied().unwrap_or_default()),
        })
    }
}

impl Value {
    fn sides(&self) -> (i128, i128) {
        match self {
            Self::Differences(count) => (0, i128::try_from(*count).unwrap_or(i128::MAX)),
            Self::Count(change) | Self::Span(change) => (change.before.into(), change.after.into()),
        }
    }
}

/// `2`, or `3 before, 5 after`.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let span = |millis| format_duration(Duration::from_millis(millis));
        match self {
            Self::Differences(count) => write!(f, "{count}"),
            Self::Count(Change { before, after }) => write!(f, "{before} before, {after} after"),
            Self::Span(Change { before, after }) => write!(f, "{} before, {} after", span(*before), span(*after)),
        }
    }
}

/// A figure of a difference compared with a number.
///
/// `tasks-moved > 0` counts differences. What is counted on both sides is compared by its value under the new
/// configuration (`canceled > 3`), by how much it rises (`canceled > +0`, `completed < -5`), or by how much that is of
/// the value before (`wait-total > +10%`). Waits are spans: `wait-longest > 5m`, `wait-total > +30s`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    text: String,
    figure: Figure,
    comparison: Comparison,
    bound: Bound,
}

/// Whether a condition holds, and the figure in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// Whether it holds.
    pub holds: bool,
    /// What was compared: `2`, or `3 before, 5 after`.
    pub figure: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Equal,
    Unequal,
}

/// Longer signs first.
const COMPARISONS: &[(&str, Comparison)] = &[
    (">=", Comparison::GreaterOrEqual),
    ("<=", Comparison::LessOrEqual),
    ("==", Comparison::Equal),
    ("!=", Comparison::Unequal),
    (">", Comparison::Greater),
    ("<", Comparison::Less),
];

/// What a figure is compared with. Spans are milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bound {
    /// Its value under the new configuration.
    Value(i128),
    /// How much it rises.
    Rise(i128),
    /// How much it rises, in hundredths of the value before.
    Percent(i128),
}

impl Condition {
    /// Judges a difference; none when it has no such figure, because no time passes in a comparison of states.
    pub fn judge(&self, diff: &Diff) -> Option<Judged> {
        let value = self.figure.of(diff)?;
        let (before, after) = value.sides();
        Some(Judged { holds: self.holds(before, after), figure: value.to_string() })
    }

    fn holds(&self, before: i128, after: i128) -> bool {
        let (left, right) = match self.bound {
            Bound::Value(value) => (after, value),
            Bound::Rise(rise) => (after - before, rise),
            // Multiplied out, so that it is exact and nothing is divided by nothing.
            Bound::Percent(percent) => ((after - before) * 100, before * percent),
        };
        match self.comparison {
            Comparison::Greater => left > right,
            Comparison::GreaterOrEqual => left >= right,
            Comparison::Less => left < right,
            Comparison::LessOrEqual => left <= right,
            Comparison::Equal => left == right,
            Comparison::Unequal => left != right,
        }
    }
}

/// As it was written.
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Condition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (name, rest) = text.split_at(text.find(|letter| !is_name(letter)).unwrap_or(text.len()));
        let figure = figure(name)?;
        let rest = rest.trim_start();
        let comparison = COMPARISONS.iter().find_map(|(sign, it)| Some((rest.strip_prefix(sign)?, *it)));
        let Some((bound, comparison)) = comparison else {
            return Err(format!("expected `>`, `>=`, `<`, `<=`, `==` or `!=` after `{name}`, found `{rest}`"));
        };
        let bound = read_bound(name, figure, bound.trim())?;
        Ok(Self { text: text.to_owned(), figure, comparison, bound })
    }
}

fn is_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '-' || letter == '_'
}

fn figure(name: &str) -> Result<Figure, String> {
    let found = Figure::all().find(|(known, _)| *known == name).map(|(_, figure)| figure);
    found.ok_or_else(|| format!("`{name}` is not a figure of a difference: {}", choice(name, &figures())))
}

fn read_bound(name: &str, figure: Figure, text: &str) -> Result<Bound, String> {
    let signs = [("+", 1), ("-", -1)];
    let sign = signs.into_iter().find_map(|(sign, factor)| Some((text.strip_prefix(sign)?, factor)));
    if sign.is_some() && !figure.has_sides() {
        return Err(format!("`{name}` counts differences: compare it with a plain number, `{name} > 0`"));
    }
    let number = |digits: &str| digits.parse::<u32>().ok().map(i128::from);
    let span = |text: &str| parse_duration(text).map(|span| i128::from(millis(span)));
    let size = |text: &str| if figure.is_wait() { span(text) } else { number(text) };
    let bound = match sign {
        None => size(text).map(Bound::Value),
        Some((rest, factor)) => match rest.strip_suffix('%') {
            Some(digits) => number(digits).map(|percent| Bound::Percent(factor * percent)),
            None => size(rest).map(|rise| Bound::Rise(factor * rise)),
        },
    };
    bound.ok_or_else(|| {
        let examples = match (figure.is_wait(), figure.has_sides()) {
            (true, _) => "a span such as `5m`, `+30s` or `+10%`",
            (false, true) => "a number such as `3`, `+2` or `+10%`",
            (false, false) => "a number such as `0`",
        };
        format!("expected {examples} after `{name}`, found `{text}`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::result::{TaskChange, WaitChanges};

    fn diff() -> Diff {
        let task = TaskChange { task: "t1".to_owned(), elsewhere: true, place: Change::new(None, None) };
        let mut diff = Diff { tasks: vec![task.clone(), TaskChange { elsewhere: false, ..task }], ..Diff::default() };
        diff.outcomes.insert(Outcome::Canceled, Change::new(10, 12));
        let (total, longest) = (Change::new(60_000, 66_000), Change::new(0, 1));
        diff.waits = Some(WaitChanges { total, longest, tasks: Vec::new() });
        diff
    }

    #[test]
    fn conditions_compare_exactly() {
        for (text, holds) in [
            ("tasks-moved > 0", true),
            ("tasks-moved >= 2", false),
            ("tasks-changed==2", true),
            ("canceled > 11", true),
            ("canceled > +1", true),
            ("canceled > +2", false),
            ("canceled != +2", false),
            ("canceled < -0", false),
            ("canceled >= +20%", true),
            ("canceled > +20%", false),
            ("completed > +0", false),
            ("wait-total > +9%", true),
            ("wait-total <= +10%", true),
            ("wait-total > 65.999", true),
            ("wait-total > +6s", false),
            ("wait-longest > +10%", true),
            ("  wait-longest   <   1s ", true),
        ] {
            let condition: Condition = text.parse().unwrap_or_else(|problem| panic!("{text}: {problem}"));
            assert_eq!(condition.judge(&diff()).map(|judged| judged.holds), Some(holds), "{text}");
            assert_eq!(condition.to_string(), text.trim());
        }
    }

    #[test]
    fn a_verdict_tells_the_figure() {
        let told = |text: &str| text.parse::<Condition>().unwrap().judge(&diff()).unwrap().figure;
        assert_eq!(told("tasks-moved > 0"), "1");
        assert_eq!(told("canceled > +0"), "10 before, 12 after");
        assert_eq!(told("wait-total > +0s"), "1m before, 1m6s after");
        let no_time = Diff { waits: None, ..diff() };
        assert_eq!("wait-total > 1".parse::<Condition>().unwrap().judge(&no_time), None);
    }

    #[test]
    fn what_is_no_condition_is_told_with_what_is() {
        for (text, told) in [
            ("task-moved > 0", "did you mean `tasks-moved`?"),
            ("", "expected one of `tasks-moved`"),
            ("tasks-moved", "expected `>`, `>=`"),
            ("tasks-moved => 0", "found `=> 0`"),
            ("tasks-moved > +1", "compare it with a plain number"),
            ("tasks-moved > many", "expected a number such as `0`"),
            ("canceled > 5m", "expected a number such as `3`, `+2` or `+10%`"),
            ("wait-total > soon", "expected a span"),
            ("wait-total > 10%", "expected a span"),
        ] {
            let problem = text.parse::<Condition>().unwrap_err();
            assert!(problem.contains(told), "{text}: {problem}");
        }
    }
}
