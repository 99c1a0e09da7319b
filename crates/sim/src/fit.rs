//! What a scenario has to know of recorded tasks: how many come in each interval, how long they take, how long they wait
//! before they are given up. It estimates; what stands in a table is read where recorded arrivals are.

mod shape;
mod times;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use pointsman::{Limits, format_duration};
use pointsman_config::{Context, Diagnostic, Names, SourceFile, parse_json};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::arrival::{RENAME, Row, Trace, is_twice};
use crate::estimate::Survival;
use crate::reading::{Reader, choice};

pub use crate::arrival::Recorded;
pub use shape::Shape;
use times::Times;

/// Which columns of a table mean what.
#[derive(Clone, Debug)]
pub struct Columns {
    /// When a task came.
    pub at: String,
    /// Its class; without it they are all of one.
    pub class: Option<String>,
    /// How long it took. Where only the begin is there, it was still in hand at the end of the table.
    pub handling: Option<Recorded>,
    /// How long it was wrapped up afterwards, in the same way.
    pub wrap_up: Option<Recorded>,
    /// How long it waited, whatever became of it; nothing where it still waited at the end of the table.
    pub wait: Option<Recorded>,
    /// Whether it was given up: something other than `false`, `no`, 0 or nothing. Without it those were that nobody took.
    pub given_up: Option<String>,
}

impl Columns {
    /// A table that cannot be read at all is for the reader of rows to tell.
    fn are_there(&self, table: &SourceFile) -> Result<(), Unfit> {
        let mut reader = csv::Reader::from_reader(table.text.as_bytes());
        let Ok(header) = reader.headers() else { return Ok(()) };
        let known: Vec<&str> = header.iter().map(str::trim).collect();
        if known.iter().all(|name| name.is_empty()) {
            return Err(Unfit::Empty);
        }
        let recorded = [&self.handling, &self.wrap_up, &self.wait].into_iter().flatten().flat_map(Recorded::columns);
        let single = [Some(self.at.as_str()), self.class.as_deref(), self.given_up.as_deref()];
        let mut wanted = single.into_iter().flatten().chain(recorded);
        let wrong = wanted.find_map(|name| match known.contains(&name) {
            false => Some(Unfit::NoColumn(name.to_owned(), choice(name, &known))),
            true => is_twice(name, &known).then(|| Unfit::TwoColumns(name.to_owned())),
        });
        wrong.map_or(Ok(()), Err)
    }
}

/// How arrivals are counted.
#[derive(Clone, Copy, Debug)]
pub struct Intervals {
    /// How long an interval is.
    pub length: Duration,
    /// After which time the same is expected again, such as a day; counts are then averages.
    pub repeat: Option<Duration>,
}

/// What a table says.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Fit {
    /// The begin of the day of the first task, from which intervals count; absent when that is where times count from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// How many tasks there are.
    pub tasks: usize,
    /// By name.
    pub classes: Vec<Fitted>,
}

/// What a table says of a class.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Fitted {
    /// Its name.
    pub class: String,
    /// How many tasks it has.
    pub tasks: usize,
    /// When they come, as in a scenario.
    pub profile: Value,
    /// How long they take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handling: Option<Handled>,
    /// How long they are wrapped up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrap_up: Option<Handled>,
    /// How long they wait before they are given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patience: Option<Patience>,
}

/// How long tasks take, or their wrap-up does.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Handled {
    /// How many times were recorded.
    pub times: u64,
    /// How many more had begun and not ended at the end of the table.
    #[serde(default, skip_serializing_if = "is_none")]
    pub going_on: u64,
    /// The mean in seconds; those that go on count by the estimate of Kaplan and Meier.
    pub mean: f64,
    /// The distribution, as in a scenario: one with a name where the times may come of it, else the histogram.
    pub time: Value,
    /// The histogram, whose edges are quantiles; the time itself when there is only one.
    pub histogram: Value,
    /// What was tried; nothing where the times are too few or all the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shapes: Vec<Shape>,
}

