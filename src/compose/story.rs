//! One story as a mail shows it: the headline article, what is new, the other sources, why, and what can be done.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::clean;
use super::message::{MailArticle, MailIdentity, MailStory};
use super::passage::{self, Passage};
use super::view::{Action, Link, StoryView};
use super::wording::Wording;
use crate::alert::AlertKind;
use crate::extract::Access;
use crate::types::Lang;

/// Other sources shown before the rest is folded into a number.
const SOURCES: usize = 5;

/// Longest headline shown, in graphemes.
pub(super) const HEADLINE: usize = 300;

/// Longest name of an outlet, in graphemes.
const SOURCE_NAME: usize = 60;

/// Words that an alert gives as its reason, and a digest.
const WHY_TERMS: usize = 8;
const BRIEF_TERMS: usize = 4;

/// Sentences that tell what is new, at most, and sentences of the lead beside them.
const FACTS: usize = 3;
const LEAD: usize = 3;
/// A digest gives a story two lines.
const DIGEST_SENTENCES: usize = 2;

/// What the views of all stories of a mail share.
#[derive(Clone, Copy)]
pub(super) struct Frame<'a> {
    pub(super) words: Wording<'a>,
    pub(super) kind: AlertKind,
    pub(super) now: Timestamp,
    /// From when on a digest tells.
    pub(super) since: Timestamp,
    pub(super) identity: &'a MailIdentity,
    /// The address that requests go to.
    pub(super) reply_to: &'a str,
}

impl MailStory {
    /// The title for subjects and contents: the story's own, or what stands nearest to one.
    pub(super) fn shown_title(&self) -> String {
        let main = self.articles.first();
        [
            Some(self.title.as_str()),
            main.map(|a| a.title.as_str()),
            main.map(|a| a.source.as_str()),
            Some(self.topic_title.as_str()),
        ]
        .into_iter()
        .flatten()
        .map(|title| clean::line(title, HEADLINE))
        .find(|title| !title.is_empty())
        .unwrap_or_else(|| self.id.to_string())
    }

    /// The number of this mail in the story's thread, from 1.
    pub(super) fn mail_number(&self) -> u32 {
        self.thread.as_ref().map_or(1, |thread| thread.count.saturating_add(1))
    }

    /// Articles that bring what this mail tells, and those that came after `told_until`; all of them when that leaves none.
    fn fresh(&self, told_until: Option<Timestamp>) -> Vec<&MailArticle> {
        let told: BTreeSet<_> = self.developments.iter().map(|development| development.article).collect();
        let is_fresh = |article: &&MailArticle| told.contains(&article.id) || told_until.is_none_or(|until| article.seen > until);
        let fresh: Vec<&MailArticle> = self.articles.iter().filter(is_fresh).collect();
        if fresh.is_empty() { self.articles.iter().collect() } else { fresh }
    }
}

