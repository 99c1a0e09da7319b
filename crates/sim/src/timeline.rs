//! Who did what from when to when, folded over a run's events: a lane per task and per worker. It draws nothing and
//! holds no rule of routing: every span starts and ends with an event.

use std::collections::BTreeMap;
use std::time::Duration;

use pointsman::{
    Event, EventKind, ReservationFacts, ReservationId, ReservationStatus, Subject, TaskFacts, TaskId, TaskStatus,
    Timestamp, WorkerFacts, WorkerId,
};

use crate::labels::Labels;

/// The lanes of a run. All times count from the scenario's start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    /// When the run ended.
    pub end: Duration,
    /// A lane per task, in the order of creation.
    pub tasks: Vec<TaskLane>,
    /// A lane per worker, those of the workspace first, then in the order of creation.
    pub workers: Vec<WorkerLane>,
}

/// What a task went through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskLane {
    /// The task.
    pub name: String,
    /// When it was created.
    pub created: Duration,
    /// When a worker was first asked.
    pub first_reserved: Option<Duration>,
    /// When a worker accepted.
    pub accepted: Option<Duration>,
    /// When it was completed, canceled or deleted.
    pub ended: Option<Duration>,
    /// Its phases, from creation to its end; one without length is left out unless it still goes on. A span's label is the queue while the task
    /// waits, the workers asked while it is reserved, and its worker afterwards.
    pub spans: Vec<Span>,
    /// How its reservations ended or were taken.
    pub marks: Vec<Mark>,
}

/// What a worker went through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerLane {
    /// The worker.
    pub name: String,
    /// The activities; a span's label is the activity.
    pub activities: Vec<Span>,
    /// The reservations, in the order they were made.
    pub work: Vec<Work>,
}

/// A reservation as its worker saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// The lowest row, from 0, that was free for its whole time.
    pub row: usize,
    /// Its phases: asked, assigned, wrapping. A span's label is the task.
    pub spans: Vec<Span>,
}

/// Something that lasted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its start.
    pub from: Duration,
    /// Its end, or the run's end when it was still going on.
    pub to: Duration,
    /// What it was.
    pub phase: Phase,
    /// Where or with whom.
    pub label: String,
}

/// What a span is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// A task that no worker has been asked for.
    Waiting,
    /// A task with a worker asked.
    Reserved,
    /// A task with its worker.
    Assigned,
    /// After-work.
    Wrapping,
    /// A worker in an available activity.
    Available,
    /// A worker in an unavailable activity.
    Unavailable,
}

/// What became of a reservation, at an instant of its task's lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// When.
    pub at: Duration,
    /// The worker who had been asked.
    pub worker: String,
    /// What became of it: accepted, rejected, timed out, canceled or rescinded.
    pub status: ReservationStatus,
}

/// Follows the events of a run.
pub(crate) struct Recorder {
    start: Timestamp,
    tasks: Vec<TaskRecord>,
    workers: Vec<WorkerRecord>,
    task_index: BTreeMap<TaskId, usize>,
    worker_index: BTreeMap<WorkerId, usize>,
    /// The worker's place and the reservation's place in it.
    reservations: BTreeMap<ReservationId, (usize, usize)>,
}

struct TaskRecord {
    lane: TaskLane,
    track: Track,
    /// Reservations without an answer. The event that ends one may still show its task as reserved.
    asked: Vec<(ReservationId, String)>,
}

struct WorkerRecord {
    name: String,
    activities: Track,
    work: Vec<Track>,
    gone: bool,
}

