//! Files that a configuration file names: found beside it, and parsed; one that cannot be read is a mistake of the line that names it.

use std::path::{Path, PathBuf};

use super::document::Document;
use super::mistakes::Mistakes;
use super::reader::Section;

/// The files that a list names, relative to the file that names them, each with its line.
pub(super) fn files_named(root: &Section<'_>, key: &str) -> Vec<(PathBuf, usize)> {
    let folder = root.file().parent().unwrap_or(Path::new(""));
    root.strings_at(key).unwrap_or_default().into_iter().map(|(name, line)| (folder.join(name), line)).collect()
}

/// Parses the file and hands over its top level.
pub(super) fn with_document(path: &Path, named_by: &Path, line: usize, mistakes: &Mistakes, read: impl FnOnce(Section<'_>)) {
    let Some(text) = read_named_file(path, named_by, line, mistakes) else { return };
    let document = Document::parse(path, &text, mistakes);
    read(document.root(mistakes));
}

/// The text of the file.
pub(super) fn read_named_file(path: &Path, named_by: &Path, line: usize, mistakes: &Mistakes) -> Option<String> {
    std::fs::read_to_string(path)
        .map_err(|e| mistakes.add(named_by, line, format!("{} cannot be read: {e}", path.display())))
        .ok()
}