/// How long tasks wait before they are given up.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Patience {
    /// How many waits were recorded.
    pub waits: u64,
    /// How many of them ended by giving up.
    pub given_up: u64,
    /// The mean patience in seconds if it is exponential: the time waited by the number of those who gave up.
    pub exponential_mean: f64,
    /// The distribution, as in a scenario: exponential where patience may be that, else the estimate.
    pub time: Value,
    /// The estimate of Kaplan and Meier as a histogram; whose patience was not seen to end loses it from the last edge on
    /// at the rate of the whole.
    pub estimate: Value,
    /// How far it is from an exponential one; absent where too few gave up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shape: Option<Shape>,
}

/// Why nothing can be said.
#[derive(Clone, Debug, PartialEq)]
pub enum Unfit {
    /// The table or its columns cannot be read.
    Unreadable(Vec<Diagnostic>),
    /// It has no column of this name; what was probably meant.
    NoColumn(String, String),
    /// It has more than one column of this name.
    TwoColumns(String),
    /// It has no rows.
    Empty,
    /// There would be more intervals than anybody can read.
    TooManyIntervals(u64),
    /// What repeats is not a whole number of intervals.
    Uneven,
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(diagnostics) => diagnostics.iter().try_for_each(|diagnostic| writeln!(f, "{diagnostic}")),
            Self::NoColumn(name, help) => write!(f, "the table has no column `{name}`: {help}"),
            Self::TwoColumns(name) => write!(f, "the table has more than one column `{name}`: {RENAME}"),
            Self::Empty => f.write_str("the table has no rows"),
            Self::TooManyIntervals(count) => {
                write!(f, "these are {count} intervals, and {MOST} at most: write longer ones, or what repeats")
            }
            Self::Uneven => f.write_str("what repeats must be a whole number of intervals"),
        }
    }
}

impl std::error::Error for Unfit {}

/// As many intervals as a profile may have.
const MOST: u64 = 10_000;

/// A day in milliseconds.
const DAY: u64 = 86_400_000;

/// Where bins end: the shares of a sample that lie below.
const SHARES: [f64; 13] = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0];

/// The class of all tasks of a table without one.
const ONLY: &str = "tasks";

/// Fits what a scenario says to a table of comma-separated values.
///
/// # Errors
/// When the table cannot be read, has no rows, or does not fit the intervals.
pub fn fit(table: &Arc<SourceFile>, columns: &Columns, intervals: &Intervals) -> Result<Fit, Unfit> {
    columns.are_there(table)?;
    let rows = |handling| rows(table, columns, handling).map_err(Unfit::Unreadable);
    let tasks = rows(columns.handling.as_ref())?;
    let wrapped = columns.wrap_up.as_ref().map_or(Ok(Vec::new()), |wrap_up| rows(Some(wrap_up)))?;
    let grid = Grid::new(&tasks, intervals)?;
    let end = tasks.iter().chain(&wrapped).map(|row| row.last).max().unwrap_or_default();
    let start = (grid.origin > 0).then(|| instant(grid.origin));
    let waits = columns.wait.as_ref().map(|_| Waits { told: columns.given_up.is_some(), end });
    let whole = Whole { grid, end, waits };
    let mut classes: BTreeMap<String, (Vec<&Row>, Vec<&Row>)> = BTreeMap::new();
    for (place, task) in tasks.iter().enumerate() {
        let rows = classes.entry(class(task)).or_default();
        rows.0.push(task);
        rows.1.extend(wrapped.get(place).map(|row| &**row));
    }
    let classes = classes.into_iter().map(|(class, (rows, wrapped))| Fitted::of(class, &rows, &wrapped, &whole));
    Ok(Fit { start, tasks: tasks.len(), classes: classes.collect() })
}

