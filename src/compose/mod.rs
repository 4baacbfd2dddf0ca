//! Stage: the mail that tells a desk.
//!
//! In: an [`Alert`], the stories it names as a reader needs them ([`MailStory`]), the desk and one recipient. Out: a [`Message`] with its bytes, frozen:
//! the same input gives the same bytes. And the mail that tells operators of feeds: a [`HealthReport`] gives a [`Notice`]. Not done here: sending.

mod clean;
mod envelope;
mod health;
mod health_words;
mod html;
mod message;
mod page;
mod passage;
mod story;
mod text;
mod view;
mod wording;

#[cfg(test)]
mod checks;
#[cfg(test)]
mod health_checks;
#[cfg(test)]
mod samples;

pub use health::{FeedChange, FeedNews, HealthReport, Notice, health};
pub use message::{DigestFrame, MailArticle, MailDevelopment, MailIdentity, MailStory, Message, Thread};

use crate::alert::{Alert, DeskSpec};

/// Bytes of HTML that a mail may have: a large webmail clips a message above 102 kB.
const HTML_BYTES: usize = 100_000;

/// Writes the mail that tells `recipient` of `alert`; `digest` says what a digest says about its period.
pub fn message(
    alert: &Alert,
    stories: &[MailStory],
    desk: &DeskSpec,
    recipient: &str,
    identity: &MailIdentity,
    digest: Option<&DigestFrame>,
) -> Message {
    let input = page::Input { alert, stories, desk, identity, digest, reply_to: envelope::bare_address(&identity.from) };
    let mut shown = stories.len();
    let (view, html) = loop {
        let view = input.view(shown);
        let html = html::html(&view);
        if html.len() <= HTML_BYTES || shown <= 1 {
            break (view, html);
        }
        shown = (shown * HTML_BYTES / html.len()).clamp(1, shown - 1);
    };
    envelope::message(&input, recipient, view.title.clone(), text::text(&view), html)
}
