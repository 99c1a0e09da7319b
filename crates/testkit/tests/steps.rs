//! Whatever is said to help can be written down: in random runs, the step of a scenario that is told gives the very
//! command of the advice.

mod support;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use pointsman::{Change, TaskId};
use pointsman_config::{Diagnostic, NoFiles, SourceFile};
use pointsman_sim::Situation;
use support::stories;

#[test]
fn the_steps_that_are_told_are_the_commands_of_the_advice() {
    let kinds = RefCell::new(BTreeMap::<&str, usize>::new());
    support::runs(100).stories(stories(40), |driver| {
        let situation = Situation::now(driver.engine().clone());
        let waiting = driver.engine().tasks().filter(|view| view.facts.status.is_waiting());
        for task in waiting.map(|view| view.facts.task) {
            let workers: Vec<_> = driver.engine().workers().map(|view| view.facts.worker).collect();
            for worker in workers {
                let advice = driver.engine().unblock(task, worker);
                for (place, change) in advice.iter().flat_map(|advice| &advice.changes).enumerate() {
                    let Some(step) = step(&situation, task, worker, place) else { continue };
                    same(&situation, &step, change)?;
                    *kinds.borrow_mut().entry(change.kind.code()).or_default() += 1;
                }
            }
        }
        Ok(())
    });
    support::say(&format!("steps of advice: {:?}", kinds.borrow()));
    assert_eq!(kinds.borrow().len(), 7, "every kind but the change of a whole configuration: {:?}", kinds.borrow());
}

fn step(situation: &Situation, task: TaskId, worker: pointsman::WorkerId, place: usize) -> Option<String> {
    let explained = situation.explain(task, Some(worker))?;
    explained.workers.into_values().next()?.unblock?.changes.into_iter().nth(place)?.step
}

fn same(situation: &Situation, step: &str, change: &Change) -> Result<(), String> {
    let file = Arc::new(SourceFile::new("step", step));
    let told = |wrong: Vec<Diagnostic>| wrong.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    let read = situation.clone().propose(&file, &NoFiles);
    let read = read.map_err(|wrong| format!("{step}: {}", told(wrong)))?;
    support::same(step, &read.command, &change.command)
}
