//! JSON text to nodes. serde_json judges what is JSON; a second pass over the valid text finds the places.

use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Severity};
use crate::node::{Key, MAX_DEPTH, Node, NodeValue, Path, Quoting};
use crate::source::SourceFile;

/// Parses a JSON document. Keys that stand twice are all kept: [`Node::get`] gives the last one.
///
/// # Errors
/// Text that is not JSON, or nests deeper than 64.
pub fn parse_json(file: &Arc<SourceFile>) -> Result<Node, Diagnostic> {
    if let Err(error) = serde_json::from_str::<serde_json::Value>(&file.text) {
        return Err(not_json(file, &error));
    }
    let mut walk = Walk { file, position: 0 };
    walk.skip_blanks();
    walk.value(Path::ROOT, 0)
}

fn not_json(file: &Arc<SourceFile>, error: &serde_json::Error) -> Diagnostic {
    let text = error.to_string();
    let message = text.split(" at line ").next().unwrap_or(&text);
    let line_start: usize = file.text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let offset = file.text.floor_char_boundary(line_start + error.column().saturating_sub(1));
    let help = if error.is_eof() {
        "the text ends too early: a closing `}`, `]` or `\"` is missing"
    } else if message.starts_with("trailing comma") {
        "remove the comma behind the last element"
    } else if file.text[offset..].starts_with('\'') {
        "JSON texts and keys stand in double quotes"
    } else {
        "JSON has double quotes around texts and keys, commas between elements, and no comments"
    };
    let message = format!("not JSON: {}", message.to_lowercase());
    let span = offset..end_of_character(&file.text, offset);
    Diagnostic::new(Severity::Error, "not-json", file, span, &Path::ROOT, message).help(help)
}

fn end_of_character(text: &str, offset: usize) -> usize {
    offset + text[offset..].chars().next().map_or(0, char::len_utf8)
}

/// A walk over text that is known to be JSON.
struct Walk<'a> {
    file: &'a Arc<SourceFile>,
    position: usize,
}

impl Walk<'_> {
    fn value(&mut self, path: Path, depth: usize) -> Result<Node, Diagnostic> {
        let start = self.position;
        if depth > MAX_DEPTH {
            let message = format!("the document nests deeper than {MAX_DEPTH}");
            let span = start..start + 1;
            return Err(Diagnostic::new(Severity::Error, "too-deep", self.file, span, &path, message));
        }
        let value = match self.peek() {
            b'{' => self.mapping(&path, depth)?,
            b'[' => self.sequence(&path, depth)?,
            b'"' => NodeValue::String(self.string()?.into(), Quoting::Escaped),
            _ => self.word()?,
        };
        Ok(Node { value, span: start..self.position, path, file: Arc::clone(self.file) })
    }

    fn mapping(&mut self, path: &Path, depth: usize) -> Result<NodeValue, Diagnostic> {
        let mut entries = Vec::new();
        self.enter();
        while self.peek() == b'"' {
            let start = self.position;
            let key = Key { text: self.string()?.into(), span: start..self.position };
            self.skip_past(b':');
            let node = self.value(path.key(&key.text), depth + 1)?;
            entries.push((key, node));
            self.skip_past(b',');
        }
        self.position += 1;
        Ok(NodeValue::Mapping(entries))
    }

    fn sequence(&mut self, path: &Path, depth: usize) -> Result<NodeValue, Diagnostic> {
        let mut elements = Vec::new();
        self.enter();
        while self.peek() != b']' {
            elements.push(self.value(path.index(elements.len()), depth + 1)?);
            self.skip_past(b',');
        }
        self.position += 1;
        Ok(NodeValue::Sequence(elements))
    }

    fn string(&mut self) -> Result<String, Diagnostic> {
        let start = self.position;
        self.position += 1;
        while self.peek() != b'"' {
            self.position += if self.peek() == b'\\' { 2 } else { 1 };
        }
        self.position += 1;
        self.read(start..self.position)
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Result<NodeValue, Diagnostic> {
        let start = self.position;
        while !matches!(self.peek(), b',' | b']' | b'}' | b' ' | b'\t' | b'\r' | b'\n' | 0) {
            self.position += 1;
        }
        Ok(match &self.file.text[start..self.position] {
            "null" => NodeValue::Null,
            "true" => NodeValue::Bool(true),
            "false" => NodeValue::Bool(false),
            _ => NodeValue::Number(self.read(start..self.position)?),
        })
    }

    fn read<T: serde::de::DeserializeOwned>(&self, span: Range<usize>) -> Result<T, Diagnostic> {
        serde_json::from_str(&self.file.text[span]).map_err(|error| not_json(self.file, &error))
    }

    /// The byte at the position; 0 at the end, which is no byte of JSON.
    fn peek(&self) -> u8 {
        self.file.text.as_bytes().get(self.position).copied().unwrap_or(0)
    }

    fn enter(&mut self) {
        self.position += 1;
        self.skip_blanks();
    }

    fn skip_past(&mut self, separator: u8) {
        self.skip_blanks();
        if self.peek() == separator {
            self.position += 1;
            self.skip_blanks();
        }
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), b' ' | b'\t' | b'\r' | b'\n') {
            self.position += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Node, Diagnostic> {
        parse_json(&Arc::new(SourceFile::new("f.json", text)))
    }

    #[test]
    fn values_know_their_places() {
        let text = r#" { "a" : [ 1.5, "x\n\"", {} ] , "b":null,"a":true}"#;
        let root = parse(text).unwrap();
        assert_eq!(root.to_json(), serde_json::from_str::<serde_json::Value>(text).unwrap());
        let written: Vec<_> = root.entries()[0].1.elements().iter().map(|node| &text[node.span.clone()]).collect();
        assert_eq!(written, ["1.5", r#""x\n\"""#, "{}"]);
        assert_eq!(root.entries()[0].1.elements()[2].path.to_string(), "a[2]");
        assert_eq!(&text[root.entries()[2].0.span.clone()], "\"a\"");
        assert_eq!(root.get("a").unwrap().value, NodeValue::Bool(true), "the last one counts");
    }

    #[test]
    fn what_is_not_json_is_told_at_its_place() {
        for (text, place, message) in [
            ("", (1, 1), "not JSON: eof while parsing a value"),
            ("{\"a\": 1,\n}", (2, 1), "not JSON: trailing comma"),
            ("{\n 'a': 1}", (2, 2), "not JSON: key must be a string"),
            ("[1 2]", (1, 4), "not JSON: expected `,` or `]`"),
            ("[\"\\ud800\"]", (1, 9), "not JSON: unexpected end of hex escape"),
        ] {
            let error = parse(text).unwrap_err();
            assert_eq!(((error.line(), error.column()), error.message.as_str()), (place, message), "{text}");
        }
    }

    #[test]
    fn deep_nesting_is_refused() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(&nested(64)).is_ok());
        assert_eq!(parse(&nested(66)).unwrap_err().code, "too-deep");
        assert_eq!(parse(&nested(100_000)).unwrap_err().code, "not-json");
    }
}
