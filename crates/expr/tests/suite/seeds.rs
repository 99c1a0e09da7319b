//! Replays the seeds of the fuzz target, when the repository is around.

use std::fs;
use std::path::Path;

use pointsman_expr::{Kind, Limits, parse};
use serde_json::json;

use crate::advice::judge;
use crate::support::World;

#[test]
fn fuzz_seeds_are_survived() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/expr_text");
    let Ok(entries) = fs::read_dir(&folder) else {
        eprintln!("SKIPPED: no fuzz seeds at {}", folder.display());
        return;
    };
    let world = World::new(json!({"a": 1, "l": ["x"]}), json!({"a": 1, "l": ["x"]}));
    let mut replayed = 0;
    for entry in entries {
        let Ok(text) = String::from_utf8(fs::read(entry.unwrap().path()).unwrap()) else { continue };
        replayed += 1;
        for kind in Kind::ALL {
            let _ = judge(&text, kind);
            if let Ok(parsed) = parse(&text, kind, &Limits::default()) {
                assert_eq!(parsed.expression.matches(&world), parsed.expression.why(&world)[0].holds, "{text}");
            }
        }
    }
    assert!(replayed > 5, "the seeds are gone");
}
