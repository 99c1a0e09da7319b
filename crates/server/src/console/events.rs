//! What happened, the newest first.

use maud::html;
use pointsman::{Event, EventKind};

use super::Narrowed;
use super::frame::{Page, Tab, filters, pages, time};
use super::task::link;
use crate::hub::Workspace;
use crate::payload;
use crate::place::Place;
use crate::rest::Site;

/// Rows of a page.
const ROWS: usize = 100;

pub(super) fn list(workspace: &Workspace, narrowed: &Narrowed) -> Page {
    let site = Site { account: String::new(), base: String::new() };
    let place = Place { site: &site, workspace: workspace.sid() };
    let base = format!("/workspaces/{}/events", workspace.sid());
    let wanted = |event: &&Event| narrowed.kind.is_empty() || subject(&event.kind) == narrowed.kind;
    let skipped = narrowed.page().saturating_mul(ROWS);
    let mut found: Vec<&Event> = workspace.log().iter().rev().filter(wanted).skip(skipped).take(ROWS + 1).collect();
    let more = found.len() > ROWS;
    found.truncate(ROWS);
    let body = html! {
        (filters(&base, "kind", &narrowed.kind, &["task", "reservation", "worker", "task-queue", "workflow"]))
        @if found.is_empty() { p.empty { "Nothing has happened yet." } }
        div.scroll { table { tbody {
            @for event in found {
                tr {
                    td { (time(event.at)) }
                    td { (event.kind.name()) }
                    td { (payload::resource(&place, event).description) }
                    td { @if let Some(task) = event.kind.task() { (link(workspace, task.task)) } }
                    td { @if let Some(worker) = event.kind.worker() { (worker.friendly_name) } }
                }
            }
        } } }
        (pages(&base, &format!("kind={}", narrowed.kind), narrowed.page(), more))
    };
    Page::of(workspace, Tab::Events, "Events", body)
}

/// The first word of a kind.
fn subject(kind: &EventKind) -> &'static str {
    kind.name().split('.').next().unwrap_or_default()
}
