//! A comparison of two configurations read a second time, from the papers: the reference model in place of the engine,
//! lists in place of indexes, everything looked up again. It shares the result's type and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use pointsman::{
    AcceptReservation, ActivityId, Command, DeleteWorker, Event, EventKind, FilterRef, FilterSpec, ReservationId,
    ReservationRef, RoutingTarget, TaskChannelId, TaskFacts, TaskId, TaskQueueId, TaskStatus, TaskView, Timestamp,
    UpdateTaskQueue, UpdateWorker, UpdateWorkflow, WorkerId, WorkflowConfiguration, WorkflowId, WorkspaceSpec,
};
use pointsman_config::{EntityId, Names};
use pointsman_sim::Recording;
use pointsman_sim::diff::{
    Change, Diff, Filter, FilterChange, Gains, Outcome, Refusal, Share, TaskChange, TaskPlace, WaitChange, WaitChanges,
    WorkerChange,
};
use pointsman_testkit::Model;
use serde_json::Value;

/// That of the test kit's scripts.
pub(crate) const NAMESPACE: u128 = 7;
const WORKERS: [&str; 6] = ["w0", "w1", "w2", "w3", "w4", "extra"];
const QUEUES: [&str; 6] = ["q0", "q1", "q2", "q3", "q-extra", "Sample Queue"];

/// The vocabulary of the strategies.
pub(crate) fn names() -> Names {
    fn all<T: EntityId>(names: &mut Names, all: impl IntoIterator<Item = impl AsRef<str>>) {
        for name in all {
            let _ = names.declare::<T>(name.as_ref(), None, None);
        }
    }
    let mut names = Names::new();
    all::<WorkerId>(&mut names, WORKERS);
    all::<TaskQueueId>(&mut names, QUEUES);
    all::<ActivityId>(&mut names, ["Available"]);
    all::<WorkflowId>(&mut names, ["f0", "f1", "f2", "Default Fifo Workflow"]);
    all::<TaskId>(&mut names, (0..200).map(|number| format!("t{number}")));
    names
}

/// What a comparison of runs should find.
pub(crate) fn runs(recording: &Recording, old: &WorkspaceSpec, new: &WorkspaceSpec, auto: bool) -> Diff {
    let (inputs, courses) = lesson(recording, auto);
    let [_, old_filters, new_filters] = filters(old, old, new);
    let play = |spec: &WorkspaceSpec, filters| {
        let spec = spec.clone().start(recording.workspace().start);
        let mut side = Side::new(Model::new(&spec, recording.namespace()).unwrap(), filters);
        side.courses = auto.then(|| courses.clone());
        inputs.iter().for_each(|input| side.input(input));
        side.until(recording.end_at(), true);
        side
    };
    let told = |number: usize| {
        let input = inputs.iter().find(|input| input.number == number).unwrap();
        (millis(input.at.since(recording.workspace().start)), words(&input.command, &recording.names()))
    };
    let (before, after) = (play(old, old_filters), play(new, new_filters));
    let entered = |side: &Side| side.lives().filter_map(|life| side.entry(life)).collect();
    compare(&before, &after, &[entered(&before), entered(&after)], &recording.names(), &told, true)
}

/// What a comparison of states should find, where the two differ from what there is by edits of the test only.
pub(crate) fn states(model: &Model, base: &WorkspaceSpec, old: &WorkspaceSpec, new: &WorkspaceSpec) -> Diff {
    let names = names();
    let [filters, old_filters, new_filters] = filters(base, old, new);
    let show = |own: &WorkspaceSpec, other: &WorkspaceSpec, own_filters: Filters| {
        let mut side = Side::new(model.clone(), own_filters);
        let waiting: Vec<TaskView> = model.tasks().filter(|view| view.facts.status.is_waiting()).collect();
        for (number, view) in waiting.into_iter().enumerate() {
            side.names.insert(view.facts.task, number);
            side.follows.insert(number, now(&filters, &view.facts));
            let step = view.facts.step.as_ref();
            let place = step.map(|step| place(&side.follows[&number], step.filter));
            side.places.insert(number, place.into_iter().collect());
            side.first.insert(number, view);
        }
        for command in commands(base, own, other) {
            let answer = side.model.handle(side.model.clock(), &command);
            if answer.is_ok() {
                side.mark(&command);
            }
            side.take();
            side.refusals.extend(answer.err().map(|why| (words(&command, &names), why.code().to_owned())));
        }
        for (task, number) in side.names.clone() {
            side.note_eligible(task, number);
        }
        side
    };
    let (mut before, mut after) = (show(old, new, old_filters), show(new, old, new_filters));
    let both: BTreeSet<String> = before.refusals.keys().chain(after.refusals.keys()).cloned().collect();
    for side in [&mut before, &mut after] {
        for (number, text) in both.iter().enumerate() {
            side.refused.extend(side.refusals.get(text).map(|code| (number, code.clone())));
        }
    }
    let told = |number: usize| (0, both.iter().nth(number).unwrap().clone());
    let standing = |side: &Side| side.lives().filter_map(|life| side.standing(life)).collect();
    compare(&before, &after, &[standing(&before), standing(&after)], &names, &told, false)
}

