//! What a figure is compared with, and how it is judged: in one run, or with confidence over many. It knows no figure.

use std::fmt;
use std::ops::Range;
use std::time::Duration;

use pointsman::format_duration;
use pointsman_config::{Diagnostic, Node, NodeValue};

use crate::estimate::{Confidence, Interval};
use crate::expectation::Mismatch;
use crate::reading::{Field, Fields, Place, Reader, choice};

/// A figure that an expectation is about, of one of the vocabularies there are.
pub(crate) trait Figure: Sized {
    /// What may stand beside a figure, operators left out.
    const KEYS: &'static [&'static str];
    /// What is said when nothing tells the figure.
    const NOTHING: &'static str;

    /// Every name there is.
    fn names(reader: &Reader<'_>) -> Vec<String>;

    /// Reads what the figure is about; it has one of the names.
    fn read(reader: &mut Reader<'_>, name: &str, node: &Node, fields: &mut Fields<'_>) -> Option<Self>;

    /// What it is counted in.
    fn unit(&self) -> Unit;
}

/// A figure and what it is compared with.
#[derive(Clone, Debug)]
pub(crate) struct Term<F> {
    pub(crate) figure: F,
    pub(crate) bound: Bound,
}

/// What a figure is compared with.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    unit: Unit,
    comparisons: Vec<(Operator, Vec<f64>)>,
    /// How sure one is to be of it, where chance plays a part.
    confidence: Option<Confidence>,
    nothing: &'static str,
}

/// What a figure is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Things, or a share of them.
    Number,
    /// A span of time, in milliseconds.
    Milliseconds,
    /// A span of time, in seconds.
    Seconds,
}

/// How figures are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    /// Equal.
    Equal,
    /// Not equal.
    Unequal,
    /// Less.
    Less,
    /// Less or equal.
    AtMost,
    /// Greater.
    Greater,
    /// Greater or equal.
    AtLeast,
    /// From one number to another, both included.
    Between,
}

const OPERATORS: &[(&str, Operator)] = &[
    ("==", Operator::Equal),
    ("!=", Operator::Unequal),
    ("<", Operator::Less),
    ("<=", Operator::AtMost),
    (">", Operator::Greater),
    (">=", Operator::AtLeast),
    ("between", Operator::Between),
];

/// Every operator.
pub(crate) fn operators() -> Vec<&'static str> {
    OPERATORS.iter().map(|(word, _)| *word).collect()
}

/// The operands of a comparison, as written.
type Operands = Vec<Node>;

/// What stands beside a figure: operators, and how sure one is to be.
type Outer = (Vec<(Operator, Operands)>, Option<Confidence>);

impl<F: Figure> Term<F> {
    /// One term or a list of them. A term is a figure, its scope, and operators beside it; or, in short, figures with
    /// their operators inside: `{tasks_completed: {'==': 3}, tasks_canceled: 0}`.
    pub(crate) fn read_all(reader: &mut Reader<'_>, node: &Node) -> Vec<(Place, Self)> {
        if matches!(node.value, NodeValue::Sequence(_)) {
            return node.elements().iter().flat_map(|item| Self::read_all(reader, item)).collect();
        }
        let Some(mut fields) = reader.mapping(node, "a figure and its bounds") else { return Vec::new() };
        let outer = (comparisons(reader, &mut fields, node), confidence(reader, &mut fields));
        if fields.rest.is_empty() || (fields.rest.len() > 1 && !outer.0.is_empty()) {
            let help = format!("figures: {}", F::names(reader).join(", "));
            let error = Diagnostic::error("one-figure", node, "beside operators there is exactly one figure");
            reader.report(error.help(help));
            return Vec::new();
        }
        let term = |field: Field<'_>| {
            let (name, span) = (&field.key.text, field.key.span.clone());
            Some((Place::of(field.value), Self::read(reader, name, span, field.value, outer.clone())?))
        };
        fields.rest.into_iter().filter_map(term).collect()
    }

    fn read(reader: &mut Reader<'_>, name: &str, span: Range<usize>, node: &Node, outer: Outer) -> Option<Self> {
        let names = F::names(reader);
        if !names.iter().any(|known| known == name) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let error = Diagnostic::error("unknown-figure", node, format!("there is no figure `{name}`")).at(span);
            reader.report(error.help(choice(name, &names)));
            return None;
        }
        let (mut written, sure) = outer;
        let empty = Node { value: NodeValue::Mapping(Vec::new()), ..node.clone() };
        if is_operand(node) {
            written.push((Operator::Equal, vec![node.clone()]));
        }
        let scope = if node.is_null() || is_operand(node) { &empty } else { node };
        let mut fields = reader.mapping(scope, "the scope of a figure")?;
        written.extend(comparisons(reader, &mut fields, node));
        let confidence = confidence(reader, &mut fields).or(sure);
        if written.is_empty() {
            let message = format!("`{name}` is compared with nothing");
            let help = format!("write an operator, one of {}", operators().join(" "));
            reader.report(Diagnostic::error("no-operator", node, message).help(help));
            return None;
        }
        let figure = F::read(reader, name, node, &mut fields);
        fields.finish(reader, F::KEYS);
        let figure = figure?;
        let unit = figure.unit();
        let bound = Bound { unit, comparisons: numbers(reader, unit, &written)?, confidence, nothing: F::NOTHING };
        Some(Self { figure, bound })
    }
}

fn is_operand(node: &Node) -> bool {
    matches!(node.value, NodeValue::Number(_) | NodeValue::String(..))
}

