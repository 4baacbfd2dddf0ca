//! Step three: score each new article, place it, decide who is told, write the mails. One task, in the order of arrival: placement depends on order.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use jiff::{SignedDuration, Timestamp};

use super::current::Current;
use super::engine::Engine;
use super::event::{AlertEvent, ArticleEvent, Event, MergeEvent, UnmatchedEvent};
use super::mailing::{active_part, mail_stories};
use super::memory::{DeskMemory, JudgeMemory, told_at};
use crate::alert::{self, Alert, AlertKind, AlertStory, DeskSpec, Pending};
use crate::compose::{self, DigestFrame};
use crate::matcher::{ByStoryRule, Match, Topic};
use crate::store::{AlertRecord, Judgement, Placed, Store, StoreError, StoredArticle, StoryMaterial, TopicJudgement};
use crate::story::{Candidate, Decision, Merge, Outline, StoryIndex};
use crate::types::{ArticleId, ArticleKey, DevelopmentId, StoryId, TopicId};

impl Engine {
    /// Judges every article that waits, in order; returns how many.
    pub async fn judge_due(&self, events: &mut Vec<Event>) -> Result<usize, StoreError> {
        /// Articles that share a transaction.
        const BATCH: usize = 64;
        let mut memory = self.memory.lock().await;
        let mut count = 0;
        loop {
            let waiting = self.store.unjudged(BATCH).await?;
            let last = waiting.len() < BATCH;
            count += waiting.len();
            if !waiting.is_empty() {
                self.judge_all(&mut memory, waiting, events).await?;
            }
            if last {
                return Ok(count);
            }
        }
    }

    /// Judges articles and commits what came of it. Each is placed with the earlier ones in memory, so a commit that fails leaves the memory ahead of
    /// the tables, and it is read anew before anything else is judged.
    async fn judge_all(
        &self,
        memory: &mut JudgeMemory,
        waiting: Vec<StoredArticle>,
        events: &mut Vec<Event>,
    ) -> Result<(), StoreError> {
        let current = self.current();
        let now = self.clock.now();
        if memory.is_ahead {
            *memory = JudgeMemory::read(&self.store, &current, now).await?;
        }
        memory.is_ahead = true;
        let mut judgements = Vec::with_capacity(waiting.len());
        for article in &waiting {
            judgements.push(judge(&self.store, memory, &current, article, now).await?);
        }
        let judgements: Arc<[Judgement]> = judgements.into();
        let developments = self.store.record_judgements(Arc::clone(&judgements)).await?;
        memory.is_ahead = false;
        let copied = judgements.iter().flat_map(|j| &j.topics).filter_map(original_of).collect();
        let mut keys = self.store.keys_of(copied).await?.into_iter();
        for ((stored, judgement), developments) in waiting.iter().zip(judgements.iter()).zip(developments) {
            for (judged, development) in judgement.topics.iter().zip(developments) {
                if let Some(confirmed) = judged.placed.as_ref().and_then(|placed| placed.placement.confirms) {
                    note_confirmed(memory, &judged.matched.topic, confirmed, now);
                }
                if let Some(merge) = judged.placed.as_ref().and_then(|placed| placed.placement.merges) {
                    memory.merge(merge, now);
                    let Merge { from, into } = merge;
                    events.push(Event::Merge(MergeEvent { at: now, topic: judged.matched.topic.clone(), from, into }));
                }
                let duplicate_of = original_of(judged).and_then(|_| keys.next().flatten());
                events.push(Event::Article(article_event(stored, judged, duplicate_of, now)));
                if let (Some(development), Some(placed)) = (development, &judged.placed) {
                    note_pending(memory, &judged.matched.topic, placed, development, stored, now);
                }
            }
            events.extend(unmatched_event(stored, judgement, &current, now).map(Event::Unmatched));
        }
        Ok(())
    }

    /// Asks every desk that is due, and keeps and rings for what it decides; returns how many alerts there were.
    pub async fn alert_due(&self, events: &mut Vec<Event>) -> Result<usize, StoreError> {
        let mut memory = self.memory.lock().await;
        let current = self.current();
        self.alert_under(&mut memory, &current.settings.alerts, events).await
    }