impl Fit {
    /// What can be pasted into a scenario.
    pub fn to_yaml(&self) -> String {
        let start = self.start.as_ref().map(|start| format!("start: {start}\n")).unwrap_or_default();
        let arrivals: String = self.classes.iter().map(Fitted::arrivals).collect();
        let handling: String = self.classes.iter().filter_map(Fitted::rule).collect();
        let handling = if handling.is_empty() { handling } else { format!("handling:\n{handling}") };
        format!("{start}arrivals:\n{arrivals}{handling}")
    }
}

impl Fitted {
    fn of(class: String, rows: &[&Row], wrapped: &[&Row], whole: &Whole) -> Self {
        let [handling, wrap_up] = [rows, wrapped].map(|rows| Handled::of(&handled(rows, whole.end)));
        let patience = whole.waits.and_then(|waits| waits.patience(rows));
        Self { class, tasks: rows.len(), profile: whole.grid.profile(rows), handling, wrap_up, patience }
    }

    fn arrivals(&self) -> String {
        let Self { class, tasks, profile, patience, .. } = self;
        let patience = patience.as_ref().map(|it| {
            let Patience { waits, given_up, time, shape, .. } = it;
            let why = why(shape.as_slice(), "as Kaplan and Meier estimate it");
            format!("{why}    patience: {}    # {given_up} of {waits} gave up\n", flow(time))
        });
        let profile = flow(profile);
        let (class, things) = (quoted(class), if *tasks == 1 { "task" } else { "tasks" });
        format!("  - class: {class}    # {tasks} {things}\n    profile: {profile}\n{}", patience.unwrap_or_default())
    }

    fn rule(&self) -> Option<String> {
        let (class, handling) = (quoted(&self.class), self.handling.as_ref()?);
        let time = format!("{}    time: {}\n", handling.why(), flow(&handling.time));
        let wrap_up = self.wrap_up.as_ref().map(|it| {
            let (why, time, said) = (it.why(), flow(&it.time), it.said());
            format!("{why}    wrap_up: {time}    # {said}\n")
        });
        Some(format!("  - class: {class}    # {}\n{time}{}", handling.said(), wrap_up.unwrap_or_default()))
    }
}

impl Handled {
    /// None when none was seen to end.
    fn of(survival: &Survival) -> Option<Self> {
        let times = Times::new(survival);
        let mean = times.mean()? / 1_000.0;
        let (ended, histogram, shapes) = (times.ended(), times.histogram(), shape::shapes(&times));
        let time = shape::best(&shapes).map_or(&histogram, |best| &best.time).clone();
        Some(Self { times: ended, going_on: survival.count() - ended, mean, time, histogram, shapes })
    }

    fn said(&self) -> String {
        let Self { times, going_on, mean, .. } = self;
        let going_on = if *going_on == 0 { String::new() } else { format!("{going_on} still in hand, ") };
        format!("{times} times, {going_on}{mean:.1} s on average")
    }

    fn why(&self) -> String {
        why(&self.shapes, "a histogram")
    }
}

/// How long tasks took; those in hand lasted until the end of the table at least.
fn handled(rows: &[&Row], end: Duration) -> Survival {
    let mut survival = Survival::default();
    rows.iter().filter_map(|row| row.handling).for_each(|time| survival.abandoned(millis(time)));
    rows.iter().filter_map(|row| row.taken).for_each(|taken| survival.censored(millis(end.saturating_sub(taken))));
    survival
}

/// What is the same for all classes.
struct Whole {
    grid: Grid,
    /// The end of the table.
    end: Duration,
    /// Nothing where no column has waits.
    waits: Option<Waits>,
}

/// How waits are told.
#[derive(Clone, Copy)]
struct Waits {
    /// Whether a column says which tasks were given up.
    told: bool,
    /// The end of the table.
    end: Duration,
}

impl Waits {
    fn patience(self, rows: &[&Row]) -> Option<Patience> {
        let mut survival = Survival::default();
        for (wait, gave_up) in rows.iter().filter_map(|row| self.wait(row)) {
            if gave_up { survival.abandoned(millis(wait)) } else { survival.censored(millis(wait)) }
        }
        Patience::of(&survival)
    }

