//! Lists of feeds as OPML 2.0: in goes a file of another reader and out come its feeds, and the other way round. What is written
//! is read back exactly.

use thiserror::Error;
use url::Url;

use super::charset;
use super::entities::escape;
use super::token::{Token, Tokens};
use crate::types::Lang;
use crate::types::url::parse_http;

/// Feeds read from one file: more is an attack or a mistake.
const MAX_FEEDS: usize = 10_000;
/// The longest name or group kept, characters.
const MAX_NAME_CHARS: usize = 300;
/// Outlines inside outlines that are told apart; deeper ones count to the deepest group.
const MAX_DEPTH: usize = 32;

/// One feed of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpmlFeed {
    /// The feed's address.
    pub url: Url,
    /// Its name.
    pub name: Option<String>,
    /// The address of the site.
    pub site: Option<Url>,
    /// Its language.
    pub language: Option<Lang>,
    /// The names of the groups that it is in, outermost first.
    pub groups: Vec<String>,
}

/// Why a file is no list of feeds.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OpmlProblem {
    /// Not OPML at all.
    #[error("this is not OPML: its first element is {0}")]
    NotOpml(String),
    /// No outline names a feed.
    #[error("this OPML names no feed: no outline has an xmlUrl that is an http or https address")]
    NoFeeds,
    /// Too long.
    #[error("this OPML names more than {MAX_FEEDS} feeds")]
    TooMany,
}

/// What an OPML file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpmlList {
    /// Its feeds, in its order; addresses that occur twice come once.
    pub feeds: Vec<OpmlFeed>,
    /// What stands where an address should and is no http or https address.
    pub refused: Vec<String>,
}

/// The feeds of an OPML file, in its order; addresses that occur twice come once.
pub fn read(text: &[u8]) -> Result<Vec<OpmlFeed>, OpmlProblem> {
    read_list(text).map(|list| list.feeds)
}

/// The feeds of an OPML file, and what in it could not be taken for one.
pub fn read_list(text: &[u8]) -> Result<OpmlList, OpmlProblem> {
    let text = charset::decode(text, None);
    let mut tokens = Tokens::new(&text);
    let root = tokens.find_map(|token| match token {
        Token::Start { name, .. } => Some(name.to_owned()),
        _ => None,
    });
    if !root.as_deref().is_some_and(|name| name.eq_ignore_ascii_case("opml")) {
        return Err(OpmlProblem::NotOpml(
            root.map_or_else(|| "missing".to_owned(), |name| format!("<{}>", name.chars().take(40).collect::<String>())),
        ));
    }
    let mut feeds: Vec<OpmlFeed> = Vec::new();
    let mut refused: Vec<String> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    // Open outlines: a group's name, or nothing for one that is itself a feed.
    let mut open: Vec<Option<String>> = Vec::new();
    let mut too_deep = 0usize;
    for token in tokens {
        match token {
            Token::Start { name, attributes, empty } if name.eq_ignore_ascii_case("outline") => {
                let attribute = |wanted: &str| {
                    let value =
                        attributes.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim());
                    value.filter(|value| !value.is_empty()).map(|value| value.chars().take(MAX_NAME_CHARS).collect::<String>())
                };
                let address = attributes.iter().find(|(name, _)| name.eq_ignore_ascii_case("xmlUrl")).map(|(_, value)| value);
                let url = address.and_then(|value| parse_http(value, None));
                let name = attribute("title").or_else(|| attribute("text"));
                if url.is_none() && refused.len() < MAX_FEEDS {
                    refused.extend(attribute("xmlUrl"));
                }
                if let Some(url) = &url
                    && seen.insert(url.clone())
                {
                    if feeds.len() == MAX_FEEDS {
                        return Err(OpmlProblem::TooMany);
                    }
                    feeds.push(OpmlFeed {
                        // A feed without a name is written with its address as text, which OPML wants.
                        name: name.clone().filter(|name| name != url.as_str()),
                        url: url.clone(),
                        site: attribute("htmlUrl").and_then(|site| parse_http(&site, None)),
                        language: attribute("language").and_then(|tag| Lang::parse(&tag)),
                        groups: open.iter().flatten().cloned().collect(),
                    });
                }
                if !empty && open.len() < MAX_DEPTH {
                    open.push(if url.is_none() { name } else { None });
                } else if !empty {
                    too_deep += 1;
                }
            }
            Token::End { name } if name.eq_ignore_ascii_case("outline") => match too_deep {
                0 => {
                    open.pop();
                }
                _ => too_deep -= 1,
            },
            _ => {}
        }
    }
    if feeds.is_empty() { Err(OpmlProblem::NoFeeds) } else { Ok(OpmlList { feeds, refused }) }
}

