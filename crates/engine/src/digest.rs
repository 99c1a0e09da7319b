//! A fingerprint of the whole state, over an encoding written here: field by field, so that it depends neither on
//! the platform nor on how a type is laid out. Indexes and other derived data are left out.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use pointsman_expr::Attributes;
use xxhash_rust::xxh3::Xxh3;

use crate::catalog::{Activity, Catalog, Channel, Configuration, KnownBy, Queue, Target, Workflow};
use crate::command::RoutingTarget;
use crate::event::{FilterRef, StepFacts, TaskFacts};
use crate::limits::Limits;
use crate::outbox::Outbox;
use crate::revision::Revision;
use crate::spec::{TaskOrder, TimeoutBasis};
use crate::state::State;
use crate::state::reservations::Reservation;
use crate::state::table::{Seq, Table};
use crate::state::tasks::{Mark, Pass, Revisit, Task, TaskState};
use crate::state::workers::{LastReserved, Worker, WorkerChannel};
use crate::time::Timestamp;

/// A fingerprint of an engine's state. Two engines with equal digests have, but for a chance of 1 in 2^64, the same
/// future.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(u64);

/// Sixteen hexadecimal digits.
impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

pub(crate) fn digest(catalog: &Catalog, state: &State, out: &Outbox) -> Digest {
    let mut sink = Sink(Xxh3::new());
    catalog.write(&mut sink);
    state.write(&mut sink);
    out.emitted().write(&mut sink);
    Digest(sink.0.digest())
}

struct Sink(Xxh3);

/// What has a place in the digest. Every field is named when its row is taken apart, so none is forgotten.
trait Write {
    fn write(&self, sink: &mut Sink);
}

macro_rules! write_numbers {
    ($($type:ty),*) => {
        $(impl Write for $type {
            fn write(&self, sink: &mut Sink) {
                sink.0.update(&self.to_le_bytes());
            }
        })*
    };
}

write_numbers!(u8, u32, u64, i64, u128);

macro_rules! write_ids {
    ($($type:ident),*) => {
        $(impl Write for crate::id::$type {
            fn write(&self, sink: &mut Sink) {
                self.number().write(sink);
            }
        })*
    };
}

write_ids!(ActivityId, TaskChannelId, TaskQueueId, WorkflowId, WorkerId, TaskId, ReservationId);

/// Writes each of the given values in turn.
macro_rules! write_all {
    ($sink:expr, $($value:expr),* $(,)?) => {{
        $($value.write($sink);)*
    }};
}

impl Write for bool {
    fn write(&self, sink: &mut Sink) {
        u8::from(*self).write(sink);
    }
}

impl Write for usize {
    fn write(&self, sink: &mut Sink) {
        u64::try_from(*self).unwrap_or(u64::MAX).write(sink);
    }
}

impl Write for str {
    fn write(&self, sink: &mut Sink) {
        self.len().write(sink);
        sink.0.update(self.as_bytes());
    }
}

impl Write for Arc<str> {
    fn write(&self, sink: &mut Sink) {
        (**self).write(sink);
    }
}

impl<T: Write> Write for Option<T> {
    fn write(&self, sink: &mut Sink) {
        self.is_some().write(sink);
        if let Some(value) = self {
            value.write(sink);
        }
    }
}

impl<T: Write> Write for Vec<T> {
    fn write(&self, sink: &mut Sink) {
        self.len().write(sink);
        self.iter().for_each(|value| value.write(sink));
    }
}

impl Write for Duration {
    fn write(&self, sink: &mut Sink) {
        u64::try_from(self.as_millis()).unwrap_or(u64::MAX).write(sink);
    }
}

impl Write for Timestamp {
    fn write(&self, sink: &mut Sink) {
        self.as_millis().write(sink);
    }
}

impl Write for Seq {
    fn write(&self, sink: &mut Sink) {
        self.0.write(sink);
    }
}

/// By its text: two documents are equal when their texts with sorted keys are.
impl Write for Attributes {
    fn write(&self, sink: &mut Sink) {
        self.to_string().as_str().write(sink);
    }
}

impl Write for TaskOrder {
    fn write(&self, sink: &mut Sink) {
        (*self == Self::Lifo).write(sink);
    }
}

