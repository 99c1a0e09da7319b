//! Owns the tokens: cuts a text into words, constants and signs, and reports what is none of them.
//! Never judges their order; a faulty token still stands for what it was meant to be.

use std::ops::Range;
use std::sync::Arc;

use crate::{Number, Op, ParseError, ParseErrorKind};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) span: Range<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TokenKind {
    /// A name, or a piece of one after a dot (which may then start with a digit, or spell a keyword).
    Word,
    /// `-level` directly after a word: the rest of a key with a hyphen.
    HyphenTail,
    /// A word with a meaning of its own.
    Keyword(Keyword),
    /// A number.
    Number(Number),
    /// A string, its escapes resolved.
    Text(Arc<str>),
    /// A comparison sign.
    Op(Op),
    /// A sign of another language.
    Foreign(Foreign),
    /// A JSON-path term from its `$`.
    JsonPath,
    /// `(`.
    Open,
    /// `)`.
    Close,
    /// `[`.
    ListOpen,
    /// `]`.
    ListClose,
    /// `,`.
    Comma,
    /// `.`.
    Dot,
    /// The end of the text.
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keyword {
    And,
    Or,
    Not,
    In,
    Has,
    Contains,
    True,
    False,
    Null,
}

/// Signs that people bring from SQL, C and JavaScript (Q4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Foreign {
    /// `&&` or `&`.
    And,
    /// `||` or `|`.
    Or,
    /// `!`.
    Not,
    /// A comparison sign for which there is one here.
    Comparison(Op),
    /// `=~` or `~`.
    Match,
    /// A sign of calculation.
    Arithmetic,
}

/// Signs, the longer before their beginnings.
const SIGNS: [(&str, TokenKind); 31] = [
    ("===", TokenKind::Foreign(Foreign::Comparison(Op::Equal))),
    ("!==", TokenKind::Foreign(Foreign::Comparison(Op::NotEqual))),
    ("==", TokenKind::Op(Op::Equal)),
    ("!=", TokenKind::Op(Op::NotEqual)),
    ("=>", TokenKind::Foreign(Foreign::Comparison(Op::GreaterOrEqual))),
    ("=<", TokenKind::Foreign(Foreign::Comparison(Op::LessOrEqual))),
    ("=~", TokenKind::Foreign(Foreign::Match)),
    ("<>", TokenKind::Foreign(Foreign::Comparison(Op::NotEqual))),
    ("<=", TokenKind::Op(Op::LessOrEqual)),
    (">=", TokenKind::Op(Op::GreaterOrEqual)),
    ("=", TokenKind::Op(Op::Equal)),
    ("<", TokenKind::Op(Op::Less)),
    (">", TokenKind::Op(Op::Greater)),
    ("!", TokenKind::Foreign(Foreign::Not)),
    ("&&", TokenKind::Foreign(Foreign::And)),
    ("&", TokenKind::Foreign(Foreign::And)),
    ("||", TokenKind::Foreign(Foreign::Or)),
    ("|", TokenKind::Foreign(Foreign::Or)),
    ("~", TokenKind::Foreign(Foreign::Match)),
    ("+", TokenKind::Foreign(Foreign::Arithmetic)),
    ("-", TokenKind::Foreign(Foreign::Arithmetic)),
    ("*", TokenKind::Foreign(Foreign::Arithmetic)),
    ("/", TokenKind::Foreign(Foreign::Arithmetic)),
    ("%", TokenKind::Foreign(Foreign::Arithmetic)),
    ("^", TokenKind::Foreign(Foreign::Arithmetic)),
    ("(", TokenKind::Open),
    (")", TokenKind::Close),
    ("[", TokenKind::ListOpen),
    ("]", TokenKind::ListClose),
    (",", TokenKind::Comma),
    (".", TokenKind::Dot),
];

/// Cuts a text into tokens, the last of which is [`TokenKind::End`], and reports what is no token.
pub(crate) fn lex(text: &str) -> (Vec<Token>, Vec<ParseError>) {
    let mut lexer = Lexer { text, at: 0, tokens: Vec::new(), errors: Vec::new() };
    while let Some(next) = lexer.rest().chars().next() {
        lexer.token(next);
    }
    lexer.push(TokenKind::End, text.len());
    (lexer.tokens, lexer.errors)
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    tokens: Vec<Token>,
    errors: Vec<ParseError>,
}

