//! The part of a scenario that chance plays: who comes, how long the work takes, who is there, what is measured. Read
//! whole, with every error at its place; nothing is drawn here.

mod called;
mod class;
mod feasible;
mod handling;
mod measure;
mod plan;
#[cfg(feature = "schema")]
mod schema;
mod staff;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use pointsman::{
    Command, Engine, Limits, TaskChannelId, TaskId, TaskView, WorkerId, WorkerSpec, WorkflowId, WorkspaceSpec,
};
use pointsman_config::{Diagnostic, Names, Node, has_errors};
use serde_json::Value;

use crate::reading::{Fields, Reader};
use crate::step::{self, Action, Step};

pub(crate) use called::Called;
pub(crate) use class::{Class, Traits};
pub(crate) use handling::{Handling, Work};
pub(crate) use measure::{LEVELS, Level, Measure, ServiceLevel, WarmUp};
pub use plan::MOST_REPLICATIONS;
pub(crate) use plan::Plan;
#[cfg(feature = "schema")]
pub(crate) use schema::properties;
pub(crate) use staff::{AT_END, AtEnd, Group};

pub use feasible::DOUBTFUL;

/// The keys of a scenario that are read here.
pub(crate) const KEYS: [&str; 5] = ["arrivals", "staff", "handling", "measure", "experiment"];

/// So late that only what never ends still goes on.
const FAR: Duration = Duration::from_millis(1 << 52);

/// What chance plays.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    /// Who comes.
    pub(crate) classes: Vec<Class>,
    /// Who is there; the first is for the workers that no group names.
    pub(crate) groups: Vec<Group>,
    /// How long the work takes.
    pub(crate) handling: Vec<Handling>,
    /// What is measured.
    pub(crate) measure: Measure,
    /// How often it runs.
    pub(crate) plan: Plan,
    /// The channel of tasks that name none.
    default_channel: Option<TaskChannelId>,
    /// The workflow of tasks that name none.
    only_workflow: Option<WorkflowId>,
    /// The tasks to come that steps speak of.
    pub(crate) spoken_of: BTreeMap<Called, TaskId>,
    /// The channels on which a worker may be asked for tasks of the classes.
    pub(crate) asked_on: BTreeMap<WorkerId, BTreeSet<TaskChannelId>>,
}

/// The nodes of a scenario that a model is read from.
pub(crate) struct Nodes<'n> {
    arrivals: Option<&'n Node>,
    staff: Option<&'n Node>,
    handling: Option<&'n Node>,
    measure: Option<&'n Node>,
    experiment: Option<&'n Node>,
}

impl<'n> Nodes<'n> {
    pub(crate) fn take(fields: &mut Fields<'n>) -> Self {
        let [arrivals, staff, handling, measure, experiment] = KEYS.map(|key| fields.take(key));
        Self { arrivals, staff, handling, measure, experiment }
    }

    /// The workers of the groups that have a count, and their names.
    pub(crate) fn hire(&self, names: &mut Names, limits: &Limits) -> (Vec<WorkerSpec>, Vec<Diagnostic>) {
        staff::hire(self.staff, names, limits)
    }

    /// Declares the tasks to come that steps speak of, and warns of those that steps create under such a name.
    pub(crate) fn declare(&self, steps: &[Node], names: &mut Names) -> (BTreeMap<Called, TaskId>, Vec<Diagnostic>) {
        let classes = self.arrivals.map_or(&[][..], Node::elements);
        let classes: Vec<&str> = classes.iter().filter_map(|node| node.get("class")?.as_str()).collect();
        (called::declare(steps, &classes, names), called::warn_of_namesakes(steps, &classes))
    }

