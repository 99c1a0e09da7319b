//! Owns the cell: one value of a row in sixteen bytes, equal to another by its bits. Never holds text.

use std::hash::{Hash, Hasher};

use crate::Number;

/// A value, or what stands for it. Scalars of one row, or of rows of one [`super::Slots`], are equal when their cells
/// are, texts without a symbol apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    tag: Tag,
    bits: u64,
}

/// In one step.
impl Hash for Cell {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.bits ^ (self.tag as u64) << 56);
    }
}

/// What the bits mean. Scalars come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tag {
    Null,
    Bool,
    Integer,
    Float,
    /// A text by the number of its symbol.
    Symbol,
    /// A text without a symbol: it is in the document only.
    Text,
    /// A list by the place of its items in the row.
    List,
    /// An object, or a list within a list: equal to nothing.
    Structure,
}

impl Cell {
    pub(super) const NULL: Self = Self { tag: Tag::Null, bits: 0 };
    pub(super) const TEXT: Self = Self { tag: Tag::Text, bits: 0 };
    pub(super) const STRUCTURE: Self = Self { tag: Tag::Structure, bits: 0 };

    pub(super) fn bool(value: bool) -> Self {
        Self { tag: Tag::Bool, bits: value.into() }
    }

    pub(super) fn number(number: Number) -> Self {
        let (is_integer, bits) = number.to_bits();
        Self { tag: if is_integer { Tag::Integer } else { Tag::Float }, bits }
    }

    pub(super) fn symbol(symbol: u32) -> Self {
        Self { tag: Tag::Symbol, bits: symbol.into() }
    }

    pub(super) fn list(first: u32, count: u32) -> Self {
        Self { tag: Tag::List, bits: u64::from(first) << 32 | u64::from(count) }
    }

    #[inline]
    pub(super) fn tag(self) -> Tag {
        self.tag
    }

    /// See [`crate::Ref::is_scalar`].
    #[inline]
    pub(super) fn is_scalar(self) -> bool {
        self.tag < Tag::List
    }

    #[inline]
    pub(super) fn as_number(self) -> Option<Number> {
        match self.tag {
            Tag::Integer => Some(Number::from_bits(true, self.bits)),
            Tag::Float => Some(Number::from_bits(false, self.bits)),
            Tag::Null | Tag::Bool | Tag::Symbol | Tag::Text | Tag::List | Tag::Structure => None,
        }
    }

    /// The number of the symbol, of a symbol.
    #[inline]
    pub(super) fn as_symbol(self) -> Option<u32> {
        (self.tag == Tag::Symbol).then_some(self.bits as u32)
    }

    /// Where the items are, of a list.
    #[inline]
    pub(super) fn as_list(self) -> Option<std::ops::Range<usize>> {
        let (first, count) = ((self.bits >> 32) as usize, self.bits as u32 as usize);
        (self.tag == Tag::List).then_some(first..first + count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_small() {
        assert_eq!(size_of::<Cell>(), 16);
    }
}
