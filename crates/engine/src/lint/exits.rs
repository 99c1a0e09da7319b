//! How routing steps are left without a worker (semantics 2.6 and 2.7).

use pointsman_expr::analysis::never_holds;

use crate::catalog::Target;

/// How a step can be left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exits {
    pub(super) timeout: bool,
    pub(super) skip: bool,
}

impl Exits {
    pub(super) fn of(target: &Target) -> Self {
        let skip = target.skip_if.as_ref().is_some_and(|skip_if| !never_holds(skip_if));
        Self { timeout: target.timeout.is_some(), skip }
    }

    pub(super) fn any(self) -> bool {
        self.timeout || self.skip
    }
}

/// Whether one of the steps is never left: a task in them never comes to what lies below.
pub(super) fn keeps(targets: &[Target]) -> bool {
    targets.iter().any(|target| !Exits::of(target).any())
}
