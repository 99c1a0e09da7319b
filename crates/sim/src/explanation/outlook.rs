//! What a worker has to do with the waiting tasks, by people's names: the JSON of `pointsman explain --worker`.

use std::collections::BTreeMap;

use pointsman::{TaskId, TaskVerdict as Judged, WorkerId};
use serde::Serialize;

use super::WorkerVerdict;
use super::groups::{self, Group, Pair};
use super::words::Words;
use crate::report::ReservationReport;
use crate::situation::Situation;

/// Which waiting tasks a worker may take, and which comes next.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Outlook {
    /// The worker.
    pub worker: String,
    /// The instant it is explained at, counted from the start.
    pub at: String,
    /// What the worker does and what comes next, in a sentence or two.
    pub summary: String,
    /// The activity.
    pub activity: String,
    /// Whether the activity is an available one.
    pub available: bool,
    /// The open reservations, oldest first.
    pub reservations: Vec<ReservationReport>,
    /// The task that the worker is asked to take first once it can be asked.
    pub next: Option<String>,
    /// Every pending task, or the one that was asked about, with what stands between it and the worker.
    pub tasks: BTreeMap<String, WorkerVerdict>,
    /// The same tasks by what is said of them, those that are nearest to the worker first.
    #[serde(skip)]
    pub groups: Vec<Group>,
}

impl Situation {
    /// Which waiting tasks a worker may take, or whether it may take one. None for an unknown worker.
    pub fn outlook(&self, worker: WorkerId, versus: Option<TaskId>) -> Option<Outlook> {
        let (words, explained) = (self.words(), self.engine.explain_worker(worker)?);
        let asked = explained.tasks.iter().filter(|judged| versus.is_none_or(|task| judged.task == task));
        let asked: Vec<&Judged> = asked.collect();
        let pairs = asked.iter().map(|judged| Pair::of_task(words, worker, judged));
        let mut groups = groups::of(words, pairs.collect());
        groups.iter_mut().for_each(|group| group.advise(words));
        let verdict = |it: &Judged| (words.task(it.task), words.verdict(it.task, worker, &it.verdict, &it.others));
        let facts = &explained.worker.facts;
        let mut outlook = Outlook {
            worker: words.worker(worker),
            at: words.time(self.engine.clock()),
            summary: String::new(),
            activity: words.labels.activity(facts.activity, &facts.activity_name),
            available: facts.available,
            reservations: explained.worker.reservations.iter().filter_map(|id| reservation(words, *id)).collect(),
            next: explained.next.map(|task| words.task(task)),
            tasks: asked.iter().map(|it| verdict(it)).collect(),
            groups,
        };
        outlook.summary = outlook.in_words(words, worker);
        Some(outlook)
    }
}

impl Outlook {
    fn in_words(&self, words: Words<'_>, worker: WorkerId) -> String {
        let since = words.engine.worker(worker).map(|view| words.time(view.facts.activity_since)).unwrap_or_default();
        let available = if self.available { "an available one" } else { "which is not an available one" };
        let late = words.unanswered(worker).map(|task| format!(", when it did not answer for `{task}` in time"));
        let place = format!(
            "`{}` is in the activity `{}`, {available}, since {since}{}.",
            self.worker,
            self.activity,
            late.unwrap_or_default()
        );
        let next = match &self.next {
            Some(task) => format!("Once it can be asked, `{task}` comes first."),
            None if self.tasks.is_empty() => "No task is waiting.".to_owned(),
            None => "None of the waiting tasks is for it.".to_owned(),
        };
        format!("{place} {next}")
    }

    /// What the open reservations are for: `t1` accepted.
    pub fn holds(&self) -> impl Iterator<Item = String> + '_ {
        self.reservations.iter().map(|it| format!("`{}` {}", it.task, it.status))
    }
}

fn reservation(words: Words<'_>, id: pointsman::ReservationId) -> Option<ReservationReport> {
    let view = words.engine.reservation(id)?;
    Some(ReservationReport { task: words.task(view.task), status: view.status.name().to_owned() })
}
