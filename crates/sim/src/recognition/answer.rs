//! What theory says of a pool: which kind it is, and every figure of it that a run has, too.

use super::load::Load;
use super::pool::Pool;
use super::{Answer, Kind};
use crate::distribution::Distribution;
use crate::model::{Level, Measure, ServiceLevel};
use crate::results::{Scope, Span, service_level_name};
use crate::theory::{self, Class, ErlangA, ErlangC, MG1, erlang_b};

/// What a run has to be longer than, by the time in which the pool forgets how it began.
const LONG: f64 = 50.0;
/// What has to be left out at its beginning, by the same.
const WARM: f64 = 3.0;
/// Unless it is so long that the beginning does not count.
const VERY_LONG: f64 = 2_000.0;
/// More than this by the mean is as good as impossible: of an exponential time, one in 10^13.
const NEVER: f64 = 30.0;
/// No task is in work longer than a day.
pub(super) const DAY: f64 = 86_400.0;
/// A share that no figure shows.
const NOTHING: f64 = 1e-6;
/// Why theory says nothing where some are.
pub(super) const TOO_LONG: &str = "some tasks take longer than a day, after which the engine ends them";
/// Where more tasks end in a second than this, whole milliseconds show.
const FAST: f64 = 5.0;

/// The answers for a pool that was measured over this span, or why theory has none.
pub(super) fn of(pool: &Pool, measure: &Measure, span: Span) -> Result<Vec<Answer>, String> {
    if !pool.is_steady() {
        return Err("tasks do not come as a Poisson process at one rate".to_owned());
    }
    let load = pool.load().ok_or("no formula is known for how long tasks take on average")?;
    let is_patient = pool.flows.iter().all(|flow| flow.patience.is_none());
    if is_patient && load.erlangs() >= f64::from(pool.places) {
        return Err("more comes than workers can do".to_owned());
    }
    let solved =
        Solved::of(pool, &load).ok_or("no formula is known for such handling times, patience and priorities")?;
    let (lasts, settles) = (span.to - span.from, load.settles_within(pool.places));
    let is_settled = lasts >= LONG * settles && (span.from >= WARM * settles || lasts >= VERY_LONG * settles);
    if !is_settled {
        let (run, cut) = (LONG * settles, WARM * settles);
        return Err(format!("figures of the long run need {run:.0} s at least, after a warm-up of {cut:.0} s"));
    }
    let is_slow = f64::from(pool.places) <= FAST * load.mean;
    let ends = pool.flows.iter().all(|flow| ends_in_a_day(&flow.handling));
    let lives = solved.longest_wait(pool) * NEVER <= pool.lives;
    match (is_slow, ends, lives) {
        (false, ..) => Err("so many tasks end in a second that whole milliseconds show".to_owned()),
        (_, false, _) => Err(TOO_LONG.to_owned()),
        (_, _, false) => Err("some tasks wait so long that the engine ends them".to_owned()),
        (true, true, true) => Ok(solved.answers(pool, &load, measure)),
    }
}

/// Whether next to no work is left of tasks that have taken a day.
pub(super) fn ends_in_a_day(handling: &Distribution) -> bool {
    let Some(mean) = handling.mean() else { return handling.range().1 < DAY };
    handling.mean_up_to(DAY).map_or(mean * NEVER <= DAY, |up_to| mean - up_to <= NOTHING * mean)
}

/// A pool of a kind that has an answer.
enum Solved {
    /// Which share nobody takes.
    Lost(f64),
    Waiting(ErlangC),
    Impatient(ErlangA),
    Alone(MG1),
    /// The mean wait of each class, and the share that waits.
    Ranked(Vec<f64>, f64),
}

impl Solved {
    fn of(pool: &Pool, load: &Load) -> Option<Self> {
        let first = pool.flows.first()?;
        let same_patience = pool.flows.iter().all(|flow| flow.patience == first.patience);
        let one_priority = pool.flows.iter().all(|flow| flow.priority == first.priority);
        let (rate, places) = (load.rate, pool.places);
        match &first.patience {
            _ if !same_patience => None,
            Some(Distribution::Constant(0.0)) => erlang_b(places, load.erlangs()).ok().map(Self::Lost),
            Some(Distribution::Exponential { mean }) if one_priority && load.is_memoryless => {
                ErlangA::new(rate, 1.0 / load.mean, places, 1.0 / mean).ok().map(Self::Impatient)
            }
            Some(_) => None,
            None if !one_priority => ranked(pool, load),
            None if load.is_memoryless => ErlangC::new(rate, 1.0 / load.mean, places).ok().map(Self::Waiting),
            None if places == 1 => MG1::new(rate, load.mean, load.variance?).ok().map(Self::Alone),
            None => None,
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Lost(_) => Kind::ErlangB,
            Self::Waiting(_) => Kind::ErlangC,
            Self::Impatient(_) => Kind::ErlangA,
            Self::Alone(_) => Kind::PollaczekKhinchine,
            Self::Ranked(..) => Kind::Cobham,
        }
    }

    /// The mean wait of a class.
    fn wait(&self, flow: usize) -> f64 {
        match self {
            Self::Lost(_) => 0.0,
            Self::Waiting(queue) => queue.mean_wait(),
            Self::Impatient(queue) => queue.mean_wait(),
            Self::Alone(queue) => queue.mean_wait(),
            Self::Ranked(waits, _) => waits[flow],
        }
    }

    fn longest_wait(&self, pool: &Pool) -> f64 {
        (0..pool.flows.len()).map(|flow| self.wait(flow)).fold(0.0, f64::max)
    }

