//! What the benches share: an allocator that counts, workspaces, documents. Never used by a published crate.

mod large;
pub mod route;
pub mod shapes;

pub use large::workflow_document;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

/// The system's allocator, counting what is asked of it while somebody wants to know: counting takes time.
struct Counting;

static COUNTS: AtomicBool = AtomicBool::new(false);

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
static HELD: AtomicI64 = AtomicI64::new(0);

fn note(bytes: usize, freed: usize) {
    if !COUNTS.load(Ordering::Relaxed) {
        return;
    }
    ALLOCATIONS.fetch_add(u64::from(bytes > 0), Ordering::Relaxed);
    HELD.fetch_add(bytes as i64 - freed as i64, Ordering::Relaxed);
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[allow(unsafe_code, reason = "an allocator cannot be written otherwise; it only passes on to the system's")]
// SAFETY: every call goes to `System` unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(layout.size(), 0);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        note(0, layout.size());
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note(size, layout.size());
        // SAFETY: the caller keeps the contract of `realloc`.
        unsafe { System.realloc(memory, layout, size) }
    }
}

/// How many allocations the work makes, by all threads together.
pub fn allocations<T>(work: impl FnOnce() -> T) -> u64 {
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    std::hint::black_box(counted(work));
    ALLOCATIONS.load(Ordering::Relaxed) - before
}

/// How many bytes what the work makes takes up, while it is there.
pub fn bytes<T>(work: impl FnOnce() -> T) -> (T, i64) {
    let before = HELD.load(Ordering::Relaxed);
    let made = counted(work);
    (made, HELD.load(Ordering::Relaxed) - before)
}

fn counted<T>(work: impl FnOnce() -> T) -> T {
    COUNTS.store(true, Ordering::Relaxed);
    let made = work();
    COUNTS.store(false, Ordering::Relaxed);
    made
}
