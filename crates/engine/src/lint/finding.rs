//! What the lints say: a finding and its place. Only data.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::code::Code;
use crate::id::{TaskQueueId, WorkerId, WorkflowId};

/// How much a finding matters. Nothing here is an error: what cannot work is refused by the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It works, but probably not as meant.
    Warning,
    /// Worth knowing.
    Info,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Warning => "warning",
            Self::Info => "info",
        })
    }
}

/// One piece of advice on a configuration.
///
/// Displayed as `warning[code] place: message`, with the help on a line of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// Its kind.
    pub code: Code,
    /// Where.
    pub at: Place,
    /// The part that it is about, when the place holds an expression: bytes of its text.
    pub span: Option<Range<usize>>,
    /// What is odd.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl Finding {
    pub(super) fn warning(code: Code, at: &Place, message: impl Into<String>, help: impl Into<String>) -> Self {
        let (message, help) = (message.into(), help.into());
        Self { severity: Severity::Warning, code, at: at.clone(), span: None, message, help }
    }

    pub(super) fn info(code: Code, at: &Place, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { severity: Severity::Info, ..Self::warning(code, at, message, help) }
    }

    /// A warning when there is reason for one, else an information.
    pub(super) fn warning_if(self, reason: bool) -> Self {
        Self { severity: if reason { Severity::Warning } else { Severity::Info }, ..self }
    }

    /// The same about a part of the expression.
    pub(super) fn within(self, span: Range<usize>) -> Self {
        Self { span: Some(span), ..self }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { severity, code, at, message, help, .. } = self;
        write!(f, "{severity}[{code}] {at}: {message}\n  help: {help}")
    }
}

/// A place in a configuration: in what, and the way to it from there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// In what.
    pub entity: Entity,
    /// What people call that; empty for what has no name.
    pub name: Arc<str>,
    /// The way to the place, by the fields of its spec or command.
    pub path: Vec<PathStep>,
}

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entity {
    /// The workspace's own settings.
    Workspace,
    /// A worker.
    Worker(WorkerId),
    /// A task queue.
    TaskQueue(TaskQueueId),
    /// A workflow; its filters lie below `configuration`.
    Workflow(WorkflowId),
    /// The configuration of a workflow on its own: its filters lie at the top.
    Configuration,
    /// The observed command at this zero-based position.
    Command(usize),
}

/// One step of the way to a place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathStep {
    /// Into a field.
    Field(&'static str),
    /// To an element, counted from 0.
    Index(usize),
    /// To an attribute or the value below one. At the end of a path the attribute's key is meant.
    Attribute(Arc<str>),
}

impl Place {
    pub(super) fn of(entity: Entity, name: impl Into<Arc<str>>) -> Self {
        Self { entity, name: name.into(), path: Vec::new() }
    }

    pub(super) fn field(&self, name: &'static str) -> Self {
        self.step(PathStep::Field(name))
    }

    pub(super) fn index(&self, index: usize) -> Self {
        self.step(PathStep::Index(index))
    }

    pub(super) fn attribute(&self, key: &str) -> Self {
        self.step(PathStep::Attribute(key.into()))
    }

    fn step(&self, step: PathStep) -> Self {
        let mut place = self.clone();
        place.path.push(step);
        place
    }

    /// The way as people write it: `filters[0].targets[1].timeout`.
    pub fn path_text(&self) -> String {
        let mut text = String::new();
        for step in &self.path {
            let dot = if text.is_empty() { "" } else { "." };
            text += &match step {
                PathStep::Field(name) => format!("{dot}{name}"),
                PathStep::Attribute(key) => format!("{dot}{key}"),
                PathStep::Index(index) => format!("[{index}]"),
            };
        }
        text
    }
}

/// ``workflow `incoming` filters[0].expression``.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        let entity = match self.entity {
            Entity::Workspace => "workspace".to_owned(),
            Entity::Worker(_) => format!("worker `{name}`"),
            Entity::TaskQueue(_) => format!("task queue `{name}`"),
            Entity::Workflow(_) => format!("workflow `{name}`"),
            Entity::Configuration => String::new(),
            Entity::Command(position) => format!("command {position}"),
        };
        let path = self.path_text();
        let blank = if entity.is_empty() || path.is_empty() { "" } else { " " };
        write!(f, "{entity}{blank}{path}")
    }
}
