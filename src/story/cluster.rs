//! Stories as they grow: one pass over the articles in the order of arrival, each placed once.

use std::collections::{HashMap, VecDeque};

use super::candidate::Candidate;
use super::continuation::{self, Continuation};
use super::development::{Memory, QUOTED};
use super::duplicate::{self, Copies, Copy, Member, Told};
use super::features::tokens;
use super::hashed::{HashedMap, SPREAD};
use super::merge::{Bridge, Bridges};
use super::open_story::OpenStory;
use super::outline::Outline;
use super::print::Size;
use super::similarity::{COUNT_HORIZON, Shared, Similarity, Vector, likeness};
use super::tempo::Pace;
use super::vocabulary;
use super::zones::{ALL, LEAD_WORDS, ZONES, term_feature};
use super::{Decision, Development, DevelopmentKind, Merge, Placement, StorySpec};
use crate::extract::Article;
use crate::matcher::{ByStoryRule, Match};
use crate::types::{ArticleId, Lang, StoryId};

/// The least likeness at which an article joins a story, and what is asked on top of an article that has few features.
const JOIN: f32 = 0.23;
const JOIN_FEW_FEATURES: f32 = 0.2;
/// The same within a topic that names concepts, and the share of it that is asked once what is rare there is known: articles after which half of that
/// concession is made. Every article of a topic is about one matter, so what is rare there tells more (measured on developments).
const JOIN_TOPIC: f32 = 0.31;
const JOIN_TOPIC_KNOWN: f32 = 0.2;
const LEARNING_ARTICLES: f32 = 15.0;
/// What an article must be nearer to one story than to the next, as a share of the latter: what lies between two look-alikes is a third.
const CONTRAST: f32 = 0.25;
/// Days that articles stay findable after the window, so that a copy of a story's last article is still known.
const MARGIN_DAYS: f64 = 1.5;
/// Placements between two sweeps of what the window has left.
const SWEEP: u64 = 512;
/// Nearest members named in the reasons, and what they share with the article.
const NAMED: usize = 3;
const SHARED_NAMED: usize = 8;

/// The open stories of one topic.
#[derive(Debug)]
pub struct StoryIndex {
    window_days: f64,
    similarity: Similarity,
    copies: Copies,
    /// Articles of the window, oldest first; the first one has serial number `oldest`.
    articles: VecDeque<Placed>,
    oldest: u64,
    stories: HashMap<StoryId, OpenStory>,
    /// How much news there was lately, copies apart.
    pace: Pace,
    memory: Memory,
    bridges: Bridges,
}

#[derive(Debug)]
struct Placed {
    id: ArticleId,
    /// Days since 1970.
    day: f64,
    language: Option<Lang>,
    print: Size,
    /// Headline and concepts of the topic, for explanations.
    title: Box<str>,
    concepts: Box<[String]>,
    story: StoryId,
    /// The first publisher's article, when this is a copy.
    original: Option<ArticleId>,
}

/// What an article shares with a story.
struct Met {
    story: StoryId,
    /// With its members in all.
    shared: Shared,
    /// Likeness to the nearest of them.
    nearest: f32,
}

/// A story that an article may join.
struct Near {
    story: StoryId,
    likeness: f32,
    /// The likeness of the next story.
    next: f32,
    /// Nearest members, nearest first.
    members: Vec<(f32, u64)>,
}

impl Member for StoryIndex {
    fn size(&self, serial: u64) -> Option<Size> {
        self.placed(serial).map(|placed| placed.print)
    }
}

impl StoryIndex {
    /// An index without stories.
    pub fn new(spec: StorySpec) -> StoryIndex {
        StoryIndex {
            window_days: spec.window.as_secs_f64() / 86_400.0,
            similarity: Similarity::default(),
            copies: Copies::default(),
            articles: VecDeque::new(),
            oldest: 0,
            stories: HashMap::new(),
            pace: Pace::default(),
            memory: Memory::default(),
            bridges: Bridges::default(),
        }
    }

