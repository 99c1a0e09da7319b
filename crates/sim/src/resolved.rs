//! A scenario with everything written out that it leaves to defaults: one file that reads the same and runs the same.
//! Defaults come from what was read and from the engine itself; rules that no key says stand above it as comments.

mod steps;

use pointsman::{
    Engine, TaskChannelId, TaskChannelSpec, TaskQueueSpec, Template, WorkflowSpec, WorkspaceSpec, format_duration,
};
use pointsman_config::{Diagnostic, EntityId, EntityKind, Files, WORKSPACE_KEYS, parse_file};
use serde::Serialize;
use serde_json::json;

use crate::document::{Tree, inline};
use crate::model::{self, Class, Group, Measure};
use crate::scenario::{self, Scenario};

/// What holds for every scenario, whatever its file says.
const RULES: &str = "\
# Every default is written out. What is not here is not there: no patience, no wrap-up, no shifts (always there), no end.
# Times are whole milliseconds. Of what happens at one time, this comes first to last; of one kind, what was known first:
#   1. the engine's own timers: timeouts of steps and reservations
#   2. `steps` of the scenario, as written
#   3. workers come to a shift, or back from a break
#   4. workers leave for a break, or at a shift's end
#   5. workers are back after a missed reservation
#   6. tasks are done
#   7. the work after tasks is done
#   8. tasks are given up
#   9. workers answer
#   10. tasks arrive, classes as written
#   11. tasks come again
# What follows from one of them follows at once, before the next.
# Of several workers, the one first in the step's `order_by`, then whose last reservation was created longest ago (never
# counts as longest), then the one written first: workers of the workspace before those of groups with a count.
# Of several tasks of a FIFO queue the one of the highest priority, then the oldest; of a LIFO queue the newest.
# Every draw depends on the seed, the replication, the name of its class, worker or attribute, the purpose, and the number
# of the task, and on nothing else.
";

impl Scenario {
    /// The scenario as YAML with every default written out and every workspace and workflow inline; recorded tables stay
    /// where they are. It reads and runs as this one does.
    ///
    /// # Errors
    /// When a file that it names cannot be read again.
    pub fn resolved(&self, files: &dyn Files) -> Result<String, Vec<Diagnostic>> {
        let mut root = parse_file(&self.file)?;
        inline(&mut root, files)?;
        let mut tree = Tree::from(&root);
        self.resolve(&mut tree);
        Ok(format!("{RULES}{}", tree.to_yaml()))
    }

    fn resolve(&self, tree: &mut Tree) {
        let head = [("version", 1.into()), ("name", self.name.clone().into()), ("seed", self.seed.into())];
        fill(tree, &head, &[]);
        if self.initial.is_none() {
            fill(tree, &[("start", self.start.to_string().into()), ("initial_state", "empty".into())], &[]);
            self.workspace_of(tree.section("workspace"));
        }
        if self.is_random() || tree.get("staff").is_some() {
            let groups = self.model.groups.iter().skip(1);
            items(tree, "staff").iter_mut().zip(groups).for_each(|(tree, group)| self.group(tree, group));
        }
        if self.is_random() {
            items(tree, "arrivals")
                .iter_mut()
                .zip(&self.model.classes)
                .for_each(|(tree, class)| self.class(tree, class));
            measure(tree.section("measure"), &self.model.measure);
            let confidence = [("confidence", written(self.model.plan.confidence.get()))];
            fill(tree.section("experiment"), &confidence, &[]);
            if self.model.plan.precision.is_some() {
                fill(tree.section("experiment").section("until"), &[("at_most", 1_000.into())], &[]);
            }
        }
        steps::resolve(self, tree);
        *tree = std::mem::replace(tree, Tree::Null).in_order(&scenario::sections());
    }

    /// What the engine makes of it.
    fn whole(&self) -> WorkspaceSpec {
        // INVARIANT: a scenario that was read is one that the engine takes.
        Engine::new(self.workspace.spec.clone(), 0).map_or_else(|_| self.workspace.spec.clone(), |engine| engine.spec())
    }