fn commands(base: &WorkspaceSpec, own: &WorkspaceSpec, other: &WorkspaceSpec) -> Vec<Command> {
    let [own, other] = [own, other].map(without_filter_names);
    let mut commands: Vec<Command> = Vec::new();
    for queue in &own.task_queues {
        if !base.task_queues.iter().any(|it| it.task_queue == queue.task_queue) {
            commands.push(queue.clone().into());
        }
    }
    for (was, is) in pairs(&base.task_queues, &own.task_queues, |it| it.task_queue) {
        let mut update = UpdateTaskQueue::new(is.task_queue).friendly_name(is.friendly_name.clone());
        update = update.target_workers(is.target_workers.clone()).max_reserved_workers(is.max_reserved_workers);
        update.reservation_activity = is.reservation_activity;
        update.assignment_activity = is.assignment_activity;
        commands.extend((was != is).then(|| update.task_order(is.task_order).into()));
    }
    for worker in &own.workers {
        if !base.workers.iter().any(|it| it.worker == worker.worker) {
            commands.push(worker.clone().into());
        }
    }
    for (was, is) in pairs(&base.workers, &own.workers, |it| it.worker) {
        let update = UpdateWorker::new(is.worker).friendly_name(is.friendly_name.clone());
        commands.extend((was != is).then(|| update.attributes(is.attributes.clone()).into()));
    }
    for (was, is) in pairs(&base.workflows, &own.workflows, |it| it.workflow) {
        if was != is || other.workflows.iter().any(|it| it.workflow == is.workflow && it != is) {
            let update = UpdateWorkflow::new(is.workflow).friendly_name(is.friendly_name.clone());
            let update = update.task_reservation_timeout(is.task_reservation_timeout).re_evaluate_tasks(true);
            commands.push(update.configuration(is.configuration.clone()).into());
        }
    }
    for worker in &base.workers {
        let has = |spec: &WorkspaceSpec| spec.workers.iter().any(|it| it.worker == worker.worker);
        if has(&other) && !has(&own) {
            commands.push(DeleteWorker::new(worker.worker).force(true).into());
        }
    }
    commands
}

/// Names of filters are for people: an engine does not keep them.
fn without_filter_names(spec: &WorkspaceSpec) -> WorkspaceSpec {
    let mut spec = spec.clone();
    let filters = spec.workflows.iter_mut().flat_map(|workflow| &mut workflow.configuration.filters);
    filters.for_each(|filter| filter.friendly_name = None);
    spec
}

fn pairs<'s, T, I: PartialEq>(base: &'s [T], own: &'s [T], id: fn(&T) -> I) -> Vec<(&'s T, &'s T)> {
    own.iter().filter_map(|is| Some((base.iter().find(|was| id(was) == id(is))?, is))).collect()
}

/// A command of the recording that both sides get.
struct Input {
    number: usize,
    at: Timestamp,
    command: Command,
}

/// What becomes of a reservation, by the task's number; `None` is the usual one.
type Courses = BTreeMap<Option<usize>, Vec<(Duration, Command)>>;

/// Something that was done in the recording.
struct Done {
    number: usize,
    at: Timestamp,
    command: Command,
    reservation: Option<Made>,
}

#[derive(Clone, Copy)]
struct Made {
    id: ReservationId,
    task: TaskId,
    worker: WorkerId,
    at: Timestamp,
}

