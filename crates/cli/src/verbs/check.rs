//! `pointsman check`: diagnostics of workflow documents, workspace files and scenarios. What a file is shows in its keys.

use std::sync::Arc;

use pointsman_config::{
    Diagnostic, Names, Node, Severity, SourceFile, has_errors, parse_json, parse_yaml, read_workflow, read_workspace,
};
use pointsman_sim::Scenario;
use serde::Serialize;
use serde_json::json;

use crate::args::{CheckArgs, Deny, Format};
use crate::input::{self, Unreadable};
use crate::output::{Exit, Failure, complain, print, print_json, render_all};

pub(crate) fn check(args: &CheckArgs) -> Result<Exit, Failure> {
    let names = args.workspace.as_deref().map(names).transpose()?;
    let files: Vec<Checked> = args.files.iter().map(|name| check_file(name, names.as_ref())).collect();
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

/// The names of the workspace that workflows are checked against; it must be sound itself.
fn names(name: &str) -> Result<Names, Failure> {
    let file = input::read(name)?;
    let node = parse(&file).map_err(Failure::Diagnostics)?;
    let node = node.get("workspace").unwrap_or(&node);
    match read_workspace(node, &input::files) {
        (Some(workspace), diagnostics) if !has_errors(&diagnostics) => Ok(workspace.names),
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
                let verdict = if self.has(Severity::Error) { "invalid" } else { "valid" };
                let counts = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Info, "note")];
                let counts = counts.into_iter().map(|(severity, word)| (count(severity), word));
                let counts: Vec<String> =
                    counts.filter(|(count, _)| *count > 0).map(|(count, word)| plural(count, word)).collect();
                let counts = if counts.is_empty() { String::new() } else { format!(" ({})", counts.join(", ")) };
                format!("{}{file}: {verdict}{counts}\n", render_all(diagnostics))
            }
            Self::NotText { file, .. } => format!("{file}: invalid\n"),
            Self::Unreadable { .. } => String::new(),
        }
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
    Line {
        severity: diagnostic.severity.to_string(),
        code: diagnostic.code,
        message: &diagnostic.message,
        path: &diagnostic.path,
        line: diagnostic.line(),
        column: diagnostic.column(),
        help: diagnostic.help.as_deref(),
        file: other.then_some(diagnostic.file.name.as_str()),
    }
}

fn bare<'a>(code: &'a str, message: &'a str) -> Line<'a> {
    Line { severity: Severity::Error.to_string(), code, message, path: "", line: 1, column: 1, help: None, file: None }
}

fn check_file(name: &str, names: Option<&Names>) -> Checked {
    let file = name.to_owned();
    match input::read(name) {
        Ok(source) => Checked::Read { file, diagnostics: diagnostics(&source, names) },
        Err(Unreadable::NotText(message)) => Checked::NotText { file, message },
        Err(Unreadable::Missing(message)) => Checked::Unreadable { file, message },
    }
}

fn diagnostics(file: &Arc<SourceFile>, names: Option<&Names>) -> Vec<Diagnostic> {
    let node = match parse(file) {
        Ok(node) => node,
        Err(diagnostics) => return diagnostics,
    };
    match kind(&node) {
        Kind::Workflow => read_workflow(&node, names).1,
        Kind::Workspace => read_workspace(&node, &input::files).1,
        Kind::Scenario => Scenario::read(&node, &input::files).1,
    }
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
    const OF_A_SCENARIO: &[&str] = &["steps", "workspace"];
    const OF_A_WORKSPACE: &[&str] = &[
        "workers",
        "task_queues",
        "workflows",
        "activities",
        "task_channels",
        "multi_task_enabled",
        "prioritize_queue_order",
        "timeout_basis",
        "default_activity",
        "timeout_activity",
        "template",
        "limits",
    ];
    let has = |keys: &[&str]| keys.iter().any(|key| node.get(key).is_some());
    if node.get("task_routing").is_some() {
        Kind::Workflow
    } else if has(OF_A_SCENARIO) {
        Kind::Scenario
    } else if has(OF_A_WORKSPACE) {
        Kind::Workspace
    } else if node.file.name.ends_with(".json") || node.file.text.trim_start().starts_with('{') || has(&["filters"]) {
        Kind::Workflow
    } else {
        Kind::Scenario
    }
}
