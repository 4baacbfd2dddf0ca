//! The one integration binary: the house from outside.
#![expect(clippy::unwrap_used, reason = "tests")]

mod crash;
mod daemon;
mod layout;
mod migrations;
mod support;
