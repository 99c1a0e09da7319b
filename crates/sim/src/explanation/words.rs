//! Verdicts as sentences, with names for ids and times that count from the start. What the engine says of a verdict it
//! says itself; only what holds ids or instants is put differently here.

use std::cmp::Ordering;

use pointsman::{
    Engine, ReservationStatus, TaskId, TaskOrder, TaskRank, Timestamp, Verdict, WorkerId, WorkerOrder,
    WorkerVerdict as Judged, format_duration,
};
use pointsman_config::Names;

use super::WorkerVerdict;
use crate::history::Histories;
use crate::labels::Labels;
use crate::situation::Situation;

/// The words of a situation.
#[derive(Clone, Copy)]
pub(crate) struct Words<'a> {
    pub(super) engine: &'a Engine,
    pub(super) labels: Labels<'a>,
    pub(super) names: &'a Names,
    start: Option<Timestamp>,
    histories: Option<&'a Histories>,
}

impl<'a> Words<'a> {
    pub(super) fn new(situation: &'a Situation) -> Self {
        Self {
            engine: &situation.engine,
            labels: Labels::new(&situation.names),
            names: &situation.names,
            start: situation.start,
            histories: situation.histories.as_ref(),
        }
    }

    /// An instant: `12s` after the start; without a start `5m ago`.
    pub(super) fn time(self, at: Timestamp) -> String {
        let (zero, ago) = match self.start {
            Some(start) => (start, " before the start"),
            None => (self.engine.clock(), " ago"),
        };
        match (self.start, at.cmp(&zero)) {
            (_, Ordering::Less) => format_duration(zero.since(at)) + ago,
            (None, Ordering::Equal) => "now".to_owned(),
            (Some(_), Ordering::Equal | Ordering::Greater) | (None, Ordering::Greater) => {
                format_duration(at.since(zero))
            }
        }
    }

    /// The same behind a verb: `at 12s`, `5m ago`.
    pub(super) fn at(self, at: Timestamp) -> String {
        match (self.start, at.cmp(&self.engine.clock())) {
            (None, Ordering::Less | Ordering::Equal) => self.time(at),
            (None, Ordering::Greater) => format!("in {}", self.time(at)),
            (Some(_), _) => format!("at {}", self.time(at)),
        }
    }

    pub(super) fn task(self, id: TaskId) -> String {
        self.labels.task(id)
    }

    pub(super) fn worker(self, id: WorkerId) -> String {
        let view = self.engine.worker(id);
        self.labels
            .worker(id, view.map_or_else(|| id.to_string(), |view| view.facts.friendly_name.to_string()).as_str())
    }

    /// A text of the engine with names in place of ids.
    pub(super) fn named(self, text: &str) -> String {
        self.names.in_words(text)
    }

    /// A worker's part in an explanation, by its name.
    pub(super) fn judged(self, task: TaskId, judged: &Judged) -> (String, WorkerVerdict) {
        let name = self.labels.worker(judged.worker, &judged.friendly_name);
        (name, self.verdict(task, judged.worker, &judged.verdict, &judged.others))
    }

    /// What there is to say of a pair.
    pub(super) fn verdict(
        self,
        task: TaskId,
        worker: WorkerId,
        verdict: &Verdict,
        others: &[Verdict],
    ) -> WorkerVerdict {
        let mut detail = self.sentence(worker, verdict) + &self.background(task, worker, verdict);
        for other in others {
            detail += "; ";
            detail += &self.later(worker, other).unwrap_or_else(|| {
                format!("and {}{}", self.sentence(worker, other), self.background(task, worker, other))
            });
        }
        WorkerVerdict {
            eligible: verdict.is_eligible(),
            verdict: verdict.code().to_owned(),
            others: others.iter().map(|other| other.code().to_owned()).collect(),
            detail,
            unblock: None,
        }
    }

    /// What is true of the worker.
    pub(super) fn sentence(self, worker: WorkerId, verdict: &Verdict) -> String {
        if let Verdict::OrderedBehind { worker, ahead, own } = verdict {
            let ahead = format!("comes behind `{}` ({})", self.worker(*worker), self.order(ahead));
            return format!("{ahead}, being {}", self.order(own));
        }
        if let Verdict::Outranked { task, ahead, own } = verdict {
            let ahead = format!("takes `{}` first ({})", self.task(*task), self.rank(ahead));
            return format!("{ahead}, this one being {}", self.rank(own));
        }
        self.named(&self.renamed(worker, verdict).to_string())
    }

