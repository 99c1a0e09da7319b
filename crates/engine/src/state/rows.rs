//! Rows by their place in the creation order, in pages: found in two steps, walked in order, and what has gone costs
//! nothing once its neighbours have gone too. It knows nothing about its rows.

use std::collections::BTreeMap;

use super::table::Seq;

/// Rows of one page. Rows that are created together mostly go together.
const PAGE: u64 = 64;

/// How many pages without a row may lie between others before those below them are set apart, and how many before all
/// others before their room is given back.
const GAP: usize = 64;

/// Rows by place.
#[derive(Clone, Debug)]
pub(crate) struct Rows<R> {
    /// Pages next to each other, those that have gone before them. Nearly every look-up ends here.
    recent: Vec<Page<R>>,
    /// The number of the first of these.
    base: u64,
    /// The number of the first recent page. INVARIANT: if there are several it holds a row.
    first: u64,
    /// How many recent pages hold a row.
    filled: usize,
    /// The room of a page that has gone, for the next one.
    spare: Vec<Option<R>>,
    /// Pages that lie far below the recent ones. INVARIANT: each holds a row.
    apart: BTreeMap<u64, Page<R>>,
    len: usize,
}

/// Some rows next to each other.
#[derive(Clone, Debug)]
struct Page<R> {
    /// Empty, or as long as the last row needs.
    rows: Vec<Option<R>>,
    held: usize,
}

impl<R> Default for Rows<R> {
    fn default() -> Self {
        let (recent, spare, apart) = Default::default();
        Self { recent, base: 0, first: 0, filled: 0, spare, apart, len: 0 }
    }
}

impl<R> Default for Page<R> {
    fn default() -> Self {
        Self { rows: Vec::new(), held: 0 }
    }
}

impl<R> Page<R> {
    /// Itself, with room for all its rows.
    fn with_room(&mut self, spare: &mut Vec<Option<R>>) -> &mut Self {
        if self.rows.capacity() == 0 {
            self.rows = std::mem::take(spare);
            self.rows.reserve_exact(PAGE as usize);
        }
        self
    }

    fn put(&mut self, at: usize, row: R) -> Option<R> {
        if at < self.rows.len() {
            return self.rows[at].replace(row);
        }
        self.rows.resize_with(at, || None);
        self.rows.push(Some(row));
        None
    }
}

/// A place's page and its index there.
fn split(seq: Seq) -> (u64, usize) {
    (seq.0 / PAGE, (seq.0 % PAGE) as usize)
}

impl<R> Rows<R> {
    pub(crate) fn get(&self, seq: Seq) -> Option<&R> {
        let (number, at) = split(seq);
        let page = if number < self.first { self.page_apart(number) } else { self.recent.get(self.index(number)) };
        page?.rows.get(at)?.as_ref()
    }

    #[cold]
    fn page_apart(&self, number: u64) -> Option<&Page<R>> {
        self.apart.get(&number)
    }

    #[cold]
    fn page_apart_mut(&mut self, number: u64) -> Option<&mut Page<R>> {
        self.apart.get_mut(&number)
    }

    pub(crate) fn get_mut(&mut self, seq: Seq) -> Option<&mut R> {
        let (number, at) = split(seq);
        self.page(number)?.rows.get_mut(at)?.as_mut()
    }

    /// Puts a row at its place; the answer is the one that was there.
    pub(crate) fn insert(&mut self, seq: Seq, row: R) -> Option<R> {
        let (number, at) = split(seq);
        let page = self.page_made(number);
        let before = page.put(at, row);
        let is_first = before.is_none() && page.held == 0;
        page.held += usize::from(before.is_none());
        self.len += usize::from(before.is_none());
        self.filled += usize::from(is_first && number >= self.first);
        before
    }

    pub(crate) fn remove(&mut self, seq: Seq) -> Option<R> {
        let (number, at) = split(seq);
        let row = self.page(number)?.rows.get_mut(at)?.take()?;
        self.note_gone(number);
        Some(row)
    }

    /// The same for a row that nobody wants: it is not moved.
    pub(crate) fn forget(&mut self, seq: Seq) {
        let (number, at) = split(seq);
        let row = self.page(number).and_then(|page| page.rows.get_mut(at));
        if let Some(row) = row.filter(|row| row.is_some()) {
            *row = None;
            self.note_gone(number);
        }
    }

    fn note_gone(&mut self, number: u64) {
        let Some(page) = self.page(number) else { return };
        page.held -= 1;
        let is_empty = page.held == 0;
        self.len -= 1;
        if is_empty {
            self.clear(number);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// In creation order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Seq, &R)> {
        let apart = self.apart.iter().map(|(number, page)| (*number, page));
        apart.chain((self.base..).zip(&self.recent)).flat_map(|(number, page)| {
            let rows = page.rows.iter().enumerate();
            rows.filter_map(move |(at, row)| Some((Seq(number * PAGE + at as u64), row.as_ref()?)))
        })
    }

    /// In creation order.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (Seq, &mut R)> {
        let apart = self.apart.iter_mut().map(|(number, page)| (*number, page));
        apart.chain((self.base..).zip(&mut self.recent)).flat_map(|(number, page)| {
            let rows = page.rows.iter_mut().enumerate();
            rows.filter_map(move |(at, row)| Some((Seq(number * PAGE + at as u64), row.as_mut()?)))
        })
    }

    /// Where the page would be among the recent ones: far behind them if it lies below.
    fn index(&self, number: u64) -> usize {
        usize::try_from(number.wrapping_sub(self.base)).unwrap_or(usize::MAX)
    }

