//! How the filters above a task's own were passed, as far as the state tells.

use pointsman_expr::Blamed;

use super::{Failed, Passed, PassedFilter};
use crate::catalog::Filter;
use crate::event::{FilterRef, NO_FILTER_MATCHES};
use crate::matching::Judge;
use crate::state::tasks::Task;
use crate::status::TaskStatus;

/// The filters above the one the task is in, or was in last, from the top; all of them when none matched.
pub(super) fn passed(judge: Judge<'_>, task: &Task) -> Vec<PassedFilter> {
    let filters = &task.configuration.filters;
    if task.reason.as_deref() == Some(NO_FILTER_MATCHES) {
        return told(none_matched(judge, task));
    }
    let above = match task.step.as_ref().map(|place| place.filter) {
        Some(FilterRef::Index(index)) => &filters[..index.min(filters.len())],
        Some(FilterRef::Default) => filters,
        Some(FilterRef::Direct) | None => &[],
    };
    told(above.iter().enumerate().map(|(index, filter)| how(judge, task, index, filter, above.len())))
}

/// The task matched nothing of its own configuration, or of the one its workflow was changed to.
fn none_matched<'a>(judge: Judge<'a>, task: &'a Task) -> impl Iterator<Item = Passed> + 'a {
    let own = task.configuration.filters.iter().any(|filter| judge.filter_matches(&filter.expression, task));
    let changed = task.workflow.filter(|_| own).and_then(|id| judge.catalog.workflows.get(id));
    let configuration = changed.map_or(&task.configuration, |workflow| &workflow.configuration);
    configuration.filters.iter().map(move |filter| match judge.filter_blame(&filter.expression, task) {
        blamed if blamed.is_empty() => Passed::MatchesSince,
        blamed => not_matched(filter, blamed),
    })
}

fn told(passed: impl Iterator<Item = Passed>) -> Vec<PassedFilter> {
    passed.enumerate().map(|(index, how)| PassedFilter { filter: FilterRef::Index(index), how }).collect()
}

fn not_matched(filter: &Filter, blamed: Vec<Blamed>) -> Passed {
    Passed::NotMatched(Failed { expression: filter.expression.clone(), blamed: blamed.into() })
}

/// The pass entered by the first filter that matched then, and has left every matching filter since (rule R4).
fn how(judge: Judge<'_>, task: &Task, index: usize, filter: &Filter, current: usize) -> Passed {
    let entered = match task.pass.entered {
        Some(FilterRef::Index(entered)) => entered,
        Some(FilterRef::Default | FilterRef::Direct) | None => current,
    };
    let blamed = judge.filter_blame(&filter.expression, task);
    if !blamed.is_empty() && index != entered {
        return not_matched(filter, blamed);
    }
    // A canceled task may have left its own filter by timeout, which is no longer to be told apart.
    let only_one = current - entered == 1 && task.status() != TaskStatus::Canceled;
    match (index < entered, task.pass.timed_out) {
        (true, _) => Passed::MatchesSince,
        (false, false) => Passed::LeftBySkip,
        (false, true) if only_one => Passed::LeftByTimeout,
        (false, true) => Passed::Left,
    }
}
