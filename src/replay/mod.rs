//! Wiring: saved input through the whole pipeline, under a virtual clock.
//!
//! In: `articles.jsonl` (enters at judge) or a folder with `polls.jsonl` (enters at poll). Out: the same events and mails that the daemon would have made,
//! the same bytes for the same bytes in. The engine, the steps and the stages are those of production; nothing sleeps.

mod articles;
mod driver;
mod saved;

pub use articles::Articles;
pub use driver::{Outcome, Replay};

use thiserror::Error;

/// Why saved input cannot be replayed.
#[derive(Debug, Error)]
pub enum ReplayError {
    /// A file cannot be read.
    #[error("{path}: {reason}")]
    Input {
        /// The file.
        path: String,
        /// What is wrong, with the line where there is one.
        reason: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
}
