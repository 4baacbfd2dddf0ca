//! The one place that reads the system's clock or waits.
//!
//! Stages take `now`; steps ask [`Clock::now`] once. Under [`Clock::Virtual`] time moves only when replay moves it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;

/// Where `now` comes from.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that stands still until it is moved: microseconds since 1970-01-01T00:00:00Z.
    Virtual(Arc<AtomicI64>),
}

impl Clock {
    /// A virtual clock that shows `start`.
    pub fn starting_at(start: Timestamp) -> Clock {
        Clock::Virtual(Arc::new(AtomicI64::new(start.as_microsecond())))
    }

    /// The present instant, to the microsecond.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system clock")]
    pub fn now(&self) -> Timestamp {
        let micros = match self {
            Clock::System => Timestamp::now().as_microsecond(),
            Clock::Virtual(micros) => micros.load(Ordering::SeqCst),
        };
        Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// True for a clock that only replay moves.
    pub fn is_virtual(&self) -> bool {
        matches!(self, Clock::Virtual(_))
    }

    /// Moves a virtual clock forward to `to`; a clock never goes back, and the system's clock is not ours to move.
    pub fn advance_to(&self, to: Timestamp) {
        if let Clock::Virtual(micros) = self {
            micros.fetch_max(to.as_microsecond(), Ordering::SeqCst);
        }
    }

    /// Waits for `duration` on the monotonic clock, so that a jump of the wall clock neither storms nor freezes. For the daemon only.
    #[expect(clippy::disallowed_methods, reason = "the one place that waits")]
    pub async fn sleep(&self, duration: Duration) {
        match self {
            Clock::System => tokio::time::sleep(duration).await,
            Clock::Virtual(micros) => {
                let span = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX / 4);
                micros.fetch_add(span, Ordering::SeqCst);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_virtual_clock_moves_forward_only() {
        let start: Timestamp = "2024-10-17T06:00:00Z".parse().expect("a test instant");
        let clock = Clock::starting_at(start);
        clock.advance_to("2024-10-16T00:00:00Z".parse().expect("a test instant"));
        assert_eq!(clock.now(), start);
        clock.advance_to("2024-10-18T00:00:00Z".parse().expect("a test instant"));
        assert_eq!(clock.now().to_string(), "2024-10-18T00:00:00Z");
    }
}