/// Runs the recording as it is, to learn what its commands mean.
fn lesson(recording: &Recording, auto: bool) -> (Vec<Input>, Courses) {
    let mut model = Model::new(recording.workspace(), recording.namespace()).unwrap();
    let (mut made, mut done, mut inputs): (Vec<Made>, Vec<Done>, Vec<Input>) = Default::default();
    for (number, entry) in recording.entries().iter().enumerate() {
        let (at, mut command) = (entry.at, entry.command.clone());
        model.handle_timeout(at);
        note(&mut made, &model.take_events());
        let answer = model.handle(at, &command);
        let reference = reference(&mut command).map(|reference| *reference);
        let known = reference.and_then(|reference| find(&made, reference));
        if answer.is_ok() {
            done.push(Done { number, at, command: command.clone(), reservation: known });
        }
        let never = matches!(reference, Some(ReservationRef::Id(_))) && known.is_none();
        let outdated = answer.is_err_and(|why| why.code() == "version-mismatch");
        if let (Some(ReservationRef::Id(_)), Some(made)) = (reference, known) {
            *self::reference(&mut command).unwrap() = (made.task, made.worker).into();
        }
        let left_out = never || outdated || (auto && by_a_worker(&command));
        if !left_out {
            inputs.push(Input { number, at, command: unversioned(&command) });
        }
        note(&mut made, &model.take_events());
    }
    (inputs, courses(&done))
}

fn note(made: &mut Vec<Made>, events: &[Event]) {
    for event in events {
        if let EventKind::ReservationCreated(facts) = &event.kind {
            let (task, worker) = (facts.task.task, facts.worker.worker);
            made.push(Made { id: facts.reservation, task, worker, at: event.at });
        }
    }
}

fn find(made: &[Made], reference: ReservationRef) -> Option<Made> {
    let is = |it: &&Made| match reference {
        ReservationRef::Id(id) => it.id == id,
        ReservationRef::Of { task, worker } => (it.task, it.worker) == (task, worker),
    };
    made.iter().rev().find(is).copied()
}

fn reference(command: &mut Command) -> Option<&mut ReservationRef> {
    match command {
        Command::AcceptReservation(it) => Some(&mut it.reservation),
        Command::RejectReservation(it) => Some(&mut it.reservation),
        Command::HoldReservation(it) => Some(&mut it.reservation),
        Command::CancelReservation(it) => Some(&mut it.reservation),
        _ => None,
    }
}

/// Written down and read again without its version.
fn unversioned(command: &Command) -> Command {
    let mut written = serde_json::to_value(command).unwrap();
    let fields = written.get_mut(command.name()).and_then(Value::as_object_mut).unwrap();
    fields.remove("if_version");
    serde_json::from_value(written).unwrap()
}

fn by_a_worker(command: &Command) -> bool {
    let verbs = ["accept_", "reject_", "hold_", "cancel_reservation", "wrap_", "complete_"];
    verbs.iter().any(|verb| command.name().starts_with(verb))
}

/// For each completed task: what was done about the reservation by which it was taken.
fn courses(done: &[Done]) -> Courses {
    let mut courses = Courses::new();
    let mut times = Vec::new();
    for (place, end) in done.iter().enumerate() {
        let Command::CompleteTask(complete) = &end.command else { continue };
        let task = complete.task;
        let created = |it: &Done| matches!(&it.command, Command::CreateTask(create) if create.task == task);
        let birth = done[..place].iter().rposition(created).unwrap();
        let life = &done[birth..=place];
        let taken = |it: &&Done| {
            matches!(it.command, Command::AcceptReservation(_)) && it.reservation.is_some_and(|made| made.task == task)
        };
        let taken = life.iter().find(taken).unwrap();
        let made = taken.reservation.unwrap();
        let concerns = |it: &&Done| match &it.command {
            Command::HoldReservation(_) | Command::AcceptReservation(_) => {
                it.reservation.is_some_and(|other| other.id == made.id)
            }
            Command::WrapTask(wrap) => wrap.task == task,
            Command::CompleteTask(complete) => complete.task == task,
            _ => false,
        };
        let course = life.iter().filter(concerns).map(|it| (it.at.since(made.at), it.command.clone())).collect();
        courses.insert(Some(done[birth].number), course);
        times.push((end.at.since(taken.at), done[birth].number));
    }
    times.sort_unstable();
    let accept = || vec![(Duration::ZERO, AcceptReservation::new(ReservationId::new(0)).into())];
    let median = times.len().checked_sub(1).map(|last| times[last / 2].1);
    courses.insert(None, median.map_or_else(accept, |number| courses[&Some(number)].clone()));
    courses
}

/// Which filter it is: the old configuration's, the new one's alone, or that of a command on both sides.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Which {
    Written(String, usize),
    Default,
    Direct,
}

/// The configurations that workflows have had, each a list of filters by what they are and what they are called.
type Filters = BTreeMap<WorkflowId, Vec<Vec<(Which, String)>>>;

