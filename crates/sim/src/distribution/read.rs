//! Reading a distribution: every error at the value it is about, with what would be possible instead.

use pointsman_config::{Diagnostic, Key, Node, NodeValue};

use super::{Distribution, Erlang, Gamma, Histogram, Lognormal, Pareto, Weighted};
use crate::reading::{Fields, Reader, choice};

/// What a drawn number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// A span of time: written like one, in seconds inside. Never negative.
    Time,
    /// A plain number.
    Number,
}

type Read = fn(Parameters<'_, '_, '_>) -> Option<Distribution>;

/// Every distribution that has a name, and how its parameters are read.
const FAMILIES: &[(&str, Read)] = &[
    ("exponential", exponential),
    ("uniform", uniform),
    ("triangular", triangular),
    ("gamma", gamma),
    ("erlang", erlang),
    ("lognormal", lognormal),
    ("weibull", weibull),
    ("hyperexponential", hyperexponential),
    ("pareto", pareto),
    ("histogram", histogram),
    ("list", list),
    ("choice", choices),
    ("mixture", mixture),
    ("shift", shift),
    ("clamp", clamp),
    ("sum", sum),
];

impl Distribution {
    /// Reads a distribution; a plain value is a constant.
    pub(crate) fn read(reader: &mut Reader<'_>, node: &Node, unit: Unit) -> Option<Self> {
        if node.as_str().is_some_and(|text| names().contains(&text)) {
            let name = node.as_str().unwrap_or_default();
            let diagnostic = Diagnostic::error("missing-parameters", node, format!("`{name}` lacks its parameters"));
            reader.report(diagnostic.help("write a distribution as a mapping, such as `{exponential: {mean: 90}}`"));
            return None;
        }
        let NodeValue::Mapping(entries) = &node.value else {
            return amount(reader, node, unit).map(Self::Constant);
        };
        let [(key, inner)] = &entries[..] else {
            let message = "a distribution is a mapping with one key, its name";
            let help = "write it such as `{exponential: {mean: 90}}`, or a plain value for one that does not vary";
            reader.report(Diagnostic::error("not-a-distribution", node, message).help(help));
            return None;
        };
        let Some((name, read)) = FAMILIES.iter().find(|(name, _)| *name == &*key.text) else {
            let message = format!("`{}` is not a distribution", key.text);
            let diagnostic = Diagnostic::error("unknown-distribution", inner, message).at(key.span.clone());
            let help = match &*key.text {
                "constant" => "a constant is written as it is: `3m`".to_owned(),
                other => choice(other, &names()),
            };
            reader.report(diagnostic.help(help));
            return None;
        };
        let distribution = read(Parameters { reader, name, node: inner, unit })?;
        distribution.within_reach(reader, inner)
    }

    /// A mean that is larger than any number is none.
    fn within_reach(self, reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        if self.mean().is_none_or(f64::is_finite) {
            return Some(self);
        }
        impossible(reader, node, "with these parameters the mean is larger than any number", "write less extreme ones");
        None
    }
}

/// The names of all distributions.
pub(crate) fn names() -> Vec<&'static str> {
    FAMILIES.iter().map(|(name, _)| *name).collect()
}

/// A span in seconds, or a number.
pub(super) fn amount(reader: &mut Reader<'_>, node: &Node, unit: Unit) -> Option<f64> {
    match unit {
        Unit::Time => seconds(reader, node),
        Unit::Number => number(reader, node),
    }
}

fn seconds(reader: &mut Reader<'_>, node: &Node) -> Option<f64> {
    let negative = match &node.value {
        NodeValue::Number(number) => number.as_f64().is_some_and(|number| number < 0.0),
        NodeValue::String(text, _) => {
            text.strip_prefix('-').is_some_and(|rest| pointsman::parse_duration(rest).is_some())
        }
        NodeValue::Null | NodeValue::Bool(_) | NodeValue::Sequence(_) | NodeValue::Mapping(_) => false,
    };
    if negative {
        impossible(reader, node, "a span of time is never negative", "write 0 or more, such as `90s`");
        return None;
    }
    reader.span(node).map(|span| span.as_secs_f64())
}

fn number(reader: &mut Reader<'_>, node: &Node) -> Option<f64> {
    let number = match &node.value {
        NodeValue::Number(number) => number.as_f64().filter(|number| number.is_finite()),
        NodeValue::Null
        | NodeValue::Bool(_)
        | NodeValue::String(..)
        | NodeValue::Sequence(_)
        | NodeValue::Mapping(_) => None,
    };
    if number.is_none() {
        reader.wrong(node, "a number");
    }
    number
}

