//! `pointsman check`: diagnostics of workflow documents, workspace files and scenarios. What a file is shows in its keys.

use std::sync::Arc;

use anstyle::AnsiColor;
use pointsman_config::{
    Diagnostic, Node, Severity, SourceFile, WORKSPACE_KEYS, Workspace, has_errors, lint_workflow, parse_json,
    parse_yaml, read_workflow, read_workspace, sort,
};
use pointsman_sim::Scenario;
use serde::Serialize;
use serde_json::json;

use crate::args::{CheckArgs, Deny, Format};
use crate::input::{self, Unreadable};
use crate::output::{Exit, Failure, complain, print, print_json, render_all};

pub(crate) fn check(args: &CheckArgs) -> Result<Exit, Failure> {
    if args.resolved {
        return resolved(args);
    }
    let workspace = args.workspace.as_deref().map(workspace).transpose()?;
    let files: Vec<Checked> = args.files.iter().map(|name| check_file(name, workspace.as_ref())).collect();
    match args.format {
        Format::Text => {
            files.iter().filter_map(Checked::complaint).for_each(|failure| complain(&failure));
            print(&files.iter().map(Checked::text).collect::<String>())?;
        }
        Format::Json => print_json(&json!({"files": files.iter().map(Checked::entry).collect::<Vec<_>>()}))?,
    }
    if files.iter().any(|file| matches!(file, Checked::Unreadable { .. })) {
        return Err(Failure::Told);
    }
    let found = |file: &Checked| {
        file.has(Severity::Error) || (args.deny == Some(Deny::Warnings) && file.has(Severity::Warning))
    };
    Ok(if files.iter().any(found) { Exit::Found } else { Exit::Done })
}

/// A scenario with every default written out; what is wrong with it instead, when it cannot be read.
fn resolved(args: &CheckArgs) -> Result<Exit, Failure> {
    let [name] = &args.files[..] else {
        return Err(Failure::Input("`--resolved` is about one scenario: name one file".to_owned()));
    };
    let file = input::read(name)?;
    let node = parse(&file).map_err(Failure::Diagnostics)?;
    if kind(&node) != Kind::Scenario {
        let message = "`--resolved` is about a scenario, and this is none: it has neither `steps` nor `workspace`";
        return Err(Failure::Input(format!("`{name}`: {message}")));
    }
    let (scenario, told) = Scenario::read(&node, &input::files);
    let Some(scenario) = scenario else {
        complain(&Failure::Diagnostics(told));
        return Ok(Exit::Found);
    };
    let resolved = scenario.resolved(&input::files).map_err(Failure::Diagnostics)?;
    match args.format {
        Format::Text => print(&resolved)?,
        Format::Json => print_json(&json!({"file": name, "scenario": resolved}))?,
    }
    Ok(Exit::Done)
}

/// The workspace that workflows are checked against; it must be sound itself.
fn workspace(name: &str) -> Result<Workspace, Failure> {
    let file = input::read(name)?;
    let node = parse(&file).map_err(Failure::Diagnostics)?;
    let node = node.get("workspace").unwrap_or(&node);
    match read_workspace(node, &input::files) {
        (Some(workspace), diagnostics) if !has_errors(&diagnostics) => Ok(workspace),
        (_, diagnostics) => Err(Failure::Diagnostics(diagnostics)),
    }
}

/// A file after its check.
enum Checked {
    /// It was read.
    Read {
        /// Its name.
        file: String,
        /// What there is to say.
        diagnostics: Vec<Diagnostic>,
    },
    /// It is there, but not text.
    NotText {
        /// Its name.
        file: String,
        /// Why.
        message: String,
    },
    /// It could not be read.
    Unreadable {
        /// Its name.
        file: String,
        /// Why.
        message: String,
    },
}

#[derive(Serialize)]
struct Entry<'a> {
    file: &'a str,
    valid: bool,
    diagnostics: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    severity: String,
    code: &'a str,
    message: &'a str,
    path: &'a str,
    line: usize,
    column: usize,
    /// Where it ends: behind its last character.
    end_line: usize,
    end_column: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    /// Another file than the one checked: one that it names.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
}

