//! The workers, by class: those in the same queues with the same values in what steps read are the same to every task,
//! but for the order in which they are asked. Each class keeps those with room in that order, channel by channel.

use std::collections::{BTreeSet, VecDeque};

use indexmap::IndexSet;
use pointsman_expr::{Name, Source, Value};
use rustc_hash::FxBuildHasher;

use super::Judge;
use super::names::{FEW, Names, widest};
use super::queues::Queues;
use super::rank::idle_key;
use crate::state::rows::Rows;
use crate::state::table::Seq;
use crate::state::workers::{LastReserved, Touch, Worker};

/// A worker's place among those of its class: longest idle first, then creation (semantics section 2.9).
pub(super) type Rank = (LastReserved, Seq);

/// Workers by class.
#[derive(Clone, Debug, Default)]
pub(super) struct Supply {
    kinds: IndexSet<Kind, FxBuildHasher>,
    /// A kind with the values of moving names.
    classes: IndexSet<(usize, Box<[Value]>), FxBuildHasher>,
    ready: Vec<Ready>,
    placed: Rows<Placed>,
}

/// What a worker is as long as nobody changes it: the numbers of its queues, and the values of fixed names.
type Kind = (Box<[usize]>, Box<[Value]>);

/// Of one channel, who may be asked now, by class.
#[derive(Clone, Debug, Default)]
struct Ready {
    /// Sorted.
    ranks: Vec<VecDeque<Rank>>,
    /// The first of each: they lie side by side, because every task looks at many.
    first: Vec<Option<Rank>>,
}

/// Where a worker is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Placed {
    kind: usize,
    pub(super) class: usize,
    /// On each channel on which it may be asked now: since when it has been idle.
    idle: Box<[Option<LastReserved>]>,
    /// Whether it may be asked by who does not mind what it is doing (rule R15).
    pub(super) open: bool,
}

impl Placed {
    /// Whether the worker may be asked for a task of this channel.
    pub(super) fn is_ready(&self, channel: usize) -> bool {
        self.idle.get(channel).is_some_and(Option::is_some)
    }
}

impl Supply {
    /// Puts a worker where it now belongs; true when it may be asked for something it could not before.
    pub(super) fn place(
        &mut self,
        judge: Judge<'_>,
        (names, queues): (&Names, &mut Queues),
        seq: Seq,
        touch: Touch,
    ) -> bool {
        let Some(worker) = judge.state.workers.at(seq) else {
            self.displace(seq);
            self.placed.remove(seq);
            return false;
        };
        let before = self.placed.get(seq).map(|placed| (placed.kind, placed.class));
        let kind = before.filter(|_| touch != Touch::Who).map(|(kind, _)| kind);
        let kind = kind.unwrap_or_else(|| self.kind(judge, names, queues, worker));
        let class = match before {
            Some((same, class)) if same == kind && names.moving.is_empty() => class,
            Some(_) | None => self.class(judge, names, queues, kind, worker),
        };
        if before != Some((kind, class)) {
            self.displace(seq);
            let idle = queues.channels.iter().map(|_| None).collect();
            self.placed.insert(seq, Placed { kind, class, idle, open: false });
        }
        // In another class, whatever it is ready for is new. A new name is one that tasks may wait for.
        self.line_up(judge, queues, &queues.used, (seq, worker)) || touch == Touch::Who
    }

    fn kind(&mut self, judge: Judge<'_>, names: &Names, queues: &mut Queues, worker: &Worker) -> usize {
        let numbers = worker.queues.iter().map(|queue| queues.number(*queue)).collect();
        self.kinds.insert_full((numbers, values(judge, &names.fixed, worker))).0
    }

    fn class(&mut self, judge: Judge<'_>, names: &Names, queues: &mut Queues, kind: usize, worker: &Worker) -> usize {
        let (class, is_new) = self.classes.insert_full((kind, values(judge, &names.moving, worker)));
        if is_new {
            for queue in &*self.kinds[kind].0 {
                queues.sides_mut(*queue).classes.push(class);
            }
            self.ready.resize_with(queues.channels.len(), Ready::default);
            for ready in &mut self.ready {
                ready.ranks.push(VecDeque::new());
                ready.first.push(None);
            }
        }
        class
    }

