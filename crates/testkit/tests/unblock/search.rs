//! Whether anything helps a pair at all, found by trying: every change that advice may name, with every value of a pool,
//! made by commands on copies of an engine. It knows nothing of how advice is found.

use std::collections::{BTreeMap, BTreeSet};

use pointsman::{
    AcceptReservation, Command, Engine, FilterRef, Known, KnownWorkerSpec, SetWorkerActivity, TargetSpec, TaskId,
    TaskQueueId, UpdateTask, UpdateTaskQueue, UpdateWorker, UpdateWorkerChannel, UpdateWorkflow, Verdict, WorkerId,
    WorkflowConfiguration, WorkspaceSpec,
};
use pointsman_expr::{Expression, Kind, KnownWorker, Limits, Name, Path, Value, parse};

use crate::looks::{Attributed, Looks, Place};

/// Commands after which nothing stands between the two; none when no commands do it.
pub(crate) fn search(engine: &Engine, task: TaskId, worker: WorkerId) -> Option<Vec<Command>> {
    let pair = Pair::new(engine, task, worker)?;
    let [share, activity] = pair.state();
    let as_it_is = [pair.answers(), pair.queue(), pair.fulfilling(), share.clone(), activity.clone()];
    // The step's tasks begin anew, which is another thing before the rest than after it.
    let known = pair.attributes(&pair.known().map(|(_, path)| (true, path)).collect::<Vec<_>>());
    let changed = [pair.answers(), pair.step(), pair.queue(), known, share, activity, pair.step(), pair.answers()];
    tried(&pair, engine, &as_it_is, &mut Vec::new()).or_else(|| tried(&pair, engine, &changed, &mut Vec::new()))
}

/// What may be done at a time: one of these.
type Options = Vec<Vec<Command>>;

/// Goes through every choice of an option for each stage.
fn tried(pair: &Pair, now: &Engine, stages: &[Options], made: &mut Vec<Command>) -> Option<Vec<Command>> {
    let Some((options, rest)) = stages.split_first() else {
        return pair.is_eligible(now).then(|| made.clone());
    };
    options.iter().find_map(|commands| {
        let mut fork = now.clone();
        commands.iter().try_for_each(|command| fork.handle(fork.clock(), command.clone())).ok()?;
        made.extend(commands.iter().cloned());
        let begins_anew = commands.iter().any(|command| matches!(command, Command::UpdateWorkflow(_)));
        let stays = if begins_anew { pair.enters_its_step(&fork) } else { pair.is_in_its_step(&fork) };
        let found = stays.then(|| tried(pair, &fork, rest, made)).flatten();
        made.truncate(made.len() - commands.len());
        found
    })
}

/// Either these or nothing.
fn perhaps(options: impl IntoIterator<Item = Command>) -> Options {
    std::iter::once(Vec::new()).chain(options.into_iter().map(|command| vec![command])).collect()
}

/// What the commands are about.
struct Pair {
    engine: Engine,
    spec: WorkspaceSpec,
    task: TaskId,
    worker: WorkerId,
    /// Everything that is said of the two.
    said: Vec<Verdict>,
    /// The step of the task, in which it is to stay, and its queue.
    at: Option<(FilterRef, usize)>,
    queue: Option<TaskQueueId>,
    /// As the workflow has it.
    target: Option<TargetSpec>,
    pool: Vec<Value>,
}

impl Pair {
    fn new(engine: &Engine, task: TaskId, worker: WorkerId) -> Option<Self> {
        let (spec, facts) = (engine.spec(), engine.task(task)?.facts);
        let at = facts.step.as_ref().map(|step| (step.filter, step.target));
        let queue = facts.step.as_ref().map(|step| step.task_queue);
        let workflow = facts.workflow.and_then(|id| spec.workflows.iter().find(|it| it.workflow == id));
        let target =
            workflow.zip(at).and_then(|(workflow, at)| target(&mut workflow.configuration.clone(), at).cloned());
        let who = spec.workers.iter().find(|it| it.worker == worker)?;
        let sid = who.sid.clone().unwrap_or_else(|| worker.to_string());
        let attributes = [facts.attributes.to_value(), who.attributes.clone()];
        let names =
            [&sid, &who.friendly_name].into_iter().chain(activities(&spec)).map(|name| Value::from(name.as_str()));
        let said = said(engine, task, worker);
        let pool = names.chain(attributes.iter().flat_map(values)).chain(said.iter().flat_map(seen)).chain(usual());
        let pool = distinct(pool.flat_map(|value| [value.clone(), Value::from(vec![value])]));
        Some(Self { engine: engine.clone(), spec, task, worker, said, at, queue, target, pool })
    }