/// Those of the base, of the old and of the new configuration.
fn filters(base: &WorkspaceSpec, old: &WorkspaceSpec, new: &WorkspaceSpec) -> [Filters; 3] {
    let of = |spec: &WorkspaceSpec, id| {
        let workflow = spec.workflows.iter().find(|it| it.workflow == id);
        workflow.map(|it| it.configuration.clone()).unwrap_or_default()
    };
    let mut all = [Filters::new(), Filters::new(), Filters::new()];
    for id in [base, old, new].iter().flat_map(|spec| &spec.workflows).map(|it| it.workflow) {
        let configurations = [base, old, new].map(|spec| of(spec, id));
        let [in_base, in_old, in_new] = [0, 1, 2].map(|side| &configurations[side].filters[..]);
        let mut written =
            [("base", 0), ("old", 1), ("new", 2)].map(|(source, side)| rows(&configurations[side], source));
        let (old_pairs, new_pairs) = (same_filters(in_base, in_old, &[], &[]), same_filters(in_base, in_new, &[], &[]));
        let kept = |pairs: &[(usize, usize)]| pairs.iter().map(|(_, place)| *place).collect::<Vec<_>>();
        for (partner, place) in same_filters(in_old, in_new, &kept(&old_pairs), &kept(&new_pairs)) {
            written[2][place].0 = Which::Written("old".to_owned(), partner);
        }
        for (side, pairs) in [(1, old_pairs), (2, new_pairs)] {
            for (partner, place) in pairs {
                written[side][place].0 = Which::Written("base".to_owned(), partner);
            }
        }
        for (filters, rows) in all.iter_mut().zip(written) {
            filters.insert(id, vec![rows]);
        }
    }
    all
}

/// Whether two filters, at these places, are the same.
type Rule = fn(&FilterSpec, &FilterSpec, usize, usize) -> bool;

/// By name, by expression, by place, one rule after the other; some are taken already.
fn same_filters(old: &[FilterSpec], new: &[FilterSpec], olds: &[usize], news: &[usize]) -> Vec<(usize, usize)> {
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    let rules: [Rule; 3] = [
        |old, new, _, _| old.friendly_name.is_some() && old.friendly_name == new.friendly_name,
        |old, new, _, _| bare(&old.expression) == bare(&new.expression),
        |old, new, was, is| was == is && (old.friendly_name.is_none() || new.friendly_name.is_none()),
    ];
    for rule in rules {
        for place in 0..new.len() {
            let taken = |at: usize| olds.contains(&at) || pairs.iter().any(|(old, _)| *old == at);
            let partner = (0..old.len()).find(|at| !taken(*at) && rule(&old[*at], &new[place], *at, place));
            let given = news.contains(&place) || pairs.iter().any(|(_, new)| *new == place);
            pairs.extend(partner.filter(|_| !given).map(|partner| (partner, place)));
        }
    }
    pairs
}

/// The strategies write words, constants and operators; they differ in blanks only.
fn bare(expression: &str) -> String {
    expression.chars().filter(|letter| !letter.is_whitespace()).collect()
}

fn rows(configuration: &WorkflowConfiguration, source: &str) -> Vec<(Which, String)> {
    let row = |(index, filter): (usize, &FilterSpec)| {
        let name = filter.friendly_name.clone().unwrap_or_else(|| filter.expression.clone());
        (Which::Written(source.to_owned(), index), name)
    };
    configuration.filters.iter().enumerate().map(row).collect()
}

/// What tasks follow that enter the task's workflow now.
fn now(filters: &Filters, facts: &TaskFacts) -> Vec<(Which, String)> {
    let now = facts.workflow.and_then(|workflow| filters.get(&workflow)?.last());
    now.cloned().unwrap_or_default()
}

/// A filter that a task is in.
type Place = (FilterRef, Which, Option<String>);

fn place(follows: &[(Which, String)], filter: FilterRef) -> Place {
    match filter {
        FilterRef::Index(index) => {
            let (which, name) = follows.get(index).cloned().unzip();
            (filter, which.unwrap_or(Which::Written("base".to_owned(), index)), name)
        }
        FilterRef::Default => (filter, Which::Default, None),
        FilterRef::Direct => (filter, Which::Direct, None),
    }
}

/// What one side went through.
struct Side {
    model: Model,
    filters: Filters,
    courses: Option<Courses>,
    plans: Vec<Plan>,
    /// Tasks by the id they have now.
    names: BTreeMap<TaskId, usize>,
    /// Tasks that were there at the start.
    first: BTreeMap<usize, TaskView>,
    events: Vec<(Option<usize>, Event)>,
    /// The filters a task went through.
    places: BTreeMap<usize, Vec<Place>>,
    /// The configurations they follow.
    follows: BTreeMap<usize, Vec<(Which, String)>>,
    /// Those that follow the newest one from their next pass on.
    marked: BTreeSet<usize>,
    eligible: BTreeMap<usize, BTreeSet<WorkerId>>,
    refused: BTreeMap<usize, String>,
    refusals: BTreeMap<String, String>,
}

