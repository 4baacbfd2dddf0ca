//! The view of a whole mail: an immediate alert, alerts that were held and joined, a digest.

use std::collections::BTreeSet;

use super::clean;
use super::message::{DigestFrame, MailIdentity, MailStory};
use super::story::{self, Frame, mailto};
use super::view::{Action, ContentsLine, Section, StoryView, View};
use super::wording::Wording;
use crate::alert::{Alert, AlertKind, DeskSpec, next_digest};

/// Stories above which a digest opens with a table of contents.
const CONTENTS_ABOVE: usize = 7;

/// Longest gist that mail programs show beside the subject, in graphemes.
const PREHEADER: usize = 110;

/// Longest subject, in graphemes and in characters.
const SUBJECT: usize = 130;

/// Longest name in square brackets at the head of a subject, in graphemes.
const STEM: usize = 40;

/// The stories of one mail in the order shown.
struct Ordered<'a> {
    developing: Vec<&'a MailStory>,
    new: Vec<&'a MailStory>,
    rest: Vec<&'a MailStory>,
}

/// Everything a view is made from.
#[derive(Clone, Copy)]
pub(super) struct Input<'a> {
    pub(super) alert: &'a Alert,
    pub(super) stories: &'a [MailStory],
    pub(super) desk: &'a DeskSpec,
    pub(super) identity: &'a MailIdentity,
    pub(super) digest: Option<&'a DigestFrame>,
    /// The bare address in `from`.
    pub(super) reply_to: &'a str,
}

