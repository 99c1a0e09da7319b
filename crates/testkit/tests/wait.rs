//! A wait is the sum of its causes to the millisecond, in every random run: the whole is found from the events alone, the
//! parts from the reference model, which is asked at more instants than the engine has something to do at.

#![allow(clippy::wildcard_enum_match_arm, reason = "a test may fail loudly, and names only the variants it is about")]

mod support;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::Duration;

use pointsman::{Command, Event, EventKind, Passed, TaskId, Timestamp, WorkspaceSpec};
use pointsman_sim::history::{Happened, Leaving, TaskHistory};
use pointsman_sim::{Recording, Situation};
use pointsman_testkit::Model;
use support::{Script, same, staged, stories};

const NAMESPACE: u128 = 7;

#[test]
fn every_wait_is_the_sum_of_what_the_model_says_it_was_due_to() {
    let (waits, parts) = (Cell::new(0), RefCell::new(BTreeMap::<String, Duration>::new()));
    support::runs(400).check(stories(60), |(spec, ops)| {
        let (_, script) = staged(&spec, &ops)?;
        let (situation, end) = situation(&spec, &script)?;
        let histories = situation.histories.unwrap_or_default();
        let told = watch(&spec, &script, end)?;
        for (task, history) in &histories.tasks {
            let told = told.get(task).ok_or("the model does not know the task")?;
            same("waits", &history.waited, &told.waited(end))?;
            same("sums", &history.wait.values().sum(), &history.waited)?;
            let causes: BTreeMap<&str, Duration> = history.wait.iter().map(|(it, span)| (it.code(), *span)).collect();
            same("causes", &causes, &told.parts)?;
            waits.set(waits.get() + 1);
            for (cause, span) in causes {
                *parts.borrow_mut().entry(cause.to_owned()).or_default() += span;
            }
        }
        same("numbers of tasks", &histories.tasks.len(), &told.len())
    });
    support::say(&format!("waits against model: {} waits, {:?}", waits.get(), parts.borrow()));
    assert!(waits.get() > 1_000, "only {} tasks waited", waits.get());
    assert_eq!(parts.borrow().len(), 6, "every cause but `between-steps`: {:?}", parts.borrow());
}

#[test]
fn a_history_tells_how_filters_were_left_as_far_as_the_engine_can() {
    let known = RefCell::new(BTreeMap::<String, u32>::new());
    support::runs(3_000).check(stories(60), |(spec, ops)| {
        let (_, script) = staged(&spec, &ops)?;
        let (situation, _) = situation(&spec, &script)?;
        for (task, history) in situation.histories.unwrap_or_default().tasks {
            let Some(explained) = situation.engine.explain(task) else { continue };
            is_a_story(&history)?;
            for passed in &explained.passed {
                let left = history.left.get(&passed.filter);
                // The engine goes by the attributes of now: what was passed may match since they changed.
                let changed = history.entries.iter().any(|entry| matches!(entry.what, Happened::Updated { .. }));
                let passed_by = changed && left.is_none() && explained.entered != Some(passed.filter);
                let agree = match &passed.how {
                    Passed::LeftByTimeout | Passed::LeftBySkip | Passed::Left if passed_by => true,
                    Passed::LeftByTimeout => left == Some(&Leaving::Timeout),
                    Passed::LeftBySkip => left == Some(&Leaving::Skip),
                    Passed::Left => matches!(left, Some(Leaving::Timeout | Leaving::Skip)),
                    // What was left because nothing matches any more may match again since it ended.
                    Passed::MatchesSince => left.is_none() || (left == Some(&Leaving::Reread) && changed),
                    Passed::NotMatched(_) => matches!(left, None | Some(Leaving::Reread)) || changed,
                };
                let story = || format!("{:?} against {left:?} in\n{:#?}", passed.how, history.entries);
                if !agree {
                    return Err(story());
                }
                *known.borrow_mut().entry(format!("{left:?}")).or_default() += 1;
            }
        }
        Ok(())
    });
    support::say(&format!("filters passed: {:?}", known.borrow()));
    assert_eq!(
        known.borrow().len(),
        4,
        "not passed, left by timeout, by skip and by reading anew: {:?}",
        known.borrow()
    );
}

