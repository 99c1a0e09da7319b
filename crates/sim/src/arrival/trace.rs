//! Recorded arrivals: a table of comma-separated values, and which of its columns mean what. Errors name the table's
//! own file, line and column. It is read whole, once.

use std::convert::Infallible;
use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use csv::{ErrorKind, ReaderBuilder, StringRecord};
use pointsman::{Timestamp, parse_duration};
use pointsman_config::{Diagnostic, Node, NodeValue, Path, Quoting, Severity, SourceFile, read_text};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Number, Value};

use crate::reading::{Fields, Reader, choice};

/// A recorded arrival.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    /// When, counted from the start of the scenario.
    pub(crate) at: Duration,
    /// Its attributes; those with an empty cell are left out.
    pub(crate) attributes: Map<String, Value>,
    /// How long it took, when that was recorded.
    pub(crate) handling: Option<Duration>,
    /// How long it would have waited, when that was recorded.
    pub(crate) patience: Option<Duration>,
    /// When it was taken, where its end was not recorded.
    pub(crate) taken: Option<Duration>,
    /// The last instant that is told of it.
    pub(crate) last: Duration,
}

/// A table and what was made of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Trace {
    file: String,
    columns: Columns,
    /// In the order of the table.
    pub(crate) rows: Arc<[Arc<Row>]>,
}

/// The names of the columns.
#[derive(Clone, Debug, PartialEq)]
struct Columns {
    at: String,
    attributes: Vec<(Arc<str>, String)>,
    handling: Option<Recorded>,
    patience: Option<Recorded>,
}

/// Where a span is recorded.
#[derive(Clone, Debug, PartialEq)]
pub enum Recorded {
    /// In a column of its own.
    Column(String),
    /// As the instants at which it began and ended.
    Between(String, String),
}

impl Recorded {
    /// The columns it is in.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &str> {
        let (first, second) = match self {
            Self::Column(column) => (column, None),
            Self::Between(begin, end) => (begin, Some(end)),
        };
        std::iter::once(first).chain(second).map(String::as_str)
    }
}

/// More complaints about one table help nobody.
const MOST_COMPLAINTS: usize = 20;

impl Trace {
    /// Reads the mapping under `trace` and the table it names.
    pub(crate) fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let mut fields = reader.mapping(node, "a table and its columns, such as `{file: calls.csv, at: received}`")?;
        let file = fields.required(reader, "file");
        let table = file.and_then(|file| Table::read(reader, file));
        let columns = columns(reader, &mut fields, table.as_ref());
        fields.finish(reader, &["file", "at", "attributes", "handling", "patience"]);
        let (table, (columns, places)) = (table?, columns?);
        let rows = table.rows(reader, &places)?;
        Some(Self { file: file?.as_str()?.to_owned(), columns, rows })
    }
}

impl FromStr for Recorded {
    type Err = Infallible;

    /// The name of a column, or `BEGIN..END` with the names of two.
    fn from_str(text: &str) -> Result<Self, Infallible> {
        let between = text.split_once("..").map(|(from, to)| Self::Between(from.to_owned(), to.to_owned()));
        Ok(between.unwrap_or_else(|| Self::Column(text.to_owned())))
    }
}

/// The same by the numbers of the columns.
struct Places {
    at: usize,
    attributes: Vec<(Arc<str>, usize)>,
    handling: Option<SpanPlace>,
    patience: Option<SpanPlace>,
}

enum SpanPlace {
    Column(usize),
    Between(usize, usize),
}

fn columns(reader: &mut Reader<'_>, fields: &mut Fields<'_>, table: Option<&Table>) -> Option<(Columns, Places)> {
    let at = fields.required(reader, "at").and_then(|node| column(reader, node, table));
    let attributes = fields.take("attributes").map_or(Some(Vec::new()), |node| attributes(reader, node, table));
    let handling = fields.take("handling").map(|node| span(reader, node, table));
    let patience = fields.take("patience").map(|node| span(reader, node, table));
    let ((at, at_place), attributes) = (at?, attributes?);
    let (handling, handling_place) = handling.map_or(Some((None, None)), |span| span.map(both))?;
    let (patience, patience_place) = patience.map_or(Some((None, None)), |span| span.map(both))?;
    let (names, places) =
        attributes.into_iter().map(|(name, (column, place))| ((name.clone(), column), (name, place))).unzip();
    let columns = Columns { at, attributes: names, handling, patience };
    Some((columns, Places { at: at_place, attributes: places, handling: handling_place, patience: patience_place }))
}

