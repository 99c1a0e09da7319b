//! Owns what the parser tells the author: errors, which refuse a text, and warnings, which do not. Never renders.

use std::fmt;
use std::ops::Range;

use crate::spelled::spelled;

/// Why a text is not an expression. A text is reported with all of its errors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// What went wrong.
    pub kind: ParseErrorKind,
    /// The bytes of the text it is about; empty at the place where something is missing.
    pub span: Range<usize>,
    /// What was expected and what was found, in one line.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ParseError {}

spelled! {
    /// The kinds of parse errors.
    ParseErrorKind {
        /// The text is longer than the limit.
        TooLong = "too-long",
        /// Parentheses lie deeper in one another than the limit.
        TooDeep = "too-deep",
        /// There is no text.
        Empty = "empty",
        /// A comparison was expected: after `AND`, `OR`, `NOT` or `(`, or at the start.
        ExpectedComparison = "expected-comparison",
        /// An operator was expected after the first operand.
        ExpectedOperator = "expected-operator",
        /// An operand was expected after an operator.
        ExpectedOperand = "expected-operand",
        /// `AND`, `OR` or the end was expected after a comparison.
        ExpectedConnective = "expected-connective",
        /// An operand stands alone where a comparison belongs, as in `vip` for `vip == true`.
        BareOperand = "bare-operand",
        /// An operator of another language.
        UnsupportedOperator = "unsupported-operator",
        /// A calculation.
        Arithmetic = "arithmetic",
        /// A function call.
        FunctionCall = "function-call",
        /// A key with a hyphen.
        HyphenatedKey = "hyphenated-key",
        /// A `(` without its `)`.
        UnclosedParenthesis = "unclosed-parenthesis",
        /// A `)` without its `(`.
        UnopenedParenthesis = "unopened-parenthesis",
        /// A string without its closing quote.
        UnclosedString = "unclosed-string",
        /// Typographic quotes around a string.
        SmartQuotes = "smart-quotes",
        /// A list that is not constants between brackets.
        InvalidList = "invalid-list",
        /// A number that is not digits with at most one point between them.
        InvalidNumber = "invalid-number",
        /// A path with a piece missing, or with a piece that is not a name or an index.
        InvalidPath = "invalid-path",
        /// A name that its context does not have.
        WrongName = "wrong-name",
        /// A JSON-path term that is switched off, out of place or not a query.
        JsonPath = "json-path",
        /// A character that belongs to nothing.
        UnexpectedCharacter = "unexpected-character",
        /// An `order_by` clause with something else than `ASC` or `DESC` after its name.
        InvalidDirection = "invalid-direction",
        /// A text of another kind: an `order_by` list or a worker reference is not a condition.
        WrongKind = "wrong-kind",
    }
}

/// Advice on a text that does parse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// A stable kebab-case code.
    pub code: &'static str,
    /// The bytes of the text it is about.
    pub span: Range<usize>,
    /// What is odd, in one line.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