/// The list as an OPML 2.0 file; feeds of one group that stand together share its outline.
pub fn write(feeds: &[OpmlFeed]) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<opml version=\"2.0\">\n  <head>\n    <title>vigie</title>\n  </head>\n  <body>\n",
    );
    let mut open: &[String] = &[];
    for feed in feeds {
        let shared = open.iter().zip(&feed.groups).take_while(|(a, b)| a == b).count();
        for depth in (shared..open.len()).rev() {
            indent(&mut out, depth);
            out.push_str("</outline>\n");
        }
        for (depth, group) in feed.groups.iter().enumerate().skip(shared) {
            indent(&mut out, depth);
            out.push_str(&format!("<outline text=\"{}\">\n", attribute(group)));
        }
        open = &feed.groups;
        indent(&mut out, open.len());
        let name = attribute(feed.name.as_deref().unwrap_or(feed.url.as_str()));
        out.push_str(&format!(
            "<outline type=\"rss\" text=\"{name}\" title=\"{name}\" xmlUrl=\"{}\"",
            attribute(feed.url.as_str())
        ));
        if let Some(site) = &feed.site {
            out.push_str(&format!(" htmlUrl=\"{}\"", attribute(site.as_str())));
        }
        if let Some(language) = feed.language {
            out.push_str(&format!(" language=\"{language}\""));
        }
        out.push_str("/>\n");
    }
    for depth in (0..open.len()).rev() {
        indent(&mut out, depth);
        out.push_str("</outline>\n");
    }
    out.push_str("  </body>\n</opml>\n");
    out
}

/// Text for an attribute; control characters, which XML cannot hold, become spaces.
fn attribute(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    escape(&text).into_owned()
}

fn indent(out: &mut String, depth: usize) {
    for _ in 0..depth + 2 {
        out.push_str("  ");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn feed(url: &str, name: Option<&str>, groups: &[&str]) -> OpmlFeed {
        let url = Url::parse(url).expect("a test address");
        OpmlFeed {
            url,
            name: name.map(str::to_owned),
            site: None,
            language: None,
            groups: groups.iter().map(|g| (*g).to_owned()).collect(),
        }
    }

    #[test]
    fn what_other_readers_export_is_read() {
        let text = "<?xml version='1.0'?><opml version='1.1'><body><outline text='Asie'><outline text='Kaesong &amp; co' type='rss' xmlUrl='http://a.example/f?a=1&amp;b=2' htmlUrl='http://a.example/'/>\
            <outline text='Sous' ><outline title='T' text='x' xmlUrl='https://b.example/f'></outline></outline></outline><OUTLINE TEXT='c' XMLURL='http://c.example/f' language='fr-FR'/>\
            <outline text='bad' xmlUrl='file:///etc/passwd'/><outline text='again' xmlUrl='http://c.example/f'/></body></opml>";
        let OpmlList { feeds, refused } = read_list(text.as_bytes()).expect("a list");
        let mut first = feed("http://a.example/f?a=1&b=2", Some("Kaesong & co"), &["Asie"]);
        first.site = Some(Url::parse("http://a.example/").expect("a test address"));
        let mut last = feed("http://c.example/f", Some("c"), &[]);
        last.language = Some(Lang::FR);
        assert_eq!(feeds, [first, feed("https://b.example/f", Some("T"), &["Asie", "Sous"]), last]);
        assert_eq!(refused, ["file:///etc/passwd"]);
    }

    #[test]
    fn what_is_no_list_is_named() {
        assert!(matches!(read(b"<html>"), Err(OpmlProblem::NotOpml(_))));
        assert_eq!(read(b"<opml><body><outline text='a'/></body></opml>"), Err(OpmlProblem::NoFeeds));
        let many: String = (0..=MAX_FEEDS).map(|n| format!("<outline xmlUrl='http://a.example/{n}'/>")).collect();
        assert_eq!(read(format!("<opml>{many}</opml>").as_bytes()), Err(OpmlProblem::TooMany));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(feeds in proptest::collection::vec(("[a-z]{1,5}", proptest::option::of("[a-zé&<>\"' ]{0,8}[a-z]"), proptest::collection::vec("[A-Zé&<]{1,3}", 0..3)), 1..6)) {
            let mut seen = std::collections::HashSet::new();
            let feeds: Vec<OpmlFeed> = feeds.iter().enumerate().map(|(n, (path, name, groups))| {
                let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
                feed(&format!("https://{path}.example/{n}?a=1&b='2'"), name.as_deref().map(str::trim), &groups)
            }).filter(|feed| seen.insert(feed.url.clone())).collect();
            prop_assert_eq!(read(write(&feeds).as_bytes()), Ok(feeds));
        }
    }
}
