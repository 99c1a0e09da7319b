//! Where the tasks of a class go and who may take them: a fresh engine is asked, no rule of routing is here.

use std::time::Duration;

use pointsman::{CreateTask, Engine, TaskChannelId, TaskFacts, TaskId, Timestamp, WorkerId, WorkspaceSpec};
use serde_json::Value;

use crate::model::{Class, Group, Model};
use crate::random::{Kind, Streams};
use crate::simulation::at_work;

/// How many tasks with drawn attributes are looked at.
const LOOKS: u64 = 64;

/// How often a task is followed to its next step.
const STEPS: usize = 200;

/// Engines that nothing has happened in yet.
pub(crate) struct Routes<'a> {
    model: &'a Model,
    start: Timestamp,
    /// Everybody where the scenario has them at the beginning, or at work.
    at_work: Engine,
    /// Nobody there, so that tasks go through all their steps.
    deserted: Engine,
}

/// A task that has just come.
pub(crate) struct Arrived {
    pub(crate) task: TaskFacts,
    /// Who may take it, in the order of the workspace.
    pub(crate) members: Vec<Member>,
}

/// A worker who may take a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) worker: WorkerId,
    pub(crate) group: usize,
    /// The channel of the task.
    pub(crate) channel: TaskChannelId,
    /// How many tasks of the channel it takes at once.
    pub(crate) capacity: u32,
    /// Whether it can be asked from the beginning.
    pub(crate) is_there: bool,
}

impl<'a> Routes<'a> {
    /// None when the engine refuses the workspace.
    pub(crate) fn new(spec: &WorkspaceSpec, model: &'a Model) -> Option<Self> {
        let at_work = Engine::new(on_duty(at_work(spec, model), model), 0).ok()?;
        let mut empty = spec.clone();
        let away = spec.activities.iter().find(|activity| !activity.available).map(|activity| activity.activity);
        empty.workers.iter_mut().for_each(|worker| worker.activity = away.or(worker.activity));
        Some(Self { model, start: spec.start, at_work, deserted: Engine::new(empty, 0).ok()? })
    }

    /// The first task of a class, when it has just come.
    pub(crate) fn first(&self, class: &Class) -> Option<Arrived> {
        let mut engine = self.at_work.clone();
        let task = self.create(&mut engine, class, &class.attributes)?;
        let facts = engine.task(task)?.facts;
        Some(Arrived { members: self.members(&engine, &facts), task: facts })
    }

    /// Attributes that tasks of the class have: all, each with its share of the tasks, or those of the first tasks.
    pub(crate) fn kinds(class: &Class) -> Vec<(Value, Option<f64>)> {
        let Some(kinds) = class.drawn.kinds().filter(|_| class.process.rows().is_empty()) else {
            return Self::looks(class).into_iter().map(|kind| (kind, None)).collect();
        };
        let whole = |drawn| {
            let mut attributes = class.attributes.clone();
            attributes.as_object_mut().into_iter().for_each(|object| object.extend(Clone::clone(&drawn)));
            attributes
        };
        kinds.into_iter().map(|(drawn, share)| (whole(drawn), Some(share))).collect()
    }

    /// Those of the first tasks.
    fn looks(class: &Class) -> Vec<Value> {
        let streams = class.drawn.streams(Streams::new(0, 0).entity(Kind::Class, &class.name));
        let rows = class.process.rows();
        let looks = if class.drawn.is_empty() { rows.len().clamp(1, 64) as u64 } else { LOOKS };
        let kind = |nth: u64| {
            let mut attributes = class.attributes.clone();
            if let Value::Object(object) = &mut attributes {
                object.extend(class.drawn.sample(&streams, nth));
                let row = usize::try_from(nth).ok().and_then(|nth| rows.get(nth));
                object.extend(row.iter().flat_map(|row| row.attributes.clone()));
            }
            attributes
        };
        (0..looks).map(kind).collect()
    }

    /// Everybody who may take a task of the class with these attributes: when it comes, or at any step that it goes
    /// through while nobody is there.
    pub(crate) fn ever(&self, class: &Class, attributes: &Value) -> Vec<Member> {
        let mut members = self.followed(self.at_work.clone(), 1, class, attributes);
        for member in self.followed(self.deserted.clone(), STEPS, class, attributes) {
            if members.iter().all(|known| known.worker != member.worker) {
                members.push(member);
            }
        }
        members
    }

    fn followed(&self, mut engine: Engine, steps: usize, class: &Class, attributes: &Value) -> Vec<Member> {
        let mut members = Vec::new();
        let Some(task) = self.create(&mut engine, class, attributes) else { return members };
        for _ in 0..steps {
            let Some(view) = engine.task(task) else { break };
            members.extend(self.members(&engine, &view.facts));
            let Some(due) = engine.poll_timeout().filter(|due| *due <= view.facts.expires_at) else { break };
            engine.handle_timeout(due);
        }
        members
    }

    fn create(&self, engine: &mut Engine, class: &Class, attributes: &Value) -> Option<TaskId> {
        let task = TaskId::new(1);
        let mut command = CreateTask::new(task).attributes(attributes.clone()).priority(class.priority);
        (command.workflow, command.task_channel) = (class.workflow, class.task_channel);
        engine.handle(self.start, command).ok().map(|()| task)
    }

    fn members(&self, engine: &Engine, task: &TaskFacts) -> Vec<Member> {
        let member = |worker: WorkerId| {
            let view = self.at_work.worker(worker)?;
            let share = view.channels.into_iter().find(|channel| channel.task_channel == task.task_channel)?;
            let group = self.model.groups.iter().position(|group| group.workers.contains(&worker))?;
            let is_there = view.facts.available && share.available;
            Some(Member { worker, group, channel: share.task_channel, capacity: share.configured_capacity, is_there })
        };
        engine.eligible(task.task).into_iter().filter_map(member).collect()
    }
}

/// How long a task may wait before the engine ends it.
pub(crate) fn lives(task: &TaskFacts) -> Duration {
    task.expires_at.since(task.created_at)
}

/// Who comes at the beginning and stays to the end is there.
fn on_duty(mut spec: WorkspaceSpec, model: &Model) -> WorkspaceSpec {
    let stays = |group: &&Group| !group.shifts.is_empty() && group.is_always_there(model.measure.horizon);
    for group in model.groups.iter().filter(stays) {
        let own = spec.workers.iter_mut().filter(|worker| group.workers.contains(&worker.worker));
        own.for_each(|worker| worker.activity = Some(group.working));
    }
    spec
}
