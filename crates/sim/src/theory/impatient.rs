//! Workers alike and tasks that give up: M/M/c+M, called Erlang A or Palm's queue.
//!
//! A task that finds all c workers busy and n others waiting moves up as those ahead are taken (rate c mu) or give up
//! (rate theta each), and gives up itself at rate theta. Its fate follows from n in closed form, and n from the balance of
//! the chain of states, so that every figure is a sum of positive terms (C. Palm 1943; Mandelbaum and Zeltyn, "The
//! Palm/Erlang-A Queue", 2009; the law of the wait: Baccelli and Hebuterne, 1981).

use super::erlang::lost;
use super::sums::Sums;
use super::{Unsolvable, not_negative, positive};
use crate::portable::{exp, exp_m1, ln};

/// M/M/c+M: Poisson arrivals, exponential handling times, `c` workers alike, exponential patience. Stable at any load.
///
/// ```
/// # use pointsman_sim::theory::ErlangA;
/// // 48 calls a minute of one minute each, 50 agents, callers hang up after two minutes on average.
/// let queue = ErlangA::new(48.0, 1.0, 50, 0.5)?;
/// assert_eq!(format!("{:.1} % hang up", 100.0 * queue.abandoned()), "3.1 % hang up");
/// // The four usual service levels within 10 s: who gives up counts against it; for it, if in time; not at all, if in
/// // time; not at all.
/// let (served, gone) = (queue.served_within(10.0 / 60.0)?, queue.abandoned_within(10.0 / 60.0)?);
/// let levels = [served, served + gone, served / (1.0 - gone), served / (1.0 - queue.abandoned())];
/// assert_eq!(levels.map(|level| format!("{level:.3}")), ["0.833", "0.856", "0.853", "0.859"]);
/// # Ok::<(), pointsman_sim::theory::Unsolvable>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ErlangA {
    arrival_rate: f64,
    /// The rate at which all workers together finish.
    full_rate: f64,
    abandonment_rate: f64,
    load: f64,
    workers: u32,
    /// The logarithm of the share of time in which all workers are busy and nobody waits.
    ln_just_full: f64,
    delayed: f64,
    abandoned: f64,
    /// Mean waits, counted as zero for tasks of the other fate.
    wait_served: f64,
    wait_abandoned: f64,
}

impl ErlangA {
    /// `abandonment_rate` is one by the mean patience.
    ///
    /// # Errors
    /// When a rate or the number of workers is not above zero, or patience is so long and load so high that the sum has
    /// no end worth waiting for: then Erlang C is the answer, or there is none.
    pub fn new(arrival_rate: f64, handling_rate: f64, workers: u32, abandonment_rate: f64) -> Result<Self, Unsolvable> {
        positive("the arrival rate", arrival_rate)?;
        positive("the handling rate", handling_rate)?;
        positive("the abandonment rate", abandonment_rate)?;
        let full_rate = positive("the number of workers", f64::from(workers))? * handling_rate;
        let load = arrival_rate / handling_rate;
        let sums = fates(arrival_rate, full_rate, abandonment_rate)?;
        let [full, abandoned, wait_served, wait_abandoned] = sums.sums;
        let lost = lost(workers, load);
        let total = sums.scaled((1.0 - lost) / lost) + full;
        Ok(Self {
            arrival_rate,
            full_rate,
            abandonment_rate,
            load,
            workers,
            ln_just_full: -ln(total) - sums.ln_scale(),
            delayed: full / total,
            abandoned: abandoned / total,
            wait_served: wait_served / total,
            wait_abandoned: wait_abandoned / total,
        })
    }

    /// The share of tasks that find all workers busy.
    pub fn delayed(&self) -> f64 {
        self.delayed
    }

    /// The share of tasks that give up.
    pub fn abandoned(&self) -> f64 {
        self.abandoned
    }

    /// The mean wait of all tasks, until they are served or give up.
    pub fn mean_wait(&self) -> f64 {
        self.wait_served + self.wait_abandoned
    }

    /// The mean wait of those that are served, at once or later.
    pub fn mean_wait_of_served(&self) -> f64 {
        self.wait_served / (1.0 - self.abandoned)
    }

