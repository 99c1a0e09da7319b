//! Exhaustive exploration: from the start of a small workspace, every order in which tasks arrive, workers answer or do
//! not, change their activity, and tasks are canceled or completed. It moves and compares; the [`Driver`] judges.

mod key;

use std::collections::BTreeSet;
use std::fmt;

use pointsman::{
    AcceptReservation, ActivityId, CancelTask, Command, CompleteTask, CreateTask, Engine, Event, RejectReservation,
    Rejection, ReservationStatus, SetWorkerActivity, WorkspaceSpec,
};

use crate::{Driver, Mismatch};
use key::{Key, Trace};

/// What to explore, and how far.
///
/// In each state the moves are: the next task arrives; each pending reservation is accepted or rejected; each task is
/// canceled or completed, where it can be; each worker goes to each other activity named here; the next timer fires.
/// [`also`](Self::also) adds more. After each move the engine's `check`, every invariant and the model are asked, as
/// always by a [`Driver`].
///
/// States are visited breadth first and each once. Two states count as the same when they agree in this:
///
/// * how many tasks have arrived, and of each task that is there: its status, its priority and step, whether it has
///   been reserved before, and with their ages every event since its creation; once it is taken, the age of that;
///   once it has ended, the age of that;
/// * of each worker: activity, and on each channel the capacity, the availability and the tasks accepted;
/// * of each open reservation, in the order of creation: task, worker, status, the time left to answer, and the
///   activity the worker came from;
/// * the order in which pairs of worker and channel were last reserved.
///
/// Left out are the ids and numbers of reservations, absolute time, versions, the count of assignments, reasons, and how
/// long a worker has been in an activity. But for these, states that agree have the same futures: the deadline of a
/// step, a time to live, a purge and a worker's way back are functions of the workspace and of the events told above;
/// "longest idle" compares the order of reservations and not their instants; timers of one instant fire in creation
/// order. From this follows where the comparison is blind: expressions must not read the clock; the limit of assignments
/// must be 1 or out of reach; moves of one's own must not change documents, configurations or priorities; and a command
/// about a reservation that has ended is refused in either state, perhaps for another reason.
///
/// ```
/// use pointsman::{CreateTask, TargetSpec, TaskQueueSpec, WorkerSpec, WorkflowConfiguration, WorkflowSpec, WorkspaceSpec};
/// use pointsman_testkit::{Bound, Exploration};
///
/// let everyone = WorkflowConfiguration::new().default_filter(TargetSpec::to("everyone"));
/// let workspace = WorkspaceSpec::new("Support")
///     .task_queue(TaskQueueSpec::new("everyone", "1==1"))
///     .workflow(WorkflowSpec::new("support", everyone))
///     .worker(WorkerSpec::new("ann").activity("Available"));
/// let exploration = Exploration::of(&workspace).task(CreateTask::new("t1")).activity("Available").activity("Offline");
/// let explored = exploration.depth(6).run(|step| {
///     let open = step.after.engine().worker("ann".into()).map_or(0, |ann| ann.reservations.len());
///     if open <= 1 { Ok(()) } else { Err(format!("ann has {open} reservations")) }
/// });
/// assert_eq!(explored.unwrap().bound, Bound::Depth);
/// ```
#[derive(Clone, Debug)]
pub struct Exploration {
    spec: WorkspaceSpec,
    tasks: Vec<CreateTask>,
    activities: Vec<ActivityId>,
    also: fn(&Engine) -> Vec<Command>,
    depth: usize,
    states: usize,
}

/// One move between two states.
#[derive(Clone, Copy, Debug)]
pub struct Transition<'a> {
    /// The state before.
    pub before: &'a Driver,
    /// What was asked for; none when the next timer fired.
    pub command: Option<&'a Command>,
    /// What happened.
    pub events: &'a [Event],
    /// The state after.
    pub after: &'a Driver,
}

/// How far an exploration got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explored {
    /// Different states.
    pub states: usize,
    /// Moves made.
    pub transitions: usize,
    /// Every sequence of this many moves has been made.
    pub depth: usize,
    /// Why it ended.
    pub bound: Bound,
}

/// Why an exploration ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// There are no other states.
    Exhausted,
    /// The depth asked for was reached.
    Depth,
    /// The number of states asked for was reached.
    States,
}

/// `1234 states, 5678 transitions, to depth 9: the bound of states`
impl fmt::Display for Explored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { states, transitions, depth, bound } = self;
        let bound = match bound {
            Bound::Exhausted => "exhausted",
            Bound::Depth => "the bound of depth",
            Bound::States => "the bound of states",
        };
        write!(f, "{states} states, {transitions} transitions, to depth {depth}: {bound}")
    }
}

/// A state that has been reached, and what the views do not tell of how.
#[derive(Clone)]
struct Node {
    driver: Driver,
    trace: Trace,
    arrived: usize,
}

impl Exploration {
    /// An exploration of this workspace, to depth 8 and at most 100,000 states.
    pub fn of(spec: &WorkspaceSpec) -> Self {
        let (tasks, activities) = (Vec::new(), Vec::new());
        Self { spec: spec.clone(), tasks, activities, also: |_| Vec::new(), depth: 8, states: 100_000 }
    }

