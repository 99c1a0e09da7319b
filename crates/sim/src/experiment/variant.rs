//! A scenario with some of its values replaced. A path is written as diagnostics write it, and an entry of a list may be
//! named by its name: `staff[0].count` is `staff.agents.count`.

use pointsman_config::{Diagnostic, Files, Key, Node, NodeValue, Severity, parse_file};

use crate::reading::choice;
use crate::scenario::Scenario;

/// The keys by which an entry of a list is named.
const NAMES: [&str; 4] = ["name", "group", "class", "task"];

/// A variant that could be read, or what is wrong with it.
type Read = (Option<Scenario>, Vec<Diagnostic>);

impl Scenario {
    /// The names of its variants.
    pub fn variants(&self) -> impl Iterator<Item = &str> {
        self.model.plan.variants.iter().map(|variant| variant.name.as_str())
    }

    /// The scenario as a variant of it has it.
    pub fn variant(&self, place: usize, files: &dyn Files) -> Read {
        let Some(variant) = self.model.plan.variants.get(place) else { return (None, Vec::new()) };
        let (scenario, told) = self.with(&variant.set, files);
        let named = scenario.map(|scenario| Self { name: format!("{}: {}", self.name, variant.name), ..scenario });
        (named, told)
    }

    /// What is wrong with its variants: each would only be told when it is compared.
    pub fn check_variants(&self, files: &dyn Files) -> Vec<Diagnostic> {
        let mut wrong: Vec<Diagnostic> = Vec::new();
        for place in 0..self.model.plan.variants.len() {
            let (_, told) = self.variant(place, files);
            let errors = told.into_iter().filter(|it| it.severity == Severity::Error);
            let new: Vec<_> = errors.filter(|it| !wrong.iter().any(|other| other.span == it.span)).collect();
            wrong.extend(new);
        }
        wrong
    }

    /// The scenario with these values in the places of those it has.
    pub(crate) fn with(&self, set: &[(String, Node)], files: &dyn Files) -> Read {
        let mut root = match parse_file(&self.file) {
            Ok(root) => root,
            Err(diagnostics) => return (None, diagnostics),
        };
        let wrong: Vec<Diagnostic> = set.iter().filter_map(|(path, value)| put(&mut root, path, value).err()).collect();
        if wrong.is_empty() { Self::read(&root, files) } else { (None, wrong) }
    }

    /// The scenario with a number at a path.
    pub fn with_number(&self, path: &str, number: u64, files: &dyn Files) -> Read {
        let root = match parse_file(&self.file) {
            Ok(root) => root,
            Err(diagnostics) => return (None, diagnostics),
        };
        let value = Node { value: NodeValue::Number(number.into()), ..root };
        self.with(&[(path.to_owned(), value)], files)
    }
}

/// Puts a value at a path. The last key may be a new one.
fn put(root: &mut Node, path: &str, value: &Node) -> Result<(), Diagnostic> {
    let mut steps = path.split(['.', '[']).map(|step| step.trim_end_matches(']')).peekable();
    let mut node = root;
    while let Some(step) = steps.next() {
        let is_last = steps.peek().is_none();
        node = match &mut node.value {
            NodeValue::Mapping(entries) => {
                let known = entries.iter().position(|(key, _)| &*key.text == step);
                if known.is_none() && !is_last {
                    let keys: Vec<&str> = entries.iter().map(|(key, _)| &*key.text).collect();
                    return Err(nothing(value, path, step, &keys));
                }
                let place = known.unwrap_or_else(|| {
                    entries.push((Key { text: step.into(), span: value.span.clone() }, value.clone()));
                    entries.len() - 1
                });
                &mut entries[place].1
            }
            NodeValue::Sequence(items) => {
                let Some(place) = place(items, step) else {
                    let names: Vec<&str> = items.iter().filter_map(name).collect();
                    return Err(nothing(value, path, step, &names));
                };
                &mut items[place]
            }
            NodeValue::Null | NodeValue::Bool(_) | NodeValue::Number(_) | NodeValue::String(..) => {
                return Err(nothing(value, path, step, &[]));
            }
        };
    }
    // It stays where it was written, so that what is wrong with it is told there.
    *node = value.clone();
    Ok(())
}

/// The entry with this number or this name.
fn place(items: &[Node], step: &str) -> Option<usize> {
    let numbered = step.parse().ok().filter(|place| *place < items.len());
    numbered.or_else(|| items.iter().position(|item| name(item) == Some(step)))
}

fn name(item: &Node) -> Option<&str> {
    NAMES.iter().find_map(|key| item.get(key)?.as_str())
}

fn nothing(value: &Node, path: &str, step: &str, known: &[&str]) -> Diagnostic {
    let error = Diagnostic::error("unknown-path", value, format!("there is no `{step}` on the way to `{path}`"));
    if known.is_empty() { error } else { error.help(choice(step, known)) }
}