    /// The mean wait of those that give up; not a number when nobody ever does, to the accuracy of these figures.
    pub fn mean_wait_of_abandoned(&self) -> f64 {
        self.wait_abandoned / self.abandoned
    }

    /// How many tasks wait, on average (Little).
    pub fn mean_queue(&self) -> f64 {
        self.arrival_rate * self.mean_wait()
    }

    /// The share of their time that workers are busy.
    pub fn occupancy(&self) -> f64 {
        self.load * (1.0 - self.abandoned) / f64::from(self.workers)
    }

    /// The share of all tasks that wait longer than `time`, whatever becomes of them.
    ///
    /// # Errors
    /// When the time is negative.
    pub fn beyond(&self, time: f64) -> Result<f64, Unsolvable> {
        let patient = exp(-self.abandonment_rate * not_negative("the time", time)?);
        Ok(patient * self.offered_beyond(time, self.full_rate)?)
    }

    /// The share of all tasks that are served after waiting no longer than `time`.
    ///
    /// # Errors
    /// When the time is negative.
    pub fn served_within(&self, time: f64) -> Result<f64, Unsolvable> {
        Ok(1.0 - self.abandoned - self.served_beyond(time)?)
    }

    /// The share of all tasks that give up before they have waited longer than `time`.
    ///
    /// # Errors
    /// When the time is negative.
    pub fn abandoned_within(&self, time: f64) -> Result<f64, Unsolvable> {
        Ok(self.abandoned - (self.beyond(time)? - self.served_beyond(time)?))
    }

    /// The share of all tasks that wait longer than `time` and are served.
    fn served_beyond(&self, time: f64) -> Result<f64, Unsolvable> {
        self.offered_beyond(not_negative("the time", time)?, self.full_rate + self.abandonment_rate)
    }

    /// The integral from `time` on of the density of the wait that a task without limit to its patience would have,
    /// v(x) = p c mu exp(lambda (1 - exp(-theta x)) / theta - c mu x), after `rate` took the place of c mu in the
    /// exponent: with theta added to it, only those count that are patient until then. The integral is an incomplete
    /// gamma function, whose series has the shape of the chain of states.
    fn offered_beyond(&self, time: f64, rate: f64) -> Result<f64, Unsolvable> {
        let decay = self.abandonment_rate * time;
        let arrivals = self.arrival_rate * exp(-decay);
        let ratio = |n: u64| arrivals / (rate + n as f64 * self.abandonment_rate);
        let sums = Sums::new(None, ratio, |_| [1.0])?;
        let exponent = -self.arrival_rate * exp_m1(-decay) / self.abandonment_rate - rate * time;
        let scale = self.ln_just_full + exponent + sums.ln_scale();
        Ok(self.full_rate / rate * sums.sums[0] * exp(scale))
    }
}

/// Of tasks that find all workers busy: how many they are, how many of them give up, and the waits of the served and of
/// the others; over the states of the queue, by the weight of the state where nobody waits yet.
fn fates(arrival_rate: f64, full_rate: f64, abandonment_rate: f64) -> Result<Sums<4>, Unsolvable> {
    let departures = |n: u64| full_rate + n as f64 * abandonment_rate;
    // With n ahead: stages passed by the served, and the mean and mean square of the wait.
    let (mut stages, mut mean, mut square) = (0.0, 0.0, 0.0);
    let fate = |n: u64| {
        let rate = departures(n + 1);
        let moves_up = departures(n) / rate;
        stages += 1.0 / rate;
        mean = 1.0 / rate + moves_up * mean;
        square = 2.0 / rate * mean + moves_up * square;
        let abandoned = (rate - full_rate) / rate;
        // Who is still there at each instant gives up at the same rate: the wait of those who do is half the square.
        [1.0, abandoned, full_rate / rate * stages, abandonment_rate * square / 2.0]
    };
    Sums::new(None, |n| arrival_rate / departures(n), fate)
}

#[cfg(test)]
mod tests {
    use super::super::{ErlangC, assert_close, chain::Chain};
    use super::*;

