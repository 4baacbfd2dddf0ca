//! Spreading feeds over time without a random generator: in goes a feed and an hour, out comes its share of a span. Nothing is remembered.

use std::time::Duration;

use jiff::Timestamp;
use xxhash_rust::xxh3::xxh3_64;

use crate::types::FeedId;

/// A number from 0 (included) to 1 (excluded) that is the same for one feed during one hour, and evenly spread over feeds.
pub(super) fn share(feed: &FeedId, now: Timestamp) -> f64 {
    let hour = now.as_second().div_euclid(3600);
    let hash = xxh3_64(format!("{feed}\n{hour}").as_bytes());
    // The upper 53 bits are what a double holds exactly.
    (hash >> 11) as f64 / (1u64 << 53) as f64
}

/// `span` times a factor that is finite and not negative.
pub(super) fn scaled(span: Duration, factor: f64) -> Duration {
    Duration::try_from_secs_f64(span.as_secs_f64() * factor).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::later;

    #[test]
    fn a_feed_keeps_its_share_for_an_hour_and_feeds_differ() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a test instant");
        let feed = FeedId::from("asie");
        assert_eq!(share(&feed, at("2024-10-17T06:00:00Z")), share(&feed, at("2024-10-17T06:59:59Z")));
        assert_ne!(share(&feed, at("2024-10-17T06:00:00Z")), share(&feed, at("2024-10-17T07:00:00Z")));
        let shares: Vec<f64> = (0..1000).map(|n| share(&FeedId(format!("feed{n}")), at("2024-10-17T06:00:00Z"))).collect();
        assert!(shares.iter().all(|s| (0.0..1.0).contains(s)));
        let low = shares.iter().filter(|s| **s < 0.25).count();
        assert!((200..300).contains(&low), "{low} of 1000 in the first quarter");
    }

    #[test]
    fn the_end_of_time_is_no_overflow() {
        assert_eq!(later(Timestamp::UNIX_EPOCH, Duration::MAX), Timestamp::MAX);
        assert_eq!(scaled(Duration::MAX, 2.0), Duration::MAX);
    }
}
