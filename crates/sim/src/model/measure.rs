//! What is measured: from when to when, in which intervals, and what counts as good service.

use std::time::Duration;

use pointsman_config::{Diagnostic, Node, NodeValue};

use crate::reading::Reader;

/// What is measured.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Measure {
    /// When the run ends, counted from the start; without it when nothing happens any more.
    pub(crate) horizon: Option<Duration>,
    /// What is left out at the beginning.
    pub(crate) warm_up: WarmUp,
    /// How long an interval of the report is.
    pub(crate) interval: Option<Duration>,
    /// What counts as good service.
    pub(crate) service_levels: Vec<ServiceLevel>,
    /// Which quantiles of waits are told.
    pub(crate) quantiles: Vec<f64>,
    /// What an hour of a worker who is there costs, where its group says nothing else.
    pub(crate) cost_per_hour: Option<f64>,
    /// How much may happen in a run: what happens by itself, and the events of the engine.
    pub(crate) most_events: u64,
    /// A run with more tasks open at once ends there: each takes about a kilobyte.
    pub(crate) most_open: u64,
}

/// What is left out at the beginning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum WarmUp {
    /// Tasks that came before this time.
    Time(Duration),
    /// As many tasks.
    Tasks(u64),
    /// As much as MSER-5 says of the waits of a first look; the cut is reported.
    Automatic,
}

/// A share of tasks that were taken in time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ServiceLevel {
    /// What it is called.
    pub(crate) name: String,
    /// The longest wait that is good.
    pub(crate) within: Duration,
    /// Which tasks are looked at.
    pub(crate) level: Level,
}

/// How tasks that were given up count. With `a` of `A` taken tasks taken in time, and `b` of `B` given up within the same
/// time:
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Level {
    /// `a / (A + B)`: they count as bad.
    #[default]
    Bad,
    /// `a / (A + B - b)`: those given up in time are left out.
    EarlyLeftOut,
    /// `(a + b) / (A + B)`: those given up in time count as good.
    EarlyGood,
    /// `a / A`: they are left out.
    LeftOut,
}

pub(crate) const LEVELS: [(&str, Level); 4] = [
    ("bad", Level::Bad),
    ("early-left-out", Level::EarlyLeftOut),
    ("early-good", Level::EarlyGood),
    ("left-out", Level::LeftOut),
];

pub(super) const KEYS: &[&str] =
    &["horizon", "warm_up", "interval", "service_levels", "quantiles", "cost_per_hour", "most_events", "most_open"];
const LEVEL_KEYS: &[&str] = &["name", "within", "abandoned"];

impl Level {
    /// Whether a task is good that was taken or given up, in time or not; none when it is left out.
    pub(crate) fn judges(self, is_taken: bool, in_time: bool) -> Option<bool> {
        match (self, is_taken) {
            (_, true) => Some(in_time),
            (Self::Bad, false) => Some(false),
            (Self::EarlyLeftOut, false) => (!in_time).then_some(false),
            (Self::EarlyGood, false) => Some(in_time),
            (Self::LeftOut, false) => None,
        }
    }
}

impl Default for Measure {
    fn default() -> Self {
        let within = Duration::from_secs(20);
        let level = ServiceLevel { name: "20s".to_owned(), within, level: Level::Bad };
        Self {
            horizon: None,
            warm_up: WarmUp::Time(Duration::ZERO),
            interval: None,
            service_levels: vec![level],
            quantiles: vec![0.5, 0.9, 0.95, 0.99],
            cost_per_hour: None,
            most_events: 1_000_000_000,
            most_open: 2_000_000,
        }
    }
}

impl Measure {
    pub(super) fn read(reader: &mut Reader<'_>, node: &Node) -> Self {
        let mut measure = Self::default();
        let Some(mut fields) = reader.mapping(node, "what is measured") else { return measure };
        measure.horizon = fields.take("horizon").and_then(|node| positive(reader, node));
        measure.interval = fields.take("interval").and_then(|node| positive(reader, node));
        if let Some(warm_up) = fields.take("warm_up").and_then(|node| warm_up(reader, node)) {
            measure.warm_up = warm_up;
        }
        if let Some(node) = fields.take("service_levels") {
            let levels = reader.list(node, "service levels");
            measure.service_levels = levels.iter().filter_map(|node| ServiceLevel::read(reader, node)).collect();
        }
        if let Some(node) = fields.take("quantiles") {
            measure.quantiles =
                reader.list(node, "quantiles").iter().filter_map(|node| quantile(reader, node)).collect();
        }
        measure.cost_per_hour = fields.take("cost_per_hour").and_then(|node| reader.amount(node));
        let mut limit = |key, limit: &mut u64| {
            let Some(node) = fields.take(key) else { return };
            match reader.value::<u64>(node) {
                Some(0) => reader.wrong(node, "a number above zero"),
                given => *limit = given.unwrap_or(*limit),
            }
        };
        limit("most_events", &mut measure.most_events);
        limit("most_open", &mut measure.most_open);
        measure.refuse_twice(reader, node);
        if let Some((code, message, help)) = measure.wrong_length() {
            reader.report(Diagnostic::error(code, node, message).help(help));
        }
        fields.finish(reader, KEYS);
        measure
    }
}

