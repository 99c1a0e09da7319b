//! Workers, whose activity is changed in place.

use maud::{Markup, html};
use pointsman::{ActivitySpec, WorkerView};

use super::frame::{Page, Tab, ago, form, sid};
use super::task::link;
use crate::driver::Desk;
use crate::hub::Workspace;
use crate::rest::text;

/// The most rows: who has more workers looks for them over REST.
const ROWS: usize = 500;

pub(super) fn list(desk: &Desk<'_>, workspace: &Workspace) -> Page {
    let (engine, activities) = (workspace.engine(), workspace.engine().catalog().activities);
    let total = engine.workers_figures().total_workers;
    let body = html! {
        @if total == 0 { p.empty { "There is no worker yet." } }
        @else { div.scroll { table {
            thead { tr { th { "Worker" } th { "Activity" } th.number { "Since" } th { "Has" } th { "Busy" } th { "Attributes" } } }
            tbody {
                @for view in engine.workers().take(ROWS) {
                    tr {
                        td { (view.facts.friendly_name) " " (sid(&view.facts.worker.to_string())) }
                        td { (activity(workspace, &view, &activities)) }
                        td.number { (ago(desk.now(), view.facts.activity_since)) }
                        td { @for id in &view.reservations { @if let Some(it) = engine.reservation(*id) {
                            (link(workspace, it.task)) " " span class={ "badge " (it.status.name()) } { (it.status.name()) } " "
                        } } }
                        td.soft { (busy(&view)) }
                        td { code { (text(&view.facts.attributes)) } }
                    }
                }
            }
        } } }
        @if total > ROWS { p.soft { (total - ROWS) " more are not shown." } }
    };
    Page::of(workspace, Tab::Workers, "Workers", body)
}

/// The activity, and a choice of others.
fn activity(workspace: &Workspace, view: &WorkerView, activities: &[ActivitySpec]) -> Markup {
    let sid = workspace.sid();
    let path = format!("/Workspaces/{sid}/Workers/{}", view.facts.worker);
    let fields = html! {
        span class={ "badge " (if view.facts.available { "available" } else { "" }) } { (view.facts.activity_name) }
        select name="ActivitySid" aria-label={ "Activity of " (view.facts.friendly_name) } {
            @for activity in activities {
                option value=(activity.activity) selected[activity.activity == view.facts.activity] { (activity.friendly_name) }
            }
        }
        button { "Set" }
    };
    form(&path, &format!("/workspaces/{sid}/workers"), &fields)
}

/// The channels that have something to do.
fn busy(view: &WorkerView) -> String {
    let taken = view.channels.iter().filter(|share| share.available_capacity_percentage < 100);
    let share =
        |it: &pointsman::WorkerChannelView| format!("{} {}%", it.unique_name, 100 - it.available_capacity_percentage);
    taken.map(share).collect::<Vec<_>>().join(", ")
}