fn both<A, B>((a, b): (A, B)) -> (Option<A>, Option<B>) {
    (Some(a), Some(b))
}

type Named = (Arc<str>, (String, usize));

fn attributes(reader: &mut Reader<'_>, node: &Node, table: Option<&Table>) -> Option<Vec<Named>> {
    let fields = reader.mapping(node, "attributes with the columns they stand in")?;
    let columns = fields.rest.iter().map(|field| Some((field.key.text.clone(), column(reader, field.value, table)?)));
    let columns: Vec<Option<Named>> = columns.collect();
    columns.into_iter().collect()
}

/// `talk_s`, or `{from: dispatched, to: cleared}`.
fn span(reader: &mut Reader<'_>, node: &Node, table: Option<&Table>) -> Option<(Recorded, SpanPlace)> {
    if !matches!(node.value, NodeValue::Mapping(_)) {
        return column(reader, node, table).map(|(name, place)| (Recorded::Column(name), SpanPlace::Column(place)));
    }
    let mut fields = reader.mapping(node, "the columns in which a span begins and ends")?;
    let from = fields.required(reader, "from").and_then(|node| column(reader, node, table));
    let to = fields.required(reader, "to").and_then(|node| column(reader, node, table));
    fields.finish(reader, &["from", "to"]);
    let ((from, begins), (to, ends)) = (from?, to?);
    Some((Recorded::Between(from, to), SpanPlace::Between(begins, ends)))
}

/// The column that a node names. Without a table there is nothing to judge.
fn column(reader: &mut Reader<'_>, node: &Node, table: Option<&Table>) -> Option<(String, usize)> {
    let Some(name) = node.as_str() else {
        reader.wrong(node, "the name of a column");
        return None;
    };
    let headers: Vec<&str> = table?.headers.iter().collect();
    let place = headers.iter().position(|header| *header == name);
    if place.is_none() {
        let message = format!("the table has no column `{name}`");
        reader.report(Diagnostic::error("unknown-column", node, message).help(choice(name, &headers)));
    }
    if is_twice(name, &headers) {
        let message = format!("the table has more than one column `{name}`");
        reader.report(Diagnostic::error("ambiguous-column", node, message).help(RENAME));
        return None;
    }
    Some((name.to_owned(), place?))
}

/// What to do about a name that two columns have.
pub(crate) const RENAME: &str = "give each column a name of its own in the first line of the table";

/// Whether two columns have the name, so that it says nothing.
pub(crate) fn is_twice(name: &str, headers: &[&str]) -> bool {
    headers.iter().filter(|header| **header == name).count() > 1
}

/// The cells of a table and where they stand.
struct Table {
    file: Arc<SourceFile>,
    headers: StringRecord,
    records: Vec<StringRecord>,
}

impl Table {
    fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let file = read_text(node, reader.context.files).map_err(|error| reader.report(error)).ok()?;
        let mut csv = ReaderBuilder::new().from_reader(file.text.as_bytes());
        let read = csv.headers().cloned().and_then(|headers| Ok((headers, csv.records().collect::<Result<_, _>>()?)));
        match read {
            Ok((headers, records)) => Some(Self { file, headers, records }),
            Err(error) => {
                reader.report(unreadable(&file, &error));
                None
            }
        }
    }

    fn rows(&self, reader: &mut Reader<'_>, places: &Places) -> Option<Arc<[Arc<Row>]>> {
        let kinds: Vec<Kind> = places.attributes.iter().map(|(_, column)| self.kind(*column)).collect();
        let before = reader.diagnostics.len();
        let mut rows = Vec::with_capacity(self.records.len());
        for record in &self.records {
            rows.extend(self.row(reader, record, places, &kinds).map(Arc::new));
            if reader.diagnostics.len() - before >= MOST_COMPLAINTS {
                break;
            }
        }
        (reader.diagnostics.len() == before).then(|| rows.into())
    }

    fn row(&self, reader: &mut Reader<'_>, record: &StringRecord, places: &Places, kinds: &[Kind]) -> Option<Row> {
        let cell = |column| Cell { table: self, record, column };
        let at = self.since_start(reader, &cell(places.at))?;
        let handling = span_of(reader, places.handling.as_ref(), cell);
        let patience = span_of(reader, places.patience.as_ref(), cell);
        let (handling, patience) = (handling?, patience?);
        let last = handling.last(at).max(patience.last(at));
        let named = places.attributes.iter().zip(kinds);
        let attributes =
            named.filter_map(|((name, column), kind)| Some((name.to_string(), kind.value(cell(*column).text())?)));
        let (attributes, taken) = (attributes.collect(), handling.goes_on_from());
        Some(Row { at, attributes, handling: handling.span, patience: patience.span, taken, last })
    }

    fn since_start(&self, reader: &mut Reader<'_>, cell: &Cell<'_>) -> Option<Duration> {
        let (at, start) = (cell.instant(reader)?, reader.context.start);
        if at < start {
            let error =
                Diagnostic::error("before-the-start", &cell.node(), "this lies before the start of the scenario");
            reader.report(error.help("write the first instant of the table, or an earlier one, under `start`"));
            return None;
        }
        Some(at.since(start))
    }

    /// What all cells of a column that are not empty have in common.
    fn kind(&self, column: usize) -> Kind {
        let cells = || {
            self.records.iter().filter_map(|record| record.get(column)).map(str::trim).filter(|cell| !cell.is_empty())
        };
        if cells().all(|cell| cell.parse::<Number>().is_ok()) {
            Kind::Numbers
        } else if cells().all(|cell| matches!(cell, "true" | "false")) {
            Kind::Flags
        } else {
            Kind::Texts
        }
    }
}