    /// The share of tasks that nobody takes.
    fn abandoned(&self) -> f64 {
        match self {
            Self::Lost(lost) => *lost,
            Self::Impatient(queue) => queue.abandoned(),
            Self::Waiting(_) | Self::Alone(_) | Self::Ranked(..) => 0.0,
        }
    }

    fn answers(&self, pool: &Pool, load: &Load, measure: &Measure) -> Vec<Answer> {
        let mut answers = Vec::new();
        let mut say = |scope: &Scope, figure: &str, exact| {
            answers.push(Answer { scope: scope.clone(), figure: figure.to_owned(), kind: self.kind(), exact });
        };
        self.of_all(measure).iter().for_each(|(figure, exact)| say(&Scope::Run, figure, *exact));
        let waits = pool.flows.iter().enumerate().map(|(place, flow)| flow.rate.unwrap_or(0.0) * self.wait(place));
        let waiting: f64 = waits.sum();
        if let Self::Ranked(..) = self {
            say(&Scope::Run, "wait_mean", waiting / load.rate);
        }
        say(&Scope::Run, "waiting_mean", waiting);
        if let Some(workers) = pool.workers {
            let in_hand = load.erlangs() * (1.0 - self.abandoned()) / f64::from(workers);
            say(&Scope::Run, "tasks_in_hand", in_hand);
            if workers == pool.places {
                say(&Scope::Run, "occupancy", in_hand);
            }
            say(&Scope::Run, "utilisation", in_hand * f64::from(workers) / f64::from(pool.places));
        }
        for (place, flow) in pool.flows.iter().enumerate().filter(|_| pool.flows.len() > 1) {
            let scope = Scope::Class(flow.class.clone());
            self.of_all(measure).iter().for_each(|(figure, exact)| say(&scope, figure, *exact));
            if let Self::Ranked(..) = self {
                say(&scope, "wait_mean", self.wait(place));
            }
        }
        answers
    }

    /// What is the same for all classes and for all of them together, since each of them sees what the others see.
    fn of_all(&self, measure: &Measure) -> Vec<(String, f64)> {
        let mut figures: Vec<(&str, f64)> = Vec::new();
        match self {
            Self::Lost(lost) => figures.push(("abandonment", *lost)),
            Self::Waiting(queue) => figures.extend([("delayed", queue.delayed()), ("wait_mean", queue.mean_wait())]),
            Self::Alone(queue) => figures.extend([("delayed", queue.delayed()), ("wait_mean", queue.mean_wait())]),
            Self::Impatient(queue) => figures.extend([
                ("abandonment", queue.abandoned()),
                ("delayed", queue.delayed()),
                ("wait_mean", queue.mean_wait_of_served()),
                ("wait_of_all_mean", queue.mean_wait()),
                ("wait_of_abandoned_mean", queue.mean_wait_of_abandoned()),
            ]),
            Self::Ranked(_, delayed) => figures.push(("delayed", *delayed)),
        }
        let levels = measure.service_levels.iter();
        let levels = levels.filter_map(|level| Some((service_level_name(level), self.service_level(level)?)));
        figures.into_iter().map(|(name, exact)| (name.to_owned(), exact)).chain(levels).collect()
    }

    fn service_level(&self, level: &ServiceLevel) -> Option<f64> {
        let within = level.within.as_secs_f64();
        match self {
            Self::Waiting(queue) => Some(queue.within(within)),
            Self::Impatient(queue) => {
                let (served, gone) = (queue.served_within(within).ok()?, queue.abandoned_within(within).ok()?);
                Some(match level.level {
                    Level::Bad => served,
                    Level::EarlyLeftOut => served / (1.0 - gone),
                    Level::EarlyGood => served + gone,
                    Level::LeftOut => served / (1.0 - queue.abandoned()),
                })
            }
            Self::Lost(_) | Self::Alone(_) | Self::Ranked(..) => None,
        }
    }
}

/// Several priorities: workers alike with one exponential handling time, or one worker with any.
fn ranked(pool: &Pool, load: &Load) -> Option<Solved> {
    let mut priorities: Vec<u32> = pool.flows.iter().map(|flow| flow.priority).collect();
    priorities.sort_unstable_by(|a, b| b.cmp(a));
    priorities.dedup();
    let at = |priority: u32| pool.flows.iter().filter(move |flow| flow.priority == priority).collect::<Vec<_>>();
    let levels: Vec<Load> = priorities.iter().map(|priority| Load::of(&at(*priority))).collect::<Option<_>>()?;
    let waits = if load.is_memoryless {
        let rates: Vec<f64> = levels.iter().map(|level| level.rate).collect();
        theory::mean_waits_of_pool(&rates, 1.0 / load.mean, pool.places).ok()?
    } else {
        let class = |of: &Load| Some(Class { arrival_rate: of.rate, mean: of.mean, variance: of.variance? });
        let classes: Vec<Class> = levels.iter().map(class).collect::<Option<_>>()?;
        (pool.places == 1).then(|| theory::mean_waits_of_one_worker(&classes).ok())??
    };
    let delayed = if load.is_memoryless {
        ErlangC::new(load.rate, 1.0 / load.mean, pool.places).ok()?.delayed()
    } else {
        load.erlangs()
    };
    let place = |priority: u32| priorities.iter().position(|known| *known == priority);
    let waits = pool.flows.iter().map(|flow| Some(waits[place(flow.priority)?])).collect::<Option<_>>()?;
    Some(Solved::Ranked(waits, delayed))
}