impl Checked {
    fn has(&self, severity: Severity) -> bool {
        match self {
            Self::Read { diagnostics, .. } => diagnostics.iter().any(|diagnostic| diagnostic.severity == severity),
            Self::NotText { .. } | Self::Unreadable { .. } => severity == Severity::Error,
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Read { file, diagnostics } => {
                let count = |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
                let counts = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Info, "note")];
                let counts = counts.into_iter().map(|(severity, word)| (count(severity), word));
                let counts: Vec<String> =
                    counts.filter(|(count, _)| *count > 0).map(|(count, word)| plural(count, word)).collect();
                let counts = if counts.is_empty() { String::new() } else { format!(" ({})", counts.join(", ")) };
                format!("{}{}{counts}\n", render_all(diagnostics), self.verdict(file))
            }
            Self::NotText { file, .. } => format!("{}\n", self.verdict(file)),
            Self::Unreadable { .. } => String::new(),
        }
    }

    fn verdict(&self, file: &str) -> String {
        let (word, colour) =
            if self.has(Severity::Error) { ("invalid", AnsiColor::Red) } else { ("valid", AnsiColor::Green) };
        let style = colour.on_default().bold();
        format!("{file}: {style}{word}{style:#}")
    }

    fn complaint(&self) -> Option<Failure> {
        match self {
            Self::Read { .. } => None,
            Self::NotText { message, .. } | Self::Unreadable { message, .. } => Some(Failure::Input(message.clone())),
        }
    }

    fn entry(&self) -> Entry<'_> {
        let valid = !self.has(Severity::Error);
        match self {
            Self::Read { file, diagnostics } => {
                let shown = if file == input::STDIN { "<stdin>" } else { file };
                let main = input::place(shown);
                Entry { file, valid, diagnostics: diagnostics.iter().map(|found| line(found, &main)).collect() }
            }
            Self::NotText { file, message } => Entry { file, valid, diagnostics: vec![bare("not-utf8", message)] },
            Self::Unreadable { file, message } => Entry { file, valid, diagnostics: vec![bare("unreadable", message)] },
        }
    }
}

fn plural(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

fn line<'a>(diagnostic: &'a Diagnostic, main: &str) -> Line<'a> {
    let other = diagnostic.file.name != main;
    let (end_line, end_column) = diagnostic.file.line_column(diagnostic.span.end);
    Line {
        severity: diagnostic.severity.to_string(),
        code: diagnostic.code,
        message: &diagnostic.message,
        path: &diagnostic.path,
        line: diagnostic.line(),
        column: diagnostic.column(),
        end_line,
        end_column,
        help: diagnostic.help.as_deref(),
        file: other.then_some(diagnostic.file.name.as_str()),
    }
}

fn bare<'a>(code: &'a str, message: &'a str) -> Line<'a> {
    let severity = Severity::Error.to_string();
    let (line, column, end_line, end_column) = (1, 1, 1, 1);
    Line { severity, code, message, path: "", line, column, end_line, end_column, help: None, file: None }
}

fn check_file(name: &str, workspace: Option<&Workspace>) -> Checked {
    let file = name.to_owned();
    match input::read(name) {
        Ok(source) => Checked::Read { file, diagnostics: diagnostics(&source, workspace) },
        Err(Unreadable::NotText(message)) => Checked::NotText { file, message },
        Err(Unreadable::Missing(message)) => Checked::Unreadable { file, message },
    }
}

/// What reading has to say, then the lints on what has no errors.
fn diagnostics(file: &Arc<SourceFile>, workspace: Option<&Workspace>) -> Vec<Diagnostic> {
    let node = match parse(file) {
        Ok(node) => node,
        Err(diagnostics) => return diagnostics,
    };
    let (mut told, lints) = match kind(&node) {
        Kind::Workflow => {
            let (configuration, told) = read_workflow(&node, workspace.map(|workspace| &workspace.names));
            (told, configuration.map(|configuration| lint_workflow(&node, &configuration, workspace)))
        }
        Kind::Workspace => {
            let (workspace, told) = read_workspace(&node, &input::files);
            (told, workspace.map(|workspace| workspace.lint()))
        }
        Kind::Scenario => {
            let (scenario, mut told) = Scenario::read(&node, &input::files);
            told.extend(scenario.iter().flat_map(|scenario| scenario.check_variants(&input::files)));
            (told, scenario.map(|scenario| scenario.lint()))
        }
    };
    told.extend(lints.unwrap_or_default());
    sort(&mut told);
    told
}

/// JSON where the name or the first letter says so, else YAML.
pub(crate) fn parse(file: &Arc<SourceFile>) -> Result<Node, Vec<Diagnostic>> {
    let unnamed = !file.name.contains('.') || file.name == "<stdin>";
    if file.name.ends_with(".json") || (unnamed && file.text.trim_start().starts_with(['{', '['])) {
        return parse_json(file).map_err(|error| vec![error]);
    }
    parse_yaml(file)
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// TaskRouter's workflow document.
    Workflow,
    /// A workspace file.
    Workspace,
    /// A scenario.
    Scenario,
}

pub(crate) fn kind(node: &Node) -> Kind {
    const OF_A_SCENARIO: &[&str] = &["steps", "workspace", "initial_state"];
    // What it is called is no sign of a workspace.
    let of_a_workspace: Vec<&str> = WORKSPACE_KEYS.iter().copied().filter(|key| !key.ends_with("name")).collect();
    let has = |keys: &[&str]| keys.iter().any(|key| node.get(key).is_some());
    if node.get("task_routing").is_some() {
        Kind::Workflow
    } else if has(OF_A_SCENARIO) {
        Kind::Scenario
    } else if has(&of_a_workspace) {
        Kind::Workspace
    } else if node.file.name.ends_with(".json") || node.file.text.trim_start().starts_with('{') || has(&["filters"]) {
        Kind::Workflow
    } else {
        Kind::Scenario
    }
}