    fn workspace_of(&self, tree: &mut Tree) {
        let spec = self.whole();
        let roles =
            [spec.default_activity, spec.timeout_activity].map(|role| role.map_or(Tree::Null, |id| self.called(id)));
        let [default, timeout] = roles;
        let settings = [
            ("friendly_name", spec.friendly_name.clone().into()),
            ("multi_task_enabled", Tree::Bool(spec.multi_task_enabled)),
            ("prioritize_queue_order", written(spec.prioritize_queue_order)),
            ("timeout_basis", written(spec.timeout_basis)),
            ("default_activity", default.clone()),
            ("timeout_activity", timeout),
            ("template", written(Template::None)),
            ("limits", written(&spec.limits)),
        ];
        fill(tree, &settings, &[]);
        for activity in &spec.activities {
            let available = [("available", Tree::Bool(activity.available))];
            self.declare(tree, "activities", activity.activity, &activity.friendly_name, &available);
        }
        for channel in &spec.task_channels {
            self.declare(tree, "task_channels", channel.task_channel, &channel.friendly_name, &of_channel(channel));
        }
        for queue in &self.workspace.spec.task_queues {
            self.declare(tree, "task_queues", queue.task_queue, &queue.friendly_name, &of_queue(queue));
        }
        for workflow in &self.workspace.spec.workflows {
            self.declare(tree, "workflows", workflow.workflow, &workflow.friendly_name, &of_workflow(workflow));
        }
        for tree in items(tree, "workers") {
            let Some(name) = own_name(tree, EntityKind::Worker).cloned() else { continue };
            fill(tree, &[("friendly_name", name), ("activity", default.clone())], &[]);
            self.worker(tree, &spec);
        }
        fill(tree, &[], WORKSPACE_KEYS);
    }

    /// What a worker is like that says no more; in a group, each of its workers.
    fn worker(&self, tree: &mut Tree, spec: &WorkspaceSpec) {
        fill(tree, &[("attributes", Tree::Map(Vec::new()))], &[]);
        let channels = tree.section("channels");
        for channel in &spec.task_channels {
            let name = self.names.name(channel.task_channel).unwrap_or(&channel.unique_name);
            let known = |key: &str| self.names.id::<TaskChannelId>(key) == Some(channel.task_channel);
            let key = channels.entries().iter().map(|(key, _)| key.text.to_string()).find(|key| known(key));
            let free = [("capacity", 1.into()), ("available", Tree::Bool(true))];
            fill(channels.section(&key.unwrap_or_else(|| name.to_owned())), &free, &[]);
        }
    }

    /// Writes out an entity of a list, which it joins where the engine brought it; not so what the template brings.
    fn declare<T: EntityId>(&self, tree: &mut Tree, list: &str, id: T, friendly: &str, rest: &[(&str, Tree)]) {
        let name = self.names.name(id).unwrap_or(friendly);
        if tree.get(list).is_none_or(|list| *list == Tree::Null) {
            tree.put(list, Tree::List(Vec::new()));
        }
        let Some(Tree::List(entries)) = tree.get_mut(list) else { return };
        let is_named = |entry: &Tree| own_name(entry, T::KIND).is_some_and(|it| *it == Tree::from(name));
        if !entries.iter().any(is_named) && [EntityKind::Activity, EntityKind::TaskChannel].contains(&T::KIND) {
            entries.push(Tree::Map(vec![("name".into(), name.into())]));
        }
        let Some(entry) = entries.iter_mut().find(|entry| is_named(entry)) else { return };
        fill(entry, &[&[("friendly_name", friendly.into())], rest].concat(), &["name", "friendly_name"]);
    }

