//! The figures of one run, each with its name: the one place where counts become figures.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::estimate::{Batches, Confidence, Moments};
use crate::model::{Level, Measure, Model, ServiceLevel};
use crate::tally::{Demand, Supply, Tally};

/// A figure: what it is about, its name and its unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Column {
    /// What it is about.
    pub scope: Scope,
    /// Its name, such as `wait_mean` or `service_level_20s`.
    pub figure: String,
    /// What it is counted in.
    pub unit: Unit,
}

impl Scope {
    /// Its kind and its name, which the run has none of.
    pub fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::Run => ("run", ""),
            Self::Class(name) => ("class", name),
            Self::Queue(name) => ("queue", name),
            Self::Group(name) => ("group", name),
            Self::Interval => ("interval", ""),
        }
    }
}

impl Column {
    /// Its full name: `wait_mean`, `class.voice.wait_mean`, `group.agents.occupancy`.
    pub fn name(&self) -> String {
        match self.scope.parts() {
            (_, "") => self.figure.clone(),
            (kind, name) => format!("{kind}.{name}.{}", self.figure),
        }
    }
}

/// What a figure is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Everything together.
    Run,
    /// A class of tasks.
    Class(String),
    /// A task queue.
    Queue(String),
    /// A group of workers.
    Group(String),
    /// What came between two times.
    Interval,
}

/// What a figure is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Things.
    Count,
    /// A share from 0 to 1.
    Share,
    /// Seconds.
    Seconds,
    /// An average number of things.
    Level,
    /// Whatever costs are given in.
    Cost,
}

/// A figure of tasks.
struct OfDemand {
    name: String,
    unit: Unit,
    read: Box<Reading>,
}

/// What a figure is, by what was counted and how long was measured, in milliseconds.
type Reading = dyn Fn(&Demand, u64) -> Option<f64>;

