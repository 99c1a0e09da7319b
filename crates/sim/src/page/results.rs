//! The results of a scenario with chance in it as one HTML page.

use crate::experiment::Rows;
use crate::results::Results;
use crate::run::Outcome;
use crate::scenario::Scenario;

/// The page.
pub fn results_page(_scenario: &Scenario, _results: &Results, _rows: &Rows, _story: &Outcome) -> String {
    String::new()
}
