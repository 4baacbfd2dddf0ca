//! What an article reports, as features: the words of its headline and first sentences, and what means the same in every language.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use xxhash_rust::xxh3::xxh3_64;

use super::acts::{self, Act};
use super::background::{Manner, manner};
use super::candidate::{Counts, Feature, PRIOR_CONCEPT, PRIOR_WORD, concept_feature, prior, telling_concepts};
use super::features::{Token, tokens};
use super::vocabulary;
use crate::extract::Article;
use crate::matcher::{Match, Zone};
use crate::text::sentences::sentences;

/// Sentences of the text that are kept to be quoted.
const SENTENCES: usize = 40;
/// Sentences after the headline that say what is reported; news says it first.
const LEAD_SENTENCES: usize = 2;
/// Words of those sentences that count.
const LEAD_WORDS: usize = 60;
/// What a word or act of the lead counts beside one of the headline (measured on developments: .35 to .55 do alike).
const LEAD_WEIGHT: f32 = 0.5;
/// Letters up to which a word tells little, unless it is a name.
const SHORT_LETTERS: usize = 4;
/// The share of articles in which a term of the news is expected in headline or lead.
const PRIOR_TERM: f32 = 0.1;
/// What a concept counts that the headline does not name.
const CONCEPT_OUTSIDE_TITLE: f32 = 0.3;

/// A sentence, word for word.
#[derive(Debug, Clone)]
pub(super) struct Sentence {
    pub(super) text: String,
    pub(super) is_title: bool,
}

/// What a language-free feature is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FactKind {
    /// A person, organisation, side or country of the topic.
    Actor,
    /// A place of the topic.
    Place,
    /// Another concept of the topic.
    Concept,
    Act(Act),
    /// A word of the news in general.
    Term,
    Number,
}

/// A number with the word after it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Amount {
    /// Digits, without separators.
    pub(super) number: String,
    /// What is counted: the stem, and the word as it stands there.
    pub(super) unit: u64,
    pub(super) word: String,
}

impl Amount {
    /// The feature of the number alone.
    pub(super) fn feature(&self) -> u64 {
        number_feature(&self.number)
    }
}

fn number_feature(number: &str) -> u64 {
    xxh3_64(format!("number {number}").as_bytes())
}

/// What an article reports.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    /// Headline first.
    pub(super) sentences: Vec<Sentence>,
    /// Words of headline and lead.
    pub(super) words: Counts,
    /// Features that mean the same in every language.
    pub(super) free: Counts,
    /// What each of `free` is, in the same order.
    pub(super) kinds: Vec<FactKind>,
    /// How each of `free` is called in explanations; nothing for terms of the news.
    pub(super) labels: Vec<Cow<'static, str>>,
    /// Numbers and what they count.
    pub(super) amounts: Vec<Amount>,
    /// Whether it reports or retells.
    pub(super) manner: Manner,
    /// The match is strong enough for a mail.
    pub(super) is_strong_match: bool,
    /// Stems of the words by which the topic matched.
    pub(super) own_words: Vec<u64>,
}

/// Reads what `article` reports; `topic` holds the stems of the topic's own words.
pub(super) fn facts(article: &Article, matched: &Match, topic: &BTreeSet<u64>) -> Facts {
    let all = quotable(article);
    let opening = Opening::new(article);
    let parts = opening.parts();
    let mut free: BTreeMap<u64, (Feature, FactKind, Cow<'static, str>)> = BTreeMap::new();
    let mut amounts = Vec::new();
    let mut put = |hash: u64, count: f32, kind: FactKind, label: Cow<'static, str>| {
        let prior = match kind {
            FactKind::Number => PRIOR_WORD,
            FactKind::Term => PRIOR_TERM,
            FactKind::Actor | FactKind::Place | FactKind::Concept | FactKind::Act(_) => PRIOR_CONCEPT,
        };
        let (feature, _, _) = free.entry(hash).or_insert((Feature { hash, count, prior }, kind, label));
        feature.count = feature.count.max(count);
    };
    for (text, tokens, weight) in parts {
        for act in acts::acts(text) {
            put(xxh3_64(format!("act {act}").as_bytes()), weight, FactKind::Act(act), acts::name(act).into());
        }
        for term in vocabulary::terms(text, article.language) {
            put(xxh3_64(format!("news {term}").as_bytes()), weight, FactKind::Term, Cow::Borrowed(""));
        }
        for (number, unit) in numbers(text, tokens) {
            put(number_feature(&number), weight, FactKind::Number, number.clone().into());
            amounts.extend(unit.map(|unit| Amount { number, unit: unit.stem, word: text[unit.start..unit.end].to_owned() }));
        }
    }
    for concept in telling_concepts(matched) {
        let in_title = matched.evidence.iter().any(|e| e.concept == concept.id && e.zone == Zone::Title);
        put(
            concept_feature(&concept.id),
            if in_title { 1.0 } else { CONCEPT_OUTSIDE_TITLE },
            concept_kind(&concept.id),
            concept.id.clone().into(),
        );
    }
    Facts {
        sentences: all,
        words: opening.words(topic),
        kinds: free.values().map(|(_, kind, _)| *kind).collect(),
        labels: free.values().map(|(_, _, label)| label.clone()).collect(),
        free: free.into_values().map(|(feature, _, _)| feature).collect(),
        amounts,
        manner: manner(article, &opening.lead, opening.lead_words.len()),
        is_strong_match: matched.strong,
        own_words: topic.iter().copied().collect(),
    }
}

