//! Owns the way from a text to its tree: entry points, the token cursor and the reporting of errors.
//! Never recurses on input; after an error it goes on at the next place where a condition can start.
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a parser names the tokens that may stand at a place; all the others are unexpected alike"
)]

mod comparison;
mod condition;
mod lint;
mod operand;

use std::ops::Range;

use crate::lexer::{Token, TokenKind, lex};
use crate::resolve::{Advice, resolve};
use crate::tree::Builder;
use crate::{
    Clause, Direction, Kind, Limits, Name, Operand, ParseError, ParseErrorKind, Path, Segment, Term, Tree, Value,
    Warning,
};

/// What a parse gives, with its warnings.
type Outcome<T> = Result<(T, Vec<Warning>), Vec<ParseError>>;

pub(crate) fn parse_condition(text: &str, kind: Kind, limits: &Limits) -> Outcome<Tree> {
    if matches!(kind, Kind::OrderBy | Kind::KnownWorker) {
        return Err(vec![wrong_kind(text, kind)]);
    }
    let mut parser = Parser::new(text, kind, limits, "a condition such as `language == 'es'`")?;
    parser.conditions();
    let tree = std::mem::take(&mut parser.tree).finish();
    if let (Some(tree), []) = (&tree, &*parser.errors) {
        lint::tree(text, kind, tree, &mut parser.warnings);
    }
    parser.finish(tree)
}

pub(crate) fn parse_order_by(text: &str, limits: &Limits) -> Outcome<Vec<Clause>> {
    let mut parser = Parser::new(text, Kind::OrderBy, limits, "a list such as `worker.level DESC`")?;
    let clauses = parser.clauses();
    parser.finish(Some(clauses))
}

pub(crate) fn parse_known_worker(text: &str, limits: &Limits) -> Outcome<Path> {
    let mut parser = Parser::new(text, Kind::KnownWorker, limits, "a reference such as `task.agent_sid`")?;
    let found = parser.only_path().and_then(|(path, span)| parser.judge(&path, span));
    let path = match found {
        Some(Name::Task(path)) => Some(path),
        _ => None,
    };
    parser.finish(path)
}

pub(crate) fn parse_path(text: &str, limits: &Limits) -> Result<Path, Vec<ParseError>> {
    let mut parser = Parser::new(text, Kind::Filter, limits, "a path such as `routing.skills`")?;
    let path = parser.only_path().map(|(path, _)| path);
    parser.finish(path).map(|(path, _)| path)
}

fn wrong_kind(text: &str, kind: Kind) -> ParseError {
    let (what, example) = match kind {
        Kind::OrderBy => ("an `order_by` is a list of names", "worker.level DESC"),
        Kind::KnownWorker => ("a known worker is one reference", "task.agent_sid"),
        Kind::Queue | Kind::Filter | Kind::Target | Kind::SkipIf => ("this is a condition", "language == 'es'"),
    };
    ParseError {
        kind: ParseErrorKind::WrongKind,
        span: 0..text.len(),
        message: format!("expected a kind of condition, found `{kind}`: {what}"),
        help: Some(format!("read it as what it is, for example `{example}`")),
    }
}

