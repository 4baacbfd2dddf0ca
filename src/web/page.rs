//! The status page: counts, and how each feed does.

use askama::Template;
use jiff::Timestamp;

use crate::fetch::redacted;
use crate::store::{Counts, FeedRow, status_word};

#[derive(Template)]
#[template(path = "web/templates/status.html")]
struct Status<'a> {
    now: String,
    counts: &'a Counts,
    feeds: Vec<Feed>,
    quiet: usize,
}

struct Feed {
    id: String,
    name: String,
    url: String,
    state: &'static str,
    last: String,
    next: String,
    /// What is wrong with it; empty when nothing is.
    trouble: String,
}

/// The page; everything in it is escaped.
pub(super) fn status(counts: &Counts, feeds: &[FeedRow], now: Timestamp) -> String {
    let minute = |at: Timestamp| at.strftime("%Y-%m-%d %H:%M").to_string();
    let row = |row: &FeedRow| {
        let state = &row.feed.state;
        Feed {
            id: state.feed.as_str().to_owned(),
            name: row.name.clone().unwrap_or_default(),
            url: redacted(&row.feed.url),
            state: status_word(state.status),
            last: state.last_polled_at.map_or_else(|| "never".to_owned(), minute),
            next: if status_word(state.status) == "gone" { "never".to_owned() } else { minute(state.next_poll_at) },
            trouble: match (&state.last_error, row.quiet()) {
                (Some(error), _) => {
                    let since = state.status_since.map(|at| format!(" since {}", minute(at))).unwrap_or_default();
                    format!("{} failures{since}: {error}", state.failures)
                }
                (None, Some(quiet)) => format!("quiet since {}", minute(quiet.since)),
                (None, None) => String::new(),
            },
        }
    };
    let quiet = feeds.iter().filter(|row| row.quiet().is_some()).count();
    let page = Status { now: minute(now), counts, feeds: feeds.iter().map(row).collect(), quiet };
    page.render().unwrap_or_else(|error| format!("the page could not be written: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_is_escaped() {
        let counts = Counts { feeds: vec![("<script>".to_owned(), 1)], ..Counts::default() };
        let page = status(&counts, &[], Timestamp::UNIX_EPOCH);
        assert!(page.contains("&#60;script&#62;") && !page.contains("<script>"), "{page}");
    }
}