#[derive(Clone)]
struct Plan {
    at: Timestamp,
    made: Made,
    number: usize,
    rest: Vec<(Duration, Command)>,
}

impl Side {
    fn new(model: Model, filters: Filters) -> Self {
        Self {
            model,
            filters,
            courses: None,
            plans: Vec::new(),
            names: BTreeMap::new(),
            first: BTreeMap::new(),
            events: Vec::new(),
            places: BTreeMap::new(),
            follows: BTreeMap::new(),
            marked: BTreeSet::new(),
            eligible: BTreeMap::new(),
            refused: BTreeMap::new(),
            refusals: BTreeMap::new(),
        }
    }

    fn input(&mut self, input: &Input) {
        self.until(input.at, false);
        if let Err(why) = self.model.handle(input.at, &input.command) {
            self.refused.insert(input.number, why.code().to_owned());
            return self.take();
        }
        let configured = match &input.command {
            Command::CreateWorkflow(spec) => Some((spec.workflow, spec.configuration.clone())),
            Command::UpdateWorkflow(update) => update.configuration.clone().map(|it| (update.workflow, it)),
            _ => None,
        };
        if let Some((workflow, configuration)) = configured {
            let rows = rows(&configuration, &format!("command {}", input.number));
            self.filters.entry(workflow).or_default().push(rows);
        }
        self.mark(&input.command);
        if let Command::CreateTask(create) = &input.command {
            self.names.insert(create.task, input.number);
            self.take();
            return self.note_eligible(create.task, input.number);
        }
        self.take();
    }

    fn mark(&mut self, command: &Command) {
        let Command::UpdateWorkflow(update) = command else { return };
        if update.re_evaluate_tasks {
            let mut lives: Vec<usize> = self.lives().collect();
            lives.retain(|life| self.facts(*life).workflow == Some(update.workflow));
            self.marked.extend(lives);
        }
    }

    fn note_eligible(&mut self, task: TaskId, number: usize) {
        let ended = self.model.task(task).is_none_or(|view| view.facts.status.is_terminal());
        let eligible = if ended { Vec::new() } else { self.model.eligible(task) };
        self.eligible.insert(number, eligible.into_iter().collect());
    }

    /// Timers before plans, plans in the order of time and then in the order they were made.
    fn until(&mut self, until: Timestamp, through: bool) {
        loop {
            let due = |plan: &Plan| plan.at < until || (through && plan.at == until);
            let first = (0..self.plans.len()).filter(|place| due(&self.plans[*place]));
            let first = first.min_by_key(|place| (self.plans[*place].at, *place));
            let bound = first.map_or(until, |place| self.plans[place].at);
            if let Some(timer) = self.model.next_timer().filter(|timer| *timer <= bound) {
                self.model.handle_timeout(timer);
                self.take();
            } else if let Some(place) = first {
                let plan = self.plans.remove(place);
                self.act(plan);
            } else {
                self.model.handle_timeout(until);
                return self.take();
            }
        }
    }

    fn act(&mut self, mut plan: Plan) {
        let (_, command) = plan.rest.remove(0);
        let mut command = unversioned(&command);
        match &mut command {
            Command::WrapTask(wrap) => wrap.task = plan.made.task,
            Command::CompleteTask(complete) => complete.task = plan.made.task,
            _ => *reference(&mut command).unwrap() = plan.made.id.into(),
        }
        let same_life = self.names.get(&plan.made.task) == Some(&plan.number);
        let done = same_life && self.model.handle(plan.at, &command).is_ok();
        if let (true, Some((after, _))) = (done, plan.rest.first()) {
            plan.at = plan.made.at + *after;
            self.plans.push(plan);
        }
        self.take();
    }

