//! vigie, a news watch: polls feeds, reads the articles behind them, keeps those on a topic, groups them into stories,
//! and mails a desk when a story develops.
//!
//! The modules in the order of the data's path; `ARCHITECTURE.md` is the map.

// Small values and tools that know no stage.
pub mod clock;
pub mod text;
pub mod types;

// Stages: pure. `now` is a parameter; no clock, no socket, no file, no SQL.
pub mod alert;
pub mod compose;
pub mod extract;
pub mod feed;
pub mod matcher;
pub mod schedule;
pub mod story;

// Edges: the only places that touch the world.
pub mod fetch;
pub mod outbox;
pub mod store;

// Wiring.
pub mod cli;
pub mod config;
pub mod daemon;
pub mod ops;
pub mod pipeline;
pub mod replay;
pub mod web;
