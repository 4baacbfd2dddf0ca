//! What an element's name, role, class and id say about its content.
//!
//! In: one element. Out: a few flags. They are hints: `boilerplate` weighs them against the text that lies inside.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::LazyLock;

use html5ever::local_name;

use super::hint_words::{
    BODIES, BODY_PAIRS, BOILERPLATE, BOILERPLATE_PREFIXES, BYLINES, CAPTIONS, COMMENTS, LEDES, NOT_TUCKED, PAIRS, TUCKED, WALLS,
};
use crate::extract::markup::dom::{Dom, Element, attr};
use crate::extract::markup::met::{Met, Mixer};

/// What the markup hints at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::extract) struct Hints {
    /// Navigation, sharing, promotion, lists of other articles, forms.
    pub(in crate::extract) is_boilerplate: bool,
    /// Beside the article, by the element or its role: a fact box, a list of other articles, but also a box with the date.
    pub(in crate::extract) is_aside: bool,
    /// Readers' comments.
    pub(in crate::extract) is_comments: bool,
    /// A picture's caption or credit.
    pub(in crate::extract) is_caption: bool,
    /// Names of authors, dates, places: about the article, not of it.
    pub(in crate::extract) is_byline: bool,
    /// The body of an article, by name.
    pub(in crate::extract) is_body: bool,
    /// The box of a wall or of an offer to subscribe.
    pub(in crate::extract) is_wall: bool,
    /// A standfirst, by name.
    pub(in crate::extract) is_lede: bool,
    /// Shown only when a script says so: a dialog, a class that hides.
    pub(in crate::extract) is_tucked: bool,
    /// Never shown: `hidden`, `display:none`, `aria-hidden`.
    pub(in crate::extract) is_hidden: bool,
}

/// Class and id longer than this are styling machinery, bytes.
const MAX_NAMES_BYTES: usize = 400;

/// Reads the hints of every node; texts have none.
pub(in crate::extract) fn all(dom: &Dom<'_>) -> Vec<Hints> {
    let mut met = Met::new();
    (0..dom.nodes.len()).map(|at| dom.element(at).map(|e| of_element(e, &mut met)).unwrap_or_default()).collect()
}

/// Reads the hints of an element; `met` knows the class lists read before: most recur.
fn of_element<'a>(element: &'a Element, met: &mut Met<'a, Hints>) -> Hints {
    let mut hints = Hints::default();
    for attribute in element.attributes() {
        let value = &*attribute.value;
        // Most attributes of a page, and nothing to us.
        match attribute.name.local {
            local_name!("class") | local_name!("id") => {
                hints.add(met.recall(value, names));
                continue;
            }
            local_name!("href") | local_name!("src") | local_name!("alt") | local_name!("content") | local_name!("d") => continue,
            _ => {}
        }
        match &*attribute.name.local {
            "data-component" | "data-testid" | "data-area" | "data-block" | "data-module" => hints.add(met.recall(value, names)),
            "hidden" => hints.is_hidden |= value != "until-found",
            // A paragraph that only screen readers pass over is there for everyone else, until a script locks it.
            "aria-hidden" => hints.is_hidden |= value == "true" && element.name() != "p",
            "style" => {
                let style: String = value.chars().take(300).filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
                hints.is_hidden |= style.contains("display:none") || style.contains("visibility:hidden");
            }
            "role" => {
                hints.is_tucked |= matches!(value, "dialog" | "alertdialog");
                hints.is_aside |= value == "complementary";
                hints.is_boilerplate |= matches!(
                    value,
                    "navigation"
                        | "contentinfo"
                        | "search"
                        | "dialog"
                        | "menu"
                        | "menubar"
                        | "banner"
                        | "toolbar"
                        | "alertdialog"
                );
            }
            "itemprop" => {
                hints.is_body |= value.eq_ignore_ascii_case("articleBody") || value.eq_ignore_ascii_case("reviewBody");
                hints.is_byline |= matches!(value, "author" | "datePublished" | "dateModified");
                hints.is_caption |= value == "caption";
                hints.is_comments |= value == "comment";
            }
            "itemtype" => hints.is_comments |= value.ends_with("/Comment") || value.ends_with("/UserComments"),
            "property" => hints.is_body |= value == "articleBody" || value == "schema:articleBody",
            _ => {}
        }
    }
    match element.name() {
        "nav" | "footer" | "menu" | "form" => hints.is_boilerplate = true,
        "aside" => hints.is_aside = true,
        "figcaption" | "caption" => hints.is_caption = true,
        "dialog" => hints.is_hidden |= attr(element, "open").is_none(),
        _ => {}
    }
    hints
}

