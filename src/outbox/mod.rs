//! Edge: hands finished messages to the world, and says when to try again.
//!
//! In: the frozen bytes of a message ([`Letter`]). Out: accepted, refused for good, or not now ([`SendError`]), and the time of the
//! next try ([`next_attempt`], [`RelayHealth`]: pure). Not done here: what a message says (compose), which is due (store).

mod address;
mod courier;
#[cfg(test)]
mod fake;
mod folder;
mod relay;
mod reply;
mod retry;
#[cfg(test)]
mod scenarios;
mod sendmail;
mod smtp;
mod spec;
mod tls;
mod wire;

pub use address::masked;
pub use courier::{Courier, Memory, SetupError};
pub use folder::Folder;
pub use retry::{RelayHealth, Retry, next_attempt};
pub use sendmail::Sendmail;
pub use smtp::Smtp;
pub use spec::{Letter, MailSpec, Secret, SendError, Tls, Transport};