    /// Where an article goes whose text is that of an earlier one to the letter: nothing else of it has to be known. Reads only.
    pub fn place_verbatim(&self, outline: &Outline) -> Option<Placement> {
        let of = self.copies.find_verbatim(outline, self.first_within(outline.day))?;
        let placed = self.placed(of)?;
        Some(place_copy(Told { reason: "the text is the same".to_owned(), fresh: Vec::new() }, placed))
    }

    /// Takes in a verbatim copy of article `of`, which went to `story`.
    pub fn apply_verbatim(&mut self, outline: &Outline, of: ArticleId, story: StoryId) {
        self.expire(outline.day);
        let earlier = self.copies.find_verbatim(outline, self.oldest).and_then(|serial| self.placed(serial));
        let (print, language) = earlier.map(|placed| (placed.print, placed.language)).unwrap_or_default();
        self.copies.add_verbatim(outline, self.next_serial(), self.oldest);
        let entry = self.stories.entry(story).or_default();
        entry.last_day = entry.last_day.max(outline.day);
        let (id, day) = (outline.id, outline.day);
        self.take_in(Placed {
            id,
            day,
            language,
            print,
            title: Box::default(),
            concepts: Box::default(),
            story,
            original: Some(of),
        });
    }

    /// The earlier articles whose texts tell whether `candidate` is a copy or a new version: none for nearly all. Reads only.
    pub fn earlier_versions(&self, candidate: &Candidate) -> Vec<ArticleId> {
        let copied = self.copied(candidate);
        let placed = copied.iter().flat_map(|copy| &copy.compared).filter_map(|serial| self.placed(*serial));
        let mut versions: Vec<ArticleId> = Vec::new();
        for article in placed.flat_map(|placed| [Some(placed.id), placed.original]).flatten() {
            if !versions.contains(&article) {
                versions.push(article);
            }
        }
        candidate.copied.put(self.copies.state(), copied);
        versions
    }

    /// Where `candidate` belongs and what it brings, compared with the texts of [`StoryIndex::earlier_versions`]; without them, what looks like a new version
    /// is a copy. Reads only.
    pub fn place(&self, candidate: &Candidate, earlier: &[String]) -> Placement {
        if let Some((told, placed)) = self.told(candidate, earlier) {
            return place_copy(told, placed);
        }
        let vectors = self.similarity.vectors(candidate);
        let near = self.nearest(candidate, &vectors);
        let threshold = self.needed(candidate, vectors[ALL].len(), near.as_ref().map_or(0.0, |near| near.next));
        self.similarity.keep(candidate, vectors);
        let nearest_telling = self.memory.tellings.nearest(candidate);
        let retold = nearest_telling
            .filter(|nearest| candidate.has_concepts && nearest.is_retold() && self.stories.contains_key(&nearest.story));
        let mut reasons = Vec::new();
        // It retells one story and is alike enough to join another.
        let bridged = retold.and_then(|retold| {
            let other = near.as_ref().filter(|near| near.story != retold.story && near.likeness >= threshold)?;
            Some((Merge::of(retold.story, other.story), other.story))
        });
        let story = match (retold, near) {
            (Some(retold), near) => {
                reasons.push(format!("joins story {}: retells its article {}", retold.story, retold.article));
                near.iter().for_each(|near| self.name_members(candidate, near, &mut reasons));
                Some(retold.story)
            }
            (None, Some(near)) if near.likeness >= threshold => {
                reasons.push(format!("joins story {}: likeness {:.2}, needed {threshold:.2}", near.story, near.likeness));
                self.name_members(candidate, &near, &mut reasons);
                Some(near.story)
            }
            (None, Some(near)) => {
                reasons.push(format!(
                    "opens a story: nearest is story {}, likeness {:.2}, needed {threshold:.2}",
                    near.story, near.likeness
                ));
                self.name_members(candidate, &near, &mut reasons);
                None
            }
            (None, None) => {
                reasons.push("opens a story: nothing alike within the window".to_owned());
                None
            }
        };
        let (development, confirms) = self.memory.judge(candidate, story, nearest_telling, &mut reasons);
        let merges = bridged.and_then(|(pair, _)| self.prove(pair, candidate, &mut reasons));
        let story = story.map(|story| merges.map_or(story, |merge| merge.follow(story)));
        let decision = story.map_or(Decision::Opens, |story| Decision::Joins { story });
        let bridges = bridged.map(|(_, other)| other).filter(|_| merges.is_none());
        Placement { decision, development, confirms, bridges, merges, reasons }
    }

