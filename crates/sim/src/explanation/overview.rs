//! What waits and what for, by people's names: the JSON of `pointsman explain` without a name.

use std::collections::BTreeMap;

use pointsman::{TaskExplanation, WaitCause};
use serde::Serialize;
use serde_json::Value;

use super::words::Words;
use crate::situation::Situation;
use crate::transcript;

/// Every task that waits.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Overview {
    /// The instant, counted from the start.
    pub at: String,
    /// The tasks that wait.
    pub tasks: BTreeMap<String, Waiting>,
    /// The same tasks by what they wait for and where, in the order in which causes are looked for.
    #[serde(skip)]
    pub groups: Vec<WaitingGroup>,
}

/// A task that waits.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Waiting {
    /// The filter it is in: its zero-based index, `default` or `direct`.
    pub filter: Option<Value>,
    /// The zero-based index of the target in the filter.
    pub target: Option<usize>,
    /// The queue it is in.
    pub queue: Option<String>,
    /// When it was created, counted from the start.
    pub created: String,
    /// What it waits for: the code of a cause.
    pub cause: String,
}

/// Tasks that wait in one queue for the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingGroup {
    /// The code of the cause.
    pub cause: String,
    /// What they wait for.
    pub sentence: String,
    /// The queue; none for tasks that go straight to a worker.
    pub queue: Option<String>,
    /// The tasks, in the order of creation.
    pub names: Vec<String>,
}

impl Situation {
    /// What waits and what for.
    pub fn overview(&self) -> Overview {
        let words = self.words();
        let waiting = self.engine.tasks().filter(|view| view.facts.status.is_waiting());
        let waiting = waiting.filter_map(|view| self.engine.explain(view.facts.task));
        let waiting: Vec<TaskExplanation> = waiting.collect();
        let mut groups: BTreeMap<(Option<WaitCause>, Option<String>), Vec<String>> = BTreeMap::new();
        for task in &waiting {
            groups.entry((task.cause, queue(words, task))).or_default().push(words.task(task.task.facts.task));
        }
        let group = |((cause, queue), names): ((Option<WaitCause>, _), _)| {
            let cause = cause?;
            Some(WaitingGroup { cause: cause.code().to_owned(), sentence: cause.to_string(), queue, names })
        };
        Overview {
            at: words.time(self.engine.clock()),
            tasks: waiting.iter().filter_map(|task| told(words, task)).collect(),
            groups: groups.into_iter().filter_map(group).collect(),
        }
    }
}

fn told(words: Words<'_>, explained: &TaskExplanation) -> Option<(String, Waiting)> {
    let facts = &explained.task.facts;
    let waiting = Waiting {
        filter: facts.step.as_ref().map(|step| transcript::filter(step.filter)),
        target: facts.step.as_ref().map(|step| step.target),
        queue: queue(words, explained),
        created: words.time(facts.created_at),
        cause: explained.cause?.code().to_owned(),
    };
    Some((words.task(facts.task), waiting))
}

fn queue(words: Words<'_>, explained: &TaskExplanation) -> Option<String> {
    let step = explained.task.facts.step.as_ref();
    step.map(|step| words.labels.task_queue(step.task_queue, &step.task_queue_name))
}
