//! From the store's rows to what a mail shows: shared by the judge step and by `vigie digest`, which shows without sending.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::alert::{Alert, AlertKind, AlertStory, DeskSpec};
use crate::compose::{self, MailArticle, MailDevelopment, MailStory, Message};
use crate::config::Settings;
use crate::store::{Reader, StoreError, StoredArticle, StoredMatch, StoryMaterial};
use crate::types::url::without_tracking;
use crate::types::{ArticleId, DevelopmentId};

/// Paragraphs of an article that a mail may quote from.
const LEAD_PARAGRAPHS: usize = 4;
/// Matched terms that a mail names.
const MOST_TERMS: usize = 12;

/// What a mail shows of its stories: the developments that the alert tells, and the articles that fit its kind.
pub(super) fn mail_stories(
    settings: &Settings,
    told: &[AlertStory],
    material: Vec<StoryMaterial>,
    kind: AlertKind,
    since: Timestamp,
) -> Vec<MailStory> {
    let mut out = Vec::with_capacity(material.len());
    for story in material {
        let Some(alert_story) = told.iter().find(|s| s.story == story.id) else { continue };
        out.push(mail_story(settings, alert_story, story, kind, since));
    }
    out
}

fn mail_story(settings: &Settings, told: &AlertStory, story: StoryMaterial, kind: AlertKind, since: Timestamp) -> MailStory {
    let wanted: HashSet<DevelopmentId> = told.developments.iter().copied().collect();
    let developments = story
        .developments
        .iter()
        .filter(|d| wanted.contains(&d.id))
        .map(|d| MailDevelopment { at: d.at, article: d.article, opens: d.opens, new: d.new.clone() })
        .collect();
    let named: HashSet<ArticleId> = told.articles.iter().copied().collect();
    let shown = |article: &StoredArticle| match kind {
        AlertKind::Immediate => true,
        AlertKind::Digest => article.fetched_at >= since || named.contains(&article.id),
    };
    let topic_title = settings
        .topics
        .iter()
        .find(|t| *t.id() == story.topic)
        .map_or_else(|| story.topic.as_str().to_owned(), |t| t.title().to_owned());
    let articles =
        story.articles.into_iter().filter(|(article, _, _)| shown(article)).map(|(a, m, of)| mail_article(a, m, of)).collect();
    MailStory {
        id: story.id,
        topic: story.topic,
        topic_title,
        title: story.title,
        developments,
        articles,
        total_articles: story.total_articles,
        thread: None,
    }
}

fn mail_article(stored: StoredArticle, told: StoredMatch, duplicate_of: Option<ArticleId>) -> MailArticle {
    let StoredMatch { matched, inherited } = told;
    let article = stored.article;
    let mut terms: Vec<String> = Vec::new();
    for evidence in &matched.evidence {
        if evidence.weight >= 0.0 && terms.len() < MOST_TERMS && !terms.contains(&evidence.term) {
            terms.push(evidence.term.clone());
        }
    }
    MailArticle {
        id: stored.id,
        key: stored.key,
        title: article.title,
        url: without_tracking(&stored.url),
        source: stored.source,
        published: article.published.map_or(stored.fetched_at, |d| d.at),
        seen: stored.fetched_at,
        language: article.language,
        access: article.access,
        missing_percent: article.paywall.and_then(|p| p.missing_percent),
        lead: article.paragraphs.into_iter().take(LEAD_PARAGRAPHS).collect(),
        score: matched.score,
        terms,
        rule: matched.rule,
        by_story: inherited,
        duplicate_of,
    }
}

/// A desk's digest as it would be sent at `now`; `None` when it would have nothing to tell. Sends nothing and changes nothing.
pub fn preview_digest(
    settings: &Settings,
    reader: &Reader,
    desk: &DeskSpec,
    since: Option<Timestamp>,
    now: Timestamp,
) -> Result<Option<Message>, StoreError> {
    let since = match since {
        Some(since) => since,
        None => reader.last_digest(desk.name.as_str())?.unwrap_or(Timestamp::MIN),
    };
    let material = reader.active_stories(desk, since, now)?;
    if material.is_empty() && !desk.empty_digest {
        return Ok(None);
    }
    let told: Vec<AlertStory> = material.iter().map(|s| active_part(s, since, now)).collect();
    let alert = Alert { desk: desk.name.clone(), kind: AlertKind::Digest, at: now, since, stories: told, held: 0 };
    let stories = mail_stories(settings, &alert.stories, material, AlertKind::Digest, since);
    let frame = reader.digest_counts(desk, since, now)?;
    let recipient = desk.recipients.first().map_or("nobody@example.invalid", String::as_str);
    Ok(Some(compose::message(&alert, &stories, desk, recipient, &settings.identity, Some(&frame))))
}

/// What a story brought between two instants.
pub(super) fn active_part(story: &StoryMaterial, since: Timestamp, until: Timestamp) -> AlertStory {
    let within = |at: Timestamp| at >= since && at < until;
    AlertStory {
        story: story.id,
        developments: story.developments.iter().filter(|d| within(d.at)).map(|d| d.id).collect(),
        articles: story.articles.iter().filter(|(a, _, _)| within(a.fetched_at)).map(|(a, _, _)| a.id).collect(),
    }
}