    /// Takes `candidate` in, which went to `story`.
    pub fn apply(&mut self, candidate: Candidate, placement: &Placement, story: StoryId) {
        self.expire(candidate.outline.day);
        let serial = self.next_serial();
        let original = placement.decision.original();
        match (placement.merges, placement.bridges) {
            (Some(merge), _) => self.merge(merge),
            (None, Some(other)) => {
                let Outline { id: article, day, .. } = candidate.outline;
                self.bridges.add(Merge::of(story, other), Bridge { article, source: candidate.source, day });
            }
            (None, None) => {}
        }
        self.copies.add(&candidate, serial, self.oldest);
        let entry = self.stories.entry(story).or_default();
        entry.last_day = entry.last_day.max(candidate.outline.day);
        if original.is_none() {
            let vectors = self.similarity.vectors(&candidate);
            entry.add(&candidate, &vectors);
            self.pace.add(candidate.outline.day);
            self.similarity.add(&candidate, &vectors, serial, self.oldest);
            self.memory.add(&candidate, story, placement);
        }
        let Candidate { outline, language, print, title, concepts, .. } = candidate;
        let (print, title, concepts) = (print.size, title.into_boxed_str(), concepts.into_boxed_slice());
        self.take_in(Placed { id: outline.id, day: outline.day, language, print, title, concepts, story, original });
    }

    /// The story that an article continues which names one side only. Nearly none does, and that is found out at little cost. Reads only.
    pub fn continued(&self, outline: &Outline, article: &Article, matched: &Match, rule: &ByStoryRule) -> Option<Continuation> {
        let known = self.similarity.articles_in(article.language);
        let found = continuation::find(&self.memory.tellings, article, matched, rule, outline.day, known)?;
        let story = self.stories.get(&found.story())?;
        (outline.day - story.last_day <= self.window_days).then_some(found)
    }

    /// Where `candidate` goes, which continues a story without being on the topic by itself. It brings nothing: what lies so near to an article of the story
    /// mostly tells what that one told. Of 20 that were kept at a likeness of .2 (19 of them with one side erased from their words) two were the first with a
    /// fact, and both looked like retellings; the five that looked like developments were not. Nor is it taken in: what is on the topic by itself is judged as
    /// if it had not come. Reads only.
    pub fn place_continuation(&self, candidate: &Candidate, continuation: &Continuation, earlier: &[String]) -> Placement {
        let story = continuation.story();
        let mut reasons = vec![continuation.reason()];
        let copied = self.told(candidate, earlier).filter(|(_, placed)| placed.story == story);
        let placed = copied.map(|(told, placed)| place_copy(told, placed));
        let decision = placed.map_or(Decision::Joins { story }, |placed| {
            reasons.extend(placed.reasons);
            placed.decision
        });
        Placement::silent(decision, reasons)
    }

    /// Whether `candidate`, which bridges the pair, is the second to do so.
    fn prove(&self, pair: Merge, candidate: &Candidate, reasons: &mut Vec<String>) -> Option<Merge> {
        let Merge { from, into } = pair;
        let Some(proof) = self.bridges.proof(pair, candidate.source, candidate.outline.day, self.window_days) else {
            reasons.push(format!("belongs to stories {into} and {from}: if another outlet says so too, they are one"));
            return None;
        };
        let (earlier, this) = (proof.article, candidate.outline.id);
        reasons.push(format!("stories {into} and {from} prove to be one: articles {earlier} and {this} belong to both"));
        Some(pair)
    }

