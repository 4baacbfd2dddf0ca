//! What systemd and the shell say: the only place that reads the environment.

use std::path::PathBuf;

#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|v| !v.is_empty())
}

/// `$STATE_DIRECTORY`, set by systemd's `StateDirectory=`; the first one when there are several.
pub fn state_directory() -> Option<PathBuf> {
    variable("STATE_DIRECTORY").and_then(|v| v.split(':').next().map(PathBuf::from))
}

/// `$CREDENTIALS_DIRECTORY`, set by systemd's `LoadCredential=`.
pub fn credentials_directory() -> Option<PathBuf> {
    variable("CREDENTIALS_DIRECTORY").map(PathBuf::from)
}

/// True when systemd's journal reads our stderr.
pub fn under_journal() -> bool {
    variable("JOURNAL_STREAM").is_some()
}

/// `$VIGIE_LOG`: what is logged, in the words of tracing's filter (`info`, `vigie::fetch=debug`).
pub fn log_filter() -> Option<String> {
    variable("VIGIE_LOG")
}
