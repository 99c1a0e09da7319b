//! What can be written on the command line. Only declarations: the verbs do the work.

#[cfg(feature = "serve")]
mod serve;
mod simulate;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use pointsman_expr::Kind;
use pointsman_sim::MOST_REPLICATIONS;
use pointsman_sim::diff::Condition;

#[cfg(feature = "serve")]
pub(crate) use self::serve::ServeArgs;
pub(crate) use self::simulate::{CompareArgs, FitArgs, MergeArgs, ShrinkArgs, StaffArgs};

/// The command line.
#[derive(Debug, Parser)]
#[command(
    name = "pointsman",
    version,
    about = "A work router with TaskRouter's semantics: run scenarios, check configurations, evaluate expressions",
    after_help = "Exit codes: 0 done; 1 done, but an expectation failed or an error was found; 2 wrong usage or unusable \
                  input; 130 stopped by Ctrl-C, after telling what there was.\n`-` as a file name is standard input.",
    arg_required_else_help = true,
    max_term_width = 110
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Run a scenario: its events, then a summary; its expectations are checked
    Run(RunArgs),
    /// Tell what a change changes, on the same chance: two scenarios, or one and its variants
    Compare(CompareArgs),
    /// Find the fewest workers with which a figure is good enough
    Staff(StaffArgs),
    /// Put the parts of an experiment together that ran on several machines
    Merge(MergeArgs),
    /// Make a failing scenario as small as it gets while it fails in the same way
    Shrink(ShrinkArgs),
    /// Tell what a table of recorded tasks says of arrivals, handling times and patience
    Fit(FitArgs),
    /// Check workflow documents, workspace files and scenarios
    Check(CheckArgs),
    /// Evaluate an expression
    Eval(EvalArgs),
    /// Draw a workflow, or the lifecycles, as SVG or DOT
    Graph(GraphArgs),
    /// Tell why a task is where it is, worker by worker, or what a worker takes next
    Explain(ExplainArgs),
    /// Tell what a command would do, and what happens next if nobody does anything
    Plan(PlanArgs),
    /// Tell what a changed configuration changes
    Diff(DiffArgs),
    /// Re-run a recorded command log and compare what it says
    Replay(ReplayArgs),
    /// Serve TaskRouter's REST calls, callbacks, worker SDK and a console
    #[cfg(feature = "serve")]
    Serve(ServeArgs),
    /// Print the JSON Schema of a format
    Schema(SchemaArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
}

/// How to print.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON document (JSON Lines in a batch), and nothing else.
    Json,
}

const RUN_EXAMPLES: &str = "Examples:
  pointsman run sims/quickstart
  pointsman run scenario.yaml --until 2h --transcript events.jsonl
  pointsman run scenario.yaml --format json | jq .statistics       # with `arrivals`: jq .results.run
  pointsman run sims/quickstart --report out          # then open out/index.html
  pointsman run sims/quickstart --bless
  pointsman run scenario.yaml --until 2h --snapshot now.json   # to go on from: `initial_state: {snapshot: now.json}`
  pointsman run day.yaml --replications 1000 --shard 3/8 > part3.json";

/// `pointsman run`
#[derive(Debug, Args)]
#[command(after_help = RUN_EXAMPLES)]
pub(crate) struct RunArgs {
    /// A scenario file, or a folder that holds `scenario.yaml`
    pub(crate) scenario: String,
    /// Another seed than the scenario's
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// When to end, counted from the start (`90s`, `2h`), instead of the last step or the scenario's horizon
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) until: Option<Duration>,
    /// How often to run, instead of what the scenario says, or once; a scripted scenario must come out the same each
    /// time, and that is checked
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=MOST_REPLICATIONS))]
    pub(crate) replications: Option<u64>,
    /// How many replications at the same time, instead of one for each core; it changes no figure
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1024))]
    pub(crate) jobs: Option<u64>,
    /// Run one part of the replications, such as `3/8`, and print what `pointsman merge` puts together
    #[arg(long, value_name = "K/N", conflicts_with_all = ["until", "transcript", "record", "snapshot", "report"])]
    pub(crate) shard: Option<Part>,
    /// Write one event a line: text, or JSON Lines when the name ends in `.jsonl`
    #[arg(long, value_name = "FILE")]
    pub(crate) transcript: Option<PathBuf>,
    /// Write every command as the engine got it, as JSON Lines
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,
    /// Write the state at the end, of the first replication, for a scenario that goes on from it (`initial_state`)
    #[arg(long, value_name = "FILE")]
    pub(crate) snapshot: Option<PathBuf>,
    /// Write a folder for people and notebooks: `index.html`, `report.json` and tables as CSV
    #[arg(long, value_name = "DIR")]
    pub(crate) report: Option<PathBuf>,
    /// Print failures only
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Rewrite the expected transcript beside the scenario (`expected.txt`) with this run's
    #[arg(long, conflicts_with = "until")]
    pub(crate) bless: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// A part of a whole: `3/8`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    pub(crate) number: u64,
    pub(crate) of: u64,
}