impl<'t> Lexer<'t> {
    /// Takes one token, or one character that is none.
    fn token(&mut self, next: char) {
        let start = self.at;
        match next {
            c if c.is_whitespace() => self.at += c.len_utf8(),
            '\'' | '"' => self.string(next),
            '$' if self.rest()[1..].starts_with(['.', '[']) => self.json_path(),
            '-' if self.follows_word() && self.rest()[1..].starts_with(is_word) => self.hyphen_tail(),
            '-' if self.rest()[1..].starts_with(is_digit) => self.number(),
            '.' if self.rest()[1..].starts_with(is_digit) && !self.follows_path() => self.number(),
            c if is_digit(c) && !self.follows_dot() => self.number(),
            c if is_word(c) => self.word(),
            c if is_smart_quote(c) => self.smart_string(c),
            c => self.sign(c),
        }
        debug_assert!(self.at > start, "every token takes a character");
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn push(&mut self, kind: TokenKind, start: usize) {
        self.tokens.push(Token { kind, span: start..self.at });
    }

    fn report(&mut self, kind: ParseErrorKind, start: usize, message: String, help: &str) {
        let help = (!help.is_empty()).then(|| help.to_owned());
        self.errors.push(ParseError { kind, span: start..self.at, message, help });
    }

    /// Takes everything up to the first character that is not `wanted`.
    fn take(&mut self, wanted: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let taken = &rest[..rest.find(|c| !wanted(c)).unwrap_or(rest.len())];
        self.at += taken.len();
        taken
    }

    fn last(&self) -> Option<&Token> {
        self.tokens.last()
    }

    fn follows_dot(&self) -> bool {
        self.last().is_some_and(|token| token.kind == TokenKind::Dot)
    }

    fn follows_word(&self) -> bool {
        self.last().is_some_and(|token| {
            token.span.end == self.at && matches!(token.kind, TokenKind::Word | TokenKind::Keyword(_))
        })
    }

    fn follows_path(&self) -> bool {
        self.last().is_some_and(|token| {
            token.span.end == self.at && matches!(token.kind, TokenKind::Word | TokenKind::ListClose)
        })
    }

    fn word(&mut self) {
        let (start, after_dot) = (self.at, self.follows_dot());
        let adjacent = self.last().is_some_and(|token| token.span.end == start);
        let word = self.take(is_word);
        if !word.is_ascii() {
            let message = format!("expected a name of letters `a` to `z`, digits, `_` and `$`, found `{word}`");
            let help = "rename the attribute: expressions cannot read this key";
            self.report(ParseErrorKind::UnexpectedCharacter, start, message, help);
        }
        // A key may be spelled like a keyword. In `task. AND` the key was forgotten.
        let connects = |keyword: &Keyword| !after_dot || (!adjacent && matches!(keyword, Keyword::And | Keyword::Or));
        self.push(keyword(word).filter(connects).map_or(TokenKind::Word, TokenKind::Keyword), start);
    }

    /// INVARIANT: stands directly after a word, which it continues.
    fn hyphen_tail(&mut self) {
        let start = self.at;
        self.take(|c| is_word(c) || c == '-');
        if let Some(last) = self.tokens.last_mut() {
            last.kind = TokenKind::Word;
        }
        self.push(TokenKind::HyphenTail, start);
    }

    fn number(&mut self) {
        let start = self.at;
        self.at += usize::from(self.rest().starts_with('-'));
        let whole = self.take(is_digit);
        let mut sound = !whole.is_empty();
        if self.rest().starts_with('.') {
            self.at += 1;
            sound &= !self.take(is_digit).is_empty();
        }
        sound &= self.take(|c| is_word(c) || c == '.').is_empty();
        if self.text[..self.at].ends_with(['e', 'E']) && self.rest().starts_with(['+', '-']) {
            self.at += 1;
            self.take(is_digit);
        }
        let value = if sound { parse_number(&self.text[start..self.at]) } else { None };
        if value.is_none() {
            let message =
                format!("expected a number such as `3`, `-1` or `2.5`, found `{}`", &self.text[start..self.at]);
            let help = "write digits, with at most one point between them; quote what is not a number";
            self.report(ParseErrorKind::InvalidNumber, start, message, help);
        }
        self.push(TokenKind::Number(value.unwrap_or_else(|| Number::from(0))), start);
    }

    /// A backslash escapes the quote in use and the backslash; any other backslash stands for itself (Q1).
    fn string(&mut self, quote: char) {
        let start = self.at;
        let mut value = String::new();
        let mut rest = self.text[start + 1..].char_indices().peekable();
        while let Some((i, c)) = rest.next() {
            match (c, rest.peek()) {
                ('\\', Some(&(_, next))) if next == quote || next == '\\' => {
                    value.push(next);
                    rest.next();
                }
                (c, _) if c == quote => {
                    self.at = start + 1 + i + 1;
                    return self.push(TokenKind::Text(value.into()), start);
                }
                (c, _) => value.push(c),
            }
        }
        self.at = self.text.len();
        let message = format!("expected a closing {quote} for the string that starts here");
        let typographic = "close the string with the quote that opened it: a typographic quote does not close it";
        let plain = "close the string with the quote that opened it";
        let help = if value.contains(is_smart_quote) { typographic } else { plain };
        self.report(ParseErrorKind::UnclosedString, start, message, help);
        self.push(TokenKind::Text(value.into()), start);
    }

    /// A string between typographic quotes, as word processors make them.
    fn smart_string(&mut self, open: char) {
        let start = self.at;
        self.at += open.len_utf8();
        let value = self.take(|c| !is_smart_quote(c) && !matches!(c, '"' | '\''));
        self.at += self.rest().chars().next().map_or(0, char::len_utf8);
        let message = format!("expected straight quotes around a string, found `{open}`");
        let help = format!("write `'{value}'`");
        self.report(ParseErrorKind::SmartQuotes, start, message, &help);
        self.push(TokenKind::Text(value.into()), start);
    }

    /// Takes a term up to the first blank, sign or closing parenthesis outside its brackets.
    fn json_path(&mut self) {
        let start = self.at;
        let (mut depth, mut quote, mut escaped) = (0_usize, None, false);
        let ends = |depth: usize, c: char| depth == 0 && (c.is_whitespace() || "()=!<>&|,".contains(c));
        for c in self.rest().chars() {
            match (quote, c) {
                (Some(_), '\\') if !escaped => escaped = true,
                (Some(open), c) if c == open && !escaped => quote = None,
                (Some(_), _) => escaped = false,
                (None, c) if ends(depth, c) => break,
                (None, '\'' | '"') => quote = Some(c),
                (None, '[') => depth += 1,
                (None, ']') if depth == 0 => break,
                (None, ']') => depth -= 1,
                (None, _) => {}
            }
            self.at += c.len_utf8();
        }
        self.push(TokenKind::JsonPath, start);
    }

    fn sign(&mut self, next: char) {
        let start = self.at;
        if let Some((sign, kind)) = SIGNS.iter().find(|(sign, _)| self.rest().starts_with(sign)) {
            self.at += sign.len();
            return self.push(kind.clone(), start);
        }
        self.at += next.len_utf8();
        let found = match next {
            c if c.is_control() || !c.is_ascii() => format!("the character U+{:04X}", u32::from(c)),
            c => format!("`{c}`"),
        };
        let help = match next {
            '`' => "write strings between ' or \"",
            '{' | '}' => "write a name or a constant: objects and placeholders have no place in an expression",
            '\u{200b}' | '\u{feff}' => "delete this invisible character",
            ';' => "leave the `;` out: an expression is a single condition",
            _ => "leave it out, or quote it if it belongs to a string",
        };
        let message = format!("expected a name, a constant, an operator or a parenthesis, found {found}");
        self.report(ParseErrorKind::UnexpectedCharacter, start, message, help);
    }
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

/// Letters of other scripts are taken along, so that they are reported as one word.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

fn is_smart_quote(c: char) -> bool {
    matches!(c, '\u{2018}'..='\u{201f}' | '\u{ab}' | '\u{bb}')
}

/// Keywords are read in any case (Q2, Q6).
fn keyword(word: &str) -> Option<Keyword> {
    const KEYWORDS: [(&str, Keyword); 9] = [
        ("and", Keyword::And),
        ("or", Keyword::Or),
        ("not", Keyword::Not),
        ("in", Keyword::In),
        ("has", Keyword::Has),
        ("contains", Keyword::Contains),
        ("true", Keyword::True),
        ("false", Keyword::False),
        ("null", Keyword::Null),
    ];
    KEYWORDS.iter().find(|(text, _)| text.eq_ignore_ascii_case(word)).map(|(_, keyword)| *keyword)
}

/// The value of digits with at most one point; leading zeros mean nothing (semantics 1.9).
fn parse_number(text: &str) -> Option<Number> {
    if let Ok(int) = text.parse::<i64>() {
        return Some(Number::from(int));
    }
    text.parse::<f64>().ok().and_then(|float| Number::try_from(float).ok())
}
