//! Workflows, each drawn.

use maud::{PreEscaped, html};
use pointsman::{WorkflowId, WorkspaceSpec};
use pointsman_config::Names;
use pointsman_sim::graph::Graph;
use serde_json::Value;

use super::frame::{Page, Tab, sid};
use crate::hub::Workspace;

pub(super) fn list(workspace: &Workspace) -> Page {
    let workflows = workspace.engine().catalog().workflows;
    let body = html! {
        @if workflows.is_empty() { p.empty { "There is no workflow yet." } }
        @else { div.scroll { table {
            thead { tr { th { "Workflow" } th.number { "Filters" } th.number { "Time to answer" } th { "Assignment callback" } } }
            tbody {
                @for workflow in &workflows {
                    @let notes = workspace.notes().workflow(workflow.workflow);
                    tr {
                        td {
                            a href={ "/workspaces/" (workspace.sid()) "/workflows/" (workflow.workflow) } { (workflow.friendly_name) }
                            " " (sid(&workflow.workflow.to_string()))
                        }
                        td.number { (workflow.configuration.filters.len()) }
                        td.number { (pointsman::format_duration(workflow.task_reservation_timeout)) }
                        td { code { (notes.map(|notes| notes.assignment_callback_url.clone()).unwrap_or_default()) } }
                    }
                }
            }
        } } }
    };
    Page::of(workspace, Tab::Workflows, "Workflows", body)
}

/// What a drawing is made of, copied out of the hub.
pub(super) struct Copied {
    spec: WorkspaceSpec,
    workflow: WorkflowId,
    name: String,
    document: String,
    frame: Page,
}

impl Copied {
    pub(super) fn of(workspace: &Workspace, workflow: &str) -> Option<Self> {
        let (workflow, spec) = (workflow.parse().ok()?, workspace.engine().spec());
        let name = spec.workflows.iter().find(|it| it.workflow == workflow)?.friendly_name.clone();
        let document =
            workspace.notes().workflow(workflow).map(|notes| notes.configuration.clone()).unwrap_or_default();
        let frame = Page::of(workspace, Tab::Workflows, name.clone(), html! {}).still();
        Some(Self { spec, workflow, name, document, frame })
    }

    pub(super) fn page(self) -> Page {
        let names = Names::new();
        let graph = Graph::of(&self.spec, &names, self.workflow).map(|graph| graph.svg());
        let document: Option<Value> = serde_json::from_str(&self.document).ok();
        let document = document.and_then(|it| serde_json::to_string_pretty(&it).ok()).unwrap_or(self.document);
        let body = html! {
            @match graph {
                Ok(svg) => div.graph.scroll role="img" aria-label={ "The workflow " (self.name) } { (PreEscaped(svg)) },
                Err(rejection) => p { "It cannot be drawn: " (rejection) },
            }
            h2 { "Configuration" }
            pre { (document) }
        };
        Page { body, ..self.frame }
    }
}
