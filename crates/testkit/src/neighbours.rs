//! Random sources of values around the constants that expressions compare with, what their authors did not think of
//! included. Nothing here judges an expression.

mod dice;
mod place;
mod pool;

use std::collections::BTreeMap;

use pointsman_expr::{
    Attributes, ChannelCounter, ClockField, Expression, Name, NodeKind, Op, Operand, Ref, Source, Value, WorkersCount,
};

use self::dice::Dice;
use self::place::Place;
use self::pool::Pool;

/// Where the values of names are drawn from, so that comparisons often hold and often just fail to.
///
/// A value is one of those that its name is compared with, lies beside or between them, or is of another kind; a list or
/// a text is put together from them. What the documentation of `pointsman_expr::analysis` says of built-in names holds
/// for what is drawn.
///
/// ```
/// use pointsman_expr::{Kind, Limits, parse};
/// use pointsman_testkit::Neighbours;
///
/// let filter = parse("level > 3 AND level < 4", Kind::Filter, &Limits::default()).unwrap().expression;
/// let drawn = Neighbours::of([&filter]).draws(7).take(1_000).find(|drawn| filter.matches(drawn)).unwrap();
/// assert_eq!(drawn.task.to_string(), r#"{"level":3.5}"#);
/// ```
#[derive(Clone, Debug)]
pub struct Neighbours {
    task: Place,
    worker: Place,
    built_in: BTreeMap<Name, Pool>,
    /// The values around every constant of every expression.
    all: Vec<Value>,
}

/// One draw: two attribute documents, and values of the built-in names that the expressions read.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// What names of the task read.
    pub task: Attributes,
    /// What names of the worker read.
    pub worker: Attributes,
    built_in: BTreeMap<Name, Value>,
}

impl Neighbours {
    /// Looks at everything that the expressions compare.
    #[must_use]
    pub fn of<'a>(expressions: impl IntoIterator<Item = &'a Expression>) -> Self {
        let mut pools = BTreeMap::new();
        let mut pairs = Vec::new();
        for expression in expressions {
            for node in expression.tree().nodes() {
                let NodeKind::Test { op, left, right } = &node.kind else { continue };
                compare(&mut pools, *op, &left.operand, &right.operand);
                if let (Operand::Name(left), Operand::Name(right)) = (&left.operand, &right.operand) {
                    pairs.push([left, right]);
                }
            }
        }
        for [left, right] in pairs {
            share(&mut pools, left, right);
        }
        Self::from_pools(pools)
    }

    /// Endless draws, the same for the same seed.
    pub fn draws(&self, seed: u64) -> impl Iterator<Item = Drawn> {
        let mut dice = Dice::new(seed);
        std::iter::repeat_with(move || self.draw(&mut dice))
    }

    fn from_pools(mut pools: BTreeMap<Name, Pool>) -> Self {
        pools.values_mut().for_each(Pool::fill_gaps);
        let all = pools.values().flat_map(|pool| pool.values().iter().cloned()).collect();
        let (mut task, mut worker, mut built_in) = (Place::default(), Place::default(), BTreeMap::new());
        for (name, pool) in pools {
            match &name {
                Name::Task(path) => task.add(path.segments(), pool),
                Name::Worker(path) => worker.add(path.segments(), pool),
                Name::WorkerAttributeOrField(path, _) => {
                    worker.add(path.segments(), pool.clone());
                    built_in.insert(name, pool);
                }
                Name::WorkerField(_) | Name::WorkerChannel { .. } | Name::Workers(_) | Name::Clock(_) => {
                    built_in.insert(name, pool);
                }
                Name::Nodes { .. } => {
                    built_in.insert(name, pool);
                }
                Name::Nothing => {}
            }
        }
        Self { task, worker, built_in, all }
    }

    fn draw(&self, dice: &mut Dice) -> Drawn {
        let mut built_in = BTreeMap::new();
        if !self.built_in.is_empty() {
            let minute = self.minute(dice);
            built_in = self
                .built_in
                .iter()
                .map(|(name, pool)| (name.clone(), built_in_value(name, pool, minute, dice)))
                .collect();
        }
        let mut document = |place: &Place| Attributes::try_from(place.object(&self.all, dice)).unwrap_or_default();
        Drawn { task: document(&self.task), worker: document(&self.worker), built_in }
    }

    /// A minute of the week, now and then one that some name of the clock is compared with.
    fn minute(&self, dice: &mut Dice) -> i64 {
        let (mut hour, mut minute) = (dice.number(24), dice.number(60));
        for (name, pool) in &self.built_in {
            let Name::Clock(field) = name else { continue };
            let Some(number) = pool.whole(0..=2359, dice).filter(|_| dice.one_in(2)) else { continue };
            match field {
                ClockField::CurrentTime => (hour, minute) = (number / 100, number % 100),
                ClockField::CurrentHour => hour = number,
                ClockField::CurrentMin => minute = number,
                ClockField::DayOfWeek => {}
            }
        }
        (dice.number(7) * 24 + hour.min(23)) * 60 + minute.min(59)
    }
}

