//! Log lines on stderr: in go a format and a filter, set once a process. Which events there are is the callers' business.

use std::fmt;
use std::io::IsTerminal;

use thiserror::Error;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::{Format, Full, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people: time, level, message, fields.
    Text,
    /// For collectors: one JSON object a line.
    Json,
}

/// Why logging could not be set up.
#[derive(Debug, Error)]
pub enum LoggingError {
    /// The filter is not one.
    #[error(
        "the log level {filter:?} cannot be read ({reason}): use error, warn, info, debug, trace, or for example info,vigie::fetch=debug"
    )]
    Filter {
        /// What was given.
        filter: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A second call.
    #[error("logging is already set up")]
    AlreadySet,
}

/// Sends log lines to stderr from now on, those that `filter` (`info`, `info,vigie::fetch=debug`, …) lets through.
///
/// `under_journald`: stderr is the journal (`JOURNAL_STREAM` is set). Text lines then begin with their priority as `<N>`
/// (sd-daemon(3)) and carry no time of their own, for the journal notes both.
pub fn init(format: LogFormat, filter: &str, under_journald: bool) -> Result<(), LoggingError> {
    let env_filter = EnvFilter::try_new(filter)
        .map_err(|error| LoggingError::Filter { filter: filter.to_owned(), reason: error.to_string() })?;
    let builder = tracing_subscriber::fmt().with_env_filter(env_filter).with_writer(std::io::stderr);
    let set = match format {
        LogFormat::Json => builder.json().flatten_event(true).with_current_span(false).with_span_list(false).try_init(),
        LogFormat::Text if under_journald => {
            builder.with_ansi(false).event_format(WithPriority(Format::default().without_time().with_level(false))).try_init()
        }
        LogFormat::Text => builder.with_ansi(std::io::stderr().is_terminal()).try_init(),
    };
    set.map_err(|_| LoggingError::AlreadySet)
}

/// The usual line behind its syslog priority.
struct WithPriority(Format<Full, ()>);

impl<S, N> FormatEvent<S, N> for WithPriority
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        write!(writer, "<{}>", priority(*event.metadata().level()))?;
        self.0.format_event(context, writer, event)
    }
}

/// The syslog priority of a level: err, warning, info, debug.
fn priority(level: Level) -> u8 {
    match level {
        Level::ERROR => 3,
        Level::WARN => 4,
        Level::INFO => 6,
        _ => 7,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("no test panics while it writes").extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_for_the_journal_begins_with_its_priority() {
        let sink = Sink::default();
        let writer = sink.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .event_format(WithPriority(Format::default().without_time().with_level(false)))
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::with_default(subscriber, || {
            tracing::warn!(feed.id = "asie", "the feed failed");
            tracing::error!("the disk is full");
        });
        let text =
            String::from_utf8(sink.0.lock().expect("no test panics while it writes").clone()).expect("log lines are UTF-8");
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("<4>") && lines[0].contains("feed.id=\"asie\""), "{text}");
        assert!(lines[1].starts_with("<3>") && lines[1].ends_with("the disk is full"), "{text}");
    }

    #[test]
    fn a_filter_that_is_none_is_named() {
        let error = init(LogFormat::Text, "vigie=loud=yes", false).expect_err("no such filter");
        assert!(error.to_string().contains("loud"), "{error}");
    }
}
