//! The parts of a page that its publisher names as not free.
//!
//! In: the CSS selectors of `hasPart` with `isAccessibleForFree: false` (Google's markup for paywalled content). Out: hints put right: such a
//! part is the article's text, whatever its class says and whether or not a script shows it. Whether the text is there, `wall` says.

use super::hints::Hints;
use crate::extract::markup::dom::{Dom, Element, attr};

/// More selectors than this are no description of an article.
const MAX_SELECTORS: usize = 20;

/// Takes the marks of walls, boilerplate and hiding off the elements that the selectors name.
pub(in crate::extract) fn show(dom: &Dom<'_>, selectors: &[String], hints: &mut [Hints]) {
    let parts: Vec<Simple<'_>> =
        selectors.iter().flat_map(|list| list.split(',')).filter_map(Simple::parse).take(MAX_SELECTORS).collect();
    if parts.is_empty() {
        return;
    }
    let mut shown = vec![false; dom.nodes.len()];
    for part in 0..dom.nodes.len() {
        if !dom.element(part).is_some_and(|element| parts.iter().any(|simple| simple.matches(element))) {
            continue;
        }
        // What it stands in cannot be a wall either.
        let mut at = part;
        while at > 0 && !shown[at] {
            shown[at] = true;
            hints[at] = Hints { is_body: hints[at].is_body, is_lede: hints[at].is_lede, ..Hints::default() };
            at = dom.nodes[at].parent;
        }
    }
}

/// The last compound of a selector: an element's name, id and classes.
#[derive(Debug, Default)]
struct Simple<'a> {
    name: Option<&'a str>,
    id: Option<&'a str>,
    classes: Vec<&'a str>,
}

impl<'a> Simple<'a> {
    /// `None` for what is more than names, ids and classes.
    fn parse(selector: &'a str) -> Option<Simple<'a>> {
        let compound = selector.split_whitespace().next_back()?;
        if compound.contains(['[', ':', '*', '>', '+', '~']) {
            return None;
        }
        let mut simple = Simple::default();
        let mut rest = compound;
        while !rest.is_empty() {
            let (mark, tail) = match rest.as_bytes()[0] {
                mark @ (b'.' | b'#') => (mark, &rest[1..]),
                _ => (b' ', rest),
            };
            let end = tail.find(['.', '#']).unwrap_or(tail.len());
            let (word, next) = tail.split_at(end);
            match mark {
                b'.' => simple.classes.push(word),
                b'#' => simple.id = Some(word),
                _ => simple.name = Some(word),
            }
            rest = next;
        }
        (simple.id.is_some() || !simple.classes.is_empty()).then_some(simple)
    }

    fn matches(&self, element: &Element) -> bool {
        let has_class =
            |class: &&str| attr(element, "class").is_some_and(|all| all.split_ascii_whitespace().any(|c| c == *class));
        self.name.is_none_or(|name| element.name() == name)
            && self.id.is_none_or(|id| attr(element, "id") == Some(id))
            && self.classes.iter().all(has_class)
    }
}

#[cfg(test)]
mod tests {
    use super::super::hints;
    use super::*;
    use crate::extract::markup::dom::parse;

    #[track_caller]
    fn check(selector: &str, markup: &str, is_shown: bool) {
        let html = parse(markup, &mut Vec::new());
        let dom = Dom::of(&html);
        let mut all: Vec<Hints> = hints::all(&dom);
        show(&dom, &[selector.to_owned()], &mut all);
        assert_eq!(!all.iter().any(|h| h.is_wall || h.is_hidden), is_shown, "{selector} {markup}");
    }

    #[test]
    fn a_part_that_is_named_is_text() {
        check(".paywall", "<div class='x paywall' hidden>text</div>", true);
        check("div.paywall, #rest", "<div class=paywall>text</div>", true);
        check("article .paywall", "<p class=paywall aria-hidden=true>text</p>", true);
        check("#paywall", "<div id=paywall>text</div>", true);
        check(".rest", "<div class=paywall>text</div>", false);
        check("[data-lock]", "<div class=paywall>text</div>", false);
        check("p.paywall", "<div class=paywall>text</div>", false);
    }
}
