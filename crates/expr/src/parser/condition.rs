//! Owns AND, OR, NOT and parentheses: one loop over an explicit stack of groups. Never reads inside a comparison.

use std::ops::Range;

use super::{Parser, quoted};
use crate::lexer::{Foreign, Keyword, TokenKind};
use crate::{NodeId, NodeKind, ParseErrorKind};

/// What the loop expects next.
#[derive(Clone, Copy)]
enum Expect {
    /// A comparison, `NOT` or `(`.
    Condition,
    /// `AND`, `OR`, `)` or the end.
    Connective,
    /// Nothing more.
    Nothing,
}

/// The text between two parentheses, or the whole.
#[derive(Default)]
struct Group {
    /// Where its `(` is; the outermost group has none.
    open: Option<Range<usize>>,
    /// The finished sides of `OR`.
    alternatives: Vec<Part>,
    /// The sides of `AND` since then.
    parts: Vec<Part>,
    /// A run of `AND` without parentheses of its own.
    and_run: Option<Range<usize>>,
    /// A `NOT` that waits for its condition.
    not: Option<Range<usize>>,
}

/// A finished condition with its text, parentheses included.
struct Part {
    id: NodeId,
    outer: Range<usize>,
}

impl Parser<'_> {
    /// Reads the whole text as one condition into the tree.
    pub(super) fn conditions(&mut self) {
        let mut groups = vec![Group::default()];
        let mut expect = Expect::Condition;
        loop {
            expect = match expect {
                Expect::Condition => self.condition(&mut groups),
                Expect::Connective => self.connective(&mut groups),
                Expect::Nothing => return,
            };
        }
    }

    fn condition(&mut self, groups: &mut Vec<Group>) -> Expect {
        match self.peek() {
            TokenKind::Open => return self.open(groups),
            TokenKind::Keyword(Keyword::Not) | TokenKind::Foreign(Foreign::Not) => self.not(groups),
            TokenKind::Keyword(Keyword::And | Keyword::Or) | TokenKind::Foreign(Foreign::And | Foreign::Or) => {
                self.expected_condition();
                self.bump();
            }
            TokenKind::Close | TokenKind::End => {
                self.expected_condition();
                return Expect::Connective;
            }
            _ => {
                let start = self.span().start;
                if let Some(id) = self.comparison() {
                    self.add(groups, Part { id, outer: start..self.end() });
                }
                return Expect::Connective;
            }
        }
        Expect::Condition
    }

    fn expected_condition(&mut self) {
        let (at, found) = (self.span(), self.found());
        let message = match self.at.checked_sub(1).map(|before| &self.text[self.tokens[before].span.clone()]) {
            Some(before) => format!("expected a comparison after `{before}`, found {found}"),
            None => format!("expected a comparison at the start, found {found}"),
        };
        let help = match self.peek() {
            TokenKind::End => "write a comparison, or delete what stands before the end".to_owned(),
            TokenKind::Close => "write a comparison inside the parentheses, or delete them".to_owned(),
            _ => format!("delete {found}, or write a comparison before it"),
        };
        self.error(ParseErrorKind::ExpectedComparison, at, message, help);
    }

    /// `NOT` before a condition, an extension (Q5).
    fn not(&mut self, groups: &mut [Group]) {
        let foreign = *self.peek() == TokenKind::Foreign(Foreign::Not);
        let span = self.bump();
        if foreign {
            let message = "expected a condition, found `!`".to_owned();
            let help = "write `NOT (...)`, or compare with `!= true`".to_owned();
            self.error(ParseErrorKind::UnsupportedOperator, span.clone(), message, help);
        } else {
            let message = "`NOT` before a condition is an extension".to_owned();
            let help = "TaskRouter knows only `NOT IN`: use `!=`, or turn the comparison round".to_owned();
            self.warn("extension", span.clone(), message, help);
        }
        let Some(group) = groups.last_mut() else { return };
        if group.not.replace(span.clone()).is_some() {
            let message = "expected a comparison after `NOT`, found another `NOT`".to_owned();
            self.error(ParseErrorKind::ExpectedComparison, span, message, "leave both out".to_owned());
        }
    }

    fn open(&mut self, groups: &mut Vec<Group>) -> Expect {
        let span = self.bump();
        // The outermost group is not between parentheses.
        if groups.len() > self.max_depth {
            let message = format!("expected at most {} parentheses inside one another", self.max_depth);
            let help = "leave out parentheses that change nothing, or split the condition".to_owned();
            self.error(ParseErrorKind::TooDeep, span, message, help);
            return Expect::Nothing;
        }
        groups.push(Group { open: Some(span), ..Group::default() });
        Expect::Condition
    }

    fn connective(&mut self, groups: &mut Vec<Group>) -> Expect {
        // A condition that could not be read takes its `NOT` along.
        if let Some(group) = groups.last_mut() {
            group.not = None;
        }
        match self.peek().clone() {
            TokenKind::Keyword(Keyword::And) => {}
            TokenKind::Keyword(Keyword::Or) => self.end_and(groups),
            TokenKind::Foreign(Foreign::And) => self.foreign_connective("AND"),
            TokenKind::Foreign(Foreign::Or) => {
                self.foreign_connective("OR");
                self.end_and(groups);
            }
            TokenKind::Close => {
                self.close(groups);
                return Expect::Connective;
            }
            TokenKind::End => {
                self.end_of_text(groups);
                return Expect::Nothing;
            }
            found => return self.expected_connective(&found),
        }
        self.bump();
        Expect::Condition
    }

    fn foreign_connective(&mut self, word: &str) {
        let message = format!("expected `AND` or `OR`, found {}", self.found());
        self.error(ParseErrorKind::UnsupportedOperator, self.span(), message, format!("write `{word}`"));
    }

    fn expected_connective(&mut self, found: &TokenKind) -> Expect {
        if self.is_operator_after_operand_in_parentheses(found) {
            self.skip_to_connective();
            return Expect::Connective;
        }
        let message = format!("expected `AND`, `OR` or the end, found {}", self.found());
        let (kind, help) = match found {
            TokenKind::Op(_) | TokenKind::Keyword(Keyword::In | Keyword::Has | Keyword::Contains) => (
                ParseErrorKind::ExpectedConnective,
                "a comparison has one operator and no parentheses around an operand; join two comparisons with `AND`",
            ),
            TokenKind::Foreign(Foreign::Arithmetic) => {
                (ParseErrorKind::Arithmetic, "expressions do not calculate: store the result in an attribute")
            }
            TokenKind::Comma => (
                ParseErrorKind::ExpectedConnective,
                "put the values of a list between brackets: `to IN ['a', 'b']`; join two comparisons with `AND`",
            ),
            _ => (ParseErrorKind::ExpectedConnective, "join two comparisons with `AND` or `OR`"),
        };
        self.error(kind, self.span(), message, help.to_owned());
        if starts_condition(found) {
            return Expect::Condition;
        }
        self.skip_to_connective();
        Expect::Connective
    }

    /// `(vip) == true`: the lone operand was reported, so its help is all there is to correct.
    fn is_operator_after_operand_in_parentheses(&mut self, found: &TokenKind) -> bool {
        let is_operator =
            matches!(found, TokenKind::Op(_) | TokenKind::Keyword(Keyword::In | Keyword::Has | Keyword::Contains));
        let Some(error) = self.errors.last_mut() else { return false };
        let lone = is_operator
            && error.kind == ParseErrorKind::BareOperand
            && error.span.end + 1 == self.tokens[self.at - 1].span.end;
        if lone {
            let operand = &self.text[error.span.clone()];
            let operator = &self.text[self.tokens[self.at].span.clone()];
            error.help = Some(format!("parentheses stand around whole conditions: write `{operand} {operator} ...`"));
        }
        lone
    }

    fn add(&mut self, groups: &mut [Group], part: Part) {
        let Some(group) = groups.last_mut() else { return };
        let part = match group.not.take() {
            None => part,
            Some(not) => {
                let outer = not.start..part.outer.end;
                Part { id: self.tree.add(outer.clone(), NodeKind::Not(part.id)), outer }
            }
        };
        group.parts.push(part);
    }

    /// Ends a run of `AND` at an `OR` or at the end of the group.
    fn end_and(&mut self, groups: &mut [Group]) {
        let Some(group) = groups.last_mut() else { return };
        let parts = std::mem::take(&mut group.parts);
        if parts.len() > 1 {
            group.and_run.get_or_insert(outer(&parts));
        }
        group.alternatives.extend(self.join(parts, NodeKind::And));
    }

    /// Ends a group; its parts become one.
    fn end_group(&mut self, groups: &mut [Group]) -> Option<Part> {
        self.end_and(groups);
        let group = std::mem::take(groups.last_mut()?);
        if let (Some(run), true) = (group.and_run, group.alternatives.len() > 1) {
            let message = "`AND` binds tighter than `OR`".to_owned();
            let help = format!("show it with parentheses: `({})`", &self.text[run.clone()]);
            self.warn("mixed-and-or", run, message, help);
        }
        self.join(group.alternatives, NodeKind::Or)
    }

    fn join(&mut self, mut parts: Vec<Part>, kind: fn(Vec<NodeId>) -> NodeKind) -> Option<Part> {
        if parts.len() < 2 {
            return parts.pop();
        }
        let outer = outer(&parts);
        let ids = parts.into_iter().map(|part| part.id).collect();
        Some(Part { id: self.tree.add(outer.clone(), kind(ids)), outer })
    }

    fn close(&mut self, groups: &mut Vec<Group>) {
        let close = self.bump();
        if groups.len() == 1 {
            let message = "expected `AND`, `OR` or the end, found `)`".to_owned();
            let help = "delete this `)`, or write its `(`".to_owned();
            return self.error(ParseErrorKind::UnopenedParenthesis, close, message, help);
        }
        let open = groups.last().and_then(|group| group.open.clone());
        let part = self.end_group(groups);
        groups.pop();
        if let (Some(part), Some(open)) = (part, open) {
            self.add(groups, Part { id: part.id, outer: open.start..close.end });
        }
    }

    fn end_of_text(&mut self, groups: &mut Vec<Group>) {
        while groups.len() > 1 {
            let open = groups.pop().and_then(|group| group.open).unwrap_or_default();
            let inside = quoted(self.text[open.start..].trim_end());
            let message = format!("expected a `)` for the `(` that starts {inside}");
            self.error(
                ParseErrorKind::UnclosedParenthesis,
                open,
                message,
                "write the `)`, or delete the `(`".to_owned(),
            );
        }
        self.end_group(groups);
    }

    /// Goes to the next place where a connective is expected: at this depth, past parentheses of what is skipped.
    pub(super) fn skip_to_connective(&mut self) {
        let mut depth = 0_usize;
        loop {
            match self.peek() {
                TokenKind::End => return,
                TokenKind::Open => depth += 1,
                TokenKind::Close if depth == 0 => return,
                TokenKind::Close => depth -= 1,
                kind if depth == 0 && is_connective(kind) => return,
                _ => {}
            }
            self.bump();
        }
    }
}

/// The text from the first part to the last.
fn outer(parts: &[Part]) -> Range<usize> {
    let start = parts.first().map_or(0, |part| part.outer.start);
    start..parts.last().map_or(start, |part| part.outer.end)
}

fn is_connective(kind: &TokenKind) -> bool {
    matches!(kind, TokenKind::Keyword(Keyword::And | Keyword::Or) | TokenKind::Foreign(Foreign::And | Foreign::Or))
}

fn starts_condition(kind: &TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Word
            | TokenKind::Number(_)
            | TokenKind::Text(_)
            | TokenKind::JsonPath
            | TokenKind::Open
            | TokenKind::ListOpen
            | TokenKind::Keyword(Keyword::Not | Keyword::True | Keyword::False | Keyword::Null)
            | TokenKind::Foreign(Foreign::Not)
    )
}
