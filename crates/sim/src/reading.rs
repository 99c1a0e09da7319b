//! Reading mappings of a scenario key by key, collecting every error with its place. It knows no key itself.

use std::ops::Range;
use std::time::Duration;

use pointsman::parse_duration;
use pointsman_config::{Context, Diagnostic, Node, NodeValue, from_node};
use serde::de::DeserializeOwned;

use crate::results::Column;

/// What names mean here, and what has been found wrong so far.
pub(crate) struct Reader<'a> {
    pub(crate) context: Context<'a>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The figures of the results: none where chance has no part, and nothing is said of them while they are not known.
    pub(crate) figures: Option<Vec<Column>>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(context: Context<'a>) -> Self {
        Self { context, diagnostics: Vec::new(), figures: None }
    }

    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// A value that serde knows; names become ids on the way.
    pub(crate) fn value<T: DeserializeOwned>(&mut self, node: &Node) -> Option<T> {
        from_node(node, &self.context).map_err(|diagnostic| self.report(diagnostic)).ok()
    }

    /// The entries of a mapping; an error when it is none.
    pub(crate) fn mapping<'n>(&mut self, node: &'n Node, what: &str) -> Option<Fields<'n>> {
        let NodeValue::Mapping(entries) = &node.value else {
            self.wrong(node, &format!("{what}, a mapping"));
            return None;
        };
        let rest = entries.iter().map(|(key, value)| Field { key, value }).collect();
        Some(Fields { node, rest })
    }

    /// The items of a list; an error when it is none.
    pub(crate) fn list<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Node] {
        if !matches!(node.value, NodeValue::Sequence(_)) {
            self.wrong(node, &format!("{what}, a list"));
        }
        node.elements()
    }

    /// A span of time: `90s`, `1h30m`, `250ms`, or a number of seconds.
    pub(crate) fn span(&mut self, node: &Node) -> Option<Duration> {
        let span = duration(node);
        if span.is_none() {
            self.wrong(node, "a span of time such as `90s`, `5m`, `1h30m`, `250ms` or a number of seconds");
        }
        span
    }

    /// Says what was expected and what stands there.
    pub(crate) fn wrong(&mut self, node: &Node, expected: &str) {
        let message = format!("expected {expected}, found {}", found(node));
        self.report(Diagnostic::error("wrong-type", node, message));
    }

    /// A probability.
    pub(crate) fn share(&mut self, node: &Node) -> Option<f64> {
        let share = self.value::<f64>(node)?;
        let fits = (0.0..=1.0).contains(&share);
        if !fits {
            self.wrong(node, "a probability from 0 to 1");
        }
        fits.then_some(share)
    }

    /// A number that is not negative.
    pub(crate) fn amount(&mut self, node: &Node) -> Option<f64> {
        let amount = self.value::<f64>(node)?;
        let fits = amount.is_finite() && amount >= 0.0;
        if !fits {
            self.wrong(node, "a number that is not negative");
        }
        fits.then_some(amount)
    }

    /// The place of a name in a list; an error with a suggestion when it is not there.
    pub(crate) fn position(&mut self, node: &Node, what: &str, names: &[&str]) -> Option<usize> {
        let Some(text) = node.as_str() else {
            self.wrong(node, &format!("the name of a {what}"));
            return None;
        };
        let place = names.iter().position(|name| *name == text);
        if place.is_none() {
            let message = format!("there is no {what} `{text}`");
            self.report(Diagnostic::error("unknown-name", node, message).help(choice(text, names)));
        }
        place
    }

    /// One of a closed set of words; an error with a suggestion otherwise.
    pub(crate) fn word(&mut self, node: &Node, what: &str, words: &[&'static str]) -> Option<&'static str> {
        let Some(text) = node.as_str() else {
            self.wrong(node, what);
            return None;
        };
        let known = words.iter().find(|word| **word == text).copied();
        if known.is_none() {
            let message = format!("`{text}` is not {what}");
            self.report(Diagnostic::error("unknown-word", node, message).help(choice(text, words)));
        }
        known
    }
}

/// The entries of a mapping that nobody has asked for yet.
pub(crate) struct Fields<'n> {
    pub(crate) node: &'n Node,
    pub(crate) rest: Vec<Field<'n>>,
}

pub(crate) struct Field<'n> {
    pub(crate) key: &'n pointsman_config::Key,
    pub(crate) value: &'n Node,
}

impl<'n> Fields<'n> {
    pub(crate) fn take(&mut self, key: &str) -> Option<&'n Node> {
        let place = self.rest.iter().position(|field| &*field.key.text == key)?;
        Some(self.rest.remove(place).value)
    }

    pub(crate) fn required(&mut self, reader: &mut Reader<'_>, key: &str) -> Option<&'n Node> {
        let value = self.take(key);
        if value.is_none() {
            reader.report(Diagnostic::error("missing-key", self.node, format!("the key `{key}` is missing here")));
        }
        value
    }

    /// Everything left over is an error.
    pub(crate) fn finish(self, reader: &mut Reader<'_>, known: &[&str]) {
        for Field { key, value } in self.rest {
            let message = format!("unknown key `{}`", key.text);
            let diagnostic = Diagnostic::error("unknown-key", value, message).at(key.span.clone());
            reader.report(diagnostic.help(choice(&key.text, known)));
        }
    }
}

pub(crate) fn duration(node: &Node) -> Option<Duration> {
    match &node.value {
        NodeValue::Number(number) => parse_duration(&number.to_string()),
        NodeValue::String(text, _) => parse_duration(text),
        NodeValue::Null | NodeValue::Bool(_) | NodeValue::Sequence(_) | NodeValue::Mapping(_) => None,
    }
}

/// `did you mean ...?`, or all there is to choose from.
pub(crate) fn choice(text: &str, words: &[&str]) -> String {
    if let Some(word) = nearest(text, words) {
        return format!("did you mean `{word}`?");
    }
    let all: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    format!("expected one of {}", all.join(", "))
}

/// The word most like `text`, when one is like enough.
pub(crate) fn nearest<'a>(text: &str, words: &[&'a str]) -> Option<&'a str> {
    const LONGEST: usize = 100;
    let limit = (text.chars().count() / 3).clamp(1, 4);
    let text = (text.len() <= LONGEST).then(|| text.to_lowercase())?;
    let candidates = words.iter().map(|word| (strsim::osa_distance(&text, word), *word));
    candidates.filter(|(far, _)| *far <= limit).min_by_key(|(far, _)| *far).map(|(_, word)| word)
}

/// What stands at a node, in the words of an error.
fn found(node: &Node) -> String {
    match &node.value {
        NodeValue::Null => "nothing".to_owned(),
        NodeValue::Bool(flag) => format!("`{flag}`"),
        NodeValue::Number(number) => format!("the number `{number}`"),
        NodeValue::String(text, _) => format!("the text `{}`", text.chars().take(60).collect::<String>()),
        NodeValue::Sequence(_) => "a list".to_owned(),
        NodeValue::Mapping(_) => "a mapping".to_owned(),
    }
}

/// A place in the scenario, for what can only be judged when it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) span: Range<usize>,
    pub(crate) path: String,
}

impl Place {
    pub(crate) fn of(node: &Node) -> Self {
        Self { span: node.span.clone(), path: node.path.to_string() }
    }
}
