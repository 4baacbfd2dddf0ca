//! Wiring: the configuration, read strictly, every mistake at once with its file and line.
//!
//! In: `vigie.toml` and the files it names. Out: [`Settings`], made of the `…Spec` values that the rooms define. Not done here: acting on them.
//! Feeds are also added to and removed from a file here, as text.

mod desks;
pub mod document;
pub mod environment;
pub mod feed_file;
pub mod feed_tables;
mod feeds;
mod lines;
mod load;
pub mod mistakes;
mod named_files;
mod placed;
mod places;
pub mod reader;
mod secrets;
mod sections;
mod settings;
pub mod spelling;
pub mod topic;
mod topic_file;
mod topics;
pub mod units;

pub use load::{DEFAULT_FILES, default_file, feed_files, load};
pub use mistakes::Mistake;
pub use settings::{Listen, Settings};
pub use topic_file::{FileTopic, load_topics};
