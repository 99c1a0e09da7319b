//! YAML text to nodes: YAML 1.2, strict. saphyr-parser finds the events; what they mean is decided here.
//!
//! Only `true` and `false` are booleans, only `null`, `~` and nothing are null. What YAML readers disagree about is
//! refused: tags, duplicate keys, keys that are no text, unquoted `+15555555555` and `010`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use crate::diagnostic::{Diagnostic, Severity, has_errors};
use crate::json::parse_json;
use crate::node::{Key, MAX_DEPTH, Node, NodeValue, Path, Quoting};
use crate::source::SourceFile;

/// The most aliases in a document.
const MAX_ALIASES: usize = 1_000;
/// The most values that anchors and aliases may copy.
const MAX_COPIES: usize = 100_000;

/// Parses one YAML 1.2 document; JSON is a part of YAML. An empty text is `null`.
///
/// # Errors
/// Everything that is wrong with the values, or the first place where the text is no YAML. Keys that stand twice are
/// errors, in JSON texts, too.
pub fn parse_yaml(file: &Arc<SourceFile>) -> Result<Node, Vec<Diagnostic>> {
    if file.text.trim_start().starts_with(['{', '['])
        && let Ok(node) = parse_json(file)
    {
        let mut errors = Vec::new();
        refuse_duplicates(&node, &mut errors);
        return if errors.is_empty() { Ok(node) } else { Err(errors) };
    }
    let mut builder = Builder::new(file);
    for event in Parser::new_from_str(&file.text) {
        let step = match event {
            Ok((event, span)) => builder.event(event, &span),
            Err(error) => {
                let start = builder.byte(error.marker().index());
                Err(builder.complaint("not-yaml", start..start, format!("not YAML: {}", error.info())))
            }
        };
        if let Err(fatal) = step {
            builder.errors.push(fatal);
            break;
        }
    }
    builder.finish()
}

fn refuse_duplicates(node: &Node, errors: &mut Vec<Diagnostic>) {
    let mut seen = BTreeSet::new();
    for (key, value) in node.entries() {
        if !seen.insert(&key.text) {
            errors.push(duplicate(node, key, value));
        }
        refuse_duplicates(value, errors);
    }
    node.elements().iter().for_each(|element| refuse_duplicates(element, errors));
}

fn duplicate(mapping: &Node, key: &Key, value: &Node) -> Diagnostic {
    let message = format!("the key `{}` stands here twice", key.text);
    let path = mapping.path.key(&key.text);
    Diagnostic::new(Severity::Error, "duplicate-key", &value.file, key.span.clone(), &path, message)
        .help("keep one of them")
}

/// Builds the tree from events with a stack of its own, so that nesting cannot exhaust ours.
struct Builder<'a> {
    file: &'a Arc<SourceFile>,
    bytes: Option<Vec<usize>>,
    open: Vec<Open>,
    root: Option<Node>,
    documents: usize,
    anchors: BTreeMap<usize, Anchored>,
    aliases: usize,
    copies: usize,
    errors: Vec<Diagnostic>,
}

/// A list or mapping whose end has not come yet.
struct Open {
    start: Range<usize>,
    anchor: usize,
    content: Content,
}

enum Content {
    Sequence(Vec<Node>),
    Mapping { entries: Vec<(Key, Node)>, key: Option<Key> },
}

/// A value that aliases may repeat.
struct Anchored {
    node: Node,
    height: usize,
    size: usize,
}

/// What ends the parse.
type Fatal = Diagnostic;

impl<'a> Builder<'a> {
    fn new(file: &'a Arc<SourceFile>) -> Self {
        let bytes = (!file.text.is_ascii()).then(|| file.text.char_indices().map(|(byte, _)| byte).collect());
        Self {
            file,
            bytes,
            open: Vec::new(),
            root: None,
            documents: 0,
            anchors: BTreeMap::new(),
            aliases: 0,
            copies: 0,
            errors: Vec::new(),
        }
    }

