//! Expressions in documents: whatever the expression parser says is told at its place inside the text in the file.

use std::ops::Range;

use pointsman_expr::{Expression, Kind, KnownWorker, Limits, OrderBy, ParseError, Warning};

use crate::diagnostic::Diagnostic;
use crate::fields::{Sink, text};
use crate::node::Node;

/// The limits on expressions within a workspace's limits.
pub(crate) fn limits(limits: &pointsman::Limits) -> Limits {
    Limits { max_length: limits.expression_length, max_depth: limits.expression_depth }
}

/// A condition: `None` when it has errors, which are told.
pub(crate) fn condition(node: &Node, kind: Kind, limits: &Limits, out: &mut Sink) -> Option<Expression> {
    let parsed =
        pointsman_expr::parse(text(node, out)?, kind, limits).map(|parsed| (parsed.expression, parsed.warnings));
    told(node, parsed, out)
}

/// An order of workers.
pub(crate) fn order_by(node: &Node, limits: &Limits, out: &mut Sink) -> Option<OrderBy> {
    let parsed = OrderBy::parse(text(node, out)?, limits);
    told(node, parsed, out)
}

/// A reference to the task attribute that names a worker.
pub(crate) fn known_worker(node: &Node, limits: &Limits, out: &mut Sink) -> Option<KnownWorker> {
    let parsed = KnownWorker::parse(text(node, out)?, limits);
    told(node, parsed, out)
}

fn told<T>(node: &Node, parsed: Result<(T, Vec<Warning>), Vec<ParseError>>, out: &mut Sink) -> Option<T> {
    match parsed {
        Ok((value, warnings)) => {
            out.extend(warnings.into_iter().map(|warning| {
                let Warning { code, span, message, help } = warning;
                placed(Diagnostic::warning(code, node, message), node, span, help)
            }));
            Some(value)
        }
        Err(errors) => {
            out.extend(errors.into_iter().map(|error| {
                let ParseError { span, message, help, .. } = error;
                placed(Diagnostic::error("invalid-expression", node, message), node, span, help)
            }));
            None
        }
    }
}

fn placed(diagnostic: Diagnostic, node: &Node, span: Range<usize>, help: Option<String>) -> Diagnostic {
    diagnostic.at(node.within(span)).maybe_help(help)
}
