//! Lints of what becomes of a worker who is offered a task: taken away too far, or offered again without a pause.
//! The second is a cycle in the graph of a worker's stages around an offer.

use std::collections::BTreeSet;

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use super::code::Code;
use super::finding::{Entity, Finding, Place};
use super::setup::{Setup, Worker};
use super::supply::members;
use super::{Sink, in_short};
use crate::catalog::Queue;
use crate::command::{Command, ReservationRef, UpdateWorkflow};
use crate::id::{ActivityId, WorkerId};
use crate::spec::WorkspaceSpec;

pub(super) fn lint(setup: &Setup<'_>, out: &mut Sink) {
    let Some(workspace) = setup.workspace else { return };
    out.extend(timeout_takes_away(setup, workspace));
    out.extend(in_short(queue_activities(setup)));
    out.extend(offered_when_unanswered(setup));
    out.extend(in_short(offered_when_accepted(setup)));
    out.extend(in_short(offered_when_declined(setup)));
    out.extend(in_short(updates_keep_tasks(setup)));
}

fn workspace_place() -> Place {
    Place::of(Entity::Workspace, "")
}

/// The timeout activity holds for every channel (semantics section 13.1, 4).
fn timeout_takes_away(setup: &Setup<'_>, workspace: &WorkspaceSpec) -> Option<Finding> {
    let activity = setup.catalog.activities.get(setup.catalog.timeout_activity)?;
    let serves_several = workspace
        .workers
        .iter()
        .find(|worker| worker.channels.values().filter(|share| share.available && share.capacity > 0).count() > 1)?;
    if activity.available || !setup.catalog.multi_task {
        return None;
    }
    let message = format!(
        "a worker who lets one reservation time out goes to `{}` and gets nothing on any channel, such as `{}`",
        activity.friendly_name, serves_several.friendly_name
    );
    let help = "bring workers back in your application, or choose a `timeout_activity` that people see";
    let place = workspace_place().field("timeout_activity");
    Some(Finding::info(Code::TimeoutTakesWorkerAway, &place, message, help))
}

/// They belong to single-tasking (semantics section 3.5).
fn queue_activities(setup: &Setup<'_>) -> Vec<Finding> {
    let queues = setup.queues().filter(|_| setup.catalog.multi_task);
    let found = queues.filter_map(|(spec, place, _)| {
        let field = match (spec.reservation_activity, spec.assignment_activity) {
            (Some(_), _) => "reservation_activity",
            (None, Some(_)) => "assignment_activity",
            (None, None) => return None,
        };
        let message = "it has no effect: with multitasking a worker's activity stays as it is on reserve and accept";
        let help = "how busy a worker is shows in the capacity of channels; leave the activity out";
        Some(Finding::info(Code::QueueActivitiesIgnored, &place.field(field), message, help))
    });
    found.collect()
}

/// Where a worker is around an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    In(ActivityId),
    Offered,
}

/// Why a worker goes from one stage to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cause {
    /// Whoever is available is offered the next task at once.
    Offer,
    Accepted,
    Unanswered,
    /// Rejected, or canceled because a call could not be set up.
    Declined,
}

/// What leads a worker from an offer straight to the next, if offers of this queue may end with `declined`.
fn cycles(setup: &Setup<'_>, queue: &Queue, declined: Option<Option<ActivityId>>) -> BTreeSet<Cause> {
    let mut graph: DiGraph<Stage, Cause> = DiGraph::new();
    let offered = graph.add_node(Stage::Offered);
    let activities = setup.catalog.activities.iter();
    let nodes: Vec<NodeIndex> = activities.map(|(_, activity)| graph.add_node(Stage::In(activity.id))).collect();
    for (node, (_, activity)) in nodes.iter().zip(setup.catalog.activities.iter()) {
        if activity.available {
            graph.add_edge(*node, offered, Cause::Offer);
        }
    }
    let mut end = |cause: Cause, to: Option<ActivityId>| {
        // Without a new activity the worker is where the offer came: in any available one.
        let here = |node: &NodeIndex| match to {
            Some(activity) => graph[*node] == Stage::In(activity),
            None => true,
        };
        let ends: Vec<NodeIndex> = nodes.iter().copied().filter(here).collect();
        ends.into_iter().for_each(|node| {
            graph.add_edge(offered, node, cause);
        });
    };
    end(Cause::Unanswered, Some(setup.catalog.timeout_activity));
    if !setup.catalog.multi_task {
        end(Cause::Accepted, queue.assignment_activity.or(queue.reservation_activity));
    }
    if let Some(to) = declined {
        end(Cause::Declined, to);
    }
    let components = tarjan_scc(&graph);
    let cycle = components.iter().find(|component| component.contains(&offered));
    let closing = graph.edges(offered).filter(|edge| cycle.is_some_and(|cycle| cycle.contains(&edge.target())));
    closing.map(|edge| *edge.weight()).collect()
}

