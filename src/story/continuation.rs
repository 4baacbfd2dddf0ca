//! Does an article that names one side only continue a story of the topic?
//!
//! In: such an article and what the topic's articles of the last two days told. Out: the one it lies near to, or nothing. Not done here: what it brings.
//!
//! Of a general feed most articles name one side ("Russia"), and nearly none continues a story: it must share rare words, one of them in its headline, with
//! the headline and first sentences of an article that is on the topic beyond doubt, lie much nearer to it than a story asks of its members, and name no
//! party that this one does not name. Rare words are looked up; only what shares enough of them is compared.
//!
//! A copy passes by the same rule. To have the text of an article of the story is not enough: pages that are read badly have one text, and it is not theirs.

use super::candidate::{PRIOR_TOPIC, concept_feature};
use super::facts::Opening;
use super::features::Token;
use super::tellings::{Tellings, Told, holds, product};
use crate::extract::Article;
use crate::matcher::{ByStoryRule, Match};
use crate::types::{ArticleId, StoryId};

/// From which rarity on a word is telling: held by one in twelve of the topic's articles, or fewer.
const RARE: f32 = 2.5;
/// Spread of the fading of older articles, days.
const FADING_DAYS: f64 = 4.0;
/// How much nearer the article must lie in a language that the topic has no article of, and articles after which half of that is waived: common words of
/// a language look rare as long as little of it was read.
const CAUTION: f32 = 0.5;
const LEARNING_ARTICLES: f32 = 8.0;
/// Shared words named in the reason.
const NAMED: usize = 6;

/// The article of a story that one naming one side only lies near to.
#[derive(Debug, Clone, PartialEq)]
pub struct Continuation {
    story: StoryId,
    article: ArticleId,
    likeness: f32,
    needed: f32,
    days: f64,
    /// Rare words that both have, as they stand in this one.
    shared: Vec<String>,
}

impl Continuation {
    /// The story.
    pub(super) fn story(&self) -> StoryId {
        self.story
    }

    /// Says why, for explanations.
    pub(super) fn reason(&self) -> String {
        format!(
            "kept by its story {}: near article {}, {:.1} days older, likeness {:.2}, needed {:.2}; both say {}",
            self.story,
            self.article,
            self.days,
            self.likeness,
            self.needed,
            self.shared.join(", ")
        )
    }
}

/// The telling that `article` lies nearest to, if near enough. `day` is its day, `known` how many articles of its language the topic has had.
pub(super) fn find(
    memory: &Tellings,
    article: &Article,
    matched: &Match,
    rule: &ByStoryRule,
    day: f64,
    known: u32,
) -> Option<Continuation> {
    let within = rule.within.as_secs_f64() / 86_400.0;
    let is_recent = |told: &Told| (day - told.day).abs() <= within;
    if !memory.told.iter().any(is_recent) {
        return None;
    }
    let opening = Opening::new(article);
    let words = opening.words(&memory.own_words);
    let word_of = |stem| words.binary_search_by_key(&stem, |word| word.hash).ok().map(|at| &words[at]);
    let is_rare = |stem| word_of(stem).is_some_and(|word| word.prior < PRIOR_TOPIC && memory.rarity(word) >= RARE);
    let rare: Vec<(&Token, bool)> = opening.telling().into_iter().filter(|(token, _)| is_rare(token.stem)).collect();
    // How many of the rare words each telling has, in halves, and whether one of them stands in the headline.
    let mut shared = vec![(0, false); memory.told.len()];
    for &(token, in_title) in &rare {
        for at in memory.tellers(token.stem) {
            if let Some((count, has_title)) = shared.get_mut(at) {
                *count += if token.is_alphabetic { 2 } else { 1 };
                *has_title |= in_title;
            }
        }
    }
    let shares_enough = |(count, has_title): &(usize, bool)| *count >= 2 * rule.shared && *has_title;
    if !shared.iter().any(shares_enough) {
        return None;
    }
    let needed = rule.likeness as f32 * (1.0 + CAUTION * LEARNING_ARTICLES / (known as f32 + LEARNING_ARTICLES));
    let parties = parties(matched);
    let weighted = memory.weighted(&words);
    let likeness = |told: &Told| {
        let days = (day - told.day).max(0.0);
        product(&weighted, &told.words) * (-days * days / (2.0 * FADING_DAYS * FADING_DAYS)).exp() as f32
    };
    let (told, likeness) = memory
        .told
        .iter()
        .zip(&shared)
        .filter(|(told, shared)| shares_enough(shared) && told.is_strong_match && is_recent(told))
        .filter(|(told, _)| parties.iter().all(|party| holds(&told.free, *party)))
        .map(|(told, _)| (told, likeness(told)))
        .filter(|(_, likeness)| *likeness >= needed)
        .max_by(|a, b| a.1.total_cmp(&b.1))?;
    let both = rare.iter().filter(|(token, _)| holds(&told.words, token.stem));
    Some(Continuation {
        story: told.story,
        article: told.id,
        likeness,
        needed,
        days: (day - told.day).max(0.0),
        shared: both.take(NAMED).map(|(token, in_title)| opening.spelling(token, *in_title).to_owned()).collect(),
    })
}

