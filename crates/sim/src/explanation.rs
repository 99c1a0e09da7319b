//! What `explain` says, as plain data by people's names: where a task is and why, and for each worker what stands
//! between the two. The judgements are the engine's, the past is `history`'s; here they are put into words and groups.

mod advice;
mod excerpt;
mod groups;
mod notes;
mod outlook;
mod overview;
mod summary;
mod words;

use std::collections::BTreeMap;

use pointsman::{
    Attributes, Passed, PassedFilter as EnginePassed, TaskExplanation, TaskId, WorkerId, WorkerVerdict as Judged,
};
use serde::Serialize;
use serde_json::Value;

pub use self::advice::{Change, Unblock};
use self::excerpt::Seen;
pub use self::excerpt::{Excerpt, Mark};
pub use self::groups::Group;
use self::groups::Pair;
pub use self::outlook::Outlook;
pub use self::overview::{Overview, Waiting, WaitingGroup};
use self::words::Words;
use crate::history::{self, Entry, Leaving, TaskHistory, filter_name};
use crate::situation::Situation;
use crate::transcript;

/// Why a task is where it is: the JSON of `pointsman explain --task`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Explanation {
    /// The task.
    pub task: String,
    /// The instant it is explained at, counted from the start; `now` without a log, and then other times count from it.
    pub at: String,
    /// Whether it is still there: an ended task is gone after five minutes.
    pub exists: bool,
    /// Where it is and what it waits for, in a sentence or two.
    pub summary: String,
    /// `pending`, `reserved`, `assigned`, `wrapping`, `completed` or `canceled`.
    pub status: String,
    /// Why it was canceled or completed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Its workflow.
    pub workflow: Option<String>,
    /// The filter it is in, or was in last: its zero-based index, `default` or `direct`.
    pub filter: Option<Value>,
    /// That filter's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter_name: Option<String>,
    /// The zero-based index of the target in the filter.
    pub target: Option<usize>,
    /// The queue it is in, or was in last.
    pub queue: Option<String>,
    /// Its priority.
    pub priority: u32,
    /// What it waits for: the code of a cause; none when it does not wait.
    pub cause: Option<String>,
    /// When the time of its step is up, counted from the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline: Option<String>,
    /// The filters above the one it is in, and how each was passed.
    pub passed: Vec<PassedFilter>,
    /// What explains it beside: settings that are often taken for something else.
    pub notes: Vec<String>,
    /// What happened to it; absent without a log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub history: Option<Vec<Entry>>,
    /// From its creation until a worker accepted it, it ended, or now: milliseconds; absent without a log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waited: Option<u64>,
    /// The same by what it waited for; the parts sum to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait: Option<BTreeMap<String, u64>>,
    /// What happens to it if nobody does anything.
    pub next: Vec<Entry>,
    /// Every worker, or the one that was asked about.
    pub workers: BTreeMap<String, WorkerVerdict>,
    /// The same workers by what is said of them, those who are nearest to the task first.
    #[serde(skip)]
    pub groups: Vec<Group>,
}

/// A filter above the one a task is in.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PassedFilter {
    /// Its zero-based index.
    pub filter: Value,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter_name: Option<String>,
    /// `not-matched`, `matches-since`, `left-by-timeout` or `left-by-skip`; without a log `left` when it can be either.
    pub how: String,
    /// The same in words.
    pub detail: String,
    /// The expression that does not match.
    #[serde(skip)]
    pub excerpt: Option<Excerpt>,
}

/// What stands between a worker and a task.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WorkerVerdict {
    /// Whether the worker has, or may have, the task: nothing but the order of workers or tasks stands between them.
    pub eligible: bool,
    /// What decides: the code of a verdict.
    pub verdict: String,
    /// What would decide if that did not, in the same order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<String>,
    /// All of it in words.
    pub detail: String,
    /// The smallest set of changes after which nothing stands between the two. Given for the worker that was asked
    /// about, else for one of each group of workers with the same verdict.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unblock: Option<Unblock>,
}

impl Situation {
    /// Why a task is where it is, with every worker or with one. None for a task that there never was.
    pub fn explain(&self, task: TaskId, versus: Option<WorkerId>) -> Option<Explanation> {
        let history = self.histories.as_ref().and_then(|histories| histories.tasks.get(&task));
        match self.engine.explain(task) {
            Some(explained) => Some(self.explained(&explained, history, versus)),
            None => history.map(|history| self.gone(history)),
        }
    }

