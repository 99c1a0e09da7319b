//! How long a worker has to do with a task, by class, group and time of day.

use std::time::Duration;

use pointsman_config::{Diagnostic, Node};

use crate::distribution::{Distribution, Unit};
use crate::reading::Reader;

/// A rule; of several that fit the first counts.
#[derive(Clone, Debug)]
pub(crate) struct Handling {
    class: Option<usize>,
    group: Option<usize>,
    from: Option<Duration>,
    until: Option<Duration>,
    pub(crate) work: Work,
}

/// How long the work takes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Work {
    /// Until the task is done.
    pub(crate) time: Distribution,
    /// How long the worker has to do with it afterwards.
    pub(crate) wrap_up: Option<Distribution>,
}

pub(super) const KEYS: &[&str] = &["class", "group", "from", "until", "time", "wrap_up"];

impl Handling {
    pub(super) fn read(reader: &mut Reader<'_>, node: &Node, classes: &[&str], groups: &[&str]) -> Option<Self> {
        let mut fields =
            reader.mapping(node, "a handling time such as `{class: voice, time: {exponential: {mean: 3m}}}`")?;
        let class = fields.take("class").map(|node| reader.position(node, "class", classes));
        let group = fields.take("group").map(|node| reader.position(node, "group", groups));
        let [from, until] =
            ["from", "until"].map(|key| fields.take(key)).map(|node| node.map(|node| reader.span(node)));
        if let (Some(Some(from)), Some(Some(until))) = (from, until)
            && from >= until
        {
            let error =
                Diagnostic::error("empty-period", node, "this period ends before it begins: the rule fits no task");
            reader.report(error.help("`from` and `until` count from the start of the scenario"));
        }
        let time = fields.required(reader, "time").and_then(|node| Distribution::read(reader, node, Unit::Time));
        let wrap_up = fields.take("wrap_up").map(|node| Distribution::read(reader, node, Unit::Time));
        fields.finish(reader, KEYS);
        let work = Work { time: time?, wrap_up: given(wrap_up)? };
        Some(Self { class: given(class)?, group: given(group)?, from: given(from)?, until: given(until)?, work })
    }

    pub(super) fn fits(&self, class: usize, group: usize, at: Duration) -> bool {
        let begun = self.from.is_none_or(|from| from <= at);
        begun && self.until.is_none_or(|until| at < until) && self.is_about(class, group)
    }

    pub(super) fn is_about(&self, class: usize, group: usize) -> bool {
        self.class.is_none_or(|own| own == class) && self.group.is_none_or(|own| own == group)
    }

    pub(super) fn is_always(&self) -> bool {
        self.from.is_none() && self.until.is_none()
    }
}

/// What is written must be readable; what is left out need not.
pub(super) fn given<T>(read: Option<Option<T>>) -> Option<Option<T>> {
    match read {
        None => Some(None),
        Some(value) => value.map(Some),
    }
}
