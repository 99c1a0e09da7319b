//! The engine's findings on a configuration as diagnostics, each at its place in the file. No lint is judged here.

use pointsman::WorkflowConfiguration;
use pointsman::lint::{self, Entity, Finding, PathStep};

use crate::diagnostic::{Diagnostic, Severity, sort};
use crate::node::Node;
use crate::workspace::Workspace;

/// What is odd about a workflow document that was read without errors, in the order of the text.
///
/// Beside a workspace its queues, workers and activities are known.
pub fn lint_workflow(
    document: &Node,
    configuration: &WorkflowConfiguration,
    workspace: Option<&Workspace>,
) -> Vec<Diagnostic> {
    let findings = lint::lint_workflow(configuration, workspace.map(|workspace| &workspace.spec));
    let routing = routing(document);
    in_order(findings.iter().map(|finding| finding_at(finding, routing, &finding.at.path)))
}

impl Workspace {
    /// What is odd about the workspace, in the order of the text.
    pub fn lint(&self) -> Vec<Diagnostic> {
        in_order(lint::lint(&self.spec, &[]).iter().filter_map(|finding| self.advise(finding)))
    }

    /// A finding of the engine on this workspace, at its place in the file; none for one on an observed command.
    pub fn advise(&self, finding: &Finding) -> Option<Diagnostic> {
        let Workspace { spec, node, .. } = self;
        let element = |list: &str, position: Option<usize>| node.get(list)?.elements().get(position?);
        let path = &finding.at.path;
        let (node, path) = match finding.at.entity {
            Entity::Workspace => (node, &path[..]),
            Entity::Worker(id) => {
                (element("workers", spec.workers.iter().position(|worker| worker.worker == id))?, &path[..])
            }
            Entity::TaskQueue(id) => {
                (element("task_queues", spec.task_queues.iter().position(|queue| queue.task_queue == id))?, &path[..])
            }
            Entity::Workflow(id) => {
                let position = spec.workflows.iter().position(|workflow| workflow.workflow == id);
                let node = element("workflows", position)?;
                match path.split_first() {
                    Some((PathStep::Field("configuration"), below)) => {
                        let document = self.documents.get(&id).or_else(|| node.get("configuration"));
                        (routing(document?), below)
                    }
                    Some(_) | None => (node, &path[..]),
                }
            }
            Entity::Configuration | Entity::Command(_) => return None,
        };
        Some(finding_at(finding, node, path))
    }
}

/// A finding at the end of a path below a node: as far as the document goes along.
pub fn finding_at(finding: &Finding, node: &Node, path: &[PathStep]) -> Diagnostic {
    let Finding { severity, code, span, message, help, .. } = finding;
    let (place, key) = follow(node, path);
    let part = span.clone().map(|span| place.within(span));
    let span = key.or(part).unwrap_or_else(|| place.span.clone());
    let severity = match severity {
        lint::Severity::Warning => Severity::Warning,
        lint::Severity::Info => Severity::Info,
    };
    Diagnostic { severity, ..Diagnostic::warning(code.as_str(), place, message) }.at(span).help(help)
}

fn routing(document: &Node) -> &Node {
    document.get("task_routing").unwrap_or(document)
}

/// The node at the end of a path, and the place of its key when the path ends with an attribute.
fn follow<'n>(node: &'n Node, path: &[PathStep]) -> (&'n Node, Option<std::ops::Range<usize>>) {
    let (mut place, mut key) = (node, None);
    for step in path {
        let next = match step {
            PathStep::Field(name) => place.get(name),
            PathStep::Index(index) => place.elements().get(*index),
            PathStep::Attribute(name) => place.get(name),
        };
        let Some(next) = next else { break };
        key = match step {
            PathStep::Attribute(name) => {
                place.entries().iter().rev().find(|(key, _)| key.text == *name).map(|(key, _)| key.span.clone())
            }
            PathStep::Field(_) | PathStep::Index(_) => None,
        };
        place = next;
    }
    (place, key)
}

fn in_order(diagnostics: impl Iterator<Item = Diagnostic>) -> Vec<Diagnostic> {
    let mut diagnostics: Vec<_> = diagnostics.collect();
    sort(&mut diagnostics);
    diagnostics
}
