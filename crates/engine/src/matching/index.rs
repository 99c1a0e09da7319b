//! Matching by classes: what applies next, at a cost that follows the classes of tasks and workers and not their
//! numbers. An *arriving* task looks at the first ready worker of each class; a worker that *gained* something looks at
//! the first task of each line; a *change* puts rows where they now belong. It decides nothing that the verdict on a
//! pair would not.

use std::collections::BTreeSet;

use super::demand::{Aim, Demand, Kind};
use super::names::{FEW, Names};
use super::needs::{Answer, Needs};
use super::supply::{Rank, Supply};
use super::{Judge, Settlement};
use crate::catalog::Configuration;
use crate::id::TaskChannelId;
use crate::invariant::{Checked, ensure};
use crate::state::table::Seq;
use crate::state::tasks::{Mark, Task, TaskKey};
use crate::state::workers::{Touch, Worker};

/// Tasks and workers by class, and what of them may have something to do.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    names: Names,
    needs: Needs,
    supply: Supply,
    demand: Demand,
    /// In the order in which classes count them.
    channels: Vec<TaskChannelId>,
    /// Pending tasks to be looked at.
    looked_at: BTreeSet<TaskKey>,
    /// Workers that may be asked for something new.
    gained: BTreeSet<Seq>,
    /// The best task that a worker could be asked for when it was last looked at. It may be taken since; a better one
    /// has to be looked at anyway.
    offers: BTreeSet<(TaskKey, Seq)>,
    /// Classes are not what they should be.
    stale: bool,
    /// How many classes, lines and needs there may be before those without a use are forgotten.
    allowed: usize,
}

impl Index {
    /// Notes what a configuration's steps read.
    pub(crate) fn learn(&mut self, configuration: &Configuration) {
        self.stale |= self.names.learn(configuration);
    }

    /// Task channels or the way of tasking changed.
    pub(crate) fn renew(&mut self) {
        self.stale = true;
    }

    /// A change: puts the rows that were touched where they now belong.
    pub(crate) fn change(&mut self, judge: Judge<'_>, tasks: &[Seq], workers: &[(Seq, Touch)]) {
        if self.stale || self.supply.len() + self.demand.len() + self.needs.len() > self.allowed {
            self.gained.extend(workers.iter().map(|(seq, _)| *seq));
            self.rebuild(judge);
        }
        for (seq, touch) in workers {
            if self.supply.place(judge, &self.names, *seq, *touch) {
                self.gained.insert(*seq);
            }
        }
        for seq in tasks {
            if let Some((_, key)) = self.demand.waits(*seq) {
                self.looked_at.remove(&key);
            }
            let key = self.demand.place(judge, &self.names, &mut self.needs, *seq);
            self.looked_at.extend(key);
        }
    }

    /// Forms all classes anew. A name that tells too many apart is left out from then on.
    fn rebuild(&mut self, judge: Judge<'_>) {
        self.channels = judge.catalog.channels.iter().map(|(_, channel)| channel.id).collect();
        self.channels.sort_unstable();
        let looked_at: Vec<Seq> = self.looked_at.iter().map(|key| key.seq()).collect();
        loop {
            self.form(judge);
            let wide = self.supply.too_wide(&self.names).or_else(|| self.needs.too_wide(&self.names));
            let Some(wide) = wide else { break };
            self.names.widen(&wide);
        }
        self.looked_at = looked_at.into_iter().filter_map(|seq| self.demand.waits(seq)).map(|(_, key)| key).collect();
        self.allowed = 2 * (self.supply.len() + self.demand.len() + self.needs.len()) + FEW * FEW;
        self.stale = false;
    }

    fn form(&mut self, judge: Judge<'_>) {
        (self.supply, self.demand, self.needs) = Default::default();
        for (seq, _) in judge.state.workers.iter() {
            self.supply.place(judge, &self.names, seq, Touch::Who);
        }
        for (seq, _) in judge.state.tasks.iter() {
            self.demand.place(judge, &self.names, &mut self.needs, seq);
        }
    }