    fn take(&mut self) {
        for event in self.model.take_events() {
            let number = event.kind.task().and_then(|facts| self.names.get(&facts.task).copied());
            if let (Some(number), Some(facts)) = (number, event.kind.task()) {
                let enters = event.kind.name() == "workflow.target-matched";
                if event.kind.name() == "task.created" || (enters && self.marked.remove(&number)) {
                    self.follows.insert(number, now(&self.filters, facts));
                }
                let places = self.places.entry(number).or_default();
                if let (true, Some(step)) = (enters || places.is_empty(), &facts.step) {
                    places.push(place(&self.follows[&number], step.filter));
                }
            }
            if let (Some(courses), Some(number), EventKind::ReservationCreated(facts)) =
                (&self.courses, number, &event.kind)
            {
                let rest = courses.get(&Some(number)).unwrap_or(&courses[&None]).clone();
                let (task, worker) = (facts.task.task, facts.worker.worker);
                let made = Made { id: facts.reservation, task, worker, at: event.at };
                self.plans.push(Plan { at: event.at + rest[0].0, made, number, rest });
            }
            self.events.push((number, event));
        }
    }

    fn lives(&self) -> impl Iterator<Item = usize> {
        let told = self.events.iter().filter_map(|(number, _)| *number);
        told.chain(self.first.keys().copied()).collect::<BTreeSet<_>>().into_iter()
    }

    fn of(&self, number: usize) -> impl Iterator<Item = &Event> {
        self.events.iter().filter(move |(of, _)| *of == Some(number)).map(|(_, event)| event)
    }

    /// The task as it is, when it is still the one with this number.
    fn view(&self, number: usize) -> Option<TaskView> {
        let name = self.names.iter().find(|(_, of)| **of == number).map(|(name, _)| *name)?;
        self.model.task(name)
    }

    fn facts(&self, number: usize) -> TaskFacts {
        let last = self.of(number).filter_map(|event| event.kind.task()).last();
        let first = self.first.get(&number).map(|view| view.facts.clone());
        self.view(number).map(|view| view.facts).or(last.cloned()).or(first).unwrap()
    }

    fn worker(&self, number: usize) -> Option<WorkerId> {
        let accepted = |event: &Event| match &event.kind {
            EventKind::ReservationAccepted(facts) => Some(facts.worker.worker),
            _ => None,
        };
        let first = self.first.get(&number).and_then(|view| view.worker);
        self.of(number).filter_map(accepted).last().or(first)
    }

    fn status(&self, number: usize) -> String {
        let deleted = ["task.deleted", "task.system-deleted"];
        let is_deleted = self.of(number).any(|event| deleted.contains(&event.kind.name()));
        if is_deleted { "deleted".to_owned() } else { self.facts(number).status.name().to_owned() }
    }

    fn wait(&self, number: usize) -> u64 {
        let ends = ["reservation.accepted", "task.canceled", "task.completed", "task.deleted", "task.system-deleted"];
        let end = self.of(number).find(|event| ends.contains(&event.kind.name()));
        millis(end.map_or(self.model.clock(), |event| event.at).since(self.facts(number).created_at))
    }

    fn reserved(&self, number: usize) -> BTreeSet<WorkerId> {
        self.view(number).into_iter().flat_map(|view| view.reserved).collect()
    }

    fn last_place(&self, number: usize) -> Option<Place> {
        self.places.get(&number)?.last().cloned()
    }

    /// The workflow it entered and the filter by which, if any.
    fn entry(&self, number: usize) -> Option<(WorkflowId, Option<Which>)> {
        let entered = self.of(number).find(|event| event.kind.name() == "workflow.entered")?;
        let by = self.places.get(&number).and_then(|places| places.first()).map(|(_, which, _)| which.clone());
        Some((entered.kind.task()?.workflow?, by))
    }

    /// The workflow it is in and the filter in which it waits, if it does.
    fn standing(&self, number: usize) -> Option<(WorkflowId, Option<Which>)> {
        let facts = self.facts(number);
        let direct = matches!(facts.routing_target, Some(RoutingTarget::Worker { .. } | RoutingTarget::TaskQueue(_)));
        let workflow = facts.workflow.filter(|_| !direct)?;
        let place = self.last_place(number).map(|(_, which, _)| which);
        Some((workflow, place.filter(|_| facts.status.is_waiting())))
    }

    fn filter(&self, workflow: Option<WorkflowId>, which: &Which) -> Option<Filter> {
        let word = |word: &str| Some(Filter { index: Value::from(word), name: None });
        match which {
            Which::Default => word("default"),
            Which::Direct => word("direct"),
            Which::Written(..) => {
                let all = workflow.and_then(|workflow| self.filters.get(&workflow)).into_iter().flatten();
                let mut rows = all.flat_map(|rows| rows.iter().enumerate());
                let (index, (_, name)) = rows.find(|(_, (row, _))| row == which)?;
                Some(Filter { index: Value::from(index), name: Some(name.clone()) })
            }
        }
    }

