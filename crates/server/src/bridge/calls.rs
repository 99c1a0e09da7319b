//! The event bridge's endpoint (surface section 7.3): a call of the REST surface wrapped in JSON, under whatever content
//! type.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use pointsman::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::lists::{look, shown};
use super::token::{self, Bearer};
use crate::app::App;
use crate::driver::Desk;
use crate::http::{body_of, refused, replied, version, with_cors};
use crate::rest::{Call, Method, Params, Refusal, Reply, Site, answer};

/// A call as the SDK wraps it.
#[derive(Deserialize)]
struct Wrapped {
    url: String,
    method: String,
    #[serde(default)]
    params: Map<String, Value>,
    token: String,
}

/// Browsers ask first.
pub(super) async fn preflight() -> Response {
    with_cors(StatusCode::NO_CONTENT.into_response())
}

pub(super) async fn call(State(app): State<App>, request: Request) -> Response {
    let site = app.site(request.headers());
    let if_match = request.headers().get("if-match").and_then(|value| version(value.to_str().unwrap_or_default()));
    let reply = match read(&app, request).await {
        Ok((bearer, call)) => {
            let call = Call { if_match, ..call };
            app.driver.ask(move |desk| answered(desk, &site, &bearer, &call)).await
        }
        Err(refusal) => Ok(Err(refusal)),
    };
    with_cors(match reply {
        Ok(Ok(payload)) => replied(Reply { status: 200, version: None, body: Some(json!({"payload": payload})) }),
        Ok(Err(refusal)) => refused(&refusal),
        Err(lost) => refused(&App::lost(lost)),
    })
}

async fn read(app: &App, request: Request) -> Result<(Bearer, Call), Refusal> {
    let bytes = body_of(request.into_body()).await?;
    let wrapped: Wrapped =
        serde_json::from_slice(&bytes).map_err(|error| Refusal::invalid(format!("The body is no call: {error}")))?;
    let now = Timestamp::from_millis(jiff::Timestamp::now().as_millisecond());
    let bearer = token::read(&app.credentials, &wrapped.token, now).map_err(Refusal::no_token)?;
    let method = match wrapped.method.as_str() {
        "GET" => Method::Get,
        "POST" => Method::Post,
        "DELETE" => Method::Delete,
        other => return Err(Refusal::invalid(format!("The method is `{other}`, expected GET, POST or DELETE"))),
    };
    let path = format!("/{}", wrapped.url.trim_start_matches('/'));
    let call = Call { method, path, params: params(&wrapped.params), if_match: None, json: None };
    allowed(&bearer, &call)?;
    Ok((bearer, call))
}

/// Parameters as a form has them: lists repeated, objects as their text, what is null left out.
fn params(members: &Map<String, Value>) -> Params {
    let mut pairs = Vec::new();
    for (name, value) in members {
        match value {
            Value::Array(items) => pairs.extend(items.iter().map(|item| (name.clone(), text(item)))),
            Value::Null => {}
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
                pairs.push((name.clone(), text(value)));
            }
        }
    }
    Params::new(pairs)
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A token opens its own workspace; a worker's changes only what is the worker's, and tasks.
fn allowed(bearer: &Bearer, call: &Call) -> Result<(), Refusal> {
    let segments: Vec<&str> = call.segments().collect();
    let own = |sid: &str| bearer.worker.is_some_and(|worker| worker.to_string() == sid);
    let (workspace, rest) = match segments.as_slice() {
        ["Workspaces", workspace, rest @ ..] => (*workspace, rest),
        _ => return Err(Refusal::not_found(call)),
    };
    let is_own = match rest {
        ["Workers", sid, ..] => own(sid),
        ["Tasks", ..] => true,
        _ => false,
    };
    let may = call.method == Method::Get || bearer.supervises || is_own;
    if workspace.parse() == Ok(bearer.workspace) && may {
        return Ok(());
    }
    Err(Refusal::forbidden("The token does not allow this"))
}

/// The object of the call, or after a change, in the SDK's shape.
fn answered(desk: &mut Desk<'_>, site: &Site, _: &Bearer, call: &Call) -> Result<Value, Refusal> {
    if call.method == Method::Get {
        return look(desk, site, call);
    }
    let reply = answer(desk, site, call)?;
    match reply.body {
        Some(body) => shown(desk, site, call, &body),
        None => Ok(json!({})),
    }
}
