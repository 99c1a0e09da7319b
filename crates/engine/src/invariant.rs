//! How an internal invariant says that it does not hold. It knows none of them.

/// Nothing, or the first invariant that does not hold, in words.
pub(crate) type Checked = Result<(), String>;

/// Answers with the words unless the condition holds.
macro_rules! ensure {
    ($holds:expr, $($words:tt)+) => {
        if !$holds {
            return Err(format!($($words)+));
        }
    };
}

pub(crate) use ensure;
