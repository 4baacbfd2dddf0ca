//! What sections made, with the place where it stands: for mistakes that show only when everything was read.

use std::path::PathBuf;

use super::reader::Section;

/// Something that was configured under a name, and where.
pub(super) struct Placed<T> {
    pub(super) value: T,
    pub(super) file: PathBuf,
    pub(super) line: usize,
}

/// What a section made, with its place.
pub(super) fn placed<T>(section: &Section<'_>, value: T) -> Placed<T> {
    Placed { value, file: section.file().to_owned(), line: section.line() }
}

/// What must not be configured twice.
pub(super) trait HasName {
    /// `feed`, `topic`, `desk`.
    const KIND: &'static str;
    /// The name that identifies it.
    fn name(&self) -> &str;
}
