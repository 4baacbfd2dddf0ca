//! The mail that tells operators which feeds fail, are quiet, or are well again.
//!
//! In: a [`HealthReport`], the operators and one of them. Out: a [`Notice`] with its bytes, frozen: the same input gives the same bytes.

use jiff::Timestamp;
use url::Url;

use super::clean;
use super::envelope::{self, Head};
use super::health_words::Summary;
use super::message::MailIdentity;
use super::passage::{Passage, Piece};
use super::story::mailto;
use super::view::{Action, Link, Section, StoryView, View};
use super::wording::Wording;
use super::{html, text};
use crate::alert::{OPERATORS, OperatorsSpec};
use crate::types::FeedId;

/// Feeds described in one mail; the others are counted, for `vigie feeds` lists them all.
const MOST_FEEDS: usize = 60;
/// Longest name of a feed, in graphemes.
const NAME: usize = 80;
/// Longest reason, in graphemes: an error names its address, which may be long.
const REASON: usize = 400;
/// Longest gist beside the subject, in graphemes.
const PREHEADER: usize = 110;
/// Longest subject, in graphemes.
const SUBJECT: usize = 120;

/// What has become of a feed.
#[derive(Debug, Clone, PartialEq)]
pub enum FeedChange {
    /// Its polls fail.
    Fails {
        /// The first failure.
        since: Option<Timestamp>,
        /// How many there were.
        failures: u32,
        /// The last one, in words.
        error: String,
        /// When it is asked again; `None` for never.
        next_poll: Option<Timestamp>,
    },
    /// It answers, and is silent for longer than it usually is.
    FallsQuiet {
        /// The last find.
        since: Timestamp,
        /// The usual time between two finds.
        usual_seconds: Option<f64>,
        /// When it is asked again.
        next_poll: Timestamp,
    },
    /// It failed, and answers again.
    Answers {
        /// The first failure.
        since: Option<Timestamp>,
        /// The first success.
        until: Timestamp,
    },
    /// It was quiet, and brought something.
    Speaks {
        /// The find before the silence.
        since: Option<Timestamp>,
        /// The find after it.
        until: Timestamp,
    },
}

/// A feed of which there is something to tell.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedNews {
    /// The feed.
    pub feed: FeedId,
    /// Its name for people.
    pub name: Option<String>,
    /// Where it is asked, without credentials and tokens.
    pub address: Url,
    /// What has become of it.
    pub change: FeedChange,
}

/// What operators are told at once.
#[derive(Debug, Clone, PartialEq)]
pub struct HealthReport {
    /// When it was decided.
    pub at: Timestamp,
    /// Every feed that changed, by id.
    pub feeds: Vec<FeedNews>,
}

/// One mail to one operator, complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The address it goes to.
    pub recipient: String,
    /// Derived from the decision, without angle brackets.
    pub message_id: String,
    /// The subject, decoded.
    pub subject: String,
    /// The plain-text part, for showing it elsewhere.
    pub text: String,
    /// The HTML part, for showing it elsewhere.
    pub html: String,
    /// The whole message as it goes over the wire: ASCII, CRLF, no line over 998 bytes.
    pub bytes: Vec<u8>,
}

/// Writes the mail that tells `recipient` of `report`.
pub fn health(report: &HealthReport, operators: &OperatorsSpec, recipient: &str, identity: &MailIdentity) -> Notice {
    let words = Wording { language: operators.language, zone: &operators.timezone };
    let view = view(report, words, envelope::bare_address(&identity.from));
    let (text, html) = (text::text(&view), html::html(&view));
    let message_id = message_id(report, recipient, identity);
    let own = vec![
        ("List-Id", format!("vigie <{OPERATORS}.{}>", identity.domain)),
        ("List-Unsubscribe", format!("<{}>", view.unsubscribe.address)),
        ("Auto-Submitted", "auto-generated".to_owned()),
        ("Precedence", "bulk".to_owned()),
        ("Content-Language", words.tag().to_owned()),
        ("X-Vigie-Kind", "health".to_owned()),
    ];
    let subject = view.title;
    let head = Head {
        message_id: &message_id,
        at: report.at,
        zone: &operators.timezone,
        from: &identity.from,
        recipient,
        subject: &subject,
        thread: None,
        own,
    };
    let bytes = envelope::wire(head, text.clone(), html.clone());
    Notice { recipient: recipient.to_owned(), message_id, subject, text, html, bytes }
}

fn message_id(report: &HealthReport, recipient: &str, identity: &MailIdentity) -> String {
    let told: Vec<String> = report.feeds.iter().map(|news| format!("{}={}", news.feed, word(&news.change))).collect();
    let decision = ["health", &told.join(" "), recipient, &report.at.as_second().to_string()].join("|");
    format!("{}@{}", envelope::base32(&decision), clean::line(&identity.domain, 200))
}

