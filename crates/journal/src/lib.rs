//! stub
pub struct Entry {
    pub index: u64,
    pub behaviour: u32,
    pub bytes: Vec<u8>,
}
pub struct Saved {
    pub index: u64,
    pub behaviour: u32,
    pub bytes: Vec<u8>,
}
#[derive(Debug, thiserror::Error)]
#[error("x")]
pub struct JournalError;
pub type Entries<'a> = Box<dyn Iterator<Item = Result<Entry, JournalError>> + 'a>;
pub trait Journal: Send {
    fn append(&mut self, expected_index: u64, records: &[Vec<u8>]) -> Result<(), JournalError>;
    fn read(&self, from: u64) -> Result<Entries<'_>, JournalError>;
    fn next_index(&self) -> u64;
    fn saved(&self) -> Result<Option<Saved>, JournalError>;
    fn save(&mut self, index: u64, bytes: &[u8]) -> Result<(), JournalError>;
    fn cursor(&self, name: &str) -> Result<Option<u64>, JournalError>;
    fn set_cursors(&mut self, cursors: &[(String, u64)]) -> Result<(), JournalError>;
}
pub struct MemoryJournal {
    n: u64,
}
impl MemoryJournal {
    pub fn new(_: u32) -> Self {
        Self { n: 0 }
    }
}
impl Journal for MemoryJournal {
    fn append(&mut self, _: u64, records: &[Vec<u8>]) -> Result<(), JournalError> {
        self.n += records.len() as u64;
        Ok(())
    }
    fn read(&self, _: u64) -> Result<Entries<'_>, JournalError> {
        Ok(Box::new(std::iter::empty()))
    }
    fn next_index(&self) -> u64 {
        self.n
    }
    fn saved(&self) -> Result<Option<Saved>, JournalError> {
        Ok(None)
    }
    fn save(&mut self, _: u64, _: &[u8]) -> Result<(), JournalError> {
        Ok(())
    }
    fn cursor(&self, _: &str) -> Result<Option<u64>, JournalError> {
        Ok(None)
    }
    fn set_cursors(&mut self, _: &[(String, u64)]) -> Result<(), JournalError> {
        Ok(())
    }
}

pub struct DiskJournal;
impl DiskJournal {
    pub fn open(_: &std::path::Path, b: u32) -> Result<MemoryJournal, JournalError> {
        Ok(MemoryJournal::new(b))
    }
}