/// Steps are entered and left in turn, answers follow questions, time does not run backwards.
fn is_a_story(history: &TaskHistory) -> Result<(), String> {
    let (mut inside, mut asked) = (false, Vec::<&String>::new());
    let mut before = Duration::ZERO;
    for entry in &history.entries {
        let fine = match &entry.what {
            Happened::EnteredStep { .. } => !std::mem::replace(&mut inside, true),
            Happened::LeftStep { .. } => std::mem::replace(&mut inside, false),
            Happened::Asked { worker } => {
                asked.push(worker);
                true
            }
            Happened::Answered { worker, .. } => asked.contains(&worker),
            Happened::LeftWorkflow { .. } => !inside,
            Happened::Created { .. }
            | Happened::Updated { .. }
            | Happened::WorkflowUpdated { .. }
            | Happened::Turned { .. } => true,
        };
        if !fine || entry.at < before {
            return Err(format!("{entry:?} does not belong in\n{:#?}", history.entries));
        }
        before = entry.at;
    }
    Ok(())
}

/// The end of a script, with the histories of all its tasks.
fn situation(spec: &WorkspaceSpec, script: &Script) -> Result<(Situation, Timestamp), String> {
    let mut recording = Recording::new("random", 0, NAMESPACE, spec.clone());
    let mut tasks = Vec::new();
    let mut end = spec.start;
    for (at, command) in script {
        // Time that goes backwards is refused, and a recording does not tell of time that passes.
        if let Some(command) = command.as_ref().filter(|_| *at >= end) {
            recording.push(*at, command.clone());
            tasks.extend(if let Command::CreateTask(create) = command { Some(create.task) } else { None });
        }
        end = end.max(*at);
    }
    recording.end(end, "");
    let situation = Situation::of(&recording, recording.names(), end, tasks).map_err(|refused| refused.to_string())?;
    Ok((situation, end))
}

/// A wait as the model and the events tell it.
struct Told {
    from: Timestamp,
    to: Option<Timestamp>,
    cause: Option<&'static str>,
    parts: BTreeMap<&'static str, Duration>,
}

impl Told {
    fn stop(&mut self, now: Timestamp) {
        self.to.get_or_insert(now);
    }

    fn waited(&self, end: Timestamp) -> Duration {
        self.to.unwrap_or(end).since(self.from)
    }
}

/// Every task of a script as the model sees it. Causes are looked up at every timer, and twice in between.
fn watch(spec: &WorkspaceSpec, script: &Script, end: Timestamp) -> Result<BTreeMap<TaskId, Told>, String> {
    let mut model = Model::new(spec, NAMESPACE).map_err(|refused| refused.to_string())?;
    let mut told = BTreeMap::new();
    let inputs = script.iter().map(|(at, command)| (*at, command.as_ref())).chain([(end, None)]);
    for (now, command) in inputs {
        while model.clock() < now {
            let halfway = model.clock() + now.since(model.clock()) / 2;
            let minute = model.clock() + Duration::from_secs(60);
            let next = [model.next_timer().unwrap_or(now), halfway, minute, now].into_iter();
            let next = next.filter(|next| *next > model.clock()).min().unwrap_or(now);
            pass(&mut told, model.clock(), next);
            model.handle_timeout(next);
            take(&mut told, &mut model);
        }
        if let Some(command) = command {
            // A refusal is part of the run.
            let _ = model.handle(now, command);
            take(&mut told, &mut model);
        }
    }
    Ok(told)
}

fn pass(told: &mut BTreeMap<TaskId, Told>, from: Timestamp, to: Timestamp) {
    for told in told.values_mut() {
        if let Some(cause) = told.cause {
            *told.parts.entry(cause).or_default() += to.since(from);
        }
    }
}

fn take(told: &mut BTreeMap<TaskId, Told>, model: &mut Model) {
    for event in model.take_events() {
        note(told, &event);
    }
    for (task, told) in told {
        told.cause = model.cause(*task).filter(|_| told.to.is_none());
    }
}

fn note(told: &mut BTreeMap<TaskId, Told>, event: &Event) {
    match &event.kind {
        EventKind::TaskCreated(facts) => {
            told.insert(facts.task, Told { from: event.at, to: None, cause: None, parts: BTreeMap::new() });
        }
        EventKind::TaskCanceled(facts) | EventKind::TaskDeleted(facts) | EventKind::TaskSystemDeleted(facts) => {
            told.entry(facts.task).and_modify(|told| told.stop(event.at));
        }
        EventKind::ReservationAccepted(facts) => {
            told.entry(facts.task.task).and_modify(|told| told.stop(event.at));
        }
        EventKind::WorkspaceDeleted(_) => told.values_mut().for_each(|told| told.stop(event.at)),
        _ => {}
    }
}
