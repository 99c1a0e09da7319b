//! Advice helps: what it says is done, and nothing stands between the task and the worker any more; less would not do.

#![allow(
    clippy::expect_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test may fail loudly, and names only the variants it is about"
)]

#[path = "unblock/looks.rs"]
mod looks;
#[path = "unblock/search.rs"]
mod search;
mod support;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use pointsman::{
    CancelTask, Change, ChangeKind, Command, Engine, Known, SetWorkerActivity, TaskId, TaskStatus, UpdateWorkerChannel,
    Verdict, WorkerId,
};

#[test]
fn advice_flips_the_pair() {
    let counts = RefCell::new(BTreeMap::<String, usize>::new());
    let pairs = Cell::new(0_usize);
    let count = |what: &str| *counts.borrow_mut().entry(what.to_owned()).or_default() += 1;
    support::runs(150).stories(support::stories(50), |driver| {
        for task in waiting(driver.engine()) {
            let alone = alone(driver.engine(), task);
            for worker in alone.workers().map(|view| view.facts.worker) {
                let verdict = verdict(&alone, task, worker);
                let Some(advice) = alone.unblock(task, worker) else {
                    count(needless(&alone, task, worker, &verdict)?);
                    continue;
                };
                advice.changes.iter().for_each(|change| count(change.kind.code()));
                count(&format!("{} changes", advice.changes.len()));
                flips(&alone, task, worker, &advice.changes)?;
                smallest(&alone, task, worker, &advice.changes)?;
                // What is hopeless is found out by a search, which is to see what can be seen with two attributes.
                let is_in_reach = advice.changes.iter().filter(|change| is_of_attribute(change)).count() <= 2;
                let looks = is_in_reach && pairs.replace(pairs.get() + 1).is_multiple_of(10);
                if looks && search::search(&alone, task, worker).is_none() {
                    return Err(format!("the search does not find {advice:?}"));
                }
            }
        }
        Ok(())
    });
    let counts = counts.take();
    support::say(&format!("advice: {counts:?}"));
    assert!(counts["1 changes"] > 1_000 && counts["2 changes"] > 100, "{counts:?}");
    let missing: Vec<_> = ChangeKind::CODES.iter().filter(|code| !counts.contains_key(**code)).collect();
    assert!(missing.is_empty() && counts["hopeless"] > 10, "{missing:?} do not occur: {counts:?}");
}

/// With other tasks about, the worker may be asked to take one of them with the hand the advice gave it, and only then.
#[test]
fn advice_flips_the_pair_unless_another_task_takes_the_hand() {
    let (flipped, taken) = (Cell::new(0), Cell::new(0));
    support::runs(100).stories(support::stories(50), |driver| {
        for task in waiting(driver.engine()) {
            for worker in driver.engine().workers().map(|view| view.facts.worker) {
                let Some(advice) = driver.engine().unblock(task, worker) else { continue };
                let mut fork = driver.engine().clone();
                let before = reservations(&fork, worker);
                made(&mut fork, &advice.changes)?;
                let elsewhere = reservations(&fork, worker) != before || asked_meanwhile(driver.engine(), &fork, task);
                let eligible = fork.explain(task).is_some() && verdict(&fork, task, worker).is_eligible();
                flipped.set(flipped.get() + usize::from(eligible));
                taken.set(taken.get() + usize::from(!eligible));
                if !eligible && !elsewhere {
                    return Err(format!("{advice:?} does not help {worker} to {task}"));
                }
            }
        }
        Ok(())
    });
    support::say(&format!("advice among others: {} pairs flipped, {} hands taken", flipped.get(), taken.get()));
    assert!(flipped.get() > 4 * taken.get(), "{} flipped, {} did not", flipped.get(), taken.get());
}

fn is_of_attribute(change: &Change) -> bool {
    matches!(change.kind, ChangeKind::SetTaskAttribute { .. } | ChangeKind::SetWorkerAttribute { .. })
}

fn waiting(engine: &Engine) -> Vec<TaskId> {
    let waiting = engine.tasks().filter(|view| view.facts.status.is_waiting());
    waiting.map(|view| view.facts.task).filter(|task| engine.explain(*task).is_some()).collect()
}

/// A copy in which no other task waits.
fn alone(engine: &Engine, task: TaskId) -> Engine {
    let mut fork = engine.clone();
    for other in engine.tasks().filter(|view| view.facts.status == TaskStatus::Pending) {
        if other.facts.task != task {
            fork.handle(engine.clock(), CancelTask::new(other.facts.task)).expect("a pending task is canceled");
        }
    }
    fork
}

