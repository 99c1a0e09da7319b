//! The REST surface without sockets: a call at the desk leads to a reply. Which path means what stands in one table;
//! every resource has a file of its own.

mod activities;
mod call;
mod events;
mod expressions;
mod ordering;
mod page;
mod refusal;
mod reply;
mod reservations;
mod statistics;
mod task_channels;
mod task_queues;
mod tasks;
mod times;
mod worker_channels;
mod workers;
mod workflows;
mod workspaces;

pub use call::{Call, Cut, Method, Params};
pub use refusal::Refusal;
pub use reply::Reply;
pub use workspaces::load;
pub(crate) use {
    activities::Activities, reservations::Reservations, task_channels::TaskChannels, task_queues::TaskQueues,
    tasks::Tasks, tasks::target, tasks::text, worker_channels::WorkerChannels, workers::Workers, workflows::Workflows,
    workspaces::Workspaces,
};

use crate::driver::Desk;
use crate::hub::{Action, Note, Workspace};
use crate::place::Place;
use crate::sid::WorkspaceSid;
use pointsman::{Command, Timestamp};

/// Whose account it is, and where absolute URLs begin.
#[derive(Clone, Debug)]
pub struct Site {
    /// The account's SID.
    pub account: String,
    /// Scheme and host of the server as the client sees it: `http://127.0.0.1:8077`.
    pub base: String,
}

/// A call being answered.
pub(crate) struct Context<'a, 'd> {
    pub(crate) desk: &'a mut Desk<'d>,
    pub(crate) call: &'a Call,
    pub(crate) site: &'a Site,
}

/// A workspace a call is about.
pub(crate) struct Within<'a, 'd> {
    pub(crate) context: Context<'a, 'd>,
    pub(crate) sid: WorkspaceSid,
}

/// What a call leads to.
pub(crate) type Answer = Result<Reply, Refusal>;

/// Answers a call.
///
/// # Errors
/// The service's own kinds of refusals.
pub fn answer(desk: &mut Desk<'_>, site: &Site, call: &Call) -> Result<Reply, Refusal> {
    if call.segments().any(str::is_empty) {
        return Err(Refusal::not_found(call));
    }
    let segments: Vec<&str> = call.segments().collect();
    let context = Context { desk, call, site };
    match segments.as_slice() {
        ["Workspaces"] => Workspaces(context).answer(),
        ["Workspaces", sid, rest @ ..] => within(context, sid, rest),
        _ => Err(Refusal::not_found(call)),
    }
}

fn within(context: Context<'_, '_>, sid: &str, rest: &[&str]) -> Answer {
    let known = sid.parse().ok().filter(|sid| context.desk.hub().workspace(*sid).is_some());
    let Some(sid) = known else { return Err(Refusal::not_found(context.call)) };
    let within = Within { context, sid };
    match rest {
        [] => Workspaces::one(within),
        ["Activities", rest @ ..] => Activities(within).answer(rest),
        ["Workers", rest @ ..] => Workers(within).answer(rest),
        ["TaskChannels", rest @ ..] => TaskChannels(within).answer(rest),
        ["TaskQueues", rest @ ..] => TaskQueues(within).answer(rest),
        ["Workflows", rest @ ..] => Workflows(within).answer(rest),
        ["Tasks", rest @ ..] => Tasks(within).answer(rest),
        ["Events", rest @ ..] => events::Events(within).answer(rest),
        ["Statistics" | "RealTimeStatistics" | "CumulativeStatistics"] => statistics::of_workspace(&within, rest[0]),
        _ => Err(within.unknown()),
    }
}

impl Within<'_, '_> {
    /// The workspace. It was there when the call was taken up, and a call that deletes it looks at it no more.
    #[allow(clippy::expect_used, reason = "calls are answered one by one, and only for workspaces that are there")]
    pub(crate) fn workspace(&self) -> &Workspace {
        self.context.desk.hub().workspace(self.sid).expect("the workspace is there")
    }

    pub(crate) fn params(&self) -> &Params {
        &self.context.call.params
    }

    pub(crate) fn method(&self) -> Method {
        self.context.call.method
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.context.desk.now()
    }

    pub(crate) fn place(&self) -> Place<'_> {
        Place { site: self.context.site, workspace: self.sid }
    }

    pub(crate) fn account(&self) -> &str {
        &self.context.site.account
    }

    /// The URL of something in the workspace.
    pub(crate) fn url(&self, rest: &str) -> String {
        self.place().url(rest)
    }

    /// What the call is about is of the version that is meant; nothing else is looked at before (surface section 2.5).
    pub(crate) fn is_meant(&self, found: u64) -> Result<(), Refusal> {
        let meant = self.context.call.if_match.is_none_or(|meant| meant == found);
        if meant { Ok(()) } else { Err(Refusal::version(found)) }
    }

    /// There is room for one more (surface section 2.6).
    pub(crate) fn room(&self, what: &str, there: usize, most: usize) -> Result<(), Refusal> {
        if there < most { Ok(()) } else { Err(Refusal::invalid(format!("A workspace has at most {most} {what}"))) }
    }

    /// There is nothing at the path of the call.
    pub(crate) fn unknown(&self) -> Refusal {
        Refusal::not_found(self.context.call)
    }

    /// The resource is there, and this is nothing one does to it.
    pub(crate) fn not_allowed(&self) -> Answer {
        Err(Refusal::method_not_allowed(self.context.call))
    }

    /// Has a command done.
    pub(crate) fn submit(&mut self, command: impl Into<Command>, note: Option<Note>) -> Result<(), Refusal> {
        let action = Action::Command(Box::new(command.into()), note);
        self.context.desk.submit(self.sid, action).map_err(|rejection| Refusal::of(&rejection))
    }
}