    fn is_eligible(&self, engine: &Engine) -> bool {
        let explained = engine.explain(self.task);
        let mut pairs = explained.into_iter().flat_map(|explained| explained.workers);
        pairs.any(|pair| pair.worker == self.worker && pair.verdict.is_eligible())
    }

    /// No change is meant to send the task elsewhere.
    fn is_in_its_step(&self, engine: &Engine) -> bool {
        let Some(facts) = engine.task(self.task).map(|view| view.facts) else { return false };
        let step = facts.step.as_ref();
        step.map(|step| (step.filter, step.target)) == self.at && step.map(|step| step.task_queue) == self.queue
    }

    /// By skipping others it may come back, too; this is nothing to be counted on.
    fn enters_its_step(&self, engine: &Engine) -> bool {
        let entered = engine.explain(self.task).and_then(|explained| explained.entered);
        self.is_in_its_step(engine) && entered == self.at.map(|at| at.0)
    }

    fn answers(&self) -> Options {
        let is_asked = self.said.iter().any(|verdict| matches!(verdict, Verdict::AlreadyHasReservation { .. }));
        let held = self.engine.worker(self.worker).into_iter().flat_map(|view| view.reservations);
        perhaps(held.filter(|_| is_asked).map(|reservation| AcceptReservation::new(reservation).into()))
    }

    /// It takes everybody.
    fn queue(&self) -> Options {
        perhaps(self.queue.map(|queue| UpdateTaskQueue::new(queue).target_workers("1==1").into()))
    }

    /// It takes everybody. Only the step by which the task enters its workflow can be changed for it.
    fn step(&self) -> Options {
        let workflow = self.engine.task(self.task).and_then(|view| view.facts.workflow);
        let workflow = self.spec.workflows.iter().find(|it| Some(it.workflow) == workflow);
        perhaps(workflow.zip(self.at.filter(|at| at.1 == 0)).and_then(|(workflow, at)| {
            let mut configuration = workflow.configuration.clone();
            target(&mut configuration, at)?.expression = Some("1==1".to_owned());
            let update = UpdateWorkflow::new(workflow.workflow).configuration(configuration);
            Some(update.re_evaluate_tasks(true).into())
        }))
    }

    /// Attributes that the step names, as long as its expression holds with them or looks at other things, too.
    fn fulfilling(&self) -> Options {
        let state = |name: &Name| matches!(name, Name::WorkerChannel { .. } | Name::WorkerField(_));
        let other_things = self.names().iter().any(state);
        let mut options = self.attributes(&self.paths());
        options.retain(|commands| {
            let mut fork = self.engine.clone();
            let made = commands.iter().try_for_each(|command| fork.handle(fork.clock(), command.clone()));
            let fails = |verdict: &Verdict| matches!(verdict, Verdict::StepExpressionFalse { .. });
            made.is_ok() && (other_things || !said(&fork, self.task, self.worker).iter().any(fails))
        });
        options
    }

    /// One or two of these, each with every value of the pool, as long as some expression sees a difference.
    fn attributes(&self, places: &[Place]) -> Options {
        let task = self.engine.task(self.task).expect("the task is there").facts.attributes;
        let worker = self.engine.worker(self.worker).expect("the worker is there").facts.attributes;
        let (none, looks) = ((task, worker), Looks::of(&self.expressions()));
        let every = |_: &Place| self.pool.clone();
        let telling: BTreeMap<&Place, Vec<Value>> =
            places.iter().map(|place| (place, self.telling(&looks, &none, place))).collect();
        let mut seen = BTreeSet::from([looks.key(&none)]);
        let mut found = Vec::new();
        let mut add = |documents: Attributed| {
            if seen.insert(looks.key(&documents)) {
                found.push(self.commands(&none, &documents));
            }
        };
        for (at, one) in places.iter().enumerate() {
            telling[one].iter().filter_map(|value| with(&none, one, value)).for_each(&mut add);
            for other in &places[at + 1..] {
                let values = |place: &Place| if looks.meet(one, other) { every(place) } else { telling[place].clone() };
                let others = values(other);
                let ones = values(one).into_iter().filter_map(|value| with(&none, one, &value));
                ones.for_each(|one| others.iter().filter_map(|value| with(&one, other, value)).for_each(&mut add));
            }
        }
        std::iter::once(Vec::new()).chain(found).collect()
    }