    fn event(&mut self, event: Event<'_>, span: &Span) -> Result<(), Fatal> {
        let place = self.byte(span.start.index())..self.byte(span.end.index());
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
            Event::DocumentStart(_) => self.document(place),
            Event::Alias(anchor) => self.alias(anchor, place),
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_tag(tag.is_some(), &place);
                self.scalar(&text, style, anchor, place)
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_tag(tag.is_some(), &place);
                self.enter(Content::Sequence(Vec::new()), anchor, place)
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_tag(tag.is_some(), &place);
                self.enter(Content::Mapping { entries: Vec::new(), key: None }, anchor, place)
            }
            Event::SequenceEnd | Event::MappingEnd => self.leave(place),
        }
    }

    fn finish(mut self) -> Result<Node, Vec<Diagnostic>> {
        if has_errors(&self.errors) {
            return Err(self.errors);
        }
        let mut root = self.root.take().unwrap_or_else(|| self.node(NodeValue::Null, 0..0));
        put_paths(&mut root, Path::ROOT);
        Ok(root)
    }

    fn document(&mut self, place: Range<usize>) -> Result<(), Fatal> {
        self.documents += 1;
        if self.documents == 1 {
            return Ok(());
        }
        Err(self.complaint("many-documents", place, "a second document begins here: a file holds one"))
    }

    fn refuse_tag(&mut self, present: bool, place: &Range<usize>) {
        if present {
            let message = "tags such as `!!str` are not supported: quote the value to make it a text";
            self.errors.push(self.complaint("yaml-tag", place.clone(), message));
        }
    }

    fn alias(&mut self, anchor: usize, place: Range<usize>) -> Result<(), Fatal> {
        self.aliases += 1;
        let Some(Anchored { node, height, size }) = self.anchors.get(&anchor) else {
            return Err(self.complaint("yaml-alias", place, "the alias stands inside the value that it repeats"));
        };
        let (node, height, size) = (node.clone(), *height, *size);
        self.copies += size;
        if self.aliases > MAX_ALIASES || self.copies > MAX_COPIES {
            let message =
                format!("too much by alias: a file has at most {MAX_ALIASES}, for {MAX_COPIES} values in all");
            return Err(self.complaint("yaml-alias", place, message));
        }
        if self.open.len() + height > MAX_DEPTH {
            return Err(self.too_deep(place));
        }
        if self.expects_key() {
            return Err(self.complaint("invalid-key", place, "a key is a text, not an alias"));
        }
        self.add(node);
        Ok(())
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, anchor: usize, place: Range<usize>) -> Result<(), Fatal> {
        let quoting = match style {
            ScalarStyle::Plain | ScalarStyle::SingleQuoted => Quoting::Verbatim,
            ScalarStyle::DoubleQuoted => Quoting::Escaped,
            ScalarStyle::Literal | ScalarStyle::Folded => Quoting::Block,
        };
        let plain = style == ScalarStyle::Plain;
        let value = if plain { plain_value(text) } else { Ok(NodeValue::String(text.into(), quoting)) };
        let value = value.unwrap_or_else(|complaint| {
            let message = format!("`{text}` {complaint}");
            self.errors
                .push(self.complaint("ambiguous-scalar", place.clone(), message).help(format!("write '{text}'")));
            NodeValue::Null
        });
        if self.expects_key() {
            return self.key(text, plain && text.is_empty(), place);
        }
        // The scanner sees the end of a block only behind the blanks that follow it.
        let blanks = if quoting == Quoting::Block { self.blanks_at_end(&place) } else { 0 };
        let node = self.node(value, place.start..place.end - blanks);
        self.remember(anchor, &node)?;
        self.add(node);
        Ok(())
    }

    fn blanks_at_end(&self, place: &Range<usize>) -> usize {
        let text = &self.file.text[place.clone()];
        text.len() - text.trim_end().len()
    }

    fn key(&mut self, text: &str, missing: bool, span: Range<usize>) -> Result<(), Fatal> {
        if missing {
            return Err(self.complaint("invalid-key", span, "a key is missing in front of the colon"));
        }
        if let Some(Open { content: Content::Mapping { key, .. }, .. }) = self.open.last_mut() {
            *key = Some(Key { text: text.into(), span });
        }
        Ok(())
    }

    fn enter(&mut self, content: Content, anchor: usize, start: Range<usize>) -> Result<(), Fatal> {
        if self.expects_key() {
            return Err(self.complaint("invalid-key", start, "a key is a text, not a list or mapping"));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(self.too_deep(start));
        }
        self.open.push(Open { start, anchor, content });
        Ok(())
    }

    fn leave(&mut self, end: Range<usize>) -> Result<(), Fatal> {
        let Some(Open { start, anchor, content }) = self.open.pop() else { return Ok(()) };
        let (value, last) = match content {
            Content::Sequence(elements) => {
                let last = elements.last().map(|node| node.span.end);
                (NodeValue::Sequence(elements), last)
            }
            Content::Mapping { entries, .. } => {
                self.check_keys(&entries);
                let last = entries.last().map(|(key, node)| node.span.end.max(key.span.end));
                (NodeValue::Mapping(entries), last)
            }
        };
        // The end of an indented collection is only seen behind the blanks that follow it.
        let end = if end.is_empty() { last.unwrap_or(start.end) } else { end.end };
        let node = self.node(value, start.start..end.max(start.start));
        self.remember(anchor, &node)?;
        self.add(node);
        Ok(())
    }

    fn check_keys(&mut self, entries: &[(Key, Node)]) {
        let mut seen = BTreeSet::new();
        for (key, node) in entries {
            if !seen.insert(&key.text) {
                self.errors.push(duplicate(node, key, node));
            }
        }
    }

    fn expects_key(&self) -> bool {
        matches!(self.open.last(), Some(Open { content: Content::Mapping { key: None, .. }, .. }))
    }

    /// Puts a finished value where it belongs.
    fn add(&mut self, node: Node) {
        match self.open.last_mut().map(|open| &mut open.content) {
            None => self.root = Some(node),
            Some(Content::Sequence(elements)) => elements.push(node),
            Some(Content::Mapping { entries, key }) => {
                // INVARIANT: `expects_key` was asked before, so that a key is there.
                if let Some(key) = key.take() {
                    entries.push((key, node));
                }
            }
        }
    }

    fn remember(&mut self, anchor: usize, node: &Node) -> Result<(), Fatal> {
        if anchor == 0 {
            return Ok(());
        }
        let (height, size) = measure(node);
        self.copies += size;
        if self.copies > MAX_COPIES {
            let message = format!("too much under anchors: at most {MAX_COPIES} values in all");
            return Err(self.complaint("yaml-alias", node.span.clone(), message));
        }
        self.anchors.insert(anchor, Anchored { node: node.clone(), height, size });
        Ok(())
    }

    fn node(&self, value: NodeValue, span: Range<usize>) -> Node {
        Node { value, span, path: Path::ROOT, file: Arc::clone(self.file) }
    }

    fn too_deep(&self, place: Range<usize>) -> Diagnostic {
        self.complaint("too-deep", place, format!("the document nests deeper than {MAX_DEPTH}"))
    }

    fn complaint(&self, code: &'static str, span: Range<usize>, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Error, code, self.file, span, &Path::ROOT, message)
    }

    /// The byte of a character, both counted from 0.
    fn byte(&self, character: usize) -> usize {
        let end = self.file.text.len();
        match &self.bytes {
            None => character.min(end),
            Some(bytes) => bytes.get(character).copied().unwrap_or(end),
        }
    }
}