/// A weight: 0 or more.
pub(super) fn weight(reader: &mut Reader<'_>, node: &Node) -> Option<f64> {
    let weight = number(reader, node)?;
    if weight < 0.0 {
        impossible(reader, node, "a weight is never negative", "write 0 or more; only the ratio of weights counts");
        return None;
    }
    Some(weight)
}

/// Says what is wrong with a value that is of the right type.
pub(crate) fn impossible(reader: &mut Reader<'_>, node: &Node, message: impl Into<String>, help: impl Into<String>) {
    reader.report(Diagnostic::error("impossible-value", node, message).help(help));
}

/// What is said when there is nothing to choose from.
pub(super) fn weightless(reader: &mut Reader<'_>, node: &Node) {
    impossible(reader, node, "the weights add up to nothing", "give at least one of them a number above 0");
}

/// What stands under the name of a distribution.
struct Parameters<'r, 'a, 'n> {
    reader: &'r mut Reader<'a>,
    name: &'static str,
    node: &'n Node,
    unit: Unit,
}

impl<'r, 'a, 'n> Parameters<'r, 'a, 'n> {
    /// The parameters as a mapping with these keys.
    fn keyed(self, keys: &'static [&'static str]) -> Option<Keyed<'r, 'a, 'n>> {
        let Self { reader, name, node, unit } = self;
        let expected = format!("the parameters of `{name}` (`{}`)", keys.join("`, `"));
        let fields = reader.mapping(node, &expected)?;
        Some(Keyed { reader, unit, fields, keys })
    }

    /// The parameters as a list; an error when it is none or empty.
    fn listed(&mut self, what: &str) -> Option<&'n [Node]> {
        if !matches!(self.node.value, NodeValue::Sequence(_)) {
            self.reader.wrong(self.node, &format!("{what}, a list"));
            return None;
        }
        let items = self.node.elements();
        if items.is_empty() {
            impossible(self.reader, self.node, format!("`{}` of nothing", self.name), format!("write {what}"));
        }
        (!items.is_empty()).then_some(items)
    }

    /// A list of mappings, each with a weight and something under another key.
    fn weighted<T>(
        mut self,
        key: &'static str,
        keys: &'static [&'static str],
        read: impl Fn(&mut Keyed<'_, 'a, 'n>, &str) -> Option<T>,
    ) -> Option<Weighted<T>> {
        let items = self.listed(&format!("parts such as `{{weight: 2, {key}: 5}}`"))?;
        let (reader, node, unit) = (self.reader, self.node, self.unit);
        let mut parts = Vec::new();
        for item in items {
            let part = Parameters { reader: &mut *reader, name: self.name, node: item, unit };
            parts.push(part.keyed(keys).and_then(|mut part| {
                let weight = part.required("weight").and_then(|node| weight(part.reader, node));
                let value = read(&mut part, key);
                part.finish();
                Some((value?, weight?))
            }));
        }
        let parts = Weighted::new(parts.into_iter().collect::<Option<_>>()?);
        if parts.is_none() {
            weightless(reader, node);
        }
        parts
    }
}

/// Parameters by their keys.
struct Keyed<'r, 'a, 'n> {
    reader: &'r mut Reader<'a>,
    unit: Unit,
    fields: Fields<'n>,
    keys: &'static [&'static str],
}