    fn told(&self, number: usize, names: &Names) -> TaskPlace {
        let facts = self.facts(number);
        let place = self.last_place(number).filter(|_| facts.step.is_some());
        let mut reserved: Vec<String> = self.reserved(number).iter().map(|id| name(names, *id)).collect();
        reserved.sort();
        let filter = place.map(|(reference, _, name)| {
            let index = match reference {
                FilterRef::Index(index) => Value::from(index),
                FilterRef::Default => Value::from("default"),
                FilterRef::Direct => Value::from("direct"),
            };
            Filter { index, name }
        });
        TaskPlace {
            status: self.status(number),
            workflow: facts.workflow.map(|id| name(names, id)),
            filter,
            target: facts.step.as_ref().map(|step| step.target),
            queue: facts.step.as_ref().map(|step| name(names, step.task_queue)),
            priority: facts.priority,
            worker: self.worker(number).map(|id| name(names, id)),
            reserved,
            reason: facts.reason.map(|reason| reason.to_string()),
        }
    }

    fn is_elsewhere(&self, number: usize, other: &Self) -> bool {
        let of = |side: &Self| {
            let facts = side.facts(number);
            let step = facts.step.map(|step| (step.target, step.task_queue));
            let place = side.last_place(number).map(|(_, which, _)| which);
            (facts.workflow, place, step, side.worker(number), side.reserved(number))
        };
        of(self) != of(other)
    }

    fn has(&self, number: usize) -> bool {
        self.lives().any(|it| it == number)
    }

    fn count(&self, outcome: Outcome) -> u64 {
        let events = |name: &str| self.events.iter().filter(|(_, event)| event.kind.name() == name).count() as u64;
        let now = |is: fn(TaskStatus) -> bool| self.model.tasks().filter(|it| is(it.facts.status)).count() as u64;
        match outcome {
            Outcome::Created => events("task.created"),
            Outcome::Completed => events("task.completed"),
            Outcome::Canceled => events("task.canceled"),
            Outcome::Deleted => events("task.deleted") + events("task.system-deleted"),
            Outcome::Waiting => now(|status| [TaskStatus::Pending, TaskStatus::Reserved].contains(&status)),
            Outcome::Taken => now(|status| [TaskStatus::Assigned, TaskStatus::Wrapping].contains(&status)),
            Outcome::ReservationsCreated => events("reservation.created"),
            Outcome::ReservationsAccepted => events("reservation.accepted"),
            Outcome::ReservationsRejected => events("reservation.rejected"),
            Outcome::ReservationsTimedOut => events("reservation.timeout"),
            Outcome::ReservationsCanceled => events("reservation.canceled"),
            Outcome::ReservationsRescinded => events("reservation.rescinded"),
        }
    }
}

type Entries = Vec<(WorkflowId, Option<Which>)>;

fn compare(
    before: &Side,
    after: &Side,
    entries: &[Entries; 2],
    names: &Names,
    told: &dyn Fn(usize) -> (u64, String),
    timed: bool,
) -> Diff {
    let sides = [before, after];
    let lives: BTreeSet<usize> = before.lives().chain(after.lives()).collect();
    let both = |number: usize| before.has(number) && after.has(number);
    let task = |number: usize| {
        let side = sides.into_iter().find(|side| side.has(number)).unwrap();
        name(names, side.facts(number).task)
    };
    let mut tasks = Vec::new();
    let mut waits = Vec::new();
    for number in lives.iter().copied() {
        let [was, is] = sides.map(|side| side.has(number).then(|| side.told(number, names)));
        let otherwise = |place: &Option<TaskPlace>| {
            place.as_ref().map(|place| (place.status.clone(), place.priority, place.reason.clone()))
        };
        let elsewhere = !both(number) || before.is_elsewhere(number, after);
        if elsewhere || otherwise(&was) != otherwise(&is) {
            tasks.push(TaskChange { task: task(number), elsewhere, place: Change::new(was, is) });
        }
        let [was, is] = sides.map(|side| side.has(number).then(|| side.wait(number)));
        if was != is {
            waits.push(WaitChange { task: task(number), wait: Change::new(was, is) });
        }
    }
    let all = |side: &Side| lives.iter().filter(|it| side.has(**it)).map(|it| side.wait(*it)).collect::<Vec<_>>();
    let [was, is] = sides.map(all);
    let waits = timed.then(|| WaitChanges {
        total: Change::new(was.iter().sum(), is.iter().sum()),
        longest: Change::new(was.iter().copied().max().unwrap_or(0), is.iter().copied().max().unwrap_or(0)),
        tasks: waits,
    });
    let codes = |number| sides.map(|side| side.refused.get(&number).cloned());
    let numbers: BTreeSet<usize> = sides.iter().flat_map(|side| side.refused.keys().copied()).collect();
    let refused = numbers.into_iter().filter_map(|number| {
        let [was, is] = codes(number);
        let (at, command) = told(number);
        (was.is_some() != is.is_some()).then(|| Refusal { at, command, code: Change::new(was, is) })
    });
    let outcomes = Outcome::ALL.iter().map(|it| (*it, Change::new(before.count(*it), after.count(*it))));
    Diff {
        total_tasks: lives.len(),
        tasks,
        workers: workers(sides, &lives, &task, names),
        filters: shares(sides, entries, names),
        waits,
        outcomes: outcomes.collect(),
        refused: refused.collect(),
    }
}