impl Recorder {
    pub(crate) fn new<'f>(
        start: Timestamp,
        workers: impl Iterator<Item = &'f WorkerFacts>,
        labels: Labels<'_>,
    ) -> Self {
        let mut recorder = Self {
            start,
            tasks: Vec::new(),
            workers: Vec::new(),
            task_index: BTreeMap::new(),
            worker_index: BTreeMap::new(),
            reservations: BTreeMap::new(),
        };
        for facts in workers {
            recorder.worker(Duration::ZERO, facts, labels);
        }
        recorder
    }

    pub(crate) fn observe(&mut self, event: &Event, labels: Labels<'_>) {
        let at = event.at.since(self.start);
        match event.kind.subject() {
            Subject::Worker(facts) => self.worker(at, facts, labels),
            Subject::WorkerActivity(facts) => self.worker(at, &facts.worker, labels),
            Subject::Task(facts) => self.task(at, facts, labels),
            Subject::Reservation(facts) => self.reservation(at, facts, labels),
            Subject::Workspace(_)
            | Subject::Activity(_)
            | Subject::TaskChannel(_)
            | Subject::TaskQueue(_)
            | Subject::Workflow(_)
            | Subject::WorkerChannel(_) => {}
        }
        if let EventKind::TaskDeleted(facts) | EventKind::TaskSystemDeleted(facts) = &event.kind {
            self.task_ended(at, facts.task);
        }
        if let EventKind::WorkerDeleted(facts) = &event.kind
            && let Some(index) = self.worker_index.get(&facts.worker)
        {
            self.workers[*index].leave(at);
        }
    }

    pub(crate) fn finish(self, now: Timestamp) -> Timeline {
        let end = now.since(self.start);
        let tasks = self.tasks.into_iter().map(|task| TaskLane { spans: task.track.finish(end), ..task.lane });
        let workers = self.workers.into_iter().map(|worker| worker.finish(end));
        Timeline { end, tasks: tasks.collect(), workers: workers.collect() }
    }

    fn worker(&mut self, at: Duration, facts: &WorkerFacts, labels: Labels<'_>) {
        let index = *self.worker_index.entry(facts.worker).or_insert(self.workers.len());
        if index == self.workers.len() {
            let name = labels.worker(facts.worker, &facts.friendly_name);
            self.workers.push(WorkerRecord { name, activities: Track::default(), work: Vec::new(), gone: false });
        }
        if self.workers[index].gone {
            return;
        }
        let phase = if facts.available { Phase::Available } else { Phase::Unavailable };
        let activity = labels.activity(facts.activity, &facts.activity_name);
        self.workers[index].activities.turn(at, Some((phase, activity)));
    }

    fn task(&mut self, at: Duration, facts: &TaskFacts, labels: Labels<'_>) {
        let index = self.task_index(facts, labels);
        let TaskRecord { lane, track, asked } = &mut self.tasks[index];
        if lane.ended.is_some() {
            return;
        }
        let queue = || facts.step.as_ref().map(|step| labels.task_queue(step.task_queue, &step.task_queue_name));
        let (phase, label) = match facts.status {
            TaskStatus::Pending | TaskStatus::Reserved if asked.is_empty() => (Phase::Waiting, queue()),
            TaskStatus::Pending | TaskStatus::Reserved => (Phase::Reserved, Some(names(asked))),
            TaskStatus::Assigned => (Phase::Assigned, lane.taker()),
            TaskStatus::Wrapping => (Phase::Wrapping, lane.taker()),
            TaskStatus::Completed | TaskStatus::Canceled => return self.task_ended(at, facts.task),
        };
        track.turn(at, Some((phase, label.unwrap_or_default())));
    }

    fn task_index(&mut self, facts: &TaskFacts, labels: Labels<'_>) -> usize {
        let next = self.tasks.len();
        let index = *self.task_index.entry(facts.task).or_insert(next);
        if index == next {
            let lane = TaskLane::new(labels.task(facts.task), facts.created_at.since(self.start));
            self.tasks.push(TaskRecord { lane, track: Track::default(), asked: Vec::new() });
        }
        index
    }

    fn task_ended(&mut self, at: Duration, task: TaskId) {
        let Some(record) = self.task_index.get(&task).map(|index| &mut self.tasks[*index]) else { return };
        record.lane.ended.get_or_insert(at);
        record.track.turn(at, None);
    }

    fn reservation(&mut self, at: Duration, facts: &ReservationFacts, labels: Labels<'_>) {
        let worker = labels.worker(facts.worker.worker, &facts.worker.friendly_name);
        let index = self.task_index(&facts.task, labels);
        let record = &mut self.tasks[index];
        record.lane.mark(at, &worker, facts.status);
        record.asked.retain(|(id, _)| *id != facts.reservation);
        if facts.status == ReservationStatus::Pending {
            record.asked.push((facts.reservation, worker));
        }
        self.task(at, &facts.task, labels);
        self.worker(at, &facts.worker, labels);
        let Some(worker) = self.worker_index.get(&facts.worker.worker).copied() else { return };
        let work = &mut self.workers[worker].work;
        let (worker, place) = *self.reservations.entry(facts.reservation).or_insert((worker, work.len()));
        let work = &mut self.workers[worker].work;
        if place == work.len() {
            work.push(Track::default());
        }
        work[place].turn(at, work_phase(facts.status).map(|phase| (phase, labels.task(facts.task.task))));
    }
}

