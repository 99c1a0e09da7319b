//! How far long work is: on a terminal, and only when it takes longer than a second.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use pointsman_sim::experiment::{Experiment, Progress};

/// A bar on standard error; nothing is drawn where that is no terminal.
pub(super) struct Bar {
    bar: ProgressBar,
    began: Instant,
    is_shown: Mutex<bool>,
    over: AtomicU64,
    tasks: AtomicU64,
    millis: AtomicU64,
}

impl Bar {
    /// For so many replications of an experiment, where it is known how long they last.
    pub(super) fn new(experiment: Option<&Experiment<'_>>, replications: u64) -> Self {
        let horizon = experiment.and_then(Experiment::horizon).and_then(|end| u64::try_from(end.as_millis()).ok());
        let length = horizon.map(|horizon| horizon.saturating_mul(replications));
        let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::hidden());
        let template = if length.is_some() { "{bar:24} {msg}, {eta} left" } else { "{spinner} {msg}, {elapsed}" };
        bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
        let zero = || AtomicU64::new(0);
        Self { bar, began: Instant::now(), is_shown: Mutex::new(false), over: zero(), tasks: zero(), millis: zero() }
    }

    fn show(&self) {
        let Ok(mut is_shown) = self.is_shown.try_lock() else { return };
        if !*is_shown && self.began.elapsed() > Duration::from_secs(1) {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            *is_shown = true;
        }
    }
}

impl Progress for Bar {
    fn done(&self) {
        self.over.fetch_add(1, Ordering::Relaxed);
        self.show();
    }

    fn passed(&self, tasks: u64, millis: u64) {
        let tasks = self.tasks.fetch_add(tasks, Ordering::Relaxed) + tasks;
        let millis = self.millis.fetch_add(millis, Ordering::Relaxed) + millis;
        let (hours, over) = (millis / 3_600_000, self.over.load(Ordering::Relaxed));
        self.bar.set_position(millis);
        self.bar.set_message(format!("{over} replications, {tasks} tasks in {hours} simulated hours"));
        self.show();
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