    /// Where the figure is named that decides how often it runs.
    pub(crate) fn aim(&self) -> Option<&'n Node> {
        self.experiment?.get("until")?.get("figure")
    }

    /// Reads the rest, once everything has a name.
    pub(crate) fn read(&self, reader: &mut Reader<'_>, spec: &WorkspaceSpec, steps: &[Node]) -> Model {
        let list = |reader: &mut Reader<'_>, node: Option<&'n Node>, what| {
            node.map_or(&[][..], |node| reader.list(node, what))
        };
        let arrivals = list(reader, self.arrivals, "arrivals");
        let named = class::names(reader, arrivals);
        let classes: Vec<Class> = arrivals.iter().filter_map(|node| Class::read(reader, node, &named)).collect();
        let is_scripted = steps.iter().any(|step| step.get("do").is_some());
        let groups = staff::read(reader, self.staff, spec, step::created_workers(steps, reader.context.names));
        let rules = list(reader, self.handling, "handling times");
        let called: Vec<&str> = groups.iter().map(|group| group.name.as_deref().unwrap_or_default()).collect();
        let handling = rules.iter().filter_map(|node| Handling::read(reader, node, &named, &called)).collect();
        let measure = self.measure.map_or_else(Measure::default, |node| Measure::read(reader, node));
        let plan = self.experiment.and_then(|node| Plan::read(reader, node)).unwrap_or_default();
        let default_channel = reader.context.names.id("default");
        let only_workflow = if let [only] = &spec.workflows[..] { Some(only.workflow) } else { None };
        let mut model =
            Model { classes, groups, handling, measure, plan, default_channel, only_workflow, ..Model::default() };
        model.judge(reader, self);
        if let Some(arrivals) = self.arrivals.filter(|_| !has_errors(&reader.diagnostics)) {
            model.asked_on = feasible::judge(&model, reader, arrivals, spec, is_scripted);
        }
        model
    }
}

impl Model {
    /// Says which tasks of a snapshot are like no class: nothing is known of the work they take.
    pub(crate) fn adopt(&self, reader: &mut Reader<'_>, node: &Node, engine: &Engine) {
        let open = engine.tasks().filter(|view| !view.facts.status.is_terminal());
        let strangers: Vec<TaskView> =
            open.filter(|view| self.class_of(&Traits::from(&view.facts)).is_none()).collect();
        let Some(first) = strangers.first() else { return };
        let message = format!("{} open tasks of the snapshot are like no class of `arrivals`", strangers.len());
        let attributes = Value::from(&first.facts.attributes.to_value());
        let help = format!(
            "the first is {} with {attributes}; it belongs to the first class with its workflow and channel whose \
             `attributes` it has",
            first.facts.task
        );
        reader.report(Diagnostic::error("no-class", node, message).help(help));
    }

    /// Warns of tasks that steps create and that are like no class.
    pub(crate) fn warn_of_strangers(&self, reader: &mut Reader<'_>, nodes: &[Node], steps: &[Step]) {
        for step in steps {
            let Action::Do { what, command, refused: None } = &step.action else { continue };
            let Command::CreateTask(task) = &**command else { continue };
            let node = nodes.iter().find(|node| node.span == step.place.span);
            let Some(node) = node.filter(|_| self.class_of(&Traits::of_step(task, self.only_workflow)).is_none())
            else {
                continue;
            };
            let message =
                format!("`{what}`: the task is like no class of `arrivals`: only steps accept and complete it");
            let help = "write a class with its workflow, channel and attributes: `{class: other, at: []}`";
            reader.report(Diagnostic::warning("no-class", node, message).help(help));
        }
    }

    /// The first class that a task may belong to.
    pub(crate) fn class_of(&self, traits: &Traits) -> Option<usize> {
        self.classes.iter().position(|class| class.is_like(traits, self.default_channel))
    }

    /// Whether chance has anything to play.
    pub(crate) fn is_empty(&self) -> bool {
        self.classes.is_empty()
    }

    /// The groups that have workers, with their places.
    pub(crate) fn staffed(&self) -> impl Iterator<Item = (usize, &Group)> {
        self.groups.iter().enumerate().filter(|(_, group)| group.name.is_some() || !group.workers.is_empty())
    }

