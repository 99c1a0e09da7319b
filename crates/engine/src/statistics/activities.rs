//! The activities that figures name. It does not know who is in them.

use std::sync::Arc;

use crate::id::ActivityId;
use crate::time::Timestamp;

/// Activities in creation order, deleted ones as long as something kept may name them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Activities(Vec<KnownActivity>);

/// An activity and its last name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct KnownActivity {
    pub(super) activity: ActivityId,
    pub(super) friendly_name: Arc<str>,
    pub(super) deleted_at: Option<Timestamp>,
}

impl Activities {
    pub(super) fn iter(&self) -> impl Iterator<Item = &KnownActivity> {
        self.0.iter()
    }

    /// Adds an activity or gives it its new name. One created again with the id of a deleted one takes its place.
    pub(super) fn put(&mut self, activity: ActivityId, friendly_name: Arc<str>) {
        let known = KnownActivity { activity, friendly_name, deleted_at: None };
        match self.0.iter_mut().find(|known| known.activity == activity) {
            Some(place) => *place = known,
            None => self.0.push(known),
        }
    }

    pub(super) fn delete(&mut self, activity: ActivityId, now: Timestamp) {
        if let Some(known) = self.0.iter_mut().find(|known| known.activity == activity) {
            known.deleted_at = Some(now);
        }
    }

    /// Drops those deleted before this instant: no stay kept was in one of them, because an activity in use is not
    /// deleted.
    pub(super) fn forget_before(&mut self, instant: Timestamp) {
        self.0.retain(|known| known.deleted_at.is_none_or(|deleted| deleted >= instant));
    }
}
