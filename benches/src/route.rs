//! The life of tasks in workspaces of four sizes, driven through the public API: what `route_loop` measures.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use pointsman::{
    AcceptReservation, CancelTask, Command, CompleteTask, CreateTask, Engine, Event, EventKind, FilterSpec,
    RejectReservation, ReservationFacts, TargetSpec, TaskChannelId, TaskChannelSpec, TaskId, TaskQueueSpec, Timestamp,
    UpdateWorkerChannel, Value, WorkerChannelSpec, WorkerId, WorkerSpec, WorkflowConfiguration, WorkflowId,
    WorkflowSpec, WorkspaceSpec,
};
use serde_json::json;

/// How large a workspace is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// What the size is called in tables.
    pub name: &'static str,
    /// Workers.
    pub workers: u64,
    /// Queues.
    pub queues: u64,
    /// Groups of workers with the same skills.
    pub groups: u64,
    /// Tasks that wait in the backlog regime.
    pub backlog: usize,
}

/// A hundred workers.
pub const S: Size = Size { name: "S", workers: 100, queues: 10, groups: 20, backlog: 1_000 };
/// A thousand workers.
pub const M: Size = Size { name: "M", workers: 1_000, queues: 100, groups: 200, backlog: 10_000 };
/// Ten thousand workers.
pub const L: Size = Size { name: "L", workers: 10_000, queues: 1_000, groups: 2_000, backlog: 100_000 };
/// A hundred thousand workers.
pub const XL: Size = Size { name: "XL", workers: 100_000, queues: 1_000, groups: 2_000, backlog: 1_000_000 };

/// How busy a workspace is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Regime {
    /// Every worker is busy and tasks wait.
    Backlog,
    /// Half of the workers are free and no task waits.
    Idle,
}

/// What makes it harder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Nothing.
    Friendly,
    /// Ten thousand tasks that nobody can take wait before all others.
    Starved,
    /// Every tenth task is one that nobody can take and comes before all others; the oldest of them is canceled.
    Unroutable,
    /// Before every decision the capacity of some worker goes down to nothing or back.
    Flapping,
    /// Every filter looks for who has the fewest chats, step by step: `assigned_tasks == 0`, else `<= 1`, else anybody.
    Ladder,
    /// Every task names a worker that may not have it.
    Declined,
}

impl Shape {
    /// All of them, the friendly one first.
    pub const ALL: [Self; 6] =
        [Self::Friendly, Self::Starved, Self::Unroutable, Self::Flapping, Self::Ladder, Self::Declined];
}

/// How many tasks that nobody can take are there at most.
const UNROUTABLE: usize = 10_000;
/// Queues of one worker.
const SKILLS: u64 = 10;
/// Filters of one workflow; each leads to a queue of its own.
const FILTERS: u64 = 8;
const CHANNELS: [(&str, u32); 3] = [("default", 1), ("chat", 3), ("email", 2)];
/// One offer in so many is refused.
const REFUSED: u64 = 20;
/// Different tasks.
const CALLS: u64 = 4_096;
/// How much time passes between two decisions.
const PACE: i64 = 20;

/// The workspace of a size: every fourth step has an expression over task and worker, every other one a timeout.
pub fn workspace(size: Size, shape: Shape) -> WorkspaceSpec {
    let nowhere = WorkflowConfiguration::new().default_filter(TargetSpec::to("nobody"));
    let mut workspace = WorkspaceSpec::new("bench")
        .task_queue(TaskQueueSpec::new("nobody", "skills HAS 'none'"))
        .workflow(WorkflowSpec::new("nowhere", nowhere));
    for (channel, _) in CHANNELS {
        workspace = workspace.task_channel(TaskChannelSpec::new(channel));
    }
    for queue in 0..size.queues {
        workspace = workspace.task_queue(TaskQueueSpec::new(&format!("q{queue}"), format!("skills HAS 's{queue}'")));
    }
    for first in (0..size.queues).step_by(FILTERS as usize) {
        let filters = (first..size.queues.min(first + FILTERS)).map(|queue| filter(queue, shape));
        let filters = filters.fold(WorkflowConfiguration::new(), WorkflowConfiguration::filter);
        workspace = workspace.workflow(WorkflowSpec::new(&format!("f{}", first / FILTERS), filters));
    }
    for number in 0..size.workers {
        workspace = workspace.worker(worker(number, size));
    }
    workspace
}