    /// Garnett, Mandelbaum and Reiman, "Designing a Call Center with Impatient Customers" (2002), the table that sets
    /// Erlang A against Erlang C.
    #[test]
    fn fifty_agents_as_published() {
        let queue = ErlangA::new(48.0, 1.0, 50, 0.5).unwrap();
        let text = format!(
            "{:.1} % abandon, wait {:.1} s, queue {:.0}, occupancy {:.0} %",
            100.0 * queue.abandoned(),
            60.0 * queue.mean_wait(),
            queue.mean_queue(),
            100.0 * queue.occupancy()
        );
        assert_eq!(text, "3.1 % abandon, wait 3.7 s, queue 3, occupancy 93 %");
        // The ninetieth percentile of the wait is 12.5 s.
        assert_close(queue.beyond(12.5 / 60.0).unwrap(), 0.1, 0.01);
        let patient = ErlangC::new(48.0, 1.0, 50).unwrap();
        assert_close(60.0 * patient.mean_wait(), 20.8, 0.01);
        assert_close(60.0 * patient.quantile(0.9).unwrap(), 58.1, 0.01);
    }

    const CASES: [(f64, u32, f64); 7] = [
        (18.0, 20, 0.5),
        (48.0, 50, 0.5),
        (30.0, 20, 0.1),
        (0.4, 1, 3.0),
        (5.0, 8, 1.0),
        (2.0, 20, 0.01),
        (200.0, 100, 0.7),
    ];

    #[test]
    fn all_is_what_the_chain_of_states_gives() {
        for (arrivals, workers, theta) in CASES {
            let full = workers as usize;
            let chain = Chain::new(4_000, |_| arrivals, |n| n.min(full) as f64 + n.saturating_sub(full) as f64 * theta);
            let queue = ErlangA::new(arrivals, 1.0, workers, theta).unwrap();
            assert_close(queue.delayed(), chain.share_from(full), 1e-10);
            assert_close(queue.mean_queue(), chain.mean_above(full), 1e-10);
            assert_close(queue.abandoned(), theta * chain.mean_above(full) / arrivals, 1e-10);
            let busy: f64 = (1..full).map(|n| n as f64 * chain.share(n)).sum();
            let busy = busy + full as f64 * chain.share_from(full);
            assert_close(queue.occupancy(), busy / full as f64, 1e-10);
        }
    }

    /// A task's way through the queue, step by step in time: the share still waiting, by those ahead, and the shares served.
    fn walked(queue: &ErlangA, chain: &Chain, time: f64) -> (f64, f64) {
        let full = queue.workers as usize;
        let ahead = 400;
        let mut waiting: Vec<f64> = (0..ahead).map(|n| chain.share(full + n)).collect();
        let mut served = 1.0 - chain.share_from(full);
        let steps = 20_000;
        let step = time / f64::from(steps);
        let rate = |n: usize| queue.full_rate + n as f64 * queue.abandonment_rate;
        let change = |waiting: &[f64]| -> Vec<f64> {
            let moved = |n: usize| waiting.get(n + 1).map_or(0.0, |more| more * rate(n + 1));
            (0..waiting.len()).map(|n| moved(n) - waiting[n] * rate(n + 1)).collect()
        };
        for _ in 0..steps {
            // The midpoint rule.
            let slope = change(&waiting);
            let middle: Vec<f64> =
                waiting.iter().zip(&slope).map(|(share, slope)| share + slope * step / 2.0).collect();
            served += middle[0] * queue.full_rate * step;
            let slope = change(&middle);
            waiting.iter_mut().zip(slope).for_each(|(share, slope)| *share += slope * step);
        }
        (served, waiting.iter().sum())
    }

    #[test]
    fn waits_are_those_of_a_walk_through_the_queue() {
        for ((arrivals, workers, theta), time) in CASES.into_iter().zip([0.1, 0.05, 0.7, 1.0, 0.3, 0.2, 1.0]) {
            let full = workers as usize;
            let chain = Chain::new(900, |_| arrivals, |n| n.min(full) as f64 + n.saturating_sub(full) as f64 * theta);
            let queue = ErlangA::new(arrivals, 1.0, workers, theta).unwrap();
            let (served, waiting) = walked(&queue, &chain, time);
            assert_close(queue.served_within(time).unwrap(), served, 2e-6);
            assert_close(queue.beyond(time).unwrap(), waiting, 2e-4);
            let all = queue.served_within(time).unwrap() + queue.abandoned_within(time).unwrap();
            assert_close(all + queue.beyond(time).unwrap(), 1.0, 1e-12);
        }
    }

