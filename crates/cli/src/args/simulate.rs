//! The arguments of the verbs that look into chance: `compare`, `staff`, `merge`, `fit` and `shrink`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use pointsman_sim::MOST_REPLICATIONS;
use pointsman_sim::fit::Recorded;

use super::{Format, duration};

const COMPARE_EXAMPLES: &str = "Examples:
  pointsman compare before.yaml after.yaml
  pointsman compare day.yaml                          # with the variants that it holds
  pointsman compare day.yaml --replications 100 --all --format json";

/// `pointsman compare`
#[derive(Debug, Args)]
#[command(after_help = COMPARE_EXAMPLES)]
pub(crate) struct CompareArgs {
    /// A scenario in which chance plays a part
    pub(crate) base: String,
    /// Another one; without it the first one's `experiment: {variants: ..., grid: ...}`
    pub(crate) other: Option<String>,
    /// Another seed than the scenario's
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// How often to run each, instead of what the scenario says, or 20 times
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(2..=MOST_REPLICATIONS))]
    pub(crate) replications: Option<u64>,
    /// How many replications at the same time, instead of one for each core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1024))]
    pub(crate) jobs: Option<u64>,
    /// Tell the figures that do not differ, too
    #[arg(long)]
    pub(crate) all: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

const STAFF_EXAMPLES: &str = "Examples:
  pointsman staff day.yaml --group agents --figure service_level_20s --at-least 0.8
  pointsman staff day.yaml --group agents --figure class.voice.wait_p95 --at-most 60 --from 10 --to 60
  pointsman staff day.yaml --group agents --figure abandonment --at-most 0.03 --confidence 0.99";

/// `pointsman staff`
#[derive(Debug, Args)]
#[command(after_help = STAFF_EXAMPLES)]
pub(crate) struct StaffArgs {
    /// A scenario in which chance plays a part
    pub(crate) scenario: String,
    /// The group of workers whose count is sought
    #[arg(long, value_name = "NAME")]
    pub(crate) group: String,
    /// The figure, by its full name (see `replications.csv` of `run --report`)
    #[arg(long, value_name = "FIGURE")]
    pub(crate) figure: String,
    /// What it has to be at least; shares from 0 to 1, times in seconds
    #[arg(long, value_name = "X", value_parser = finite, allow_negative_numbers = true, required_unless_present = "at_most", conflicts_with = "at_most")]
    pub(crate) at_least: Option<f64>,
    /// What it has to be at most
    #[arg(long, value_name = "X", value_parser = finite, allow_negative_numbers = true)]
    pub(crate) at_most: Option<f64>,
    /// The fewest workers to try
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) from: u64,
    /// The most workers to try
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) to: u64,
    /// How often each count runs
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u64).range(2..=MOST_REPLICATIONS))]
    pub(crate) replications: u64,
    /// How sure it has to be
    #[arg(long, value_name = "SHARE", default_value_t = 0.95)]
    pub(crate) confidence: f64,
    /// How many replications at the same time, instead of one for each core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1024))]
    pub(crate) jobs: Option<u64>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

const FIT_EXAMPLES: &str = "Examples:
  pointsman fit calls.csv --at received --handling talk_s --interval 30m
  pointsman fit calls.csv --at received --class skill --handling answered..hung_up --repeat 24h
  pointsman fit tasks.csv --at created_s --handling accepted_s..done_s --wrap-up done_s..ended_s --wait wait_s
  pointsman fit calls.csv --at received --wait wait_s --given-up abandoned --format json";

/// `pointsman fit`
#[derive(Debug, Args)]
#[command(after_help = FIT_EXAMPLES)]
pub(crate) struct FitArgs {
    /// A table of comma-separated values with a header
    pub(crate) table: String,
    /// The column that says when a task came: seconds, a span or an instant
    #[arg(long, value_name = "COLUMN")]
    pub(crate) at: String,
    /// The column that says of which class it is; without it all are of one
    #[arg(long, value_name = "COLUMN")]
    pub(crate) class: Option<String>,
    /// The column that says how long it took, or two with the begin and the end; what has no end is still in hand when the
    /// table ends
    #[arg(long, value_name = "COLUMN|BEGIN..END")]
    pub(crate) handling: Option<Recorded>,
    /// The column that says how long it was wrapped up afterwards, or two with the begin and the end
    #[arg(long, value_name = "COLUMN|BEGIN..END", requires = "handling")]
    pub(crate) wrap_up: Option<Recorded>,
    /// The column that says how long it waited, whatever became of it, or two with the begin and the end; empty where it still
    /// waits when the table ends
    #[arg(long, value_name = "COLUMN|BEGIN..END")]
    pub(crate) wait: Option<Recorded>,
    /// The column that says whether it was given up (not `false`, `no`, 0 or empty); without it those were that
    /// nobody took
    #[arg(long, value_name = "COLUMN", requires = "wait")]
    pub(crate) given_up: Option<String>,
    /// How long an interval is in which arrivals are counted
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "30m")]
    pub(crate) interval: Duration,
    /// After which time the same comes again, such as `24h`: counts are then averages
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) repeat: Option<Duration>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// `pointsman merge`
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  pointsman merge day.yaml part*.json --format json")]
pub(crate) struct MergeArgs {
    /// The scenario that the parts ran
    pub(crate) scenario: String,
    /// What `run --shard` printed, each part once, in any order
    #[arg(required = true, value_name = "FILE")]
    pub(crate) shards: Vec<String>,
    /// Write a folder for people and notebooks, as `run --report` does
    #[arg(long, value_name = "DIR")]
    pub(crate) report: Option<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

const SHRINK_EXAMPLES: &str = "Examples:
  pointsman shrink day.yaml --out small.yaml && pointsman run small.yaml
  pointsman shrink day.yaml --replications 50 --tries 5000
  pointsman shrink day.yaml --seed 7 --format json | jq -r .scenario";

/// `pointsman shrink`
#[derive(Debug, Args)]
#[command(after_help = SHRINK_EXAMPLES)]
pub(crate) struct ShrinkArgs {
    /// A scenario in which an expectation fails, or a step is refused
    pub(crate) scenario: String,
    /// Where to write the result; without it, it is printed
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<String>,
    /// Another seed than the scenario's
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// How often to run, instead of what the scenario says, or once
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=MOST_REPLICATIONS))]
    pub(crate) replications: Option<u64>,
    /// How many smaller scenarios to run at most
    #[arg(long, value_name = "N", default_value_t = 2_000)]
    pub(crate) tries: u64,
    /// How many replications at the same time, instead of one for each core; it changes nothing in the answer
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1024))]
    pub(crate) jobs: Option<u64>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

fn finite(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number: &f64| number.is_finite());
    number.ok_or_else(|| "expected a number such as 0.8".to_owned())
}