    /// One more task that arrives some time, after those before it.
    #[must_use]
    pub fn task(mut self, task: CreateTask) -> Self {
        self.tasks.push(task);
        self
    }

    /// One more activity that workers go to.
    #[must_use]
    pub fn activity(mut self, activity: impl Into<ActivityId>) -> Self {
        self.activities.push(activity.into());
        self
    }

    /// Moves of one's own in each state; those that are refused lead nowhere.
    #[must_use]
    pub fn also(mut self, moves: fn(&Engine) -> Vec<Command>) -> Self {
        self.also = moves;
        self
    }

    /// At most this many moves in a row.
    #[must_use]
    pub fn depth(mut self, depth: usize) -> Self {
        self.depth = depth;
        self
    }

    /// About this many states at most.
    #[must_use]
    pub fn states(mut self, states: usize) -> Self {
        self.states = states;
        self
    }

    /// Explores, and tries the property after each move.
    ///
    /// # Errors
    /// The shortest story in which engine and model differ, an invariant is broken, or the property fails.
    ///
    /// # Panics
    /// When the workspace is refused.
    pub fn run(
        &self,
        mut property: impl FnMut(&Transition<'_>) -> Result<(), String>,
    ) -> Result<Explored, Box<Mismatch>> {
        let mut driver = match Driver::new(&self.spec) {
            Ok(driver) => driver,
            Err(refused) => panic!("the workspace is refused: {refused}"),
        };
        driver.take_events();
        let first = Node { driver, trace: Trace::default(), arrived: 0 };
        let mut seen = BTreeSet::from([Key::of(&first)]);
        let mut explored = Explored { states: 1, transitions: 0, depth: 0, bound: Bound::Exhausted };
        let mut level = vec![first];
        while !level.is_empty() {
            if explored.depth == self.depth {
                explored.bound = Bound::Depth;
                break;
            }
            let mut below = Vec::new();
            // A state is dropped once it has been left: each holds an engine and a model.
            for node in level.drain(..) {
                if seen.len() >= self.states {
                    explored.bound = Bound::States;
                    break;
                }
                for command in self.moves(&node) {
                    let next = node.after(command.as_ref(), &mut property)?;
                    explored.transitions += 1;
                    below.extend(next.filter(|next| seen.insert(Key::of(next))));
                }
            }
            explored.states = seen.len();
            if explored.bound == Bound::States {
                break;
            }
            explored.depth += usize::from(!below.is_empty());
            level = below;
        }
        Ok(explored)
    }

    /// Everything that may come next; none stands for the next timer.
    fn moves(&self, node: &Node) -> Vec<Option<Command>> {
        let engine = node.driver.engine();
        let mut moves = vec![engine.poll_timeout().map(|_| None)];
        moves.push(self.tasks.get(node.arrived).map(|task| Some(task.clone().into())));
        let pending = |id: &_| engine.reservation(*id).filter(|row| row.status == ReservationStatus::Pending);
        let mut commands: Vec<Command> = (self.also)(engine);
        for worker in engine.workers() {
            for reservation in worker.reservations.iter().filter_map(pending) {
                commands.push(AcceptReservation::new(reservation.reservation).into());
                commands.push(RejectReservation::new(reservation.reservation).into());
            }
            let others = self.activities.iter().filter(|activity| **activity != worker.facts.activity);
            let goes = |activity: &ActivityId| SetWorkerActivity::new(worker.facts.worker, *activity).into();
            commands.extend(others.map(goes));
        }
        for facts in engine.tasks().map(|task| task.facts) {
            commands.extend(facts.status.is_waiting().then(|| CancelTask::new(facts.task).into()));
            commands.extend(facts.status.is_taken().then(|| CompleteTask::new(facts.task).into()));
        }
        moves.into_iter().flatten().chain(commands.into_iter().map(Some)).collect()
    }
}

impl Node {
    /// The state after a move; none when it is refused.
    fn after(
        &self,
        command: Option<&Command>,
        property: &mut impl FnMut(&Transition<'_>) -> Result<(), String>,
    ) -> Result<Option<Self>, Box<Mismatch>> {
        let mut next = self.clone();
        next.arrived += usize::from(matches!(command, Some(Command::CreateTask(_))));
        if next.go(command)?.is_err() {
            return Ok(None);
        }
        let events = next.driver.take_events();
        events.iter().for_each(|event| next.trace.observe(event));
        let transition = Transition { before: &self.driver, command, events: &events, after: &next.driver };
        property(&transition).map_err(|why| next.driver.fault(&why))?;
        Ok(Some(next))
    }

    fn go(&mut self, command: Option<&Command>) -> Result<Result<(), Rejection>, Box<Mismatch>> {
        let engine = self.driver.engine();
        match command {
            Some(command) => self.driver.answer(engine.clock(), command),
            None => self.driver.handle_timeout(engine.poll_timeout().unwrap_or(engine.clock())).map(Ok),
        }
    }
}
