//! Where things are on the wire: the account, the workspace, and absolute URLs.

use crate::rest::Site;
use crate::sid::WorkspaceSid;

/// A workspace as absolute URLs name it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) site: &'a Site,
    pub(crate) workspace: WorkspaceSid,
}

impl Place<'_> {
    /// The URL of something in the workspace: `/Tasks/WT...`.
    pub(crate) fn url(&self, rest: &str) -> String {
        format!("{}/v1/Workspaces/{}{rest}", self.site.base, self.workspace)
    }
}
