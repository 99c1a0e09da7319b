//! Words for messages: near keys, names and values, lists of them. It knows nothing of what they name.

use std::ops::Range;

/// The known name that is nearest to a text, when one is near enough.
pub(super) fn nearest<'a>(text: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(text);
    let length = folded.chars().count();
    let limit = if length < 4 { 0 } else { (length / 4).clamp(1, 3) };
    let distances = known.filter(|name| *name != text).map(|name| (distance(&folded, &fold(name)), name));
    let near = distances.filter(|(far, name)| *far <= limit && !is_numbered_alike(text, name));
    near.min_by_key(|(far, _)| *far).map(|(_, name)| name)
}

/// Case, hyphens and the like are what people mix up most.
fn fold(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn distance(a: &str, b: &str) -> usize {
    const LONGEST: usize = 100;
    if a.is_empty() || a.len() > LONGEST || b.len() > LONGEST { usize::MAX } else { strsim::osa_distance(a, b) }
}

/// `agent01` and `agent02` are two of a series, not one misspelt.
fn is_numbered_alike(a: &str, b: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    letters(a) == letters(b) && digits(a) != digits(b)
}

/// A part of a text without its line breaks.
pub(super) fn one_line(text: &str, part: &Range<usize>) -> String {
    let part = text.get(part.clone()).unwrap_or_default();
    part.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `a`, `b` and 3 more.
pub(super) fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    const SHOWN: usize = 3;
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    let (shown, rest) = names.split_at(names.len().min(SHOWN));
    match (shown, rest.len()) {
        ([], _) => String::new(),
        ([one], 0) => one.clone(),
        ([first @ .., last], 0) => format!("{} and {last}", first.join(", ")),
        (shown, count) => format!("{} and {count} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let near = |text: &str, known: &[&'static str]| nearest(text, known.iter().copied());
        assert_eq!(near("langauges", &["languages", "level"]), Some("languages"));
        assert_eq!(near("skill_level", &["skill-level"]), Some("skill-level"));
        assert_eq!(near("ES", &["en", "es"]), Some("es"));
        assert_eq!(near("de", &["en", "es"]), None);
        assert_eq!(near("agent03", &["agent01", "agent02"]), None);
        assert_eq!(near("ticket", &["ticket"]), None);
        assert_eq!(near("sales", &["support"]), None);
        assert_eq!(near("", &["a"]), None);
        assert_eq!(near("!", &["?"]), None);
    }

    #[test]
    fn lists_are_short() {
        assert_eq!(listed(["a"].into_iter()), "`a`");
        assert_eq!(listed(["a", "b", "c"].into_iter()), "`a`, `b` and `c`");
        assert_eq!(listed(["a", "b", "c", "d", "e"].into_iter()), "`a`, `b`, `c` and 2 more");
    }
}
