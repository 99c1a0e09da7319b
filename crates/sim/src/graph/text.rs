//! Text in a picture that nobody lays out for us: made harmless, measured, broken into lines. Widths are what the widest
//! of the usual fonts need, so that text fits with every other one.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// How a text is set. The style knows the same sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Face {
    /// Remarks and keys.
    Small,
    /// Running text.
    Plain,
    /// Names.
    Name,
    /// Expressions.
    Code,
    /// The title of the picture.
    Title,
}

impl Face {
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Plain => "plain",
            Self::Name => "name",
            Self::Code => "code",
            Self::Title => "heading",
        }
    }

    /// In pixels.
    pub(super) const fn size(self) -> i32 {
        match self {
            Self::Small | Self::Code => 11,
            Self::Plain => 12,
            Self::Name => 14,
            Self::Title => 20,
        }
    }

    /// From line to line, in pixels.
    pub(super) const fn leading(self) -> i32 {
        match self {
            Self::Small | Self::Code => 15,
            Self::Plain => 16,
            Self::Name => 18,
            Self::Title => 26,
        }
    }

    const fn is_bold(self) -> bool {
        matches!(self, Self::Name | Self::Title)
    }
}

/// Lines of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrapped {
    pub(super) lines: Vec<String>,
    /// Whether something was left out.
    pub(super) shortened: bool,
}

/// The text without what no picture may hold: control characters become their pictures, white space becomes spaces, and
/// what turns the direction of other text is marked as lost.
pub(super) fn clean(text: &str) -> String {
    text.chars().map(harmless).collect()
}

fn harmless(letter: char) -> char {
    match letter {
        '\t' | '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => ' ',
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(letter)).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\u{7f}' => '\u{2421}',
        '\u{80}'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}' => {
            char::REPLACEMENT_CHARACTER
        }
        other => other,
    }
}

/// How many pixels a text needs at the most.
pub(super) fn width(text: &str, face: Face) -> i32 {
    let ems: i32 = text.graphemes(true).map(|cluster| hundredths(cluster, face)).sum();
    (ems * face.size() + 99) / 100
}

/// The width of a letter in hundredths of the font's size.
fn hundredths(cluster: &str, face: Face) -> i32 {
    let letter = match (cluster.width(), cluster.as_bytes()) {
        (0, _) => 0,
        (1, [letter]) if face == Face::Code => return if letter.is_ascii() { 61 } else { 0 },
        (1, [letter]) => latin(*letter),
        (1, _) => 90,
        (_, _) => return 130,
    };
    if face.is_bold() { letter * 112 / 100 } else { letter }
}

fn latin(letter: u8) -> i32 {
    match letter {
        b'i' | b'j' | b'l' | b'I' | b'.' | b',' | b':' | b';' | b'\'' | b'|' | b'!' => 36,
        b'f' | b't' | b'r' | b'(' | b')' | b'[' | b']' | b'/' | b'\\' | b'-' | b' ' | b'"' | b'`' => 46,
        b'm' | b'W' | b'M' | b'@' | b'%' => 102,
        b'w' | b'+' | b'=' | b'<' | b'>' | b'~' | b'^' | b'#' | b'&' => 86,
        b'A'..=b'Z' => 80,
        _ => 66,
    }
}

/// The text in lines of this width, the first one narrower by `indent`; at most so many, and the last one then ends in an
/// ellipsis. Lines break at spaces, and within words that no line holds.
pub(super) fn wrap(text: &str, face: Face, width: i32, indent: i32, most: usize) -> Wrapped {
    let mut wrapper = Wrapper { face, width, indent, lines: Vec::new(), line: String::new() };
    let cleaned = clean(text);
    for word in cleaned.split(' ').filter(|word| !word.is_empty()) {
        wrapper.word(word);
        if wrapper.lines.len() >= most {
            break;
        }
    }
    wrapper.finish(most)
}

struct Wrapper {
    face: Face,
    width: i32,
    indent: i32,
    lines: Vec<String>,
    line: String,
}

impl Wrapper {
    fn room(&self) -> i32 {
        if self.lines.is_empty() { self.width - self.indent } else { self.width }
    }

    fn fits(&self, text: &str) -> bool {
        width(text, self.face) <= self.room()
    }