/// The view of `story`, its headline at heading level `level`; `None` when it has no article to show.
pub(super) fn view(story: &MailStory, frame: Frame<'_>, level: u8, also_in: &[String]) -> Option<StoryView> {
    let words = frame.words;
    let is_digest = frame.kind == AlertKind::Digest;
    // A digest repeats what its period brought; an immediate mail only what the one before could not show.
    let told_until = if is_digest { Some(frame.since) } else { story.thread.as_ref().map(|thread| thread.last_at) };
    let fresh = story.fresh(told_until);
    let main = if is_digest { digest_article(story, &fresh, words.lang()) } else { main_article(story, &fresh) }?;
    let others = others(story, &fresh, main);
    let bringing = others.iter().filter(|article| brings(story, article)).count();
    let shown = others.len().min(SOURCES.max(bringing));
    let facts = facts(story, main, is_digest);
    let headline = link(main, words, frame.now, true);
    let mut said: Vec<String> = facts.iter().map(Passage::plain).collect();
    said.push(headline.title.clone());
    let room = if is_digest { DIGEST_SENTENCES.saturating_sub(facts.len()) } else { LEAD.saturating_sub(facts.len()).max(1) };
    let folded = others.len() - shown;
    // Whoever prints a copy is no source of its own, nor is an article that may not mean the relation.
    let originals = |articles: &[&MailArticle]| -> BTreeSet<String> {
        articles
            .iter()
            .filter(|article| article.duplicate_of.is_none() && !article.by_story)
            .map(|article| article.source.to_lowercase())
            .collect()
    };
    let sources = originals(&fresh);
    let change = match &story.thread {
        _ if is_digest => None,
        Some(thread) => {
            let before: Vec<&MailArticle> = story.articles.iter().filter(|article| article.seen <= thread.last_at).collect();
            let before = originals(&before);
            let new_sources = sources.iter().filter(|source| !before.contains(*source)).count();
            let total = usize::try_from(story.total_articles).unwrap_or(usize::MAX);
            Some(words.since_last(thread.last_at, frame.now, fresh.len(), new_sources, total))
        }
        None => Some(words.first_report(fresh.len(), sources.len())),
    };
    let topic = clean::line(&story.topic_title, SOURCE_NAME);
    let kicker = match story.mail_number() {
        1 => topic.clone(),
        number => format!("{topic} · {}", words.update(number)),
    };
    Some(StoryView {
        anchor: format!("s{}", story.id),
        level,
        kicker: (!is_digest).then_some(kicker),
        change,
        facts_heading: (!is_digest && !facts.is_empty()).then(|| words.pick("Ce qui est nouveau", "What is new")),
        lead: if is_digest {
            facts.iter().cloned().chain(passage::lead(main, room, &said)).collect()
        } else {
            passage::lead(main, room, &said)
        },
        facts: if is_digest { Vec::new() } else { facts },
        headline,
        sources_heading: words.pick("Autres sources", "Other sources"),
        sources: others.iter().take(shown).map(|article| link(article, words, frame.now, false)).collect(),
        more: (folded > 0).then(|| format!("+ {}", words.more_sources(folded))),
        also_in: (!also_in.is_empty()).then(|| words.also_in(also_in)),
        why: Some(if is_digest { words.why_briefly(main.score, &terms(main, BRIEF_TERMS)) } else { why(main, &topic, words) }),
        actions: actions(story, frame, is_digest),
    })
}

/// The article that brought the latest development; of a story that opened, the one that opened it.
fn main_article<'a>(story: &MailStory, fresh: &[&'a MailArticle]) -> Option<&'a MailArticle> {
    let by_id = |id| fresh.iter().find(|article| article.id == id).copied();
    let opening = story.developments.iter().find(|development| development.opens);
    opening
        .or(story.developments.last())
        .and_then(|development| by_id(development.article))
        .or_else(|| fresh.iter().find(|article| article.duplicate_of.is_none() && !article.by_story).copied())
        .or_else(|| fresh.iter().find(|article| article.duplicate_of.is_none()).copied())
        .or(fresh.first().copied())
}

/// The latest article that brought something, in the reader's own language if there is one: what a digest says stands under its own headline.
fn digest_article<'a>(story: &MailStory, fresh: &[&'a MailArticle], reader: Lang) -> Option<&'a MailArticle> {
    let brought =
        story.developments.iter().rev().filter_map(|development| fresh.iter().find(|a| a.id == development.article).copied());
    brought
        .clone()
        .find(|article| article.language == Some(reader))
        .or(brought.clone().next())
        .or_else(|| main_article(story, fresh))
}

fn brings(story: &MailStory, article: &MailArticle) -> bool {
    story.developments.iter().any(|development| development.article == article.id)
}

/// The other articles: those that brought a development first, then what names both sides, copies last, else in the story's order.
fn others<'a>(story: &MailStory, fresh: &[&'a MailArticle], main: &MailArticle) -> Vec<&'a MailArticle> {
    let mut seen = BTreeSet::from([main.id]);
    let mut out: Vec<&MailArticle> = fresh.iter().copied().filter(|article| seen.insert(article.id)).collect();
    out.sort_by_key(|article| (!brings(story, article), article.duplicate_of.is_some(), article.by_story));
    out
}

