//! Finds a part of a text in the way the text is written: through quotes, escapes, folded lines and indentation.

use std::ops::Range;

use crate::node::Quoting;

/// The place of `part` of `text` in `raw`, the same text as it stands in the file.
///
/// Exact for every character that is not blank. Where lines are folded or indented, a blank is found where the run of
/// blanks begins.
pub(crate) fn locate(raw: &str, text: &str, quoting: Quoting, part: Range<usize>) -> Range<usize> {
    let mut walk = Walk { raw, position: opening(raw, quoting), quoting };
    let mut start = None;
    let mut end = None;
    for (offset, character) in text.char_indices() {
        if start.is_some() && offset >= part.end {
            break;
        }
        let place = walk.step(character);
        if offset >= part.start && start.is_none() {
            start = Some(place.start);
        }
        end = Some(place.end);
    }
    let end = end.unwrap_or(walk.position);
    let start = start.unwrap_or(end);
    if part.is_empty() { start..start } else { start..end.max(start) }
}

/// Where the first character of the text may stand: behind the quote. A block's place begins with its text.
fn opening(raw: &str, quoting: Quoting) -> usize {
    match quoting {
        Quoting::Block => 0,
        Quoting::Escaped => usize::from(raw.starts_with('"')),
        Quoting::Verbatim => usize::from(raw.starts_with('\'')),
    }
}

struct Walk<'a> {
    raw: &'a str,
    position: usize,
    quoting: Quoting,
}

impl Walk<'_> {
    fn escapes(&self) -> bool {
        self.quoting == Quoting::Escaped
    }

    /// Takes the next character of the text and tells where it stands.
    fn step(&mut self, character: char) -> Range<usize> {
        if !character.is_whitespace() {
            self.skip_blanks(character);
        }
        let start = self.position;
        let Some(found) = self.raw[start..].chars().next() else { return start..start };
        let escaped = found == '\\' && self.escapes();
        if !escaped && character.is_whitespace() && !found.is_whitespace() {
            return start..start;
        }
        self.position += if escaped { self.escape_length(character) } else { found.len_utf8() };
        if self.quoting == Quoting::Verbatim && found == '\'' && self.raw.starts_with('\'') {
            self.position += 1;
        }
        self.position = self.raw.floor_char_boundary(self.position);
        start..self.position
    }

    /// Skips folding, indentation and escaped line ends before a character that is not blank.
    fn skip_blanks(&mut self, next: char) {
        loop {
            let rest = &self.raw[self.position..];
            let blanks = rest.len() - rest.trim_start().len();
            self.position += blanks;
            let escaped_end = self.escapes() && next != '\\' && rest[blanks..].starts_with("\\\n");
            if !escaped_end {
                return;
            }
            self.position += 2;
        }
    }

    /// The length of the escape at the position that stands for this character.
    fn escape_length(&self, character: char) -> usize {
        match self.raw.as_bytes().get(self.position + 1) {
            Some(b'x') => 4,
            Some(b'u') if character > '\u{ffff}' => 12,
            Some(b'u') => 6,
            Some(b'U') => 10,
            Some(_) | None => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'a>(raw: &'a str, text: &str, quoting: Quoting, part: &str) -> &'a str {
        let start = text.find(part).unwrap();
        &raw[locate(raw, text, quoting, start..start + part.len())]
    }

    #[test]
    fn parts_are_found_behind_escapes() {
        let raw = r#""a == \"b\" AND \u0063\ud83d\ude00 == \\d""#;
        let text = "a == \"b\" AND c😀 == \\d";
        for (part, written) in
            [("a", "a"), ("\"b\"", r#"\"b\""#), ("c", r"\u0063"), ("😀", r"\ud83d\ude00"), ("\\d", r"\\d")]
        {
            assert_eq!(found(raw, text, Quoting::Escaped, part), written);
        }
    }

    #[test]
    fn parts_are_found_in_folded_and_indented_lines() {
        assert_eq!(found("'a = ''b''\n   AND c'", "a = 'b' AND c", Quoting::Verbatim, "'b' AND"), "''b''\n   AND");
        assert_eq!(found("a\n  AND c", "a AND c", Quoting::Verbatim, "c"), "c");
        assert_eq!(found("'a AND\n   c", "'a AND c", Quoting::Block, "c"), "c");
        assert_eq!(found("\"a \\\n   b\"", "a b", Quoting::Escaped, "b"), "b");
    }

    #[test]
    fn an_empty_part_is_a_point() {
        assert_eq!(locate("\"ab\"", "ab", Quoting::Escaped, 2..2), 3..3);
        assert_eq!(locate("\"ab\"", "ab", Quoting::Escaped, 1..1), 2..2);
        assert_eq!(locate("\"\"", "", Quoting::Escaped, 0..0), 1..1);
    }
}
