//! The workers, by class: those in the same queues with the same values in what steps read are the same to every task,
//! but for the order in which they are asked. Each class keeps those with room in that order, channel by channel.

use std::collections::BTreeSet;

use indexmap::{IndexMap, IndexSet};
use pointsman_expr::{Name, Source, Value};
use rustc_hash::FxBuildHasher;

use super::Judge;
use super::names::{FEW, Names, widest};
use crate::id::TaskQueueId;
use crate::state::rows::Rows;
use crate::state::table::Seq;
use crate::state::workers::{LastReserved, Touch, Worker};
use crate::status::ReservationStatus;

/// A worker's place among those of its class: longest idle first, then creation (semantics section 2.9).
pub(super) type Rank = (LastReserved, Seq);

/// Workers by class.
#[derive(Clone, Debug, Default)]
pub(super) struct Supply {
    /// What a worker is as long as nobody changes it: queues, and the values of fixed names.
    kinds: IndexSet<(Box<[TaskQueueId]>, Box<[Value]>), FxBuildHasher>,
    /// A kind with the values of moving names.
    classes: IndexMap<(usize, Box<[Value]>), Class, FxBuildHasher>,
    of_queue: IndexMap<TaskQueueId, Vec<usize>, FxBuildHasher>,
    placed: Rows<Placed>,
}

/// Workers that are the same to every task.
#[derive(Clone, Debug, Default)]
struct Class {
    /// Those who may be asked now, by channel.
    ready: Vec<BTreeSet<Rank>>,
}

/// Where a worker is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Placed {
    kind: usize,
    pub(super) class: usize,
    /// On each channel on which it may be asked now: since when it has been idle.
    ranks: Vec<Option<LastReserved>>,
    /// Whether it may be asked by who does not mind what it is doing (rule R15).
    pub(super) open: bool,
}

impl Placed {
    /// Whether the worker may be asked for a task of this channel.
    pub(super) fn is_ready(&self, channel: usize) -> bool {
        self.ranks.get(channel).is_some_and(Option::is_some)
    }

    /// Whether something may fit now that did not before.
    fn gains(&self, before: &Self) -> bool {
        let newly = |(channel, rank): (usize, &Option<_>)| rank.is_some() && !before.is_ready(channel);
        self.class != before.class || self.open > before.open || self.ranks.iter().enumerate().any(newly)
    }
}

impl Supply {
    /// Puts a worker where it now belongs; true when it may be asked for something it could not before.
    pub(super) fn place(&mut self, judge: Judge<'_>, names: &Names, seq: Seq, touch: Touch) -> bool {
        let Some(worker) = judge.state.workers.at(seq) else {
            self.displace(seq);
            return false;
        };
        let before = self.placed.get(seq);
        let kind = before.filter(|_| touch == Touch::Load).map(|placed| placed.kind);
        let kind = kind.unwrap_or_else(|| self.kind(judge, names, worker));
        let class = self.class(judge, names, kind, worker);
        let open = judge.may_be_asked(worker);
        let after = Placed { kind, class, ranks: judge.ranks(worker), open };
        let before = self.placed.get(seq);
        let gains = touch == Touch::Who || before.is_none_or(|before| after.gains(before));
        if before != Some(&after) {
            self.displace(seq);
            self.enter(seq, &after);
            self.placed.insert(seq, after);
        }
        gains
    }

    fn kind(&mut self, judge: Judge<'_>, names: &Names, worker: &Worker) -> usize {
        let values = values(judge, &names.fixed, worker);
        let queues = worker.queues.as_slice().into();
        self.kinds.insert_full((queues, values)).0
    }

    fn class(&mut self, judge: Judge<'_>, names: &Names, kind: usize, worker: &Worker) -> usize {
        let entry = self.classes.entry((kind, values(judge, &names.moving, worker)));
        let at = entry.index();
        if let indexmap::map::Entry::Vacant(entry) = entry {
            entry.insert(Class::default());
            for queue in &*self.kinds[kind].0 {
                self.of_queue.entry(*queue).or_default().push(at);
            }
        }
        at
    }

    fn enter(&mut self, seq: Seq, placed: &Placed) {
        let ready = &mut self.classes[placed.class].ready;
        ready.resize_with(placed.ranks.len().max(ready.len()), BTreeSet::new);
        for (ready, rank) in ready.iter_mut().zip(&placed.ranks) {
            ready.extend(rank.map(|rank| (rank, seq)));
        }
    }

    fn displace(&mut self, seq: Seq) {
        let Some(placed) = self.placed.remove(seq) else { return };
        let ready = &mut self.classes[placed.class].ready;
        for (ready, rank) in ready.iter_mut().zip(placed.ranks) {
            if let Some(rank) = rank {
                ready.remove(&(rank, seq));
            }
        }
    }

    pub(super) fn placed(&self, seq: Seq) -> Option<&Placed> {
        self.placed.get(seq)
    }

    /// The classes of a queue's workers, those without one included.
    pub(super) fn classes(&self, queue: TaskQueueId) -> &[usize] {
        self.of_queue.get(&queue).map_or(&[], |classes| classes)
    }

    /// The queues of a class's workers, sorted.
    pub(super) fn queues(&self, class: usize) -> &[TaskQueueId] {
        let kind = self.classes.get_index(class).map(|((kind, _), _)| *kind);
        kind.and_then(|kind| self.kinds.get_index(kind)).map_or(&[], |(queues, _)| queues)
    }

    /// Those of a class who may be asked for a task of this channel, first the one to ask first.
    pub(super) fn ready(&self, class: usize, channel: usize) -> impl Iterator<Item = Rank> {
        let class = self.classes.get_index(class).map(|(_, class)| class);
        class.and_then(|class| class.ready.get(channel)).into_iter().flatten().copied()
    }

    /// How many classes are kept; some may have no worker any more.
    pub(super) fn len(&self) -> usize {
        self.classes.len()
    }

    /// The fixed name that tells most kinds apart, when there are many kinds because of it.
    pub(super) fn too_wide(&self, names: &Names) -> Option<Name> {
        let rows: Vec<&[Value]> = self.kinds.iter().map(|(_, values)| &**values).collect();
        let (values, name) = (rows.len() > FEW * FEW).then(|| widest(names.fixed.iter(), &rows))??;
        (values > FEW).then(|| name.clone())
    }
}

fn values(judge: Judge<'_>, names: &BTreeSet<Name>, worker: &Worker) -> Box<[Value]> {
    let scope = judge.scope().worker(worker);
    names.iter().map(|name| scope.value(name).to_value()).collect()
}

impl Judge<'_> {
    /// On each channel, in the order of their ids, the worker's idle key if it may be asked for a task of it.
    fn ranks(self, worker: &Worker) -> Vec<Option<LastReserved>> {
        let asked = self.catalog.multi_task || self.may_be_asked(worker);
        let ready = asked && self.is_available(worker);
        let channels = worker.channels.iter();
        let rank = channels.map(|(id, share)| {
            let has_room = !self.catalog.multi_task || share.has_room();
            (ready && has_room).then(|| self.idle_key(*id, worker))
        });
        rank.collect()
    }

    /// Multitasking, a worker may be asked for any task that looks for one; single-tasking, unless asked already (rule
    /// R6).
    fn may_be_asked(self, worker: &Worker) -> bool {
        let mut open = worker.open.iter().filter_map(|seq| self.state.reservations.at(*seq));
        self.catalog.multi_task || !open.any(|row| row.status == ReservationStatus::Pending)
    }
}
