//! Stage: when is a feed asked next?
//!
//! In: what is known of the feed ([`FeedState`]) and what the last poll brought ([`PollOutcome`]). Out: the new state, `next_poll_at`
//! included. Also: what is wrong with a feed, and whether operators know. Pure: jitter comes from a hash of the feed and the hour. Not done here: asking.

mod backoff;
mod cadence;
mod health;
mod hints;
mod jitter;
mod next;
mod quiet;
mod state;

pub use cadence::first_poll_at;
pub use health::{Change, Told, Trouble, change, is_well};
pub use next::{clamp_next_poll, next_poll};
pub use quiet::{LEAST_SILENCE, Quiet, quiet};
pub use state::{FeedState, FeedStatus, Hints, PollOutcome, PollSpec};
