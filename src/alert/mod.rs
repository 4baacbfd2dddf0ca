//! Stage: who is told, and when?
//!
//! In: the developments a desk has not had yet, the desk, what it was sent lately, and `now`. Out: the [`Alert`]s that are due, and when to ask again.
//! Not done here: wording (compose), sending (outbox).

mod digest;
mod operators;
mod policy;
mod quiet_hours;
mod spec;

pub use digest::next_digest;
pub use operators::{OPERATORS, OperatorsSpec};
pub use policy::decide;
pub use spec::{
    Alert, AlertKind, AlertSpec, AlertStory, Decided, DeskLog, DeskSpec, DigestTime, Language, Pending, QuietHours, Trigger,
    Weekdays,
};
