//! `pointsman diff`: what a changed configuration changes. It reads both, finds out what they are compared against, and
//! judges the conditions; comparing is the simulator's, printing is [`text`]'s.

mod text;

use pointsman::{Engine, WorkspaceSpec};
use pointsman_config::{Names, Node, Workspace, read_workflow};
use pointsman_sim::diff::{self, Answers, Condition, Diff, DiffError, Variant};
use pointsman_sim::{Options, Recording, Scenario, friendly_names, run};
use schemars::JsonSchema;
use serde::Serialize;

use crate::args::{Answer, DiffArgs, Format};
use crate::document::{self, Document};
use crate::output::{Exit, Failure, complain, print, print_json};

/// What `diff --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Report {
    /// The old configuration, as it was named.
    old: String,
    /// The new one.
    new: String,
    /// What they were compared against.
    against: String,
    /// `as-recorded` or `auto`; absent where no time passes.
    answer: Option<String>,
    /// What differs.
    #[serde(flatten)]
    diff: Diff,
    /// The conditions that hold.
    failed: Vec<Failed>,
}

/// A condition that holds.
#[derive(Debug, Serialize, JsonSchema)]
struct Failed {
    /// As it was given.
    condition: String,
    /// The figure it is about.
    figure: String,
}

pub(crate) fn diff(args: &DiffArgs) -> Result<Exit, Failure> {
    let (old, new) = (document::read(&args.old)?, document::read(&args.new)?);
    let ground = match &args.against {
        Some(name) => Ground::of(name, &document::read(name)?)?,
        None => Ground::of(&args.old, &old)?,
    };
    let (old, new) = (ground.side(&old, args)?, ground.side(&new, args)?);
    let diff = ground.compare(&old, &new, args.answer)?;
    let report = Report {
        old: args.old.clone(),
        new: args.new.clone(),
        against: args.against.clone().unwrap_or_else(|| args.old.clone()),
        answer: ground.is_run().then(|| name(args.answer).to_owned()),
        failed: failed(&args.fail_if, &diff)?,
        diff,
    };
    match args.format {
        Format::Json => print_json(&report)?,
        Format::Text => print(&text::text(&report))?,
    }
    for Failed { condition, figure } in &report.failed {
        complain(&Failure::Input(format!("`{condition}` holds: it is {figure}")));
    }
    Ok(if report.failed.is_empty() { Exit::Done } else { Exit::Found })
}

fn name(answer: Answer) -> &'static str {
    match answer {
        Answer::AsRecorded => "as-recorded",
        Answer::Auto => "auto",
    }
}

/// The conditions that hold.
fn failed(conditions: &[Condition], diff: &Diff) -> Result<Vec<Failed>, Failure> {
    let mut failed = Vec::new();
    for condition in conditions {
        let Some(judged) = condition.judge(diff) else {
            let message = "no time passes in a snapshot, so nothing waits: compare against a scenario or a command log";
            return Err(Failure::Input(format!("`{condition}`: {message}")));
        };
        if judged.holds {
            failed.push(Failed { condition: condition.to_string(), figure: judged.figure });
        }
    }
    Ok(failed)
}

/// What two configurations are compared against.
enum Ground {
    /// Commands, run once with each.
    Run(Box<Recording>),
    /// An engine, changed once to each.
    State(Box<Engine>),
}

/// One of the two configurations.
struct Side {
    workspace: WorkspaceSpec,
    names: Names,
}

impl Ground {
    fn of(name: &str, document: &Document) -> Result<Self, Failure> {
        let what = match document {
            Document::Scenario(scenario) if scenario.is_random() => return Err(document::of_chance(name)),
            Document::Scenario(scenario) => return commands(scenario).map(|commands| Self::Run(Box::new(commands))),
            Document::Recording(recording) => return Ok(Self::Run(recording.clone())),
            Document::State(engine) => return Ok(Self::State(engine.clone())),
            Document::Workflow(_) => "a workflow document",
            Document::Workspace(_) => "a workspace file",
        };
        Err(Failure::Input(format!(
            "`{name}` is {what}, in which nothing happens: name a scenario, a command log or a snapshot with `--against`"
        )))
    }

    fn is_run(&self) -> bool {
        match self {
            Self::Run(_) => true,
            Self::State(_) => false,
        }
    }

    /// The configuration it has itself.
    fn own(&self) -> Side {
        match self {
            Self::Run(recording) => Side::of_recording(recording),
            Self::State(engine) => Side::of_engine(engine),
        }
    }

    /// The configuration that a document says.
    fn side(&self, document: &Document, args: &DiffArgs) -> Result<Side, Failure> {
        Ok(match document {
            Document::Workflow(node) => with_workflow(self.own(), node, args.workflow.as_deref())?,
            Document::Workspace(workspace) => Side::of_workspace(workspace),
            Document::Scenario(scenario) => Side::of_workspace(scenario.workspace()),
            Document::Recording(recording) => Side::of_recording(recording),
            Document::State(engine) => Side::of_engine(engine),
        })
    }

    fn compare(&self, old: &Side, new: &Side, answer: Answer) -> Result<Diff, Failure> {
        let [before, after] = [old, new].map(|side| Variant { workspace: &side.workspace, names: &side.names });
        let answers = match answer {
            Answer::AsRecorded => Answers::AsRecorded,
            Answer::Auto => Answers::Auto,
        };
        let found = match self {
            Self::Run(recording) => diff::runs(recording, before, after, answers),
            Self::State(engine) => diff::states(engine, &self.own().names, before, after),
        };
        found.map_err(|error| refused(&error, [&self.own(), old, new]))
    }
}

/// The commands of a scenario, as the engine gets them when it runs.
fn commands(scenario: &Scenario) -> Result<Recording, Failure> {
    let outcome = run(scenario, &Options::default()).map_err(|refused| Failure::Diagnostics(vec![refused]))?;
    Ok(outcome.recording.named(scenario.names()))
}

impl Side {
    fn of_workspace(workspace: &Workspace) -> Self {
        Self { workspace: workspace.spec.clone(), names: workspace.names.clone() }
    }

    fn of_recording(recording: &Recording) -> Self {
        Self { workspace: recording.workspace().clone(), names: recording.names() }
    }

    fn of_engine(engine: &Engine) -> Self {
        let workspace = engine.spec();
        Self { names: friendly_names(&workspace), workspace }
    }
}

/// The workspace with another configuration of the named workflow, or of the only one.
fn with_workflow(mut side: Side, document: &Node, name: Option<&str>) -> Result<Side, Failure> {
    let configuration = document::usable(read_workflow(document, Some(&side.names)))?;
    let id = document::workflow(name, &side.workspace, &side.names)?;
    for workflow in side.workspace.workflows.iter_mut().filter(|workflow| workflow.workflow == id) {
        workflow.configuration = configuration.clone();
    }
    Ok(side)
}

/// With names for ids.
fn refused(error: &DiffError, sides: [&Side; 3]) -> Failure {
    Failure::Input(sides.iter().fold(error.to_string(), |text, side| side.names.in_words(&text)))
}
