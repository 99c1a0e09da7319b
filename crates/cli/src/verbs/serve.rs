//! `pointsman serve`: the TaskRouter-compatible server. The library serves; here arguments become settings, and what one
//! needs to begin is printed.

use std::fmt::Write;

use pointsman::WorkspaceSpec;
use pointsman_config::{Node, read_workspace};
use pointsman_server::hub::Workspace;
use pointsman_server::{Server, Settings, WorkspaceSid, load};
use pointsman_sim::Scenario;
use tokio::net::TcpListener;

use super::check::{Kind, kind, parse};
use crate::args::ServeArgs;
use crate::document::usable;
use crate::input;
use crate::output::{Exit, Failure, print, remark};

pub(crate) fn serve(args: &ServeArgs) -> Result<Exit, Failure> {
    let workspace = args.load.as_deref().map(workspace).transpose()?;
    let settings = settings(args)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(run(args, &settings, workspace))
}

fn settings(args: &ServeArgs) -> Result<Settings, Failure> {
    let mut settings = Settings::new(args.account_sid.clone(), args.auth_token.clone()).map_err(input_error)?;
    settings.data = (!args.ephemeral).then(|| args.data.clone());
    if let Some(url) = &args.base_url {
        settings.set_base_url(url).map_err(input_error)?;
    }
    settings.requests_per_second = args.rate_limit;
    settings.any_callback_address = args.any_callback_address;
    Ok(settings)
}

fn input_error(error: impl std::fmt::Display) -> Failure {
    Failure::Input(error.to_string())
}

/// The workspace of a scenario or of a workspace file.
fn workspace(name: &str) -> Result<WorkspaceSpec, Failure> {
    let file = input::read(name)?;
    let document: Node = parse(&file).map_err(Failure::Diagnostics)?;
    match kind(&document) {
        Kind::Scenario => Ok(usable(Scenario::read(&document, &input::files))?.workspace().spec.clone()),
        Kind::Workspace => Ok(usable(read_workspace(&document, &input::files))?.spec),
        Kind::Workflow => Err(Failure::Input(format!(
            "`{}` is a workflow document: a scenario or a workspace file has the queues and workers it needs",
            file.name
        ))),
    }
}

async fn run(args: &ServeArgs, settings: &Settings, workspace: Option<WorkspaceSpec>) -> Result<Exit, Failure> {
    let listener = TcpListener::bind(args.listen).await.map_err(|error| {
        Failure::Input(format!("cannot listen on {}: {error}; choose another with --listen", args.listen))
    })?;
    let url = format!("http://{}", listener.local_addr()?);
    let server = Server::start(settings).map_err(input_error)?;
    let loaded = match workspace {
        Some(spec) => Some(
            server
                .prepare(move |desk| load(desk, spec))
                .await
                .unwrap_or_else(|| Err("the server has stopped".to_owned()))
                .map_err(Failure::Input)?,
        ),
        None => None,
    };
    if let Some(repaired) = server.repaired() {
        remark(&format!("{repaired}\n"));
    }
    let ended = ended();
    print(&format!("listening on {url}\n"))?;
    print(&beginning(args, settings, &url, &server, loaded).await)?;
    server.run(listener, ended).await.map_err(input_error)?;
    remark("stopped\n");
    Ok(Exit::Done)
}

/// What one needs to begin: who one is, and what there is.
async fn beginning(
    args: &ServeArgs,
    settings: &Settings,
    url: &str,
    server: &Server,
    loaded: Option<WorkspaceSid>,
) -> String {
    let mut text = format!("\n  account   {}\n", settings.account_sid);
    // Only a token nobody knows yet is shown.
    let (shown, token) = match args.auth_token {
        None => (settings.token(), settings.token()),
        Some(_) => ("the one given; below it is called TOKEN", "TOKEN"),
    };
    let kept =
        settings.data.as_ref().map_or("nowhere: it ends with the server".to_owned(), |dir| dir.display().to_string());
    // Writing to a text cannot fail.
    let _ = writeln!(text, "  token     {shown}\n  kept in   {kept}\n  console   {url}/\n");
    let story = {
        let (url, user) = (url.to_owned(), format!("{}:{token}", settings.account_sid));
        let asked = server.prepare(move |desk| {
            let workspace = loaded.and_then(|sid| desk.hub().workspace(sid));
            workspace.map(|workspace| story(&url, &user, workspace))
        });
        asked.await.flatten()
    };
    text + &story.unwrap_or_default()
}

/// The workspace's SIDs, and commands to paste.
fn story(url: &str, user: &str, workspace: &Workspace) -> String {
    let (catalog, base) = (workspace.engine().spec(), format!("{url}/v1/Workspaces/{}", workspace.sid()));
    let mut text = format!("  {}  {}\n", workspace.sid(), catalog.friendly_name);
    let mut line = |sid: String, name: &str| {
        let _ = writeln!(text, "  {sid}  {name}");
    };
    catalog.task_queues.iter().for_each(|it| line(it.task_queue.to_string(), &it.friendly_name));
    catalog.workflows.iter().for_each(|it| line(it.workflow.to_string(), &it.friendly_name));
    catalog.workers.iter().for_each(|it| line(it.worker.to_string(), &it.friendly_name));
    catalog.activities.iter().for_each(|it| line(it.activity.to_string(), &it.friendly_name));
    if let Some(workflow) = catalog.workflows.first() {
        let attributes = r#"Attributes={"selected_language": "es"}"#;
        let _ = write!(
            text,
            "\nA task:\n  curl {base}/Tasks --data-urlencode '{attributes}' -d WorkflowSid={} -u {user}\n",
            workflow.workflow
        );
    }
    let available = catalog.activities.iter().find(|it| it.available);
    if let Some((worker, activity)) = catalog.workers.first().zip(available) {
        let _ = write!(
            text,
            "{} goes to {}:\n  curl {base}/Workers/{} -d ActivitySid={} -u {user}\n",
            worker.friendly_name, activity.friendly_name, worker.worker, activity.activity
        );
        let _ = write!(
            text,
            "What {} is asked:\n  curl {base}/Workers/{}/Reservations -u {user}\n",
            worker.friendly_name, worker.worker
        );
    }
    text + "\n"
}

/// Somebody presses Ctrl-C, or the system wants the process to end: heard from the call on, not only once it is awaited.
/// Without signals the process ends hard, and the journal has everything.
#[cfg(unix)]
fn ended() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let heard = [SignalKind::interrupt(), SignalKind::terminate()].map(signal);
    async move {
        match heard {
            [Ok(mut interrupt), Ok(mut terminate)] => {
                tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
            }
            _ => std::future::pending().await,
        }
    }
}

#[cfg(not(unix))]
async fn ended() {
    let _ = tokio::signal::ctrl_c().await;
}
