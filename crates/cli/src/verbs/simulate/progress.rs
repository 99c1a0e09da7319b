//! How far long work is: on a terminal, and only when it takes longer than a second.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use pointsman_sim::experiment::Progress;

/// A bar on standard error; nothing is drawn where that is no terminal.
pub(super) struct Bar {
    bar: ProgressBar,
    began: Instant,
    is_shown: Mutex<bool>,
    tasks: AtomicU64,
    millis: AtomicU64,
}

impl Bar {
    /// For so many replications, where that is known.
    pub(super) fn new(replications: Option<u64>) -> Self {
        let bar = ProgressBar::with_draw_target(replications, ProgressDrawTarget::hidden());
        let template = if replications.is_some() {
            "{bar:24} {pos}/{len} replications, {msg}, {eta} left"
        } else {
            "{spinner} {pos} replications, {msg}, {elapsed}"
        };
        bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
        let began = Instant::now();
        Self { bar, began, is_shown: Mutex::new(false), tasks: AtomicU64::new(0), millis: AtomicU64::new(0) }
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
        self.bar.inc(1);
        self.show();
    }

    fn passed(&self, tasks: u64, millis: u64) {
        let tasks = self.tasks.fetch_add(tasks, Ordering::Relaxed) + tasks;
        let millis = self.millis.fetch_add(millis, Ordering::Relaxed) + millis;
        let hours = millis / 3_600_000;
        self.bar.set_message(format!("{tasks} tasks in {hours} simulated hours"));
        self.show();
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
