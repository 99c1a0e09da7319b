//! Advice that needs a workflow and nothing else (semantics section 13.1). Never an error: the service accepts it all.

use pointsman_expr::{Name, WorkersCount};

use crate::diagnostic::Diagnostic;
use crate::expression::is_always_true;
use crate::fields::Sink;
use crate::node::Node;
use crate::workflow::{Filter, Target};

/// Lints a workflow without errors.
pub(crate) fn workflow(routing: &Node, filters: &[Filter<'_>], has_default: bool, out: &mut Sink) {
    for (index, filter) in filters.iter().enumerate() {
        let below = &filters[index + 1..];
        unreachable_targets(filter, out);
        unreachable_filters(filter, below, out);
        last_target_timeout(filter, below, has_default, out);
        filter.targets.iter().for_each(|target| skip_if_ignores_capacity(target, out));
    }
    no_default_filter(routing, filters, has_default, out);
}

impl Target<'_> {
    /// Whether tasks wait here until they are accepted or expire.
    fn holds_forever(&self) -> bool {
        self.spec.timeout.is_none() && self.skip_if.is_none()
    }
}

/// A step that is never left hides those below it.
fn unreachable_targets(filter: &Filter<'_>, out: &mut Sink) {
    let Some(index) = filter.targets.iter().position(Target::holds_forever) else { return };
    if let Some(next) = filter.targets.get(index + 1) {
        let message = format!("no task comes here: target {index} has neither a `timeout` nor a `skip_if`");
        let help = "give the target above a timeout, or remove this one";
        out.push(Diagnostic::warning("unreachable-target", next.node, message).help(help));
    }
}

/// A filter for every task that is never left hides those below it.
fn unreachable_filters(filter: &Filter<'_>, below: &[Filter<'_>], out: &mut Sink) {
    let hides = is_always_true(&filter.expression) && filter.targets.iter().any(Target::holds_forever);
    if let (true, Some(next)) = (hides, below.first()) {
        let message = "no task comes here: the filter above matches every task and keeps it";
        out.push(Diagnostic::warning("unreachable-filter", next.node, message).help("move it above that filter"));
    }
}

/// The end of the last step cancels the task; the default filter does not catch it (semantics section 2.8).
fn last_target_timeout(filter: &Filter<'_>, below: &[Filter<'_>], has_default: bool, out: &mut Sink) {
    let Some(last) = filter.targets.last() else { return };
    let caught = below.iter().any(|filter| is_always_true(&filter.expression));
    let Some(timeout) = last.node.get("timeout").filter(|_| last.spec.timeout.is_some() && !caught) else { return };
    let unless = if below.is_empty() { "" } else { " unless a later filter matches" };
    let message = format!("when this timeout of the last target passes, the task is canceled{unless}");
    let help = match has_default {
        true => "the default filter does not catch tasks that timed out; leave the timeout out, or add a target",
        false => "leave the timeout out to let tasks wait, or add a target",
    };
    out.push(Diagnostic::warning("last-target-timeout", timeout, message).help(help));
}

/// A task that matches nothing is canceled at once (Q25).
fn no_default_filter(routing: &Node, filters: &[Filter<'_>], has_default: bool, out: &mut Sink) {
    if has_default || filters.iter().any(|filter| is_always_true(&filter.expression)) {
        return;
    }
    let message = "a task that matches no filter is canceled: there is no `default_filter`";
    let help = "add `\"default_filter\": {\"queue\": ...}`";
    out.push(Diagnostic::warning("no-default-filter", routing, message).help(help));
}

/// Activities count in `skip_if`, capacity does not (semantics section 2.7).
fn skip_if_ignores_capacity(target: &Target<'_>, out: &mut Sink) {
    let Some(skip_if) = &target.skip_if else { return };
    let counts = |name: &Name| matches!(name, Name::Workers(WorkersCount::Available | WorkersCount::Unavailable));
    let Some(node) = target.node.get("skip_if").filter(|_| skip_if.names().any(counts)) else { return };
    let message =
        "`skip_if` counts workers by activity: one who is available but has no free capacity counts as available";
    let help = "use `1==1` to skip whenever nobody can be reserved at once";
    out.push(Diagnostic::info("skip-if-ignores-capacity", node, message).help(help));
}
