//! The headline.
//!
//! In: the page's statements. Out: one line of plain text without the site's name.

use super::dom::Dom;
use super::metadata::Metadata;
use super::text::key;

/// What stands between a headline and a site's name in `<title>`.
const SEPARATORS: &[&str] =
    &[" | ", " - ", " – ", " — ", " :: ", " « ", " » ", " · ", " • ", " ‹ ", " › ", " / ", " : ", "｜", "|"];

/// Chooses the headline: an `h1` that the metadata confirms, then the metadata, then the `h1`.
pub(super) fn choose(dom: &Dom<'_>, metadata: &Metadata<'_>) -> String {
    let site = metadata.meta_of(&["og:site_name", "application-name"]).map(key).unwrap_or_default();
    let stated = metadata.stated.headline.as_deref().map(unescape).filter(|h| !h.is_empty());
    let open_graph =
        metadata.meta_of(&["og:title", "twitter:title", "dc.title", "title", "parsely-title", "sailthru.title"]).map(unescape);
    let document = metadata.title.clone().filter(|t| !t.is_empty());
    let headings: Vec<String> =
        metadata.headings.iter().take(20).map(|at| dom.text(*at, 400)).filter(|h| key(h).len() >= 3).collect();
    // An h1 that the metadata repeats, whole or as the beginning or end of a longer form, is what the reader sees.
    for heading in &headings {
        let shown = key(heading);
        if shown != site
            && shown.len() >= 5
            && [&stated, &open_graph, &document].into_iter().flatten().any(|t| {
                let t = key(t);
                shown == t || (shown.len() >= 12 && (t.starts_with(&shown) || (stated.is_none() && t.ends_with(&shown))))
            })
        {
            return line(heading);
        }
    }
    match (&stated, &open_graph) {
        (Some(_), Some(title)) => return line(&without_site(title, &site)),
        (Some(stated), None) => return line(stated),
        _ => {}
    }
    if let [only] = headings.as_slice()
        && key(only) != site
        && key(only).len() > 20
    {
        return line(only);
    }
    if let Some(title) = open_graph {
        return line(&without_site(&title, &site));
    }
    if let Some(heading) = headings.iter().find(|h| key(h) != site && key(h).len() > 12) {
        return line(heading);
    }
    document.map(|title| line(&without_site(&title, &site))).unwrap_or_default()
}

/// Every form of the headline that the page states, as keys, for recognising it in the text.
pub(super) fn forms(dom: &Dom<'_>, metadata: &Metadata<'_>, chosen: &str) -> Vec<String> {
    let site = metadata.meta_of(&["og:site_name"]).map(key).unwrap_or_default();
    let mut out = vec![key(chosen)];
    out.extend(metadata.stated.headline.as_deref().map(key));
    out.extend(metadata.meta_of(&["og:title"]).map(|t| key(&without_site(t, &site))));
    out.extend(metadata.meta_of(&["twitter:title"]).map(|t| key(&without_site(t, &site))));
    out.extend(metadata.title.as_deref().map(|t| key(&without_site(t, &site))));
    if let [only] = metadata.headings.as_slice() {
        out.push(key(&dom.text(*only, 400)));
    }
    out.retain(|k| k.len() >= 8);
    out.dedup();
    out
}

/// Takes the site's name off the end (or the front) of a document's title.
fn without_site(title: &str, site: &str) -> String {
    let mut title = title.trim().to_owned();
    for _ in 0..2 {
        let Some((at, separator)) = SEPARATORS.iter().filter_map(|s| title.rfind(s).map(|at| (at, *s))).max_by_key(|(at, _)| *at)
        else {
            break;
        };
        let (head, tail) = (title[..at].trim().to_owned(), title[at + separator.len()..].trim().to_owned());
        let (head_words, tail_words) = (head.split_whitespace().count(), tail.split_whitespace().count());
        let tail_key = key(&tail);
        let is_site = !site.is_empty() && (tail_key.contains(site) || site.contains(&tail_key));
        if key(&head).len() >= 10 && (is_site || (tail_words <= 5 && head_words > tail_words && !separator.starts_with(" :"))) {
            title = head;
        } else {
            break;
        }
    }
    title
}

/// `&amp;` and its like that stand in metadata because they were escaped twice.
fn unescape(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let html = scraper::Html::parse_fragment(&text.replace('<', "&lt;"));
    html.root_element().text().collect()
}

fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(title: &str, site: &str, expected: &str) {
        assert_eq!(without_site(title, &key(site)), expected);
    }

    #[test]
    fn a_sites_name_is_no_part_of_the_headline() {
        check("A long headline about trade | The Daily", "The Daily", "A long headline about trade");
        check("A long headline about trade - World - The Daily", "The Daily", "A long headline about trade");
        check("Trade: what comes next", "", "Trade: what comes next");
        check("Short - but", "", "Short - but");
    }
}
