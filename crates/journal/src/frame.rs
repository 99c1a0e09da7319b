//! How records and snapshots lie in the store. A frame is a checksum and what it vouches for, numbers little-endian:
//!
//! | Bytes | What |
//! |---|---|
//! | 8 | xxh3 of all that follows, in every format |
//! | 1 | the format |
//! | 1 | `e` for an entry, `s` for a snapshot |
//! | 4 | the behaviour version |
//! | 8 | the index |
//! | the rest | the bytes as they were given |
//!
//! Since the checksum is where it is in every format, a frame of a later release is told from a damaged one.

use xxhash_rust::xxh3::xxh3_64;

use crate::{Entry, JournalError, Saved};

/// The format that is written, and the only one that is read.
pub(crate) const FORMAT: u8 = 1;

const CHECKSUM: usize = 8;
const HEAD: usize = CHECKSUM + 1 + 1 + 4 + 8;
const ENTRY: u8 = b'e';
const SNAPSHOT: u8 = b's';

pub(crate) fn frame_entry(index: u64, behaviour: u32, bytes: &[u8]) -> Vec<u8> {
    frame(ENTRY, index, behaviour, bytes)
}

pub(crate) fn frame_snapshot(index: u64, behaviour: u32, bytes: &[u8]) -> Vec<u8> {
    frame(SNAPSHOT, index, behaviour, bytes)
}

/// The entry that lies at this place.
pub(crate) fn read_entry(index: u64, framed: &[u8]) -> Result<Entry, JournalError> {
    let place = || format!("entry {index}");
    let Frame { index: found, behaviour, bytes } = read(ENTRY, framed).map_err(|flaw| flaw.at(place()))?;
    if found != index {
        return Err(JournalError::Damaged { place: place(), flaw: format!("entry {found} lies in its place") });
    }
    Ok(Entry { index, behaviour, bytes: bytes.to_vec() })
}

pub(crate) fn read_snapshot(framed: &[u8]) -> Result<Saved, JournalError> {
    let Frame { index, behaviour, bytes } = read(SNAPSHOT, framed).map_err(|flaw| flaw.at("the snapshot".into()))?;
    Ok(Saved { index, behaviour, bytes: bytes.to_vec() })
}

fn frame(kind: u8, index: u64, behaviour: u32, bytes: &[u8]) -> Vec<u8> {
    let mut framed = Vec::with_capacity(HEAD + bytes.len());
    framed.extend([0; CHECKSUM]);
    framed.extend([FORMAT, kind]);
    framed.extend(behaviour.to_le_bytes());
    framed.extend(index.to_le_bytes());
    framed.extend(bytes);
    let checksum = xxh3_64(&framed[CHECKSUM..]);
    framed[..CHECKSUM].copy_from_slice(&checksum.to_le_bytes());
    framed
}

struct Frame<'a> {
    index: u64,
    behaviour: u32,
    bytes: &'a [u8],
}

/// What is wrong with a frame.
#[derive(Debug, PartialEq, Eq)]
enum Flaw {
    Cut(usize),
    Checksum { written: u64, computed: u64 },
    Kind(u8),
    Format(u8),
}

impl Flaw {
    fn at(self, place: String) -> JournalError {
        let flaw = match self {
            Self::Format(found) => return JournalError::Format { place, found },
            Self::Cut(length) => format!("it is cut after {length} bytes"),
            Self::Checksum { written, computed } => {
                format!("its checksum is {computed:016x}, and {written:016x} was written down")
            }
            Self::Kind(kind) => format!("it is of kind `{}`", char::from(kind)),
        };
        JournalError::Damaged { place, flaw }
    }
}

fn read(kind: u8, framed: &[u8]) -> Result<Frame<'_>, Flaw> {
    let cut = || Flaw::Cut(framed.len());
    let (written, vouched) = framed.split_first_chunk::<CHECKSUM>().ok_or_else(cut)?;
    let (written, computed) = (u64::from_le_bytes(*written), xxh3_64(vouched));
    if written != computed {
        return Err(Flaw::Checksum { written, computed });
    }
    let (&[format, found], rest) = vouched.split_first_chunk().ok_or_else(cut)?;
    if format != FORMAT {
        return Err(Flaw::Format(format));
    }
    if found != kind {
        return Err(Flaw::Kind(found));
    }
    let (behaviour, rest) = rest.split_first_chunk().ok_or_else(cut)?;
    let (index, bytes) = rest.split_first_chunk().ok_or_else(cut)?;
    Ok(Frame { index: u64::from_le_bytes(*index), behaviour: u32::from_le_bytes(*behaviour), bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is on disk today is read by every release of this format.
    #[test]
    fn the_form_is_pinned() {
        let framed = frame_entry(258, 7, b"hi");
        let hex: Vec<String> = framed.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex.concat(), "4533dc1777b69fa801650700000002010000000000006869");
    }

    #[test]
    fn what_was_framed_is_read() {
        let entry = read_entry(3, &frame_entry(3, 2, b"bytes")).unwrap();
        assert_eq!(entry, Entry { index: 3, behaviour: 2, bytes: b"bytes".into() });
        let saved = read_snapshot(&frame_snapshot(9, 1, b"")).unwrap();
        assert_eq!(saved, Saved { index: 9, behaviour: 1, bytes: Vec::new() });
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_seen() {
        let framed = frame_entry(3, 2, b"bytes");
        for bit in 0..framed.len() * 8 {
            let mut flipped = framed.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(matches!(read_entry(3, &flipped), Err(JournalError::Damaged { .. })), "bit {bit}");
        }
        for length in 0..framed.len() {
            assert!(matches!(read_entry(3, &framed[..length]), Err(JournalError::Damaged { .. })), "cut at {length}");
        }
    }

    #[test]
    fn what_is_whole_and_elsewhere_is_damage_what_is_later_is_not() {
        let told = |framed: &[u8]| read_entry(3, framed).unwrap_err().to_string();
        let copy = "go back to a copy of the data folder";
        let misplaced = format!("the journal is damaged: entry 3: entry 4 lies in its place; {copy}");
        assert_eq!(told(&frame_entry(4, 2, b"")), misplaced);
        assert_eq!(
            told(&frame_snapshot(3, 2, b"")),
            format!("the journal is damaged: entry 3: it is of kind `s`; {copy}")
        );

        let mut later = frame_entry(3, 2, b"");
        later[CHECKSUM] = 9;
        let checksum = xxh3_64(&later[CHECKSUM..]);
        later[..CHECKSUM].copy_from_slice(&checksum.to_le_bytes());
        let reason = "entry 3 is in format 9 of the journal, this release reads format 1: use the release that wrote it, \
                      or a later one";
        assert_eq!(told(&later), reason);
    }
}
