//! Numbers for a monitor: in go events and levels from the loops, out comes the `OpenMetrics` text of `/metrics`.
//!
//! Every label has a small, fixed set of values: no address, feed or recipient ever becomes one.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// Upper bounds of the buckets of fetch times, seconds: a local cache, a usual site, a slow one, the default timeout, past it.
const FETCH_BUCKETS: [f64; 8] = [0.05, 0.2, 0.5, 1.0, 2.0, 5.0, 20.0, 60.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct State {
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Kind {
    kind: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Relevance {
    relevance: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Target {
    target: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answer {
    target: &'static str,
    status: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Code {
    class: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Step {
    step: &'static str,
}

/// The numbers of one process; cheap to clone, all clones count together.
#[derive(Debug, Clone)]
pub struct Metrics {
    registry: std::sync::Arc<Registry>,
    feeds: Family<State, Gauge>,
    fetches: Family<Answer, Counter>,
    fetch_seconds: Family<Target, Histogram, fn() -> Histogram>,
    fetched_bytes: Family<Target, Counter>,
    articles: Family<Relevance, Counter>,
    stories: Counter,
    alerts: Family<Kind, Counter>,
    outbox: Family<State, Gauge>,
    oldest_queued: Gauge<f64, AtomicU64>,
    smtp: Family<Code, Counter>,
    database: Gauge,
    failed_units: Family<Step, Counter>,
}

impl Default for Metrics {
    fn default() -> Metrics {
        Metrics::new()
    }
}

impl Metrics {
    /// All numbers at zero.
    pub fn new() -> Metrics {
        let mut registry = Registry::with_prefix("vigie");
        let histogram: fn() -> Histogram = || Histogram::new(FETCH_BUCKETS);
        let feeds = Family::default();
        let fetches = Family::default();
        let fetch_seconds = Family::new_with_constructor(histogram);
        let fetched_bytes = Family::default();
        let articles = Family::default();
        let stories = Counter::default();
        let alerts = Family::default();
        let outbox = Family::default();
        let oldest_queued = Gauge::default();
        let smtp = Family::default();
        let database = Gauge::default();
        let failed_units = Family::default();
        registry.register("feeds", "Feeds by state", feeds.clone());
        registry.register("fetches", "Requests by target and class of answer", fetches.clone());
        registry.register_with_unit("fetch", "Time of one request", Unit::Seconds, fetch_seconds.clone());
        registry.register_with_unit("fetched", "Decoded bytes received", Unit::Bytes, fetched_bytes.clone());
        registry.register("articles", "Articles judged, by topic relevance", articles.clone());
        registry.register("stories", "Stories opened", stories.clone());
        registry.register("alerts", "Alerts decided, by kind", alerts.clone());
        registry.register("outbox", "Messages by state", outbox.clone());
        registry.register_with_unit(
            "oldest_queued",
            "Age of the oldest message that waits",
            Unit::Seconds,
            oldest_queued.clone(),
        );
        registry.register("smtp", "Final answers of the relay, by class", smtp.clone());
        registry.register_with_unit("database", "Size of the database file", Unit::Bytes, database.clone());
        registry.register("failed_units", "Units of work that failed by our own fault, panics included", failed_units.clone());
        Metrics {
            registry: std::sync::Arc::new(registry),
            feeds,
            fetches,
            fetch_seconds,
            fetched_bytes,
            articles,
            stories,
            alerts,
            outbox,
            oldest_queued,
            smtp,
            database,
            failed_units,
        }
    }

    /// Feeds that are now in `state` (`ok`, `failing`, `gone`, `paused`).
    pub fn set_feeds(&self, state: &'static str, count: u64) {
        self.feeds.get_or_create(&State { state }).set(level(count));
    }

    /// One request for `target` (`feed`, `page`) is over; `status` is `None` when no answer came.
    pub fn fetched(&self, target: &'static str, status: Option<u16>, bytes: u64, seconds: f64) {
        let answer = Answer { target, status: status.map_or("none", |s| class(s / 100)) };
        self.fetches.get_or_create(&answer).inc();
        self.fetch_seconds.get_or_create(&Target { target }).observe(seconds);
        self.fetched_bytes.get_or_create(&Target { target }).inc_by(bytes);
    }

    /// One article was judged under one topic.
    pub fn judged(&self, relevant: bool) {
        let relevance = if relevant { "relevant" } else { "other" };
        self.articles.get_or_create(&Relevance { relevance }).inc();
    }

    /// A story was opened.
    pub fn story_opened(&self) {
        self.stories.inc();
    }

    /// An alert of this kind (`immediate`, `digest`) was decided.
    pub fn alerted(&self, kind: &'static str) {
        self.alerts.get_or_create(&Kind { kind }).inc();
    }

    /// Messages that are now in `state` (`queued`, `sent`, `dead`).
    pub fn set_outbox(&self, state: &'static str, count: u64) {
        self.outbox.get_or_create(&State { state }).set(level(count));
    }

    /// The age of the oldest message that still waits; 0 when none does.
    pub fn set_oldest_queued(&self, seconds: f64) {
        self.oldest_queued.set(seconds);
    }

    /// The relay's last word on a message (250, 451, 550, …), or `None` when the connection broke.
    pub fn smtp_answered(&self, code: Option<u16>) {
        self.smtp.get_or_create(&Code { class: code.map_or("none", |c| class(c / 100)) }).inc();
    }

    /// The size of the database file.
    pub fn set_database_bytes(&self, bytes: u64) {
        self.database.set(level(bytes));
    }

    /// A unit of `step` (`poll`, `read`, `judge`, `send`) was lost to a panic or a failing store.
    pub fn unit_failed(&self, step: &'static str) {
        self.failed_units.get_or_create(&Step { step }).inc();
    }

    /// The text of `/metrics`.
    pub fn encode(&self) -> String {
        let mut text = String::new();
        match encode(&mut text, &self.registry) {
            Ok(()) => text,
            Err(error) => {
                // Writing into a String cannot fail; should an encoder say so all the same, a monitor sees an empty, ended exposition.
                tracing::warn!(%error, "the metrics could not be written");
                "# EOF\n".to_owned()
            }
        }
    }
}

fn level(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn class(hundreds: u16) -> &'static str {
    match hundreds {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        5 => "5xx",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_appears_under_its_promised_name() {
        let metrics = Metrics::new();
        metrics.set_feeds("ok", 3);
        metrics.fetched("feed", Some(304), 0, 0.1);
        metrics.fetched("page", None, 1200, 21.0);
        metrics.judged(true);
        metrics.story_opened();
        metrics.clone().alerted("immediate");
        metrics.set_outbox("queued", 2);
        metrics.set_oldest_queued(1.5);
        metrics.smtp_answered(Some(250));
        metrics.set_database_bytes(4096);
        metrics.unit_failed("read");
        let text = metrics.encode();
        for line in [
            "vigie_feeds{state=\"ok\"} 3",
            "vigie_fetches_total{target=\"feed\",status=\"3xx\"} 1",
            "vigie_fetches_total{target=\"page\",status=\"none\"} 1",
            "vigie_fetch_seconds_count{target=\"page\"} 1",
            "vigie_fetched_bytes_total{target=\"page\"} 1200",
            "vigie_articles_total{relevance=\"relevant\"} 1",
            "vigie_stories_total 1",
            "vigie_alerts_total{kind=\"immediate\"} 1",
            "vigie_outbox{state=\"queued\"} 2",
            "vigie_oldest_queued_seconds 1.5",
            "vigie_smtp_total{class=\"2xx\"} 1",
            "vigie_database_bytes 4096",
            "vigie_failed_units_total{step=\"read\"} 1",
        ] {
            assert!(text.lines().any(|l| l == line), "{line} is missing in\n{text}");
        }
        assert!(text.ends_with("# EOF\n"));
    }
}
