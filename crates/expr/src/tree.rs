//! Owns the syntax tree: an arena with children before parents. Never evaluates.

use std::ops::{Index, Range};

use crate::{Name, Op, Value};

/// A syntax tree. Nodes lie in one list, children before their parents, so that walking and dropping it need no recursion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    nodes: Box<[Node]>,
}

/// The place of a node in its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

impl NodeId {
    /// The position in [`Tree::nodes`].
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A condition with the place of its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// The bytes of the text, parentheses around the whole node left out.
    pub span: Range<usize>,
    /// What it is.
    pub kind: NodeKind,
}

/// The kinds of conditions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// All of two or more conditions hold.
    And(Vec<NodeId>),
    /// At least one of two or more conditions holds.
    Or(Vec<NodeId>),
    /// The condition does not hold.
    Not(NodeId),
    /// A comparison.
    Test {
        /// The operator.
        op: Op,
        /// The operand before it.
        left: Term,
        /// The operand after it.
        right: Term,
    },
}

impl NodeKind {
    /// The conditions directly inside it, in the order of the text; none of a comparison.
    #[must_use]
    pub fn children(&self) -> &[NodeId] {
        match self {
            Self::And(parts) | Self::Or(parts) => parts,
            Self::Not(inner) => std::slice::from_ref(inner),
            Self::Test { .. } => &[],
        }
    }
}

/// An operand with the place of its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The bytes of the text.
    pub span: Range<usize>,
    /// What it is.
    pub operand: Operand,
}

/// The kinds of operands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operand {
    /// A constant.
    Literal(Value),
    /// A reference.
    Name(Name),
}

impl Operand {
    /// Whether this is the literal `null`, which makes `==` and `!=` tests of existence (Q65).
    #[must_use]
    pub fn is_null_literal(&self) -> bool {
        matches!(self, Self::Literal(Value::Null))
    }
}

impl Tree {
    /// All nodes, children before parents.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The node of the whole expression, which is the last one.
    #[must_use]
    pub fn root(&self) -> NodeId {
        NodeId(self.nodes.len() as u32 - 1)
    }
}

impl Index<NodeId> for Tree {
    type Output = Node;

    fn index(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }
}

/// Puts a tree together from the leaves.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    nodes: Vec<Node>,
}

impl Builder {
    pub(crate) fn add(&mut self, span: Range<usize>, kind: NodeKind) -> NodeId {
        let id = NodeId(self.nodes.len() as u32);
        self.nodes.push(Node { span, kind });
        id
    }

    /// INVARIANT: the node added last is the root, since it has all others below it.
    pub(crate) fn finish(self) -> Option<Tree> {
        (!self.nodes.is_empty()).then(|| Tree { nodes: self.nodes.into() })
    }
}