    /// [`Engine::alert_due`] with `group_wait` taken as over: `vigie once` does not stay to wait for echoes.
    pub async fn alert_at_once(&self, events: &mut Vec<Event>) -> Result<usize, StoreError> {
        let mut memory = self.memory.lock().await;
        for desk in memory.desks.iter_mut().filter(|desk| !desk.pending.is_empty()) {
            desk.ask_at = Some(self.clock.now());
        }
        let spec = alert::AlertSpec { group_wait: std::time::Duration::ZERO, ..self.current().settings.alerts.clone() };
        self.alert_under(&mut memory, &spec, events).await
    }

    async fn alert_under(
        &self,
        memory: &mut JudgeMemory,
        spec: &alert::AlertSpec,
        events: &mut Vec<Event>,
    ) -> Result<usize, StoreError> {
        let now = self.clock.now();
        let mut count = 0;
        for desk in &mut memory.desks {
            if desk.ask_at.is_some_and(|at| at <= now) {
                count += self.ask_desk(desk, spec, now, events).await?;
            }
            if desk.digest_at.is_some_and(|at| at <= now) {
                count += self.digest_desk(desk, now, events).await?;
            }
        }
        Ok(count)
    }

    async fn ask_desk(
        &self,
        desk: &mut DeskMemory,
        spec: &alert::AlertSpec,
        now: Timestamp,
        events: &mut Vec<Event>,
    ) -> Result<usize, StoreError> {
        let decided = alert::decide(&desk.spec, spec, &desk.pending, &desk.log, now);
        if !decided.dropped.is_empty() {
            let dropped = |p: &&Pending| decided.dropped.contains(&p.development);
            let rows = desk.pending.iter().filter(dropped).map(|p| (p.development, p.story)).collect();
            self.store.record_dropped(desk.spec.name.clone(), rows).await?;
            desk.pending.retain(|p| !decided.dropped.contains(&p.development));
        }
        let count = decided.alerts.len();
        for alert in decided.alerts {
            let material = self.store.stories(alert.stories.iter().map(|s| s.story).collect()).await?;
            self.mail(&desk.spec, &alert, material, None, events).await?;
            for told in &alert.stories {
                desk.pending.retain(|p| !told.developments.contains(&p.development));
                desk.log.last_of_story.retain(|(story, _)| *story != told.story);
                desk.log.last_of_story.push((told.story, alert.at));
            }
            desk.log.last_hour.retain(|at| now.duration_since(*at) < SignedDuration::from_hours(1));
            desk.log.last_hour.push(alert.at);
        }
        desk.ask_at = decided.ask_again_at.filter(|_| !desk.pending.is_empty());
        Ok(count)
    }

    async fn digest_desk(&self, desk: &mut DeskMemory, now: Timestamp, events: &mut Vec<Event>) -> Result<usize, StoreError> {
        let since = desk.log.last_digest_at.unwrap_or(now);
        let ids = self.store.active_stories(desk.spec.clone(), since, now).await?;
        let count = usize::from(!ids.is_empty() || desk.spec.empty_digest);
        if count == 0 {
            self.store.record_empty_digest(desk.spec.name.clone(), now).await?;
        } else {
            let material = self.store.stories(ids).await?;
            let stories: Vec<AlertStory> = material.iter().map(|s| active_part(s, since, now)).collect();
            let alert = Alert { desk: desk.spec.name.clone(), kind: AlertKind::Digest, at: now, since, stories, held: 0 };
            let frame = self.store.digest_counts(desk.spec.clone(), since, now).await?;
            self.mail(&desk.spec, &alert, material, Some(frame), events).await?;
        }
        desk.log.last_digest_at = Some(now);
        desk.digest_at = alert::next_digest(&desk.spec, now);
        Ok(count)
    }

