//! The readers' vocabulary: the keys of a mapping and the simple values under them. Knows no entity.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::time::Duration;

use pointsman::{format_duration, parse_duration};

use crate::diagnostic::{Diagnostic, Severity};
use crate::names::{EntityId, Names, did_you_mean, nearest};
use crate::node::{Key, Node, NodeValue};

/// Where readers put what they have to say.
pub(crate) type Sink = Vec<Diagnostic>;

/// A mapping of which only known keys are read; anything else in it is an error.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a> {
    pub(crate) node: &'a Node,
}

impl<'a> Fields<'a> {
    /// The mapping, `None` when the node is something else.
    pub(crate) fn open(node: &'a Node, known: &[&str], ignored: &[&str], out: &mut Sink) -> Option<Self> {
        let NodeValue::Mapping(entries) = &node.value else {
            out.push(wrong_type(node, "a mapping"));
            return None;
        };
        let mut seen = BTreeSet::new();
        for (key, value) in entries.iter().filter(|(key, _)| !ignored.contains(&&*key.text)) {
            if !known.contains(&&*key.text) {
                let help = did_you_mean(nearest(&key.text, known.iter().copied()));
                let help = help.or_else(|| Some(format!("expected one of {}", list(known))));
                out.push(at_key(Severity::Error, "unknown-key", key, value, "unknown key").maybe_help(help));
            }
            if !seen.insert(&key.text) {
                out.push(at_key(Severity::Error, "duplicate-key", key, value, "there is another key"));
            }
        }
        Some(Self { node })
    }

    /// The value under a key; `null` counts as absent.
    pub(crate) fn get(&self, key: &str) -> Option<&'a Node> {
        self.node.get(key).filter(|value| !value.is_null())
    }

    /// The value under a key that must be there.
    pub(crate) fn required(&self, key: &str, out: &mut Sink) -> Option<&'a Node> {
        let found = self.get(key);
        if found.is_none() {
            out.push(Diagnostic::error("missing-key", self.node, format!("the key `{key}` is missing")));
        }
        found
    }
}

fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// A diagnostic about a key, which its message names at the end.
pub(crate) fn at_key(severity: Severity, code: &'static str, key: &Key, value: &Node, message: &str) -> Diagnostic {
    let message = format!("{message} `{}`", key.text);
    Diagnostic::new(severity, code, &value.file, key.span.clone(), &value.path, message)
}

/// The complaint about a value of another type.
pub(crate) fn wrong_type(node: &Node, expected: &str) -> Diagnostic {
    let quotable = expected == "a text" && matches!(node.value, NodeValue::Number(_) | NodeValue::Bool(_));
    let help = quotable.then(|| "quote it to make it a text".to_owned());
    Diagnostic::error("wrong-type", node, format!("expected {expected}, found {}", node.describe())).maybe_help(help)
}

/// A text.
pub(crate) fn text<'a>(node: &'a Node, out: &mut Sink) -> Option<&'a str> {
    let found = node.as_str();
    if found.is_none() {
        out.push(wrong_type(node, "a text"));
    }
    found
}

/// A friendly name or other text of at most so many characters.
pub(crate) fn short_text<'a>(node: &'a Node, longest: usize, out: &mut Sink) -> Option<&'a str> {
    let found = text(node, out)?;
    let length = found.chars().count();
    if (1..=longest).contains(&length) {
        return Some(found);
    }
    let message = format!("a name has 1 to {longest} characters, this one has {length}");
    out.push(Diagnostic::error("friendly-name-length", node, message));
    None
}

/// `true` or `false`.
pub(crate) fn flag(node: &Node, out: &mut Sink) -> Option<bool> {
    if let NodeValue::Bool(flag) = node.value {
        return Some(flag);
    }
    out.push(wrong_type(node, "`true` or `false`"));
    None
}

/// A whole number within a range.
pub(crate) fn whole_number(node: &Node, range: RangeInclusive<u32>, out: &mut Sink) -> Option<u32> {
    let expected = format!("a whole number from {} to {}", range.start(), range.end());
    let NodeValue::Number(number) = &node.value else {
        out.push(wrong_type(node, &expected));
        return None;
    };
    let found = number.as_u64().and_then(|number| u32::try_from(number).ok()).filter(|number| range.contains(number));
    if found.is_none() {
        out.push(Diagnostic::error("number-out-of-range", node, format!("expected {expected}, found `{number}`")));
    }
    found
}

/// A span of time within a range.
pub(crate) fn span(node: &Node, range: &RangeInclusive<Duration>, out: &mut Sink) -> Option<Duration> {
    let found = match &node.value {
        NodeValue::String(text, _) => parse_duration(text),
        NodeValue::Number(number) => parse_duration(&number.to_string()),
        NodeValue::Null | NodeValue::Bool(_) | NodeValue::Sequence(_) | NodeValue::Mapping(_) => None,
    };
    let Some(span) = found else {
        let expected = "a span of time such as `90s`, `5m`, `1h30m`, `250ms` or a number of seconds";
        out.push(wrong_type(node, expected));
        return None;
    };
    if range.contains(&span) {
        return Some(span);
    }
    let [given, least, most] = [span, *range.start(), *range.end()].map(format_duration);
    let message = format!("expected a span of {least} to {most}, found {given}");
    out.push(Diagnostic::error("span-out-of-range", node, message));
    None
}

/// One of several words.
pub(crate) fn choice<T: Copy>(node: &Node, choices: &[(&str, T)], out: &mut Sink) -> Option<T> {
    let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
    let Some(text) = node.as_str() else {
        out.push(wrong_type(node, &format!("one of {}", list(&words))));
        return None;
    };
    let found = choices.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
    if found.is_none() {
        let help = did_you_mean(nearest(text, words.iter().copied()));
        let message = format!("expected one of {}, found `{text}`", list(&words));
        out.push(Diagnostic::error("unknown-value", node, message).maybe_help(help));
    }
    found
}

/// The elements of a list.
pub(crate) fn elements<'a>(node: &'a Node, out: &mut Sink) -> &'a [Node] {
    if !matches!(node.value, NodeValue::Sequence(_)) {
        out.push(wrong_type(node, "a list"));
    }
    node.elements()
}

/// The id of what a text names.
pub(crate) fn reference<T: EntityId>(node: &Node, names: &Names, out: &mut Sink) -> Option<T> {
    let text = text(node, out)?;
    let found = names.id(text);
    if found.is_none() {
        out.push(unknown_name::<T>(node, text, names));
    }
    found
}

/// The complaint about a name that nothing has.
pub(crate) fn unknown_name<T: EntityId>(node: &Node, text: &str, names: &Names) -> Diagnostic {
    let help = did_you_mean(names.suggest(T::KIND, text));
    Diagnostic::error(T::KIND.unknown(), node, format!("there is no {} `{text}`", T::KIND)).maybe_help(help)
}
