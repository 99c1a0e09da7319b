//! What a reader has to say about a document. Only data: nothing here prints or decides what is fatal.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::node::{Node, Path};
use crate::source::SourceFile;

/// How much a diagnostic matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The document cannot be used.
    Error,
    /// It works, but probably not as meant.
    Warning,
    /// Worth knowing.
    Info,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        })
    }
}

/// One complaint or advice, with its place.
///
/// Displayed as `file:line:column: error[code]: message`, with the help on a line of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How much it matters.
    pub severity: Severity,
    /// The stable name of the kind of complaint, in kebab-case.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// Where in the document: `task_routing.filters[0].targets[1].timeout`; empty for the whole of it.
    pub path: String,
    /// Where in the text, in bytes.
    pub span: Range<usize>,
    /// The text.
    pub file: Arc<SourceFile>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error at a node.
    pub fn error(code: &'static str, node: &Node, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, &node.file, node.span.clone(), &node.path, message)
    }

    /// A warning at a node.
    pub fn warning(code: &'static str, node: &Node, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, node, message) }
    }

    /// An information at a node.
    pub fn info(code: &'static str, node: &Node, message: impl Into<String>) -> Self {
        Self { severity: Severity::Info, ..Self::error(code, node, message) }
    }

    /// A diagnostic at any place of a file.
    pub fn new(
        severity: Severity,
        code: &'static str,
        file: &Arc<SourceFile>,
        span: Range<usize>,
        path: &Path,
        message: impl Into<String>,
    ) -> Self {
        let path = path.to_string();
        Self { severity, code, message: message.into(), path, span, file: Arc::clone(file), help: None }
    }

    /// The same at another span of the same file.
    #[must_use]
    pub fn at(mut self, span: Range<usize>) -> Self {
        self.span = span;
        self
    }

    /// The same with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same with advice, if there is any.
    #[must_use]
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }

    /// The line, counted from 1.
    pub fn line(&self) -> usize {
        self.file.line_column(self.span.start).0
    }

    /// The column in characters, counted from 1.
    pub fn column(&self) -> usize {
        self.file.line_column(self.span.start).1
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = self.file.line_column(self.span.start);
        write!(f, "{}:{line}:{column}: {}[{}]: {}", self.file.name, self.severity, self.code, self.message)?;
        match &self.help {
            Some(help) => write!(f, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Diagnostic {}

/// Whether one of them is an error.
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
}

/// Puts diagnostics in the order of the text, file by file.
pub fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by(|a, b| (&a.file.name, a.span.start).cmp(&(&b.file.name, b.span.start)));
}