    /// Writes one mail per recipient and keeps them with the alert, in one transaction.
    async fn mail(
        &self,
        desk: &DeskSpec,
        alert: &Alert,
        material: Vec<StoryMaterial>,
        frame: Option<DigestFrame>,
        events: &mut Vec<Event>,
    ) -> Result<(), StoreError> {
        let current = self.current();
        let told = told_keys(alert, &material);
        let mut stories = mail_stories(&current.settings, &alert.stories, material, alert.kind, alert.since);
        let mut messages = Vec::with_capacity(desk.recipients.len());
        for recipient in &desk.recipients {
            for story in &mut stories {
                story.thread = self.store.thread(recipient.clone(), story.id).await?;
            }
            messages.push(compose::message(alert, &stories, desk, recipient, &current.settings.identity, frame.as_ref()));
        }
        let event = AlertEvent {
            at: alert.at,
            desk: desk.name.clone(),
            kind: alert.kind,
            stories: alert.stories.iter().map(|s| s.story).collect(),
            articles: told,
            message_ids: messages.iter().map(|m| m.message_id.clone()).collect(),
            subject: messages.first().map(|m| m.subject.clone()).unwrap_or_default(),
        };
        self.store.record_alert(AlertRecord { alert: alert.clone(), messages }).await?;
        self.messages_waiting.store(true, Ordering::SeqCst);
        self.wake().send.notify_one();
        tracing::info!(desk = %desk.name, kind = event.kind.as_str(), subject = %event.subject, "alert");
        events.push(Event::Alert(event));
        Ok(())
    }
}

/// Judges one article within every topic that its feed is followed for, and takes it into memory.
async fn judge(
    store: &Store,
    memory: &mut JudgeMemory,
    current: &Current,
    stored: &StoredArticle,
    now: Timestamp,
) -> Result<Judgement, StoreError> {
    let wanted = wanted_topics(current, stored);
    let mut topics = Vec::new();
    // Stories that this article opens in several topics get ids in the order of the topics.
    let known_stories = memory.last_story;
    let is_wanted = |topic: &Topic| wanted.is_empty() || wanted.contains(topic.id());
    for (place, matched) in current.settings.topics.score(&stored.article, is_wanted) {
        let next_story = StoryId(known_stories.0 + 1 + place as i64);
        let by_story = current.settings.topics[place].by_story();
        let placed = match memory.indexes.get_mut(place) {
            Some(index) if matched.relevant => Some(place_in(store, index, stored, &matched, next_story, now).await?),
            Some(index) if matched.one_sided && by_story.keep => {
                place_by_story(store, index, stored, &matched, by_story, now).await?
            }
            _ => None,
        };
        memory.last_story = placed.as_ref().map_or(memory.last_story, |placed| placed.story.max(memory.last_story));
        let inherited = placed.is_some() && !matched.relevant;
        // Topics that give it nothing leave no trace.
        if matched.score > 0.0 || inherited {
            topics.push(TopicJudgement { matched, inherited, placed });
        }
    }
    Ok(Judgement { article: stored.id, at: now, topics })
}

/// Places one article within one topic; `next_story` is the story it opens, if it does.
async fn place_in(
    store: &Store,
    index: &mut StoryIndex,
    stored: &StoredArticle,
    matched: &Match,
    next_story: StoryId,
    now: Timestamp,
) -> Result<Placed, StoreError> {
    let title = stored.article.title.clone();
    let outline = Outline::new(stored.id, &stored.article, told_at(stored, now));
    if let Some(placement) = index.place_verbatim(&outline)
        && let Decision::Duplicate { of, story } = placement.decision
    {
        index.apply_verbatim(&outline, of, story);
        return Ok(Placed { story, placement, title, outline: Some(outline) });
    }
    let candidate = Candidate::new(outline, &stored.article, matched, &stored.source);
    let earlier = store.texts_of(index.earlier_versions(&candidate)).await?;
    let placement = index.place(&candidate, &earlier);
    let story = placement.decision.known_story().unwrap_or(next_story);
    index.apply(candidate, &placement, story);
    Ok(Placed { story, placement, title, outline: None })
}

/// Places an article that names one side only with the story that it continues; `None` for nearly all.
async fn place_by_story(
    store: &Store,
    index: &mut StoryIndex,
    stored: &StoredArticle,
    matched: &Match,
    rule: &ByStoryRule,
    now: Timestamp,
) -> Result<Option<Placed>, StoreError> {
    let outline = Outline::new(stored.id, &stored.article, told_at(stored, now));
    let Some(continuation) = index.continued(&outline, &stored.article, matched, rule) else { return Ok(None) };
    let candidate = Candidate::new(outline, &stored.article, matched, &stored.source);
    let earlier = store.texts_of(index.earlier_versions(&candidate)).await?;
    let placement = index.place_continuation(&candidate, &continuation, &earlier);
    let placed = |story| Placed { story, placement: placement.clone(), title: stored.article.title.clone(), outline: None };
    Ok(placement.decision.known_story().map(placed))
}