    /// The means are the areas under the tails, which come from other series.
    #[test]
    fn means_are_the_areas_of_the_tails() {
        for (arrivals, workers, theta) in CASES {
            let queue = ErlangA::new(arrivals, 1.0, workers, theta).unwrap();
            let area = |tail: &dyn Fn(f64) -> f64| -> f64 {
                let (steps, step) = (40_000, 60.0 / theta.clamp(0.3, 1.0) / 40_000.0);
                (0..steps).map(|n| tail((f64::from(n) + 0.5) * step) * step).sum()
            };
            assert_close(area(&|t| queue.beyond(t).unwrap()), queue.mean_wait(), 1e-3);
            let served = area(&|t| queue.served_beyond(t).unwrap());
            assert_close(served, queue.mean_wait_of_served() * (1.0 - queue.abandoned()), 1e-3);
        }
    }

    #[test]
    fn at_no_time_the_waiting_are_the_delayed() {
        for (arrivals, workers, theta) in CASES {
            let queue = ErlangA::new(arrivals, 1.0, workers, theta).unwrap();
            assert_close(queue.beyond(0.0).unwrap(), queue.delayed(), 1e-12);
            assert!((queue.served_within(0.0).unwrap() + queue.delayed() - 1.0).abs() < 1e-13);
            assert!(queue.abandoned_within(0.0).unwrap().abs() < 1e-12);
            assert_close(queue.abandoned_within(1e6).unwrap(), queue.abandoned(), 1e-12);
        }
    }

    #[test]
    fn with_growing_patience_it_becomes_erlang_c() {
        let patient = ErlangC::new(18.0, 1.0, 20).unwrap();
        let queue = ErlangA::new(18.0, 1.0, 20, 1e-9).unwrap();
        assert_close(queue.delayed(), patient.delayed(), 1e-7);
        assert_close(queue.mean_wait(), patient.mean_wait(), 1e-7);
        assert_close(queue.mean_wait_of_served(), patient.mean_wait(), 1e-7);
        assert_close(queue.served_within(0.3).unwrap(), patient.within(0.3), 1e-7);
    }

    /// When tasks give up as fast as they would be handled, the number there is Poisson, as with workers without end.
    #[test]
    fn with_patience_like_handling_the_number_there_is_poisson() {
        let (load, workers) = (5.0_f64, 8);
        let queue = ErlangA::new(load, 1.0, workers, 1.0).unwrap();
        let mut share = exp(-load);
        let mut below = 0.0;
        for n in 1..=workers {
            below += share;
            share *= load / f64::from(n);
        }
        assert_close(queue.delayed(), 1.0 - below, 1e-12);
    }

    #[test]
    fn a_queue_far_beyond_capacity_keeps_what_it_can_serve() {
        let queue = ErlangA::new(2e5, 1.0, 100_000, 1e-2).unwrap();
        assert_close(queue.abandoned(), 0.5, 1e-9);
        assert_close(queue.occupancy(), 1.0, 1e-9);
        // Everybody waits until half have given up.
        assert_close(queue.mean_wait_of_served(), 100.0 * std::f64::consts::LN_2, 1e-3);
        assert_close(queue.beyond(10.0).unwrap(), exp(-0.1), 1e-9);
    }

    #[test]
    fn many_idle_workers_overflow_nothing() {
        let queue = ErlangA::new(10.0, 1.0, 100_000, 1.0).unwrap();
        assert_eq!((queue.delayed(), queue.abandoned(), queue.mean_wait()), (0.0, 0.0, 0.0));
        assert_eq!(queue.served_within(1.0).unwrap(), 1.0);
    }

    #[test]
    fn patience_without_end_is_refused_and_does_not_hang() {
        assert!(matches!(ErlangA::new(20.0, 1.0, 20, 1e-30), Err(Unsolvable::TooLong { .. })));
        assert!(ErlangA::new(18.0, 1.0, 20, 0.0).is_err());
        assert!(ErlangA::new(18.0, 1.0, 0, 1.0).is_err());
    }
}
