//! Commands about activities (semantics section 6.2).

use std::sync::Arc;

use super::Step;
use crate::catalog::{Activity, friendly_name};
use crate::command::{DeleteActivity, UpdateActivity};
use crate::event::{ActivityFacts, EventKind};
use crate::facts;
use crate::id::ActivityId;
use crate::reject::Rejection;
use crate::spec::ActivitySpec;

impl Step<'_> {
    pub(super) fn create_activity(&mut self, spec: ActivitySpec) -> Result<(), Rejection> {
        let activity = self.check_create_activity(spec)?;
        let id = activity.id;
        self.catalog.activities.insert(id, activity);
        self.emit_activity(id, EventKind::ActivityCreated);
        Ok(())
    }

    fn check_create_activity(&self, spec: ActivitySpec) -> Result<Activity, Rejection> {
        if self.catalog.activities.contains(spec.activity) {
            return Err(Rejection::ActivityExists(spec.activity));
        }
        let friendly_name = friendly_name(&spec.friendly_name)?;
        let limit = self.catalog.limits.activities;
        if self.catalog.activities.len() >= limit {
            return Err(Rejection::TooManyActivities { limit });
        }
        let sid = spec.sid.map_or_else(|| spec.activity.to_string().into(), Arc::from);
        Ok(Activity { id: spec.activity, sid, friendly_name, available: spec.available })
    }

    /// A new name may change who is in which queue (Q15).
    pub(super) fn update_activity(&mut self, command: &UpdateActivity) -> Result<(), Rejection> {
        self.activity(command.activity)?;
        let name = friendly_name(&command.friendly_name)?;
        if let Some(activity) = self.catalog.activities.get_mut(command.activity) {
            activity.friendly_name = name;
        }
        if self.catalog.membership.reads_activity() {
            let workers: Vec<_> = self.state.workers.iter().map(|(seq, _)| seq).collect();
            workers.into_iter().for_each(|worker| self.refresh_membership(worker));
        }
        self.state.workers.modify_all(|worker| worker.told = None);
        self.emit_activity(command.activity, EventKind::ActivityUpdated);
        Ok(())
    }

    pub(super) fn delete_activity(&mut self, command: &DeleteActivity) -> Result<(), Rejection> {
        let id = command.activity;
        self.activity(id)?;
        if let Some(by) = self.activity_user(id) {
            return Err(Rejection::InUse { what: format!("activity {id}"), by });
        }
        self.emit_activity(id, EventKind::ActivityDeleted);
        self.catalog.activities.remove(id);
        Ok(())
    }

    /// What names the activity (rule R22).
    fn activity_user(&self, id: ActivityId) -> Option<String> {
        let catalog = &self.catalog;
        if [catalog.default_activity, catalog.timeout_activity].contains(&id) {
            return Some("the workspace".to_owned());
        }
        let names = |activity: Option<ActivityId>| activity == Some(id);
        let mut queues = catalog.queues.iter().map(|(_, queue)| queue);
        if let Some(queue) = queues.find(|queue| names(queue.reservation_activity) || names(queue.assignment_activity))
        {
            return Some(format!("task queue {}", queue.id));
        }
        let mut workers = self.state.workers.iter().map(|(_, worker)| worker);
        if let Some(worker) = workers.find(|worker| worker.activity == id) {
            return Some(format!("worker {}", worker.id));
        }
        let mut open = self.state.reservations.iter().filter(|(_, row)| row.status.is_open());
        let moved = open.find(|(_, row)| row.moved.is_some_and(|moved| moved.from == id || moved.to == id));
        moved.map(|(_, row)| format!("reservation {}", row.id))
    }

    fn emit_activity(&mut self, id: ActivityId, kind: fn(Arc<ActivityFacts>) -> EventKind) {
        if let Some(facts) = self.catalog.activities.get(id).map(facts::activity) {
            self.emit(kind(Arc::new(facts)));
        }
    }
}
