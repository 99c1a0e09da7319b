//! Two lists beside each other: what was expected, what has happened, and the most that fits together.

use pointsman::Event;

use super::Expected;

/// A line per event: ` ` for what was expected and has happened, `-` for what is missing, `+` for what is too much.
pub(super) fn diff(expected: &[Expected], happened: &[Event], line: impl Fn(&Event) -> String) -> String {
    let fits = |i: usize, j: usize| expected[i].matches(&happened[j]);
    let (n, m) = (expected.len(), happened.len());
    let most = longest(n, m, &fits);
    let (mut i, mut j, mut text) = (0, 0, String::new());
    while i < n || j < m {
        if i < n && j < m && fits(i, j) {
            text += &format!("    {}\n", line(&happened[j]));
            (i, j) = (i + 1, j + 1);
        } else if j == m || (i < n && most[i + 1][j] >= most[i][j + 1]) {
            text += &format!("  - {}\n", expected[i]);
            i += 1;
        } else {
            text += &format!("  + {}\n", line(&happened[j]));
            j += 1;
        }
    }
    text
}

/// How many of the expected from `i` on fit in order to what has happened from `j` on, for every `i` and `j`.
fn longest(n: usize, m: usize, fits: &impl Fn(usize, usize) -> bool) -> Vec<Vec<usize>> {
    let mut most = vec![vec![0; m + 1]; n + 1];
    for i in (0..n).rev() {
        for j in (0..m).rev() {
            most[i][j] = if fits(i, j) { most[i + 1][j + 1] + 1 } else { most[i + 1][j].max(most[i][j + 1]) };
        }
    }
    most
}
