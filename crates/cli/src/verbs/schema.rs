//! `pointsman schema`: the JSON Schemas of the formats, from the types that read and write them.

use pointsman::{Command, Event};
use pointsman_sim::experiment::{Comparison, Staffing};
use pointsman_sim::explanation::{Explanation, Outlook, Overview};
use pointsman_sim::forecast::Forecast;
use pointsman_sim::graph::{Graph, Lifecycles};
use schemars::schema_for;
use serde_json::Value;

use super::simulate::Answer;
use crate::args::{Schema, SchemaArgs};
use crate::output::{Exit, Failure, print_json};

pub(crate) fn schema(args: &SchemaArgs) -> Result<Exit, Failure> {
    print_json(&value(args.name))?;
    Ok(Exit::Done)
}

fn value(name: Schema) -> Value {
    match name {
        Schema::Scenario => pointsman_sim::scenario_schema(),
        Schema::Workspace => pointsman_config::workspace_schema(),
        Schema::Workflow => pointsman_config::workflow_schema(),
        Schema::Diff => schema_for!(super::diff::Report).to_value(),
        Schema::Replay => schema_for!(super::replay::Report).to_value(),
        Schema::Fit => schema_for!(pointsman_sim::fit::Fit).to_value(),
        Schema::Report => schema_for!(Answer<'static>).to_value(),
        Schema::Comparison => schema_for!(Vec<Comparison>).to_value(),
        Schema::Staffing => schema_for!(Staffing).to_value(),
        Schema::Shrunk => schema_for!(pointsman_sim::shrink::Shrunk).to_value(),
        Schema::Explanation => schema_for!(Explanation).to_value(),
        Schema::Outlook => schema_for!(Outlook).to_value(),
        Schema::Overview => schema_for!(Overview).to_value(),
        Schema::Plan => schema_for!(Forecast).to_value(),
        Schema::Graph => schema_for!(Graph).to_value(),
        Schema::Lifecycles => schema_for!(Lifecycles).to_value(),
        Schema::Event => schema_for!(Event).to_value(),
        Schema::Command => schema_for!(Command).to_value(),
    }
}