fn unreadable(file: &Arc<SourceFile>, error: &csv::Error) -> Diagnostic {
    let message = if let ErrorKind::UnequalLengths { expected_len, len, .. } = error.kind() {
        format!("this row has {len} cells, but there are {expected_len} columns")
    } else {
        format!("this is no table of comma-separated values: {error}")
    };
    let start = error.position().map_or(0, |position| begin(&file.text, position.byte()));
    Diagnostic::new(Severity::Error, "unreadable-table", file, start..start, &Path::ROOT, message)
}

/// What the cells of a column are.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Numbers,
    Flags,
    Texts,
}

impl Kind {
    /// The value of a cell; none when it is empty.
    fn value(self, cell: &str) -> Option<Value> {
        match self {
            _ if cell.is_empty() => None,
            Self::Numbers => cell.parse().ok().map(Value::Number),
            Self::Flags => Some(Value::Bool(cell == "true")),
            Self::Texts => Some(Value::String(cell.to_owned())),
        }
    }
}

/// What a row tells of a span: all that its cells are not empty for.
#[derive(Default)]
struct Told {
    span: Option<Duration>,
    from: Option<Duration>,
    to: Option<Duration>,
}

impl Told {
    fn goes_on_from(&self) -> Option<Duration> {
        self.from.filter(|_| self.to.is_none())
    }

    /// The last instant told, when the task came `at` another.
    fn last(&self, at: Duration) -> Duration {
        let ends = self.span.map(|span| at.saturating_add(span));
        [ends, self.from, self.to].into_iter().flatten().fold(at, Duration::max)
    }
}

fn span_of<'t>(reader: &mut Reader<'_>, place: Option<&SpanPlace>, cell: impl Fn(usize) -> Cell<'t>) -> Option<Told> {
    match place {
        None => Some(Told::default()),
        Some(SpanPlace::Column(column)) => {
            let cell = cell(*column);
            let span = if cell.text().is_empty() { None } else { Some(cell.span(reader)?) };
            Some(Told { span, ..Told::default() })
        }
        Some(SpanPlace::Between(from, to)) => between(reader, &cell(*from), &cell(*to)),
    }
}

fn between(reader: &mut Reader<'_>, begin: &Cell<'_>, end: &Cell<'_>) -> Option<Told> {
    let start = reader.context.start;
    let mut instant = |cell: &Cell<'_>| match cell.text() {
        "" => Some(None),
        _ => cell.instant(reader).map(Some),
    };
    let (from, to) = (instant(begin), instant(end));
    let (from, to) = (from?, to?);
    if from.zip(to).is_some_and(|(from, to)| to < from) {
        let message = format!("this lies before `{}` in column `{}`", begin.text(), begin.header());
        let error = Diagnostic::error("impossible-value", &end.node(), message);
        reader.report(error.help("a span does not end before it begins"));
        return None;
    }
    let span = from.zip(to).map(|(from, to)| to.since(from));
    let since_start = |instant: Timestamp| instant.since(start);
    Some(Told { span, from: from.map(since_start), to: to.map(since_start) })
}

