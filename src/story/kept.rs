//! What was worked out for a candidate when it was placed, for its application: it holds as long as nothing else is counted in between.

use std::cell::Cell;
use std::fmt;

/// A value, and the state of what it was made with.
pub(super) struct Kept<T>(Cell<Option<(u64, T)>>);

impl<T> Kept<T> {
    /// Leaves a value.
    pub(super) fn put(&self, state: u64, value: T) {
        self.0.set(Some((state, value)));
    }

    /// Takes the value away, if it was made with this state.
    pub(super) fn take(&self, state: u64) -> Option<T> {
        self.0.take().filter(|(made_with, _)| *made_with == state).map(|(_, value)| value)
    }
}

impl<T> Default for Kept<T> {
    fn default() -> Kept<T> {
        Kept(Cell::default())
    }
}

/// Another candidate has it worked out anew.
impl<T> Clone for Kept<T> {
    fn clone(&self) -> Kept<T> {
        Kept::default()
    }
}

impl<T> fmt::Debug for Kept<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kept")
    }
}
