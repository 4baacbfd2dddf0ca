//! The one integration binary: the house from outside.
#![expect(clippy::unwrap_used, reason = "tests")]

mod clock_jump;
mod command_line;
mod configuration;
mod crash;
mod daemon;
mod feeds;
mod layout;
mod migrations;
mod reload;
mod replay;
mod store;
mod support;
