//! The site's name, and titles without it.
//!
//! In: the page's statements and a document's title. Out: the title as the headline's writer wrote it. Not done here: choosing among titles.

use super::Metadata;
use crate::extract::content::text::key;

/// What stands between a headline and a site's name in `<title>`.
const SEPARATORS: &[&str] =
    &[" | ", " - ", " – ", " — ", " :: ", " « ", " » ", " · ", " • ", " ‹ ", " › ", " / ", " : ", " │ ", " ǀ ", "｜", "|", "│"];
/// Separators that writers of headlines do not use themselves.
const HARD_SEPARATORS: &[&str] = &[" | ", " :: ", " « ", " » ", " · ", " • ", " ‹ ", " › ", " │ ", " ǀ ", "｜", "|", "│"];
/// A name of more words is a sentence.
const MAX_NAME_WORDS: usize = 5;
/// A headline is no shorter than this, bytes of its key.
const MIN_HEADLINE_KEY_BYTES: usize = 10;

/// The forms of the site's name, as keys.
pub(in crate::extract) struct SiteName {
    names: Vec<String>,
    /// The part of the address that is the site's own: `the-pier` of `www.the-pier.example`.
    label: String,
    /// The host as a key: `thepierexample`.
    host: String,
}

impl SiteName {
    /// Collects the names that the page gives its site.
    pub(in crate::extract) fn of(metadata: &Metadata<'_>) -> SiteName {
        let named = ["og:site_name", "application-name", "apple-mobile-web-app-title", "twitter:app:name:iphone"];
        let mut names: Vec<String> = named.iter().filter_map(|n| metadata.meta_of(&[n])).map(key).collect();
        names.extend(metadata.stated.publisher.as_deref().map(key));
        names.retain(|n| n.len() >= 2);
        let address = metadata.canonical.filter(|a| a.contains("://")).or_else(|| metadata.meta_of(&["og:url"]));
        SiteName { names, label: address.map(label).unwrap_or_default(), host: address.map(host).map(key).unwrap_or_default() }
    }

    /// True when a key is one of the names.
    pub(in crate::extract) fn is(&self, key: &str) -> bool {
        self.names.iter().any(|name| name == key)
    }

    /// True when a key is one of the names, or the address's own part.
    pub(in crate::extract) fn is_own(&self, key: &str) -> bool {
        self.is(key) || (self.label.len() >= 3 && (key == self.label || key == self.host))
    }

    /// True when a part of a title names the site, whole or in a longer or shorter form.
    fn is_named_by(&self, part: &str) -> bool {
        let part = key(part);
        if part.is_empty() {
            return true;
        }
        self.names.iter().any(|name| part.contains(name.as_str()) || (part.len() >= 3 && name.contains(&part)))
            || (self.label.len() >= 3 && (part.contains(&self.label) || (part.len() >= 4 && self.label.contains(&part))))
    }

    /// Takes the site's name off the end (or the front) of a title that was written for sharing.
    pub(in crate::extract) fn without(&self, title: &str) -> String {
        self.cut(title, |separator| HARD_SEPARATORS.contains(&separator))
    }

    /// Takes the site's name and the names of its sections off a document's title, known or not.
    pub(in crate::extract) fn without_tail(&self, title: &str) -> String {
        self.cut(title, |separator| separator != " : ")
    }

    fn cut(&self, title: &str, may_precede_unknown_name: impl Fn(&str) -> bool) -> String {
        let mut title = title.trim().trim_end_matches(['|', '-', '–', '—']).trim();
        for _ in 0..3 {
            let Some((at, separator)) = last_separator(title) else { break };
            let (head, tail) = (title[..at].trim(), title[at + separator.len()..].trim());
            let (head_words, tail_words) = (head.split_whitespace().count(), tail.split_whitespace().count());
            let is_name = self.is_named_by(tail)
                || (tail_words <= MAX_NAME_WORDS && head_words > tail_words && may_precede_unknown_name(separator));
            if !is_name || key(head).len() < MIN_HEADLINE_KEY_BYTES {
                break;
            }
            title = head;
        }
        if let Some((at, separator)) = first_separator(title) {
            let (head, tail) = (title[..at].trim(), title[at + separator.len()..].trim());
            if self.is_named_by(head) && !head.is_empty() && key(tail).len() >= MIN_HEADLINE_KEY_BYTES {
                title = tail;
            }
        }
        title.to_owned()
    }