    fn explained(
        &self,
        explained: &TaskExplanation,
        history: Option<&TaskHistory>,
        versus: Option<WorkerId>,
    ) -> Explanation {
        let (words, task) = (self.words(), explained.task.facts.task);
        let asked = explained.workers.iter().filter(|judged| versus.is_none_or(|worker| judged.worker == worker));
        let asked: Vec<&Judged> = asked.collect();
        let pairs = asked.iter().map(|judged| Pair::of_worker(words, task, judged));
        let mut groups = groups::of(words, pairs.collect());
        let mut workers: BTreeMap<String, WorkerVerdict> = asked.iter().map(|it| words.judged(task, it)).collect();
        for group in &mut groups {
            group.advise(words);
            if let Some(unblock) = &group.unblock
                && let Some(worker) = workers.get_mut(&unblock.worker)
            {
                worker.unblock = Some(unblock.clone());
            }
        }
        let (facts, next) = (&explained.task.facts, self.next(explained, history));
        Explanation {
            exists: true,
            summary: summary::of(words, explained, history),
            cause: explained.cause.map(|cause| cause.code().to_owned()),
            deadline: explained.deadline.filter(|_| facts.status.is_waiting()).map(|at| words.time(at)),
            passed: explained.passed.iter().map(|passed| self.passed(passed, &facts.attributes, history)).collect(),
            notes: notes::of(explained, history, &next),
            next,
            workers,
            groups,
            ..self.told(facts, history)
        }
    }

    /// A task that is no longer there.
    fn gone(&self, history: &TaskHistory) -> Explanation {
        Explanation { summary: summary::of_gone(self.words(), history), ..self.told(&history.facts, Some(history)) }
    }

    /// What the last facts and the history tell.
    fn told(&self, facts: &pointsman::TaskFacts, history: Option<&TaskHistory>) -> Explanation {
        let (words, step) = (self.words(), facts.step.as_ref());
        let millis = |span: std::time::Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        let wait = |history: &TaskHistory| {
            history.wait.iter().map(|(cause, span)| (cause.code().to_owned(), millis(*span))).collect()
        };
        Explanation {
            task: words.task(facts.task),
            at: words.time(self.engine.clock()),
            exists: false,
            summary: String::new(),
            status: facts.status.name().to_owned(),
            reason: facts.reason.as_deref().map(str::to_owned),
            workflow: words.labels.workflow_of(facts),
            filter: step.map(|step| transcript::filter(step.filter)),
            filter_name: step.and_then(|step| self.filter_name(history, step.filter)),
            target: step.map(|step| step.target),
            queue: step.map(|step| words.labels.task_queue(step.task_queue, &step.task_queue_name)),
            priority: facts.priority,
            cause: None,
            deadline: None,
            passed: Vec::new(),
            notes: Vec::new(),
            history: history.map(|history| history.entries.clone()),
            waited: history.map(|history| millis(history.waited)),
            wait: history.map(wait),
            next: Vec::new(),
            workers: BTreeMap::new(),
            groups: Vec::new(),
        }
    }

    /// How a filter was passed: the log knows for certain what the state can only tell of one.
    fn passed(&self, passed: &EnginePassed, attributes: &Attributes, history: Option<&TaskHistory>) -> PassedFilter {
        let left = history.and_then(|history| history.left.get(&passed.filter));
        let how = match (left, &passed.how) {
            (Some(Leaving::Timeout), _) => Passed::LeftByTimeout,
            (Some(Leaving::Skip | Leaving::Reread), _) => Passed::LeftBySkip,
            (None, Passed::LeftByTimeout | Passed::LeftBySkip | Passed::Left) if history.is_some() => {
                Passed::MatchesSince
            }
            (None, how) => how.clone(),
        };
        let seen = if let Passed::NotMatched(failed) = &how {
            vec![Seen { failed, task: attributes.clone(), worker: None }]
        } else {
            Vec::new()
        };
        PassedFilter {
            filter: transcript::filter(passed.filter),
            filter_name: self.filter_name(history, passed.filter),
            how: how_code(&how).to_owned(),
            detail: how.to_string(),
            excerpt: Excerpt::of(format!("filter {}", passed.filter), &seen),
        }
    }

    fn filter_name(&self, history: Option<&TaskHistory>, filter: pointsman::FilterRef) -> Option<String> {
        history.and_then(|history| history.configuration.as_deref()).and_then(|it| filter_name(it, filter))
    }

    /// What happens to a waiting task up to the end of its time to live.
    fn next(&self, explained: &TaskExplanation, history: Option<&TaskHistory>) -> Vec<Entry> {
        let facts = &explained.task.facts;
        if !facts.status.is_waiting() {
            return Vec::new();
        }
        let configuration = history.and_then(|history| history.configuration.clone());
        history::ahead(&self.engine, facts, facts.expires_at, self.zero(), configuration, self.words().labels)
    }

    pub(crate) fn words(&self) -> Words<'_> {
        Words::new(self)
    }
}

/// The stable name of a way to pass a filter.
fn how_code(how: &Passed) -> &'static str {
    match how {
        Passed::NotMatched(_) => "not-matched",
        Passed::MatchesSince => "matches-since",
        Passed::LeftByTimeout => "left-by-timeout",
        Passed::LeftBySkip => "left-by-skip",
        Passed::Left => "left",
    }
}