    /// Makes one story of two.
    fn merge(&mut self, merge: Merge) {
        if let Some(from) = self.stories.remove(&merge.from) {
            self.stories.entry(merge.into).or_default().merge(from);
        }
        self.articles.iter_mut().for_each(|placed| placed.story = merge.follow(placed.story));
        self.memory.merge(merge);
        self.bridges.merge(merge);
    }

    /// The article of the window that `candidate` is a copy or a new version of.
    fn copied(&self, candidate: &Candidate) -> Option<Copy> {
        let known = candidate.copied.take(self.copies.state());
        known.unwrap_or_else(|| self.copies.find(candidate, self, self.first_within(candidate.outline.day)))
    }

    /// That article, and what the texts say of it.
    fn told(&self, candidate: &Candidate, earlier: &[String]) -> Option<(Told, &Placed)> {
        let copy = self.copied(candidate)?;
        Some((duplicate::told(candidate, &copy, earlier)?, self.placed(copy.of)?))
    }

    fn take_in(&mut self, placed: Placed) {
        let serial = self.next_serial();
        self.articles.push_back(placed);
        if serial.is_multiple_of(SWEEP) {
            self.copies.forget(self.oldest);
            self.similarity.sweep(self.oldest);
        }
    }

    fn placed(&self, serial: u64) -> Option<&Placed> {
        serial.checked_sub(self.oldest).and_then(|at| self.articles.get(usize::try_from(at).ok()?))
    }

    fn next_serial(&self) -> u64 {
        self.oldest + self.articles.len() as u64
    }

    /// The first serial number that an article of `day` may be compared with.
    fn first_within(&self, day: f64) -> u64 {
        let gone = self.articles.iter().take_while(|placed| placed.day < day - self.window_days - MARGIN_DAYS).count();
        self.oldest + gone as u64
    }

    fn expire(&mut self, day: f64) {
        let cutoff = day - self.window_days - MARGIN_DAYS;
        while self.articles.front().is_some_and(|placed| placed.day < cutoff) {
            self.articles.pop_front();
            self.oldest += 1;
        }
        if self.next_serial().is_multiple_of(SWEEP) {
            self.stories.retain(|_, story| story.last_day >= cutoff);
            self.memory.forget(cutoff, COUNT_HORIZON);
            self.bridges.forget(cutoff);
        }
    }

    fn nearest(&self, candidate: &Candidate, vectors: &[Vector; ZONES]) -> Option<Near> {
        let first = self.first_within(candidate.outline.day);
        let shared = self.similarity.shared(vectors, first, self.next_serial());
        let like_of = |placed: &Placed, shared: &Shared| likeness(*shared, same_language(placed.language, candidate.language));
        let mut places: HashedMap<u64, usize> = HashedMap::default();
        let mut met: Vec<Met> = Vec::new();
        for (serial, shared) in &shared {
            let Some(placed) = self.placed(*serial) else { continue };
            let place = *places.entry(spread(placed.story)).or_insert(met.len());
            if place == met.len() {
                met.push(Met { story: placed.story, shared: [0.0; ZONES], nearest: 0.0 });
            }
            let story = &mut met[place];
            story.shared.iter_mut().zip(shared).for_each(|(sum, shared)| *sum += shared);
            story.nearest = story.nearest.max(like_of(placed, shared));
        }
        let mut best: Option<Near> = None;
        for Met { story: id, shared, nearest } in met {
            let Some(story) = self.stories.get(&id) else { continue };
            let gap = (candidate.outline.day - story.last_day).max(0.0);
            if gap > self.window_days {
                continue;
            }
            let likeness = story.likeness(candidate, shared, nearest, &self.similarity, &self.pace);
            let is_better = |best: &Near| likeness > best.likeness || likeness == best.likeness && id < best.story;
            match &mut best {
                Some(best) if !is_better(best) => best.next = best.next.max(likeness),
                best => {
                    let next = best.as_ref().map_or(0.0, |best| best.likeness);
                    *best = Some(Near { story: id, likeness, next, members: Vec::new() });
                }
            }
        }
        let mut best = best?;
        let members = shared.iter().filter_map(|(serial, shared)| {
            let placed = self.placed(*serial).filter(|placed| placed.story == best.story)?;
            Some((like_of(placed, shared), *serial))
        });
        best.members = members.collect();
        best.members.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        Some(best)
    }

