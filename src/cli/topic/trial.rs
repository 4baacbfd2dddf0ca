//! `vigie topic try`: reads articles of the past, newest first, and asks the topic on trial about each.
//!
//! In: a topic file, and the store or files of articles. Out: [`Changes`](super::changes::Changes) for the report. One batch of articles is in memory at a time.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use indicatif::ProgressBar;
use jiff::Timestamp;
use url::Url;

use super::super::args::{Format, TopicTryOptions};
use super::super::{End, output, setup};
use super::changes::{Changes, Row};
use super::one_topic;
use super::report::{self, Compared, Report, Skipped};
use crate::clock::Clock;
use crate::config::{FileTopic, Settings, default_file};
use crate::extract::Article;
use crate::matcher::{Match, Topic};
use crate::replay::Articles;
use crate::store::{PastArticle, Reader};
use crate::types::{ArticleKey, FeedId, TopicId};

/// Said when there is nothing to ask.
const STORED: &str = "without --articles, the topic is tried on the stored articles";

/// What the topic on trial is compared with.
enum Before {
    /// What was decided when the article was judged.
    Decided,
    /// What this topic says now.
    Topic(Arc<Topic>),
    Nothing,
}

/// An article to ask the topic about.
struct Candidate {
    key: ArticleKey,
    url: Url,
    source: String,
    at: Timestamp,
    article: Article,
    decided: Option<Match>,
}

/// A trial under way.
struct Trial {
    topic: Arc<Topic>,
    before: Before,
    since: Option<Timestamp>,
    changes: Changes,
    skipped: Skipped,
    failures: usize,
    bar: ProgressBar,
}

pub(super) fn run(config: Option<PathBuf>, format: Format, options: &TopicTryOptions) -> anyhow::Result<End> {
    let Some(tried) = one_topic(&options.file, options.topic.as_deref())? else { return Ok(End::Misconfigured) };
    let against = match &options.against {
        Some(file) => match against(file, &tried.spec.id)? {
            Some(topic) => Some(topic),
            None => return Ok(End::Misconfigured),
        },
        None => None,
    };
    let since = options.since.as_deref().map(|text| setup::since(text, Clock::System.now())).transpose()?;
    let config = if options.articles.is_empty() {
        Some(setup::config_file(config).context(STORED)?)
    } else {
        config.or_else(default_file).filter(|_| against.is_none())
    };
    let settings = match config {
        Some(file) => match setup::settings(Some(file))? {
            Some(settings) => Some(settings),
            None => return Ok(End::Misconfigured),
        },
        None => None,
    };
    let (before, compared) = compared(against, options, settings.as_ref(), &tried.spec.id);
    let mut trial = Trial {
        topic: tried.topic,
        before,
        since,
        changes: Changes::new(tried.spec.thresholds.relevant, options.limit, options.all),
        skipped: Skipped::default(),
        failures: 0,
        bar: output::progress(None, "articles"),
    };
    let place = match settings.filter(|_| options.articles.is_empty()) {
        Some(settings) => {
            trial.ask_about_stored(&setup::reader(&settings).context(STORED)?, &settings)?;
            settings.database().display().to_string()
        }
        None => {
            options.articles.iter().for_each(|file| trial.ask_about_file(file));
            options.articles.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join(", ")
        }
    };
    trial.bar.finish_and_clear();
    trial.changes.settle();
    let end = if trial.failures == 0 { End::Done } else { End::SomeFailed };
    let report = Report {
        spec: tried.spec,
        file: options.file.display().to_string(),
        place,
        since,
        compared,
        changes: trial.changes,
        skipped: trial.skipped,
        failures: trial.failures,
    };
    report::print(format, report)?;
    Ok(end)
}

/// The topic to compare with: the file's only one, or the one of the same name.
fn against(file: &Path, id: &TopicId) -> anyhow::Result<Option<FileTopic>> {
    let Some(topics) = super::topics_of(file) else { return Ok(None) };
    let is_alone = topics.len() == 1;
    match topics.into_iter().find(|t| is_alone || t.spec.id == *id) {
        Some(topic) => Ok(Some(topic)),
        None => anyhow::bail!("--against: {} holds several topics, and none is called \"{id}\"", file.display()),
    }
}

fn compared(
    against: Option<FileTopic>,
    options: &TopicTryOptions,
    settings: Option<&Settings>,
    id: &TopicId,
) -> (Before, Compared) {
    if let (Some(topic), Some(file)) = (against, &options.against) {
        return (Before::Topic(topic.topic), Compared::File(file.display().to_string()));
    }
    if options.articles.is_empty() {
        return (Before::Decided, Compared::Decided);
    }
    let configured = settings.and_then(|s| Some((s, s.topics.iter().find(|t| t.id() == id)?)));
    match configured {
        Some((settings, topic)) => (Before::Topic(topic.clone()), Compared::Configured(settings.file.display().to_string())),
        None => (Before::Nothing, Compared::Nothing),
    }
}

impl Trial {
    fn ask_about_stored(&mut self, reader: &Reader, settings: &Settings) -> anyhow::Result<()> {
        let id = self.topic.id().clone();
        let elsewhere: HashSet<&FeedId> = settings.feeds.iter().filter(|feed| !feed.follows(&id)).map(|feed| &feed.id).collect();
        for past in reader.past(&id, self.since)? {
            let past = past?;
            self.bar.inc(1);
            if past.is_text_gone {
                self.skipped.text_gone += 1;
            } else if past.article.feed.as_ref().is_some_and(|feed| elsewhere.contains(feed)) {
                self.skipped.other_topics += 1;
            } else if !past.is_judged && matches!(self.before, Before::Decided) {
                self.skipped.waiting += 1;
            } else {
                self.ask(Candidate::from(past));
            }
        }
        Ok(())
    }

    /// What cannot be read is named on stderr, and the rest is taken.
    fn ask_about_file(&mut self, file: &Path) {
        let articles = match Articles::open(file) {
            Ok(articles) => articles,
            Err(error) => return self.fail(&error.to_string()),
        };
        for next in articles {
            self.bar.inc(1);
            match next {
                Ok((at, _)) if self.since.is_some_and(|since| at < since) => self.skipped.older += 1,
                Ok((_, new)) => self.ask(Candidate {
                    key: new.key,
                    url: new.url,
                    source: new.source,
                    at: new.fetched_at,
                    article: new.article,
                    decided: None,
                }),
                Err(error) => self.fail(&error.to_string()),
            }
        }
    }

    fn fail(&mut self, reason: &str) {
        self.failures += 1;
        self.bar.suspend(|| output::complain(reason));
    }

    fn ask(&mut self, candidate: Candidate) {
        let Candidate { key, url, source, at, article, decided } = candidate;
        let before = match &self.before {
            Before::Decided => decided,
            Before::Topic(topic) => Some(topic.score(&article)),
            Before::Nothing => None,
        };
        let after = self.topic.score(&article);
        self.changes.take(before, after, |before, after| Row {
            at,
            id: key.0,
            url: url.into(),
            title: article.title,
            published: article.published.map(|date| date.to_rfc3339()),
            language: article.language.map(|language| language.to_string()),
            source,
            before,
            after,
        });
    }
}

impl From<PastArticle> for Candidate {
    fn from(past: PastArticle) -> Self {
        let stored = past.article;
        Candidate {
            key: stored.key,
            url: stored.url,
            source: stored.source,
            at: stored.fetched_at,
            article: stored.article,
            decided: past.decided,
        }
    }
}