/// More intervals than these would take gigabytes, and nobody could read them.
const MOST_INTERVALS: u128 = 10_000;

impl Measure {
    /// Two figures cannot have one name.
    fn refuse_twice(&self, reader: &mut Reader<'_>, node: &Node) {
        let mut names = std::collections::BTreeSet::new();
        let levels = self.service_levels.iter().map(|level| level.name.clone());
        let quantiles = self.quantiles.iter().map(|quantile| format!("{quantile}"));
        if let Some(twice) = levels.chain(quantiles).find(|name| !names.insert(name.clone())) {
            let message = format!("two service levels or quantiles are called `{twice}`");
            let help = "give service levels a `name` each, and write a quantile once";
            reader.report(Diagnostic::error("twice", node, message).help(help));
        }
    }

    /// Why the run cannot be as long as it is: the code, what is wrong, and what to do.
    pub(crate) fn wrong_length(&self) -> Option<(&'static str, String, &'static str)> {
        let horizon = self.horizon?;
        let count = self.interval.map_or(0, |interval| horizon.as_millis().div_ceil(interval.as_millis().max(1)));
        if count > MOST_INTERVALS {
            let message = format!("the run has {count} intervals: expected at most {MOST_INTERVALS}");
            return Some(("too-many-intervals", message, "write a longer `interval`, or a shorter `horizon`"));
        }
        let cut = if let WarmUp::Time(cut) = self.warm_up { cut } else { Duration::ZERO };
        let message = "the warm-up takes the whole run: nothing is left to measure".to_owned();
        (cut >= horizon).then_some(("warm-up-too-long", message, "write a shorter `warm_up`, or a longer `horizon`"))
    }
}

impl ServiceLevel {
    fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let mut fields = reader.mapping(node, "a service level such as `{within: 20s}`")?;
        let within = fields.required(reader, "within").and_then(|node| reader.span(node));
        let name = fields.take("name").and_then(|node| reader.value(node));
        let words = LEVELS.map(|(word, _)| word);
        let word = fields.take("abandoned").and_then(|node| reader.word(node, "how tasks given up count", &words));
        let level = word.and_then(|word| LEVELS.iter().find(|(known, _)| *known == word));
        fields.finish(reader, LEVEL_KEYS);
        let within = within?;
        let name = name.unwrap_or_else(|| pointsman::format_duration(within));
        Some(Self { name, within, level: level.map(|(_, level)| *level).unwrap_or_default() })
    }
}

fn warm_up(reader: &mut Reader<'_>, node: &Node) -> Option<WarmUp> {
    if node.as_str() == Some("automatic") {
        return Some(WarmUp::Automatic);
    }
    if matches!(node.value, NodeValue::Mapping(_)) {
        let mut fields = reader.mapping(node, "a warm-up")?;
        let tasks = fields.required(reader, "tasks").and_then(|node| reader.value(node));
        fields.finish(reader, &["tasks"]);
        return tasks.map(WarmUp::Tasks);
    }
    let help = "a span of time, `{tasks: 1000}` or `automatic`";
    let span = crate::reading::duration(node);
    if span.is_none() {
        reader.wrong(node, help);
    }
    span.map(WarmUp::Time)
}

fn positive(reader: &mut Reader<'_>, node: &Node) -> Option<Duration> {
    let span = reader.span(node)?;
    if span.is_zero() {
        reader.wrong(node, "a span of time above zero");
        return None;
    }
    Some(span)
}

fn quantile(reader: &mut Reader<'_>, node: &Node) -> Option<f64> {
    let share: f64 = reader.value(node)?;
    let fits = share > 0.0 && share < 1.0;
    if !fits {
        reader.wrong(node, "a quantile between 0 and 1, such as 0.95");
    }
    fits.then_some(share)
}