fn word(change: &FeedChange) -> &'static str {
    match change {
        FeedChange::Fails { .. } => "fails",
        FeedChange::FallsQuiet { .. } => "quiet",
        FeedChange::Answers { .. } => "answers",
        FeedChange::Speaks { .. } => "speaks",
    }
}

fn view(report: &HealthReport, words: Wording<'_>, reply_to: &str) -> View {
    let of =
        |wanted: &[&str]| -> Vec<&FeedNews> { report.feeds.iter().filter(|news| wanted.contains(&word(&news.change))).collect() };
    let (failing, quiet, back) = (of(&["fails"]), of(&["quiet"]), of(&["answers", "speaks"]));
    let summary = words.health_summary(Summary { failing: failing.len(), quiet: quiet.len(), back: back.len() });
    let mut title = format!("[vigie] {summary}");
    if let [only] = report.feeds.as_slice() {
        title = format!("{title}{} {}", words.pick(" :", ":"), shown_name(only));
    }
    let mut notes = Vec::new();
    if !failing.is_empty() {
        notes.push(words.failing_advice().to_owned());
    }
    if !quiet.is_empty() {
        notes.push(words.quiet_advice().to_owned());
    }
    notes.push(words.told_once().to_owned());
    let mut left = MOST_FEEDS;
    let mut sections = Vec::new();
    for (heading, feeds) in [
        (words.pick("En panne", "Failing"), failing),
        (words.pick("Silencieux", "Quiet"), quiet),
        (words.pick("Rétablis", "Back"), back),
    ] {
        let stories: Vec<StoryView> = feeds.into_iter().take(left).map(|news| feed_view(news, words, report.at)).collect();
        left -= stories.len();
        if !stories.is_empty() {
            sections.push(Section { heading: Some(heading.to_owned()), stories });
        }
    }
    let cut = report.feeds.len().saturating_sub(MOST_FEEDS);
    let names: Vec<String> = report.feeds.iter().take(MOST_FEEDS).map(shown_name).collect();
    View {
        lang: words.tag(),
        title: clean::header(&title, SUBJECT),
        preheader: clean::line(&names.join(" · "), PREHEADER),
        kicker: Some(words.pick("vigie · État des flux", "vigie · Feed health").to_owned()),
        heading: Some(summary),
        notes,
        contents_heading: words.pick("Sommaire", "Contents"),
        contents: Vec::new(),
        sections,
        after: if cut > 0 { vec![words.cut_feeds(cut)] } else { Vec::new() },
        footer: vec![words.why_operator().to_owned(), words.sent_by(reply_to)],
        unsubscribe: Action {
            label: words.pick("Ne plus recevoir ces mails", "Get no more of these mails").to_owned(),
            address: mailto(reply_to, "unsubscribe health"),
        },
    }
}

fn shown_name(news: &FeedNews) -> String {
    let name = news.name.as_deref().map(|name| clean::line(name, NAME)).unwrap_or_default();
    if name.is_empty() { clean::line(news.feed.as_str(), NAME) } else { name }
}

fn feed_view(news: &FeedNews, words: Wording<'_>, now: Timestamp) -> StoryView {
    let id = clean::line(news.feed.as_str(), NAME);
    let (meta, reason, next) = match &news.change {
        FeedChange::Fails { since, failures, error, next_poll } => {
            (words.failures(*failures, *since, now), Some(clean::line(error, REASON)), Some(words.next_poll(*next_poll, now)))
        }
        FeedChange::FallsQuiet { since, usual_seconds, next_poll } => {
            (words.silent(*since, *usual_seconds, now), None, Some(words.next_poll(Some(*next_poll), now)))
        }
        FeedChange::Answers { since, until } => (words.answers(*since, *until, now), None, None),
        FeedChange::Speaks { since, until } => (words.speaks(*since, *until, now), None, None),
    };
    let plain = |text: String| Passage { lang: None, pieces: vec![Piece { text, is_marked: false }] };
    StoryView {
        anchor: format!("f-{}", clean::domain_label(&id)),
        level: 3,
        kicker: None,
        change: None,
        headline: Link {
            title: shown_name(news),
            lang: None,
            address: clean::address(&news.address),
            meta: format!("{id} · {meta}"),
        },
        facts: Vec::new(),
        facts_heading: None,
        lead: reason.filter(|reason| !reason.is_empty()).map(plain).into_iter().collect(),
        sources_heading: "",
        sources: Vec::new(),
        more: next,
        also_in: None,
        why: None,
        actions: Vec::new(),
    }
}
