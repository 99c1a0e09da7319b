//! Explanations say of every pair of task and worker what the reference model says, in every state of random runs.

#![allow(clippy::wildcard_enum_match_arm, reason = "a test may fail loudly, and names only the variants it is about")]

mod support;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use pointsman::{TaskExplanation, Verdict, WorkerId, WorkerVerdict};
use pointsman_testkit::Driver;
use support::same;

#[test]
fn every_pair_has_the_verdicts_of_the_model() {
    let (states, pairs) = (Cell::new(0), Cell::new(0));
    let codes = RefCell::new(BTreeMap::<String, usize>::new());
    support::runs(400).stories(support::stories(60), |driver| {
        states.set(states.get() + 1);
        for (explained, judged) in explained(driver) {
            pairs.set(pairs.get() + explained.workers.len());
            let briefed = |worker: &WorkerVerdict| (worker.worker, briefs(&worker.verdict, &worker.others));
            let theirs: Vec<_> = explained.workers.iter().map(briefed).collect();
            same("the verdicts", &theirs, &judged)?;
            let cause = explained.cause.map(|cause| cause.code());
            same("the causes", &cause, &driver.model().cause(explained.task.facts.task))?;
            let mut codes = codes.borrow_mut();
            let verdicts =
                explained.workers.iter().flat_map(|worker| std::iter::once(&worker.verdict).chain(&worker.others));
            verdicts.for_each(|verdict| *codes.entry(verdict.code().to_owned()).or_default() += 1);
            codes.extend(cause.map(|cause| (format!("cause {cause}"), 1)));
        }
        Ok(())
    });
    let seen: Vec<_> = codes.take().into_iter().collect();
    support::say(&format!("explanations against model: {} pairs in {} states, {seen:?}", pairs.get(), states.get()));
    assert!(states.get() > 10_000, "only {} states were looked at", states.get());
    let listed = seen.iter().filter(|(code, _)| Verdict::CODES.contains(&code.as_str())).count();
    assert_eq!(listed, Verdict::CODES.len(), "every code is listed and occurs: {seen:?}");
    assert_eq!(seen.len(), 13 + 6, "every verdict and every cause but `between-steps` occurs: {seen:?}");
}

#[test]
fn what_a_worker_is_told_is_what_its_tasks_are_told() {
    let tasks = Cell::new(0);
    support::runs(100).stories(support::stories(60), |driver| {
        let engine = driver.engine();
        for worker in engine.workers().map(|view| view.facts.worker) {
            let Some(explained) = engine.explain_worker(worker) else { continue };
            for of_task in &explained.tasks {
                tasks.set(tasks.get() + 1);
                let of_pair = engine.explain(of_task.task).and_then(|task| {
                    let mut workers = task.workers.into_iter();
                    workers.find(|of_worker| of_worker.worker == worker)
                });
                let of_pair = of_pair.map(|pair| (pair.verdict, pair.others));
                same("the two sides of a pair", &Some((of_task.verdict.clone(), of_task.others.clone())), &of_pair)?;
            }
            let first = explained.tasks.iter().find(|task| task.others.contains(&Verdict::WouldBeNext));
            same("the next tasks", &explained.next, &first.map(|task| task.task))?;
        }
        Ok(())
    });
    assert!(tasks.get() > 1_000, "only {} pairs were looked at", tasks.get());
}

/// Asking changes nothing, and what fails is blamed on something.
#[test]
fn explaining_is_looking() {
    support::runs(60).stories(support::stories(60), |driver| {
        let before = driver.engine().digest();
        for (explained, _) in explained(driver) {
            for worker in &explained.workers {
                let failed = match &worker.verdict {
                    Verdict::NotInQueue { failed: Some(failed), .. } | Verdict::StepExpressionFalse { failed } => {
                        failed
                    }
                    _ => continue,
                };
                if failed.blamed.is_empty() {
                    return Err(format!("`{}` fails and nothing is blamed", failed.expression));
                }
            }
        }
        same("the digests", &before, &driver.engine().digest())
    });
}

/// What the model says of each worker.
type Judged = Vec<(WorkerId, Vec<String>)>;

/// Every task of a living workspace, explained by both.
fn explained(driver: &Driver) -> Vec<(TaskExplanation, Judged)> {
    let tasks = driver.engine().tasks().map(|view| view.facts.task);
    tasks.filter_map(|task| Some((driver.engine().explain(task)?, driver.model().verdicts(task)))).collect()
}

/// Code and subject of each verdict.
fn briefs(first: &Verdict, others: &[Verdict]) -> Vec<String> {
    std::iter::once(first).chain(others).map(brief).collect()
}

fn brief(verdict: &Verdict) -> String {
    let code = verdict.code();
    match verdict {
        Verdict::NoCapacity { load, capacity, .. } => format!("{code} {load}/{capacity}"),
        Verdict::AlreadyHasReservation { task } | Verdict::Outranked { task, .. } => format!("{code} {task}"),
        Verdict::NotWaiting { status } => format!("{code} {status}"),
        Verdict::OrderedBehind { worker, .. } => format!("{code} {worker}"),
        _ => code.to_owned(),
    }
}
