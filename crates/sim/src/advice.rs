//! The engine's lints on a scenario: on its workspace, with its commands as what is known to occur, and on the commands.

use pointsman::Command;
use pointsman::lint::{Entity, Finding, lint};
use pointsman_config::{Diagnostic, Node, finding_at, parse_file, sort};

use crate::scenario::Scenario;
use crate::step::{Action, Step};

impl Scenario {
    /// What is odd about the workspace when these commands are given, and about the commands; in the order of the text.
    pub fn lint(&self) -> Vec<Diagnostic> {
        let (steps, commands): (Vec<&Step>, Vec<Command>) = self.steps.iter().filter_map(accepted).unzip();
        // The text was read without errors before.
        let root = parse_file(&self.file).ok();
        let steps_of_file = root.as_ref().and_then(|root| root.get("steps")).map(Node::elements).unwrap_or_default();
        let node = |position: usize| {
            let path = &steps.get(position)?.place.path;
            steps_of_file.iter().find(|node| node.path.to_string() == *path)
        };
        let placed = |finding: &Finding| match finding.at.entity {
            Entity::Command(position) => Some(finding_at(finding, node(position)?, &finding.at.path)),
            Entity::Workspace
            | Entity::Worker(_)
            | Entity::TaskQueue(_)
            | Entity::Workflow(_)
            | Entity::Configuration => self.workspace.advise(finding),
        };
        let mut found: Vec<_> = lint(&self.workspace.spec, &commands).iter().filter_map(placed).collect();
        found.iter_mut().for_each(|told| told.message = self.names.in_words(&told.message));
        sort(&mut found);
        found
    }
}

/// A command that is not expected to be refused.
fn accepted(step: &Step) -> Option<(&Step, Command)> {
    match &step.action {
        Action::Do { command, refused: None, .. } => Some((step, (**command).clone())),
        Action::Do { refused: Some(_), .. } | Action::Expect(_) | Action::Always { .. } => None,
    }
}
