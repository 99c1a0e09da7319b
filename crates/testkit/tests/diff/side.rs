//! One of the two configurations: what is done with it, and what comes of it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use pointsman::{
    Command, Event, EventKind, FilterRef, RoutingTarget, TaskFacts, TaskId, TaskStatus, TaskView, Timestamp, WorkerId,
    WorkflowId,
};
use pointsman_config::Names;
use pointsman_sim::diff::{Filter, Outcome, TaskPlace};
use pointsman_testkit::Model;
use serde_json::Value;

use super::filters::{Filters, Place, Which, now, place, rows};
use super::script::{Courses, Input, Made, reference, unversioned};
use super::{millis, name};

/// What one side went through.
pub(super) struct Side {
    pub(super) model: Model,
    pub(super) filters: Filters,
    pub(super) courses: Option<Courses>,
    pub(super) plans: Vec<Plan>,
    /// Tasks by the id they have now.
    pub(super) names: BTreeMap<TaskId, usize>,
    /// Tasks that were there at the start.
    pub(super) first: BTreeMap<usize, TaskView>,
    pub(super) events: Vec<(Option<usize>, Event)>,
    /// The filters a task went through.
    pub(super) places: BTreeMap<usize, Vec<Place>>,
    /// The configurations they follow.
    pub(super) follows: BTreeMap<usize, Vec<(Which, String)>>,
    /// Those that follow the newest one from their next pass on.
    pub(super) marked: BTreeSet<usize>,
    pub(super) eligible: BTreeMap<usize, BTreeSet<WorkerId>>,
    pub(super) refused: BTreeMap<usize, String>,
    pub(super) refusals: BTreeMap<String, String>,
}

#[derive(Clone)]
pub(super) struct Plan {
    pub(super) at: Timestamp,
    pub(super) made: Made,
    pub(super) number: usize,
    pub(super) rest: Vec<(Duration, Command)>,
}

impl Side {
    pub(super) fn new(model: Model, filters: Filters) -> Self {
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

    pub(super) fn input(&mut self, input: &Input) {
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

    pub(super) fn mark(&mut self, command: &Command) {
        let Command::UpdateWorkflow(update) = command else { return };
        if update.re_evaluate_tasks {
            let mut lives: Vec<usize> = self.lives().collect();
            lives.retain(|life| self.facts(*life).workflow == Some(update.workflow));
            self.marked.extend(lives);
        }
    }

    pub(super) fn note_eligible(&mut self, task: TaskId, number: usize) {
        let ended = self.model.task(task).is_none_or(|view| view.facts.status.is_terminal());
        let eligible = if ended { Vec::new() } else { self.model.eligible(task) };
        self.eligible.insert(number, eligible.into_iter().collect());
    }

    /// Timers before plans, plans in the order of time and then in the order they were made.
    pub(super) fn until(&mut self, until: Timestamp, through: bool) {
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

    pub(super) fn act(&mut self, mut plan: Plan) {
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

    pub(super) fn take(&mut self) {
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

    pub(super) fn lives(&self) -> impl Iterator<Item = usize> {
        let told = self.events.iter().filter_map(|(number, _)| *number);
        told.chain(self.first.keys().copied()).collect::<BTreeSet<_>>().into_iter()
    }

    pub(super) fn of(&self, number: usize) -> impl Iterator<Item = &Event> {
        self.events.iter().filter(move |(of, _)| *of == Some(number)).map(|(_, event)| event)
    }

    /// The task as it is, when it is still the one with this number.
    pub(super) fn view(&self, number: usize) -> Option<TaskView> {
        let name = self.names.iter().find(|(_, of)| **of == number).map(|(name, _)| *name)?;
        self.model.task(name)
    }

    pub(super) fn facts(&self, number: usize) -> TaskFacts {
        let last = self.of(number).filter_map(|event| event.kind.task()).last();
        let first = self.first.get(&number).map(|view| view.facts.clone());
        self.view(number).map(|view| view.facts).or(last.cloned()).or(first).unwrap()
    }

    pub(super) fn worker(&self, number: usize) -> Option<WorkerId> {
        let accepted = |event: &Event| match &event.kind {
            EventKind::ReservationAccepted(facts) => Some(facts.worker.worker),
            _ => None,
        };
        let first = self.first.get(&number).and_then(|view| view.worker);
        self.of(number).filter_map(accepted).last().or(first)
    }

    pub(super) fn status(&self, number: usize) -> String {
        let deleted = ["task.deleted", "task.system-deleted"];
        let is_deleted = self.of(number).any(|event| deleted.contains(&event.kind.name()));
        if is_deleted { "deleted".to_owned() } else { self.facts(number).status.name().to_owned() }
    }

    pub(super) fn wait(&self, number: usize) -> u64 {
        let ends = ["reservation.accepted", "task.canceled", "task.completed", "task.deleted", "task.system-deleted"];
        let end = self.of(number).find(|event| ends.contains(&event.kind.name()));
        millis(end.map_or(self.model.clock(), |event| event.at).since(self.facts(number).created_at))
    }

    pub(super) fn reserved(&self, number: usize) -> BTreeSet<WorkerId> {
        self.view(number).into_iter().flat_map(|view| view.reserved).collect()
    }

    pub(super) fn last_place(&self, number: usize) -> Option<Place> {
        self.places.get(&number)?.last().cloned()
    }

    /// The workflow it entered and the filter by which, if any.
    pub(super) fn entry(&self, number: usize) -> Option<(WorkflowId, Option<Which>)> {
        let entered = self.of(number).find(|event| event.kind.name() == "workflow.entered")?;
        let by = self.places.get(&number).and_then(|places| places.first()).map(|(_, which, _)| which.clone());
        Some((entered.kind.task()?.workflow?, by))
    }

    /// The workflow it is in and the filter in which it waits, if it does.
    pub(super) fn standing(&self, number: usize) -> Option<(WorkflowId, Option<Which>)> {
        let facts = self.facts(number);
        let direct = matches!(facts.routing_target, Some(RoutingTarget::Worker { .. } | RoutingTarget::TaskQueue(_)));
        let workflow = facts.workflow.filter(|_| !direct)?;
        let place = self.last_place(number).map(|(_, which, _)| which);
        Some((workflow, place.filter(|_| facts.status.is_waiting())))
    }

    pub(super) fn filter(&self, workflow: Option<WorkflowId>, which: &Which) -> Option<Filter> {
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

    pub(super) fn told(&self, number: usize, names: &Names) -> TaskPlace {
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

    pub(super) fn is_elsewhere(&self, number: usize, other: &Self) -> bool {
        let of = |side: &Self| {
            let facts = side.facts(number);
            let step = facts.step.map(|step| (step.target, step.task_queue));
            let place = side.last_place(number).map(|(_, which, _)| which);
            (facts.workflow, place, step, side.worker(number), side.reserved(number))
        };
        of(self) != of(other)
    }

    pub(super) fn has(&self, number: usize) -> bool {
        self.lives().any(|it| it == number)
    }

    pub(super) fn count(&self, outcome: Outcome) -> u64 {
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