    /// The work of a class for a group at a time since the start.
    pub(crate) fn work(&self, class: usize, group: usize, at: Duration) -> Option<&Work> {
        self.handling.iter().find(|rule| rule.fits(class, group, at)).map(|rule| &rule.work)
    }

    /// The work of a class for a group when it is the same at all times.
    pub(crate) fn steady_work(&self, class: usize, group: usize) -> Option<&Work> {
        let first = self.handling.iter().find(|rule| rule.is_about(class, group))?;
        first.is_always().then_some(&first.work)
    }

    fn judge(&self, reader: &mut Reader<'_>, nodes: &Nodes<'_>) {
        let Some(arrivals) = nodes.arrivals else { return };
        let is_endless = |class: &Class| class.process.rate_at(FAR).is_some_and(|rate| rate > 0.0);
        if self.measure.horizon.is_none() && self.classes.iter().any(is_endless) {
            let message = "these arrivals never end, and nothing says when the run does";
            let error = Diagnostic::error("no-horizon", arrivals, message);
            reader.report(error.help("write `measure: {horizon: 8h}`, or give every class an `until`"));
        }
        let shifts = self.groups.iter().flat_map(|group| &group.shifts);
        if let Some(staff) = nodes.staff.filter(|_| self.measure.horizon.is_none())
            && shifts.into_iter().any(|shift| shift.every.is_some())
        {
            let message = "shifts that come again and again never end, and nothing says when the run does";
            reader.report(Diagnostic::error("no-horizon", staff, message).help("write `measure: {horizon: 24h}`"));
        }
        self.warn_of_redial(reader, arrivals);
        // What is wrong with a rule is told already.
        let is_read = nodes.handling.is_none_or(|rules| rules.elements().len() == self.handling.len());
        for (node, class) in arrivals.elements().iter().zip(0..self.classes.len()).filter(|_| is_read) {
            let without = (0..self.groups.len()).find(|group| !self.has_work(class, *group));
            if let Some(group) = without {
                let message = format!("nothing says how long tasks of the class `{}` take", self.classes[class].name);
                let group = self.groups[group].name.as_deref().map(|name| format!(" for the group `{name}`"));
                let message = format!("{message}{}", group.unwrap_or_default());
                let error = Diagnostic::error("no-handling-time", node, message);
                reader.report(error.help("write `handling: [{time: {exponential: {mean: 3m}}}]`"));
            }
        }
    }

    /// Who is never given up never comes again. Where others come again as one of the class, they may bring a patience of
    /// their own from a trace.
    fn warn_of_redial(&self, reader: &mut Reader<'_>, arrivals: &Node) {
        for (place, class) in self.classes.iter().enumerate() {
            let others = || self.classes.iter().filter_map(|other| other.redial.as_ref()?.class);
            let is_given_up = class.patience.is_some()
                || class.process.rows().iter().any(|row| row.patience.is_some())
                || others().any(|class| class == place);
            let node =
                arrivals.elements().iter().find(|node| node.get("class").and_then(Node::as_str) == Some(&class.name));
            let Some(node) = node.and_then(|node| node.get("redial")).filter(|_| !is_given_up) else { continue };
            let message = format!("no task of the class `{}` ever comes again: none is given up", class.name);
            let help = "write a `patience` such as `{exponential: {mean: 3m}}`, or leave out `redial`";
            reader.report(Diagnostic::warning("never-again", node, message).help(help));
        }
    }

    /// Whether a rule without a period is there for the two.
    fn has_work(&self, class: usize, group: usize) -> bool {
        self.handling.iter().any(|rule| rule.is_always() && rule.is_about(class, group))
            || self.classes[class].process.rows().iter().all(|row| row.handling.is_some())
                && !self.classes[class].process.rows().is_empty()
    }
}
