//! Where chance comes from: one independent stream of numbers for every entity and purpose. A stream depends on the
//! seed, the replication, the entity and the purpose, and on nothing else: what is drawn for one task stays the same
//! whatever happens to the others. It draws numbers only; distributions are made of them elsewhere.

mod stream;

use xxhash_rust::xxh3::xxh3_128;

pub(crate) use stream::Stream;

/// All the chance of one replication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Streams {
    /// The scenario's seed.
    pub(crate) seed: u64,
    /// Which replication, counted from 0.
    pub(crate) replication: u64,
}

/// What kind of thing a name belongs to: a class and a worker may have the same name and share nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The run itself.
    Run,
    /// A class of arrivals.
    Class,
    /// A worker.
    Worker,
}

/// What numbers are drawn for. Draws for one purpose do not move those for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The time from one arrival to the next.
    Gaps,
    /// How many arrive at once.
    BatchSize,
    /// How busy the day is.
    DayFactor,
    /// The value of a drawn attribute.
    Attribute,
    /// How long a task takes.
    HandlingTime,
    /// How long the worker has to do with it afterwards.
    WrapUp,
    /// How long a task waits before it is given up.
    Patience,
    /// Whether a task stays when it is told how long it will wait.
    Balking,
    /// Whether who gave up tries again.
    Redial,
    /// After which time.
    RedialDelay,
    /// What a worker does with a reservation.
    Response,
    /// After which time.
    ResponseDelay,
    /// When a worker is back after a reservation was missed.
    Return,
    /// Whether a worker stays away for the day.
    Absence,
    /// How late a worker is.
    Lateness,
    /// How fast a worker is.
    Speed,
}

impl Purpose {
    /// The name that goes into the seed: never changed, or every scenario gives other figures.
    const fn name(self) -> &'static str {
        match self {
            Self::Gaps => "gaps",
            Self::BatchSize => "batch-size",
            Self::DayFactor => "day-factor",
            Self::Attribute => "attribute",
            Self::HandlingTime => "handling-time",
            Self::WrapUp => "wrap-up",
            Self::Patience => "patience",
            Self::Balking => "balking",
            Self::Redial => "redial",
            Self::RedialDelay => "redial-delay",
            Self::Response => "response",
            Self::ResponseDelay => "response-delay",
            Self::Return => "return",
            Self::Absence => "absence",
            Self::Lateness => "lateness",
            Self::Speed => "speed",
        }
    }
}

impl Kind {
    /// As [`Purpose::name`].
    const fn name(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Class => "class",
            Self::Worker => "worker",
        }
    }
}

/// Whose numbers are drawn: a class, an attribute of a class, a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entity(u128);

/// The streams of many alike for one purpose: the handling times of the tasks of a class. Derived once, so that the
/// stream of each costs one hash of a few bytes and no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Series(u128);

impl Streams {
    /// The streams of one replication of a scenario.
    pub(crate) const fn new(seed: u64, replication: u64) -> Self {
        Self { seed, replication }
    }

