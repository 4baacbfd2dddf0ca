//! Does a headline announce a retelling: an explainer, an opinion, a gallery, a recap? Such an article brings nothing that a desk must be told at once.

use crate::text::matching::fold_for_matching;
use crate::text::words::{is_hangul, is_unspaced};

/// Beginnings of headlines that explain.
const OPENINGS: &[&str] = &[
    "why",
    "how",
    "what",
    "who is",
    "inside",
    "watch",
    "explainer",
    "explained",
    "opinion",
    "analysis",
    "editorial",
    "the big picture",
    "timeline",
    "podcast",
    "photos",
    "in pictures",
    "in photos",
    "factbox",
    "fact check",
    "profile",
    "latest on",
    "the week in",
    "five things",
    "three reasons",
    "pourquoi",
    "comment",
    "que sait-on",
    "ce que l'on sait",
    "analyse",
    "decryptage",
    "tribune",
    "editorial",
    "entretien",
    "portrait",
    "en images",
    "podcast",
    "chronique",
    "retour sur",
    "qui est",
    "infographie",
    "reportage",
    "почему",
    "как ",
    "что известно",
    "мнение",
    "анализ",
    "кто такой",
    "фото",
    "зачем",
    "dlaczego",
    "jak ",
    "co wiemy",
    "opinia",
    "komentarz",
    "analiza",
    "kim jest",
    "czy ",
    "warum",
    "wie ",
    "was wir",
    "analyse",
    "kommentar",
    "meinung",
    "hintergrund",
];

/// Words anywhere in a headline that mark one.
const WORDS: &[&str] = &[
    "cartoon",
    "in pictures",
    "in photos",
    "explainer",
    "what we know",
    "things we learned",
    "at a glance",
    "takeaways",
    "opinion",
    "editorial",
    "experts say",
    "expert says",
    "analysts say",
    "analysis:",
    "| analysis",
    "what to know",
    "here's why",
    "key questions",
    "letters:",
    "what did they say",
    "things to know",
    "en images",
    "decryptage",
    "ce que l'on sait",
    "selon un expert",
    "selon des experts",
    "мнение эксперта",
    "эксперт",
    "аналитик",
    "что известно",
    "zdaniem eksperta",
    "ekspert",
    "komentarz",
    "co wiemy",
    "분석",
    "사설",
    "칼럼",
    "기고",
    "해설",
    "시론",
    "인터뷰",
    "왜?",
    "이유는",
    "[영상]",
    "[포토]",
    "사진",
    "news&view",
    "팩트체크",
    "다시보기",
    "만평",
];

/// The mark that gave the headline away.
pub(super) fn background_mark(title: &str) -> Option<&'static str> {
    let title = fold_for_matching(title);
    let title = title.trim();
    let begins = |mark: &&&str| {
        title
            .strip_prefix(**mark)
            .is_some_and(|rest| mark.ends_with(' ') || !rest.chars().next().is_some_and(char::is_alphanumeric))
    };
    if let Some(mark) = OPENINGS.iter().find(begins) {
        return Some(mark);
    }
    if let Some(mark) = WORDS.iter().find(|mark| contains_word(title, mark)) {
        return Some(mark);
    }
    // A headline that only asks reports nothing; one that quotes a question goes on after it.
    let asks = title.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '?').ends_with('?');
    if asks {
        return Some("?");
    }
    // "Headline | Author": a column. Agencies and sites put a name of several words there too, but after a dash.
    title.rsplit_once(" | ").filter(|(_, author)| (2..=3).contains(&author.split(' ').count())).map(|_| "| author")
}

fn contains_word(title: &str, mark: &str) -> bool {
    title.match_indices(mark).any(|(at, _)| {
        mark.chars().next().is_some_and(|c| is_hangul(c) || is_unspaced(c))
            || !title[..at].chars().next_back().is_some_and(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(title: &str, is_background: bool) {
        assert_eq!(background_mark(title).is_some(), is_background, "{title}: {:?}", background_mark(title));
    }

    #[test]
    fn explainers_opinions_and_galleries_are_told_apart() {
        check("Why the bridge matters", true);
        check("Pourquoi le pont inquiète Tokyo", true);
        check("The bridge opens – in pictures", true);
        check("다리 개통의 의미는? [영상]", true);
        check("Will the bridge ever open?", true);
        check("A bridge too far | Ann Example", true);
        check("Howard opens the bridge", false);
        check("Bridge opens after ten years", false);
        check("Le pont ouvre mercredi", false);
        check("\"What bridge?\" minister asks", false);
    }
}
