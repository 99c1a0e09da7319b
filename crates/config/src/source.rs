//! A named text and the way from byte offsets to lines and columns. Never reads a file.

/// A text with the name that messages give it. Shared as `Arc<SourceFile>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// What messages call it: usually the path as the user gave it.
    pub name: String,
    /// The whole text.
    pub text: String,
    /// Where lines begin, but for the first.
    lines: Vec<usize>,
}

impl SourceFile {
    /// A file of this name; a byte order mark in front is dropped.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        let lines = text.match_indices('\n').map(|(newline, _)| newline + 1).collect();
        Self { name: name.into(), text, lines }
    }

    /// Line and column of a byte offset, both counted from 1, the column in characters. An offset behind the end
    /// counts as the end, one inside a character as that character.
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let offset = self.text.floor_char_boundary(offset);
        let line = self.lines.partition_point(|start| *start <= offset);
        let line_start = if line == 0 { 0 } else { self.lines[line - 1] };
        (line + 1, self.text[line_start..offset].chars().count() + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_characters_from_one() {
        let file = SourceFile::new("f", "\u{feff}aé\nb");
        let places: Vec<_> = (0..=6).map(|offset| file.line_column(offset)).collect();
        assert_eq!(places, [(1, 1), (1, 2), (1, 2), (1, 3), (2, 1), (2, 2), (2, 2)]);
    }
}
