//! What operators look at: log lines, messages to systemd, numbers for a monitor.
//!
//! In: what the loops tell. Out: stderr, the notify socket, the text of `/metrics`. Not done here: deciding what is worth telling.

pub mod logging;
pub mod metrics;
pub mod systemd;
