//! What sections made, with the place where it stands: for mistakes that show only when everything was read.

use std::collections::HashSet;
use std::path::PathBuf;

use super::mistakes::Mistakes;
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

/// What was configured so far, each name once.
pub(super) struct Named<T> {
    list: Vec<Placed<T>>,
    seen: HashSet<String>,
}

impl<T> Default for Named<T> {
    fn default() -> Self {
        Named { list: Vec::new(), seen: HashSet::new() }
    }
}

impl<T: HasName> Named<T> {
    pub(super) fn extend(&mut self, more: Vec<Placed<T>>, mistakes: &Mistakes) {
        for item in more {
            if self.seen.insert(item.value.name().to_owned()) {
                self.list.push(item);
            } else {
                let message =
                    format!("there is already a {} named \"{}\"; give this one another name", T::KIND, item.value.name());
                mistakes.add(&item.file, item.line, message);
            }
        }
    }

    pub(super) fn into_list(self) -> Vec<Placed<T>> {
        self.list
    }
}