fn filter(queue: u64, shape: Shape) -> FilterSpec {
    let filter = FilterSpec::new(format!("topic == 't{queue}'"));
    let mut target = TargetSpec::to(&*format!("q{queue}"));
    if queue.is_multiple_of(2) {
        target = target.timeout(std::time::Duration::from_secs(7_200));
    }
    match shape {
        Shape::Ladder => {
            let at_most = |bound: &str| {
                let chats = format!("worker.channel.chat.assigned_tasks {bound}");
                TargetSpec::to(&*format!("q{queue}")).expression(chats).skip_if("1==1")
            };
            filter.target(at_most("== 0")).target(at_most("<= 1")).target(target)
        }
        Shape::Declined => filter.target(target.expression("worker.sid NOT IN task.declined")),
        Shape::Friendly | Shape::Starved | Shape::Unroutable | Shape::Flapping => {
            let levels = queue.is_multiple_of(4);
            filter.target(if levels { target.expression("worker.level >= task.level") } else { target })
        }
    }
}

fn worker(number: u64, size: Size) -> WorkerSpec {
    let group = number % size.groups;
    let mut dice = Dice(group);
    let skills = (0..SKILLS.min(size.queues)).map(|_| format!("s{}", dice.below(size.queues))).collect::<Vec<_>>();
    let attributes = json!({"skills": skills, "level": group % 5, "team": format!("team{}", group % 7), "site": "x"});
    let spec = WorkerSpec::new(&format!("w{number}")).activity("Available").attributes(attributes);
    CHANNELS.iter().fold(spec, |spec, (channel, most)| spec.channel(*channel, WorkerChannelSpec::new(*most)))
}

/// Whatever routes: the engine, or what it is compared with.
pub trait Router {
    /// Handles a command and adds the events it leads to.
    fn handle(&mut self, now: Timestamp, command: Command, events: &mut Vec<Event>);
}

impl Router for Engine {
    fn handle(&mut self, now: Timestamp, command: Command, events: &mut Vec<Event>) {
        let answer = Self::handle(self, now, command);
        assert!(answer.is_ok(), "{answer:?}");
        events.extend(std::iter::from_fn(|| self.poll_event()));
    }
}

/// A task to come.
#[derive(Clone, Debug)]
struct Call {
    workflow: WorkflowId,
    attributes: Value,
    channel: TaskChannelId,
    priority: u32,
}

impl Call {
    fn new(number: u64, size: Size) -> Self {
        let mut dice = Dice(number);
        let queue = dice.below(size.queues);
        let topic = format!("t{queue}");
        let declined = WorkerId::named(&format!("w{}", dice.below(size.workers))).to_string();
        let level = dice.below(5);
        let attributes = json!({"topic": topic, "level": level, "customer": number, "declined": [declined]});
        Self {
            workflow: WorkflowId::named(&format!("f{}", queue / FILTERS)),
            attributes: attributes.into(),
            channel: TaskChannelId::named(CHANNELS[dice.below(3) as usize].0),
            priority: dice.below(5) as u32,
        }
    }
}

/// Callers and workers around a router.
#[derive(Clone, Debug)]
pub struct Loop<R> {
    router: R,
    shape: Shape,
    workers: u64,
    dice: Dice,
    now: i64,
    created: u64,
    /// What the next tasks are: made beforehand, so that reading attributes is not measured.
    calls: Vec<Call>,
    /// Tasks that workers hold.
    held: Vec<TaskId>,
    /// Tasks that nobody can take.
    unroutable: VecDeque<TaskId>,
    events: Vec<Event>,
    asked: VecDeque<Arc<ReservationFacts>>,
    decisions: u64,
    commands: u64,
    hash: DefaultHasher,
}