    /// The best pending task to which something applies, and what (rule R1).
    pub(crate) fn next(&mut self, judge: Judge<'_>) -> Option<(Seq, Settlement)> {
        let offered = self.best_offer(judge);
        while let Some(key) = self.looked_at.first().copied().filter(|key| offered.is_none_or(|best| *key <= best)) {
            let seq = key.seq();
            if let Some(settlement) = judge.state.tasks.at(seq).and_then(|task| self.arrive(judge, seq, task)) {
                return Some((seq, settlement));
            }
            self.looked_at.remove(&key);
        }
        let seq = offered?.seq();
        let task = judge.state.tasks.at(seq)?;
        Some((seq, Settlement::Reserve(self.candidates(judge, seq, task))))
    }

    /// A task has been looked at and waits.
    pub(crate) fn wait(&mut self, seq: Seq) {
        if let Some((_, key)) = self.demand.waits(seq) {
            self.looked_at.remove(&key);
        }
    }

    /// What applies to a task to be looked at.
    fn arrive(&mut self, judge: Judge<'_>, seq: Seq, task: &Task) -> Option<Settlement> {
        let overdue = task.is_overdue(judge.now);
        if overdue && task.mark == Some(Mark::Returned) {
            return Some(Settlement::LeaveByTimeout);
        }
        let candidates = self.candidates(judge, seq, task);
        if !candidates.is_empty() {
            return Some(Settlement::Reserve(candidates));
        }
        task.mark?;
        if overdue {
            return Some(Settlement::LeaveByTimeout);
        }
        Some(if judge.skips(task) { Settlement::LeaveBySkip } else { Settlement::Wait })
    }

    /// The best task that some worker with something new may be asked for.
    fn best_offer(&mut self, judge: Judge<'_>) -> Option<TaskKey> {
        for worker in std::mem::take(&mut self.gained) {
            let offer = self.free(judge, worker);
            self.offers.extend(offer.map(|key| (key, worker)));
        }
        while let Some((key, worker)) = self.offers.first().copied() {
            if self.holds(judge, key, worker) {
                return Some(key);
            }
            self.offers.pop_first();
            let offer = self.free(judge, worker);
            self.offers.extend(offer.map(|key| (key, worker)));
        }
        None
    }

    /// Whether the worker may still be asked for the task.
    fn holds(&self, judge: Judge<'_>, key: TaskKey, worker: Seq) -> bool {
        let waits = self.demand.waits(key.seq()).is_some_and(|(_, current)| current == key);
        let pair = judge.state.tasks.at(key.seq()).zip(judge.state.workers.at(worker));
        waits && pair.is_some_and(|(task, row)| judge.verdict(task, worker, row).is_none())
    }

    /// The best task that a worker may be asked for now.
    fn free(&mut self, judge: Judge<'_>, seq: Seq) -> Option<TaskKey> {
        let Self { names, needs, supply, demand, channels, .. } = self;
        let (worker, placed) = judge.state.workers.at(seq).zip(supply.placed(seq))?;
        let queues = supply.queues(placed.class);
        let mut best: Option<TaskKey> = None;
        for at in demand.of(worker, queues) {
            let Some((kind, line)) = demand.line(at) else { continue };
            let ready = if kind.regardless { placed.open } else { placed.is_ready(channel(channels, kind)) };
            let may_serve = ready && (kind.aim.is_none() || judge.is_in(kind, worker));
            let better = |key: &&TaskKey| best.is_none_or(|best| **key < best);
            let Some(first) = line.first().filter(better).filter(|_| may_serve) else { continue };
            let Some(task) = judge.state.tasks.at(first.seq()) else { continue };
            best = match needs.answer(names, (kind.need, task), (placed.class, worker), judge) {
                Answer::Yes => Some(*first),
                Answer::No => best,
                Answer::Single => {
                    let mut ahead = line.iter().take_while(better);
                    ahead.find(|key| judge.step_holds(key.seq(), worker)).copied().or(best)
                }
            };
        }
        best
    }

    /// The workers to ask for a task, best first: as many as its queue asks at once (rule R11).
    fn candidates(&mut self, judge: Judge<'_>, seq: Seq, task: &Task) -> Vec<Seq> {
        let most = judge.batch(task);
        let candidates = self.first_candidates(judge, seq, task, most);
        let rows = candidates.iter().filter_map(|seq| Some((*seq, judge.state.workers.at(*seq)?)));
        let rows: Vec<_> = rows.collect();
        let order = judge.keys(task, &rows).sorted();
        order.into_iter().take(most).map(|at| rows[at].0).collect()
    }