/// The queues that steps lead to, with the only worker of each that has no more.
fn used_queues<'s>(setup: &'s Setup<'_>) -> Vec<(&'s Queue, Option<&'s Worker>)> {
    let used: BTreeSet<_> =
        setup.workflows.iter().flat_map(|workflow| workflow.steps()).map(|step| step.target.queue).collect();
    let queues = used.into_iter().filter_map(|queue| setup.catalog.queues.get(queue));
    let sole = |queue: &Queue| {
        let mut members = members(setup, queue);
        let first = members.next()?;
        members.all(|other| other.id == first.id).then_some(first)
    };
    queues.map(|queue| (queue, sole(queue))).collect()
}

/// A worker who is not there stays available (semantics section 6.2).
fn offered_when_unanswered(setup: &Setup<'_>) -> Option<Finding> {
    let queues = used_queues(setup);
    let open = |(queue, _): &&(&Queue, _)| cycles(setup, queue, None).contains(&Cause::Unanswered);
    queues.iter().find(open)?;
    let alone = queues.iter().filter(open).find_map(|(queue, sole)| Some((queue, sole.as_ref()?)));
    let name = &setup.catalog.activities.get(setup.catalog.timeout_activity)?.friendly_name;
    let consequence = match alone {
        Some((queue, worker)) => format!(
            "`{}`, the only worker of the queue `{}`, is offered the same task again at once, up to {} times",
            worker.name(),
            queue.friendly_name,
            setup.catalog.limits.assignments
        ),
        None => "they are offered tasks again and again".to_owned(),
    };
    let message = format!("workers who do not answer go to `{name}`, where they are available: {consequence}");
    let help = "choose an unavailable `timeout_activity`";
    let place = workspace_place().field("timeout_activity");
    Some(Finding::info(Code::OfferCycle, &place, message, help).warning_if(alone.is_some()))
}

/// Single-tasking: who has accepted and stays available is offered the next task at once.
fn offered_when_accepted(setup: &Setup<'_>) -> Vec<Finding> {
    let queues = used_queues(setup).into_iter();
    let open = queues.filter(|(queue, _)| cycles(setup, queue, None).contains(&Cause::Accepted));
    let found = open.map(|(queue, _)| {
        let place = Place::of(Entity::TaskQueue(queue.id), queue.friendly_name.clone()).field("assignment_activity");
        let message = "a worker who accepts a task of this queue stays available, and is offered the next one at once";
        let help = "give the queue an unavailable `assignment_activity`, such as one called Busy";
        Finding::warning(Code::OfferCycle, &place, message, help)
    });
    found.collect()
}

/// Who declines and stays available is asked again when there is nobody else (semantics section 5.4).
fn offered_when_declined(setup: &Setup<'_>) -> Vec<Finding> {
    let queues = used_queues(setup);
    let found = setup.commands.iter().enumerate().filter_map(|(position, command)| {
        let (reservation, to, verb) = declined(command)?;
        let worker = worker_of(reservation)?;
        let (queue, sole) = queues.iter().find_map(|(queue, sole)| {
            let sole = sole.filter(|sole| sole.id == worker)?;
            cycles(setup, queue, Some(to)).contains(&Cause::Declined).then_some((queue, sole))
        })?;
        let message = format!(
            "`{}` {verb} and stays available: as the only worker of the queue `{}`, the same task comes back at once",
            sole.name(),
            queue.friendly_name
        );
        let help = "move the worker to an unavailable activity: with the rejection, or before the next offer";
        Some(Finding::info(Code::OfferCycle, &Place::of(Entity::Command(position), ""), message, help))
    });
    found.collect()
}

/// The reservation that a command declines, where the worker goes, and what to say of it.
fn declined(command: &Command) -> Option<(ReservationRef, Option<ActivityId>, &'static str)> {
    if let Command::RejectReservation(reject) = command {
        return Some((reject.reservation, reject.activity, "rejects"));
    }
    let Command::CancelReservation(cancel) = command else { return None };
    Some((cancel.reservation, None, "cannot be connected"))
}

fn worker_of(reservation: ReservationRef) -> Option<WorkerId> {
    match reservation {
        ReservationRef::Of { worker, .. } => Some(worker),
        ReservationRef::Id(_) => None,
    }
}

/// Waiting tasks follow the configuration they came with (semantics section 2.11).
fn updates_keep_tasks(setup: &Setup<'_>) -> Vec<Finding> {
    let found = setup.commands.iter().enumerate().filter_map(|(position, command)| {
        let Command::UpdateWorkflow(UpdateWorkflow { configuration: Some(_), re_evaluate_tasks: false, .. }) = command
        else {
            return None;
        };
        let message = "tasks that wait already follow the old configuration to their end";
        let help = "add `re_evaluate_tasks: true` to send them through the new one";
        let place = Place::of(Entity::Command(position), "").field("configuration");
        Some(Finding::info(Code::UpdateKeepsTasks, &place, message, help))
    });
    found.collect()
}