    /// What follows once a worker who is absent or busy can be asked.
    pub(super) fn later(self, worker: WorkerId, verdict: &Verdict) -> Option<String> {
        if *verdict == Verdict::WouldBeNext {
            return Some("once it can be asked, this task comes first".to_owned());
        }
        let outranked = matches!(verdict, Verdict::Outranked { .. });
        outranked.then(|| format!("once it can be asked, it {}", self.sentence(worker, verdict)))
    }

    /// The verdict with people's own names for queue and activity.
    pub(super) fn renamed(self, worker: WorkerId, verdict: &Verdict) -> Verdict {
        let mut renamed = verdict.clone();
        if let Verdict::NotInQueue { queue: Some((id, name)), .. } = &mut renamed {
            *name = self.labels.task_queue(*id, name).into();
        }
        if let (Verdict::ActivityUnavailable { activity }, Some(view)) = (&mut renamed, self.engine.worker(worker)) {
            *activity = self.labels.activity(view.facts.activity, activity).into();
        }
        renamed
    }

    /// What keeps the worker's hands full, or why it is away; nothing where that says no more than the verdict.
    pub(super) fn background(self, task: TaskId, worker: WorkerId, verdict: &Verdict) -> String {
        match verdict {
            Verdict::NoCapacity { .. } => {
                let holds: Vec<String> =
                    self.holds(task, worker).iter().map(|(name, status)| held(name, *status)).collect();
                format!(" ({})", holds.join(", "))
            }
            Verdict::ActivityUnavailable { .. } => {
                let since = self.engine.worker(worker).map(|view| self.time(view.facts.activity_since));
                let since = since.unwrap_or_default();
                match self.unanswered(worker) {
                    Some(task) => format!(", since {since}, when it did not answer for `{task}` in time"),
                    None => format!(", since {since}"),
                }
            }
            Verdict::Reserved { .. }
            | Verdict::Assigned { .. }
            | Verdict::NotInQueue { .. }
            | Verdict::StepExpressionFalse { .. }
            | Verdict::NotTheKnownWorker { .. }
            | Verdict::ChannelUnavailable { .. }
            | Verdict::AlreadyHasReservation { .. }
            | Verdict::NotWaiting { .. }
            | Verdict::WouldBeNext
            | Verdict::OrderedBehind { .. }
            | Verdict::Outranked { .. } => String::new(),
        }
    }

    /// The tasks of this one's channel for which the worker has an open reservation.
    pub(super) fn holds(self, task: TaskId, worker: WorkerId) -> Vec<(String, ReservationStatus)> {
        let channel = self.engine.task(task).map(|view| view.facts.task_channel);
        let open = self.engine.worker(worker).map(|view| view.reservations).unwrap_or_default();
        let open = open.into_iter().filter_map(|id| self.engine.reservation(id));
        let same = open.filter(|it| self.engine.task(it.task).map(|view| view.facts.task_channel) == channel);
        same.map(|it| (self.task(it.task), it.status)).collect()
    }

    /// The task that the worker did not answer for, if that is why it is away.
    pub(super) fn unanswered(self, worker: WorkerId) -> Option<&'a str> {
        self.histories?.unanswered.get(&worker).map(String::as_str)
    }

    /// By what a worker is ordered.
    pub(super) fn order(self, order: &WorkerOrder) -> String {
        let values = order.order_by.iter().flat_map(|values| values.iter());
        let values = values.map(|value| value.map_or_else(|| "no value".to_owned(), |value| value.to_string()));
        let reserved = match order.last_reserved {
            Some(at) => format!("last asked {}", self.at(at)),
            None => "never asked".to_owned(),
        };
        values.chain([reserved]).collect::<Vec<_>>().join(", ")
    }

    /// By what a task is ordered.
    pub(super) fn rank(self, rank: &TaskRank) -> String {
        let since = self.time(rank.virtual_start_time);
        match rank.task_order {
            TaskOrder::Fifo => format!("priority {}, since {since}", rank.priority),
            TaskOrder::Lifo => format!("newest first, since {since}"),
        }
    }
}

/// What a worker does for a task: `t1` is accepted.
pub(super) fn held(task: &str, status: ReservationStatus) -> String {
    format!("`{task}` {}", holding(status))
}

/// The state of an open reservation in a word.
pub(super) fn holding(status: ReservationStatus) -> &'static str {
    match status {
        ReservationStatus::Pending => "asked",
        ReservationStatus::Accepted => "accepted",
        ReservationStatus::Wrapping => "wrapping",
        ReservationStatus::Completed
        | ReservationStatus::Rejected
        | ReservationStatus::Timeout
        | ReservationStatus::Canceled
        | ReservationStatus::Rescinded => "over",
    }
}