    /// What stands between the separators of a title.
    pub(in crate::extract) fn parts<'t>(&self, title: &'t str) -> impl Iterator<Item = &'t str> {
        let mut rest = Some(title);
        std::iter::from_fn(move || {
            let text = rest?;
            match first_separator(text) {
                Some((at, separator)) => {
                    rest = Some(&text[at + separator.len()..]);
                    Some(text[..at].trim())
                }
                None => {
                    rest = None;
                    Some(text.trim())
                }
            }
        })
    }
}

fn last_separator(title: &str) -> Option<(usize, &'static str)> {
    SEPARATORS.iter().filter_map(|s| title.rfind(s).map(|at| (at, *s))).max_by_key(|(at, _)| *at)
}

fn first_separator(title: &str) -> Option<(usize, &'static str)> {
    SEPARATORS.iter().filter_map(|s| title.find(s).map(|at| (at, *s))).min_by_key(|(at, s)| (*at, usize::MAX - s.len()))
}

/// The host of an address without `www`.
fn host(address: &str) -> &str {
    let host = address.split_once("://").map_or(address, |(_, rest)| rest).split(['/', '?', '#', ':']).next().unwrap_or_default();
    host.strip_prefix("www.").unwrap_or(host)
}

/// The registrable part of a host without its ending, as a key.
fn label(address: &str) -> String {
    let mut labels: Vec<&str> = host(address).split('.').collect();
    labels.pop();
    // `co.uk`, `com.br`: the ending has two parts.
    if labels.len() > 1 && labels.last().is_some_and(|l| matches!(*l, "co" | "com" | "org" | "net" | "gov" | "ac" | "or" | "ne"))
    {
        labels.pop();
    }
    labels.pop().map(key).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(names: &[&str], address: &str) -> SiteName {
        SiteName { names: names.iter().map(|n| key(n)).collect(), label: label(address), host: key(host(address)) }
    }

    #[track_caller]
    fn check(title: &str, names: &[&str], address: &str, shared: &str, document: &str) {
        let site = site(names, address);
        assert_eq!((site.without(title).as_str(), site.without_tail(title).as_str()), (shared, document), "{title}");
    }

    #[test]
    fn a_sites_name_is_no_part_of_the_headline() {
        let headline = "A long headline about trade";
        check("A long headline about trade | The Daily", &["The Daily"], "", headline, headline);
        check(
            "A long headline about trade - World - The Daily",
            &["The Daily"],
            "",
            "A long headline about trade - World",
            headline,
        );
        check("A long headline about trade│Pier online", &[], "", headline, headline);
        check("Pier | A long headline about trade", &["Pier"], "", headline, headline);
        check("A long headline about trade – pier.example", &[], "https://www.pier.example/a", headline, headline);
        check("A long headline about trade | The Pier", &[], "https://the-pier.co.uk/", headline, headline);
        check("A long headline about trade |", &[], "", headline, headline);
    }

    #[test]
    fn what_the_writer_put_behind_a_dash_stays() {
        let title = "Three boats come home – and what is next";
        check(title, &["The Pier"], "", title, title);
        check("Trade: what comes next", &[], "", "Trade: what comes next", "Trade: what comes next");
        check("Short - but", &[], "", "Short - but", "Short - but");
        check("", &[], "", "", "");
    }

    #[test]
    fn a_host_names_its_site() {
        for (address, expected) in [
            ("https://www.the-pier.example/a", "thepier"),
            ("https://news.pier.co.uk", "pier"),
            ("pier.com.br/x", "pier"),
            ("localhost", ""),
            ("", ""),
        ] {
            assert_eq!(label(address), expected, "{address}");
        }
    }
}
