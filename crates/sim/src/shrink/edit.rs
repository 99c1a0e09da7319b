//! One change of a document.

use std::ops::Range;

use crate::document::{Tree, Way};

/// A change of a document.
#[derive(Clone, Debug)]
pub(super) enum Edit {
    /// Some entries of a list are taken away, and whatever cannot be read without them.
    Thin(Way, Range<usize>),
    /// A key is taken away.
    Drop(Way, usize),
    /// Another value.
    Put(Way, Tree),
    /// Another document.
    Whole(Tree),
}

impl Edit {
    /// The document with the change; none where it has no such place.
    pub(super) fn applied(&self, tree: &Tree) -> Option<Tree> {
        let mut tree = tree.clone();
        match self {
            Self::Thin(way, range) => match tree.at_mut(way)? {
                Tree::List(items) => drop(items.drain(range.clone())),
                Tree::Null | Tree::Bool(_) | Tree::Number(_) | Tree::Text(_) | Tree::Map(_) => return None,
            },
            Self::Drop(way, place) => remove(&mut tree, way, *place)?,
            Self::Put(way, value) => *tree.at_mut(way)? = value.clone(),
            Self::Whole(whole) => return Some(whole.clone()),
        }
        Some(tree)
    }

    /// The document without the entry of a list that something wrong is in; only what is thinned is mended so.
    pub(super) fn mended(&self, tree: &Tree, wrong: &str) -> Option<Tree> {
        if !matches!(self, Self::Thin(..)) {
            return None;
        }
        let mut tree = tree.clone();
        let mut way = tree.way(wrong)?;
        while let Some(place) = way.pop() {
            if matches!(tree.at(&way)?, Tree::List(_)) {
                remove(&mut tree, &way, place)?;
                return Some(tree);
            }
        }
        None
    }
}

fn remove(tree: &mut Tree, way: &[usize], place: usize) -> Option<()> {
    match tree.at_mut(way)? {
        Tree::List(items) if place < items.len() => drop(items.remove(place)),
        Tree::Map(entries) if place < entries.len() => drop(entries.remove(place)),
        Tree::Null | Tree::Bool(_) | Tree::Number(_) | Tree::Text(_) | Tree::List(_) | Tree::Map(_) => return None,
    }
    Some(())
}