/// Third parties that the article names: its relation to them is more likely what it is about.
fn parties(matched: &Match) -> Vec<u64> {
    matched
        .concepts
        .iter()
        .filter(|concept| concept.id.starts_with("other."))
        .map(|concept| concept_feature(&concept.id))
        .collect()
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::*;
    use crate::extract::Origin;
    use crate::matcher::{Concept, Evidence, Zone};
    use crate::story::{Candidate, Decision, Outline, Placement, StoryIndex, StorySpec};
    use crate::types::{Lang, TopicId};

    const TITLE: &str = "Le convoi blindé de Kim entre à Khassan, Poutine attend";
    const TEXT: &str = "Vingt et un wagons ont franchi le pont du fleuve mardi avant l’aube, selon les cheminots de Khassan. \
        Le maréchal verra son hôte au cosmodrome.\nUn banquet est prévu.";
    const NEXT: &str = "Le convoi blindé quitte Khassan";
    const NEXT_TEXT: &str = "Les cheminots ont compté vingt et un wagons sur le pont du fleuve, mercredi avant l’aube.";

    fn article(title: &str, text: &str) -> Article {
        let paragraphs = text.split('\n').filter(|p| !p.is_empty()).map(str::to_owned).collect();
        Article { title: title.to_owned(), paragraphs, language: Lang::parse("fr"), ..Article::empty(Origin::Page) }
    }

    fn matched(score: f64, terms: &[&str], concepts: &[&str]) -> Match {
        let evidence = |term: &&str| Evidence {
            term: (*term).to_owned(),
            concept: "side".to_owned(),
            zone: Zone::Title,
            count: 1,
            weight: score / terms.len() as f64,
        };
        Match {
            topic: TopicId::from("t"),
            score,
            relevant: score >= 0.5,
            strong: score >= 0.7,
            evidence: terms.iter().map(evidence).collect(),
            concepts: concepts.iter().map(|id| Concept { id: (*id).to_owned(), count: 1 }).collect(),
            masked: Vec::new(),
            rule: String::new(),
            one_sided: score < 0.5,
        }
    }

    fn outline(id: i64, hours: i64, article: &Article) -> Outline {
        let start: Timestamp = "2026-11-20T08:00:00Z".parse().expect("a test instant");
        Outline::new(ArticleId(id), article, start + SignedDuration::from_hours(hours))
    }

    /// An index that holds one article on the topic, of this score.
    fn index(score: f64) -> StoryIndex {
        let mut index = StoryIndex::new(StorySpec::default());
        let first = article(TITLE, TEXT);
        let matched = matched(score, &["Kim", "Poutine"], &["side.north", "side.east"]);
        let candidate = Candidate::new(outline(1, 0, &first), &first, &matched, "Agence");
        let opens = Placement::silent(Decision::Opens, Vec::new());
        index.apply(candidate, &opens, StoryId(1));
        index
    }

    fn continued(index: &StoryIndex, hours: i64, title: &str, text: &str, concepts: &[&str]) -> Option<Continuation> {
        let next = article(title, text);
        index.continued(&outline(2, hours, &next), &next, &matched(0.0, &[], concepts), &ByStoryRule::default())
    }

    #[track_caller]
    fn check(title: &str, text: &str, expected: bool) {
        let found = continued(&index(0.9), 20, title, text, &["side.north"]);
        assert_eq!(found.is_some(), expected, "{title}: {found:?}");
    }

    #[test]
    fn the_next_report_of_the_same_matter_is_kept() {
        check(NEXT, NEXT_TEXT, true);
        check(TITLE, "", true);
    }

    #[test]
    fn the_same_names_on_another_matter_are_not_enough() {
        check("Kim inaugure une serre de tomates", "Le maréchal a goûté les premiers fruits mercredi matin.", false);
        check("Kim et Poutine : qui sont-ils", "", false);
        check("Kim attend", "Kim attend Poutine.", false);
        check("Une tempête de neige ferme le pont de Khassan", "Les camions attendent depuis lundi sur les deux rives.", false);
    }

    #[test]
    fn a_text_that_is_not_the_headlines_own_keeps_nothing() {
        check("Kim inaugure une serre de tomates", TEXT, false);
    }

    #[test]
    fn who_names_another_party_tells_of_another_relation() {
        assert!(continued(&index(0.9), 20, NEXT, NEXT_TEXT, &["side.north", "other.china"]).is_none());
        assert!(continued(&index(0.9), 20, NEXT, NEXT_TEXT, &["side.north", "context.train"]).is_some());
    }

    #[test]
    fn only_what_is_certain_and_recent_is_continued() {
        let found = |score, hours| continued(&index(score), hours, NEXT, NEXT_TEXT, &["side.north"]).is_some();
        assert!(found(0.9, 47) && found(0.9, -3));
        assert!(!found(0.6, 20) && !found(0.9, 49) && !found(0.9, -60));
    }

    #[test]
    fn it_joins_brings_nothing_and_says_why() {
        let index = index(0.9);
        let place = |title: &str, text: &str| {
            let next = article(title, text);
            let found = continued(&index, 20, title, text, &["side.north"]).expect("near enough");
            let candidate = Candidate::new(outline(2, 20, &next), &next, &matched(0.0, &[], &[]), "Courrier");
            index.place_continuation(&candidate, &found, &[])
        };
        let joined = place(NEXT, NEXT_TEXT);
        assert_eq!((joined.decision, joined.development), (Decision::Joins { story: StoryId(1) }, None));
        let reason = &joined.reasons[0];
        assert!(reason.starts_with("kept by its story 1: near article 1, 0.8 days older, likeness 0."), "{reason}");
        assert!(reason.ends_with("both say convoi, blindé, Khassan, cheminots, vingt, wagons"), "{reason}");
        let copied = place("Le convoi blindé de Kim entre à Khassan", TEXT);
        assert_eq!(copied.decision, Decision::Duplicate { of: ArticleId(1), story: StoryId(1) });
    }

    #[test]
    fn words_of_a_script_without_spaces_count_by_pairs() {
        let mut index = index(0.9);
        let first = article("장갑열차 하산역 통과", "철도 노동자들이 객차 스물한 량을 셌다.");
        let strong = matched(0.9, &["김정은", "푸틴"], &["side.north", "side.east"]);
        let opens = Placement::silent(Decision::Opens, Vec::new());
        index.apply(Candidate::new(outline(3, 2, &first), &first, &strong, "Ilbo"), &opens, StoryId(2));
        let kept = |title: &str, text: &str| continued(&index, 10, title, text, &["side.north"]).map(|found| found.story());
        assert_eq!(kept("장갑열차 하산역 출발", "객차 스물한 량이 다리를 건넜다."), Some(StoryId(2)));
        assert_eq!(kept("장갑차 공개", "새 장갑차가 광장을 지났다."), None);
    }
}