/// A cell of a table.
struct Cell<'t> {
    table: &'t Table,
    record: &'t StringRecord,
    column: usize,
}

impl<'t> Cell<'t> {
    fn text(&self) -> &'t str {
        self.record.get(self.column).unwrap_or_default().trim()
    }

    fn header(&self) -> &'t str {
        self.table.headers.get(self.column).unwrap_or_default()
    }

    /// Seconds as any decimal number.
    fn seconds(&self) -> Option<f64> {
        self.text().parse().ok().filter(|seconds: &f64| seconds.is_finite())
    }

    fn span(&self, reader: &mut Reader<'_>) -> Option<Duration> {
        let seconds = self.seconds().filter(|seconds| *seconds >= 0.0).map(crate::distribution::span);
        let span = seconds.or_else(|| parse_duration(self.text()));
        if span.is_none() {
            reader.wrong(&self.node(), "a span of time such as `90s`, `5m`, `1h30m`, `250ms` or a number of seconds");
        }
        span
    }

    /// A number of seconds or a span since the start of the scenario, or an instant in RFC 3339; in UTC without a zone.
    fn instant(&self, reader: &mut Reader<'_>) -> Option<Timestamp> {
        match self.seconds() {
            Some(seconds) if seconds >= 0.0 => Some(reader.context.start + crate::distribution::span(seconds)),
            Some(seconds) => Some(reader.context.start.before(crate::distribution::span(-seconds))),
            None => {
                let text = with_zone(self.text());
                reader.value(&Node { value: NodeValue::String(text.as_str().into(), Quoting::Verbatim), ..self.node() })
            }
        }
    }

    /// The cell as a value with its place, for readers and messages.
    fn node(&self) -> Node {
        let text = &self.table.file.text;
        let start = begin(text, self.record.position().map_or(0, csv::Position::byte));
        Node {
            value: NodeValue::String(self.text().into(), Quoting::Verbatim),
            span: within(text, start, self.column),
            path: Path::ROOT,
            file: self.table.file.clone(),
        }
    }
}

/// `2024-05-06 09:00:00` as RFC 3339 has it: `2024-05-06T09:00:00Z`. Anything else stays as it is.
fn with_zone(text: &str) -> String {
    let Some((date, time)) = text.split_once([' ', 'T']).filter(|(date, _)| date.len() == "2024-05-06".len()) else {
        return text.to_owned();
    };
    let has_no_zone = time.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.'));
    format!("{date}T{time}{}", if has_no_zone { "Z" } else { "" })
}

/// Where a row begins that begins here or behind empty lines.
fn begin(text: &str, byte: u64) -> usize {
    let byte = usize::try_from(byte).unwrap_or(usize::MAX).min(text.len());
    let rest = text.get(byte..).unwrap_or_default();
    text.len() - rest.trim_start_matches(['\r', '\n']).len()
}

/// Where a cell of the row that begins at `start` stands: commas between quotes do not count.
fn within(text: &str, start: usize, column: usize) -> Range<usize> {
    let mut quoted = false;
    let mut from = start;
    let mut cells = 0;
    for (offset, byte) in text.bytes().enumerate().skip(start) {
        match byte {
            b'"' => quoted = !quoted,
            b',' | b'\n' | b'\r' if !quoted && cells == column => return from..offset,
            b',' if !quoted => {
                cells += 1;
                from = offset + 1;
            }
            _ => {}
        }
    }
    from..text.len()
}

impl Serialize for Trace {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Columns { at, attributes, handling, patience } = &self.columns;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("file", &self.file)?;
        map.serialize_entry("at", at)?;
        if !attributes.is_empty() {
            map.serialize_entry("attributes", &InOrder(attributes))?;
        }
        for (key, span) in [("handling", handling), ("patience", patience)] {
            if let Some(span) = span {
                map.serialize_entry(key, span)?;
            }
        }
        map.end()
    }
}

/// A mapping in the order it was written in.
struct InOrder<'a>(&'a [(Arc<str>, String)]);

impl Serialize for InOrder<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, column)| (&**name, column)))
    }
}

impl Serialize for Recorded {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Column(column) => column.serialize(serializer),
            Self::Between(from, to) => serializer.collect_map([("from", from), ("to", to)]),
        }
    }
}
