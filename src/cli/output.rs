//! Printing: data to stdout, the rest to stderr; foreign text without control characters; a closed pipe ends quietly.

use std::io::{self, IsTerminal, Write};

use serde::Serialize;

use super::args::Format;

/// One line to stderr, for people.
#[expect(clippy::print_stderr, reason = "the one place that writes to stderr for people")]
pub(super) fn complain(line: &str) {
    eprintln!("{}", clean(line));
}

/// Data to stdout.
pub(super) struct Printer {
    out: io::BufWriter<io::Stdout>,
    format: Format,
    /// For [`Format::Json`]: records printed so far.
    records: usize,
    flush_lines: bool,
}

impl Printer {
    pub(super) fn new(format: Format) -> Printer {
        let stdout = io::stdout();
        let flush_lines = stdout.is_terminal();
        Printer { out: io::BufWriter::new(stdout), format, records: 0, flush_lines }
    }

    pub(super) fn format(&self) -> Format {
        self.format
    }

    /// One record of a list; `text` makes its line for people.
    pub(super) fn record<T: Serialize>(&mut self, record: &T, text: impl FnOnce(&T) -> String) -> io::Result<()> {
        match self.format {
            Format::Text => self.line(&text(record))?,
            Format::Jsonl => {
                serde_json::to_writer(&mut self.out, record)?;
                self.out.write_all(b"\n")?;
            }
            Format::Json => {
                self.out.write_all(if self.records == 0 { b"[\n  " } else { b",\n  " })?;
                serde_json::to_writer(&mut self.out, record)?;
            }
        }
        self.records += 1;
        if self.flush_lines && self.format != Format::Json {
            self.out.flush()?;
        }
        Ok(())
    }

    /// One line of text; control characters of foreign text do not reach the terminal.
    pub(super) fn line(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(clean(text).as_bytes())?;
        self.out.write_all(b"\n")
    }

    /// Bytes as they are.
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)
    }

    /// Ends a list and hands everything over.
    pub(super) fn finish(mut self) -> io::Result<()> {
        if self.format == Format::Json {
            self.out.write_all(if self.records == 0 { b"[]\n" } else { b"\n]\n" })?;
        }
        self.out.flush()
    }
}

/// One object that is no list: both JSON forms print it alone.
pub(super) fn print_one<T: Serialize>(format: Format, record: &T, text: impl FnOnce(&T) -> String) -> anyhow::Result<()> {
    let mut printer = Printer::new(Format::Text);
    printer.line(&match format {
        Format::Text => text(record),
        Format::Json => serde_json::to_string_pretty(record)?,
        Format::Jsonl => serde_json::to_string(record)?,
    })?;
    Ok(printer.finish()?)
}

/// Text without control characters (terminal escapes, bidirectional overrides); line breaks and tabs stay.
pub(super) fn clean(text: &str) -> String {
    let unsafe_char = |c: char| {
        c.is_control() && c != '\n' && c != '\t'
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
    };
    text.chars().map(|c| if unsafe_char(c) { '\u{fffd}' } else { c }).collect()
}

/// True when the reader of our output has gone, which is its right.
pub(super) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let io = cause.downcast_ref::<io::Error>();
        let json = cause.downcast_ref::<serde_json::Error>().and_then(serde_json::Error::io_error_kind);
        io.map(io::Error::kind).or(json) == Some(io::ErrorKind::BrokenPipe)
    })
}

/// `text` cut to `width` characters, with an ellipsis.
pub(super) fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let mut out: String = text.chars().take(width.saturating_sub(1)).collect();
    out.push('…');
    out
}

/// An instant for people, to the minute, in UTC.
pub(super) fn minute(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M").to_string()
}

/// A time between two things, for people: `40 min`, `5 h`, `3 d`.
pub(super) fn span(seconds: f64) -> String {
    const HOUR: f64 = 3600.0;
    const DAY: f64 = 24.0 * HOUR;
    match seconds {
        s if s >= 2.0 * DAY => format!("{:.0} d", s / DAY),
        s if s >= 2.0 * HOUR => format!("{:.0} h", s / HOUR),
        s => format!("{:.0} min", (s / 60.0).ceil().max(1.0)),
    }
}

/// A bar on stderr for long work; nothing when stderr is no terminal.
pub(super) fn progress(total: Option<u64>, what: &'static str) -> indicatif::ProgressBar {
    if !io::stderr().is_terminal() {
        return indicatif::ProgressBar::hidden();
    }
    match total {
        Some(total) => indicatif::ProgressBar::new(total).with_message(what),
        None => indicatif::ProgressBar::new_spinner().with_message(what),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_cannot_drive_the_terminal() {
        assert_eq!(clean("a\u{1b}[31mb\u{202e}c\n"), "a\u{fffd}[31mb\u{fffd}c\n");
    }

    #[test]
    fn a_span_reads_as_people_say_it() {
        let spans = [0.0, 90.0, 5400.0, 7200.0, 100_000.0, 300_000.0].map(span);
        assert_eq!(spans, ["1 min", "2 min", "90 min", "2 h", "28 h", "3 d"]);
    }

    #[test]
    fn a_long_title_is_cut_with_an_ellipsis() {
        assert_eq!(cut("Pyongyang", 5), "Pyon…");
        assert_eq!(cut("북한", 5), "북한");
    }
}