    /// The seed of the replication's engine: replications differ in the ids of their reservations, too. That of the first
    /// is the scenario's.
    pub(crate) const fn of_engine(self) -> u64 {
        self.seed.wrapping_add(self.replication.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    /// A named thing of the scenario.
    pub(crate) fn entity(self, kind: Kind, name: &str) -> Entity {
        let run = xxh3_128(&[self.seed.to_le_bytes(), self.replication.to_le_bytes()].concat());
        Entity(part(run, KIND, kind.name().as_bytes())).named(name)
    }
}

/// What a key is extended by. The tag stands in front of it, so that a purpose is never taken for a name, nor a number
/// for either.
const KIND: u8 = 0;
const NAME: u8 = 1;
const PURPOSE: u8 = 2;
const NUMBER: u8 = 3;

impl Entity {
    /// A part of it that has a name.
    pub(crate) fn named(self, name: &str) -> Self {
        Self(part(self.0, NAME, name.as_bytes()))
    }

    /// The numbers drawn for a purpose.
    pub(crate) fn stream(self, purpose: Purpose) -> Stream {
        Stream::new(self.series(purpose).0)
    }

    /// The numbers drawn for a purpose, each of many having its own.
    pub(crate) fn series(self, purpose: Purpose) -> Series {
        Series(part(self.0, PURPOSE, purpose.name().as_bytes()))
    }
}

impl Series {
    /// The numbers of the one with this number, counted from 0.
    pub(crate) fn nth(self, number: u64) -> Stream {
        let mut bytes = [0; 25];
        bytes[..16].copy_from_slice(&self.0.to_le_bytes());
        bytes[16] = NUMBER;
        bytes[17..].copy_from_slice(&number.to_le_bytes());
        Stream::new(xxh3_128(&bytes))
    }
}

/// The hash of a key, a tag and the rest: the first two have a fixed length, so no two are written alike.
fn part(key: u128, tag: u8, rest: &[u8]) -> u128 {
    xxh3_128(&[&key.to_le_bytes()[..], &[tag], rest].concat())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const STREAMS: Streams = Streams::new(1, 0);

    fn first(mut stream: Stream) -> u64 {
        stream.bits()
    }

    /// When this fails, every random scenario gives other figures from now on: say so in the changelog.
    #[test]
    fn the_streams_are_those_of_before() {
        let voice = STREAMS.entity(Kind::Class, "voice");
        let gaps = first(voice.stream(Purpose::Gaps));
        let patience = first(voice.series(Purpose::Patience).nth(17));
        let attribute = first(voice.named("language").series(Purpose::Attribute).nth(17));
        let long = first(Streams::new(u64::MAX, 3).entity(Kind::Worker, &"x".repeat(100)).stream(Purpose::Absence));
        let found = [gaps, patience, attribute, long];
        let before = [0x8727_532b_a866_e3fb, 0xe1ee_0023_ca2c_fc53, 0x1db1_4da5_bd31_cb88, 0xd199_6ff1_73cd_170f];
        assert_eq!(found, before, "{found:#x?}");
    }

    #[test]
    fn whatever_differs_makes_another_stream() {
        let voice = STREAMS.entity(Kind::Class, "voice");
        let streams = [
            voice.stream(Purpose::Gaps),
            voice.stream(Purpose::BatchSize),
            voice.series(Purpose::Gaps).nth(0),
            voice.series(Purpose::Gaps).nth(1),
            voice.named("gaps").stream(Purpose::Gaps),
            voice.named("\u{1}\0\0\0\0\0\0\0").stream(Purpose::Gaps),
            voice.named("a").named("b").stream(Purpose::Gaps),
            voice.named("ab").stream(Purpose::Gaps),
            STREAMS.entity(Kind::Class, "chat").stream(Purpose::Gaps),
            STREAMS.entity(Kind::Worker, "voice").stream(Purpose::Gaps),
            Streams::new(2, 0).entity(Kind::Class, "voice").stream(Purpose::Gaps),
            Streams::new(1, 1).entity(Kind::Class, "voice").stream(Purpose::Gaps),
        ];
        let count = streams.len();
        assert_eq!(BTreeSet::from(streams.map(first)).len(), count);
    }

    /// The first numbers of neighbouring streams, of which every task takes one, are as good as those of one stream.
    #[test]
    fn the_first_draws_of_many_streams_are_even_and_independent() {
        let times = STREAMS.entity(Kind::Class, "voice").series(Purpose::HandlingTime);
        let first = |task| times.nth(task).unit();
        let mut cells = [[0_u32; 10]; 10];
        for task in 0..100_000 {
            let cell = |unit: f64| (0..9).take_while(|edge| unit > f64::from(edge + 1) / 10.0).count();
            cells[cell(first(task))][cell(first(task + 1))] += 1;
        }
        let chi_square: f64 =
            cells.iter().flatten().map(|count| f64::from(*count) - 1_000.0).map(|off| off * off / 1_000.0).sum();
        assert!((40.0..190.0).contains(&chi_square), "chi-square {chi_square} with 99 degrees of freedom");
    }
}