/// What an unquoted text means; or why nobody should have to guess.
fn plain_value(text: &str) -> Result<NodeValue, &'static str> {
    match text {
        "" | "~" | "null" => return Ok(NodeValue::Null),
        "true" => return Ok(NodeValue::Bool(true)),
        "false" => return Ok(NodeValue::Bool(false)),
        _ => {}
    }
    if text.starts_with('+') {
        return Err("starts with `+`: quote it to keep the sign, or leave the sign out to make it a number");
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    if matches!(digits.to_ascii_lowercase().as_str(), ".inf" | ".nan") {
        return Err("is no number of JSON: quote it to make it a text");
    }
    if has_leading_zero(digits) {
        return Err("has a leading zero: quote it to keep the zero, or leave the zero out to make it a number");
    }
    if !is_number(digits) {
        return Ok(NodeValue::String(text.into(), Quoting::Verbatim));
    }
    let whole = digits.bytes().all(|byte| byte.is_ascii_digit());
    let integer = text.parse::<i64>().map(serde_json::Number::from);
    let integer = integer.or_else(|_| text.parse::<u64>().map(serde_json::Number::from));
    let number = if whole { integer.ok() } else { text.parse().ok().and_then(serde_json::Number::from_f64) };
    number.map(NodeValue::Number).ok_or("is too large for a number: quote it to make it a text")
}

