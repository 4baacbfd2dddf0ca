//! Mistakes of configuration files: collected from all of them, each with its file and line, and listed in order.

use std::cell::RefCell;
use std::fmt;
use std::path::{Path, PathBuf};

/// One mistake in a configuration file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1; 0 when the mistake concerns the file as a whole.
    pub line: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file.display(), self.message),
            line => write!(f, "{}:{line}: {}", self.file.display(), self.message),
        }
    }
}

/// Where the mistakes of all files are kept.
#[derive(Debug, Default)]
pub struct Mistakes(RefCell<Vec<Mistake>>);

impl Mistakes {
    /// Notes one.
    pub fn add(&self, file: &Path, line: usize, message: impl Into<String>) {
        self.0.borrow_mut().push(Mistake { file: file.to_owned(), line, message: message.into() });
    }

    /// All of them, by file and line.
    pub fn list(&self) -> Vec<Mistake> {
        let mut list = self.0.borrow().clone();
        list.sort();
        list.dedup();
        list
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }
}
