//! What judge keeps in memory; all of it can be rebuilt from the tables.

use jiff::{SignedDuration, Timestamp};

use super::current::Current;
use crate::alert::{self, DeskLog, DeskSpec, Pending};
use crate::store::{Store, StoreError, StoredArticle, WindowRow};
use crate::story::{Candidate, Decision, Merge, Outline, Placement, StoryIndex};
use crate::types::StoryId;

/// What judge keeps in memory; all of it can be rebuilt from the tables.
#[derive(Default)]
pub(super) struct JudgeMemory {
    /// One index of open stories per topic, in the order of the configuration's topics.
    pub(super) indexes: Vec<StoryIndex>,
    pub(super) last_story: StoryId,
    pub(super) desks: Vec<DeskMemory>,
    /// Ran ahead of the tables: it took in what was not committed.
    pub(super) is_ahead: bool,
}

pub(super) struct DeskMemory {
    pub(super) spec: DeskSpec,
    pub(super) log: DeskLog,
    pub(super) pending: Vec<Pending>,
    /// When the desk's decision can change without a new development.
    pub(super) ask_at: Option<Timestamp>,
    pub(super) digest_at: Option<Timestamp>,
}

impl JudgeMemory {
    /// Reads from the tables what the configuration needs.
    pub(super) async fn read(store: &Store, current: &Current, now: Timestamp) -> Result<JudgeMemory, StoreError> {
        let spec = &current.settings.story;
        let window = SignedDuration::try_from(spec.window).unwrap_or(SignedDuration::MAX);
        let since = now.checked_sub(window).unwrap_or(Timestamp::MIN);
        let mut memory = JudgeMemory { last_story: store.last_story().await?, ..JudgeMemory::default() };
        for topic in current.settings.topics.iter() {
            let mut index = StoryIndex::new(spec.clone());
            for row in store.window(topic.id().clone(), since).await? {
                apply(&mut index, row);
            }
            memory.indexes.push(index);
        }
        for desk in &current.settings.desks {
            let known = store.desk(desk.name.clone(), now).await?;
            let topics: Vec<Pending> = known.pending.into_iter().filter(|p| desk.follows(&p.topic)).collect();
            let last_digest_at = known.log.last_digest_at.unwrap_or(known.first_seen_at);
            memory.desks.push(DeskMemory {
                ask_at: (!topics.is_empty()).then_some(now),
                digest_at: alert::next_digest(desk, last_digest_at),
                spec: desk.clone(),
                log: known.log,
                pending: topics,
            });
        }
        Ok(memory)
    }

    /// Follows a merge: what waits of the younger story waits of the older one, and what was told of either was told of it.
    pub(super) fn merge(&mut self, merge: Merge, now: Timestamp) {
        for desk in &mut self.desks {
            for pending in desk.pending.iter_mut().filter(|pending| pending.story == merge.from) {
                pending.story = merge.into;
                // The matter was open already.
                pending.opens = false;
                desk.ask_at = Some(now);
            }
            let told = &mut desk.log.last_of_story;
            let Some(from) = told.iter().position(|(story, _)| *story == merge.from).map(|at| told.swap_remove(at).1) else {
                continue;
            };
            match told.iter_mut().find(|(story, _)| *story == merge.into) {
                Some((_, at)) => *at = from.max(*at),
                None => told.push((merge.into, from)),
            }
        }
    }

    /// When a desk has to be asked again or a digest is due.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.desks.iter().flat_map(|d| [d.ask_at, d.digest_at]).flatten().min()
    }
}

/// Takes in what was judged before.
fn apply(index: &mut StoryIndex, row: WindowRow) {
    match row {
        WindowRow::Copy { outline, of, story } => index.apply_verbatim(&outline, of, story),
        WindowRow::Article(row) => {
            let decision = match row.duplicate_of {
                Some(of) => Decision::Duplicate { of, story: row.story },
                None => Decision::Joins { story: row.story },
            };
            let outline = Outline::new(row.article.id, &row.article.article, told_at(&row.article, row.judged_at));
            let candidate = Candidate::new(outline, &row.article.article, &row.matched, &row.article.source);
            let (development, bridges, merges) = (row.development, row.bridges, row.merges);
            let placement = Placement { development, bridges, merges, ..Placement::silent(decision, Vec::new()) };
            index.apply(candidate, &placement, row.story);
        }
    }
}

/// When an article tells what it tells: as it says itself, but never later than it was judged.
pub(super) fn told_at(stored: &StoredArticle, judged_at: Timestamp) -> Timestamp {
    stored.article.published.map_or(judged_at, |d| d.at.min(judged_at))
}