impl<'a> Input<'a> {
    fn words(&self) -> Wording<'a> {
        Wording { language: self.desk.language, zone: &self.desk.timezone }
    }

    /// The single story of an immediate alert that threads.
    pub(super) fn single(&self) -> Option<&'a MailStory> {
        match (self.alert.kind, self.stories) {
            (AlertKind::Immediate, [story]) => Some(story),
            _ => None,
        }
    }

    /// The topics' titles, each once; the desk's name when there is no story to take them from.
    pub(super) fn label(&self) -> String {
        let titles: BTreeSet<String> = self.stories.iter().map(|story| clean::line(&story.topic_title, STEM)).collect();
        match titles.iter().next() {
            Some(title) if titles.len() == 1 && !title.is_empty() => title.clone(),
            _ => clean::line(self.desk.name.as_str(), STEM),
        }
    }

    /// `[Topic] Story title`, fixed for a story, with the number of the development at its end.
    pub(super) fn subject(&self) -> String {
        let words = self.words();
        let stem = format!("[{}] ", clean::header(&self.label().replace(['[', ']'], " "), STEM));
        let ordered = self.ordered();
        let shown = || ordered.developing.iter().chain(&ordered.new).chain(&ordered.rest);
        let first = || shown().next().map(|story| story.shown_title()).unwrap_or_default();
        let (text, suffix) = match (self.single(), self.alert.kind) {
            (Some(story), _) => {
                let number = story.mail_number();
                let suffix = if number > 1 { format!(" {}", words.update_suffix(number)) } else { String::new() };
                (story.shown_title(), suffix)
            }
            (None, AlertKind::Immediate) => (format!("{} : {}", words.alerts(shown().count()), first()), String::new()),
            (None, AlertKind::Digest) if self.stories.is_empty() => {
                (words.pick("Digest : rien de nouveau", "Digest: nothing new").to_owned(), String::new())
            }
            (None, AlertKind::Digest) => (format!("Digest, {} : {}", words.stories(shown().count()), first()), String::new()),
        };
        let text = if words.tag() == "en" { text.replacen(" : ", ": ", 1) } else { text };
        // Counted in characters, so that a pile of combining marks cannot exceed the limit that mail programs count in.
        let room = SUBJECT.saturating_sub(stem.chars().count() + suffix.chars().count());
        let mut graphemes = room;
        let mut cut = clean::header(&text, graphemes);
        while cut.chars().count() > room && graphemes > 1 {
            graphemes -= 1;
            cut = clean::header(&text, graphemes);
        }
        format!("{stem}{cut}{suffix}")
    }

    /// The mail's view with its `shown` weightiest stories.
    pub(super) fn view(&self, shown: usize) -> View {
        let words = self.words();
        let ordered = self.ordered();
        let is_digest = self.alert.kind == AlertKind::Digest;
        let total = ordered.developing.len() + ordered.new.len() + ordered.rest.len();
        let sections = self.sections(&ordered, shown);
        let views: Vec<&StoryView> = sections.iter().flat_map(|section| &section.stories).collect();
        let contents = if is_digest && views.len() > CONTENTS_ABOVE {
            let line = |story: &&StoryView| ContentsLine {
                anchor: story.anchor.clone(),
                title: story.headline.title.clone(),
                lang: story.headline.lang.clone(),
            };
            views.iter().map(line).collect()
        } else {
            Vec::new()
        };
        let mut notes = Vec::new();
        if self.alert.held > 0 {
            notes.push(words.held(self.alert.held));
        }
        if is_digest {
            notes.push(format!("{}.", words.period(self.alert.since, self.alert.at)));
            notes.push(match (total, self.digest) {
                (0, _) => words
                    .pick(
                        "Rien de nouveau sur cette période : aucun sujet ne s’est ouvert ni développé.",
                        "Nothing new in this period: no story opened or developed.",
                    )
                    .to_owned(),
                (_, frame) => {
                    let told: usize = self.stories.iter().map(|story| story.articles.len()).sum();
                    let articles = frame.map_or(told, |frame| usize::try_from(frame.relevant).unwrap_or(told));
                    format!("{}.", words.digest_counts(articles, total, ordered.developing.len()))
                }
            });
            if let Some(frame) = self.digest {
                let count = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
                notes.push(words.heartbeat(count(frame.read), count(frame.relevant)));
            }
        }
        let cut = total.saturating_sub(views.len());
        let heading = match (self.single(), is_digest) {
            (Some(_), _) => None,
            (None, false) => Some(words.alerts(total)),
            (None, true) if total == 0 => Some(words.pick("Rien de nouveau", "Nothing new").to_owned()),
            (None, true) => Some(words.stories(total)),
        };
        View {
            lang: words.tag(),
            title: self.subject(),
            preheader: clean::line(&self.gist(&views, &notes), PREHEADER),
            kicker: heading.is_some().then(|| if is_digest { format!("{} · Digest", self.label()) } else { self.label() }),
            heading,
            notes,
            contents_heading: words.pick("Sommaire", "Contents"),
            contents,
            after: if cut > 0 { vec![words.cut_stories(cut)] } else { Vec::new() },
            sections,
            footer: self.footer(),
            unsubscribe: Action { label: words.pick("Se désabonner", "Unsubscribe").to_owned(), address: self.unsubscribe() },
        }
    }

    /// Where to write to get no more of these.
    pub(super) fn unsubscribe(&self) -> String {
        mailto(self.reply_to, &format!("unsubscribe {}", self.desk.name))
    }

    /// Developing first, then new, then the rest by relevance; stories told whole under another topic are folded into it.
    fn ordered(&self) -> Ordered<'a> {
        let mut ordered = Ordered { developing: Vec::new(), new: Vec::new(), rest: Vec::new() };
        for (at, story) in self.stories.iter().enumerate() {
            if story.articles.is_empty() || self.stories[..at].iter().any(|earlier| holds(earlier, story)) {
                continue;
            }
            if story.developments.is_empty() {
                ordered.rest.push(story);
            } else if story.developments.iter().any(|development| development.opens) {
                ordered.new.push(story);
            } else {
                ordered.developing.push(story);
            }
        }
        if self.alert.kind == AlertKind::Digest {
            let relevance = |story: &&MailStory| {
                let score = story.articles.iter().map(|article| article.score).fold(0.0, f64::max);
                (
                    std::cmp::Reverse(story.developments.len()),
                    std::cmp::Reverse(story.total_articles),
                    Descending(score),
                    story.id,
                )
            };
            for group in [&mut ordered.developing, &mut ordered.new, &mut ordered.rest] {
                group.sort_by_key(relevance);
            }
        }
        ordered
    }

    fn sections(&self, ordered: &Ordered<'_>, shown: usize) -> Vec<Section> {
        let words = self.words();
        let frame = Frame {
            words,
            kind: self.alert.kind,
            now: self.alert.at,
            since: self.alert.since,
            identity: self.identity,
            reply_to: self.reply_to,
        };
        let is_digest = self.alert.kind == AlertKind::Digest;
        let level = match (self.single(), is_digest) {
            (Some(_), _) => 1,
            (None, false) => 2,
            (None, true) => 3,
        };
        let mut left = shown;
        let mut out = Vec::new();
        for (heading, stories) in [
            (words.pick("En développement", "Developing"), &ordered.developing),
            (words.pick("Nouveaux sujets", "New stories"), &ordered.new),
            (words.pick("Autres sujets", "Other stories"), &ordered.rest),
        ] {
            let views: Vec<StoryView> = stories
                .iter()
                .take(left)
                .filter_map(|story| {
                    let also: Vec<String> = self
                        .stories
                        .iter()
                        .filter(|other| other.id != story.id && holds(story, other))
                        .map(|other| clean::line(&other.topic_title, STEM))
                        .collect();
                    story::view(story, frame, level, &also)
                })
                .collect();
            left -= stories.len().min(left);
            if !views.is_empty() {
                out.push(Section { heading: is_digest.then(|| heading.to_owned()), stories: views });
            }
        }
        out
    }

    fn gist(&self, views: &[&StoryView], notes: &[String]) -> String {
        let first = views.first();
        match (self.single(), first) {
            (Some(_), Some(story)) => story
                .facts
                .first()
                .or(story.lead.first())
                .map(super::passage::Passage::plain)
                .or_else(|| story.change.clone())
                .unwrap_or_default(),
            (None, Some(_)) => views.iter().map(|story| story.headline.title.as_str()).collect::<Vec<_>>().join(" · "),
            (_, None) => notes.last().cloned().unwrap_or_default(),
        }
    }

    fn footer(&self) -> Vec<String> {
        let words = self.words();
        let topics: BTreeSet<String> = self.stories.iter().map(|story| clean::line(&story.topic_title, STEM)).collect();
        let what = if topics.is_empty() {
            let ids: Vec<String> = self.desk.topics.iter().map(|topic| clean::line(topic.as_str(), STEM)).collect();
            if ids.is_empty() { words.pick("tous les sujets de veille", "every topic").to_owned() } else { ids.join(", ") }
        } else {
            topics.into_iter().collect::<Vec<_>>().join(", ")
        };
        let desk = clean::line(self.desk.name.as_str(), STEM);
        vec![
            words.why_you(&desk, &what, self.alert.kind == AlertKind::Digest),
            format!("{} {}", words.next_digest(next_digest(self.desk, self.alert.at)), words.sent_by(self.reply_to)),
        ]
    }
}

/// True when `story` shows every article of `other`, a story of another topic.
fn holds(story: &MailStory, other: &MailStory) -> bool {
    story.topic != other.topic
        && !other.articles.is_empty()
        && other.articles.iter().all(|article| story.articles.iter().any(|held| held.id == article.id))
}

/// A score that sorts from high to low, whatever it is.
#[derive(PartialEq)]
struct Descending(f64);

impl Eq for Descending {}

impl PartialOrd for Descending {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Descending {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        other.0.total_cmp(&self.0)
    }
}
