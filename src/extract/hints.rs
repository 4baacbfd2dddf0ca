//! What an element's name, role, class and id say about its content.
//!
//! In: one element. Out: a few flags. They are hints: `boilerplate` weighs them against the text that lies inside.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::dom::{Element, attr};
use super::hint_words::{
    BODIES, BODY_PAIRS, BOILERPLATE, BOILERPLATE_PREFIXES, BYLINES, CAPTIONS, COMMENTS, LEDES, NOT_TUCKED, PAIRS, TUCKED, WALLS,
};

/// What the markup hints at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Hints {
    /// Navigation, sharing, promotion, lists of other articles, forms.
    pub(super) is_boilerplate: bool,
    /// Readers' comments.
    pub(super) is_comments: bool,
    /// A picture's caption or credit.
    pub(super) is_caption: bool,
    /// Names of authors, dates, places: about the article, not of it.
    pub(super) is_byline: bool,
    /// The body of an article, by name.
    pub(super) is_body: bool,
    /// The box of a wall or of an offer to subscribe.
    pub(super) is_wall: bool,
    /// A standfirst, by name.
    pub(super) is_lede: bool,
    /// Shown only when a script says so: a dialog, a class that hides.
    pub(super) is_tucked: bool,
    /// Never shown: `hidden`, `display:none`, `aria-hidden`.
    pub(super) is_hidden: bool,
}

/// Class and id longer than this are styling machinery, bytes.
const MAX_NAMES_BYTES: usize = 400;

/// Reads the hints of an element.
pub(super) fn of(element: &Element) -> Hints {
    let mut hints = Hints::default();
    for (name, value) in element.attrs() {
        match name {
            "class" | "id" | "data-component" | "data-testid" | "data-area" | "data-block" | "data-module" => {
                read_names(value, &mut hints)
            }
            "hidden" => hints.is_hidden |= value != "until-found",
            // A paragraph that only screen readers pass over is there for everyone else, until a script locks it.
            "aria-hidden" => hints.is_hidden |= value == "true" && element.name() != "p",
            "style" => {
                let style: String = value.chars().take(300).filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
                hints.is_hidden |= style.contains("display:none") || style.contains("visibility:hidden");
            }
            "role" => {
                hints.is_tucked |= matches!(value, "dialog" | "alertdialog");
                hints.is_boilerplate |= matches!(
                    value,
                    "navigation"
                        | "complementary"
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
        "nav" | "footer" | "menu" | "form" | "aside" => hints.is_boilerplate = true,
        "figcaption" | "caption" => hints.is_caption = true,
        "dialog" => hints.is_hidden |= attr(element, "open").is_none(),
        _ => {}
    }
    hints
}

/// Reads class and id names word by word: `relatedPosts`, `related-posts` and `related_posts` are the same two words.
fn read_names(value: &str, hints: &mut Hints) {
    let value = &value[..value.floor_char_boundary(MAX_NAMES_BYTES)];
    for name in value.split_ascii_whitespace() {
        // A page builder calls every paragraph a widget.
        if name.starts_with("elementor") {
            continue;
        }
        let lower: String = name.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect();
        judge_word(&lower, hints);
        let mut previous = String::new();
        let mut word = String::new();
        let mut last_lower = false;
        for c in name.chars().chain(std::iter::once('-')) {
            let boundary = !c.is_ascii_alphabetic() || (c.is_ascii_uppercase() && last_lower);
            if boundary && !word.is_empty() {
                // `label-hidden`, `overflow-hidden`, `hidden-print`: what is hidden there is not the element, or not on a screen.
                let was_tucked = hints.is_tucked;
                judge_word(&word, hints);
                if NOT_TUCKED.contains(&previous.as_str()) {
                    hints.is_tucked = was_tucked;
                }
                judge_pair(&previous, &word, hints);
                previous = std::mem::take(&mut word);
            }
            last_lower = c.is_ascii_lowercase();
            if c.is_ascii_alphabetic() {
                word.push(c.to_ascii_lowercase());
            }
        }
    }
}

/// The words of all lists, so that a class name costs one look-up.
static WORDS: LazyLock<HashMap<&'static str, Hints>> = LazyLock::new(|| {
    let mut words: HashMap<&'static str, Hints> = HashMap::new();
    let mut add = |list: &[&'static str], mark: fn(&mut Hints)| list.iter().for_each(|word| mark(words.entry(word).or_default()));
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
        hints.is_boilerplate |= known.is_boilerplate;
        hints.is_comments |= known.is_comments;
        hints.is_caption |= known.is_caption;
        hints.is_byline |= known.is_byline;
        hints.is_body |= known.is_body;
        hints.is_wall |= known.is_wall;
        hints.is_tucked |= known.is_tucked;
        hints.is_lede |= known.is_lede;
    }
    if word.len() > 5 {
        hints.is_boilerplate |= BOILERPLATE_PREFIXES.iter().any(|prefix| word.starts_with(prefix));
        hints.is_wall |= word.starts_with("subscri") || word.starts_with("paywall");
    }
}

fn judge_pair(first: &str, second: &str, hints: &mut Hints) {
    if !first.is_empty() && second.len() < 12 {
        hints.is_boilerplate |= PAIRS.iter().any(|(a, b)| *b == second && *a == first);
        hints.is_body |= BODY_PAIRS.iter().any(|(a, b)| *b == second && *a == first);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(names: &str, expected: Hints) {
        let mut hints = Hints::default();
        read_names(names, &mut hints);
        assert_eq!(hints, expected, "{names}");
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