fn built_in_value(name: &Name, pool: &Pool, minute: i64, dice: &mut Dice) -> Value {
    let missing = dice.one_in(4);
    let mut count = |most| Value::from(pool.whole(0..=most, dice).unwrap_or_else(|| dice.number(4)));
    match name {
        Name::WorkerField(_) | Name::WorkerAttributeOrField(..) => pool.text(dice),
        Name::WorkerChannel { .. } | Name::Workers(WorkersCount::Activity(_)) | Name::Nodes { .. } if missing => {
            Value::Null
        }
        Name::WorkerChannel { counter, .. } => match counter {
            ChannelCounter::ConfiguredCapacity | ChannelCounter::AssignedTasks => count(i64::MAX),
            ChannelCounter::AvailableCapacityPercentage => count(100),
            ChannelCounter::Available => Value::from(dice.one_in(2)),
        },
        Name::Workers(_) => count(i64::MAX),
        Name::Clock(field) => clock(*field, minute),
        Name::Nodes { .. } => pool.list(dice),
        Name::Task(_) | Name::Worker(_) | Name::Nothing => Value::Null,
    }
}

fn clock(field: ClockField, minute: i64) -> Value {
    let (day, hour, minute) = (minute / (24 * 60), minute / 60 % 24, minute % 60);
    match field {
        ClockField::CurrentTime => Value::from(hour * 100 + minute),
        ClockField::CurrentHour => Value::from(hour),
        ClockField::CurrentMin => Value::from(minute),
        ClockField::DayOfWeek => {
            let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
            Value::from(days[usize::try_from(day).unwrap_or(0)])
        }
    }
}

fn compare(pools: &mut BTreeMap<Name, Pool>, op: Op, left: &Operand, right: &Operand) {
    for (operand, other, is_left) in [(left, right, true), (right, left, false)] {
        let Operand::Name(name) = operand else { continue };
        let pool = pools.entry(name.clone()).or_default();
        pool.expect(op, is_left);
        if let Operand::Literal(constant) = other {
            pool.add(constant);
        }
    }
}

/// Lets two names have the same values.
fn share(pools: &mut BTreeMap<Name, Pool>, left: &Name, right: &Name) {
    let values = |name: &Name| pools.get(name).map(|pool| pool.values().to_vec()).unwrap_or_default();
    let (of_left, of_right) = (values(left), values(right));
    for (name, values) in [(left, of_right), (right, of_left)] {
        if let Some(pool) = pools.get_mut(name) {
            pool.extend(values);
        }
    }
}

impl Source for Drawn {
    fn value(&self, name: &Name) -> Ref<'_> {
        let built_in = || self.built_in.get(name).map_or(Ref::Null, Value::as_ref);
        match name {
            Name::Task(path) => self.task.get(path),
            Name::Worker(path) => self.worker.get(path),
            Name::WorkerAttributeOrField(path, _) => match self.worker.get(path) {
                Ref::Null => built_in(),
                attribute @ (Ref::Bool(_) | Ref::Number(_) | Ref::Str(_) | Ref::Array(_) | Ref::Object(_)) => attribute,
            },
            Name::WorkerField(_) | Name::WorkerChannel { .. } | Name::Workers(_) | Name::Clock(_) => built_in(),
            Name::Nodes { .. } | Name::Nothing => built_in(),
        }
    }
}
