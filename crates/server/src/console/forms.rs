//! A form of the console: a call of the REST surface that comes back to a page.

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::problem;
use crate::app::App;
use crate::http::{MAX_BODY, body_of};
use crate::rest::{Call, Cut, Method, Params, answer};

/// Makes the call, and comes back.
pub(super) async fn submit(State(app): State<App>, Path(path): Path<String>, request: Request) -> Response {
    let site = app.site(request.headers());
    let body = match body_of(request.into_body(), MAX_BODY).await {
        Ok(body) => body,
        Err(refusal) => return problem(StatusCode::BAD_REQUEST, &refusal.message),
    };
    let pairs: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
    let back = pairs.iter().find(|(name, _)| name == "back").map(|(_, back)| back.clone());
    let params = Params::new(pairs.into_iter().filter(|(name, _)| name != "back").collect());
    let call =
        Call { method: Method::Post, path: format!("/{path}"), params, if_match: None, json: None, cut: Cut::Pages };
    match app.driver.ask(move |desk| answer(desk, &site, &call)).await {
        Ok(Ok(_)) => Redirect::to(&local(back)).into_response(),
        Ok(Err(refusal)) => {
            problem(StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST), &refusal.message)
        }
        Err(lost) => problem(StatusCode::SERVICE_UNAVAILABLE, &lost.to_string()),
    }
}

/// A page of this server, whatever the form says.
fn local(back: Option<String>) -> String {
    let inside = |back: &String| back.starts_with('/') && !back.starts_with("//") && !back.contains(['\\', '\n', '\r']);
    back.filter(inside).unwrap_or_else(|| "/".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_lead_back_into_the_console_only() {
        let local = |text: &str| local(Some(text.to_owned()));
        assert_eq!(local("/workspaces/WS1/tasks"), "/workspaces/WS1/tasks");
        for elsewhere in ["https://evil.example", "//evil.example", "/\\evil.example", "", "evil"] {
            assert_eq!(local(elsewhere), "/", "{elsewhere}");
        }
    }
}
