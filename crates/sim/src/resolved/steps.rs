//! The commands of a scenario with everything written out that they leave to defaults. What only the moment decides stays
//! away: what a command changes nothing of, the present, and what an earlier step may have changed.

use pointsman::{Command, DEFAULT_TASK_TIMEOUT, format_duration};
use pointsman_config::EntityKind;

use super::{fill, of_channel, of_queue, of_workflow, own_name, written};
use crate::document::{Name, Tree};
use crate::scenario::Scenario;
use crate::step::Action;

/// Fills in the steps of the document, which may stand there in another order than that of time.
pub(super) fn resolve(scenario: &Scenario, tree: &mut Tree) {
    for step in &scenario.steps {
        let Action::Do { command, .. } = &step.action else { continue };
        let Some(way) = tree.way(&step.place.path) else { continue };
        if let Some(tree) = tree.at_mut(&way) {
            Resolving { scenario, tree }.command(command);
        }
    }
}

/// A step that is filled in.
struct Resolving<'a> {
    scenario: &'a Scenario,
    tree: &'a mut Tree,
}

impl Resolving<'_> {
    fn command(&mut self, command: &Command) {
        match command {
            Command::CreateActivity(_) => self.entity(EntityKind::Activity, &[]),
            Command::CreateTaskChannel(spec) => self.entity(EntityKind::TaskChannel, &of_channel(spec)),
            Command::CreateTaskQueue(spec) => self.entity(EntityKind::TaskQueue, &of_queue(spec)),
            Command::CreateWorkflow(spec) => self.entity(EntityKind::Workflow, &of_workflow(spec)),
            Command::CreateWorker(_) => self.worker(),
            Command::CreateTask(task) => {
                let timeout = format_duration(task.timeout.unwrap_or(DEFAULT_TASK_TIMEOUT));
                fill(self.tree, &[("task_channel", "default".into()), ("timeout", timeout.into())], &[]);
                if task.routing_target.is_none() {
                    self.only_workflow();
                }
                self.plain(command);
            }
            Command::UpdateWorkspace(_)
            | Command::DeleteWorkspace(_)
            | Command::UpdateActivity(_)
            | Command::DeleteActivity(_)
            | Command::UpdateTaskChannel(_)
            | Command::DeleteTaskChannel(_)
            | Command::UpdateTaskQueue(_)
            | Command::DeleteTaskQueue(_)
            | Command::UpdateWorkflow(_)
            | Command::DeleteWorkflow(_)
            | Command::UpdateWorker(_)
            | Command::SetWorkerActivity(_)
            | Command::UpdateWorkerChannel(_)
            | Command::DeleteWorker(_)
            | Command::UpdateTask(_)
            | Command::CancelTask(_)
            | Command::WrapTask(_)
            | Command::CompleteTask(_)
            | Command::DeleteTask(_)
            | Command::AcceptReservation(_)
            | Command::RejectReservation(_)
            | Command::HoldReservation(_)
            | Command::CancelReservation(_) => self.plain(command),
        }
    }

    /// What the engine's own form of a command has that was not written. Ids are among what was.
    fn plain(&mut self, command: &Command) {
        let (name, command) = (command.name(), written(command));
        let fields = command.get(name).map(Tree::entries).unwrap_or_default();
        if let Some(target) = self.tree.get_mut("routing_target") {
            let of_target = fields.iter().find(|(key, _)| &*key.text == "routing_target");
            fill(target, &missing(of_target.map(|(_, target)| target.entries()).unwrap_or_default()), &[]);
        }
        fill(self.tree, &missing(fields), &[]);
    }

    /// What is declared as in a workspace is called as it is there.
    fn entity(&mut self, kind: EntityKind, rest: &[(&str, Tree)]) {
        let Some(name) = own_name(self.tree, kind).cloned() else { return };
        fill(self.tree, &[&[("friendly_name", name)], rest].concat(), &[]);
    }

    fn worker(&mut self) {
        self.entity(EntityKind::Worker, &[]);
        let spec = self.scenario.whole();
        if let Some(default) = spec.default_activity.filter(|_| !self.is_done("update_workspace")) {
            fill(self.tree, &[("activity", self.scenario.called(default))], &[]);
        }
        if !self.is_done("delete_task_channel") {
            self.scenario.worker(self.tree, &spec);
        }
    }

    /// The workflow of a task that names none, where there is one all the time.
    fn only_workflow(&mut self) {
        let changes = ["create_workflow", "delete_workflow"].iter().any(|command| self.is_done(command));
        if let ([only], false) = (&self.scenario.workspace.spec.workflows[..], changes) {
            fill(self.tree, &[("workflow", self.scenario.called(only.workflow))], &[]);
        }
    }

    /// Whether a step gives such a command.
    fn is_done(&self, name: &str) -> bool {
        let is_it = |command: &Command| command.name() == name;
        self.scenario.steps.iter().any(|step| matches!(&step.action, Action::Do { command, .. } if is_it(command)))
    }
}

fn missing(fields: &[(Name, Tree)]) -> Vec<(&str, Tree)> {
    fields.iter().map(|(key, value)| (&*key.text, value.clone())).collect()
}
