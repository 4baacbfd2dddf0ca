//! Wiring: the four steps — poll, read, judge, send — around one [`Engine`].
//!
//! A step takes one unit of work that an earlier step committed, does its I/O, calls its stages, and commits one transaction. Nothing travels between steps
//! except committed rows; [`Wake`] only says "there is more". Not done here: when steps run (daemon, replay).

mod current;
mod dates;
mod engine;
mod event;
mod health;
mod judge;
mod mailing;
mod memory;
mod poll;
mod read;
mod send;
mod wake;

pub use current::Current;
pub use engine::{Engine, EngineParts};
pub use event::{AlertEvent, ArticleEvent, Event, HealthEvent, MergeEvent, UnmatchedEvent};
pub use mailing::preview_digest;
pub use poll::PollReport;
pub use read::ReadUnit;
pub use send::SendReport;
pub use wake::Wake;
