//! Reading a process of arrivals out of the class it belongs to: every error at the value it is about.

use std::time::Duration;

use pointsman_config::{Diagnostic, Node, NodeValue};

use super::process::{ArrivalProcess, Height, Point, Profile, Source};
use super::rate::Rate;
use super::trace::Trace;
use super::window::{Burst, Window};
use crate::distribution::{Distribution, Unit, impossible};
use crate::reading::{Fields, Reader};

/// The keys of a class that are its process.
pub(crate) const KEYS: [&str; 11] =
    ["poisson", "renewal", "profile", "linear", "at", "trace", "batch", "day_factor", "bursts", "from", "until"];

type Read = fn(&mut Reader<'_>, &Node) -> Option<Source>;

/// What can make the instants: exactly one of these.
const SOURCES: [(&str, Read); 6] = [
    ("poisson", |reader, node| rate(reader, node).map(Source::Poisson)),
    ("renewal", renewal),
    ("profile", profile),
    ("linear", linear),
    ("at", instants),
    ("trace", |reader, node| Trace::read(reader, node).map(Source::Trace)),
];

/// The most that arrive at one instant.
const MOST_AT_ONCE: f64 = 1_000_000.0;

/// The shortest interval of a profile: there may be many of them.
const SHORTEST_INTERVAL: Duration = Duration::from_secs(1);

impl ArrivalProcess {
    /// Takes the keys of a process out of a class and reads them.
    pub(crate) fn read(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Option<Self> {
        let given = ["at", "trace"].iter().any(|key| fields.node.get(key).is_some());
        let source = source(reader, fields);
        let batch = fields.take("batch").map_or(Some(None), |node| batch(reader, node).map(Some));
        let day_factor = fields.take("day_factor").map_or(Some(None), |node| day_factor(reader, node, given));
        let window = window(reader, fields, given);
        Some(Self { source: source?, batch: batch?, day_factor: day_factor?, window: window? })
    }
}

fn source(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Option<Source> {
    let given: Vec<_> = SOURCES.iter().filter_map(|(key, read)| Some((fields.take(key)?, key, read))).collect();
    match &given[..] {
        [(node, _, read)] => return read(reader, node),
        [(_, first, _), (second, key, _), ..] => {
            let message = format!("arrivals come from `{first}` or from `{key}`, not from both");
            impossible(reader, second, message, "write two classes of tasks");
        }
        [] => {
            let keys: Vec<String> = SOURCES.iter().map(|(key, _)| format!("`{key}`")).collect();
            let help = format!("write one of {}: such as `poisson: 18/1m`", keys.join(", "));
            let message = "nothing says when these tasks arrive";
            reader.report(Diagnostic::error("no-arrivals", fields.node, message).help(help));
        }
    }
    None
}

fn rate(reader: &mut Reader<'_>, node: &Node) -> Option<Rate> {
    let rate = node.as_str().and_then(Rate::parse);
    if rate.is_none() {
        let message = "expected a rate: so many in a span of time";
        let help = meant(node).unwrap_or_else(|| "write it such as `18/1m`, `0.5/1s` or `3/1h30m`".to_owned());
        reader.report(Diagnostic::error("not-a-rate", node, message).help(help));
    }
    rate
}

/// What `18/m` or `18` was probably meant to be.
fn meant(node: &Node) -> Option<String> {
    if let NodeValue::Number(number) = &node.value {
        return Some(format!("did you mean `{number}/1s`?"));
    }
    let (count, unit) = node.as_str()?.split_once('/')?;
    let rate = format!("{count}/1{unit}");
    Rate::parse(&rate).map(|_| format!("did you mean `{rate}`?"))
}

fn renewal(reader: &mut Reader<'_>, node: &Node) -> Option<Source> {
    let gaps = Distribution::read(reader, node, Unit::Time)?;
    if gaps.mean_or_estimate() <= 0.0 {
        impossible(reader, node, "with gaps of 0 all tasks arrive at once", "write gaps that are longer on average");
        return None;
    }
    Some(Source::Renewal(gaps))
}

fn profile(reader: &mut Reader<'_>, node: &Node) -> Option<Source> {
    let mut fields = reader.mapping(node, "a profile such as `{interval: 30m, counts: [12, 30, 28]}`")?;
    let interval = fields.required(reader, "interval").and_then(|node| interval(reader, node));
    let repeat = fields.take("repeat").map_or(Some(false), |node| reader.value(node));
    let height = match (fields.take("counts"), fields.take("rates")) {
        (Some(counts), None) => each(reader, counts, "counts", count).map(Height::Counts),
        (None, Some(rates)) => each(reader, rates, "rates", rate).map(Height::Rates),
        (Some(_), Some(rates)) => {
            impossible(reader, rates, "a profile has either `counts` or `rates`", "leave out one of them");
            None
        }
        (None, None) => {
            let message = "a profile needs `counts`, or `rates`";
            let help = "write how many arrive in each interval, such as `counts: [12, 30, 28]`";
            reader.report(Diagnostic::error("missing-key", node, message).help(help));
            None
        }
    };
    fields.finish(reader, &["interval", "counts", "rates", "repeat"]);
    Some(Source::Profile(Profile { interval: interval?, height: height?, repeat: repeat? }))
}

fn interval(reader: &mut Reader<'_>, node: &Node) -> Option<Duration> {
    let interval = reader.span(node)?;
    if interval < SHORTEST_INTERVAL {
        impossible(reader, node, "an interval is at least 1s long", "write longer intervals");
    }
    (interval >= SHORTEST_INTERVAL).then_some(interval)
}

/// How many arrive in an interval on average: 0 or more.
fn count(reader: &mut Reader<'_>, node: &Node) -> Option<f64> {
    between(reader, node, 0.0, f64::MAX, "a count")
}

fn between(reader: &mut Reader<'_>, node: &Node, least: f64, most: f64, what: &str) -> Option<f64> {
    let number = match &node.value {
        NodeValue::Number(number) => number.as_f64()?,
        NodeValue::Null
        | NodeValue::Bool(_)
        | NodeValue::String(..)
        | NodeValue::Sequence(_)
        | NodeValue::Mapping(_) => {
            reader.wrong(node, &format!("{what}, a number"));
            return None;
        }
    };
    let fits = (least..=most).contains(&number);
    if !fits {
        let help = if most < f64::MAX { format!("write {least} to {most}") } else { format!("write {least} or more") };
        impossible(reader, node, format!("{what} cannot be {number}"), help);
    }
    fits.then_some(number)
}

/// Every item of a list that is not empty.
fn each<T>(
    reader: &mut Reader<'_>,
    node: &Node,
    what: &str,
    read: fn(&mut Reader<'_>, &Node) -> Option<T>,
) -> Option<Vec<T>> {
    let items = reader.list(node, what);
    if items.is_empty() && matches!(node.value, NodeValue::Sequence(_)) {
        impossible(reader, node, format!("`{what}` is empty"), "write at least one");
    }
    let items: Vec<Option<T>> = items.iter().map(|item| read(reader, item)).collect();
    items.into_iter().collect::<Option<Vec<T>>>().filter(|items| !items.is_empty())
}

fn linear(reader: &mut Reader<'_>, node: &Node) -> Option<Source> {
    let points = each(reader, node, "linear", point)?;
    if let Some(place) = (1..points.len()).find(|place| points[*place].at < points[*place - 1].at) {
        let here = node.elements().get(place).and_then(|point| point.get("at")).unwrap_or(node);
        impossible(reader, here, "this point lies before the one above it", "write points in the order of time");
        return None;
    }
    if points.len() < 2 {
        let message = "a line needs two points";
        impossible(reader, node, message, "write a second one, or `poisson: 18/1m` for a rate that stays the same");
        return None;
    }
    Some(Source::Linear(points))
}

fn point(reader: &mut Reader<'_>, node: &Node) -> Option<Point> {
    let mut fields = reader.mapping(node, "a point such as `{at: 1h, rate: 8/1m}`")?;
    let at = fields.required(reader, "at").and_then(|node| reader.span(node));
    let rate = fields.required(reader, "rate").and_then(|node| rate(reader, node));
    fields.finish(reader, &["at", "rate"]);
    Some(Point { at: at?, rate: rate? })
}

/// None of them: tasks of the class come only from steps or a snapshot, or again.
fn instants(reader: &mut Reader<'_>, node: &Node) -> Option<Source> {
    let instants: Vec<Option<Duration>> = reader.list(node, "at").iter().map(|node| reader.span(node)).collect();
    let is_list = matches!(node.value, NodeValue::Sequence(_));
    instants.into_iter().collect::<Option<_>>().filter(|_| is_list).map(Source::At)
}

fn batch(reader: &mut Reader<'_>, node: &Node) -> Option<Distribution> {
    let sizes = Distribution::read(reader, node, Unit::Number)?;
    let (least, most) = sizes.range();
    let fits = sizes.is_whole() && least >= 1.0 && most <= MOST_AT_ONCE;
    if !fits {
        let message = "a batch is a whole number of tasks, at least 1 and at most 1000000";
        impossible(reader, node, message, "write a number, `{choice: {1: 7, 2: 3}}` or `{list: [1, 1, 2]}`");
    }
    fits.then_some(sizes)
}

/// 0 is the same as none.
fn day_factor(reader: &mut Reader<'_>, node: &Node, given: bool) -> Option<Option<f64>> {
    if given {
        let message = "the instants are given: how busy the day is changes nothing";
        impossible(reader, node, message, "leave out `day_factor`");
        return None;
    }
    let cv = between(reader, node, 0.0, 10.0, "a day factor")?;
    if cv > 0.0 && cv < 0.001 {
        impossible(reader, node, format!("a day factor cannot be {cv}"), "write 0 for none, or at least 0.001");
        return None;
    }
    Some((cv > 0.0).then_some(cv))
}

fn window(reader: &mut Reader<'_>, fields: &mut Fields<'_>, given: bool) -> Option<Window> {
    let from = fields.take("from").map_or(Some(Duration::ZERO), |node| reader.span(node));
    let until = fields.take("until").map(|node| (node, reader.span(node)));
    let bursts = fields.take("bursts").map_or(&[][..], |node| reader.list(node, "bursts"));
    let bursts: Vec<Option<Burst>> = bursts.iter().map(|node| burst(reader, node, given)).collect();
    if let (Some(from), Some((node, Some(until)))) = (from, until)
        && until <= from
    {
        let message = "`until` does not lie behind `from`";
        impossible(reader, node, message, "both count from the start of the scenario: write a later one");
    }
    let until = until.map_or(Some(None), |(_, until)| until.map(Some));
    Some(Window { from: from?, until: until?, bursts: bursts.into_iter().collect::<Option<_>>()? })
}

fn burst(reader: &mut Reader<'_>, node: &Node, given: bool) -> Option<Burst> {
    let mut fields = reader.mapping(node, "a burst such as `{from: 10h, for: 20m, multiply: 3}`")?;
    let from = fields.required(reader, "from").and_then(|node| reader.span(node));
    let lasts = fields.required(reader, "for").and_then(|node| reader.span(node));
    let multiply = fields.required(reader, "multiply").and_then(|node| multiply(reader, node, given));
    fields.finish(reader, &["from", "for", "multiply"]);
    Some(Burst { from: from?, lasts: lasts?, multiply: multiply? })
}

fn multiply(reader: &mut Reader<'_>, node: &Node, given: bool) -> Option<f64> {
    let factor = between(reader, node, 0.0, 1_000_000.0, "a factor")?;
    let fits = !given || factor == 0.0;
    if !fits {
        let message = "the instants are given: there are none to add";
        impossible(reader, node, message, "write 0 for an outage, in which they are left out");
    }
    fits.then_some(factor)
}
