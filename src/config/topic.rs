//! Reads a topic file.
//!
//! In: a section of a TOML file: a whole topic file, or a `[[topic]]` of the main one. Out: a [`TopicSpec`]; mistakes go to the section's list.
//! Not done here: compiling the terms; [`Topic::compile`](crate::matcher::Topic::compile) says what is wrong with them.

use std::collections::BTreeMap;
use std::time::Duration;

use super::reader::Section;
use crate::matcher::{
    Aliases, ByStoryRule, ContextSpec, DampScope, DampSpec, EntityKind, EntitySpec, ListRule, NearRule, OtherSpec, PointRule,
    SideSpec, Thresholds, TopicSpec, ZoneRule,
};
use crate::types::{Lang, TopicId};

/// Share of one: nothing to all of it.
const SHARE: std::ops::RangeInclusive<f64> = 0.0..=1.0;

/// Weights and factors stay within what a person can weigh against each other.
const WEIGHT: std::ops::RangeInclusive<f64> = 0.0..=100.0;

/// What was told longer ago is not remembered sentence by sentence.
const LONGEST_BY_STORY: Duration = Duration::from_secs(48 * 3600);

const KINDS: &[(&str, EntityKind)] =
    &[("person", EntityKind::Person), ("place", EntityKind::Place), ("organisation", EntityKind::Organisation)];

const SCOPES: &[(&str, DampScope)] =
    &[("title", DampScope::Title), ("text", DampScope::Text), ("article", DampScope::Article), ("sentence", DampScope::Sentence)];

/// Reads a topic and closes its section.
pub fn read_topic(section: Section<'_>) -> TopicSpec {
    closing(section, topic_spec)
}

/// Reads a topic and leaves its section open, for what compiling finds.
pub(super) fn topic_spec(section: &Section<'_>) -> TopicSpec {
    let id = section.parsed("id", |id| match id.trim() {
        "" => Err("a topic needs a name".to_owned()),
        _ => Ok(id.to_owned()),
    });
    if id.is_none() && !section.has("id") {
        section.missing("id", "the name under which desks ask for the topic");
    }
    let empty = TopicSpec::empty(id.as_deref().unwrap_or_default());
    TopicSpec {
        id: TopicId(id.unwrap_or_default()),
        title: section.string("title").unwrap_or_default(),
        match_all: section.boolean("match_all").unwrap_or_default(),
        all_of: section.string_groups("all_of").unwrap_or_default(),
        any_of: section.strings("any_of").unwrap_or_default(),
        none_of: section.strings("none_of").unwrap_or_default(),
        sides: each(section, "sides", |id, s| SideSpec {
            id,
            aliases: aliases(s, "aliases"),
            pairs: aliases(s, "pairs"),
            hints: aliases(s, "hints"),
        }),
        entities: each(section, "entities", entity).into_iter().flatten().collect(),
        joint: section.table("joint").map(|s| closing(s, |s| aliases(s, "aliases"))).unwrap_or_default(),
        others: each(section, "others", |id, s| OtherSpec {
            id,
            is_peer: s.boolean("peer").unwrap_or_default(),
            aliases: aliases(s, "aliases"),
        }),
        contexts: each(section, "context", |id, s| ContextSpec {
            id,
            weight: s.number("weight", WEIGHT).unwrap_or(0.2),
            aliases: aliases(s, "aliases"),
        }),
        masks: section.table("mask").map(|s| closing(s, |s| aliases(s, "aliases"))).unwrap_or_default(),
        damps: each(section, "damp", |id, s| DampSpec {
            id,
            scope: s.choice("scope", SCOPES).unwrap_or(DampScope::Title),
            factor: s.number("factor", SHARE).unwrap_or(0.5),
            aliases: aliases(s, "aliases"),
        }),
        list: section.table("list").map(|s| closing(s, list_rule)).unwrap_or(empty.list),
        zones: section.table("zones").map(|s| closing(s, zone_rule)).unwrap_or(empty.zones),
        near: section.table("near").map(|s| closing(s, near_rule)).unwrap_or(empty.near),
        points: section.table("points").map(|s| closing(s, point_rule)).unwrap_or(empty.points),
        thresholds: section.table("thresholds").map(|s| closing(s, thresholds)).unwrap_or(empty.thresholds),
        languages: section.table("languages").map(|s| closing(s, languages)).unwrap_or_default(),
        by_story: section.table("by_story").map(|s| closing(s, by_story_rule)).unwrap_or(empty.by_story),
    }
}

/// Reads a section and reports the keys that were not asked for.
fn closing<T>(section: Section<'_>, read: impl FnOnce(&Section<'_>) -> T) -> T {
    let value = read(&section);
    section.close();
    value
}

/// Reads every table under `key`, such as `[sides.russia]`; its name is the id.
fn each<T>(section: &Section<'_>, key: &str, read: impl Fn(String, &Section<'_>) -> T) -> Vec<T> {
    let Some(group) = section.table(key) else { return Vec::new() };
    let mut out = Vec::new();
    for id in group.keys() {
        if let Some(one) = group.table(&id) {
            out.push(closing(one, |s| read(id, s)));
        }
    }
    out
}

