//! Owns the parsed expression: text, tree and compiled program together. Never changes after parsing.

use std::sync::Arc;

use crate::program::Program;
use crate::{Kind, Name, NodeKind, Operand, ParseError, Root, Source, Step, Tree, Warning, parser};

/// What bounds the parser (Q14).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one text.
    pub max_length: usize,
    /// Parentheses inside one another.
    pub max_depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_length: 4096, max_depth: 64 }
    }
}

/// A text that is an expression, and what is odd about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// The expression.
    pub expression: Expression,
    /// Advice, in the order of the text.
    pub warnings: Vec<Warning>,
}

/// Reads a condition: `kind` is [`Kind::Queue`], [`Kind::Filter`], [`Kind::Target`] or [`Kind::SkipIf`] (semantics 1.8).
///
/// # Errors
/// Every error of the text, in its order; never an empty list.
pub fn parse(text: &str, kind: Kind, limits: &Limits) -> Result<Parsed, Vec<ParseError>> {
    let (tree, warnings) = parser::parse_condition(text, kind, limits)?;
    Ok(Parsed { expression: Expression::new(text, kind, tree), warnings })
}

/// A condition, ready to be evaluated. Cheap to clone; equal when text and kind are.
#[derive(Clone, Debug)]
pub struct Expression(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    text: Box<str>,
    kind: Kind,
    tree: Tree,
    program: Program,
    names: Box<[Name]>,
}

impl Expression {
    fn new(text: &str, kind: Kind, tree: Tree) -> Self {
        let (program, names) = (Program::compile(&tree), names_of(&tree));
        Self(Arc::new(Inner { text: text.into(), kind, tree, program, names }))
    }

    /// Whether the condition holds. Does not allocate, recurse or fail.
    #[must_use]
    #[inline]
    pub fn matches(&self, source: &impl Source) -> bool {
        self.0.program.run(source)
    }

    /// The result, where the known names alone decide it: a comparison that reads any other name may come out either
    /// way. The values of unknown names are not asked for. Does not allocate.
    #[must_use]
    pub fn decide(&self, source: &impl Source, known: impl Fn(&Name) -> bool) -> Option<bool> {
        self.0.program.decide(source, known)
    }

    /// Every condition inside the expression, outermost first, with the values seen and its own result.
    #[must_use]
    pub fn why(&self, source: &impl Source) -> Vec<Step> {
        crate::why::steps(&self.0.text, &self.0.tree, source)
    }

    /// The text as written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The kind of place it was parsed for.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The syntax tree.
    #[must_use]
    pub fn tree(&self) -> &Tree {
        &self.0.tree
    }

    /// Every reference it reads, each once, in the order of the text.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &Name> {
        self.0.names.iter()
    }

    /// Whether the result depends on the task.
    #[must_use]
    pub fn reads_task(&self) -> bool {
        self.names().any(|name| matches!(name, Name::Task(_) | Name::Nodes { root: Root::Task, .. }))
    }

    /// Whether the result can change with the time of day (Q64).
    #[must_use]
    pub fn reads_clock(&self) -> bool {
        self.names().any(|name| matches!(name, Name::Clock(_)))
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || (self.kind() == other.kind() && self.text() == other.text())
    }
}

impl Eq for Expression {}

impl std::fmt::Display for Expression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.text())
    }
}

fn names_of(tree: &Tree) -> Box<[Name]> {
    let mut names: Vec<Name> = Vec::new();
    for node in tree.nodes() {
        let NodeKind::Test { left, right, .. } = &node.kind else { continue };
        for term in [left, right] {
            let Operand::Name(name) = &term.operand else { continue };
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
    }
    names.into()
}