impl Write for FilterRef {
    fn write(&self, sink: &mut Sink) {
        match self {
            Self::Index(index) => write_all!(sink, 0_u8, index),
            Self::Default => 1_u8.write(sink),
            Self::Direct => 2_u8.write(sink),
        }
    }
}

impl<K: Copy + Eq + std::hash::Hash, R: Write> Write for Table<K, R> {
    fn write(&self, sink: &mut Sink) {
        self.next().write(sink);
        self.len().write(sink);
        for (seq, row) in self.iter() {
            write_all!(sink, seq, row);
        }
    }
}

impl Write for Catalog {
    fn write(&self, sink: &mut Sink) {
        write_all!(sink, self.friendly_name, self.multi_task, self.prioritized, self.default_activity);
        (self.timeout_basis == TimeoutBasis::StepEntry).write(sink);
        write_all!(sink, self.timeout_activity, self.limits, self.deleted);
        write_all!(sink, self.activities, self.channels, self.queues, self.workflows);
    }
}

impl Write for Limits {
    fn write(&self, sink: &mut Sink) {
        let Self {
            activities,
            task_timeout,
            reservation_timeout,
            max_reserved_workers,
            assignments,
            capacity,
            expression_length,
            expression_depth,
        } = self;
        write_all!(sink, activities, task_timeout, reservation_timeout, max_reserved_workers, assignments);
        write_all!(sink, capacity, expression_length, expression_depth);
    }
}

impl Write for Activity {
    fn write(&self, sink: &mut Sink) {
        let Self { id, sid, friendly_name, available } = self;
        write_all!(sink, id, sid, friendly_name, available);
    }
}

impl Write for Channel {
    fn write(&self, sink: &mut Sink) {
        let Self { id, friendly_name, unique_name, optimized } = self;
        write_all!(sink, id, friendly_name, unique_name, optimized);
    }
}

impl Write for Queue {
    fn write(&self, sink: &mut Sink) {
        let Self {
            id,
            friendly_name,
            target_workers,
            expression: _,
            max_reserved_workers,
            task_order,
            reservation_activity,
            assignment_activity,
        } = self;
        write_all!(sink, id, friendly_name, target_workers, max_reserved_workers, task_order);
        write_all!(sink, reservation_activity, assignment_activity);
    }
}

impl Write for Workflow {
    fn write(&self, sink: &mut Sink) {
        let Self { id, friendly_name, reservation_timeout, configuration } = self;
        write_all!(sink, id, friendly_name, reservation_timeout, **configuration);
    }
}

impl Write for Configuration {
    fn write(&self, sink: &mut Sink) {
        let Self { filters, default, direct } = self;
        filters.len().write(sink);
        for filter in filters {
            write_all!(sink, *filter.expression.text(), filter.targets);
        }
        write_all!(sink, default, direct);
    }
}

impl Write for RoutingTarget {
    fn write(&self, sink: &mut Sink) {
        match self {
            Self::Worker { worker, task_queue, ignore_capacity } => {
                write_all!(sink, 0_u8, worker, task_queue, ignore_capacity);
            }
            Self::TaskQueue(queue) => write_all!(sink, 1_u8, queue),
            Self::Workflow(workflow) => write_all!(sink, 2_u8, workflow),
        }
    }
}

impl Write for Revision {
    fn write(&self, sink: &mut Sink) {
        let Self { version, updated_at } = self;
        write_all!(sink, version, updated_at);
    }
}

impl Write for Target {
    fn write(&self, sink: &mut Sink) {
        let Self { queue, priority, timeout, expression, order_by, skip_if, known_worker } = self;
        write_all!(sink, queue, priority, timeout);
        for text in [expression.as_ref().map(|it| it.text()), skip_if.as_ref().map(|it| it.text())] {
            text.map(Arc::<str>::from).write(sink);
        }
        order_by.as_ref().map(|it| Arc::<str>::from(it.text())).write(sink);
        known_worker.is_some().write(sink);
        if let Some((by, known)) = known_worker {
            write_all!(sink, (*by == KnownBy::Sid), *known.text());
        }
    }
}

