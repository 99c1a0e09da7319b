//! How far long work is: on a terminal, and only when it takes longer than a second.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use pointsman_sim::experiment::{Experiment, Progress};

/// A bar on standard error; nothing is drawn where that is no terminal.
pub(super) struct Bar {
    bar: ProgressBar,
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
        bar.set_style(style(template));
        let zero = || AtomicU64::new(0);
        Self { bar, is_shown: Mutex::new(false), over: zero(), tasks: zero(), millis: zero() }
    }

    /// For as many tries as there may be.
    pub(super) fn of_tries(most: u64) -> Self {
        let bar = Self::new(None, 0);
        bar.bar.set_style(style("{bar:24} {msg}, {elapsed}"));
        bar.bar.set_length(most);
        bar
    }

    /// So many tries are over, and so many lines are left.
    pub(super) fn tried(&self, tries: u64, lines: usize) {
        self.bar.set_position(tries);
        self.bar.set_message(format!("{tries} tries, {lines} lines left"));
        self.show();
    }

    fn show(&self) {
        let Ok(mut is_shown) = self.is_shown.try_lock() else { return };
        if !*is_shown && self.bar.elapsed() > Duration::from_secs(1) {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            *is_shown = true;
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
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