type Fixed = (&'static str, Unit, fn(&Demand, u64) -> Option<f64>);

/// Those that every set of tasks has, interval or not. The second argument is how long was measured, in milliseconds.
const OF_DEMAND: &[Fixed] = &[
    ("offered", Unit::Count, |it, _| count(it.offered)),
    ("handled", Unit::Count, |it, _| count(it.wait.count())),
    ("abandoned", Unit::Count, |it, _| count(it.given_up.count())),
    ("blocked", Unit::Count, |it, _| count(it.blocked)),
    ("lost", Unit::Count, |it, _| count(it.lost)),
    ("timed_out", Unit::Count, |it, _| count(it.timed_out)),
    ("redialed", Unit::Count, |it, _| count(it.again)),
    ("transferred", Unit::Count, |it, _| count(it.transferred)),
    ("handed_back", Unit::Count, |it, _| count(it.handed_back)),
    ("abandonment", Unit::Share, |it, _| share(it.given_up.count(), it.offered)),
    ("delayed", Unit::Share, |it, _| share(it.waited, it.wait.count() + it.given_up.count())),
    ("wait_mean", Unit::Seconds, |it, _| seconds(it.wait.mean())),
    ("wait_sd", Unit::Seconds, |it, _| seconds(it.wait.deviation())),
    ("wait_max", Unit::Seconds, |it, _| seconds(it.wait.max().map(whole))),
    ("wait_of_all_mean", Unit::Seconds, |it, _| seconds(of_all(it).mean())),
    ("wait_of_abandoned_mean", Unit::Seconds, |it, _| seconds(it.given_up.mean())),
    ("wait_reserved_mean", Unit::Seconds, |it, _| due_to(it, u128::from(it.due_to.reserved))),
    ("wait_none_available_mean", Unit::Seconds, |it, _| due_to(it, u128::from(it.due_to.none_available))),
    ("wait_no_capacity_mean", Unit::Seconds, |it, _| due_to(it, no_capacity(it))),
    ("handling_mean", Unit::Seconds, |it, _| seconds(it.handling.mean())),
];

/// Those of a queue's length, which an interval has from elsewhere.
const OF_LENGTH: &[Fixed] = &[
    ("waiting_mean", Unit::Level, |it, span| ratio(it.waiting.so_far().area(), span)),
    ("waiting_max", Unit::Count, |it, _| count(it.waiting.so_far().max())),
    ("still_waiting", Unit::Count, |it, _| count(it.waiting.now())),
    ("little", Unit::Level, little),
];

type OfSupply = (&'static str, Unit, fn(&Supply, u64) -> Option<f64>);

const OF_SUPPLY: &[OfSupply] = &[
    ("present_mean", Unit::Level, |it, span| ratio(it.present.so_far().area(), span)),
    ("busy_mean", Unit::Level, |it, span| ratio(it.busy.so_far().area(), span)),
    ("occupancy", Unit::Share, |it, _| part(it.busy.so_far().area(), it.present.so_far().area())),
    ("utilisation", Unit::Share, |it, _| part(it.load.so_far().area(), it.places.so_far().area())),
    ("tasks_in_hand", Unit::Level, |it, _| part(it.load.so_far().area(), it.present.so_far().area())),
    ("handled", Unit::Count, |it, _| count(it.handling.count())),
    ("handling_mean", Unit::Seconds, |it, _| seconds(it.handling.mean())),
    ("reservations_created", Unit::Count, |it, _| count(it.asked.created)),
    ("reservations_accepted", Unit::Count, |it, _| count(it.asked.accepted)),
    ("reservations_rejected", Unit::Count, |it, _| count(it.asked.rejected)),
    ("reservations_timed_out", Unit::Count, |it, _| count(it.asked.timed_out)),
    ("reservations_canceled", Unit::Count, |it, _| count(it.asked.canceled)),
    ("reservations_rescinded", Unit::Count, |it, _| count(it.asked.rescinded)),
    ("staffed_hours", Unit::Level, |it, _| Some(it.hours())),
    ("cost", Unit::Cost, |it, _| it.cost),
];

/// The figures of a run, without those of its intervals, in their order.
pub(crate) fn columns(model: &Model, queues: &[String], measure: &Measure) -> Vec<Column> {
    let of_demand: Vec<(String, Unit)> = of_demand(measure, true).into_iter().map(|it| (it.name, it.unit)).collect();
    let scopes = std::iter::once(Scope::Run)
        .chain(model.classes.iter().map(|class| Scope::Class(class.name.clone())))
        .chain(queues.iter().cloned().map(Scope::Queue));
    let demand = scopes
        .flat_map(|scope| of_demand.iter().map(move |(name, unit)| column(&scope, name, *unit)).collect::<Vec<_>>());
    let named = model.staffed().map(|(_, group)| Scope::Group(group.label().to_owned()));
    let supply = std::iter::once(Scope::Run).chain(named);
    let supply = supply.flat_map(|scope| {
        OF_SUPPLY.iter().map(move |(name, unit, _)| column(&scope, &worked(&scope, name), *unit)).collect::<Vec<_>>()
    });
    demand.chain(supply).collect()
}

/// The names that figures have in every scenario.
#[cfg(feature = "schema")]
pub(crate) fn fixed_names() -> Vec<String> {
    let of_demand = OF_DEMAND.iter().chain(OF_LENGTH).map(|(name, ..)| (*name).to_owned());
    let of_supply = OF_SUPPLY.iter().map(|(name, ..)| worked(&Scope::Run, name));
    of_demand.chain(of_supply).collect()
}

/// Those that a scenario gives by its service levels and quantiles.
#[cfg(feature = "schema")]
pub(crate) const GIVEN_NAMES: &str = "^(service_level_.+|wait_p[0-9].*)$";

/// Of the run as a whole, `handled` is about tasks already.
fn worked(scope: &Scope, name: &str) -> String {
    let twice = *scope == Scope::Run && OF_DEMAND.iter().any(|(other, ..)| *other == name);
    if twice { format!("{name}_by_workers") } else { name.to_owned() }
}

/// What they were in a run.
pub(crate) fn values(tally: &Tally, model: &Model, measure: &Measure) -> Vec<Option<f64>> {
    let span = tally.span();
    let of_demand = of_demand(measure, true);
    let demands = std::iter::once(&tally.run).chain(&tally.classes).chain(&tally.queues);
    let demand = demands.flat_map(|demand| of_demand.iter().map(move |it| (it.read)(demand, span)));
    let groups = model.staffed().map(|(place, _)| &tally.groups[place]);
    let supplies = std::iter::once(&tally.staff).chain(groups);
    let supply = supplies.flat_map(|supply| OF_SUPPLY.iter().map(move |(.., read)| read(supply, span)));
    demand.chain(supply).collect()
}

/// How many batches a run is cut into, and how many tasks it has at least for that.
const BATCHES: usize = 20;
const LEAST_TASKS: u64 = 2_000;

/// How sure one run alone is of its mean waits and of shares of its tasks: half the width of the interval by batch means, by
/// the place of the column.
pub(crate) fn half_widths(
    columns: &[Column],
    tally: &Tally,
    measure: &Measure,
    confidence: Confidence,
) -> BTreeMap<usize, f64> {
    let half = move |batches: &Batches, demand: &Demand| {
        let interval = batches.interval(0, BATCHES, confidence).ok()?;
        interval.half_width.filter(|_| demand.wait.count() >= LEAST_TASKS)
    };
    let waits = ("wait_mean".to_owned(), boxed(move |it| seconds(half(&it.in_order, it))));
    let given_up = ("abandonment".to_owned(), boxed(move |it| half(&it.given_up_in_order, it)));
    let levels = measure
        .service_levels
        .iter()
        .enumerate()
        .map(|(place, level)| (service_level_name(level), boxed(move |it| half(&it.good_in_order[place], it))));
    let demands = || std::iter::once(&tally.run).chain(&tally.classes).chain(&tally.queues);
    let of_figure = |(name, half): (String, Box<Half>)| {
        let places = columns.iter().enumerate().filter(|(_, column)| column.figure == name).map(|(place, _)| place);
        places.zip(demands()).filter_map(|(place, demand)| Some((place, half(demand)?))).collect::<Vec<_>>()
    };
    [waits, given_up].into_iter().chain(levels).flat_map(of_figure).collect()
}

/// Half the width of an interval; none where too few tasks came.
type Half = dyn Fn(&Demand) -> Option<f64>;

fn boxed(half: impl Fn(&Demand) -> Option<f64> + 'static) -> Box<Half> {
    Box::new(half)
}

/// The figures of each interval.
pub(crate) fn interval_columns(measure: &Measure) -> Vec<Column> {
    let levels = ["waiting_mean", "present_mean", "busy_mean"].map(|name| (name.to_owned(), Unit::Level));
    let all = of_demand(measure, false).into_iter().map(|it| (it.name, it.unit)).chain(levels);
    all.map(|(name, unit)| column(&Scope::Interval, &name, unit)).collect()
}

/// What they were in a run, interval by interval. Of one that begins in the warm-up only a part was measured: it has none.
pub(crate) fn in_interval(tally: &Tally, measure: &Measure) -> Vec<Vec<Option<f64>>> {
    let Some(bins) = &tally.bins else { return Vec::new() };
    let of_demand = of_demand(measure, false);
    let empty = Demand::new(measure.service_levels.len());
    let count = bins.waiting.areas.len().max(tally.intervals.len());
    let measured = |place: usize| {
        let demand = tally.intervals.get(place).unwrap_or(&empty);
        let levels = [&bins.waiting, &bins.present, &bins.busy];
        let width = bins.width().min(tally.until.saturating_sub(place as u64 * bins.width()));
        let levels = levels.map(|level| ratio(u128::from(level.areas.get(place).copied().unwrap_or(0)), width));
        of_demand.iter().map(|it| (it.read)(demand, width)).chain(levels).collect::<Vec<_>>()
    };
    let is_whole = |place: usize| tally.warm_since().is_some_and(|since| since <= place as u64 * bins.width());
    let nothing = vec![None; interval_columns(measure).len()];
    (0..count).map(|place| if is_whole(place) { measured(place) } else { nothing.clone() }).collect()
}

fn of_demand(measure: &Measure, with_length: bool) -> Vec<OfDemand> {
    let fixed = |(name, unit, read): &Fixed| OfDemand { name: (*name).to_owned(), unit: *unit, read: Box::new(*read) };
    let length = if with_length { OF_LENGTH } else { &[] };
    let quantiles = measure.quantiles.iter().map(|of| {
        let of = *of;
        let read = move |it: &Demand, _| seconds(it.waits.at(of).map(whole));
        OfDemand { name: quantile(of), unit: Unit::Seconds, read: Box::new(read) }
    });
    let levels = measure.service_levels.iter().enumerate().map(|(place, level)| {
        let kind = level.level;
        let read = move |it: &Demand, _| service_level(it, place, kind);
        OfDemand { name: service_level_name(level), unit: Unit::Share, read: Box::new(read) }
    });
    OF_DEMAND.iter().map(fixed).chain(levels).chain(quantiles).chain(length.iter().map(fixed)).collect()
}

/// `wait_p95`.
pub(crate) fn quantile(of: f64) -> String {
    let percent = format!("{:.4}", of * 100.0);
    format!("{QUANTILE}{}", percent.trim_end_matches('0').trim_end_matches('.'))
}

/// What the names of quantiles begin with.
pub(super) const QUANTILE: &str = "wait_p";

/// What the names of service levels begin with.
pub(super) const SERVICE_LEVEL: &str = "service_level_";

/// `service_level_20s`.
pub(crate) fn service_level_name(level: &ServiceLevel) -> String {
    format!("{SERVICE_LEVEL}{}", level.name.replace(char::is_whitespace, "_"))
}

fn service_level(it: &Demand, place: usize, kind: Level) -> Option<f64> {
    let [taken, given_up] = *it.in_time.get(place)?;
    let (all_taken, all_given_up) = (it.wait.count(), it.given_up.count());
    match kind {
        Level::Bad => share(taken, all_taken + all_given_up),
        Level::EarlyLeftOut => share(taken, all_taken + all_given_up - given_up),
        Level::EarlyGood => share(taken + given_up, all_taken + all_given_up),
        Level::LeftOut => share(taken, all_taken),
    }
}

/// How far the average number of waiting tasks is from arrivals by mean wait (Little): it should be next to nothing.
fn little(it: &Demand, span: u64) -> Option<f64> {
    let mut waits = of_all(it);
    waits.merge(&it.passed);
    Some(ratio(it.waiting.so_far().area() + it.waited_before, span)? - ratio(waits.sum(), span)?)
}

fn of_all(it: &Demand) -> Moments {
    let mut all = it.wait;
    all.merge(&it.given_up);
    all
}

/// The part of a mean wait that is due to something.
fn due_to(it: &Demand, sum: u128) -> Option<f64> {
    seconds(ratio(sum, of_all(it).count()))
}

/// What waits were due to that were due to nothing else.
fn no_capacity(it: &Demand) -> u128 {
    of_all(it).sum().saturating_sub(u128::from(it.due_to.reserved) + u128::from(it.due_to.none_available))
}

fn column(scope: &Scope, figure: &str, unit: Unit) -> Column {
    Column { scope: scope.clone(), figure: figure.to_owned(), unit }
}

#[allow(clippy::cast_precision_loss, reason = "counts of a run stay far below 2^53")]
fn whole(value: u64) -> f64 {
    value as f64
}

#[allow(clippy::unnecessary_wraps, reason = "it stands among figures that may be absent")]
fn count(value: u64) -> Option<f64> {
    Some(whole(value))
}

fn share(of: u64, all: u64) -> Option<f64> {
    (all > 0).then(|| whole(of) / whole(all))
}

#[allow(clippy::cast_precision_loss, reason = "areas of a run stay far below 2^53")]
fn ratio(area: u128, span: u64) -> Option<f64> {
    (span > 0).then(|| area as f64 / whole(span))
}

#[allow(clippy::cast_precision_loss, reason = "areas of a run stay far below 2^53")]
fn part(area: u128, of: u128) -> Option<f64> {
    (of > 0).then(|| area as f64 / of as f64)
}

fn seconds(millis: Option<f64>) -> Option<f64> {
    millis.map(|millis| millis / 1_000.0)
}