    /// How long a task waited, and whether it was given up then. Who neither was taken nor gave up still waits at the end.
    fn wait(self, row: &Row) -> Option<(Duration, bool)> {
        let (said, taken) = (said_given_up(row), row.handling.is_some() || row.taken.is_some());
        let gave_up = if self.told { said } else { !taken };
        let waits = || (!said && !taken).then(|| (self.end.saturating_sub(row.at), false));
        row.patience.map(|wait| (wait, gave_up)).or_else(waits)
    }
}

impl Patience {
    /// None when nobody was seen to give up.
    fn of(survival: &Survival) -> Option<Self> {
        let mean = survival.exponential_mean()?;
        let given_up = survival.curve().iter().map(|step| step.abandoned).sum();
        let (estimate, shape) = (survived(survival, mean), shape::patience(survival));
        let time = shape::best(shape.as_slice()).map_or(&estimate, |best| &best.time).clone();
        let (waits, exponential_mean) = (survival.count(), mean / 1_000.0);
        Some(Self { waits, given_up, exponential_mean, time, estimate, shape })
    }
}

/// Why a distribution is proposed, as a comment; nothing where none was tried.
fn why(shapes: &[Shape], otherwise: &str) -> String {
    let away = |it: &Shape| format!("{} is {:.4} away, and chance explains {:.4}", it.family, it.distance, it.at_most);
    let Some(first) = shapes.first() else { return String::new() };
    let said = match shape::best(shapes) {
        Some(best) => away(best),
        None => {
            let others = shapes[1..].iter().map(|it| format!("; {} {:.4}, {:.4}", it.family, it.distance, it.at_most));
            format!("{otherwise}: {}{}", away(first), others.collect::<String>())
        }
    };
    format!("    # {said}\n")
}

/// The times that intervals begin at.
struct Grid {
    origin: u64,
    length: u64,
    bins: u64,
    /// How often all of them come.
    rounds: u64,
    /// The first and the last arrival.
    seen: (u64, u64),
    repeats: bool,
}

impl Grid {
    fn new(rows: &[Arc<Row>], intervals: &Intervals) -> Result<Self, Unfit> {
        let times = || rows.iter().map(|row| millis(row.at));
        let (first, last) = times().min().zip(times().max()).ok_or(Unfit::Empty)?;
        let (origin, length) = (first - first % DAY, millis(intervals.length).max(1));
        let span = last - origin;
        let (bins, rounds) = match intervals.repeat.map(millis) {
            Some(repeat) if repeat == 0 || repeat % length != 0 => return Err(Unfit::Uneven),
            Some(repeat) => (repeat / length, span / repeat + 1),
            None => (span / length + 1, 1),
        };
        if bins > MOST {
            return Err(Unfit::TooManyIntervals(bins));
        }
        Ok(Self { origin, length, bins, rounds, seen: (first, last), repeats: intervals.repeat.is_some() })
    }

    fn profile(&self, rows: &[&Row]) -> Value {
        let mut counts: BTreeMap<u64, u64> = BTreeMap::new();
        for row in rows {
            *counts.entry((millis(row.at) - self.origin) / self.length % self.bins).or_default() += 1;
        }
        let count = |bin| counts.get(&bin).copied().unwrap_or(0) as f64 / self.times_seen(bin).max(1) as f64;
        let counts: Vec<Value> = (0..self.bins).map(|bin| number(count(bin))).collect();
        let mut profile = json!({"interval": span(self.length), "counts": counts});
        if self.repeats {
            profile["repeat"] = json!(true);
        }
        profile
    }

    /// In how many rounds the table covers an interval.
    fn times_seen(&self, bin: u64) -> u64 {
        let (first, last) = self.seen;
        let begin = |round| self.origin + (round * self.bins + bin) * self.length;
        (0..self.rounds).filter(|round| begin(*round) <= last && begin(*round) + self.length > first).count() as u64
    }
}

