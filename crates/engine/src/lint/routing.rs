//! Lints of the way through a workflow: what no task reaches, and where the way ends with a canceled task.

use super::code::Code;
use super::exits::Exits;
use super::finding::Finding;
use super::flow::Flow;
use super::setup::{Setup, Step, Workflow};
use super::{Sink, in_short};
use crate::event::FilterRef;
use pointsman_expr::analysis::always_holds;

pub(super) fn lint(setup: &Setup<'_>, out: &mut Sink) {
    for workflow in &setup.workflows {
        let flow = Flow::of(workflow);
        unreachable_filters(workflow, &flow, out);
        unreachable_targets(workflow, &flow, out);
        last_steps(workflow, &flow, out);
        default_filter(workflow, &flow, out);
    }
}

/// Filters that are hidden by one for every task are told once, at the first of them.
fn unreachable_filters(workflow: &Workflow<'_>, flow: &Flow, out: &mut Sink) {
    let takes_all = |above: &[usize]| above.iter().any(|index| flow.always_matches(*index));
    let hidden = (0..workflow.compiled.filters.len()).filter_map(|index| Some((index, flow.hidden_by(index)?)));
    let (all, some): (Vec<_>, Vec<_>) = hidden.partition(|(_, above)| takes_all(above));
    out.extend(some.into_iter().map(|(index, above)| hidden_filter(workflow, index, above)));
    let all = all.into_iter().map(|(index, above)| hidden_filter(workflow, index, above));
    out.extend(in_short(all.collect()));
}

fn hidden_filter(workflow: &Workflow<'_>, index: usize, above: &[usize]) -> Finding {
    let message = match above {
        [one] => format!("no task comes here: {} takes all of them and keeps them", workflow.filter_name(*one)),
        _ => "no task comes here: the filters above take all of them and keep them".to_owned(),
    };
    let first = above.first().copied().unwrap_or_default();
    let help = format!("move this filter above {}, or remove it", workflow.filter_name(first));
    Finding::warning(Code::UnreachableFilter, &workflow.filter_place(index), message, help)
}

/// A step that is never left hides those below it.
fn unreachable_targets(workflow: &Workflow<'_>, flow: &Flow, out: &mut Sink) {
    for filter in (0..workflow.compiled.filters.len()).filter(|filter| flow.reaches(*filter, 0)) {
        let mut steps = workflow.steps_of(FilterRef::Index(filter));
        let Some(step) = steps.find(|step| !flow.reaches(filter, step.index)) else { continue };
        let above = step.index - 1;
        let message = match workflow.compiled.targets(step.filter)[above].skip_if {
            Some(_) => format!("no task comes here: target {above} has no `timeout`, and its `skip_if` never holds"),
            None => format!("no task comes here: target {above} has neither a `timeout` nor a `skip_if`"),
        };
        let help = "give the target above a timeout, or remove this one";
        out.push(Finding::warning(Code::UnreachableTarget, &step.place, message, help));
    }
}

/// The last step of a filter that tasks come to.
fn last_step<'s>(workflow: &'s Workflow<'_>, flow: &Flow, filter: usize) -> Option<(Step<'s>, Exits)> {
    let step = workflow.steps_of(FilterRef::Index(filter)).last()?;
    let exits = Exits::of(step.target);
    flow.reaches(filter, step.index).then_some((step, exits))
}

/// The end of the last step cancels the task; the default filter catches only who skipped (semantics section 2.8).
fn last_steps(workflow: &Workflow<'_>, flow: &Flow, out: &mut Sink) {
    let has_default = workflow.compiled.default.is_some();
    for filter in 0..workflow.compiled.filters.len() {
        let Some((step, exits)) = last_step(workflow, flow, filter) else { continue };
        if !exits.any() || flow.is_caught(filter) {
            continue;
        }
        let is_last = filter + 1 == workflow.compiled.filters.len();
        let unless = if is_last { "" } else { " unless a later filter matches" };
        if exits.timeout && !is_skipped_first(&step) {
            let message = format!("when this timeout of the last target passes, the task is canceled{unless}");
            let help = match has_default {
                true => {
                    "the default filter does not catch tasks that timed out; leave the timeout out, or add a target"
                }
                false => "leave the timeout out to let tasks wait, or add a target",
            };
            out.push(Finding::warning(Code::LastTargetTimeout, &step.place.field("timeout"), message, help));
        }
        if exits.skip && !has_default {
            let message = format!("when this `skip_if` of the last target holds, the task is canceled{unless}");
            let help = "add a `default_filter`, which catches tasks that were skipped, or leave `skip_if` out";
            out.push(Finding::warning(Code::LastTargetSkip, &step.place.field("skip_if"), message, help));
        }
    }
}

/// Whether the step is skipped whenever nobody can be reserved, so that its timeout passes only over an offer.
fn is_skipped_first(step: &Step<'_>) -> bool {
    step.target.skip_if.as_ref().is_some_and(always_holds)
}

fn default_filter(workflow: &Workflow<'_>, flow: &Flow, out: &mut Sink) {
    match &workflow.compiled.default {
        None => no_default_filter(workflow, flow, out),
        Some(_) if !flow.reaches_default() => {
            let message =
                "no task comes here: every task matches a filter, and none gets past the filters by `skip_if`";
            let help = "it does no harm; tasks that time out are canceled, with or without it";
            out.push(Finding::info(Code::UnreachableDefaultFilter, &workflow.default_place(), message, help));
        }
        Some(_) => no_rescue(workflow, flow, out),
    }
}

/// A task that matches nothing is canceled at once (Q25).
fn no_default_filter(workflow: &Workflow<'_>, flow: &Flow, out: &mut Sink) {
    if flow.takes_all {
        return;
    }
    let message = "a task that matches no filter is canceled: there is no `default_filter`";
    let help = "add `\"default_filter\": {\"queue\": ...}`";
    out.push(Finding::warning(Code::NoDefaultFilter, &workflow.place, message, help));
}

/// People take the default filter for what catches timeouts; it catches who matched nothing, or skipped everything.
fn no_rescue(workflow: &Workflow<'_>, flow: &Flow, out: &mut Sink) {
    let times_out = |filter: &usize| {
        let last = last_step(workflow, flow, *filter);
        last.is_some_and(|(step, exits)| exits.timeout && !is_skipped_first(&step)) && !flow.is_caught(*filter)
    };
    let names: Vec<String> =
        (0..workflow.compiled.filters.len()).filter(times_out).map(|filter| workflow.filter_name(filter)).collect();
    let Some((first, others)) = names.split_first() else { return };
    let others = match others.len() {
        0 => String::new(),
        1 => " and one other filter".to_owned(),
        count => format!(" and {count} other filters"),
    };
    let message = format!("tasks that time out of {first}{others} do not come here: they are canceled");
    let help = "to catch them, add a last target without a timeout to the filter; \
                only tasks that match no filter or are skipped come to the default filter";
    out.push(Finding::info(Code::DefaultFilterNoRescue, &workflow.default_place(), message, help));
}