    /// The likeness that is needed to join a story, the next one being as near as `next`.
    fn needed(&self, candidate: &Candidate, features: usize, next: f32) -> f32 {
        let few = JOIN_FEW_FEATURES / (features.max(1) as f32).sqrt();
        if !candidate.has_concepts {
            return JOIN + few + CONTRAST * next;
        }
        let known = self.similarity.articles() as f32;
        (JOIN_TOPIC + few) * (1.0 - (1.0 - JOIN_TOPIC_KNOWN) * known / (known + LEARNING_ARTICLES))
    }

    /// Names the nearest members and what both headlines say; between languages that is terms of the news and concepts of the topic.
    fn name_members(&self, candidate: &Candidate, near: &Near, reasons: &mut Vec<String>) {
        let said = said(&candidate.title, candidate.language);
        for (like, serial) in near.members.iter().take(NAMED) {
            let Some(placed) = self.placed(*serial) else { continue };
            let theirs = self::said(&placed.title, placed.language);
            let words =
                said.iter().filter(|(feature, _)| theirs.iter().any(|(theirs, _)| theirs == feature)).map(|(_, word)| *word);
            let concepts = candidate.concepts.iter().filter(|concept| placed.concepts.contains(concept)).map(String::as_str);
            let shared: Vec<&str> = words.chain(concepts).take(SHARED_NAMED).collect();
            let words = if shared.is_empty() { String::new() } else { format!(", both say {}", shared.join(", ")) };
            reasons.push(format!("near article {}: {like:.2}{words}", placed.id));
        }
    }
}

/// A copy, or a new version that joins the story of the old one and says what is new in it.
fn place_copy(told: Told, placed: &Placed) -> Placement {
    let Told { reason, fresh } = told;
    let of = placed.original.unwrap_or(placed.id);
    let story = placed.story;
    if fresh.is_empty() {
        let reasons = vec![format!("copy of article {of}: {reason}")];
        return Placement::silent(Decision::Duplicate { of, story }, reasons);
    }
    let reasons = vec![format!("new version of article {of}: {reason}, {} new sentences", fresh.len())];
    let has_number = fresh.iter().any(|sentence| sentence.chars().any(|c| c.is_ascii_digit()));
    let kind = if has_number { DevelopmentKind::Number } else { DevelopmentKind::Act };
    let new = fresh.into_iter().take(QUOTED).collect();
    let development = Some(Development { kind, strong: true, new });
    Placement { development, ..Placement::silent(Decision::Joins { story }, reasons) }
}

/// The number of a story as a hash: those in use lie side by side.
fn spread(story: StoryId) -> u64 {
    story.0.unsigned_abs().wrapping_mul(SPREAD)
}

/// What a headline says: its words by their stems as they are spelt, and the terms of the news in it by their names.
fn said(title: &str, language: Option<Lang>) -> Vec<(u64, &str)> {
    let words = tokens(title, LEAD_WORDS).into_iter().map(|token| (token.stem, &title[token.start..token.end]));
    words.chain(vocabulary::terms(title, language).into_iter().map(|term| (term_feature(term), vocabulary::name(term)))).collect()
}

fn same_language(left: Option<Lang>, right: Option<Lang>) -> bool {
    left == right
}