impl Hints {
    fn add(&mut self, other: Hints) {
        self.is_boilerplate |= other.is_boilerplate;
        self.is_comments |= other.is_comments;
        self.is_caption |= other.is_caption;
        self.is_byline |= other.is_byline;
        self.is_body |= other.is_body;
        self.is_wall |= other.is_wall;
        self.is_lede |= other.is_lede;
        self.is_tucked |= other.is_tucked;
        self.is_hidden |= other.is_hidden;
    }
}

/// Reads class and id names word by word: `relatedPosts`, `related-posts` and `related_posts` are the same two words.
fn names(value: &str) -> Hints {
    let mut hints = Hints::default();
    let value = &value[..value.floor_char_boundary(MAX_NAMES_BYTES)];
    let (mut previous, mut word) = (String::new(), String::new());
    for name in value.split_ascii_whitespace() {
        // A page builder calls every paragraph a widget.
        if name.starts_with("elementor") {
            continue;
        }
        word.clear();
        word.extend(name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()));
        judge_word(&word, &mut hints);
        word.clear();
        previous.clear();
        let mut last_lower = false;
        for c in name.chars().chain(std::iter::once('-')) {
            let boundary = !c.is_ascii_alphabetic() || (c.is_ascii_uppercase() && last_lower);
            if boundary && !word.is_empty() {
                // `label-hidden`, `overflow-hidden`, `hidden-print`: what is hidden there is not the element, or not on a screen.
                let was_tucked = hints.is_tucked;
                judge_word(&word, &mut hints);
                if NOT_TUCKED.contains(&previous.as_str()) {
                    hints.is_tucked = was_tucked;
                }
                judge_pair(&previous, &word, &mut hints);
                std::mem::swap(&mut previous, &mut word);
                word.clear();
            }
            last_lower = c.is_ascii_lowercase();
            if c.is_ascii_alphabetic() {
                word.push(c.to_ascii_lowercase());
            }
        }
    }
    hints
}

type Table<K> = HashMap<K, Hints, BuildHasherDefault<Mixer>>;

/// The words of all lists, so that a class name costs one look-up.
static WORDS: LazyLock<Table<&'static str>> = LazyLock::new(|| {
    let mut words: Table<&'static str> = Table::default();
    let mut add =
        |list: &[&'static str], mark: fn(&mut Hints)| list.iter().for_each(|word| mark(words.entry(*word).or_default()));
    add(BOILERPLATE, |h| h.is_boilerplate = true);
    add(COMMENTS, |h| h.is_comments = true);
    add(CAPTIONS, |h| h.is_caption = true);
    add(BYLINES, |h| h.is_byline = true);
    add(BODIES, |h| h.is_body = true);
    add(WALLS, |h| h.is_wall = true);
    add(TUCKED, |h| h.is_tucked = true);
    add(LEDES, |h| h.is_lede = true);
    words
});

fn judge_word(word: &str, hints: &mut Hints) {
    if word.len() < 2 {
        return;
    }
    if let Some(known) = WORDS.get(word) {
        hints.add(*known);
    }
    if word.len() > 5 {
        hints.is_boilerplate |= BOILERPLATE_PREFIXES.iter().any(|prefix| word.starts_with(prefix));
        hints.is_wall |= word.starts_with("subscri") || word.starts_with("paywall");
    }
}

/// The pairs of both lists.
static ALL_PAIRS: LazyLock<Table<(&'static str, &'static str)>> = LazyLock::new(|| {
    let mut pairs = Table::default();
    PAIRS.iter().for_each(|pair| pairs.entry(*pair).or_insert_with(Hints::default).is_boilerplate = true);
    BODY_PAIRS.iter().for_each(|pair| pairs.entry(*pair).or_insert_with(Hints::default).is_body = true);
    pairs
});

fn judge_pair(first: &str, second: &str, hints: &mut Hints) {
    if !first.is_empty()
        && second.len() < 12
        && let Some(known) = ALL_PAIRS.get(&(first, second))
    {
        hints.add(*known);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(names: &str, expected: Hints) {
        assert_eq!(super::names(names), expected, "{names}");
    }

    #[test]
    fn names_are_read_word_by_word() {
        let boilerplate = Hints { is_boilerplate: true, ..Hints::default() };
        check("relatedPosts", boilerplate);
        check("c-related_posts", boilerplate);
        check("block-read-more", boilerplate);
        check("col-md-8", Hints::default());
        check("shareholder-news", Hints::default());
        check("article__body", Hints { is_body: true, ..Hints::default() });
        check("img-caption", Hints { is_caption: true, ..Hints::default() });
        check("js-hidden", Hints { is_tucked: true, ..Hints::default() });
        check("field--label-hidden overflow-hidden", Hints::default());
        check("comments-area", Hints { is_comments: true, ..Hints::default() });
    }
}
