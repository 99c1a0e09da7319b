//! Interim.
use crate::*;
pub(crate) fn parse_condition(_t: &str, _k: Kind, _l: &Limits) -> Result<(Tree, Vec<Warning>), Vec<ParseError>> { Err(vec![]) }
pub(crate) fn parse_order_by(_t: &str, _l: &Limits) -> Result<(Vec<Clause>, Vec<Warning>), Vec<ParseError>> { Err(vec![]) }
pub(crate) fn parse_known_worker(_t: &str, _l: &Limits) -> Result<(Path, Vec<Warning>), Vec<ParseError>> { Err(vec![]) }
pub(crate) fn parse_path(_t: &str, _l: &Limits) -> Result<Path, Vec<ParseError>> { Err(vec![]) }
