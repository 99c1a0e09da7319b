//! All workspaces, and the queues of one with what waits in them.

use maud::html;
use pointsman::LongestWait;

use super::frame::{Page, Tab, sid};
use crate::driver::Desk;
use crate::hub::Workspace;

pub(super) fn list(desk: &Desk<'_>) -> Page {
    let body = html! {
        @if desk.hub().workspaces().next().is_none() {
            p.empty { "There is no workspace yet. Create one: " code { "POST /v1/Workspaces" } ", or start with " code { "--load sims/quickstart" } "." }
        } @else {
            div.scroll { table {
                thead { tr { th { "Workspace" } th { "SID" } th.number { "Pending" } th.number { "Reserved" } th.number { "Assigned" } th.number { "Wrapping" } th.number { "Workers" } } }
                tbody {
                    @for workspace in desk.hub().workspaces() {
                        @let figures = workspace.engine().workspace_figures(None);
                        @let status = figures.tasks.tasks_by_status;
                        tr {
                            td { a href={ "/workspaces/" (workspace.sid()) } { (workspace.engine().friendly_name()) } }
                            td { (sid(&workspace.sid().to_string())) }
                            td.number { (status.pending) }
                            td.number { (status.reserved) }
                            td.number { (status.assigned) }
                            td.number { (status.wrapping) }
                            td.number { (figures.workers.total_workers) }
                        }
                    }
                }
            } }
        }
    };
    Page { title: "Workspaces".to_owned(), workspace: None, tab: Tab::None, still: false, body }
}

pub(super) fn one(_: &Desk<'_>, workspace: &Workspace) -> Page {
    let engine = workspace.engine();
    let longest = |wait: Option<&LongestWait>| {
        wait.map(|wait| pointsman::format_duration(std::time::Duration::from_secs(wait.age.as_secs())))
    };
    let body = html! {
        div.scroll { table {
            thead { tr { th { "Queue" } th { "Workers it takes" } th.number { "Waiting" } th.number { "Reserved" } th.number { "Assigned" } th.number { "Longest wait" } th.number { "Eligible" } th.number { "Available" } } }
            tbody {
                @for queue in &engine.catalog().task_queues {
                    @if let Some(figures) = engine.task_queue_figures(queue.task_queue, None) {
                        @let status = figures.tasks.tasks_by_status;
                        tr {
                            td { (queue.friendly_name) " " (sid(&queue.task_queue.to_string())) }
                            td { code { (queue.target_workers) } }
                            td.number { (status.pending) }
                            td.number { (status.reserved) }
                            td.number { (status.assigned) }
                            td.number { (longest(figures.tasks.longest_waiting.as_ref()).unwrap_or_default()) }
                            td.number { (figures.total_eligible_workers) }
                            td.number { (figures.total_available_workers) }
                        }
                    }
                }
            }
        } }
        h2 { "Workers by activity" }
        div.scroll { table { tbody {
            @for row in engine.workers_figures().activities {
                tr { td { (row.friendly_name) } td.number { (row.workers) } }
            }
        } } }
    };
    Page::of(workspace, Tab::Overview, "Queues", body)
}
