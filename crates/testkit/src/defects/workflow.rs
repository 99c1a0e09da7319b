//! Defects in the way through a workflow.

use std::time::Duration;

use pointsman::{FilterSpec, TargetSpec};

use super::Seeder;
use super::places::{Step, default_path, filter_mut, filter_path, routing_path, steps};

pub(super) fn seed(seeder: &mut Seeder<'_>) {
    for workflow in 0..seeder.good.workflows.len() {
        filters(seeder, workflow);
        default_filter(seeder, workflow);
    }
    targets(seeder);
}

/// Whether tasks of the filter never come to those below it.
fn keeps(filter: &FilterSpec) -> bool {
    filter.targets.iter().any(|target| target.timeout.is_none() && target.skip_if.is_none())
}

fn filters(seeder: &mut Seeder<'_>, workflow: usize) {
    let configuration = &seeder.good.workflows[workflow].configuration;
    let count = configuration.filters.len();
    let Some(queue) = configuration.filters.first().and_then(|filter| filter.targets.first()?.queue) else { return };
    let below = filter_path(workflow, count);
    for (index, filter) in configuration.filters.iter().enumerate().filter(|(_, filter)| keeps(filter)) {
        let copy = filter.clone();
        seeder.add("a filter twice", "unreachable-filter", below.clone(), |workspace| {
            workspace.workflows[workflow].configuration.filters.push(copy);
        });
        let narrower = FilterSpec::new(format!("({}) AND extra == 1", filter.expression)).target(TargetSpec::to(queue));
        seeder.add("a narrower filter below", "unreachable-filter", below.clone(), |workspace| {
            workspace.workflows[workflow].configuration.filters.push(narrower);
        });
        let everything = FilterSpec::new("1==1").target(TargetSpec::to(queue));
        let next = filter_path(workflow, index + 1);
        seeder.add("a filter for everything above", "unreachable-filter", next, |workspace| {
            workspace.workflows[workflow].configuration.filters.insert(index, everything);
        });
    }
    for index in 0..count {
        let path = format!("{}.expression", filter_path(workflow, index));
        seeder.add("a filter that is switched off", "never-holds", path, |workspace| {
            filter_mut(workspace, workflow, index).expression = "1 == 0".to_owned();
        });
    }
}

fn default_filter(seeder: &mut Seeder<'_>, workflow: usize) {
    let configuration = &seeder.good.workflows[workflow].configuration;
    if configuration.default_filter.is_some() {
        seeder.add("no default filter", "no-default-filter", routing_path(workflow), |workspace| {
            workspace.workflows[workflow].configuration.default_filter = None;
        });
        let queue = configuration.default_filter.as_ref().and_then(|target| target.queue);
        let everything = FilterSpec::new("1==1").target(queue.map(TargetSpec::to).unwrap_or_default());
        seeder.add(
            "a filter for everything at the end",
            "unreachable-default-filter",
            default_path(workflow),
            |workspace| {
                workspace.workflows[workflow].configuration.filters.push(everything);
            },
        );
    }
}

fn targets(seeder: &mut Seeder<'_>) {
    for step in steps(seeder.good) {
        let Some(filter) = step.filter else { continue };
        let below = format!("{}.targets[{}]", filter_path(step.workflow, filter), step.target + 1);
        let holds = step.spec.timeout.is_none() && step.spec.skip_if.is_none();
        if step.is_last && holds {
            seeder.add("a target below one that is never left", "unreachable-target", below, |workspace| {
                filter_mut(workspace, step.workflow, filter).targets.push(TargetSpec::new().priority(9));
            });
            if filter + 1 == seeder.good.workflows[step.workflow].configuration.filters.len() {
                the_end(seeder, &step);
            }
        } else if !step.is_last {
            seeder.add("no timeout before other targets", "unreachable-target", below.clone(), |workspace| {
                let step = step.of(workspace);
                (step.timeout, step.skip_if) = (None, None);
            });
            seeder.add("a step of more than a day", "after-task-timeout", below, |workspace| {
                let step = step.of(workspace);
                (step.timeout, step.skip_if) = (Some(Duration::from_secs(25 * 3600)), None);
            });
        }
    }
}

/// The last target of the last filter: nothing catches who leaves it by timeout.
fn the_end(seeder: &mut Seeder<'_>, step: &Step<'_>) {
    let path = step.path();
    let timeout = |step: &mut TargetSpec| step.timeout = Some(Duration::from_secs(900));
    seeder.add("a timeout on the last target", "last-target-timeout", format!("{path}.timeout"), |workspace| {
        timeout(step.of(workspace));
    });
    if seeder.good.workflows[step.workflow].configuration.default_filter.is_some() {
        let default = default_path(step.workflow);
        seeder.add("a default filter as a rescue", "default-filter-no-rescue", default, |workspace| {
            timeout(step.of(workspace));
        });
    } else {
        seeder.add("the last target skipped", "last-target-skip", format!("{path}.skip_if"), |workspace| {
            step.of(workspace).skip_if = Some("1==1".to_owned());
        });
    }
}
