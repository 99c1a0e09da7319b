//! Matching by classes: what applies next, at a cost that follows the classes of tasks and workers and not their
//! numbers. An *arriving* task looks at the first ready worker of each class; a worker that *gained* something looks at
//! the first task of each line; a *change* puts rows where they now belong. It decides nothing that the verdict on a
//! pair would not.

use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::demand::{Demand, Kind};
use super::names::{FEW, Names};
use super::needs::{Answer, Needs};
use super::queues::Queues;
use super::supply::{Placed, Rank, Supply};
use super::{Asked, Judge, Settlement};
use crate::catalog::Configuration;
use crate::invariant::{Checked, ensure};
use crate::state::table::Seq;
use crate::state::tasks::{Mark, Task, TaskKey};
use crate::state::workers::{Touch, Worker};
use crate::status::TaskStatus;

/// Tasks and workers by class, and what of them may have something to do.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    names: Names,
    needs: Needs,
    queues: Queues,
    supply: Supply,
    demand: Demand,
    /// Pending tasks to be looked at; those that have moved on meanwhile are passed over.
    looked_at: BinaryHeap<Reverse<TaskKey>>,
    /// Workers that may be asked for something new.
    gained: Vec<Seq>,
    /// The best task that a worker could be asked for when it was last looked at. It may be taken since; a better one
    /// has to be looked at anyway.
    offers: BinaryHeap<Reverse<(TaskKey, Seq)>>,
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
        if self.stale || self.kept() > self.allowed {
            self.gained.extend(workers.iter().map(|(seq, _)| *seq));
            self.rebuild(judge);
        }
        let Self { names, queues, supply, .. } = self;
        let minds_answers = !judge.catalog.multi_task || !names.moving.is_empty();
        for (seq, touch) in workers.iter().filter(|(_, touch)| *touch != Touch::Answer || minds_answers) {
            if supply.place(judge, (names, queues), *seq, *touch) {
                self.gained.push(*seq);
            }
        }
        // After the workers were placed: what they gained is known, and only tasks that are looked at are of the channel.
        self.open(judge, tasks.iter().copied());
        let Self { names, needs, queues, demand, .. } = self;
        for seq in tasks {
            let key = demand.place(judge, (names, queues), needs, *seq);
            self.looked_at.extend(key.map(Reverse));
        }
    }

    /// Nothing is to be done as long as nothing is touched.
    pub(crate) fn rests(&self) -> bool {
        !self.stale && self.looked_at.is_empty() && self.gained.is_empty() && self.offers.is_empty()
    }

    fn kept(&self) -> usize {
        self.supply.len() + self.demand.len() + self.needs.len()
    }

    /// Forms all classes anew. A name that tells too many apart is left out from then on.
    fn rebuild(&mut self, judge: Judge<'_>) {
        loop {
            self.form(judge);
            let wide = self.supply.too_wide(&self.names).or_else(|| self.needs.too_wide(&self.names));
            let Some(wide) = wide else { break };
            self.names.widen(&wide);
        }
        let looked_at = std::mem::take(&mut self.looked_at).into_iter();
        let keys = looked_at.filter_map(|Reverse(key)| self.demand.waits(key.seq()));
        self.looked_at = keys.map(|(_, key)| Reverse(key)).collect();
        self.allowed = 2 * self.kept() + FEW * FEW;
        self.stale = false;
    }

    fn form(&mut self, judge: Judge<'_>) {
        (self.supply, self.demand, self.needs) = Default::default();
        self.queues = Queues::new(judge);
        self.open(judge, judge.state.tasks.iter().map(|(seq, _)| seq));
        let Self { names, needs, queues, supply, demand, .. } = self;
        for (seq, _) in judge.state.workers.iter() {
            supply.place(judge, (names, queues), seq, Touch::Who);
        }
        for (seq, _) in judge.state.tasks.iter() {
            demand.place(judge, (names, queues), needs, seq);
        }
    }

    /// Has workers stand ready on the channels of these tasks.
    fn open(&mut self, judge: Judge<'_>, tasks: impl Iterator<Item = Seq>) {
        let waiting =
            tasks.filter_map(|seq| judge.state.tasks.at(seq)).filter(|task| task.status() == TaskStatus::Pending);
        for task in waiting {
            if let Some(channel) = self.queues.uses(task.task_channel) {
                self.supply.open(judge, &self.queues, channel);
            }
        }
    }

    /// The best pending task to which something applies, and what (rule R1).
    pub(crate) fn next(&mut self, judge: Judge<'_>) -> Option<(Seq, Settlement)> {
        let offered = self.best_offer(judge);
        while let Some(key) = self.first_looked_at().filter(|key| offered.is_none_or(|best| *key <= best)) {
            let seq = key.seq();
            let settlement = judge.state.tasks.at(seq).and_then(|task| self.arrive(judge, seq, task));
            if settlement.as_ref().is_none_or(|settlement| *settlement == Settlement::Wait) {
                self.looked_at.pop();
            }
            if let Some(settlement) = settlement {
                return Some((seq, settlement));
            }
        }
        let seq = offered?.seq();
        let task = judge.state.tasks.at(seq)?;
        Some((seq, Settlement::Reserve(self.candidates(judge, seq, task))))
    }

    /// The best task to be looked at that still waits where it did.
    fn first_looked_at(&mut self) -> Option<TaskKey> {
        loop {
            let Reverse(key) = *self.looked_at.peek()?;
            if self.demand.waits(key.seq()).is_some_and(|(_, current)| current == key) {
                return Some(key);
            }
            self.looked_at.pop();
        }
    }

    /// What applies to a task to be looked at.
    fn arrive(&mut self, judge: Judge<'_>, seq: Seq, task: &Task) -> Option<Settlement> {
        let overdue = task.is_overdue(judge.now);
        if overdue && task.mark == Some(Mark::Returned) {
            return Some(Settlement::LeaveByTimeout);
        }
        let candidates = self.candidates(judge, seq, task);
        if !candidates.as_slice().is_empty() {
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
        let mut is_new = self.offers.is_empty();
        while let Some(worker) = self.gained.pop() {
            self.offer(judge, worker);
        }
        while let Some(Reverse((key, worker))) = self.offers.peek().copied() {
            if is_new || self.holds(judge, key, worker) {
                return Some(key);
            }
            self.offers.pop();
            is_new = false;
            self.offer(judge, worker);
        }
        None
    }

    fn offer(&mut self, judge: Judge<'_>, worker: Seq) {
        let offer = self.free(judge, worker);
        self.offers.extend(offer.map(|key| Reverse((key, worker))));
    }

    /// Whether the worker may still be asked for the task.
    fn holds(&self, judge: Judge<'_>, key: TaskKey, worker: Seq) -> bool {
        let waits = self.demand.waits(key.seq()).is_some_and(|(_, current)| current == key);
        let pair = judge.state.tasks.at(key.seq()).zip(judge.state.workers.at(worker));
        waits && pair.is_some_and(|(task, row)| judge.verdict(task, worker, row).is_none())
    }

    /// The best task that a worker may be asked for now: one of the first of the lines it may serve.
    fn free(&mut self, judge: Judge<'_>, seq: Seq) -> Option<TaskKey> {
        let Self { names, needs, queues, supply, demand, .. } = self;
        let (worker, placed) = judge.state.workers.at(seq).zip(supply.placed(seq))?;
        let of_worker = supply.queues(placed);
        let mut best: Option<TaskKey> = None;
        let mut look = |at: usize| {
            let better = |key: &TaskKey| best.is_none_or(|best| *key < best);
            let Some(first) = demand.first(at).filter(better) else { return };
            let Some((kind, line)) = demand.line(at).filter(|(kind, _)| considers(kind, placed, of_worker)) else {
                return;
            };
            let Some(task) = judge.state.tasks.at(first.seq()) else { return };
            best = match needs.answer(names, (kind.need, task), (placed.class, worker), judge) {
                Answer::Yes => Some(first),
                Answer::No => best,
                Answer::Single => {
                    let mut ahead = line.iter().copied().take_while(better);
                    ahead.find(|key| judge.step_holds(key.seq(), worker)).or(best)
                }
            };
        };
        for channel in queues.used.iter().filter(|channel| placed.is_ready(**channel)) {
            for queue in of_worker {
                queues.sides(*queue).lines[*channel].iter().for_each(|line| look(*line));
            }
        }
        demand.aimed_at(worker).for_each(look);
        best
    }

    /// The workers to ask for a task, best first: as many as its queue asks at once (rule R11).
    fn candidates(&mut self, judge: Judge<'_>, seq: Seq, task: &Task) -> Asked {
        let most = judge.batch(task);
        let order_by = task.target().and_then(|target| target.order_by.as_ref());
        if most == 1 && order_by.is_none() {
            let best = Cell::new(None::<Rank>);
            let better = |rank: &Rank| best.get().is_none_or(|best| *rank < best);
            let visit = |rank| best.set(Some(rank).filter(better).or(best.get()));
            self.each_candidate(judge, (seq, task), 1, better, visit);
            return Asked::One(best.get().map(|(_, seq)| seq));
        }
        let of_each = if order_by.is_none_or(|list| self.names.ranks(list)) { most } else { usize::MAX };
        let mut found: Vec<Seq> = Vec::new();
        self.each_candidate(judge, (seq, task), of_each, |_| true, |(_, seq)| found.push(seq));
        found.sort_unstable();
        let rows: Vec<_> = found.iter().filter_map(|seq| Some((*seq, judge.state.workers.at(*seq)?))).collect();
        let order = judge.keys(task, &rows).sorted();
        Asked::Several(order.into_iter().take(most).map(|at| rows[at].0).collect())
    }

    /// Visits workers who may be asked for the task now: of each class whose first is wanted the first so many at least.
    fn each_candidate(
        &mut self,
        judge: Judge<'_>,
        (seq, task): (Seq, &Task),
        of_each: usize,
        wanted: impl Fn(&Rank) -> bool,
        mut visit: impl FnMut(Rank),
    ) {
        let Self { names, needs, queues, supply, demand, .. } = self;
        let Some((kind, _)) = demand.waits(seq).and_then(|(line, _)| demand.line(line)) else { return };
        if let Some(aim) = &kind.aim {
            let fits = |(seq, worker): &(Seq, &Worker)| judge.verdict(task, *seq, worker).is_none();
            let rank = |(seq, worker)| (judge.idle_key(task.task_channel, worker), seq);
            return aim.among(&judge.state.workers).filter(fits).map(rank).for_each(visit);
        }
        let fits = |(_, worker): &Rank| {
            judge.state.workers.at(*worker).is_some_and(|worker| judge.step_expression_holds(task, worker))
        };
        let first_of = supply.first(kind.channel);
        for class in kind.queue.map_or(&[][..], |queue| &queues.sides(queue).classes) {
            let Some(first) = first_of.get(*class).copied().flatten().filter(&wanted) else { continue };
            let Some(worker) = judge.state.workers.at(first.1) else { continue };
            match needs.answer(names, (kind.need, task), (*class, worker), judge) {
                Answer::Yes if of_each == 1 => visit(first),
                Answer::Yes => supply.ready(*class, kind.channel).take(of_each).for_each(&mut visit),
                Answer::No => {}
                Answer::Single => {
                    supply.ready(*class, kind.channel).filter(fits).take(of_each).for_each(&mut visit);
                }
            }
        }
    }

    /// Nothing is left to be looked at, and the classes find who a look at every pair finds; so do classes formed anew.
    pub(crate) fn check(&self, judge: Judge<'_>) -> Checked {
        ensure!(self.rests(), "after settling nothing applies to a task");
        let mut anew = self.clone();
        anew.rebuild(judge);
        for mut index in [self.clone(), anew] {
            for (seq, task) in judge.state.tasks.iter().filter(|(seq, _)| judge.state.tasks.key(*seq).is_some()) {
                let found = index.candidates(judge, seq, task);
                let pairs = judge.ranked(task, |verdict| verdict.is_none());
                let found = found.as_slice();
                ensure!(pairs.iter().take(judge.batch(task)).eq(found), "{}: classes find who pairs find", task.id());
                ensure!(found.is_empty(), "{}: after settling nobody can be asked for a pending task", task.id());
            }
        }
        Ok(())
    }
}

/// Whether a line's tasks consider a worker in these queues, as it is now.
fn considers(kind: &Kind, placed: &Placed, queues: &[usize]) -> bool {
    let ready = if kind.regardless { placed.open } else { placed.is_ready(kind.channel) };
    ready && (kind.aim.is_none() || kind.queue.is_none_or(|queue| queues.contains(&queue)))
}

impl Judge<'_> {
    /// How many workers the task's queue asks at once.
    fn batch(self, task: &Task) -> usize {
        let queue = task.step.as_ref().and_then(|place| self.catalog.queues.get(place.task_queue));
        queue.map_or(1, |queue| usize::try_from(queue.max_reserved_workers).unwrap_or(usize::MAX))
    }

    fn step_holds(self, task: Seq, worker: &Worker) -> bool {
        self.state.tasks.at(task).is_some_and(|task| self.step_expression_holds(task, worker))
    }
}