    /// Of the pool's values at a place, one for each way they look.
    fn telling(&self, looks: &Looks, none: &Attributed, place: &Place) -> Vec<Value> {
        let mut seen = BTreeSet::new();
        let new = |value: &&Value| with(none, place, value).is_some_and(|documents| seen.insert(looks.key(&documents)));
        self.pool.iter().filter(new).cloned().collect()
    }

    /// To have these instead of those.
    fn commands(&self, none: &Attributed, (task, worker): &Attributed) -> Vec<Command> {
        let of_task =
            (*task != none.0).then(|| UpdateTask::new(self.task).attributes(task.to_value()).re_evaluate(false).into());
        let of_worker =
            (*worker != none.1).then(|| UpdateWorker::new(self.worker).attributes(worker.to_value()).into());
        of_task.into_iter().chain(of_worker).collect()
    }

    /// The attributes that the step names; whether they are the task's.
    fn paths(&self) -> Vec<Place> {
        let named = self.names().into_iter().filter_map(|name| match name {
            Name::Task(path) => Some((true, path)),
            Name::Worker(path) | Name::WorkerAttributeOrField(path, _) => Some((false, path)),
            _ => None,
        });
        let paths: BTreeSet<_> = named.chain(self.known().map(|(_, path)| (true, path))).collect();
        paths.into_iter().collect()
    }

    /// The worker's share of the channel, of which one is as good as any other where no expression looks at it, and its
    /// activity.
    fn state(&self) -> [Options; 2] {
        let (names, most) = (self.names(), self.spec.limits.capacity);
        let channel = self.engine.task(self.task).expect("the task is there").facts.task_channel;
        let share = |capacity| UpdateWorkerChannel::new(self.worker, channel).available(true).capacity(capacity).into();
        let shares = if names.iter().any(|name| matches!(name, Name::WorkerChannel { .. })) {
            perhaps((1..=most.min(12)).chain([most]).map(share))
        } else {
            vec![vec![share(most)]]
        };
        let available = self.spec.activities.iter().filter(|activity| activity.available);
        let activities = available.map(|activity| SetWorkerActivity::new(self.worker, activity.activity).into());
        [shares, perhaps(activities)]
    }

    /// What the step's expression reads.
    fn names(&self) -> Vec<Name> {
        self.step_expressions().iter().flat_map(|expression| expression.names().cloned()).collect()
    }

    /// As the workflow has it, and as the task, which may follow an older one, does.
    fn step_expressions(&self) -> Vec<Expression> {
        let text = self.target.as_ref().and_then(|target| target.expression.as_ref());
        let current = text.and_then(|text| parsed(text, Kind::Target));
        let failed = self.said.iter().filter_map(|verdict| match verdict {
            Verdict::StepExpressionFalse { failed } => Some(failed.expression.clone()),
            _ => None,
        });
        current.into_iter().chain(failed).collect()
    }

    /// Everything that looks at the two, whatever for.
    fn expressions(&self) -> Vec<Expression> {
        let queues = self.spec.task_queues.iter().map(|queue| (queue.target_workers.clone(), Kind::Queue));
        let configurations = self.spec.workflows.iter().map(|workflow| &workflow.configuration);
        let filters = configurations.flat_map(|configuration| &configuration.filters);
        let filters = filters.map(|filter| (filter.expression.clone(), Kind::Filter));
        let skip_if = self.target.as_ref().and_then(|target| target.skip_if.clone());
        let who = self.spec.workers.iter().find(|it| it.worker == self.worker).expect("the worker is there");
        let named = [who.sid.clone().unwrap_or_else(|| self.worker.to_string()), who.friendly_name.clone()];
        let known = self.known().flat_map(|(reference, _)| {
            named.clone().map(|name| (format!("{reference} == '{}'", name.replace('\'', "\\'")), Kind::Target))
        });
        let texts = queues.chain(filters).chain(skip_if.map(|text| (text, Kind::SkipIf))).chain(known);
        let others: Vec<_> = texts.filter_map(|(text, kind)| parsed(&text, kind)).collect();
        self.step_expressions().into_iter().chain(others).collect()
    }