/// The headline and the first sentences, in words: where news says what it reports.
pub(super) struct Opening<'a> {
    title: &'a str,
    lead: String,
    title_words: Vec<Token>,
    lead_words: Vec<Token>,
}

impl<'a> Opening<'a> {
    /// Reads no more of the article than that.
    pub(super) fn new(article: &'a Article) -> Opening<'a> {
        let sentences = article.paragraphs.iter().flat_map(|paragraph| sentences(paragraph));
        let lead = sentences.take(LEAD_SENTENCES).collect::<Vec<_>>().join(" ");
        let (title_words, lead_words) = (tokens(&article.title, LEAD_WORDS), tokens(&lead, LEAD_WORDS));
        Opening { title: &article.title, lead, title_words, lead_words }
    }

    /// A word as it stands in the headline or the lead.
    pub(super) fn spelling(&self, token: &Token, in_title: bool) -> &str {
        let text = if in_title { self.title } else { &self.lead };
        text.get(token.start..token.end).unwrap_or_default()
    }

    /// Text, words and weight of headline and lead.
    fn parts(&self) -> [(&str, &[Token], f32); 2] {
        [(self.title, &self.title_words, 1.0), (&self.lead, &self.lead_words, LEAD_WEIGHT)]
    }

    /// The stems of the words, in order of their hash; `topic` holds those of the topic's own words.
    pub(super) fn words(&self, topic: &BTreeSet<u64>) -> Counts {
        let mut words: BTreeMap<u64, Feature> = BTreeMap::new();
        for (_, tokens, weight) in self.parts() {
            for token in tokens {
                let feature = words.entry(token.stem).or_insert(Feature { hash: token.stem, count: 0.0, prior: 0.0 });
                feature.count = feature.count.max(weight);
                feature.prior = feature.prior.max(prior(token, topic));
            }
        }
        words.into_values().collect()
    }

    /// The stems that may tell a matter, each once, headline first, and whether they stand in the headline: longer words, numbers, and names; a headline may
    /// set every word with a capital, so names count where text runs.
    pub(super) fn telling(&self) -> Vec<(&Token, bool)> {
        let is_long =
            |token: &Token| token.letters > SHORT_LETTERS || !token.is_alphabetic || token.is_number && token.letters > 1;
        let title = self.title_words.iter().filter(|token| is_long(token)).map(|token| (token, true));
        let names = |(at, token): &(usize, &Token)| is_long(token) || *at > 0 && token.is_capitalised;
        let lead = self.lead_words.iter().enumerate().filter(names).map(|(_, token)| (token, false));
        let mut seen = BTreeSet::new();
        title.chain(lead).filter(|(token, _)| seen.insert(token.stem)).collect()
    }
}

fn quotable(article: &Article) -> Vec<Sentence> {
    let title = Sentence { text: article.title.clone(), is_title: true };
    let body = article.paragraphs.iter().flat_map(|paragraph| sentences(paragraph));
    std::iter::once(title).chain(body.take(SENTENCES).map(|text| Sentence { text: text.to_owned(), is_title: false })).collect()
}

/// Topic files name concepts by kind: `person.…`, `org.…`, `side.…`, `place.…`, `context.…`.
fn concept_kind(id: &str) -> FactKind {
    match id.split('.').next() {
        Some("person" | "org" | "organisation" | "organization" | "actor" | "side" | "country") => FactKind::Actor,
        Some("place" | "location" | "city" | "region") => FactKind::Place,
        _ => FactKind::Concept,
    }
}

/// The numbers that `text` states, without separators, and the word after each: neither years nor single digits.
fn numbers<'a>(text: &str, tokens: &'a [Token]) -> Vec<(String, Option<&'a Token>)> {
    let digits = |token: &Token| text[token.start..token.end].chars().filter(char::is_ascii_digit).collect::<String>();
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        if !token.is_number {
            continue;
        }
        let mut number = digits(token);
        // 10 000 in groups of three.
        while let Some(next) =
            tokens.get(at).filter(|next| next.is_number && next.end - next.start == 3 && digits(next).len() == 3)
        {
            number.push_str(&digits(next));
            at += 1;
        }
        let is_year = number.len() == 4 && (number.starts_with("19") || number.starts_with("20"));
        if number.len() >= 2 && !is_year {
            out.push((number, tokens.get(at).filter(|unit| !unit.is_number)));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::Origin;
    use crate::types::{Lang, TopicId};

    #[test]
    fn a_term_of_the_news_is_one_fact_in_every_language() {
        let terms = |language: &str, title: &str| {
            let article = Article { title: title.to_owned(), language: Lang::parse(language), ..Article::empty(Origin::Page) };
            let facts = facts(&article, &Match::nothing(TopicId::from("t")), &BTreeSet::new());
            let is_term = |(_, kind): &(&Feature, &FactKind)| **kind == FactKind::Term;
            facts.free.iter().zip(&facts.kinds).filter(is_term).map(|(feature, _)| feature.hash).collect::<Vec<_>>()
        };
        assert_eq!(terms("en", "Earthquake: Chile").len(), 2);
        assert_eq!(terms("en", "Earthquake: Chile"), terms("ru", "Землетрясение в Чили"));
        assert_eq!(terms("en", "Chile"), terms("ko", "칠레"));
    }

    #[test]
    fn numbers_are_read_whole_and_years_left_out() {
        let of = |text: &str| numbers(text, &tokens(text, 50)).into_iter().map(|(number, _)| number).collect::<Vec<_>>();
        assert_eq!(of("10 000 soldats, 1,500 fusils et 12 trains en 2024"), ["10000", "1500", "12"]);
        assert_eq!(of("le 3 mai"), Vec::<String>::new());
    }
}