    /// The first task of a channel comes: from now on workers stand there, too.
    pub(super) fn open(&mut self, judge: Judge<'_>, queues: &Queues, channel: usize) {
        for worker in judge.state.workers.iter() {
            self.line_up(judge, queues, &[channel], worker);
        }
    }

    /// Has a worker stand where it may be asked, of these channels; true when there is such a place that was not before.
    fn line_up(
        &mut self,
        judge: Judge<'_>,
        queues: &Queues,
        channels: &[usize],
        (seq, worker): (Seq, &Worker),
    ) -> bool {
        let Some(placed) = self.placed.get_mut(seq) else { return false };
        let open = !judge.is_asked(worker);
        let mut gains = open && !placed.open;
        placed.open = open;
        let ready = open && judge.is_available(worker);
        for at in channels {
            let share = worker.channels.get_indexed(*at).map(|(_, share)| share);
            let now = ready && judge.has_room(share);
            let now = now.then(|| idle_key(queues.channels[*at].optimized, worker, share));
            let (idle, ready_there) = (&mut placed.idle[*at], &mut self.ready[*at]);
            if *idle != now {
                gains |= idle.is_none();
                ready_there.leave(placed.class, idle.map(|idle| (idle, seq)));
                ready_there.join(placed.class, now.map(|idle| (idle, seq)));
                *idle = now;
            }
        }
        gains
    }

    /// Has a worker stand nowhere.
    fn displace(&mut self, seq: Seq) {
        let Some(placed) = self.placed.get(seq) else { return };
        for (ready, idle) in self.ready.iter_mut().zip(&placed.idle) {
            ready.leave(placed.class, idle.map(|idle| (idle, seq)));
        }
    }

    pub(super) fn placed(&self, seq: Seq) -> Option<&Placed> {
        self.placed.get(seq)
    }

    /// The numbers of the queues of a class's workers.
    pub(super) fn queues(&self, placed: &Placed) -> &[usize] {
        self.kinds.get_index(placed.kind).map_or(&[], |(queues, _)| queues)
    }

    /// The worker of each class to ask first for a task of this channel.
    pub(super) fn first(&self, channel: usize) -> &[Option<Rank>] {
        self.ready.get(channel).map_or(&[], |ready| &ready.first)
    }

    /// Those of a class who may be asked for a task of this channel, first the one to ask first.
    pub(super) fn ready(&self, class: usize, channel: usize) -> impl Iterator<Item = Rank> {
        let ready = self.ready.get(channel).and_then(|ready| ready.ranks.get(class));
        ready.into_iter().flatten().copied()
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

impl Ready {
    fn join(&mut self, class: usize, rank: Option<Rank>) {
        let Some(rank) = rank else { return };
        let ranks = &mut self.ranks[class];
        // Who was asked just now comes last.
        if ranks.back().is_none_or(|last| *last < rank) {
            ranks.push_back(rank);
        } else if let Err(at) = ranks.binary_search(&rank) {
            ranks.insert(at, rank);
        }
        self.first[class] = ranks.front().copied();
    }

    fn leave(&mut self, class: usize, rank: Option<Rank>) {
        let Some(rank) = rank else { return };
        let ranks = &mut self.ranks[class];
        // Who is asked now mostly came first.
        if ranks.front() == Some(&rank) {
            ranks.pop_front();
        } else if let Ok(at) = ranks.binary_search(&rank) {
            ranks.remove(at);
        }
        self.first[class] = ranks.front().copied();
    }
}

fn values(judge: Judge<'_>, names: &BTreeSet<Name>, worker: &Worker) -> Box<[Value]> {
    let scope = judge.scope().worker(worker);
    names.iter().map(|name| scope.value(name).to_value()).collect()
}
