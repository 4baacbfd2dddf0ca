//! The one integration binary: the house from outside.
#![expect(clippy::unwrap_used, reason = "tests")]

mod by_story;
mod clock_jump;
mod command_line;
mod configuration;
mod crash;
mod daemon;
mod feeds;
mod health;
mod judge_memory;
mod layout;
mod merges;
mod migrations;
mod relevance;
mod replay;
mod store;
mod stream;
mod support;
mod topic_guide;
mod topic_try;
