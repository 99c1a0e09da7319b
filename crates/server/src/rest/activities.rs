//! Activities (surface section 3.2).

use pointsman::{ActivityId, ActivitySpec, DeleteActivity, UpdateActivity};
use serde_json::{Value, json};

use super::refusal::Refusal;
use super::reply::Reply;
use super::times::iso;
use super::{Answer, Method, Within, page};

/// `/Activities` and `/Activities/{Sid}`.
pub(crate) struct Activities<'a, 'd>(pub(crate) Within<'a, 'd>);

impl Activities<'_, '_> {
    pub(super) fn answer(mut self, rest: &[&str]) -> Answer {
        match (self.0.method(), rest) {
            (Method::Get, []) => self.list(),
            (Method::Post, []) => self.create(),
            (method, [sid]) => {
                let id = self.find(sid)?;
                self.one(method, id)
            }
            (Method::Delete, []) => self.0.not_allowed(),
            _ => Err(self.0.unknown()),
        }
    }

    fn all(&self) -> Vec<ActivitySpec> {
        self.0.workspace().engine().catalog().activities
    }

    fn find(&self, sid: &str) -> Result<ActivityId, Refusal> {
        let id = sid.parse().ok();
        let known = id.filter(|id| self.all().iter().any(|it| it.activity == *id));
        known.ok_or_else(|| self.0.unknown())
    }

    fn list(&self) -> Answer {
        let params = self.0.params();
        let (name, available) = (params.filled("FriendlyName"), params.flag("Available"));
        let wanted = |it: &ActivitySpec| {
            name.is_none_or(|name| it.friendly_name == name) && available.is_none_or(|flag| it.available == flag)
        };
        let all: Vec<ActivitySpec> = self.all().into_iter().filter(wanted).collect();
        let (site, call) = (self.0.context.site, self.0.context.call);
        let notes = self.0.workspace().notes();
        let created = |it: &&ActivitySpec| Some(notes.activity(it.activity).created.as_millis());
        let sid = |it: &&ActivitySpec| it.activity.to_string();
        page::list(site, call, "activities", || all.iter(), (sid, created), |it| self.show(it))
    }

    fn create(mut self) -> Answer {
        let params = self.0.params();
        let name = params.required("FriendlyName")?;
        let id = ActivityId::new(self.0.context.desk.number());
        let spec = ActivitySpec::new(name, params.flag("Available").unwrap_or(false)).activity(id);
        self.0.submit(spec, None)?;
        Ok(Reply::created(self.shown(id)))
    }

    fn one(&mut self, method: Method, id: ActivityId) -> Answer {
        match method {
            Method::Get => {}
            Method::Post => {
                if let Some(name) = self.0.params().text("FriendlyName").map(str::to_owned) {
                    self.0.submit(UpdateActivity::new(id, name), None)?;
                }
            }
            Method::Delete => {
                self.0.submit(DeleteActivity::new(id), None)?;
                return Ok(Reply::gone());
            }
        }
        Ok(Reply::ok(self.shown(id)))
    }

    fn shown(&self, id: ActivityId) -> Value {
        self.all().iter().find(|it| it.activity == id).map_or(Value::Null, |it| self.show(it))
    }

    fn show(&self, spec: &ActivitySpec) -> Value {
        let dates = self.0.workspace().notes().activity(spec.activity);
        json!({
            "account_sid": self.0.account(),
            "workspace_sid": self.0.sid.to_string(),
            "sid": spec.activity.to_string(),
            "friendly_name": spec.friendly_name,
            "available": spec.available,
            "date_created": iso(dates.created),
            "date_updated": iso(dates.updated),
            "url": self.0.url(&format!("/Activities/{}", spec.activity)),
            "links": {"workspace": self.0.url("")},
        })
    }
}