/// The rows of the table, by the reader of recorded arrivals: what is wrong with them, it says as it would there.
fn rows(
    table: &Arc<SourceFile>,
    columns: &Columns,
    handling: Option<&Recorded>,
) -> Result<Vec<Arc<Row>>, Vec<Diagnostic>> {
    let attributes = [("class", &columns.class), ("given_up", &columns.given_up)];
    let attributes =
        attributes.into_iter().filter_map(|(name, column)| Some((name.to_owned(), json!(column.as_ref()?))));
    let mut trace = json!({"file": table.name, "at": columns.at, "attributes": attributes.collect::<Map<_, _>>()});
    for (key, recorded) in [("handling", handling), ("patience", columns.wait.as_ref())] {
        if let Some(recorded) = recorded {
            trace[key] = json!(recorded);
        }
    }
    let node = parse_json(&Arc::new(SourceFile::new("columns", trace.to_string()))).map_err(|error| vec![error])?;
    let files = |_: &str| Ok(table.text.clone());
    let (names, limits) = (Names::new(), Limits::default());
    let mut reader = Reader::new(Context::new(&names, &limits).files(&files));
    let trace = Trace::read(&mut reader, &node);
    trace.map(|trace| trace.rows.to_vec()).ok_or(reader.diagnostics)
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_none(count: &u64) -> bool {
    *count == 0
}

fn class(row: &Row) -> String {
    match row.attributes.get("class") {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => ONLY.to_owned(),
    }
}

fn said_given_up(row: &Row) -> bool {
    match row.attributes.get("given_up") {
        Some(Value::String(text)) => !matches!(text.to_lowercase().as_str(), "false" | "no" | "0"),
        Some(Value::Number(number)) => number.as_f64() != Some(0.0),
        Some(value) => *value == Value::Bool(true),
        None => false,
    }
}

/// A survival curve by its quantiles.
fn survived(survival: &Survival, mean: f64) -> Value {
    let last = survival.curve().last().map_or(0, |step| step.at);
    let ends: Vec<u64> = SHARES.iter().filter_map(|share| survival.quantile(*share)).chain([last]).collect();
    let bins = survival.histogram(&ends);
    let weights: Vec<Value> = bins.weights.iter().map(|weight| number(*weight)).collect();
    let seen = if weights.is_empty() { span(0) } else { histogram(&bins.edges, &json!(weights)) };
    let beyond = number(bins.beyond);
    if beyond == json!(0) {
        return seen;
    }
    let later = json!({"exponential": {"mean": span(mean.max(1.0).round() as u64)}});
    json!({"mixture": [
        {"weight": number(1.0 - bins.beyond), "of": seen},
        {"weight": beyond, "of": {"shift": {"by": span(last), "of": later}}},
    ]})
}

fn histogram(edges: &[u64], weights: &Value) -> Value {
    let edges: Vec<Value> = edges.iter().map(|edge| span(*edge)).collect();
    json!({"histogram": {"edges": edges, "weights": weights}})
}

fn span(millis: u64) -> Value {
    Value::String(format_duration(Duration::from_millis(millis)))
}

/// In RFC 3339.
fn instant(millis: u64) -> String {
    let instant = i64::try_from(millis).ok().and_then(|millis| jiff::Timestamp::from_millisecond(millis).ok());
    instant.unwrap_or_default().to_string()
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// To four digits behind the point.
fn number(value: f64) -> Value {
    let rounded = (value * 10_000.0).round() / 10_000.0;
    if rounded.fract() == 0.0 { json!(rounded as i64) } else { json!(rounded) }
}

/// A value in one line of YAML. Its texts are spans, which need no quotes.
fn flow(value: &Value) -> String {
    match value {
        Value::Object(entries) => {
            let entries: Vec<String> = entries.iter().map(|(key, value)| format!("{key}: {}", flow(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// A text that YAML takes for a text.
fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests;
