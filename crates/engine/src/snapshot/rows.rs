//! Tables, to and from their form in a snapshot: rows by place, whatever they are.

use std::collections::BTreeMap;
use std::hash::Hash;

use super::SnapshotError;
use super::at::{At, MOST};
use super::current as stored;
use crate::state::table::{Seq, Table};

impl<S> stored::Rows<S> {
    pub(super) fn write<'e, R: 'e>(
        next: Seq,
        rows: impl Iterator<Item = (Seq, &'e R)>,
        mut write: impl FnMut(&'e R) -> S,
    ) -> Self {
        Self { next: next.0, rows: rows.map(|(seq, row)| (seq.0, write(row))).collect() }
    }

    /// The table of these rows, each read at its place.
    pub(super) fn read<K: Copy + Ord + Hash, R>(
        self,
        at: &At,
        id: impl Fn(&R) -> K,
        mut read: impl FnMut(Seq, &At, S) -> Result<R, SnapshotError>,
    ) -> Result<Table<K, R>, SnapshotError> {
        let Self { next, rows } = self;
        at.at_most("next", next, MOST)?;
        let place = at.key("rows");
        let (mut table, mut holders) = (Vec::new(), BTreeMap::new());
        for (seq, row) in rows {
            let at = place.key(seq);
            let row = read(Seq(seq), &at, row)?;
            if let Some(holder) = holders.insert(id(&row), seq) {
                return Err(at.error(format_args!("expected another id than that of row {holder}")));
            }
            table.push((Seq(seq), row));
        }
        let table = Table::restored(next, table, id);
        table
            .ok_or_else(|| at.key("next").error(format_args!("expected a place above those of all rows, found {next}")))
    }
}