fn verdict(engine: &Engine, task: TaskId, worker: WorkerId) -> Verdict {
    let explained = engine.explain(task).expect("the task is there");
    explained.workers.into_iter().find(|pair| pair.worker == worker).expect("the worker is there").verdict
}

fn made(fork: &mut Engine, changes: &[Change]) -> Result<(), String> {
    let mut commands = changes.iter().map(|change| change.command.clone());
    commands.try_for_each(|command| {
        fork.handle(fork.clock(), command.clone()).map_err(|refused| format!("{command:?}: {refused}"))
    })
}

fn flips(engine: &Engine, task: TaskId, worker: WorkerId, changes: &[Change]) -> Result<(), String> {
    let mut fork = engine.clone();
    made(&mut fork, changes)?;
    let after = verdict(&fork, task, worker);
    if after.is_eligible() { Ok(()) } else { Err(format!("after {changes:?} still: {after}")) }
}

/// None of several changes is in vain, and there is not one that would do alone.
fn smallest(engine: &Engine, task: TaskId, worker: WorkerId, changes: &[Change]) -> Result<(), String> {
    if changes.len() < 2 {
        return Ok(());
    }
    // A later command about the same document holds the earlier change, too.
    let code = |at: usize| changes[at].kind.code();
    let carried =
        |at: usize| code(at).ends_with("-attribute") && (at + 1..changes.len()).any(|later| code(later) == code(at));
    for left_out in (0..changes.len()).filter(|at| !carried(*at)) {
        let fewer: Vec<_> =
            changes.iter().enumerate().filter(|(at, _)| *at != left_out).map(|(_, change)| change.clone()).collect();
        if flips(engine, task, worker, &fewer).is_ok() && stays(engine, task, &fewer)? {
            return Err(format!("{:?} is not needed of {changes:?}", changes[left_out].kind));
        }
    }
    for command in singles(engine, task, worker) {
        let mut fork = engine.clone();
        let accepted = fork.handle(engine.clock(), command.clone()).is_ok();
        if accepted && fork.task(task).is_some() && verdict(&fork, task, worker).is_eligible() {
            return Err(format!("{command:?} alone would do, and not {changes:?}"));
        }
    }
    Ok(())
}

/// Whether the task is still in its step: elsewhere there may be less to do.
fn stays(engine: &Engine, task: TaskId, changes: &[Change]) -> Result<bool, String> {
    let mut fork = engine.clone();
    made(&mut fork, changes)?;
    let step = |engine: &Engine| engine.task(task).and_then(|view| view.facts.step);
    let place = |engine: &Engine| step(engine).map(|step| (step.filter, step.target, step.task_queue));
    Ok(place(&fork) == place(engine))
}

/// The cheap changes one might make first.
fn singles(engine: &Engine, task: TaskId, worker: WorkerId) -> Vec<Command> {
    let channel = engine.task(task).expect("the task is there").facts.task_channel;
    let activities = engine.workers_figures().activities;
    let activities = activities.into_iter().map(|row| SetWorkerActivity::new(worker, row.activity).into());
    let share = UpdateWorkerChannel::new(worker, channel);
    activities.chain([share.clone().available(true).into(), share.capacity(30).into()]).collect()
}

/// Why there is no advice: nothing is to be done, or nothing can be.
fn needless(engine: &Engine, task: TaskId, worker: WorkerId, verdict: &Verdict) -> Result<&'static str, String> {
    match verdict {
        _ if verdict.is_eligible() => Ok("nothing to do"),
        Verdict::NotTheKnownWorker { known: Known::Direct(_) } => Ok("for another worker"),
        _ => match search::search(engine, task, worker) {
            None => Ok("hopeless"),
            Some(found) => Err(format!("no advice for {worker}, who {verdict}, and this would help: {found:#?}")),
        },
    }
}

fn reservations(engine: &Engine, worker: WorkerId) -> usize {
    engine.worker(worker).expect("the worker is there").reservations.len()
}

/// Whether other workers have been asked since, or the task is over.
fn asked_meanwhile(before: &Engine, after: &Engine, task: TaskId) -> bool {
    let status = |engine: &Engine| engine.task(task).map(|view| view.facts.status);
    status(before) != status(after)
}