impl Write for State {
    fn write(&self, sink: &mut Sink) {
        self.tasks.next().write(sink);
        for (seq, task) in self.tasks.iter() {
            write_all!(sink, seq, task);
        }
        self.workers.next().write(sink);
        for (seq, worker) in self.workers.iter() {
            write_all!(sink, seq, worker);
        }
        self.reservations.next().write(sink);
        for (seq, reservation) in self.reservations.iter() {
            write_all!(sink, seq, reservation);
        }
    }
}

impl Write for Task {
    fn write(&self, sink: &mut Sink) {
        let Self {
            told,
            configuration,
            document: _,
            state,
            order,
            deadline,
            pass,
            mark,
            revisit,
            assignments,
            reservations,
        } = self;
        let TaskFacts {
            task,
            attributes,
            status: _,
            priority,
            created_at,
            virtual_start_time,
            expires_at,
            reason,
            task_channel,
            task_channel_unique_name,
            workflow,
            workflow_name,
            routing_target,
            step,
            revision,
        } = &**told;
        write_all!(sink, routing_target, revision);
        write_all!(sink, task, workflow, workflow_name, **configuration, attributes, priority, created_at);
        write_all!(sink, virtual_start_time, expires_at, task_channel, task_channel_unique_name, state, reason);
        let place = step.as_ref().map(|step| Place { step, order: *order, deadline: *deadline });
        write_all!(sink, place, pass);
        let reservations: Vec<_> = reservations.iter().map(|(_, id)| *id).collect();
        write_all!(sink, mark.map(|mark| mark == Mark::Entered), assignments, reservations);
        (*revisit > Revisit::Nothing).write(sink);
        (*revisit > Revisit::Filters).write(sink);
    }
}

impl Write for TaskState {
    fn write(&self, sink: &mut Sink) {
        match self {
            Self::Pending => 0_u8.write(sink),
            Self::Reserved => 1_u8.write(sink),
            Self::Taken { by, wrapping, until } => {
                write_all!(sink, 2_u8, by, wrapping, until);
            }
            Self::Ended { by, purge_at } => {
                write_all!(sink, 3_u8, by, purge_at);
            }
        }
    }
}

/// The routing step a task is in.
struct Place<'a> {
    step: &'a StepFacts,
    order: TaskOrder,
    deadline: Option<Timestamp>,
}

impl Write for Place<'_> {
    fn write(&self, sink: &mut Sink) {
        let Self { step, order, deadline } = self;
        let StepFacts { filter, target, task_queue, task_queue_name, queue_entered_at, known_worker: _ } = step;
        write_all!(sink, filter, target, task_queue, task_queue_name, order, queue_entered_at, deadline);
    }
}

impl Write for Pass {
    fn write(&self, sink: &mut Sink) {
        let Self { base, sum, entered, timed_out } = self;
        write_all!(sink, base, sum, entered, timed_out);
    }
}

impl Write for Worker {
    fn write(&self, sink: &mut Sink) {
        let Self {
            id,
            sid,
            friendly_name,
            document,
            activity,
            activity_since,
            channels,
            last_reserved,
            open,
            queues: _,
            revision,
            told: _,
        } = self;
        revision.write(sink);
        write_all!(sink, id, sid, friendly_name, document.attributes(), activity, activity_since, last_reserved);
        for (channel, share) in channels {
            write_all!(sink, channel, share);
        }
        for reservation in open {
            reservation.write(sink);
        }
    }
}

impl Write for WorkerChannel {
    fn write(&self, sink: &mut Sink) {
        let Self { capacity, available, pending, accepted, wrapping, last_reserved, revision } = self;
        write_all!(sink, capacity, available, pending, accepted, wrapping, last_reserved, revision);
    }
}

impl Write for LastReserved {
    fn write(&self, sink: &mut Sink) {
        match self {
            Self::Never => false.write(sink),
            Self::At(instant, sequence) => {
                write_all!(sink, true, instant, sequence);
            }
        }
    }
}

impl Write for Reservation {
    fn write(&self, sink: &mut Sink) {
        let Self {
            id,
            task,
            worker,
            task_seq: _,
            worker_seq: _,
            queue,
            channel,
            status,
            created_at,
            expires_at,
            moved,
            revision,
        } = self;
        revision.write(sink);
        write_all!(sink, id, task, worker, queue, channel, *status.name(), created_at, expires_at);
        moved.is_some().write(sink);
        if let Some(moved) = moved {
            write_all!(sink, moved.from, moved.to);
        }
    }
}
