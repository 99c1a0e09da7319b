//! What a task that chance brings is called: `voice-17`, and `voice-17.2` when it has come again.

use std::collections::BTreeMap;
use std::fmt;

use pointsman::TaskId;
use pointsman_config::{Diagnostic, Names, Node};

use crate::step;

/// Which task of a class it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Called {
    /// The class in which it first came.
    pub(crate) class: usize,
    /// Which one of it, from 0.
    pub(crate) nth: u64,
    /// How often it has come again.
    pub(crate) attempt: u32,
}

impl Called {
    fn read(name: &str, classes: &[&str]) -> Option<Self> {
        let (class, number) = name.rsplit_once('-')?;
        let class = classes.iter().position(|other| *other == class)?;
        let (number, times) = number.split_once('.').unwrap_or((number, "1"));
        let (nth, attempt) = (number.parse::<u64>().ok()?.checked_sub(1)?, times.parse::<u32>().ok()?.checked_sub(1)?);
        let called = Self { class, nth, attempt };
        (called.in_class(classes[class]).to_string() == name).then_some(called)
    }

    /// Its name.
    pub(crate) fn in_class(self, class: &str) -> impl fmt::Display {
        fmt::from_fn(move |f| {
            write!(f, "{class}-{}", self.nth + 1)?;
            if self.attempt > 0 { write!(f, ".{}", self.attempt + 1) } else { Ok(()) }
        })
    }
}

/// Declares the tasks of these classes that steps speak of and no step creates.
pub(super) fn declare(steps: &[Node], classes: &[&str], names: &mut Names) -> BTreeMap<Called, TaskId> {
    let mut declared = BTreeMap::new();
    let mut nodes: Vec<&Node> = steps.iter().collect();
    while let Some(node) = nodes.pop() {
        nodes.extend(node.elements());
        nodes.extend(node.entries().iter().map(|(_, value)| value));
        let name = node.get("task").and_then(Node::as_str).unwrap_or_default();
        if let Some(called) = Called::read(name, classes)
            && let Ok(id) = names.declare::<TaskId>(name, None, None)
        {
            declared.insert(called, id);
        }
    }
    declared
}

/// Warns of tasks that steps create and that are called like one to come.
pub(super) fn warn_of_namesakes(steps: &[Node], classes: &[&str]) -> Vec<Diagnostic> {
    let named = step::giving(steps, "create_task").filter_map(|step| step.get("task"));
    let namesakes = named.filter(|node| node.as_str().is_some_and(|name| Called::read(name, classes).is_some()));
    let warning = |node: &Node| {
        let name = node.as_str().unwrap_or_default();
        let message = format!(
            "`{name}` is also what a task of `arrivals` is called: steps speak of the one that is created here"
        );
        Diagnostic::warning("namesake", node, message).help("give it another name")
    };
    namesakes.map(warning).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_as_it_is_written() {
        let classes = ["voice", "voice-2"];
        for (name, class, nth, attempt) in [("voice-1", 0, 0, 0), ("voice-2-17.3", 1, 16, 2)] {
            let called = Called { class, nth, attempt };
            assert_eq!(Called::read(name, &classes), Some(called), "{name}");
            assert_eq!(called.in_class(classes[class]).to_string(), name);
        }
        for name in ["voice", "voice-0", "voice-01", "voice-1.1", "voice-1.0", "chat-1", "voice-+1", "voice-1/7"] {
            assert_eq!(Called::read(name, &classes), None, "{name}");
        }
    }
}