    /// Workers who may be asked for the task now, in creation order; of each class the first ones at least.
    fn first_candidates(&mut self, judge: Judge<'_>, seq: Seq, task: &Task, most: usize) -> Vec<Seq> {
        let Self { names, needs, supply, demand, channels, .. } = self;
        let Some((kind, _)) = demand.waits(seq).and_then(|(line, _)| demand.line(line)) else { return Vec::new() };
        if let Some(aim) = &kind.aim {
            let fits = |(seq, worker): &(Seq, &Worker)| judge.verdict(task, *seq, worker).is_none();
            return judge.aimed_at(aim).filter(fits).map(|(seq, _)| seq).collect();
        }
        let Some(queue) = kind.queue else { return Vec::new() };
        let order_by = task.target().and_then(|target| target.order_by.as_ref());
        let of_each = if order_by.is_none_or(|list| names.ranks(list)) { most } else { usize::MAX };
        let mut found: Vec<Seq> = Vec::new();
        for class in supply.classes(queue) {
            let mut ready = supply.ready(*class, channel(channels, kind)).peekable();
            let first = ready.peek().and_then(|(_, seq)| judge.state.workers.at(*seq));
            let Some(first) = first else { continue };
            let answer = needs.answer(names, (kind.need, task), (*class, first), judge);
            let fits = |(_, worker): &Rank| match answer {
                Answer::Yes => true,
                Answer::No => false,
                Answer::Single => {
                    judge.state.workers.at(*worker).is_some_and(|worker| judge.step_expression_holds(task, worker))
                }
            };
            found.extend(ready.filter(fits).map(|(_, seq)| seq).take(of_each));
        }
        found.sort_unstable();
        found
    }

    /// Nothing is left to be looked at, and the classes find who a look at every pair finds; so do classes formed anew.
    pub(crate) fn check(&self, judge: Judge<'_>) -> Checked {
        let looked_at = self.looked_at.is_empty() && self.gained.is_empty() && self.offers.is_empty();
        ensure!(looked_at, "after settling nothing applies to a task");
        let mut anew = self.clone();
        anew.rebuild(judge);
        for mut index in [self.clone(), anew] {
            for (seq, task) in judge.state.tasks.iter().filter(|(seq, _)| judge.state.tasks.key(*seq).is_some()) {
                let found = index.candidates(judge, seq, task);
                let pairs = judge.ranked(task, |verdict| verdict.is_none());
                ensure!(pairs.iter().take(judge.batch(task)).eq(&found), "{}: classes find who pairs find", task.id);
                ensure!(found.is_empty(), "{}: after settling nobody can be asked for a pending task", task.id);
            }
        }
        Ok(())
    }
}

fn channel(channels: &[TaskChannelId], kind: &Kind) -> usize {
    channels.iter().position(|channel| *channel == kind.channel).unwrap_or(usize::MAX)
}

impl<'a> Judge<'a> {
    /// How many workers the task's queue asks at once.
    fn batch(self, task: &Task) -> usize {
        let queue = task.place.as_ref().and_then(|place| self.catalog.queues.get(place.queue));
        queue.map_or(1, |queue| usize::try_from(queue.max_reserved_workers).unwrap_or(usize::MAX))
    }

    /// Whether a line's tasks mind the worker's queues and the worker is in theirs.
    fn is_in(self, kind: &Kind, worker: &Worker) -> bool {
        kind.aim == Some(Aim::Worker(worker.id)) || kind.queue.is_some_and(|queue| worker.is_in(queue))
    }

    fn step_holds(self, task: Seq, worker: &Worker) -> bool {
        self.state.tasks.at(task).is_some_and(|task| self.step_expression_holds(task, worker))
    }

    /// The workers that are meant, in creation order.
    fn aimed_at(self, aim: &Aim) -> impl Iterator<Item = (Seq, &'a Worker)> {
        let workers = &self.state.workers;
        let (one, same) = match aim {
            Aim::Worker(id) => (workers.row(*id), None),
            Aim::Name(name) => (workers.named(name), None),
            Aim::Sid(sid) => (None, Some(workers.with_sid(sid))),
            Aim::Nobody => (None, None),
        };
        one.into_iter().chain(same.into_iter().flatten())
    }
}