fn has_leading_zero(digits: &str) -> bool {
    let Some(rest) = digits.strip_prefix('0') else { return false };
    let hexadecimal = |rest: &str| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_hexdigit());
    rest.starts_with(|character: char| character.is_ascii_digit())
        || rest.strip_prefix(['x', 'o']).is_some_and(hexadecimal)
}

/// `1`, `1.5`, `.5`, `1.`, each perhaps with `e3`.
fn is_number(digits: &str) -> bool {
    let count = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = count(digits);
    let rest = &digits[whole..];
    let fraction = rest.strip_prefix('.').map_or(0, count);
    let rest = rest.strip_prefix('.').map_or(rest, |behind| &behind[fraction..]);
    if whole + fraction == 0 {
        return false;
    }
    let Some(exponent) = rest.strip_prefix(['e', 'E']) else { return rest.is_empty() };
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    !exponent.is_empty() && count(exponent) == exponent.len()
}

/// How deep and how large a value is. It recurses no deeper than documents nest.
fn measure(node: &Node) -> (usize, usize) {
    let children = node.elements().iter().chain(node.entries().iter().map(|(_, node)| node));
    let (height, size) =
        children.map(measure).fold((0, 1), |(height, size), child| (height.max(child.0), size + child.1));
    let collection = matches!(node.value, NodeValue::Sequence(_) | NodeValue::Mapping(_));
    (height + usize::from(collection), size)
}

