//! Expectations about figures of the results: `{wait_p95: {class: calls}, '<=': 30s}`. The names are those of the
//! results; none is listed here.

use pointsman::TaskQueueId;
use pointsman_config::{Diagnostic, Node};

use crate::bound::{self, Figure};
use crate::reading::{Fields, Reader, choice};
use crate::results::{Column, Scope, Unit};

/// A figure of the results, by its place among all of them.
#[derive(Clone, Debug)]
pub(crate) struct Measured {
    place: usize,
    pub(crate) column: Column,
}

const SUBJECTS: &[&str] = &["class", "queue", "group"];

impl Figure for Measured {
    const KEYS: &'static [&'static str] = SUBJECTS;
    const NOTHING: &'static str = "no figure: nothing tells it";

    fn names(reader: &Reader<'_>) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for column in reader.figures.iter().flatten() {
            if !names.contains(&column.figure) {
                names.push(column.figure.clone());
            }
        }
        names
    }

    fn read(reader: &mut Reader<'_>, name: &str, node: &Node, fields: &mut Fields<'_>) -> Option<Self> {
        let written: Vec<(&str, &Node)> = SUBJECTS.iter().filter_map(|key| Some((*key, fields.take(key)?))).collect();
        if let [_, (key, second), ..] = &written[..] {
            let message = format!("a figure is of one thing: `{key}` is the second");
            reader.report(Diagnostic::error("two-subjects", second, message).help("write two expectations"));
            return None;
        }
        let scope = match written.first() {
            Some((key, subject)) => scope(reader, key, subject)?,
            None => Scope::Run,
        };
        let columns = reader.figures.iter().flatten();
        let of_scope: Vec<(usize, Column)> =
            columns.enumerate().filter(|(_, it)| it.scope == scope).map(|(place, it)| (place, it.clone())).collect();
        let found = of_scope.iter().find(|(_, column)| column.figure == name);
        if found.is_none() {
            let names: Vec<&str> = of_scope.iter().map(|(_, column)| column.figure.as_str()).collect();
            let message = match scope.parts() {
                (kind, "") => format!("the {kind} as a whole has no figure `{name}`"),
                (kind, subject) => format!("the {kind} `{subject}` has no figure `{name}`"),
            };
            reader.report(Diagnostic::error("unknown-figure", node, message).help(choice(name, &names)));
        }
        found.cloned().map(|(place, column)| Self { place, column })
    }

    fn unit(&self) -> bound::Unit {
        match self.column.unit {
            Unit::Seconds => bound::Unit::Seconds,
            Unit::Count | Unit::Share | Unit::Level | Unit::Cost => bound::Unit::Number,
        }
    }
}

impl Measured {
    /// What it is among the figures of a run; none when nothing tells it.
    pub(crate) fn value(&self, figures: &[Option<f64>]) -> Option<f64> {
        figures.get(self.place).copied().flatten()
    }
}

/// What a figure is about, when it is not the run.
fn scope(reader: &mut Reader<'_>, key: &str, node: &Node) -> Option<Scope> {
    if key == "queue" {
        return queue(reader, node).map(Scope::Queue);
    }
    let mut names: Vec<String> = Vec::new();
    for column in reader.figures.iter().flatten() {
        let (kind, name) = column.scope.parts();
        if kind == key && names.last().is_none_or(|last| last != name) {
            names.push(name.to_owned());
        }
    }
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    let name = names.get(reader.position(node, key, &known)?)?.clone();
    Some(if key == "class" { Scope::Class(name) } else { Scope::Group(name) })
}

/// A queue has more than one name.
fn queue(reader: &mut Reader<'_>, node: &Node) -> Option<String> {
    let id: TaskQueueId = reader.value(node)?;
    let name = reader.context.names.name(id)?.to_owned();
    let is_measured = |column: &Column| column.scope.parts() == ("queue", &*name);
    if !reader.figures.iter().flatten().any(is_measured) {
        let message = format!("the queue `{name}` has no figures: only those that are there at the start have some");
        reader.report(Diagnostic::error("unknown-name", node, message));
        return None;
    }
    Some(name)
}