/// Spellings by language: `aliases.fr = […]`. Terms without a language stand under `any`.
fn aliases(section: &Section<'_>, key: &str) -> Aliases {
    let Some(table) = section.table(key) else { return Aliases::new() };
    closing(table, |table| {
        let mut out = Aliases::new();
        for language in table.keys() {
            if language != "any" && Lang::parse(&language).is_none() {
                table.mistake(&language, format!("\"{language}\" is no language; write two letters such as fr, or any"));
            }
            if let Some(list) = table.strings(&language) {
                out.insert(language, list);
            }
        }
        out
    })
}

fn entity(id: String, section: &Section<'_>) -> Option<EntitySpec> {
    let kind = section.choice("kind", KINDS);
    let side = section.string("side");
    let spec = EntitySpec {
        id,
        kind: kind.unwrap_or(EntityKind::Person),
        side: side.clone().unwrap_or_default(),
        aliases: aliases(section, "aliases"),
        hints: aliases(section, "hints"),
        descriptions: aliases(section, "descriptions"),
    };
    if !section.has("kind") {
        section.missing("kind", "write person, place or organisation");
    }
    if !section.has("side") {
        section.missing("side", "the side that it stands for");
    }
    (kind.is_some() && side.is_some()).then_some(spec)
}

fn list_rule(section: &Section<'_>) -> ListRule {
    let default = ListRule::default();
    ListRule {
        min_items: section.integer("min_items", 2..=100).map_or(default.min_items, |n| n as usize),
        crowd: section.integer("crowd", 1..=100).map_or(default.crowd, |n| n as usize),
        peers: section.integer("peers", 1..=100).map_or(default.peers, |n| n as usize),
        weight: section.number("weight", SHARE).unwrap_or(default.weight),
        samples: aliases(section, "samples"),
        joiners: aliases(section, "joiners"),
        aliases: aliases(section, "aliases"),
    }
}

fn zone_rule(section: &Section<'_>) -> ZoneRule {
    let default = ZoneRule::default();
    ZoneRule {
        title: section.number("title", WEIGHT).unwrap_or(default.title),
        lead: section.number("lead", WEIGHT).unwrap_or(default.lead),
        body: section.number("body", WEIGHT).unwrap_or(default.body),
        lead_paragraphs: section.integer("lead_paragraphs", 0..=100).map_or(default.lead_paragraphs, |n| n as usize),
        datelines: aliases(section, "datelines"),
        skip: aliases(section, "skip"),
    }
}

fn near_rule(section: &Section<'_>) -> NearRule {
    let default = NearRule::default();
    NearRule {
        words: section.integer("words", 1..=1000).map_or(default.words, |n| n as usize),
        far: section.number("far", SHARE).unwrap_or(default.far),
        neighbour: section.number("neighbour", SHARE).unwrap_or(default.neighbour),
        between: section.number("between", SHARE).unwrap_or(default.between),
        headline: section.number("headline", SHARE).unwrap_or(default.headline),
        paired: section.number("paired", SHARE).unwrap_or(default.paired),
        mutual: aliases(section, "mutual"),
        continued: section.number("continued", SHARE).unwrap_or(default.continued),
    }
}

fn point_rule(section: &Section<'_>) -> PointRule {
    let default = PointRule::default();
    PointRule {
        meeting: section.number("meeting", WEIGHT).unwrap_or(default.meeting),
        bare: section.number("bare", SHARE).unwrap_or(default.bare),
        half: section.number("half", 0.01..=100.0).unwrap_or(default.half),
        steepness: section.number("steepness", 0.1..=10.0).unwrap_or(default.steepness),
        unsupported: section.number("unsupported", SHARE).unwrap_or(default.unsupported),
        aside: section.number("aside", SHARE).unwrap_or(default.aside),
        context_limit: section.number("context_limit", WEIGHT).unwrap_or(default.context_limit),
        screen: section.integer("screen", 50..=100_000).map_or(default.screen, |n| n as usize),
        passage: section.number("passage", SHARE).unwrap_or(default.passage),
        lead_limit: section.number("lead_limit", WEIGHT).unwrap_or(default.lead_limit),
        body_limit: section.number("body_limit", WEIGHT).unwrap_or(default.body_limit),
    }
}

fn thresholds(section: &Section<'_>) -> Thresholds {
    let default = Thresholds::default();
    let relevant = section.number("relevant", SHARE).unwrap_or(default.relevant);
    Thresholds { relevant, alert: section.number("alert", SHARE).unwrap_or(default.alert.max(relevant)) }
}

