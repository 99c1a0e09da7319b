//! Writing: answers on standard output, complaints on standard error, colours only where a person looks.

use std::io::{self, ErrorKind, Write};
use std::ops::Range;
use std::process::ExitCode;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};
use anstyle::{AnsiColor, Style};
use pointsman_config::{Diagnostic, Severity, SourceFile};
use pointsman_sim::explanation::Excerpt;
use serde::Serialize;

/// How a verb ended that did its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything holds.
    Done,
    /// An expectation failed, or an error was found.
    Found,
    /// Somebody pressed Ctrl-C, and was told what there was until then.
    Stopped,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Done => Self::SUCCESS,
            Exit::Found => Self::from(1),
            Exit::Stopped => Self::from(130),
        }
    }
}

/// Why a verb could not do its work.
#[derive(Debug)]
pub(crate) enum Failure {
    /// What was given cannot be used.
    Input(String),
    /// Somebody pressed Ctrl-C before there was anything to tell.
    Stopped(&'static str),
    /// The same as input, with places.
    Diagnostics(Vec<Diagnostic>),
    /// An answer is out already that says so.
    Told,
    /// Nobody reads the output any more.
    ClosedPipe,
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == ErrorKind::BrokenPipe {
            return Self::ClosedPipe;
        }
        Self::Input(format!("cannot write: {error}"))
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::from(io::Error::from(error))
    }
}

/// Writes an answer to standard output.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

/// Writes a JSON document to standard output.
pub(crate) fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    print(&json(value)?)
}

/// A JSON document as every verb prints it.
pub(crate) fn json(value: &impl Serialize) -> Result<String, Failure> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}

/// Writes a remark to standard error. Nobody is left to tell when that fails.
pub(crate) fn remark(text: &str) {
    let _ = anstream::stderr().lock().write_all(text.as_bytes());
}

/// Says on standard error why the work could not be done.
pub(crate) fn complain(failure: &Failure) {
    match failure {
        Failure::Input(message) => remark(&title(message)),
        Failure::Stopped(what) => remark(&format!("{what}\n")),
        Failure::Diagnostics(diagnostics) => remark(&render_all(diagnostics)),
        Failure::Told | Failure::ClosedPipe => {}
    }
}

fn title(message: &str) -> String {
    let report = [annotate_snippets::Group::with_title(Level::ERROR.primary_title(message))];
    Renderer::styled().render(&report) + "\n"
}

/// Diagnostics with the lines they are about, errors in the order given.
pub(crate) fn render_all(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(|diagnostic| render(diagnostic) + "\n").collect()
}

fn render(diagnostic: &Diagnostic) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let excerpt = Beginning::of(diagnostic);
    let (line, column, name) = (diagnostic.line(), diagnostic.column(), diagnostic.file.name.as_str());
    let mark = AnnotationKind::Primary.span(excerpt.span);
    let snippet = Snippet::source(excerpt.text).line_start(line).annotation(mark);
    let group = level.primary_title(&diagnostic.message).id(diagnostic.code);
    let mut group = if excerpt.is_whole_line {
        group.element(snippet.path(name))
    } else {
        group.element(Origin::path(name).line(line).char_column(column)).element(snippet)
    };
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help));
    }
    Renderer::styled().render(&[group]) + "\n"
}

/// The line that a diagnostic begins on, or of a huge one the part around it: exported documents are often one line.
struct Beginning<'a> {
    text: &'a str,
    span: Range<usize>,
    is_whole_line: bool,
}

impl<'a> Beginning<'a> {
    /// Rendering takes time in proportion to the length of a line.
    const LONGEST_LINE: usize = 20_000;
    /// More on either side than a screen is wide.
    const AROUND: usize = 400;
    /// Of a longer mapping or list only the beginning is marked.
    const LONGEST_MARK: usize = 80;

    fn of(diagnostic: &'a Diagnostic) -> Self {
        let text = &diagnostic.file.text;
        let start = text.floor_char_boundary(diagnostic.span.start);
        let end = text.floor_char_boundary(diagnostic.span.end).max(start);
        let end = text[start..end].find('\n').map_or(end, |length| start + length);
        let is_long = end - start > Self::LONGEST_MARK && text[start..].starts_with(['{', '[']);
        let end = if is_long { start + 1 } else { end };
        let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = text[end..].find('\n').map_or(text.len(), |length| end + length);
        let is_whole_line = line_end - line_start <= Self::LONGEST_LINE;
        let (from, to) = if is_whole_line {
            (line_start, line_end)
        } else {
            let (before, after) = (start.saturating_sub(Self::AROUND), end + Self::AROUND);
            (text.ceil_char_boundary(before).max(line_start), text.floor_char_boundary(after).min(line_end))
        };
        Self { text: &text[from..to], span: start - from..end - from, is_whole_line }
    }
}

/// An expression with carets under what keeps it from holding.
pub(crate) fn excerpt(excerpt: &Excerpt) -> String {
    let mut snippet = Snippet::source(&excerpt.text).line_numbering(false);
    for mark in &excerpt.marks {
        let span = on_boundaries(&excerpt.text, &mark.span);
        let label = Some(mark.label.as_str()).filter(|label| !label.is_empty());
        snippet = snippet.annotation(AnnotationKind::Primary.span(span).label(label));
    }
    let group = annotate_snippets::Group::with_level(Level::INFO).element(snippet);
    let rendered = Renderer::styled().render(&[group]);
    // The first line is the empty one above the source.
    rendered.lines().skip(1).map(|line| format!("          {line}\n")).collect()
}

/// What stands out.
pub(crate) fn bold(text: &str) -> String {
    styled(Style::new().bold(), text)
}

/// What is only for those who look for it.
pub(crate) fn dim(text: &str) -> String {
    styled(Style::new().dimmed(), text)
}

/// What is fine, or helps.
pub(crate) fn green(text: &str) -> String {
    styled(AnsiColor::Green.on_default(), text)
}

/// What is to be noted.
pub(crate) fn yellow(text: &str) -> String {
    styled(AnsiColor::Yellow.on_default(), text)
}

/// What is a figure.
pub(crate) fn cyan(text: &str) -> String {
    styled(AnsiColor::Cyan.on_default(), text)
}

fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// The first line of the span only: what follows is in the file anyway.
fn on_boundaries(text: &str, span: &Range<usize>) -> Range<usize> {
    let start = text.floor_char_boundary(span.start);
    let end = text.floor_char_boundary(span.end).max(start);
    let line = text[start..end].find('\n').map_or(end, |length| start + length);
    start..line
}

/// A diagnostic for a text that is no file of its own: an expression on the command line.
pub(crate) fn at(
    file: &Arc<SourceFile>,
    severity: Severity,
    code: &'static str,
    span: Range<usize>,
    message: &str,
    help: Option<&str>,
) -> Diagnostic {
    let (message, help) = (message.to_owned(), help.map(str::to_owned));
    Diagnostic { severity, code, message, path: String::new(), span, file: file.clone(), help }
}
