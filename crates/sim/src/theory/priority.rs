//! Classes of tasks with priorities that interrupt nothing: who is more urgent goes ahead of those who wait.
//!
//! Cobham, "Priority assignment in waiting line problems" (1954). All workers busy, a task of class k waits until those
//! ahead are done and those more urgent that arrive meanwhile: W(k) = R / ((1 - s(k-1)) (1 - s(k))), where s(k) is the
//! load per worker of the classes up to k and R what the first one to be freed has still to do.

use super::erlang::delayed;
use super::{Unsolvable, below_capacity, not_negative, positive};

/// A class of tasks for one worker.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Class {
    /// Arrivals per unit of time, Poisson.
    pub arrival_rate: f64,
    /// The mean handling time.
    pub mean: f64,
    /// The variance of the handling time.
    pub variance: f64,
}

/// M/M/c with priorities: the mean wait of each class, the most urgent first. All classes have the same exponential
/// handling time. `arrival_rates` in the order of urgency.
///
/// # Errors
/// When a rate is not above zero, or all classes together offer what the workers can do, or more.
pub fn mean_waits_of_pool(arrival_rates: &[f64], handling_rate: f64, workers: u32) -> Result<Vec<f64>, Unsolvable> {
    positive("the handling rate", handling_rate)?;
    for rate in arrival_rates {
        positive("the arrival rate", *rate)?;
    }
    let full_rate = f64::from(workers) * handling_rate;
    let load = below_capacity(arrival_rates.iter().sum::<f64>() / handling_rate, workers)?;
    let residual = delayed(workers, load) / full_rate;
    Ok(cobham(residual, arrival_rates.iter().map(|rate| rate / full_rate)))
}

/// M/G/1 with priorities: the mean wait of each class, the most urgent first.
///
/// # Errors
/// When a figure is out of its range, or all classes together offer what the worker can do, or more.
pub fn mean_waits_of_one_worker(classes: &[Class]) -> Result<Vec<f64>, Unsolvable> {
    for class in classes {
        positive("the arrival rate", class.arrival_rate)?;
        positive("the mean handling time", class.mean)?;
        not_negative("the variance of the handling time", class.variance)?;
    }
    let loads = classes.iter().map(|class| class.arrival_rate * class.mean);
    below_capacity(loads.clone().sum(), 1)?;
    let residual = |class: &Class| class.arrival_rate * (class.variance + class.mean * class.mean) / 2.0;
    Ok(cobham(classes.iter().map(residual).sum(), loads))
}

fn cobham(residual: f64, loads: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut below = 0.0;
    let wait = |load: f64| {
        let ahead = 1.0 - below;
        below += load;
        residual / (ahead * (1.0 - below))
    };
    loads.map(wait).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{ErlangC, MG1, assert_close};
    use super::*;

    #[test]
    fn one_class_is_the_queue_without_priorities() {
        let pool = mean_waits_of_pool(&[18.0], 1.0, 20).unwrap();
        assert_close(pool[0], ErlangC::new(18.0, 1.0, 20).unwrap().mean_wait(), 1e-13);
        let single = mean_waits_of_one_worker(&[Class { arrival_rate: 0.5, mean: 1.0, variance: 0.3 }]).unwrap();
        assert_close(single[0], MG1::new(0.5, 1.0, 0.3).unwrap().mean_wait(), 1e-13);
    }

    /// Kleinrock's conservation law: priorities move waits around, the mean over the work stays.
    #[test]
    fn priorities_conserve_the_mean_over_the_work() {
        let rates = [3.0, 6.0, 9.0];
        let waits = mean_waits_of_pool(&rates, 1.0, 20).unwrap();
        let mean = rates.iter().zip(&waits).map(|(rate, wait)| rate * wait).sum::<f64>() / 18.0;
        assert_close(mean, ErlangC::new(18.0, 1.0, 20).unwrap().mean_wait(), 1e-13);
        assert!(waits.is_sorted_by(|urgent, other| urgent < other));
        let class = |arrival_rate, mean, variance| Class { arrival_rate, mean, variance };
        let classes = [class(0.1, 2.0, 4.0), class(0.5, 1.0, 0.0)];
        let waits = mean_waits_of_one_worker(&classes).unwrap();
        let work = |(class, wait): (&Class, &f64)| class.arrival_rate * class.mean * wait;
        // rho R / (1 - rho), with R = (0.1 * 8 + 0.5) / 2.
        assert_close(classes.iter().zip(&waits).map(work).sum(), 0.7 * 0.65 / 0.3, 1e-13);
    }

    /// By the states of M/M/1 with two classes, (urgent waiting, others waiting), relaxed until they balance.
    #[test]
    fn two_classes_are_what_the_chain_of_states_gives() {
        let (urgent, other) = (0.2, 0.4);
        let width = 60;
        let at = |m: usize, n: usize| m * width + n;
        let mut idle = 1.0;
        let mut busy = vec![0.0; width * width];
        let step = 0.5;
        for _ in 0..4_000 {
            let mut next = vec![0.0; width * width];
            let mut next_idle = idle * (1.0 - step * (urgent + other));
            next[0] += idle * step * (urgent + other);
            for m in 0..width - 1 {
                for n in 0..width - 1 {
                    let share = busy[at(m, n)];
                    next[at(m, n)] += share * (1.0 - step * (1.0 + urgent + other));
                    next[at(m + 1, n)] += share * step * urgent;
                    next[at(m, n + 1)] += share * step * other;
                    match (m, n) {
                        (0, 0) => next_idle += share * step,
                        (0, n) => next[at(0, n - 1)] += share * step,
                        (m, n) => next[at(m - 1, n)] += share * step,
                    }
                }
            }
            (busy, idle) = (next, next_idle);
        }
        let mean = |of: &dyn Fn(usize) -> usize| -> f64 {
            busy.iter().enumerate().map(|(state, share)| of(state) as f64 * share).sum()
        };
        let waits = mean_waits_of_pool(&[urgent, other], 1.0, 1).unwrap();
        assert_close(mean(&|state| state / width) / urgent, waits[0], 1e-6);
        assert_close(mean(&|state| state % width) / other, waits[1], 1e-6);
    }

    #[test]
    fn overload_of_the_last_class_is_refused() {
        assert_eq!(mean_waits_of_pool(&[1.0, 1.0], 1.0, 2), Err(Unsolvable::Overloaded { load: 2.0, workers: 2 }));
    }
}
