//! Who was asked for what, and how it was answered.

use maud::{Markup, html};
use pointsman::{ReservationStatus, ReservationView, Timestamp};

use super::Narrowed;
use super::frame::{Page, Tab, ago, badge, button, filters, sid};
use super::task::{attributes, link};
use crate::driver::Desk;
use crate::hub::Workspace;

/// The most rows.
const ROWS: usize = 100;

pub(super) fn list(desk: &Desk<'_>, workspace: &Workspace, narrowed: &Narrowed) -> Page {
    let base = format!("/workspaces/{}/reservations", workspace.sid());
    let wanted = |it: &ReservationView| narrowed.status.is_empty() || it.status.name() == narrowed.status;
    let mut found: Vec<ReservationView> = workspace.engine().reservations().filter(wanted).collect();
    found.reverse();
    let left_out = found.len().saturating_sub(ROWS);
    found.truncate(ROWS);
    let statuses = ReservationStatus::ALL.map(ReservationStatus::name);
    let body = html! {
        (filters(&base, "status", &narrowed.status, &statuses))
        @if found.is_empty() { p.empty { "No reservation here." } } @else { (table(workspace, &found, &base, desk.now())) }
        @if left_out > 0 { p.soft { (left_out) " older ones are not shown." } }
    };
    Page::of(workspace, Tab::Reservations, "Reservations", body)
}

pub(super) fn table(workspace: &Workspace, found: &[ReservationView], back: &str, now: Timestamp) -> Markup {
    let name = |it: &ReservationView| workspace.engine().worker(it.worker).map(|view| view.facts.friendly_name);
    html! {
        div.scroll { table {
            thead { tr { th { "Reservation" } th { "Status" } th { "Worker" } th { "Task" } th.number { "Asked" } th {} } }
            tbody {
                @for reservation in found {
                    tr {
                        td { (sid(&reservation.reservation.to_string())) }
                        td { (badge(reservation.status.name())) }
                        td { (name(reservation).unwrap_or_default()) }
                        td title=(attributes(workspace.engine(), reservation.task)) { (link(workspace, reservation.task)) }
                        td.number { (ago(now, reservation.created_at)) " ago" }
                        td { (answers(workspace, reservation, back)) }
                    }
                }
            }
        } }
    }
}

/// What can be said to it.
fn answers(workspace: &Workspace, reservation: &ReservationView, back: &str) -> Markup {
    let path = format!(
        "/Workspaces/{}/Workers/{}/Reservations/{}",
        workspace.sid(),
        reservation.worker,
        reservation.reservation
    );
    let to = |status: &str, label: &str| button(&path, back, "ReservationStatus", status, label);
    html! {
        div.actions {
            @match reservation.status {
                ReservationStatus::Pending => { (to("accepted", "Accept")) (to("rejected", "Reject")) },
                ReservationStatus::Accepted => { (to("wrapping", "Wrap up")) (to("completed", "Complete")) },
                ReservationStatus::Wrapping => (to("completed", "Complete")),
                ReservationStatus::Completed | ReservationStatus::Rejected | ReservationStatus::Timeout
                | ReservationStatus::Canceled | ReservationStatus::Rescinded => {},
            }
        }
    }
}
