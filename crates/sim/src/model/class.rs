//! A class of tasks: when they come, what they are like, how long they wait.

use std::time::Duration;

use pointsman::{CreateTask, TaskChannelId, TaskFacts, WorkflowId};
use pointsman_config::{Diagnostic, Node, NodeValue};
use serde_json::Value;

use super::handling::given;
use crate::arrival::{self, ArrivalProcess};
use crate::distribution::{Distribution, Drawn, Unit};
use crate::reading::Reader;

/// Tasks that are alike.
#[derive(Clone, Debug)]
pub(crate) struct Class {
    /// What it is called.
    pub(crate) name: String,
    /// Where its tasks go; none where the workspace has one workflow.
    pub(crate) workflow: Option<WorkflowId>,
    pub(crate) task_channel: Option<TaskChannelId>,
    pub(crate) priority: u32,
    /// An object.
    pub(crate) attributes: Value,
    /// Attributes that differ from task to task.
    pub(crate) drawn: Drawn,
    /// When they come.
    pub(crate) process: ArrivalProcess,
    /// How long they wait before they are given up.
    pub(crate) patience: Option<Distribution>,
    /// Who does not stay.
    pub(crate) balking: Option<Balking>,
    /// Who tries again.
    pub(crate) redial: Option<Redial>,
}

/// What decides to which class a task belongs that chance has not brought.
pub(crate) struct Traits {
    workflow: Option<WorkflowId>,
    task_channel: Option<TaskChannelId>,
    attributes: Value,
}

impl From<&TaskFacts> for Traits {
    fn from(facts: &TaskFacts) -> Self {
        let attributes = Value::from(&facts.attributes.to_value());
        Self { workflow: facts.workflow, task_channel: Some(facts.task_channel), attributes }
    }
}

impl Traits {
    /// Those of a task that a step creates: it goes into the only workflow unless it says where to.
    pub(super) fn of_step(task: &CreateTask, only_workflow: Option<WorkflowId>) -> Self {
        let usual = only_workflow.filter(|_| task.routing_target.is_none());
        let (workflow, attributes) = (task.workflow.or(usual), Value::from(&task.attributes));
        Self { workflow, task_channel: task.task_channel, attributes }
    }
}

/// Tasks that are not created because the wait to be expected is long.
#[derive(Clone, Debug)]
pub(crate) struct Balking {
    /// Longer than this.
    pub(crate) above: Duration,
    /// How likely.
    pub(crate) probability: f64,
}

/// Tasks that come again after they were given up.
#[derive(Clone, Debug)]
pub(crate) struct Redial {
    /// How likely.
    pub(crate) probability: f64,
    /// When.
    pub(crate) after: Distribution,
    /// As what; the same class when absent.
    pub(crate) class: Option<usize>,
    /// How often at most.
    pub(crate) at_most: u32,
}

pub(super) const KEYS: [&str; 9] =
    ["class", "workflow", "task_channel", "priority", "attributes", "drawn", "patience", "balking", "redial"];

impl Class {
    /// Whether a task may be one of it.
    pub(super) fn is_like(&self, traits: &Traits, default_channel: Option<TaskChannelId>) -> bool {
        let none = serde_json::Map::new();
        let mut own = self.attributes.as_object().unwrap_or(&none).iter();
        let channel = self.task_channel.or(default_channel) == traits.task_channel.or(default_channel);
        let workflow = self.workflow.is_none_or(|own| traits.workflow == Some(own));
        workflow && channel && own.all(|(key, value)| traits.attributes.get(key) == Some(value))
    }

    pub(super) fn read(reader: &mut Reader<'_>, node: &Node, names: &[&str]) -> Option<Self> {
        let mut fields = reader.mapping(node, "arrivals such as `{class: voice, poisson: 18/1m}`")?;
        let name = fields.required(reader, "class").and_then(|node| reader.value::<String>(node));
        let workflow = fields.take("workflow").map(|node| reader.value(node));
        let task_channel = fields.take("task_channel").map(|node| reader.value(node));
        let priority = fields.take("priority").map(|node| reader.value(node));
        let attributes = fields.take("attributes").map(|node| attributes(reader, node));
        let drawn = fields.take("drawn").map(|node| Drawn::read(reader, node));
        let patience = fields.take("patience").map(|node| Distribution::read(reader, node, Unit::Time));
        let balking = fields.take("balking").map(|node| Balking::read(reader, node));
        let redial = fields.take("redial").map(|node| Redial::read(reader, node, names));
        let process = ArrivalProcess::read(reader, &mut fields);
        fields.finish(reader, &[&KEYS[..], &arrival::KEYS[..]].concat());
        Some(Self {
            name: name?,
            workflow: given(workflow)?,
            task_channel: given(task_channel)?,
            priority: given(priority)?.unwrap_or(0),
            attributes: given(attributes)?.unwrap_or_else(|| Value::Object(serde_json::Map::new())),
            drawn: given(drawn)?.unwrap_or_default(),
            process: process?,
            patience: given(patience)?,
            balking: given(balking)?,
            redial: given(redial)?,
        })
    }
}

impl Balking {
    fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let mut fields = reader.mapping(node, "who does not stay, such as `{above: 5m, probability: 0.5}`")?;
        let above = fields.required(reader, "above").and_then(|node| reader.span(node));
        let probability = fields.take("probability").map(|node| reader.share(node));
        fields.finish(reader, &["above", "probability"]);
        Some(Self { above: above?, probability: given(probability)?.unwrap_or(1.0) })
    }
}

impl Redial {
    fn read(reader: &mut Reader<'_>, node: &Node, names: &[&str]) -> Option<Self> {
        let mut fields = reader.mapping(node, "who tries again, such as `{probability: 0.3, after: 10m}`")?;
        let probability = fields.required(reader, "probability").and_then(|node| reader.share(node));
        let after = fields.required(reader, "after").and_then(|node| Distribution::read(reader, node, Unit::Time));
        let class = fields.take("class").map(|node| reader.position(node, "class", names));
        let at_most = fields.take("at_most").map(|node| repeats(reader, node));
        fields.finish(reader, &["probability", "after", "class", "at_most"]);
        let at_most = given(at_most)?.unwrap_or(10);
        Some(Self { probability: probability?, after: after?, class: given(class)?, at_most })
    }
}

/// Each time has draws of its own, and room for as many.
pub(super) const MOST_AGAIN: u32 = 255;

fn repeats(reader: &mut Reader<'_>, node: &Node) -> Option<u32> {
    let count = reader.value(node)?;
    if count > MOST_AGAIN {
        reader.wrong(node, &format!("at most {MOST_AGAIN} times"));
    }
    (count <= MOST_AGAIN).then_some(count)
}

fn attributes(reader: &mut Reader<'_>, node: &Node) -> Option<Value> {
    let is_object = matches!(node.value, NodeValue::Mapping(_));
    if !is_object {
        reader.wrong(node, "attributes, a mapping");
    }
    is_object.then(|| node.to_json())
}

/// The names of the classes, so that one may speak of those below.
pub(super) fn names<'n>(reader: &mut Reader<'_>, nodes: &'n [Node]) -> Vec<&'n str> {
    let mut names = Vec::new();
    for node in nodes {
        let Some(name) = node.get("class") else { continue };
        let text = name.as_str().unwrap_or_default();
        if names.contains(&text) {
            let message = format!("there is another class `{text}`");
            reader.report(Diagnostic::error("duplicate-name", name, message).help("give each class its own name"));
        }
        names.push(text);
    }
    names
}