    fn word(&mut self, word: &str) {
        let joined = if self.line.is_empty() { word.to_owned() } else { format!("{} {word}", self.line) };
        if self.fits(&joined) {
            self.line = joined;
            return;
        }
        // Beside a key there may be too little room for what a line of its own holds.
        if !self.line.is_empty() || (self.room() < self.width && width(word, self.face) <= self.width) {
            self.lines.push(std::mem::take(&mut self.line));
        }
        if self.fits(word) { self.line = word.to_owned() } else { self.letters(word) }
    }

    /// A word that no line holds, letter by letter.
    fn letters(&mut self, word: &str) {
        for cluster in word.graphemes(true) {
            let joined = format!("{}{cluster}", self.line);
            if !self.fits(&joined) && !self.line.is_empty() {
                self.lines.push(std::mem::take(&mut self.line));
            }
            self.line.push_str(cluster);
        }
    }

    fn finish(mut self, most: usize) -> Wrapped {
        if !self.line.is_empty() {
            self.lines.push(std::mem::take(&mut self.line));
        }
        let shortened = self.lines.len() > most;
        self.lines.truncate(most);
        if shortened && let Some(last) = self.lines.pop() {
            let last = self.with_ellipsis(&last);
            self.lines.push(last);
        }
        Wrapped { lines: self.lines, shortened }
    }

    fn with_ellipsis(&self, line: &str) -> String {
        let mut clusters: Vec<&str> = line.graphemes(true).collect();
        loop {
            let text = format!("{}…", clusters.concat().trim_end());
            if clusters.is_empty() || self.fits(&text) {
                return text;
            }
            clusters.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WIDTH: i32 = 120;

    fn lines(text: &str, most: usize) -> Vec<String> {
        let wrapped = wrap(text, Face::Code, WIDTH, 40, most);
        for (index, line) in wrapped.lines.iter().enumerate() {
            let room = if index == 0 { WIDTH - 40 } else { WIDTH };
            assert!(width(line, Face::Code) <= room, "`{line}` is wider than {room}");
        }
        assert!(wrapped.lines.len() <= most);
        assert_eq!(wrapped.shortened, wrapped.lines.last().is_some_and(|line| line.ends_with('…')));
        wrapped.lines
    }

    #[test]
    fn lines_break_at_spaces_then_within_words() {
        assert_eq!(lines("", 3), Vec::<String>::new());
        assert_eq!(lines("language == \"es\"", 3), ["language ==", "\"es\""]);
        assert_eq!(lines("  a \n b  ", 3), ["a b"]);
        assert_eq!(
            lines("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa b", 4),
            ["aaaaaaaaaaa", "aaaaaaaaaaaaaaaaa", "aaaaaaaa b"]
        );
        assert_eq!(lines("one two three four five six", 2), ["one two", "three four five…"]);
        assert_eq!(lines("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 1), ["aaaaaaaaaa…"]);
    }

    proptest! {
        /// Whatever the text: no line is wider than its room, and nothing is lost but spaces unless it says so.
        #[test]
        fn lines_fit_and_hold_everything(text in ".{0,300}", indent in 0..60_i32, most in 1..6_usize) {
            for face in [Face::Small, Face::Plain, Face::Name, Face::Code, Face::Title] {
                let wrapped = wrap(&text, face, WIDTH, indent, most);
                for (index, line) in wrapped.lines.iter().enumerate() {
                    prop_assert!(width(line, face) <= if index == 0 { WIDTH - indent } else { WIDTH }, "`{}`", line);
                }
                let letters = |text: &str| text.chars().filter(|letter| *letter != ' ').collect::<String>();
                let (all, shown) = (letters(&clean(&text)), letters(&wrapped.lines.concat()));
                prop_assert!(wrapped.lines.len() <= most && (wrapped.shortened || shown == all), "`{}`", shown);
            }
        }
    }

    #[test]
    fn a_letter_made_of_several_characters_is_not_broken() {
        let family = "👩‍👩‍👧‍👦";
        let all: String = lines(&family.repeat(12), 9).concat();
        assert_eq!(all, family.repeat(12));
        assert!(lines(&family.repeat(12), 9).iter().all(|line| line.len() % family.len() == 0));
    }

    #[test]
    fn nothing_harmful_is_left() {
        assert_eq!(clean("a\u{0}b\u{1b}c\u{7f}d\te\u{202e}f\u{ffff}"), "a␀b␛c␡d e\u{fffd}f\u{fffd}");
        assert_eq!(clean("<&\"'> שלום 🙂"), "<&\"'> שלום 🙂");
    }
}
