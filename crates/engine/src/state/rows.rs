//! Rows by their place in the creation order, in pages: found in two steps, walked in order, and what has gone costs
//! nothing once its neighbours have gone too. It knows nothing about its rows.

use std::collections::VecDeque;

use super::table::Seq;

/// Rows of one page. Rows that are created together mostly go together.
const PAGE: u64 = 64;

/// Rows by place.
#[derive(Clone, Debug)]
pub(crate) struct Rows<R> {
    /// INVARIANT: the first page, if there is one, holds a row.
    pages: VecDeque<Page<R>>,
    /// The number of the first page.
    first: u64,
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
        Self { pages: VecDeque::new(), first: 0, len: 0 }
    }
}

impl<R> Default for Page<R> {
    fn default() -> Self {
        Self { rows: Vec::new(), held: 0 }
    }
}

/// A place's page and its index there.
fn split(seq: Seq) -> (u64, usize) {
    (seq.0 / PAGE, (seq.0 % PAGE) as usize)
}

impl<R> Rows<R> {
    pub(crate) fn get(&self, seq: Seq) -> Option<&R> {
        let (page, at) = split(seq);
        self.pages.get(self.index(page)?)?.rows.get(at)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, seq: Seq) -> Option<&mut R> {
        let (page, at) = split(seq);
        let index = self.index(page)?;
        self.pages.get_mut(index)?.rows.get_mut(at)?.as_mut()
    }

    /// Puts a row at its place; the answer is the one that was there.
    pub(crate) fn insert(&mut self, seq: Seq, row: R) -> Option<R> {
        let (number, at) = split(seq);
        let page = self.page(number);
        if page.rows.len() <= at {
            page.rows.resize_with(at + 1, || None);
        }
        let before = page.rows[at].replace(row);
        if before.is_none() {
            page.held += 1;
            self.len += 1;
        }
        before
    }

    pub(crate) fn remove(&mut self, seq: Seq) -> Option<R> {
        let (number, at) = split(seq);
        let index = self.index(number)?;
        let page = self.pages.get_mut(index)?;
        let row = page.rows.get_mut(at)?.take()?;
        page.held -= 1;
        self.len -= 1;
        if page.held == 0 {
            page.rows = Vec::new();
        }
        while self.pages.front().is_some_and(|page| page.held == 0) {
            self.pages.pop_front();
            self.first += 1;
        }
        Some(row)
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// In creation order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Seq, &R)> {
        let pages = (self.first..).zip(&self.pages);
        pages.flat_map(|(number, page)| {
            let rows = page.rows.iter().enumerate();
            rows.filter_map(move |(at, row)| Some((Seq(number * PAGE + at as u64), row.as_ref()?)))
        })
    }

    /// In creation order.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (Seq, &mut R)> {
        (self.first..).zip(&mut self.pages).flat_map(|(number, page)| {
            let rows = page.rows.iter_mut().enumerate();
            rows.filter_map(move |(at, row)| Some((Seq(number * PAGE + at as u64), row.as_mut()?)))
        })
    }

    fn index(&self, page: u64) -> Option<usize> {
        usize::try_from(page.checked_sub(self.first)?).ok()
    }

    /// The page of this number, made if need be.
    fn page(&mut self, number: u64) -> &mut Page<R> {
        if self.pages.is_empty() {
            self.first = number;
        }
        while number < self.first {
            self.first -= 1;
            self.pages.push_front(Page::default());
        }
        let index = (number - self.first) as usize;
        if self.pages.len() <= index {
            self.pages.resize_with(index + 1, Page::default);
        }
        &mut self.pages[index]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn rows_are_where_a_map_would_have_them() {
        let (mut rows, mut map) = (Rows::default(), BTreeMap::new());
        let mut next = 1_u64;
        for step in 0..5_000_u64 {
            next = next.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let seq = Seq((next >> 33) % 300 + step / 10);
            if next.is_multiple_of(3) {
                assert_eq!(rows.insert(seq, step), map.insert(seq, step));
            } else {
                assert_eq!(rows.remove(seq), map.remove(&seq));
            }
            assert_eq!(rows.get(seq), map.get(&seq));
            assert_eq!(rows.len(), map.len());
            assert!(rows.pages.front().is_none_or(|page| page.held > 0));
        }
        assert!(rows.iter().map(|(seq, row)| (seq, *row)).eq(map));
    }
}