fn by_story_rule(section: &Section<'_>) -> ByStoryRule {
    let default = ByStoryRule::default();
    let within = section.duration("within").unwrap_or(default.within);
    if within.is_zero() || within > LONGEST_BY_STORY {
        section
            .mistake("within", "must be more than nothing and at most \"48h\"; to keep nothing by its story write keep = false");
    }
    ByStoryRule {
        keep: section.boolean("keep").unwrap_or(default.keep),
        within,
        likeness: section.number("likeness", SHARE).unwrap_or(default.likeness),
        shared: section.integer("shared", 1..=100).map_or(default.shared, |n| n as usize),
    }
}

fn languages(section: &Section<'_>) -> BTreeMap<Lang, f64> {
    let mut out = BTreeMap::new();
    for tag in section.keys() {
        let factor = section.number(&tag, 0.1..=10.0);
        match Lang::parse(&tag) {
            Some(language) => out.extend(factor.map(|factor| (language, factor))),
            None => section.mistake(&tag, format!("\"{tag}\" is no language; write two letters such as fr")),
        }
    }
    out
}

#[cfg(test)]
mod shipped;
#[cfg(test)]
mod shipped_others;
#[cfg(test)]
mod shipped_rows;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::document::Document;
    use crate::config::mistakes::{Mistake, Mistakes};
    use crate::matcher::Topic;

    fn read(text: &str) -> (TopicSpec, Vec<String>) {
        let mistakes = Mistakes::default();
        let document = Document::parse("topic.toml".as_ref(), text, &mistakes);
        let spec = read_topic(document.root(&mistakes));
        (spec, mistakes.list().iter().map(Mistake::to_string).collect())
    }

    #[test]
    fn three_lines_are_a_topic() {
        let (spec, mistakes) = read("id = \"rig\"\nall_of = [[\"Russie\", \"Russia\"], [\"Corée du Nord\"]]\n");
        assert_eq!(mistakes, [""; 0]);
        assert_eq!(spec, TopicSpec::simple("rig", &[&["Russie", "Russia"], &["Corée du Nord"]]));
    }

    #[test]
    fn the_full_form_says_what_the_file_says() {
        let text = "id = \"t\"\n[sides.a]\naliases.fr = [\"Un\"]\n[sides.b]\nhints.en = [\"=Two\"]\n[entities.x]\nkind = \"place\"\nside = \"a\"\n\
                    aliases.any = [\"Xville\"]\n[damp.sport]\nscope = \"article\"\nfactor = 0.4\n[languages]\npl = 1.2\n[zones]\ntitle = 4\n[by_story]\nwithin = \"12h\"\nshared = 5\n";
        let (spec, mistakes) = read(text);
        assert_eq!(mistakes, [""; 0]);
        assert_eq!(spec.sides.iter().map(|s| s.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(spec.sides[1].hints["en"], ["=Two"]);
        assert_eq!((spec.entities[0].kind, spec.entities[0].side.as_str()), (EntityKind::Place, "a"));
        assert_eq!((spec.damps[0].scope, spec.damps[0].factor), (DampScope::Article, 0.4));
        assert_eq!(spec.languages.get(&Lang::parse("pl").expect("Polish")), Some(&1.2));
        let by_story = ByStoryRule { within: Duration::from_secs(12 * 3600), shared: 5, ..ByStoryRule::default() };
        assert_eq!(spec.by_story, by_story);
        assert_eq!((spec.zones.title, spec.zones.lead), (4.0, ZoneRule::default().lead));
    }

    #[test]
    fn every_mistake_is_named_with_its_line() {
        let text = "titel = \"x\"\n[sides.a]\nalias = 3\naliases.french = [\"Un\"]\n[entities.x]\nkind = \"town\"\n[languages]\nxx1 = 1\n\
                    [by_story]\nwithin = \"9d\"\nlikeness = 3\nkept = false\n";
        let (_, mistakes) = read(text);
        let expected = [
            "1: \"id\" is missing",
            "1: unknown key \"titel\"; did you mean \"title\"?",
            "3: unknown key \"alias\" in [sides.a]; did you mean \"aliases\"?",
            "4: sides.a.aliases.french: \"french\" is no language",
            "5: \"side\" is missing in [entities.x]",
            "6: entities.x.kind: \"town\" is not one of \"person\", \"place\", \"organisation\"",
            "8: languages.xx1: \"xx1\" is no language",
            "10: by_story.within: must be more than nothing and at most \"48h\"",
            "11: by_story.likeness: ",
            "12: unknown key \"kept\" in [by_story]; did you mean \"keep\"?",
        ];
        assert_eq!(mistakes.len(), expected.len(), "{mistakes:#?}");
        for (mistake, start) in mistakes.iter().zip(expected) {
            assert!(mistake.starts_with(&format!("topic.toml:{start}")), "{mistake}");
        }
    }

    #[test]
    fn the_shipped_topics_are_without_mistakes() {
        for text in [
            include_str!("../../config/topics/russia-dprk.toml"),
            include_str!("../../config/topics/chip-export-controls.toml"),
            include_str!("../../config/topics/serbia-kosovo.toml"),
        ] {
            let (spec, mistakes) = read(text);
            assert_eq!(mistakes, [""; 0]);
            assert_eq!(Topic::compile(&spec).err(), None);
        }
    }
}