impl<R: Router> Loop<R> {
    /// Fills the workspace until the regime holds.
    pub fn new(router: R, size: Size, shape: Shape, regime: Regime) -> Self {
        let mut this = Self {
            router,
            shape,
            workers: size.workers,
            dice: Dice(7),
            now: 0,
            created: 0,
            calls: (0..CALLS).map(|number| Call::new(number, size)).collect(),
            held: Vec::new(),
            unroutable: VecDeque::new(),
            events: Vec::new(),
            asked: VecDeque::new(),
            decisions: 0,
            commands: 0,
            hash: DefaultHasher::new(),
        };
        if shape == Shape::Starved {
            (0..UNROUTABLE).for_each(|_| this.create_unroutable());
        }
        let hands: u64 = CHANNELS.iter().map(|(_, most)| u64::from(*most)).sum();
        let load = usize::try_from(size.workers * hands).unwrap_or(0);
        let (tasks, most) = match regime {
            Regime::Backlog => (load + size.backlog, usize::MAX),
            Regime::Idle => (load / 4, load / 4),
        };
        for _ in 0..tasks {
            this.create();
            if this.held.len() > most {
                this.complete();
            }
        }
        this
    }

    /// Goes on for so many decisions: each is a worker asked.
    pub fn decide(&mut self, decisions: u64) {
        let until = self.decisions + decisions;
        while self.decisions < until {
            self.now += PACE;
            if !self.held.is_empty() {
                self.complete();
            }
            if self.shape == Shape::Unroutable && self.dice.below(10) == 0 {
                self.create_unroutable();
            }
            if self.shape == Shape::Flapping {
                self.flap();
            }
            self.create();
        }
    }

    /// Who was asked for what, so far.
    pub fn decided(&self) -> u64 {
        self.hash.finish()
    }

    /// How many commands were given so far.
    pub fn commands(&self) -> u64 {
        self.commands
    }

    /// The router, when the day is over.
    pub fn into_router(self) -> R {
        self.router
    }

    /// The router.
    pub fn router(&self) -> &R {
        &self.router
    }

    fn create(&mut self) {
        let call = &self.calls[self.dice.below(CALLS) as usize];
        let task = CreateTask::new(number(self.created)).attributes(call.attributes.clone());
        let task = task.workflow(call.workflow).priority(call.priority).task_channel(call.channel);
        self.created += 1;
        self.command(task.into());
    }

    fn create_unroutable(&mut self) {
        let id = number(self.created);
        self.created += 1;
        self.unroutable.push_back(id);
        self.command(CreateTask::new(id).workflow("nowhere").priority(100).into());
        if self.unroutable.len() > UNROUTABLE {
            let oldest = self.unroutable.pop_front();
            oldest.into_iter().for_each(|oldest| self.command(CancelTask::new(oldest).into()));
        }
    }

    fn flap(&mut self) {
        let worker = WorkerId::named(&format!("w{}", self.dice.below(self.workers)));
        let most = if self.dice.below(2) == 0 { 0 } else { CHANNELS[1].1 };
        self.command(UpdateWorkerChannel::new(worker, CHANNELS[1].0).capacity(most).into());
    }

    fn complete(&mut self) {
        let at = self.dice.below(self.held.len() as u64) as usize;
        let task = self.held.swap_remove(at);
        self.command(CompleteTask::new(task).into());
    }

    /// A command, then the answers of all who are asked because of it.
    fn command(&mut self, command: Command) {
        self.give(command);
        loop {
            for event in self.events.drain(..) {
                if let EventKind::ReservationCreated(facts) = event.kind {
                    self.decisions += 1;
                    (facts.task.task, facts.worker.worker).hash(&mut self.hash);
                    self.asked.push_back(facts);
                }
            }
            let Some(asked) = self.asked.pop_front() else { return };
            let answer = if self.dice.below(REFUSED) == 0 {
                RejectReservation::new(asked.reservation).into()
            } else {
                self.held.push(asked.task.task);
                AcceptReservation::new(asked.reservation).into()
            };
            self.give(answer);
        }
    }

    fn give(&mut self, command: Command) {
        self.commands += 1;
        self.router.handle(Timestamp::from_millis(self.now), command, &mut self.events);
    }
}

fn number(task: u64) -> TaskId {
    TaskId::new(u128::from(task) | 1 << 100)
}

/// Numbers that look random and are the same in every run (SplitMix64, Steele, Lea and Flood 2014).
#[derive(Clone, Debug)]
pub struct Dice(pub u64);

impl Dice {
    /// A number below `most`.
    pub fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % most
    }
}
