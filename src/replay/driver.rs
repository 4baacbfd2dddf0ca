//! Moves the clock from one saved input to the next, and lets the engine do what is due in between.

use std::iter::Peekable;
use std::path::PathBuf;
use std::sync::Arc;
use std::vec;

use jiff::{SignedDuration, Timestamp};

use super::articles::Articles;
use super::saved::{self, SavedPoll};
use super::{ReplayError, saved::SavedFolder};
use crate::clock::Clock;
use crate::config::Settings;
use crate::fetch::{Fetcher, SavedFetcher};
use crate::outbox::Courier;
use crate::pipeline::{Engine, EngineParts, Event};
use crate::store::{NewArticle, Store, StoreError, StoreOptions};

/// After the last input the clock runs on for this long, so that held mails and the next digest still come.
const AFTERMATH: SignedDuration = SignedDuration::from_hours(24);

/// What a replay is made of.
pub struct Replay {
    /// The configuration; its feeds are known by their address.
    pub settings: Settings,
    /// Files and folders.
    pub paths: Vec<PathBuf>,
    /// Where mails go.
    pub courier: Courier,
    /// Where the store lies.
    pub store: StoreOptions,
}

/// What a replay came to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Inputs that could not be read or polled, each with its reason.
    pub failures: Vec<String>,
    /// Inputs taken.
    pub inputs: usize,
}

/// One source of inputs, in order.
enum Source {
    Articles(Box<Peekable<Articles>>),
    Polls(Peekable<vec::IntoIter<SavedPoll>>),
}

enum Input {
    Article(Box<NewArticle>),
    Poll(SavedPoll),
}

impl Source {
    /// When the next input comes; an unreadable one comes at once, to be reported.
    fn next_at(&mut self) -> Option<Timestamp> {
        match self {
            Source::Articles(articles) => articles.peek().map(|next| next.as_ref().map_or(Timestamp::MIN, |(at, _)| *at)),
            Source::Polls(polls) => polls.peek().map(|p| p.at),
        }
    }

    fn take(&mut self) -> Option<Result<(Timestamp, Input), ReplayError>> {
        match self {
            Source::Articles(articles) => articles.next().map(|next| next.map(|(at, new)| (at, Input::Article(Box::new(new))))),
            Source::Polls(polls) => polls.next().map(|p| Ok((p.at, Input::Poll(p)))),
        }
    }
}

impl Replay {
    /// Runs it; every decision goes to `on_event` in order.
    pub async fn run(self, mut on_event: impl FnMut(Event)) -> Result<Outcome, ReplayError> {
        let Replay { mut settings, paths, courier, store } = self;
        let mut outcome = Outcome::default();
        let mut answers = SavedFetcher::new();
        let mut sources = Vec::new();
        for path in &paths {
            if path.is_dir() {
                let SavedFolder { more_feeds, polls, problems } = saved::read(path, &settings.feeds, &mut answers)?;
                settings.feeds.extend(more_feeds);
                outcome.failures.extend(problems.iter().map(ToString::to_string));
                sources.push(Source::Polls(polls.into_iter().peekable()));
            } else {
                sources.push(Source::Articles(Box::new(Articles::open(path)?.peekable())));
            }
        }
        let start = sources.iter_mut().filter_map(Source::next_at).filter(|at| *at > Timestamp::MIN).min();
        let clock = Clock::starting_at(start.unwrap_or(Timestamp::UNIX_EPOCH));
        let parts = EngineParts {
            settings,
            store: Store::open(store)?,
            fetcher: Fetcher::Saved(Arc::new(answers)),
            courier,
            clock: clock.clone(),
            poll_at_once: true,
        };
        let engine = Engine::start(parts).await?;
        let mut events = Vec::new();
        loop {
            let next = sources.iter_mut().filter_map(|s| s.next_at().map(|at| (at, s))).min_by_key(|(at, _)| *at);
            let Some((_, source)) = next else { break };
            let (at, input) = match source.take() {
                Some(Ok(input)) => input,
                Some(Err(error)) => {
                    outcome.failures.push(error.to_string());
                    continue;
                }
                None => continue,
            };
            run_until(&engine, at, &mut events, &mut on_event).await?;
            clock.advance_to(at);
            outcome.inputs += 1;
            enter(&engine, input).await?;
            settle(&engine, &mut events, &mut on_event).await?;
        }
        let end = clock.now().checked_add(AFTERMATH).unwrap_or(Timestamp::MAX);
        run_until(&engine, end, &mut events, &mut on_event).await?;
        let store = engine.store().clone();
        drop(engine);
        store.close().await;
        Ok(outcome)
    }
}

async fn enter(engine: &Engine, input: Input) -> Result<(), StoreError> {
    match input {
        Input::Article(new) => {
            let mut new = *new;
            new.fetched_at = engine.clock().now();
            engine.store().record_article(None, new, None).await?;
        }
        Input::Poll(poll) => {
            // A saved failure is part of the story that is replayed, not a failure of the replay.
            if let Some(due) = engine.store().feed(poll.feed).await? {
                engine.poll(due).await?;
            }
        }
    }
    Ok(())
}

/// Lets everything happen that is due before `until`.
async fn run_until(
    engine: &Engine,
    until: Timestamp,
    events: &mut Vec<Event>,
    on_event: &mut impl FnMut(Event),
) -> Result<(), StoreError> {
    // Each turn moves the clock or does something; a due time that stays behind the clock is run once and then left.
    while let Some(due) = engine.next_due().await? {
        if due > until {
            break;
        }
        let before = engine.clock().now();
        engine.clock().advance_to(due);
        let happened = settle(engine, events, on_event).await?;
        if !happened && engine.clock().now() == before {
            break;
        }
    }
    Ok(())
}

async fn settle(engine: &Engine, events: &mut Vec<Event>, on_event: &mut impl FnMut(Event)) -> Result<bool, StoreError> {
    engine.run_due(events).await?;
    let happened = !events.is_empty();
    events.drain(..).for_each(&mut *on_event);
    Ok(happened)
}