    fn page(&mut self, number: u64) -> Option<&mut Page<R>> {
        if number < self.first {
            return self.page_apart_mut(number);
        }
        let index = self.index(number);
        self.recent.get_mut(index)
    }

    /// The page of this number, made if need be.
    fn page_made(&mut self, number: u64) -> &mut Page<R> {
        if self.filled == 0 && number != self.first {
            self.recent.clear();
            self.first = self.apart.last_key_value().map_or(number, |(last, _)| number.max(last + 1));
            self.base = self.first;
        }
        if number < self.first {
            return self.apart.entry(number).or_default().with_room(&mut self.spare);
        }
        if self.index(number) > self.recent.len() + GAP {
            self.start_at(number);
        }
        let index = self.index(number);
        if self.recent.len() <= index {
            self.recent.resize_with(index + 1, Page::default);
        }
        self.recent[index].with_room(&mut self.spare)
    }

    /// Sets all recent pages apart: the next ones lie far above them.
    fn start_at(&mut self, number: u64) {
        let pages = (self.base..).zip(std::mem::take(&mut self.recent));
        self.apart.extend(pages.filter(|(_, page)| page.held > 0));
        (self.base, self.first, self.filled) = (number, number, 0);
    }

    /// A page holds no row any more. The newest one keeps its room: it is likely to be needed.
    fn clear(&mut self, number: u64) {
        if number < self.first {
            self.apart.remove(&number);
            return;
        }
        let index = self.index(number);
        if index + 1 < self.recent.len() {
            self.empty(index);
        }
        self.filled -= 1;
        self.pass_empty();
        if self.recent.len() - self.gone() > 4 * self.filled + GAP {
            self.set_first_apart();
            self.pass_empty();
        }
    }

    /// Takes the room of a page that holds no row.
    fn empty(&mut self, index: usize) {
        let page = std::mem::take(&mut self.recent[index]);
        if page.rows.capacity() > 0 {
            self.spare = page.rows;
            self.spare.clear();
        }
    }

    /// How many pages have gone before the first.
    fn gone(&self) -> usize {
        self.index(self.first)
    }

    /// The first page holds a row again, or is the newest. Those before it go together, many at once.
    fn pass_empty(&mut self) {
        let mut gone = self.gone();
        while gone + 1 < self.recent.len() && self.recent[gone].held == 0 {
            self.empty(gone);
            self.first += 1;
            gone += 1;
        }
        if gone > GAP && 2 * gone > self.recent.len() {
            self.recent.drain(..gone);
            self.base = self.first;
        }
    }

    fn set_first_apart(&mut self) {
        let gone = self.gone();
        self.apart.insert(self.first, std::mem::take(&mut self.recent[gone]));
        self.filled -= 1;
        self.first += 1;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Places near each other, which wander on, and some far away.
    #[test]
    fn rows_are_where_a_map_would_have_them() {
        let (mut rows, mut map) = (Rows::default(), BTreeMap::new());
        let mut next = 1_u64;
        for step in 0..40_000_u64 {
            next = next.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let far = [0, 0, 0, 0, 0, 0, 100_000, 1 << 52][(next >> 20) as usize % 8];
            let seq = Seq((next >> 33) % 300 + far + step);
            if next.is_multiple_of(3) {
                assert_eq!(rows.insert(seq, step), map.insert(seq, step));
            } else {
                assert_eq!(rows.get(seq), map.get(&seq));
                if step.is_multiple_of(2) {
                    rows.forget(seq);
                    map.remove(&seq);
                } else {
                    assert_eq!(rows.remove(seq), map.remove(&seq));
                }
            }
            assert_eq!(rows.get(seq), map.get(&seq));
            assert_eq!(rows.get_mut(seq), map.get_mut(&seq));
            check(&rows, map.len());
        }
        assert!(rows.iter().map(|(seq, row)| (seq, *row)).eq(map.iter().map(|(seq, row)| (*seq, *row))));
        for (seq, row) in map {
            assert_eq!(rows.remove(seq), Some(row));
        }
        assert!(rows.recent.len() - rows.gone() <= 1 && rows.apart.is_empty());
    }

    /// One row stays while millions come and go.
    #[test]
    fn what_has_gone_takes_no_room() {
        let mut rows = Rows::default();
        rows.insert(Seq(1), 0);
        for seq in 2..200_000 {
            rows.insert(Seq(seq), seq);
            rows.remove(Seq(seq.saturating_sub(100).max(2)));
            check(&rows, rows.iter().count().min(rows.len()));
            assert!(rows.recent.len() - rows.gone() < 2 * GAP, "{} pages, {} rows", rows.recent.len(), rows.len());
        }
        assert_eq!(rows.get(Seq(1)), Some(&0));
    }

    fn check(rows: &Rows<u64>, len: usize) {
        assert_eq!(rows.len(), len);
        let recent = &rows.recent[rows.gone()..];
        assert!(recent.len() <= 1 || recent[0].held > 0);
        assert!(rows.recent[..rows.gone()].iter().all(|page| page.held == 0 && page.rows.capacity() == 0));
        assert!(rows.gone() <= GAP.max(rows.recent.len() / 2), "what has gone is given back");
        assert!(rows.apart.values().all(|page| page.held > 0));
        assert!(rows.apart.last_key_value().is_none_or(|(last, _)| *last < rows.first));
        assert_eq!(rows.filled, rows.recent.iter().filter(|page| page.held > 0).count());
        assert!(recent.len() <= 4 * (rows.filled + 1) + 4 * GAP + 300, "the recent pages are dense");
    }
}