impl std::str::FromStr for Part {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        let part =
            parts.map(|(number, of)| Self { number, of }).filter(|part| 0 < part.number && part.number <= part.of);
        part.ok_or("expected a part such as `3/8`, the third of eight")
    }
}

const CHECK_EXAMPLES: &str = "Examples:
  pointsman check workflow.json
  pointsman check workflow.json --workspace workspace.yaml
  pointsman check sims/*/scenario.yaml --deny warnings
  pointsman check day.yaml --resolved > resolved.yaml
  curl -s $URL | pointsman check - --format json";

/// `pointsman check`
#[derive(Debug, Args)]
#[command(after_help = CHECK_EXAMPLES)]
pub(crate) struct CheckArgs {
    /// Workflow documents, workspace files, scenarios; what a file is shows in what it holds
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<String>,
    /// The workspace that workflow documents are for: unknown queues become errors
    #[arg(long, value_name = "FILE")]
    pub(crate) workspace: Option<String>,
    /// Exit with 1 for these, too
    #[arg(long, value_name = "WHAT")]
    pub(crate) deny: Option<Deny>,
    /// Print a scenario with every default written out and everything inline, as YAML that reads and runs the same
    #[arg(long, conflicts_with_all = ["workspace", "deny"])]
    pub(crate) resolved: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// What else counts as failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Deny {
    /// Warnings.
    Warnings,
}

const EVAL_EXAMPLES: &str = r#"Examples:
  pointsman eval 'language == "es"' --task '{"language": "es"}'
  pointsman eval 'languages HAS "es"' --kind queue --worker '{"languages": ["en", "es"]}' --why
  pointsman eval 'task.language IN worker.languages' --kind target \
      --task '{"language": "es"}' --worker '{"languages": ["es"]}'
  pointsman eval 'workers.available == 0' --kind skip-if --workers '{"available": 0}'
  pointsman eval 'taskrouter.currentTime < 1830' --at 2024-05-06T18:00:00Z
  pointsman eval --batch questions.jsonl

What is built in rides along in --worker, beside the attributes: `sid`,
`friendly_name`, `activity_sid`, `activity_name`, and `channel` with its figures:
  --worker '{"level": 3, "channel": {"voice": {"assigned_tasks": 1}}}'"#;

/// `pointsman eval`
#[derive(Debug, Args)]
#[command(after_help = EVAL_EXAMPLES)]
pub(crate) struct EvalArgs {
    /// The expression
    #[arg(required_unless_present = "batch", allow_negative_numbers = true)]
    pub(crate) expr: Option<String>,
    /// Where it stands, which decides what names are legal: filter, target, queue, skip-if, order-by or known-worker
    #[arg(long, default_value = "filter", value_parser = kind)]
    pub(crate) kind: Kind,
    /// The task's attributes
    #[arg(long, value_name = "JSON")]
    pub(crate) task: Option<String>,
    /// The worker's attributes, and what is built in
    #[arg(long, value_name = "JSON")]
    pub(crate) worker: Option<String>,
    /// Counts for skip-if: `{"available": 2, "unavailable": 1, "WA...": 1}`
    #[arg(long, value_name = "JSON")]
    pub(crate) workers: Option<String>,
    /// The time of evaluation; without it the `taskrouter.` names are null
    #[arg(long, value_name = "RFC3339")]
    pub(crate) at: Option<String>,
    /// Print every sub-expression with its value, too
    #[arg(long)]
    pub(crate) why: bool,
    /// Read questions as JSON Lines, `{"id"?, "expr", "kind", "task"?, "worker"?, "workers"?, "at"?}`, and answer each
    #[arg(long, value_name = "FILE", conflicts_with_all = ["expr", "task", "worker", "workers", "at", "why"])]
    pub(crate) batch: Option<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

const GRAPH_EXAMPLES: &str = "Examples:
  pointsman graph workflow.json > workflow.svg
  pointsman graph sims/gold-silver-bronze --run --output gold.svg
  pointsman graph workspace.yaml --workflow incoming --as dot | dot -Tpdf > incoming.pdf
  pointsman graph sims/escalation --workflow tickets --run --format json | jq .edges
  pointsman graph --lifecycle --output lifecycle.svg";

/// `pointsman graph`
#[derive(Debug, Args)]
#[command(after_help = GRAPH_EXAMPLES)]
pub(crate) struct GraphArgs {
    /// A workflow document, a workspace file, or a scenario (a file, or a folder that holds `scenario.yaml`)
    #[arg(required_unless_present = "lifecycle")]
    pub(crate) file: Option<String>,
    /// Which workflow, where there are several
    #[arg(long, value_name = "NAME")]
    pub(crate) workflow: Option<String>,
    /// What to draw; without it the name of the output says so, else SVG
    #[arg(long = "as", value_enum, value_name = "WHAT")]
    pub(crate) drawing: Option<Drawing>,
    /// Write to a file whose name ends in `.svg`, `.dot` or `.gv`
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Run the scenario and draw how many tasks went where; its expectations are checked
    #[arg(long)]
    pub(crate) run: bool,
    /// Draw what may become of tasks and of reservations
    #[arg(long, conflicts_with_all = ["file", "workflow", "run"])]
    pub(crate) lifecycle: bool,
    /// How to answer: the drawing, or as JSON what is drawn
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// What a drawing is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Drawing {
    /// A picture for browsers and pages.
    #[default]
    Svg,
    /// A text for Graphviz.
    Dot,
}

const EXPLAIN_EXAMPLES: &str = "Examples:
  pointsman explain sims/quickstart --at 20s                         # what waits, and what for
  pointsman explain sims/quickstart --task hola --at 20s
  pointsman explain sims/quickstart --task hola --at 20s --versus bob
  pointsman explain sims/quickstart --worker alice --at 20s
  pointsman explain day.jsonl --task t1 --format json | jq .wait     # a log of `run --record`
  pointsman explain workflow.json --attributes '{\"language\": \"es\"}'
  pointsman explain workflow.json --workspace workspace.yaml --attributes '{\"language\": \"es\"}'

The codes of verdicts and causes are in docs/explain.md.";

/// `pointsman explain`
#[derive(Debug, Args)]
#[command(after_help = EXPLAIN_EXAMPLES)]
#[command(group(clap::ArgGroup::new("subject")))]
pub(crate) struct ExplainArgs {
    /// A scenario, a log of `run --record`, a snapshot of an engine, a workspace file or a workflow document
    #[arg(value_name = "SCENARIO")]
    pub(crate) file: String,
    /// The task to explain
    #[arg(long, value_name = "NAME", group = "subject")]
    pub(crate) task: Option<String>,
    /// The worker to explain: which waiting tasks it may take, and which comes next
    #[arg(long, value_name = "NAME", group = "subject")]
    pub(crate) worker: Option<String>,
    /// Explain a task that would be created now with these attributes
    #[arg(long, value_name = "JSON", group = "subject")]
    pub(crate) attributes: Option<String>,
    /// The workflow of that task, when there are several
    #[arg(long, value_name = "NAME", requires = "attributes")]
    pub(crate) workflow: Option<String>,
    /// The workspace that a workflow document is for: then its queues and workers are known
    #[arg(long, value_name = "FILE")]
    pub(crate) workspace: Option<String>,
    /// The state after everything scripted up to then, counted from the start; without it the end
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) at: Option<Duration>,
    /// One pair only: the worker (with --worker the task) that the question is about
    #[arg(long, value_name = "NAME", requires = "subject")]
    pub(crate) versus: Option<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

const PLAN_EXAMPLES: &str = "Examples:
  pointsman plan sims/quickstart --at 20s
  pointsman plan sims/quickstart --at 20s --for 5m --do '{do: set_worker_activity, worker: alice, activity: Available}'
  pointsman plan sims/escalation --at 0 --do '{do: create_task, task: t9}' --format json | jq .reserved_now

Each --do is a step of a scenario without its time; they are done one after the other,
on a copy of the state.";

/// `pointsman plan`
#[derive(Debug, Args)]
#[command(after_help = PLAN_EXAMPLES)]
pub(crate) struct PlanArgs {
    /// A scenario, a log of `run --record`, a snapshot of an engine, or a workspace file
    #[arg(value_name = "SCENARIO")]
    pub(crate) file: String,
    /// The state after everything scripted up to then, counted from the start; without it the end
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) at: Option<Duration>,
    /// A command to try: a step of a scenario, `{do: create_task, task: t9}`; may be given several times
    #[arg(long = "do", value_name = "YAML")]
    pub(crate) commands: Vec<String>,
    /// How far to look ahead
    #[arg(long = "for", value_name = "SPAN", value_parser = duration, default_value = "1h")]
    pub(crate) ahead: Duration,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

const DIFF_EXAMPLES: &str = "Examples:
  pointsman diff sims/escalation sims/escalation/sooner.json --workflow tickets
  pointsman diff day.jsonl new-workflow.json --answer auto
  pointsman diff old.yaml new.yaml --against day.jsonl --answer auto \\
      --fail-if 'wait-total > +10%' --fail-if 'canceled > +0'
  pointsman diff live-snapshot.json new-workflow.json --format json | jq .tasks

Of a scenario, a log or a snapshot that is OLD or NEW, only its workspace counts.

A condition is a figure, a comparison and a number: a count (`tasks-moved > 0`), the
value under the new configuration (`canceled > 3`, `wait-longest > 5m`), how much it
rises (`canceled > +0`, `wait-total > +30s`), or how much that is of the value before
(`wait-total > +10%`).
Counts: tasks-moved, tasks-changed, workers-gaining, workers-losing, filters-changed,
waits-changed, commands-refused. Values: wait-total, wait-longest, created, completed,
canceled, deleted, waiting, taken, reservations-created, reservations-accepted,
reservations-rejected, reservations-timed-out, reservations-canceled,
reservations-rescinded.";

/// `pointsman diff`
#[derive(Debug, Args)]
#[command(after_help = DIFF_EXAMPLES)]
pub(crate) struct DiffArgs {
    /// What there is: a workflow document, a workspace file, a scenario, a command log or a snapshot
    pub(crate) old: String,
    /// What there is to be, in any of these forms
    pub(crate) new: String,
    /// What happens: a scenario, a command log of `run --record`, or a snapshot of an engine; OLD when it is one
    #[arg(long, value_name = "FILE")]
    pub(crate) against: Option<String>,
    /// The workflow that workflow documents are for, when there are several
    #[arg(long, value_name = "NAME")]
    pub(crate) workflow: Option<String>,
    /// What workers do
    #[arg(long, value_enum, default_value_t, value_name = "HOW")]
    pub(crate) answer: Answer,
    /// Exit with 1 when this holds; may be given several times
    #[arg(long, value_name = "CONDITION")]
    pub(crate) fail_if: Vec<Condition>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// What workers do in a comparison.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Answer {
    /// What the scenario or the log says, refused where worker and task have not met.
    #[default]
    AsRecorded,
    /// Whoever is asked accepts and works the task off as long as it took in the scenario or the log.
    Auto,
}

/// `pointsman replay`
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pointsman run sims/escalation --record day.jsonl && pointsman replay day.jsonl\n  pointsman \
                  replay day.jsonl --transcript events.jsonl\n  pointsman replay pointsman-data --transcript events.txt   # \
                  the journal of `serve`"
)]
pub(crate) struct ReplayArgs {
    /// A command log, as `run --record` writes it, or the data folder of a server that does not run
    pub(crate) trace: String,
    /// Handle the inputs of a data folder anew that another version of the engine has handled, and keep where that leads
    #[arg(long)]
    pub(crate) convert: bool,
    /// Write one event a line: text, or JSON Lines when the name ends in `.jsonl`
    #[arg(long, value_name = "FILE")]
    pub(crate) transcript: Option<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// `pointsman schema`
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pointsman schema scenario > scenario.schema.json\n  pointsman schema event | jq .title"
)]
pub(crate) struct SchemaArgs {
    /// Of what
    #[arg(value_enum)]
    pub(crate) name: Schema,
}

/// The formats with a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Schema {
    /// A scenario file.
    Scenario,
    /// A workspace file.
    Workspace,
    /// TaskRouter's workflow document.
    Workflow,
    /// What `run --format json` prints.
    Report,
    /// What `fit --format json` prints.
    Fit,
    /// What `compare --format json` prints.
    Comparison,
    /// What `staff --format json` prints.
    Staffing,
    /// What `shrink --format json` prints.
    Shrunk,
    /// What `graph FILE --format json` prints.
    Graph,
    /// What `graph --lifecycle --format json` prints.
    Lifecycles,
    /// What `explain --task --format json` prints.
    Explanation,
    /// What `explain --worker --format json` prints.
    Outlook,
    /// What `explain --format json` prints without a name.
    Overview,
    /// What `plan --format json` prints.
    Plan,
    /// What `diff --format json` prints.
    Diff,
    /// What `replay --format json` prints.
    Replay,
    /// An event of the engine.
    Event,
    /// A command of the engine.
    Command,
}

/// `pointsman completions`
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  pointsman completions bash > ~/.local/share/bash-completion/completions/pointsman")]
pub(crate) struct CompletionsArgs {
    /// For which shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

fn duration(text: &str) -> Result<Duration, String> {
    pointsman::parse_duration(text)
        .ok_or_else(|| "expected a span such as `90s`, `5m`, `1h30m` or a number of seconds".to_owned())
}

fn kind(text: &str) -> Result<Kind, String> {
    text.parse().map_err(|error: pointsman_expr::UnknownKind| error.to_string())
}
