//! How often a scenario runs, and with which changes.

use pointsman_config::{Diagnostic, Node, NodeValue};

use super::handling::given;
use crate::estimate::Confidence;
use crate::reading::{Fields, Reader};

/// How often a scenario runs, and with which changes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    /// How often.
    pub(crate) replications: Option<u64>,
    /// Until a figure is known well enough.
    pub(crate) precision: Option<UntilPrecise>,
    /// Which share of intervals covers the truth.
    pub(crate) confidence: Confidence,
    /// What it is compared with.
    pub(crate) variants: Vec<Variant>,
}

/// When there are enough replications.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct UntilPrecise {
    /// The figure, such as `class.voice.wait_mean`.
    pub(crate) figure: String,
    /// Half the width of its interval by its mean.
    pub(crate) half_width: f64,
    /// How many replications at most.
    pub(crate) at_most: u64,
}

/// The scenario with some values replaced.
#[derive(Clone, Debug)]
pub(crate) struct Variant {
    pub(crate) name: String,
    /// The paths of the values, and the values.
    pub(crate) set: Vec<(String, Node)>,
}

/// The keys of an experiment.
pub(super) const KEYS: [&str; 5] = ["replications", "until", "confidence", "variants", "grid"];

/// A row of figures is kept of each: more would take gigabytes.
pub const MOST_REPLICATIONS: u64 = 1_000_000;

/// As many variants as a grid may make.
const MOST: usize = 1_000;

impl Plan {
    pub(super) fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let mut fields = reader.mapping(node, "an experiment such as `{replications: 20}`")?;
        let replications = fields.take("replications").map(|node| replications(reader, node));
        let precision = fields.take("until").map(|node| UntilPrecise::read(reader, node));
        let confidence = fields.take("confidence").map(|node| confidence(reader, node));
        let listed = fields.take("variants").map_or(&[][..], |node| reader.list(node, "variants"));
        let mut variants: Vec<Variant> = listed.iter().filter_map(|node| Variant::read(reader, node)).collect();
        if let Some(node) = fields.take("grid") {
            variants.extend(grid(reader, node));
        }
        fields.finish(reader, &KEYS);
        let (replications, precision) = (given(replications)?, given(precision)?);
        for (place, variant) in variants.iter().enumerate() {
            if variants[..place].iter().any(|other| other.name == variant.name) {
                let message = format!("two variants are called `{}`", variant.name);
                reader.report(Diagnostic::error("twice", node, message).help("give each a name of its own"));
            }
        }
        Some(Self { replications, precision, confidence: given(confidence)?.unwrap_or_default(), variants })
    }
}

impl UntilPrecise {
    fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let mut fields = reader.mapping(node, "when it is precise enough: `{figure: wait_mean, half_width: 0.02}`")?;
        let figure = fields.required(reader, "figure").and_then(|node| reader.value(node));
        let half_width = fields.required(reader, "half_width").and_then(|node| reader.share(node));
        let at_most = fields.take("at_most").map(|node| replications(reader, node));
        fields.finish(reader, &["figure", "half_width", "at_most"]);
        Some(Self { figure: figure?, half_width: half_width?, at_most: given(at_most)?.unwrap_or(1_000) })
    }
}

impl Variant {
    fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let mut fields = reader.mapping(node, "a variant such as `{name: two more, set: {staff.agents.count: 22}}`")?;
        let name = fields.required(reader, "name").and_then(|node| reader.value(node));
        let set = fields.required(reader, "set").map(|node| set(reader, node));
        fields.finish(reader, &["name", "set"]);
        refuse_of_whole(reader, node);
        Some(Self { name: name?, set: set? })
    }
}

/// What decides how often and on which chance it runs is the same for all that are compared.
fn refuse_of_whole(reader: &mut Reader<'_>, node: &Node) {
    let is_of_whole = |key: &str| key == "seed" || key.starts_with("experiment");
    let keys = node.get("set").map(Node::entries).unwrap_or_default();
    for (key, value) in keys.iter().filter(|(key, _)| is_of_whole(&key.text)) {
        let message = format!("`{}` is the same for all variants: it changes nothing here", key.text);
        reader.report(Diagnostic::error("of-the-whole", value, message).help("leave it out, or set it above"));
    }
}

fn set(reader: &mut Reader<'_>, node: &Node) -> Vec<(String, Node)> {
    let fields = reader.mapping(node, "paths with their new values");
    let rest = fields.map(|Fields { rest, .. }| rest).unwrap_or_default();
    rest.iter().map(|field| (field.key.text.to_string(), field.value.clone())).collect()
}

/// Every choice of a value for each path.
fn grid(reader: &mut Reader<'_>, node: &Node) -> Vec<Variant> {
    let axes = set(reader, node);
    let mut variants = vec![Variant { name: String::new(), set: Vec::new() }];
    for (path, values) in &axes {
        let values = reader.list(values, "values to try");
        if variants.len().saturating_mul(values.len()) > MOST {
            let message = format!("a grid has at most {MOST} variants");
            reader.report(Diagnostic::error("grid-too-large", node, message));
            return Vec::new();
        }
        let longer = |variant: &Variant, value: &Node| Variant {
            name: format!("{}{}{path}={}", variant.name, if variant.name.is_empty() { "" } else { ", " }, shown(value)),
            set: variant.set.iter().cloned().chain([(path.clone(), value.clone())]).collect(),
        };
        variants = variants.iter().flat_map(|variant| values.iter().map(move |value| longer(variant, value))).collect();
    }
    variants.retain(|variant| !variant.set.is_empty());
    variants
}

fn shown(value: &Node) -> String {
    value.as_str().map_or_else(|| value.to_json().to_string(), str::to_owned)
}

fn replications(reader: &mut Reader<'_>, node: &Node) -> Option<u64> {
    let count = reader.value::<u64>(node)?;
    let fits = (1..=MOST_REPLICATIONS).contains(&count);
    if !fits {
        reader.wrong(node, &format!("a number of replications from 1 to {MOST_REPLICATIONS}"));
    }
    fits.then_some(count)
}

fn confidence(reader: &mut Reader<'_>, node: &Node) -> Option<Confidence> {
    let confidence = reader.value::<f64>(node).and_then(|share| Confidence::try_from(share).ok());
    if confidence.is_none() && matches!(node.value, NodeValue::Number(_)) {
        reader.wrong(node, "a confidence between 0 and 1, such as 0.95");
    }
    confidence
}