/// Gives every value its path; what an alias repeats has the path of the alias and the place of the anchor.
fn put_paths(node: &mut Node, path: Path) {
    match &mut node.value {
        NodeValue::Null | NodeValue::Bool(_) | NodeValue::Number(_) | NodeValue::String(..) => {}
        NodeValue::Sequence(elements) => {
            for (index, element) in elements.iter_mut().enumerate() {
                put_paths(element, path.index(index));
            }
        }
        NodeValue::Mapping(entries) => {
            for (key, value) in entries {
                put_paths(value, path.key(&key.text));
            }
        }
    }
    node.path = path;
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(text: &str) -> Result<Node, Vec<Diagnostic>> {
        parse_yaml(&Arc::new(SourceFile::new("f.yaml", text)))
    }

    fn value(text: &str) -> serde_json::Value {
        parse(text).unwrap_or_else(|errors| panic!("{text}: {errors:?}")).to_json()
    }

    #[test]
    fn only_true_and_false_are_booleans() {
        let found = value("[en, no, on, yes, off, y, True, NULL, true, false, null, ~, 2024-05-06T09:00:00Z]");
        let expected = json!([
            "en",
            "no",
            "on",
            "yes",
            "off",
            "y",
            "True",
            "NULL",
            true,
            false,
            null,
            null,
            "2024-05-06T09:00:00Z"
        ]);
        assert_eq!(found, expected);
        assert_eq!(value(""), json!(null));
        assert_eq!(value("a:\nb: ''\n"), json!({"a": null, "b": ""}));
    }

    #[test]
    fn numbers_are_those_of_the_core_schema() {
        assert_eq!(value("[0, -1, 1.5, .5, 1., 1e3, 0.1, -0.5e-1]"), json!([0, -1, 1.5, 0.5, 1.0, 1000.0, 0.1, -0.05]));
        assert_eq!(
            value("[1_000, 1h, 0s, 1.2.3, -a, e3, ., 18446744073709551615]"),
            json!(["1_000", "1h", "0s", "1.2.3", "-a", "e3", ".", 18_446_744_073_709_551_615_u64])
        );
    }

    #[test]
    fn every_error_has_its_place() {
        for (text, expected) in [
            (
                "a: +15555555555\nb: 010\nc: 0x1F\nd: .nan",
                "1:4 ambiguous-scalar, 2:4 ambiguous-scalar, 3:4 ambiguous-scalar, 4:4 ambiguous-scalar",
            ),
            ("a: 99999999999999999999", "1:4 ambiguous-scalar"),
            ("010: a", "1:1 ambiguous-scalar"),
            ("a: 1\nb:\n  c: 1\n  c: 2\na: 3", "4:3 duplicate-key, 5:1 duplicate-key"),
            ("{\"a\": 1, \"a\": 2}", "1:10 duplicate-key"),
            ("{\"a\": 1, a: 2}", "1:10 duplicate-key"),
            ("a: !!str 1", "1:4 yaml-tag"),
            ("a\n---\nb", "2:1 many-documents"),
            ("? [a]\n: b", "1:3 invalid-key"),
            ("é: [*x]", "1:5 not-yaml"),
            ("a: &a [*a]", "1:8 yaml-alias"),
            ("a: [1, 2", "1:9 not-yaml"),
            ("a: 'x\n", "1:4 not-yaml"),
            ("a:\n\t- b", "2:2 not-yaml"),
        ] {
            let errors = parse(text).expect_err(text);
            let found: Vec<_> =
                errors.iter().map(|error| format!("{}:{} {}", error.line(), error.column(), error.code)).collect();
            assert_eq!(found.join(", "), expected, "{text}: {errors:?}");
        }
    }

    #[test]
    fn values_know_their_places() {
        let text = "é: &x\n  - 'a''b'\n  - \"c\\n\"\n  - |\n    d\n    e\n  - f\n    g\nh: {i: *x, j: [k]}\n\n# end\n";
        let root = parse(text).unwrap();
        let part = |node: &Node| text[node.span.clone()].to_owned();
        let list = root.get("é").unwrap();
        let found: Vec<_> = list.elements().iter().map(part).collect();
        assert_eq!(found, ["'a''b'", "\"c\\n\"", "d\n    e", "f\n    g"]);
        assert_eq!(part(root.get("h").unwrap()), "{i: *x, j: [k]}");
        assert_eq!(part(&root), text.split("\n\n").next().unwrap());
        let alias = &root.get("h").unwrap().get("i").unwrap().elements()[3];
        assert_eq!(alias.path.to_string(), "h.i[3]");
        assert_eq!(part(alias), "f\n    g");
    }

    #[test]
    fn aliases_cannot_grow_without_bound() {
        let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..20 {
            let below = format!("*a{}, ", level - 1).repeat(10);
            laughs.push_str(&format!("a{level}: &a{level} [{below}]\n"));
        }
        assert_eq!(parse(&laughs).unwrap_err()[0].code, "yaml-alias");
        let mut deep = "a0: &a0 []\n".to_owned();
        for level in 1..80 {
            deep.push_str(&format!("a{level}: &a{level} [*a{}]\n", level - 1));
        }
        assert_eq!(parse(&deep).unwrap_err()[0].code, "too-deep");
    }

    #[test]
    fn deep_nesting_is_refused() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(&nested(64)).is_ok());
        assert!(parse(&nested(66)).is_err());
        assert!(parse(&nested(100_000)).is_err());
        assert!(parse(&"- ".repeat(100_000)).is_err());
    }
}