    fn class(&self, tree: &mut Tree, class: &Class) {
        let only = match &self.workspace.spec.workflows[..] {
            [only] => Some(only.workflow),
            _ => None,
        };
        if let Some(workflow) = class.workflow.or(only) {
            fill(tree, &[("workflow", self.called(workflow))], &[]);
        }
        let rest = [
            ("task_channel", "default".into()),
            ("priority", u64::from(class.priority).into()),
            ("attributes", Tree::Map(Vec::new())),
        ];
        fill(tree, &rest, &["class", "workflow", "task_channel", "priority", "attributes"]);
        let given = ["at", "trace"].iter().any(|key| tree.get(key).is_some());
        if !given {
            fill(tree, &[("from", 0.into())], &[]);
        }
        if let Some(profile) = tree.get_mut("profile") {
            fill(profile, &[("repeat", Tree::Bool(false))], &[]);
        }
        if let Some(balking) = tree.get_mut("balking") {
            fill(balking, &[("probability", 1.into())], &[]);
        }
        if let (Some(redial), Some(it)) = (tree.get_mut("redial"), &class.redial) {
            fill(redial, &[("at_most", u64::from(it.at_most).into())], &[]);
        }
    }

    fn group(&self, tree: &mut Tree, group: &Group) {
        let places = [
            ("working", self.called(group.working)),
            ("away", self.called(group.away)),
            ("on_break", self.called(group.on_break)),
            ("absence", written(group.absence)),
            ("at_end", model::AT_END[group.at_end as usize].into()),
        ];
        if tree.get("count").is_some() {
            self.worker(tree, &self.whole());
        }
        fill(tree, &places, &["group", "count", "workers"]);
        fill(tree.section("answers"), &[("reject", written(group.reject)), ("ignore", written(group.ignore))], &[]);
    }

    fn called<T: EntityId>(&self, id: T) -> Tree {
        self.names.name(id).map_or_else(|| id.to_string(), str::to_owned).into()
    }
}

/// A name stands under `name`, or under the word for what it names.
fn own_name(entry: &Tree, kind: EntityKind) -> Option<&Tree> {
    entry.get("name").or_else(|| entry.get(kind.key()))
}

fn of_channel(channel: &TaskChannelSpec) -> [(&'static str, Tree); 2] {
    [
        ("unique_name", channel.unique_name.clone().into()),
        ("channel_optimized_routing", Tree::Bool(channel.channel_optimized_routing)),
    ]
}

fn of_queue(queue: &TaskQueueSpec) -> [(&'static str, Tree); 3] {
    [
        ("target_workers", queue.target_workers.clone().into()),
        ("max_reserved_workers", u64::from(queue.max_reserved_workers).into()),
        ("task_order", written(queue.task_order)),
    ]
}

fn of_workflow(workflow: &WorkflowSpec) -> [(&'static str, Tree); 1] {
    [("task_reservation_timeout", format_duration(workflow.task_reservation_timeout).into())]
}

fn measure(tree: &mut Tree, measure: &Measure) {
    let level = |level: &model::ServiceLevel| {
        let abandoned = model::LEVELS.iter().find(|(_, known)| *known == level.level).map_or("bad", |(word, _)| word);
        written(json!({"name": level.name, "within": format_duration(level.within), "abandoned": abandoned}))
    };
    let defaults = [
        ("warm_up", 0.into()),
        ("quantiles", written(&measure.quantiles)),
        ("most_events", measure.most_events.into()),
        ("most_open", measure.most_open.into()),
    ];
    fill(tree, &defaults, &[]);
    tree.put("service_levels", Tree::List(measure.service_levels.iter().map(level).collect()));
}

/// Puts what is missing, and these keys first.
fn fill(tree: &mut Tree, defaults: &[(&str, Tree)], first: &[&str]) {
    for (key, value) in defaults {
        if tree.get(key).is_none_or(|it| *it == Tree::Null) && *value != Tree::Null {
            tree.put(key, value.clone());
        }
    }
    *tree = std::mem::replace(tree, Tree::Null).in_order(first);
}

fn items<'t>(tree: &'t mut Tree, list: &str) -> &'t mut [Tree] {
    if let Some(Tree::List(items)) = tree.get_mut(list) { items } else { &mut [] }
}

/// A value as its own reader takes it.
fn written(value: impl Serialize) -> Tree {
    // INVARIANT: settings are texts, numbers and mappings by text.
    serde_json::to_value(value).map_or(Tree::Null, |value| Tree::from(&value))
}
