//! Owns operands: constants, lists, paths and JSON-path terms. Never judges what may stand beside what.

use std::ops::Range;
use std::sync::Arc;

use super::{Parser, Segments, placeholder, quoted};
use crate::lexer::{Foreign, Keyword, TokenKind};
use crate::{Kind, Name, Operand, ParseErrorKind, Path, Root, Segment, Term, Value};

impl Parser<'_> {
    /// Reads an operand. `None`, with an error reported, when there is none; a faulty operand is a placeholder.
    pub(super) fn operand(&mut self) -> Option<Term> {
        while let TokenKind::Foreign(Foreign::Arithmetic | Foreign::Not) = self.peek() {
            self.sign_before_operand();
        }
        match self.peek().clone() {
            TokenKind::Text(text) => Some(self.literal(Value::String(text))),
            TokenKind::Number(number) => Some(self.literal(Value::Number(number))),
            TokenKind::Keyword(Keyword::True) => Some(self.literal(Value::Bool(true))),
            TokenKind::Keyword(Keyword::False) => Some(self.literal(Value::Bool(false))),
            TokenKind::Keyword(Keyword::Null) => Some(self.literal(Value::Null)),
            TokenKind::ListOpen => Some(self.list()),
            TokenKind::Word => Some(self.reference()),
            TokenKind::JsonPath => Some(self.bare_json_path()),
            TokenKind::Keyword(_) => self.keyword_operand(),
            _ => {
                self.expected_operand();
                None
            }
        }
    }

    fn literal(&mut self, value: Value) -> Term {
        Term { span: self.bump(), operand: Operand::Literal(value) }
    }

    fn sign_before_operand(&mut self) {
        let message = format!("expected a name or a constant, found {}", self.found());
        let (kind, help) = if *self.peek() == TokenKind::Foreign(Foreign::Not) {
            (ParseErrorKind::UnsupportedOperator, "compare with `!= true`")
        } else {
            (
                ParseErrorKind::Arithmetic,
                "a `-` stands only directly before the digits of a number; expressions do not calculate",
            )
        };
        let span = self.bump();
        self.error(kind, span, message, help.to_owned());
    }

    fn expected_operand(&mut self) {
        let message = match self.at.checked_sub(1).map(|before| &self.text[self.tokens[before].span.clone()]) {
            Some(before) => format!("expected a name or a constant after {}, found {}", quoted(before), self.found()),
            None => format!("expected a name or a constant, found {}", self.found()),
        };
        let help = match self.peek() {
            TokenKind::Open => "parentheses stand around whole conditions",
            TokenKind::Dot => "a name starts with a letter, `_` or `$`",
            _ => "write a name, a number, a quoted string, `true`, `false`, `null` or a list",
        };
        self.error(ParseErrorKind::ExpectedOperand, self.span(), message, help.to_owned());
    }

    /// `HAS`, `IN` or `CONTAINS` where an operand belongs: a key of that name, or the operand is missing.
    fn keyword_operand(&mut self) -> Option<Term> {
        let found = self.found();
        if matches!(self.peek_second(), TokenKind::Op(_) | TokenKind::Keyword(_) | TokenKind::Dot) {
            let span = self.bump();
            let message = format!("expected a name, found the operator {found}");
            let help = "rename the attribute: a word of the language cannot be its first key".to_owned();
            self.error(ParseErrorKind::ExpectedOperand, span.clone(), message, help);
            while *self.peek() == TokenKind::Dot {
                self.bump();
                self.bump();
            }
            return Some(placeholder(span));
        }
        self.expected_operand();
        let start = self.span().start;
        (*self.peek() != TokenKind::Keyword(Keyword::And) && *self.peek() != TokenKind::Keyword(Keyword::Or))
            .then(|| placeholder(start..start))
    }

    /// A path, judged for its context; or what looks like one, reported.
    fn reference(&mut self) -> Term {
        let start = self.span().start;
        if let (true, TokenKind::Dot) = (self.has_roots(), self.peek_second())
            && let Some(TokenKind::JsonPath) = self.tokens.get(self.at + 2).map(|token| &token.kind)
        {
            return self.rooted_json_path();
        }
        let segments = self.path_segments();
        let span = start..self.end();
        let is_call = *self.peek() == TokenKind::Open && self.span().start == span.end;
        if is_call {
            return self.function_call(span);
        }
        let name = segments.and_then(|segments| self.judge(&Path::new(segments), span.clone()));
        name.map_or_else(|| placeholder(span.clone()), |name| Term { span: span.clone(), operand: Operand::Name(name) })
    }

    fn function_call(&mut self, name: Range<usize>) -> Term {
        self.skip_parentheses();
        let text = &self.text[name.clone()];
        let message = format!("expected a name or a constant, found the call of {}", quoted(text));
        let help = match text.rsplit_once('.') {
            Some((list, "has" | "includes" | "contains" | "indexOf")) => format!("write `{list} HAS ...`"),
            _ => "there are no functions: store the result in an attribute".to_owned(),
        };
        let span = name.start..self.end();
        self.error(ParseErrorKind::FunctionCall, span.clone(), message, help);
        placeholder(span)
    }

    /// The keys and indexes of a path, whose first word is next. `None` when a fault was reported.
    pub(super) fn path_segments(&mut self) -> Option<Segments> {
        let errors = self.errors.len();
        let start = self.bump();
        let mut segments = vec![Segment::Key(self.text[start.clone()].into())];
        loop {
            let segment = match self.peek() {
                TokenKind::HyphenTail => self.hyphen(start.start),
                TokenKind::Dot => self.key(),
                TokenKind::ListOpen => self.index(),
                _ => break,
            };
            segments.extend(segment);
        }
        (self.errors.len() == errors).then_some(segments)
    }

    fn hyphen(&mut self, start: usize) -> Option<Segment> {
        let span = start..self.bump().end;
        let path = &self.text[span.clone()];
        let message = format!("expected a key without a hyphen, found {}", quoted(path));
        let help = format!(
            "rename the attribute, for example to `{}`: expressions cannot read keys with hyphens",
            path.replace('-', "_")
        );
        self.error(ParseErrorKind::HyphenatedKey, span, message, help);
        None
    }

    fn key(&mut self) -> Option<Segment> {
        let dot = self.bump();
        if *self.peek() == TokenKind::Word {
            let key = self.word();
            let span = self.bump();
            if key.starts_with(|c: char| c.is_ascii_digit()) && self.kind != Kind::OrderBy {
                let message = format!("expected a key that starts with a letter, found `{key}`");
                let help = format!(
                    "write `[{key}]` for an element of a list; a key that starts with a digit has to be renamed"
                );
                self.error(ParseErrorKind::InvalidPath, span, message, help);
            }
            return Some(Segment::Key(key.into()));
        }
        let message = format!("expected a key after `.`, found {}", self.found());
        let help = match self.peek() {
            TokenKind::Text(_) => "write keys without quotes; a key that needs them has to be renamed",
            TokenKind::JsonPath => "a query starts with `$`; in a target it follows `task.` or `worker.`",
            _ => "write `object.key`, or delete the `.`",
        };
        let span = if *self.peek() == TokenKind::End { dot } else { self.span() };
        self.error(ParseErrorKind::InvalidPath, span, message, help.to_owned());
        if let TokenKind::Text(_) | TokenKind::Number(_) | TokenKind::JsonPath = self.peek() {
            self.bump();
        }
        None
    }

    fn index(&mut self) -> Option<Segment> {
        let open = self.bump();
        if let (TokenKind::Number(number), TokenKind::ListClose) = (self.peek().clone(), self.peek_second())
            && let Some(index) = number.as_i64().and_then(|index| usize::try_from(index).ok())
            && !self.word().contains('.')
        {
            self.bump();
            self.bump();
            return Some(Segment::Index(index));
        }
        let help = match self.peek() {
            TokenKind::Text(text) => format!("write `.{text}` for a key; for a list of values write `IN [...]`"),
            TokenKind::Number(_) => "write a whole number from 0 on: `[0]` is the first element".to_owned(),
            _ => "write a whole number: `[0]` is the first element; `HAS` looks at all of them".to_owned(),
        };
        let found = self.found();
        while !matches!(self.peek(), TokenKind::ListClose | TokenKind::End) {
            self.bump();
        }
        self.take(&TokenKind::ListClose);
        let message = format!("expected the index of an element between `[` and `]`, found {found}");
        self.error(ParseErrorKind::InvalidPath, open.start..self.end(), message, help);
        None
    }

    /// Constants between brackets (Q3).
    fn list(&mut self) -> Term {
        let start = self.bump().start;
        let mut items = Vec::new();
        if self.take(&TokenKind::ListClose).is_none() {
            self.list_items(&mut items, start);
        }
        Term { span: start..self.end(), operand: Operand::Literal(Value::from(items)) }
    }

    fn list_items(&mut self, items: &mut Vec<Value>, start: usize) {
        loop {
            if let Some(item) = self.list_item() {
                items.push(item);
            }
            match self.peek() {
                TokenKind::Comma => {
                    self.bump();
                }
                TokenKind::ListClose => {
                    self.bump();
                    return;
                }
                TokenKind::End | TokenKind::Close | TokenKind::Keyword(Keyword::And | Keyword::Or) => {
                    return self.unclosed_list(start);
                }
                _ => {
                    let message = format!("expected a comma or `]` in the list, found {}", self.found());
                    let help = "separate the constants of a list with commas".to_owned();
                    self.error(ParseErrorKind::InvalidList, self.span(), message, help);
                    if !matches!(self.peek(), TokenKind::Text(_) | TokenKind::Number(_)) {
                        self.bump();
                    }
                }
            }
        }
    }

    fn unclosed_list(&mut self, start: usize) {
        let message = format!("expected a `]` for the list that starts here, found {}", self.found());
        self.error(ParseErrorKind::InvalidList, start..start + 1, message, "write the `]`".to_owned());
    }

    fn list_item(&mut self) -> Option<Value> {
        let value = match self.peek() {
            TokenKind::Text(text) => Value::String(Arc::clone(text)),
            TokenKind::Number(number) => Value::Number(*number),
            TokenKind::Keyword(Keyword::True) => Value::Bool(true),
            TokenKind::Keyword(Keyword::False) => Value::Bool(false),
            TokenKind::Keyword(Keyword::Null) => Value::Null,
            _ => return self.no_constant(),
        };
        self.bump();
        Some(value)
    }

    fn no_constant(&mut self) -> Option<Value> {
        let (start, found) = (self.span(), self.found());
        let help = match self.peek() {
            TokenKind::Word => {
                self.path_segments();
                format!(
                    "quote it if it is text: `'{}'`; a list holds constants only",
                    &self.text[start.start..self.end()]
                )
            }
            TokenKind::ListOpen => {
                self.skip_nested_list();
                "lists do not nest".to_owned()
            }
            TokenKind::ListClose => "delete the last comma".to_owned(),
            TokenKind::Comma => "delete one of the commas".to_owned(),
            _ => "a list holds strings, numbers, `true`, `false` and `null`".to_owned(),
        };
        let message = format!("expected a constant in the list, found {found}");
        let end = self.end().max(start.end);
        self.error(ParseErrorKind::InvalidList, start.start..end, message, help);
        None
    }

    fn skip_nested_list(&mut self) {
        let mut depth = 0_usize;
        loop {
            match self.peek() {
                TokenKind::ListOpen => depth += 1,
                TokenKind::ListClose => depth -= 1,
                TokenKind::End => return,
                _ => {}
            }
            self.bump();
            if depth == 0 {
                return;
            }
        }
    }

    /// Whether queries follow a prefix here, as in `task.$.skills[*]`.
    fn has_roots(&self) -> bool {
        matches!(self.kind, Kind::Target) && matches!(self.word(), "task" | "worker")
    }

    fn rooted_json_path(&mut self) -> Term {
        let root = if self.word() == "task" { Root::Task } else { Root::Worker };
        let start = self.bump().start;
        self.bump();
        self.json_path(root, start)
    }

    fn bare_json_path(&mut self) -> Term {
        let root = match self.kind {
            Kind::Filter => Root::Task,
            Kind::Queue => Root::Worker,
            Kind::Target => return self.misplaced_json_path("put `task.` or `worker.` before the query"),
            Kind::SkipIf | Kind::OrderBy | Kind::KnownWorker => {
                return self.misplaced_json_path("queries are read in filters, queues and targets only");
            }
        };
        let start = self.span().start;
        self.json_path(root, start)
    }

    fn misplaced_json_path(&mut self, help: &str) -> Term {
        let message = format!("expected a name or a constant, found the query {}", self.found());
        let span = self.bump();
        self.error(ParseErrorKind::JsonPath, span.clone(), message, help.to_owned());
        placeholder(span)
    }

    fn json_path(&mut self, root: Root, start: usize) -> Term {
        let query = self.word();
        let span = start..self.bump().end;
        if let Err((message, help)) = check_query(query) {
            self.error(ParseErrorKind::JsonPath, span.clone(), message, help);
            return placeholder(span);
        }
        let message = format!("the query {} is an extension", quoted(query));
        self.warn("extension", span.clone(), message, "TaskRouter reads plain paths such as `a.b[0]` only".to_owned());
        Term { span, operand: Operand::Name(Name::Nodes { root, query: query.into() }) }
    }
}

#[cfg(feature = "jsonpath")]
fn check_query(query: &str) -> Result<(), (String, String)> {
    crate::Query::parse(query).map(drop).map_err(|error| (error.to_string(), error.help().to_owned()))
}

#[cfg(not(feature = "jsonpath"))]
fn check_query(query: &str) -> Result<(), (String, String)> {
    let message = format!("expected a name or a constant, found the query {}", quoted(query));
    Err((
        message,
        "JSON-path terms are switched off: build with the feature `jsonpath`, or write a plain path".to_owned(),
    ))
}