fn workers(
    [before, after]: [&Side; 2],
    lives: &BTreeSet<usize>,
    task: &dyn Fn(usize) -> String,
    names: &Names,
) -> Vec<WorkerChange> {
    let mut changes = Vec::new();
    let mut workers = WORKERS;
    workers.sort_unstable();
    let mut queues = QUEUES;
    queues.sort_unstable();
    for worker in workers {
        let id = WorkerId::named(worker);
        let member = |side: &Side, queue: &&&str| side.model.members(TaskQueueId::named(queue)).contains(&id);
        let queues = |side: &Side, other: &Side| -> Vec<String> {
            let only = queues.iter().filter(|queue| member(side, queue) && !member(other, queue));
            only.map(|queue| name(names, TaskQueueId::named(queue))).collect()
        };
        let may = |side: &Side, number: &usize| side.eligible.get(number).is_some_and(|all| all.contains(&id));
        let tasks = |side: &Side, other: &Side| -> Vec<String> {
            let only = lives.iter().filter(|number| may(side, number) && !may(other, number));
            only.map(|number| task(*number)).collect()
        };
        let queues = Gains { gained: queues(after, before), lost: queues(before, after) };
        let tasks = Gains { gained: tasks(after, before), lost: tasks(before, after) };
        if !queues.is_empty() || !tasks.is_empty() {
            changes.push(WorkerChange { worker: name(names, id), queues, tasks });
        }
    }
    changes
}

fn shares(sides: [&Side; 2], entries: &[Entries; 2], names: &Names) -> Vec<FilterChange> {
    let all: BTreeSet<(WorkflowId, Option<Which>)> = entries.iter().flatten().cloned().collect();
    let none = all.iter().map(|(workflow, _)| (*workflow, None)).collect::<BTreeSet<_>>();
    let mut changes = Vec::new();
    for (workflow, which) in all.union(&none) {
        let share = |place: usize| {
            let of = entries[place].iter().filter(|(of, _)| of == workflow).count() as u64;
            let tasks = entries[place].iter().filter(|entry| **entry == (*workflow, which.clone())).count() as u64;
            let nobody = Filter { index: Value::from("none"), name: None };
            let filter = which.as_ref().map_or(Some(nobody), |which| sides[place].filter(Some(*workflow), which));
            Share { filter, tasks, of }
        };
        let (was, is) = (share(0), share(1));
        let same = if was.of * is.of == 0 { was.tasks == is.tasks } else { was.tasks * is.of == is.tasks * was.of };
        if !same {
            changes.push(FilterChange { workflow: name(names, *workflow), share: Change::new(was, is) });
        }
    }
    changes
}

fn millis(span: Duration) -> u64 {
    span.as_millis() as u64
}

fn name<T: EntityId>(names: &Names, id: T) -> String {
    names.name(id).map_or_else(|| id.to_string(), str::to_owned)
}

fn words(command: &Command, names: &Names) -> String {
    let written = serde_json::to_value(command).unwrap();
    let fields = &written[command.name()];
    let mut words = vec![command.name().to_owned()];
    for key in ["task", "worker", "task_queue", "workflow", "activity", "task_channel", "reservation"] {
        let Some(id) = fields[key].as_str() else { continue };
        let known = [
            id.parse::<TaskId>().ok().map(|id| name(names, id)),
            id.parse::<WorkerId>().ok().map(|id| name(names, id)),
            id.parse::<TaskQueueId>().ok().map(|id| name(names, id)),
            id.parse::<WorkflowId>().ok().map(|id| name(names, id)),
            id.parse::<ActivityId>().ok().map(|id| name(names, id)),
            id.parse::<TaskChannelId>().ok().map(|id| name(names, id)),
        ];
        words.push(known.into_iter().flatten().next().unwrap_or_else(|| id.to_owned()));
    }
    words.join(" ")
}