    /// Where the step wants to find the worker's name.
    fn known(&self) -> impl Iterator<Item = (String, Path)> {
        let current = self.target.as_ref().and_then(|target| target.known_worker.as_ref()).map(|known| match known {
            KnownWorkerSpec::Sid(text) | KnownWorkerSpec::FriendlyName(text) => text.clone(),
        });
        let said = self.said.iter().filter_map(|verdict| match verdict {
            Verdict::NotTheKnownWorker { known: Known::Step { reference, .. } } => Some(reference.to_string()),
            _ => None,
        });
        let texts = current.into_iter().chain(said);
        texts.filter_map(|text| {
            let path = KnownWorker::parse(&text, &Limits::default()).ok()?.0.path().clone();
            Some((text, path))
        })
    }
}

fn parsed(text: &str, kind: Kind) -> Option<Expression> {
    parse(text, kind, &Limits::default()).ok().map(|parsed| parsed.expression)
}

fn with((task, worker): &Attributed, (of_task, path): &Place, value: &Value) -> Option<Attributed> {
    if *of_task {
        Some((task.with(path, value.clone())?, worker.clone()))
    } else {
        Some((task.clone(), worker.with(path, value.clone())?))
    }
}

/// Everything that is said of the two.
fn said(engine: &Engine, task: TaskId, worker: WorkerId) -> Vec<Verdict> {
    let explained = engine.explain(task).into_iter().flat_map(|explained| explained.workers);
    let own = explained.filter(|pair| pair.worker == worker);
    own.flat_map(|pair| std::iter::once(pair.verdict).chain(pair.others)).collect()
}

/// The target of a configuration.
fn target(configuration: &mut WorkflowConfiguration, at: (FilterRef, usize)) -> Option<&mut TargetSpec> {
    match at.0 {
        FilterRef::Index(index) => configuration.filters.get_mut(index)?.targets.get_mut(at.1),
        FilterRef::Default => configuration.default_filter.as_mut(),
        FilterRef::Direct => None,
    }
}

fn activities(spec: &WorkspaceSpec) -> impl Iterator<Item = &String> {
    spec.activities.iter().flat_map(|activity| activity.sid.iter().chain([&activity.friendly_name]))
}

/// The values that a document holds at its top.
fn values(document: &Value) -> Vec<Value> {
    if let Value::Object(object) = document {
        object.iter().map(|(_, value)| value.to_value()).collect()
    } else {
        Vec::new()
    }
}

/// The values that comparisons saw, which may come from the clock.
fn seen(said: &Verdict) -> Vec<Value> {
    let Verdict::StepExpressionFalse { failed } = said else { return Vec::new() };
    failed.blamed.iter().flat_map(|blamed| [blamed.left.clone(), blamed.right.clone()]).collect()
}

fn distinct(values: impl Iterator<Item = Value>) -> Vec<Value> {
    values.fold(Vec::new(), |mut distinct, value| {
        if !distinct.contains(&value) {
            distinct.push(value);
        }
        distinct
    })
}

/// What the expressions of random runs compare with, what stands beside it, and one value of each type.
fn usual() -> Vec<Value> {
    let texts = ["a", "x", "2", "-"].map(Value::from);
    let numbers = [0, 1, 2, 3, -1, 9_999].map(Value::from);
    let lists = [vec![], vec!["a"], vec!["x"], vec!["a", "x"]];
    let lists = lists.map(|items| Value::from(items.into_iter().map(Value::from).collect::<Vec<_>>()));
    let mixed = Value::from(vec![Value::from(2), Value::Null]);
    texts.into_iter().chain(numbers).chain(lists).chain([mixed, Value::Null, true.into(), false.into()]).collect()
}
