//! Instants at the edge of time.

use jiff::{Timestamp, TimestampArithmetic};

/// `at` plus `by`, at most the end of time.
pub fn later(at: Timestamp, by: impl Into<TimestampArithmetic>) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn nothing_is_later_than_the_end_of_time() {
        assert_eq!(later(Timestamp::UNIX_EPOCH, Duration::from_secs(5)).as_second(), 5);
        for at in [Timestamp::UNIX_EPOCH, Timestamp::MAX] {
            assert_eq!(later(at, Duration::MAX), Timestamp::MAX);
        }
    }
}