/// The sentences that the developments of this mail rest on, the newest first; a first mail needs none, its lead says it. In a digest, those of the main article.
fn facts(story: &MailStory, main: &MailArticle, is_digest: bool) -> Vec<Passage> {
    let count = if is_digest { DIGEST_SENTENCES } else { FACTS };
    let mut said = vec![clean::line(&main.title, HEADLINE)];
    let mut out = Vec::new();
    let told = |article| !is_digest || article == main.id;
    let developing = story.developments.iter().rev().filter(|development| !development.opens && told(development.article));
    for development in developing {
        let article = story.articles.iter().find(|article| article.id == development.article).unwrap_or(main);
        for sentence in &development.new {
            let passage = Passage::quote(sentence, article);
            let plain = passage.plain();
            if out.len() < count && !plain.is_empty() && !said.contains(&plain) && article.title.trim() != sentence.trim() {
                said.push(plain);
                out.push(passage);
            }
        }
    }
    out
}

fn link(article: &MailArticle, words: Wording<'_>, now: Timestamp, is_main: bool) -> Link {
    let mut title = clean::line(&article.title, HEADLINE);
    let domain = clean::domain(&article.url);
    if title.is_empty() {
        title.clone_from(&domain);
    }
    let mut meta: Vec<String> = Vec::new();
    let source = clean::line(&article.source, SOURCE_NAME);
    // An outlet that calls itself by its domain need not be named twice.
    meta.push(if source.is_empty() || source.eq_ignore_ascii_case(&domain) { domain } else { format!("{source}, {domain}") });
    let age = words.age(article.published, now);
    meta.push(if is_main { format!("{} ({age})", words.time(article.published, now)) } else { age });
    meta.extend(article.language.map(|lang| words.language_name(lang)));
    if is_main || article.access != Access::Open {
        meta.push(words.access(article.access, article.missing_percent));
    }
    if article.by_story {
        meta.push(words.by_story().to_owned());
    }
    if article.duplicate_of.is_some() {
        meta.push(words.pick("même texte", "same text").to_owned());
    }
    Link {
        title,
        lang: article.language.map(|lang| lang.to_string()),
        address: clean::address(&article.url),
        meta: meta.join(" · "),
    }
}

fn why(main: &MailArticle, topic: &str, words: Wording<'_>) -> String {
    words.why(topic, main.score, &terms(main, WHY_TERMS), &clean::line(&main.rule, 200))
}

/// The heaviest of the words that made the article relevant, each once.
fn terms(main: &MailArticle, limit: usize) -> Vec<String> {
    let mut terms: Vec<String> = Vec::new();
    for term in &main.terms {
        let term = clean::line(term, 40);
        if terms.len() < limit && !term.is_empty() && !terms.iter().any(|known| known.to_lowercase() == term.to_lowercase()) {
            terms.push(term);
        }
    }
    terms
}

/// What the reader can ask for: by mail, for it works everywhere, and on the page when there is one.
fn actions(story: &MailStory, frame: Frame<'_>, is_digest: bool) -> Vec<Action> {
    let words = frame.words;
    let mut out = Vec::new();
    if let Some(page) = frame.identity.base_url.as_ref().and_then(|base| base.join(&format!("stories/{}", story.id)).ok()) {
        out.push(Action { label: words.pick("Page du sujet", "Story page").to_owned(), address: clean::address(&page) });
    }
    if !is_digest {
        for (label, subject) in [
            (words.pick("Mettre ce sujet en sourdine", "Mute this story"), format!("mute story {}", story.id)),
            (words.pick("Hors sujet", "Not relevant"), format!("not relevant: story {}", story.id)),
        ] {
            out.push(Action { label: label.to_owned(), address: mailto(frame.reply_to, &subject) });
        }
    }
    out
}

/// A `mailto:` address with a subject (RFC 6068).
pub(super) fn mailto(to: &str, subject: &str) -> String {
    let encode = |text: &str, kept: &str| -> String {
        text.bytes()
            .map(|b| {
                if b.is_ascii_alphanumeric() || kept.as_bytes().contains(&b) {
                    char::from(b).to_string()
                } else {
                    format!("%{b:02X}")
                }
            })
            .collect()
    };
    format!("mailto:{}?subject={}", encode(to, "@.-_+"), encode(subject, ".-_"))
}