/// The article that a duplicate copies.
fn original_of(judged: &TopicJudgement) -> Option<ArticleId> {
    judged.placed.as_ref()?.placement.decision.original()
}

fn note_pending(
    memory: &mut JudgeMemory,
    topic: &TopicId,
    placed: &Placed,
    development: DevelopmentId,
    stored: &StoredArticle,
    now: Timestamp,
) {
    let pending = Pending {
        development,
        topic: topic.clone(),
        story: placed.story,
        article: stored.id,
        opens: placed.placement.decision == Decision::Opens,
        strong: placed.placement.development.as_ref().is_some_and(|d| d.strong),
        at: now,
        published: stored.article.published.map(|d| d.at),
    };
    for desk in memory.desks.iter_mut().filter(|d| d.spec.follows(topic)) {
        desk.pending.push(pending.clone());
        desk.ask_at = Some(now);
    }
}

/// A second source tells what a doubtful report told that waits: nothing is doubtful about it any more.
fn note_confirmed(memory: &mut JudgeMemory, topic: &TopicId, confirmed: ArticleId, now: Timestamp) {
    for desk in &mut memory.desks {
        for pending in desk.pending.iter_mut().filter(|pending| pending.article == confirmed && pending.topic == *topic) {
            pending.strong = true;
            pending.at = now;
            desk.ask_at = Some(now);
        }
    }
}

/// The public identifiers of the articles that an alert tells, in its order, each once.
fn told_keys(alert: &Alert, material: &[StoryMaterial]) -> Vec<ArticleKey> {
    let articles = material.iter().flat_map(|story| &story.articles);
    let keys: HashMap<ArticleId, &ArticleKey> = articles.map(|(article, _, _)| (article.id, &article.key)).collect();
    let mut told: Vec<ArticleKey> = Vec::new();
    for article in alert.stories.iter().flat_map(|s| &s.articles) {
        let key = keys.get(article).map(|key| (*key).clone());
        told.extend(key.filter(|k| !told.contains(k)));
    }
    told
}

fn article_event(
    stored: &StoredArticle,
    judged: &TopicJudgement,
    duplicate_of: Option<ArticleKey>,
    now: Timestamp,
) -> ArticleEvent {
    let placement = judged.placed.as_ref().map(|p| &p.placement);
    let development = placement.and_then(|p| p.development.as_ref());
    ArticleEvent {
        at: now,
        key: stored.key.clone(),
        url: stored.url.to_string(),
        title: stored.article.title.clone(),
        topic: judged.matched.topic.clone(),
        relevant: judged.matched.relevant || judged.inherited,
        by_story: judged.inherited,
        score: judged.matched.score,
        story: judged.placed.as_ref().map(|p| p.story),
        opens: placement.is_some_and(|p| p.decision == Decision::Opens),
        duplicate_of,
        development: development.is_some(),
        new: development.map(|d| d.new.clone()).unwrap_or_default(),
    }
}

/// The topics that an article's feed is followed for; none means all.
fn wanted_topics<'a>(current: &'a Current, stored: &StoredArticle) -> &'a [TopicId] {
    stored.feed.as_ref().and_then(|id| current.feed(id)).map(|f| f.topics.as_slice()).unwrap_or_default()
}

/// The topics that have nothing to do with an article; `None` when each has.
fn unmatched_event(stored: &StoredArticle, judgement: &Judgement, current: &Current, now: Timestamp) -> Option<UnmatchedEvent> {
    let wanted = wanted_topics(current, stored);
    let asked = if wanted.is_empty() { &current.topics()[..] } else { wanted };
    if !asked.is_empty() && judgement.topics.len() == asked.len() {
        return None;
    }
    let is_matched = |topic: &&TopicId| judgement.topics.iter().any(|judged| judged.matched.topic == **topic);
    let topics = match (wanted, judgement.topics.as_slice()) {
        // Nearly every article: nothing is copied.
        ([], []) => Arc::clone(current.topics()),
        _ => asked.iter().filter(|topic| !is_matched(topic)).cloned().collect(),
    };
    Some(UnmatchedEvent { at: now, key: stored.key.clone(), url: stored.url.to_string(), topics })
}
