//! `pointsman graph`: a workflow, or the lifecycles, as DOT or SVG. The library draws; here files are told apart, and the
//! workflow that is meant is found.

use std::path::Path;

use pointsman_config::{Node, SourceFile, read_workspace};
use pointsman_sim::graph::{Graph, Lifecycles};
use pointsman_sim::{Options, Outcome, Scenario, run};
use serde::Serialize;

use super::check::{Kind, kind, parse};
use super::run::write;
use crate::args::{Drawing, Format, GraphArgs};
use crate::document::{self, usable};
use crate::input;
use crate::output::{self, Exit, Failure, print, remark, render_all};

pub(crate) fn graph(args: &GraphArgs) -> Result<Exit, Failure> {
    let drawing = drawing(args)?;
    if args.lifecycle {
        let lifecycles = Lifecycles::of_engine();
        answer(args, &lifecycles, || written(drawing, || lifecycles.dot(), || lifecycles.svg()))?;
        return Ok(Exit::Done);
    }
    let (graph, outcome) = read(args)?;
    answer(args, &graph, || written(drawing, || graph.dot(), || graph.svg()))?;
    let failures = outcome.iter().flat_map(|outcome| &outcome.failures);
    remark(&render_all(&failures.cloned().collect::<Vec<_>>()));
    Ok(if outcome.is_none_or(|outcome| outcome.passed()) { Exit::Done } else { Exit::Found })
}

/// What is asked for, else what the name of the output says, else SVG.
fn drawing(args: &GraphArgs) -> Result<Drawing, Failure> {
    let Some(output) = args.output.as_ref().filter(|_| args.drawing.is_none()) else {
        return Ok(args.drawing.unwrap_or_default());
    };
    match output.extension().map(|ending| ending.to_string_lossy().to_lowercase()).as_deref() {
        Some("svg") => Ok(Drawing::Svg),
        Some("dot" | "gv") => Ok(Drawing::Dot),
        Some("json") if args.format == Format::Json => Ok(Drawing::default()),
        _ => Err(Failure::Input(format!(
            "the name `{}` does not say what to draw: let it end in `.svg` or `.dot`, or add `--as`",
            output.display()
        ))),
    }
}

fn written(drawing: Drawing, dot: impl FnOnce() -> String, svg: impl FnOnce() -> String) -> String {
    match drawing {
        Drawing::Dot => dot(),
        Drawing::Svg => svg(),
    }
}

fn answer(args: &GraphArgs, graph: &impl Serialize, drawn: impl FnOnce() -> String) -> Result<(), Failure> {
    let text = match args.format {
        Format::Text => drawn(),
        Format::Json => output::json(graph)?,
    };
    match &args.output {
        Some(path) => write(path, &text),
        None => print(&text),
    }
}

/// The graph, and the run whose counts are in it.
fn read(args: &GraphArgs) -> Result<(Graph, Option<Outcome>), Failure> {
    let file = input::read(args.file.as_deref().unwrap_or(input::STDIN))?;
    let document = parse(&file).map_err(Failure::Diagnostics)?;
    let kind = kind(&document);
    if args.run && kind != Kind::Scenario {
        return Err(Failure::Input(format!("`{}` is no scenario: there is nothing to run in it", file.name)));
    }
    match kind {
        Kind::Scenario => of_scenario(args, &document),
        Kind::Workspace => of_workspace(args, &document).map(|graph| (graph, None)),
        Kind::Workflow => of_document(args, &file, &document).map(|graph| (graph, None)),
    }
}

fn of_scenario(args: &GraphArgs, document: &Node) -> Result<(Graph, Option<Outcome>), Failure> {
    let scenario = usable(Scenario::read(document, &input::files))?;
    let workspace = scenario.workspace();
    let workflow = document::workflow(args.workflow.as_deref(), &workspace.spec, scenario.names())?;
    let graph = Graph::of(&workspace.spec, scenario.names(), workflow)
        .map_err(|rejection| Failure::Diagnostics(vec![workspace.diagnose(&rejection)]))?;
    if !args.run {
        return Ok((graph, None));
    }
    let outcome = run(&scenario, &Options::default()).map_err(|refused| Failure::Diagnostics(vec![refused]))?;
    Ok((graph.with_counts(&outcome.flow), Some(outcome)))
}

fn of_workspace(args: &GraphArgs, document: &Node) -> Result<Graph, Failure> {
    let workspace = usable(read_workspace(document, &input::files))?;
    let workflow = document::workflow(args.workflow.as_deref(), &workspace.spec, &workspace.names)?;
    Graph::of(&workspace.spec, &workspace.names, workflow)
        .map_err(|rejection| Failure::Diagnostics(vec![workspace.diagnose(&rejection)]))
}

fn of_document(args: &GraphArgs, file: &SourceFile, document: &Node) -> Result<Graph, Failure> {
    if args.workflow.is_some() {
        return Err(Failure::Input(format!("`{}` is a single workflow: leave out `--workflow`", file.name)));
    }
    let stem = Path::new(&file.name).file_stem().map(|stem| stem.to_string_lossy());
    let stem = stem.filter(|_| args.file.as_deref() != Some(input::STDIN));
    usable(Graph::of_document(stem.as_deref().unwrap_or("from standard input"), document))
}