impl WorkerRecord {
    fn leave(&mut self, at: Duration) {
        self.activities.turn(at, None);
        self.gone = true;
    }

    fn finish(self, end: Duration) -> WorkerLane {
        let mut free: Vec<Duration> = Vec::new();
        let mut work = Vec::new();
        for track in self.work {
            let goes_on = track.open.is_some();
            let spans = track.finish(end);
            let (Some(first), Some(last)) = (spans.first(), spans.last()) else { continue };
            let row = free.iter().position(|free| *free <= first.from).unwrap_or(free.len());
            free.resize(free.len().max(row + 1), Duration::ZERO);
            free[row] = if goes_on { Duration::MAX } else { last.to };
            work.push(Work { row, spans });
        }
        WorkerLane { name: self.name, activities: self.activities.finish(end), work }
    }
}

impl TaskLane {
    fn new(name: String, created: Duration) -> Self {
        let (spans, marks) = (Vec::new(), Vec::new());
        Self { name, created, first_reserved: None, accepted: None, ended: None, spans, marks }
    }

    /// How long it waited for its worker, or until it ended without one; `None` while it still waits.
    pub fn wait(&self) -> Option<Duration> {
        Some(self.accepted.or(self.ended)?.saturating_sub(self.created))
    }

    /// When its worker was done with the work: when its wrap-up began, or its end without one; `None` while nobody is.
    pub fn done(&self) -> Option<Duration> {
        let wrapping = self.spans.iter().find(|span| span.phase == Phase::Wrapping).map(|span| span.from);
        wrapping.or(self.ended).filter(|_| self.accepted.is_some())
    }

    fn taker(&self) -> Option<String> {
        let mut marks = self.marks.iter().rev();
        marks.find(|mark| mark.status == ReservationStatus::Accepted).map(|mark| mark.worker.clone())
    }

    fn mark(&mut self, at: Duration, worker: &str, status: ReservationStatus) {
        match status {
            ReservationStatus::Pending => {
                self.first_reserved.get_or_insert(at);
                return;
            }
            ReservationStatus::Wrapping | ReservationStatus::Completed => return,
            ReservationStatus::Accepted => {
                self.accepted.get_or_insert(at);
            }
            ReservationStatus::Rejected
            | ReservationStatus::Timeout
            | ReservationStatus::Canceled
            | ReservationStatus::Rescinded => {}
        }
        self.marks.push(Mark { at, worker: worker.to_owned(), status });
    }
}

fn names(asked: &[(ReservationId, String)]) -> String {
    let names: Vec<&str> = asked.iter().map(|(_, worker)| worker.as_str()).collect();
    names.join(", ")
}

/// What a worker does for a reservation; nothing after its end.
fn work_phase(status: ReservationStatus) -> Option<Phase> {
    match status {
        ReservationStatus::Pending => Some(Phase::Reserved),
        ReservationStatus::Accepted => Some(Phase::Assigned),
        ReservationStatus::Wrapping => Some(Phase::Wrapping),
        ReservationStatus::Completed
        | ReservationStatus::Rejected
        | ReservationStatus::Timeout
        | ReservationStatus::Canceled
        | ReservationStatus::Rescinded => None,
    }
}

/// Spans one after the other, the last one perhaps still going on.
#[derive(Default)]
struct Track {
    done: Vec<Span>,
    open: Option<Span>,
}

impl Track {
    /// Ends what goes on, unless it is the same, and begins what is next.
    fn turn(&mut self, at: Duration, next: Option<(Phase, String)>) {
        let same =
            |open: &Span| next.as_ref().is_some_and(|(phase, label)| open.phase == *phase && open.label == *label);
        if self.open.as_ref().is_some_and(same) {
            return;
        }
        if let Some(open) = self.open.take().filter(|open| open.from < at) {
            self.done.push(Span { to: at, ..open });
        }
        self.open = next.map(|(phase, label)| Span { from: at, to: at, phase, label });
    }

    fn finish(mut self, end: Duration) -> Vec<Span> {
        self.done.extend(self.open.map(|open| Span { to: end, ..open }));
        self.done
    }
}