impl<'n> Keyed<'_, '_, 'n> {
    fn required(&mut self, key: &str) -> Option<&'n Node> {
        self.fields.required(self.reader, key)
    }

    /// A span or a number, whatever is drawn, and where it stands.
    fn placed(&mut self, key: &str) -> Option<(f64, &'n Node)> {
        let node = self.required(key)?;
        Some((amount(self.reader, node, self.unit)?, node))
    }

    fn amount(&mut self, key: &str) -> Option<f64> {
        self.placed(key).map(|(value, _)| value)
    }

    /// The same if it is there.
    fn optional(&mut self, key: &str) -> Option<(f64, &'n Node)> {
        self.fields.node.get(key).and_then(|_| self.placed(key))
    }

    /// A span or a number above 0.
    fn positive(&mut self, key: &str) -> Option<f64> {
        let (value, node) = self.placed(key)?;
        let help = "write more than 0; for what does not vary, write the value itself";
        self.between(key, value, node, (f64::MIN_POSITIVE, f64::MAX), help)
    }

    /// A number without a unit, such as a shape.
    fn pure(&mut self, key: &str, limits: (f64, f64), help: &str) -> Option<f64> {
        let node = self.required(key)?;
        let value = number(self.reader, node)?;
        self.between(key, value, node, limits, help)
    }

    fn between(&mut self, key: &str, value: f64, node: &Node, (least, most): (f64, f64), help: &str) -> Option<f64> {
        let fits = (least..=most).contains(&value);
        if !fits {
            impossible(self.reader, node, format!("`{key}` cannot be {value}"), help);
        }
        fits.then_some(value)
    }

    fn cv(&mut self) -> Option<f64> {
        let help =
            "a coefficient of variation lies between 0.001 and 100; for what does not vary, write the value itself";
        self.pure("cv", (0.001, 100.0), help)
    }

    fn shape(&mut self) -> Option<f64> {
        self.pure("shape", (0.01, 1_000.0), "a shape lies between 0.01 and 1000")
    }

    /// Two amounts of which the second must not lie below the first.
    fn ordered(&mut self, low: &'static str, high: &'static str) -> Option<(f64, f64)> {
        let (from, to) = (self.placed(low), self.placed(high));
        let ((from, _), (to, node)) = (from?, to?);
        self.rising(low, from, high, (to, node))?;
        Some((from, to))
    }

    fn rising(&mut self, low: &str, from: f64, high: &str, (to, node): (f64, &Node)) -> Option<()> {
        if to < from {
            let message = format!("`{high}` lies below `{low}`");
            impossible(self.reader, node, message, format!("`{high}` is at least `{low}`"));
        }
        (to >= from).then_some(())
    }

    fn distribution(&mut self, key: &str) -> Option<Distribution> {
        let node = self.required(key)?;
        Distribution::read(self.reader, node, self.unit)
    }

    /// Everything left over is an error.
    fn finish(self) {
        self.fields.finish(self.reader, self.keys);
    }
}

fn exponential(parameters: Parameters<'_, '_, '_>) -> Option<Distribution> {
    let mut keyed = parameters.keyed(&["mean"])?;
    let mean = keyed.positive("mean");
    keyed.finish();
    Some(Distribution::Exponential { mean: mean? })
}

fn uniform(parameters: Parameters<'_, '_, '_>) -> Option<Distribution> {
    let mut keyed = parameters.keyed(&["from", "to"])?;
    let ends = keyed.ordered("from", "to");
    keyed.finish();
    ends.map(|(from, to)| Distribution::Uniform { from, to })
}

fn triangular(parameters: Parameters<'_, '_, '_>) -> Option<Distribution> {
    let mut keyed = parameters.keyed(&["from", "mode", "to"])?;
    let lower = keyed.ordered("from", "mode");
    let upper = keyed.placed("to");
    let rising = lower.zip(upper).and_then(|((_, mode), to)| keyed.rising("mode", mode, "to", to));
    keyed.finish();
    let ((from, mode), (to, _), ()) = (lower?, upper?, rising?);
    Some(Distribution::Triangular { from, mode, to })
}

fn gamma(parameters: Parameters<'_, '_, '_>) -> Option<Distribution> {
    let mut keyed = parameters.keyed(&["mean", "cv"])?;
    let (mean, cv) = (keyed.positive("mean"), keyed.cv());
    keyed.finish();
    Some(Distribution::Gamma(Gamma::new(mean?, cv?)))
}

fn erlang(parameters: Parameters<'_, '_, '_>) -> Option<Distribution> {
    const MOST: f64 = 1_000_000.0;
    let mut keyed = parameters.keyed(&["stages", "mean"])?;
    let node = keyed.fields.node.get("stages");
    let stages = keyed.pure("stages", (1.0, MOST), "write how many stages there are: 1 to 1000000");
    let whole = stages.filter(|stages| stages.fract() == 0.0);
    if let (Some(node), Some(_), None) = (node, stages, whole) {
        keyed.reader.wrong(node, "a whole number of stages");
    }
    let mean = keyed.positive("mean");
    keyed.finish();
    Some(Distribution::Erlang(Erlang::new(whole? as u32, mean?)))
}