/// Takes the operators out of a mapping.
fn comparisons(reader: &mut Reader<'_>, fields: &mut Fields<'_>, place: &Node) -> Vec<(Operator, Operands)> {
    let mut found = Vec::new();
    for (word, operator) in OPERATORS {
        let Some(node) = fields.take(word) else { continue };
        let operands = if *operator == Operator::Between { node.elements().to_vec() } else { vec![node.clone()] };
        if *operator == Operator::Between && operands.len() != 2 {
            reader.report(Diagnostic::error("wrong-type", place, "`between` takes two numbers: `between: [1, 2]`"));
            continue;
        }
        found.push((*operator, operands));
    }
    found
}

/// A scripted run is exact; the confidence asked for matters to random ones only.
fn confidence(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Option<Confidence> {
    let node = fields.take("confidence")?;
    let confidence = reader.value::<f64>(node).filter(|share| *share > 0.5).map(Confidence::try_from);
    let Some(Ok(confidence)) = confidence else {
        reader.wrong(node, "a confidence above 0.5 and below 1, such as 0.95");
        return None;
    };
    Some(confidence)
}

fn numbers(reader: &mut Reader<'_>, unit: Unit, written: &[(Operator, Operands)]) -> Option<Vec<(Operator, Vec<f64>)>> {
    let mut number = |node: &Node| match unit.second() {
        None => reader.value::<f64>(node),
        Some(second) => reader.span(node).map(|span| in_units(span, second)),
    };
    let mut read = Vec::new();
    for (operator, operands) in written {
        read.push((*operator, operands.iter().map(&mut number).collect::<Option<Vec<f64>>>()?));
    }
    Some(read)
}

/// One division of a whole number, so that whole milliseconds are the same here and in figures.
#[allow(clippy::cast_precision_loss, reason = "bounds stay far below 2^53 nanoseconds, or are rounded")]
fn in_units(span: Duration, second: f64) -> f64 {
    span.as_nanos() as f64 / (1e9 / second)
}

impl Bound {
    /// How sure one is to be of it over all replications.
    pub(crate) fn confidence(&self) -> Option<Confidence> {
        self.confidence
    }

    /// Whether it holds of one run, in which the figure has this value, if any.
    pub(crate) fn judge(&self, actual: Option<f64>) -> Result<(), Mismatch> {
        let Some(actual) = actual else { return Err(Mismatch::new(self.expected(), self.nothing)) };
        let holds = self.comparisons.iter().all(|(operator, operands)| operator.holds(actual, operands));
        if holds { Ok(()) } else { Err(Mismatch::new(self.expected(), self.unit.show(actual))) }
    }

    /// Whether it holds of the mean over replications, as surely as is asked for.
    pub(crate) fn judge_mean(&self, values: &[f64], confidence: Confidence) -> Result<(), Mismatch> {
        let expected = format!("{} with confidence {}", self.expected(), confidence.get());
        let Some(Interval { mean, half_width, .. }) = Interval::student(values, confidence) else {
            return Err(Mismatch::new(expected, self.nothing));
        };
        let (show, count) = (|value: f64| self.unit.show((value * 1e4).round() / 1e4), values.len());
        let Some(half) = half_width else {
            let actual = format!("{} in one replication, which tells no confidence: run more", show(mean));
            return Err(Mismatch::new(expected, actual));
        };
        let side = Interval::student(values, confidence.one_sided()).and_then(|it| it.half_width).unwrap_or(half);
        if self.comparisons.iter().all(|(operator, operands)| operator.holds_surely(mean, (half, side), operands)) {
            return Ok(());
        }
        let actual = format!("{} ± {} over {count} replications", show(mean), show(half));
        Err(Mismatch::new(expected, actual))
    }

    fn expected(&self) -> String {
        let one = |(operator, operands): &(Operator, Vec<f64>)| {
            let operands: Vec<String> = operands.iter().map(|operand| self.unit.show(*operand)).collect();
            format!("{operator} {}", operands.join(" and "))
        };
        self.comparisons.iter().map(one).collect::<Vec<_>>().join(", ")
    }
}

impl Unit {
    /// How many of them a second has; none of what is no time.
    fn second(self) -> Option<f64> {
        match self {
            Self::Number => None,
            Self::Milliseconds => Some(1_000.0),
            Self::Seconds => Some(1.0),
        }
    }

    fn show(self, value: f64) -> String {
        match self.second() {
            None => value.to_string(),
            Some(second) => format_duration(Duration::from_secs_f64((value / second).max(0.0))),
        }
    }
}

impl Operator {
    #[allow(clippy::float_cmp, reason = "counts and milliseconds are exact; a share is compared as it is written")]
    fn holds(self, actual: f64, operands: &[f64]) -> bool {
        let first = operands.first().copied().unwrap_or(f64::NAN);
        match self {
            Self::Equal => actual == first,
            Self::Unequal => actual != first,
            Self::Less => actual < first,
            Self::AtMost => actual <= first,
            Self::Greater => actual > first,
            Self::AtLeast => actual >= first,
            Self::Between => actual >= first && operands.last().is_some_and(|last| actual <= *last),
        }
    }

    /// Whether it holds of what lies so far around a mean: `half` on both sides, `side` where only one side counts.
    fn holds_surely(self, mean: f64, (half, side): (f64, f64), operands: &[f64]) -> bool {
        let covers = |operand: &f64| (mean - operand).abs() <= half;
        match self {
            Self::Equal => operands.iter().all(covers),
            Self::Unequal => !operands.iter().any(covers),
            Self::Less | Self::AtMost => self.holds(mean + side, operands),
            Self::Greater | Self::AtLeast => self.holds(mean - side, operands),
            Self::Between => self.holds(mean - half, operands) && self.holds(mean + half, operands),
        }
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = OPERATORS.iter().find(|(_, operator)| operator == self).map_or("", |(word, _)| *word);
        f.write_str(word)
    }
}