/// A text on its way to a tree. Once it has an error the tree is only a pretext for finding more errors.
struct Parser<'t> {
    text: &'t str,
    kind: Kind,
    max_depth: usize,
    tokens: Vec<Token>,
    at: usize,
    tree: Builder,
    errors: Vec<ParseError>,
    warnings: Vec<Warning>,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str, kind: Kind, limits: &Limits, expected: &str) -> Result<Self, Vec<ParseError>> {
        let refuse =
            |kind, message, help: String| vec![ParseError { kind, span: 0..text.len(), message, help: Some(help) }];
        if text.len() > limits.max_length {
            let message = format!("expected at most {} bytes, found {}", limits.max_length, text.len());
            let help = "split it over several filters or steps, or raise the limit".to_owned();
            return Err(refuse(ParseErrorKind::TooLong, message, help));
        }
        if text.trim().is_empty() {
            let message = format!("expected {expected}, found no text");
            let help = if kind == Kind::OrderBy || kind == Kind::KnownWorker {
                "leave the setting out if there is nothing to say".to_owned()
            } else {
                "write `1 == 1` for a condition that always holds".to_owned()
            };
            return Err(refuse(ParseErrorKind::Empty, message, help));
        }
        let (tokens, errors) = lex(text);
        let (tree, max_depth) = (Builder::default(), limits.max_depth);
        Ok(Self { text, kind, max_depth, tokens, at: 0, tree, errors, warnings: Vec::new() })
    }

    fn finish<T>(mut self, result: Option<T>) -> Outcome<T> {
        self.drop_echoes();
        self.errors.sort_by_key(|error| (error.span.start, error.span.end));
        self.warnings.sort_by_key(|warning| (warning.span.start, warning.span.end));
        match result {
            Some(result) if self.errors.is_empty() => Ok((result, self.warnings)),
            _ => Err(self.errors),
        }
    }

    /// An unclosed string swallows the rest of the text; what is missing there is no error of its own.
    fn drop_echoes(&mut self) {
        let unclosed = self.errors.iter().find(|error| error.kind == ParseErrorKind::UnclosedString);
        let Some(start) = unclosed.map(|error| error.span.start) else { return };
        self.errors.retain(|error| {
            let lexical = error.kind == ParseErrorKind::UnclosedString;
            lexical || (error.span.start < start && error.kind != ParseErrorKind::UnclosedParenthesis)
        });
    }

    fn peek(&self) -> &TokenKind {
        &self.tokens[self.at].kind
    }

    fn peek_second(&self) -> &TokenKind {
        &self.tokens[(self.at + 1).min(self.tokens.len() - 1)].kind
    }

    /// The text of the next token.
    fn word(&self) -> &'t str {
        &self.text[self.span()]
    }

    fn span(&self) -> Range<usize> {
        self.tokens[self.at].span.clone()
    }

    /// Where the last token taken ends.
    fn end(&self) -> usize {
        if self.at == 0 { 0 } else { self.tokens[self.at - 1].span.end }
    }

    /// Takes the next token; the end of the text stays.
    fn bump(&mut self) -> Range<usize> {
        let span = self.span();
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        span
    }

    fn take(&mut self, kind: &TokenKind) -> Option<Range<usize>> {
        (self.peek() == kind).then(|| self.bump())
    }

    fn error(&mut self, kind: ParseErrorKind, span: Range<usize>, message: String, help: impl Into<Option<String>>) {
        self.errors.push(ParseError { kind, span, message, help: help.into() });
    }

    fn warn(&mut self, code: &'static str, span: Range<usize>, message: String, help: impl Into<Option<String>>) {
        self.warnings.push(Warning { code, span, message, help: help.into() });
    }

    /// The next token as messages name it.
    fn found(&self) -> String {
        match self.peek() {
            TokenKind::End => "the end of the text".to_owned(),
            _ => quoted(self.word()),
        }
    }

    /// What a path means here; reports it when it means nothing.
    fn judge(&mut self, path: &Path, span: Range<usize>) -> Option<Name> {
        match resolve(self.kind, path) {
            Ok((name, advice)) => {
                if let Some(Advice { code, message, help }) = advice {
                    self.warn(code, span, message, help);
                }
                Some(name)
            }
            Err(Advice { message, help, .. }) => {
                self.error(ParseErrorKind::WrongName, span, message, help);
                None
            }
        }
    }

    /// One path and nothing else.
    fn only_path(&mut self) -> Option<(Path, Range<usize>)> {
        if *self.peek() != TokenKind::Word {
            let message = format!("expected a name, found {}", self.found());
            let help = format!("write a path such as `{}`", self.example_name());
            self.error(ParseErrorKind::InvalidPath, self.span(), message, help);
            return None;
        }
        let start = self.span().start;
        let segments = self.path_segments()?;
        if *self.peek() != TokenKind::End {
            let message = format!("expected a single name, found {} after it", self.found());
            let help = format!("write only `{}`", &self.text[start..self.end()]);
            self.error(ParseErrorKind::WrongKind, self.span(), message, help);
        }
        Some((Path::new(segments), start..self.end()))
    }

    fn example_name(&self) -> &'static str {
        match self.kind {
            Kind::KnownWorker => "task.agent_sid",
            Kind::OrderBy => "worker.level",
            Kind::Target => "task.language",
            Kind::SkipIf => "workers.available",
            Kind::Queue | Kind::Filter => "language",
        }
    }

    /// The clauses of an `order_by`, between commas.
    fn clauses(&mut self) -> Vec<Clause> {
        let mut clauses = Vec::new();
        loop {
            clauses.extend(self.clause());
            while !matches!(self.peek(), TokenKind::Comma | TokenKind::End) {
                self.bump();
            }
            if self.take(&TokenKind::Comma).is_none() {
                return clauses;
            }
        }
    }

    fn clause(&mut self) -> Option<Clause> {
        if *self.peek() != TokenKind::Word {
            let message = format!("expected a name of the worker, found {}", self.found());
            let help = "write clauses such as `worker.level DESC` with a comma between them".to_owned();
            self.error(ParseErrorKind::InvalidPath, self.span(), message, help);
            return None;
        }
        let start = self.span().start;
        let segments = self.path_segments()?;
        let name = self.judge(&Path::new(segments), start..self.end());
        let direction = self.direction()?;
        Some(Clause { name: name?, direction, span: start..self.end() })
    }

    fn direction(&mut self) -> Option<Direction> {
        let direction = match (self.peek(), self.word().to_ascii_lowercase().as_str()) {
            (TokenKind::Comma | TokenKind::End, _) => return Some(Direction::Ascending),
            (TokenKind::Word, "asc") => Direction::Ascending,
            (TokenKind::Word, "desc") => Direction::Descending,
            (_, word) => {
                let help = match word {
                    "ascending" | "up" => "write `ASC`",
                    "descending" | "down" => "write `DESC`",
                    "and" | "or" => "put a comma between two clauses",
                    _ => "write clauses such as `worker.level DESC` with a comma between them",
                };
                let message = format!("expected `ASC`, `DESC` or a comma, found {}", self.found());
                self.error(ParseErrorKind::InvalidDirection, self.span(), message, help.to_owned());
                return None;
            }
        };
        self.bump();
        if !matches!(self.peek(), TokenKind::Comma | TokenKind::End) {
            let message = format!("expected a comma or the end, found {}", self.found());
            self.error(
                ParseErrorKind::InvalidDirection,
                self.span(),
                message,
                "put a comma between two clauses".to_owned(),
            );
        }
        Some(direction)
    }
}

/// A text as messages quote it: not too much of it.
fn quoted(text: &str) -> String {
    const LONGEST: usize = 40;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("`{}...`", &text[..end]),
        None => format!("`{text}`"),
    }
}

/// Stands for an operand that was reported already.
fn placeholder(span: Range<usize>) -> Term {
    Term { span, operand: Operand::Literal(Value::Null) }
}

/// A path as the parser reads it.
type Segments = Vec<Segment>;