fn lognormal(parameters: Parameters<'_, '_, '_>) -> Option<Distribution> {
    let mut keyed = parameters.keyed(&["mean", "cv", "median", "p90"])?;
    let has = |pair: [&str; 2]| pair.iter().any(|key| keyed.fields.node.get(key).is_some());
    let (by_mean, by_median) = (has(["mean", "cv"]), has(["median", "p90"]));
    if by_mean && by_median {
        let message = "a lognormal has either `mean` and `cv`, or `median` and `p90`";
        impossible(keyed.reader, keyed.fields.node, message, "leave out one of the two pairs");
        return None;
    }
    let given = if by_median { by_median_of(&mut keyed) } else { keyed.positive("mean").zip(keyed.cv()) };
    keyed.finish();
    let (first, second) = given?;
    let make = if by_median { Lognormal::by_median } else { Lognormal::by_mean };
    Some(Distribution::Lognormal(make(first, second)))
}

fn by_median_of(keyed: &mut Keyed<'_, '_, '_>) -> Option<(f64, f64)> {
    let (median, upper) = (keyed.positive("median"), keyed.placed("p90"));
    let (median, (p90, node)) = (median?, upper?);
    if p90 <= median {
        let help = "90 % of the draws lie below `p90`, half of them below `median`: write a larger one";
        impossible(keyed.reader, node, "`p90` does not lie above `median`", help);
    }
    (p90 > median).then_some((median, p90))
}

fn weibull(parameters: Parameters<'_, '_, '_>) -> Option<Distribution> {
    let mut keyed = parameters.keyed(&["shape", "scale"])?;
    let (shape, scale) = (keyed.shape(), keyed.positive("scale"));
    keyed.finish();
    Some(Distribution::Weibull { shape: shape?, scale: scale? })
}

fn hyperexponential(parameters: Parameters<'_, '_, '_>) -> Option<Distribution> {
    parameters.weighted("mean", &["weight", "mean"], |part, key| part.positive(key)).map(Distribution::Hyperexponential)
}

fn pareto(parameters: Parameters<'_, '_, '_>) -> Option<Distribution> {
    let mut keyed = parameters.keyed(&["shape", "scale", "cap"])?;
    let (shape, scale, cap) = (keyed.shape(), keyed.positive("scale"), keyed.optional("cap"));
    let heavy = shape.is_some_and(|shape| shape <= 1.0) && keyed.fields.node.get("cap").is_none();
    if let Some(node) = keyed.fields.node.get("shape").filter(|_| heavy) {
        let message = "a Pareto distribution with a shape of 1 or less has no mean";
        impossible(keyed.reader, node, message, "write a shape above 1, or a `cap` that no draw lies above");
    }
    let capped = scale.zip(cap).is_none_or(|(scale, cap)| keyed.rising("scale", scale, "cap", cap).is_some());
    keyed.finish();
    let (shape, scale) = (shape?, scale?);
    (capped && !heavy).then(|| Distribution::Pareto(Pareto { shape, scale, cap: cap.map(|(cap, _)| cap) }))
}

fn histogram(parameters: Parameters<'_, '_, '_>) -> Option<Distribution> {
    let mut keyed = parameters.keyed(&["edges", "weights"])?;
    let unit = keyed.unit;
    let edges = keyed.required("edges");
    let weights = keyed.required("weights");
    let edges = edges.and_then(|node| all(keyed.reader, node, "edges", |reader, node| amount(reader, node, unit)));
    let weights = weights.and_then(|node| all(keyed.reader, node, "weights", weight));
    let node = keyed.fields.node;
    let reader = &mut *keyed.reader;
    let histogram = edges.zip(weights).and_then(|(edges, weights)| bins(reader, node, edges, weights));
    keyed.finish();
    histogram.map(Distribution::Histogram)
}

fn bins(reader: &mut Reader<'_>, node: &Node, edges: Vec<f64>, weights: Vec<f64>) -> Option<Histogram> {
    let edge = |place: usize| node.get("edges").and_then(|edges| edges.elements().get(place)).unwrap_or(node);
    if let Some(place) = (1..edges.len()).find(|place| edges[*place] <= edges[*place - 1]) {
        impossible(reader, edge(place), "this edge does not lie above the one before it", "write edges that rise");
        return None;
    }
    if edges.len() != weights.len() + 1 {
        let message = format!("{} edges do not fit {} weights", edges.len(), weights.len());
        let help = "bins lie between edges: write one edge more than there are weights";
        impossible(reader, node.get("weights").unwrap_or(node), message, help);
        return None;
    }
    let histogram = Histogram::new(edges, weights);
    if histogram.is_none() {
        weightless(reader, node.get("weights").unwrap_or(node));
    }
    histogram
}

