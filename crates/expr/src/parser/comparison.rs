//! Owns comparisons: an operand, an operator, an operand, and the operators of other languages between them.
//! Never judges values.

use std::ops::Range;

use super::{Parser, quoted};
use crate::habits::habit;
use crate::lexer::{Foreign, Keyword, TokenKind};
use crate::{Name, NodeId, NodeKind, Op, Operand, ParseError, ParseErrorKind, Term};

impl Parser<'_> {
    /// Reads one comparison. After an error it stands before the next connective.
    pub(super) fn comparison(&mut self) -> Option<NodeId> {
        let Some(left) = self.left_operand() else {
            self.skip_to_connective();
            return None;
        };
        let Some(op) = self.operator(&left) else {
            self.skip_to_connective();
            return None;
        };
        let Some(right) = self.right_operand(op) else {
            self.skip_to_connective();
            return None;
        };
        self.place_of_nodes(op, &left, &right);
        Some(self.tree.add(left.span.start..right.span.end, NodeKind::Test { op, left, right }))
    }

    fn left_operand(&mut self) -> Option<Term> {
        if let TokenKind::Op(_) | TokenKind::Foreign(Foreign::Comparison(_) | Foreign::Match) = self.peek() {
            let found = self.found();
            let help = format!("write what {found} compares: a name or a constant");
            let message = format!("expected a name or a constant, found {found}");
            self.error(ParseErrorKind::ExpectedOperand, self.span(), message, help);
            return Some(super::placeholder(self.span().start..self.span().start));
        }
        self.operand()
    }

    fn right_operand(&mut self, op: Op) -> Option<Term> {
        // `> =` and the like: one more sign where the operand belongs.
        while let TokenKind::Op(_) | TokenKind::Foreign(Foreign::Comparison(_) | Foreign::Match) = self.peek() {
            let message = format!("expected a name or a constant after the operator, found {}", self.found());
            let help = "write one operator between two operands, without a blank inside it".to_owned();
            let span = self.bump();
            self.error(ParseErrorKind::ExpectedOperand, span, message, help);
        }
        if *self.peek() == TokenKind::Open {
            return self.parenthesised_operand(op);
        }
        self.operand()
    }

    /// `IN ('a', 'b')` and `== (1)`: parentheses where there can be none.
    fn parenthesised_operand(&mut self, op: Op) -> Option<Term> {
        let start = self.span().start;
        self.skip_parentheses();
        let span = start..self.end();
        let inside = self.text[span.clone()].trim_start_matches('(').trim_end_matches(')');
        let (kind, message, help) = match op {
            Op::In | Op::NotIn | Op::Has => {
                let message = "expected a list between brackets, found parentheses";
                (ParseErrorKind::InvalidList, message, format!("write `[{inside}]`"))
            }
            Op::Equal | Op::NotEqual | Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual | Op::Contains => {
                let message = "expected a name or a constant, found parentheses";
                (
                    ParseErrorKind::ExpectedOperand,
                    message,
                    format!("parentheses stand around whole conditions: write `{inside}`"),
                )
            }
        };
        self.error(kind, span.clone(), message.to_owned(), help);
        Some(super::placeholder(span))
    }

    /// Takes a balanced pair of parentheses with what is inside.
    pub(super) fn skip_parentheses(&mut self) {
        let mut depth = 0_usize;
        loop {
            match self.peek() {
                TokenKind::Open => depth += 1,
                TokenKind::Close => depth = depth.saturating_sub(1),
                TokenKind::End => return,
                _ => {}
            }
            self.bump();
            if depth == 0 {
                return;
            }
        }
    }

    fn operator(&mut self, left: &Term) -> Option<Op> {
        let left_text = &self.text[left.span.clone()];
        match self.peek().clone() {
            TokenKind::Op(op) => self.taken(op),
            TokenKind::Keyword(Keyword::Has) => self.taken(Op::Has),
            TokenKind::Keyword(Keyword::In) => self.taken(Op::In),
            TokenKind::Keyword(Keyword::Contains) => self.taken(Op::Contains),
            TokenKind::Keyword(Keyword::Not) => self.negated_operator(left_text),
            TokenKind::Foreign(Foreign::Comparison(op)) => {
                self.unsupported(format!("write `{op}`"));
                self.taken(op)
            }
            TokenKind::Foreign(Foreign::Match) => {
                self.unsupported(format!("patterns are not supported; write `{left_text} CONTAINS '...'`"));
                None
            }
            TokenKind::Foreign(Foreign::Not) if *self.peek_second() == TokenKind::Keyword(Keyword::In) => {
                self.unsupported(format!("write `{left_text} NOT IN ...`"));
                self.bump();
                self.taken(Op::NotIn)
            }
            TokenKind::Foreign(Foreign::Arithmetic) => {
                self.arithmetic();
                None
            }
            TokenKind::Word => self.word_operator(left_text),
            TokenKind::End | TokenKind::Close | TokenKind::Keyword(Keyword::And | Keyword::Or) => self.bare(left),
            TokenKind::Foreign(Foreign::And | Foreign::Or) => self.bare(left),
            _ => {
                self.expected_operator(left_text);
                None
            }
        }
    }

    fn taken(&mut self, op: Op) -> Option<Op> {
        self.bump();
        Some(op)
    }

    fn unsupported(&mut self, help: String) {
        let message = format!("expected an operator of this language, found {}", self.found());
        self.error(ParseErrorKind::UnsupportedOperator, self.span(), message, help);
    }

    fn arithmetic(&mut self) {
        let message = format!("expected an operator that compares, found {}", self.found());
        let help = "expressions do not calculate: store the result in an attribute".to_owned();
        self.error(ParseErrorKind::Arithmetic, self.span(), message, help);
    }

    fn expected_operator(&mut self, left_text: &str) {
        let message = format!("expected an operator after {}, found {}", quoted(left_text), self.found());
        let help = "write one of `==`, `!=`, `<`, `<=`, `>`, `>=`, `CONTAINS`, `HAS`, `IN`, `NOT IN`".to_owned();
        self.error(ParseErrorKind::ExpectedOperator, self.span(), message, help);
    }

    /// `NOT IN`; `NOT` with any other operator is refused (Q5).
    fn negated_operator(&mut self, left_text: &str) -> Option<Op> {
        let not = self.span();
        let op = match self.peek_second() {
            TokenKind::Keyword(Keyword::In) => {
                self.bump();
                return self.taken(Op::NotIn);
            }
            TokenKind::Keyword(Keyword::Has) => Op::Has,
            TokenKind::Keyword(Keyword::Contains) => Op::Contains,
            _ => {
                let message = format!("expected an operator after {}, found `NOT`", quoted(left_text));
                let help = "write `NOT IN` for lists, `!=` for single values".to_owned();
                self.error(ParseErrorKind::ExpectedOperator, not, message, help);
                return None;
            }
        };
        self.bump();
        let span = not.start..self.bump().end;
        let message = format!("expected an operator, found `{}`", &self.text[span.clone()]);
        let help = format!("write `NOT ({left_text} {op} ...)`");
        self.error(ParseErrorKind::UnsupportedOperator, span, message, help);
        Some(op)
    }

    /// A word where an operator belongs: one of another language, or a second name.
    fn word_operator(&mut self, left_text: &str) -> Option<Op> {
        let word = self.word();
        let Some(habit) = habit(word, left_text) else {
            self.expected_operator(left_text);
            return None;
        };
        match word.to_ascii_uppercase().as_str() {
            "IS" => return self.is_operator(left_text),
            "BETWEEN" => return self.between(habit.help),
            _ => self.unsupported(habit.help),
        }
        self.bump();
        if habit.meant.is_none() && is_operand(self.peek()) {
            self.operand();
        }
        habit.meant
    }

    /// `IS NULL`, `IS NOT NULL` and `IS ...`.
    fn is_operator(&mut self, left_text: &str) -> Option<Op> {
        let mut span = self.bump();
        let op = match self.take(&TokenKind::Keyword(Keyword::Not)) {
            Some(not) => {
                span.end = not.end;
                Op::NotEqual
            }
            None => Op::Equal,
        };
        let right = if self.peek() == &TokenKind::Keyword(Keyword::Null) { "null" } else { "..." };
        let message = format!("expected an operator of this language, found `{}`", &self.text[span.clone()]);
        self.error(ParseErrorKind::UnsupportedOperator, span, message, format!("write `{left_text} {op} {right}`"));
        Some(op)
    }

    /// `BETWEEN 1 AND 5`: its AND is no connective.
    fn between(&mut self, help: String) -> Option<Op> {
        self.unsupported(help);
        self.bump();
        if is_operand(self.peek()) {
            self.operand();
        }
        if self.take(&TokenKind::Keyword(Keyword::And)).is_some() && is_operand(self.peek()) {
            self.operand();
        }
        None
    }

    /// An operand without an operator (Q13).
    fn bare(&mut self, left: &Term) -> Option<Op> {
        let told = |error: &ParseError| {
            error.span == left.span && matches!(error.kind, ParseErrorKind::FunctionCall | ParseErrorKind::JsonPath)
        };
        if self.errors.last().is_some_and(told) {
            return None;
        }
        let text = &self.text[left.span.clone()];
        let message = format!("expected an operator after {}, found {}", quoted(text), self.found());
        let help = match &left.operand {
            Operand::Literal(value) if !value.as_ref().is_scalar() => format!("write for example `language IN {text}`"),
            Operand::Literal(_) if text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '$') => {
                constant_help(text)
            }
            Operand::Literal(_) => format!("compare it with something: `language == {text}`"),
            Operand::Name(Name::Nodes { .. }) => format!("write `{text} != null`"),
            Operand::Name(_) => format!("write `{text} == true`, or `{text} != null` to test that it is there"),
        };
        self.error(ParseErrorKind::BareOperand, left.span.clone(), message, help);
        None
    }

    /// Where a JSON-path term may stand: as the list of HAS, IN and NOT IN, and in tests of existence.
    fn place_of_nodes(&mut self, op: Op, left: &Term, right: &Term) {
        let misplaced: Vec<Range<usize>> = match op {
            Op::Has => nodes(right).into_iter().collect(),
            Op::In | Op::NotIn => nodes(left).into_iter().collect(),
            Op::Equal | Op::NotEqual if left.operand.is_null_literal() || right.operand.is_null_literal() => Vec::new(),
            Op::Equal | Op::NotEqual | Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual | Op::Contains => {
                nodes(left).into_iter().chain(nodes(right)).collect()
            }
        };
        for span in misplaced {
            let message = format!(
                "expected a single value here, found the list that {} selects",
                quoted(&self.text[span.clone()])
            );
            let help = "put the condition into the query, or write `HAS`, `IN`, `NOT IN` or `!= null`".to_owned();
            self.error(ParseErrorKind::JsonPath, span, message, help);
        }
    }
}

/// What to do about a lone constant word, or about a name that was reported already.
fn constant_help(text: &str) -> String {
    if text.eq_ignore_ascii_case("true") {
        return "write `1 == 1` for a condition that always holds".to_owned();
    }
    if text.eq_ignore_ascii_case("false") {
        return "write `1 == 0` for a condition that never holds".to_owned();
    }
    format!("write `{text} == true`, or `{text} != null` to test that it is there")
}

fn nodes(term: &Term) -> Option<Range<usize>> {
    matches!(term.operand, Operand::Name(Name::Nodes { .. })).then(|| term.span.clone())
}

fn is_operand(kind: &TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Word
            | TokenKind::Number(_)
            | TokenKind::Text(_)
            | TokenKind::ListOpen
            | TokenKind::JsonPath
            | TokenKind::Keyword(Keyword::True | Keyword::False | Keyword::Null)
    )
}