/// Every item of a list, or none when one is wrong.
fn all<T>(
    reader: &mut Reader<'_>,
    node: &Node,
    what: &str,
    read: impl Fn(&mut Reader<'_>, &Node) -> Option<T>,
) -> Option<Vec<T>> {
    let items: Vec<Option<T>> = reader.list(node, what).iter().map(|item| read(reader, item)).collect();
    let list = matches!(node.value, NodeValue::Sequence(_));
    items.into_iter().collect::<Option<Vec<T>>>().filter(|_| list)
}

fn list(mut parameters: Parameters<'_, '_, '_>) -> Option<Distribution> {
    parameters.listed("values such as `[1, 2, 5]`")?;
    let Parameters { reader, node, unit, .. } = parameters;
    all(reader, node, "values", |reader, node| amount(reader, node, unit)).map(Distribution::List)
}

fn choices(parameters: Parameters<'_, '_, '_>) -> Option<Distribution> {
    let Parameters { reader, node, unit, .. } = parameters;
    let fields = reader.mapping(node, "values with their weights, such as `{1: 7, 2: 3}`")?;
    let mut values: Vec<Option<(f64, f64)>> = Vec::new();
    for field in &fields.rest {
        let value = amount(reader, &number_or_text(node, field.key), unit);
        let twice = values.iter().flatten().any(|(known, _)| Some(*known) == value);
        if twice {
            let message = format!("`{}` stands here twice", field.key.text);
            reader.report(Diagnostic::error("duplicate-key", field.value, message).at(field.key.span.clone()));
        }
        values.push(value.filter(|_| !twice).zip(weight(reader, field.value)));
    }
    let choice = Weighted::new(values.into_iter().collect::<Option<_>>()?);
    if choice.is_none() {
        weightless(reader, node);
    }
    choice.map(Distribution::Choice)
}

/// A key as a value with its place. In JSON all keys are in quotes, so that quotes do not count.
fn number_or_text(node: &Node, key: &Key) -> Node {
    let number = key.text.parse().ok().map(NodeValue::Number);
    let value = number.unwrap_or_else(|| NodeValue::String(key.text.clone(), pointsman_config::Quoting::Verbatim));
    Node { value, span: key.span.clone(), path: node.path.key(&key.text), file: node.file.clone() }
}

fn mixture(parameters: Parameters<'_, '_, '_>) -> Option<Distribution> {
    parameters.weighted("of", &["weight", "of"], |part, key| part.distribution(key)).map(Distribution::Mixture)
}

fn shift(parameters: Parameters<'_, '_, '_>) -> Option<Distribution> {
    let mut keyed = parameters.keyed(&["by", "of"])?;
    let (by, of) = (keyed.amount("by"), keyed.distribution("of"));
    keyed.finish();
    Some(Distribution::Shift { by: by?, of: Box::new(of?) })
}

fn clamp(parameters: Parameters<'_, '_, '_>) -> Option<Distribution> {
    let mut keyed = parameters.keyed(&["from", "to", "of"])?;
    if ["from", "to"].iter().all(|key| keyed.fields.node.get(key).is_none()) {
        impossible(keyed.reader, keyed.fields.node, "`clamp` without a limit", "write `from`, `to`, or both");
    }
    let (from, to) = (keyed.optional("from"), keyed.optional("to"));
    let rising = from.zip(to).is_none_or(|((from, _), to)| keyed.rising("from", from, "to", to).is_some());
    let of = keyed.distribution("of");
    keyed.finish();
    let of = Box::new(of.filter(|_| rising)?);
    Some(Distribution::Clamp { from: from.map(|(from, _)| from), to: to.map(|(to, _)| to), of })
}

fn sum(mut parameters: Parameters<'_, '_, '_>) -> Option<Distribution> {
    let items = parameters.listed("what is added, such as `[5, {exponential: {mean: 10}}]`")?;
    let Parameters { reader, unit, .. } = parameters;
    let parts: Vec<Option<Distribution>> = items.iter().map(|item| Distribution::read(reader, item, unit)).collect();
    parts.into_iter().collect::<Option<_>>().map(Distribution::Sum)
}
