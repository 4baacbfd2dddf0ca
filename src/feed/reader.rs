//! What elements mean: in go item, entry, url and what stands around them, out come drafts of entries and facts about the feed.
//! Every version of RSS,
//! Atom, RDF, CDF and news sitemaps is read by one set of rules, for feeds mix them.

use std::time::Duration;

use url::Url;

use super::collect::Draft;
use super::date;
use super::element::{Element, Space};
use super::text::{html, title, value};
use crate::types::Lang;

/// The longest name of an author kept, characters.
const MAX_AUTHOR_CHARS: usize = 200;

/// Elements that date an entry, best first: the first publication before later changes.
const DATES: &[&str] =
    &["pubdate", "published", "issued", "publication_date", "date", "created", "updated", "modified", "lastmod", "lastbuilddate"];

/// What a document says about itself.
#[derive(Debug, Default)]
pub(super) struct About {
    pub(super) title: Option<String>,
    pub(super) language: Option<Lang>,
    pub(super) ttl: Option<Duration>,
}

/// What stands around the entries.
pub(super) fn about(root: &Element) -> About {
    let channel = root.elements().find(|element| element.space == Space::Core && element.name == "channel").unwrap_or(root);
    let core =
        |name: &'static str| children(channel, Space::Core, name).next().or_else(|| children(root, Space::Core, name).next());
    let title = core("title").or_else(|| children(channel, Space::Dc, "title").next()).and_then(title);
    let language = core("language").or_else(|| children(channel, Space::Dc, "language").next()).map(value);
    let tag = language.or_else(|| [channel, root].iter().find_map(|element| element.attribute("xml:lang")).map(str::to_owned));
    let minutes = core("ttl").and_then(|ttl| value(ttl).parse::<u64>().ok());
    About {
        title,
        language: tag.and_then(|tag| Lang::parse(&tag)),
        ttl: minutes.map(|m| Duration::from_secs(m.saturating_mul(60))),
    }
}

/// One item, entry or url.
pub(super) fn entry(element: &Element) -> Draft {
    let news = element.elements().find(|e| e.space == Space::News && e.name == "news");
    let core = |name: &'static str| children(element, Space::Core, name).next();
    let dc = |name: &'static str| children(element, Space::Dc, name).next();
    let itunes = |name: &'static str| children(element, Space::Itunes, name).next();
    let media = |name: &'static str| {
        let group = || children(element, Space::Media, "group").find_map(|group| children(group, Space::Media, name).next());
        children(element, Space::Media, name).next().or_else(group)
    };
    let of_news = |name: &'static str| news.and_then(|news| children(news, Space::News, name).next());
    let titles = [core("title"), dc("title"), of_news("title"), media("title"), itunes("title")];
    let (link, base) = link(element);
    let content = content(element);
    let summaries = [
        core("summary"),
        core("description"),
        core("abstract"),
        dc("description"),
        media("description"),
        itunes("summary"),
        itunes("subtitle"),
    ];
    let summary = summaries.into_iter().flatten().map(html).find(|text| !text.is_empty());
    // A news sitemap names the language of each article's publication.
    let publication = || of_news("publication").and_then(|found| children(found, Space::News, "language").next());
    let language = element.attribute("xml:lang").map(str::to_owned).or_else(|| dc("language").or_else(publication).map(value));
    Draft {
        guid: ["guid", "id"]
            .iter()
            .find_map(|name| core(name))
            .map(value)
            .or_else(|| element.attribute("rdf:about").map(str::to_owned)),
        link,
        base,
        title: titles.into_iter().flatten().find_map(title).unwrap_or_default(),
        summary: summary.unwrap_or_default(),
        content,
        authors: authors(element),
        published: published(element, news),
        language: language.and_then(|tag| Lang::parse(&tag)),
    }
}

fn children<'a>(element: &'a Element, space: Space, name: &'static str) -> impl Iterator<Item = &'a Element> {
    element.elements().filter(move |child| child.space == space && child.name == name)
}

/// The whole text, when the entry carries it apart from a summary.
fn content(element: &Element) -> Option<String> {
    let encoded = children(element, Space::Content, "encoded");
    let own = ["content", "fullitem", "body"].into_iter().flat_map(|name| children(element, Space::Core, name));
    let inline = element.elements().filter(|e| e.space == Space::Xhtml && matches!(e.name.as_str(), "body" | "div"));
    encoded.chain(own).map(html).chain(inline.map(Element::inner_html)).find(|text| !text.trim().is_empty())
}

/// The article's address as written, and what it is relative to.
fn link(element: &Element) -> (Option<String>, Option<Url>) {
    let with_base = |found: &Element, text: String| (Some(text), found.base.as_deref().cloned());
    let links = || children(element, Space::Core, "link");
    // RSS: the address is the text.
    if let Some((found, text)) =
        links().map(|l| (l, value(l))).find(|(l, text)| !text.is_empty() && l.attribute("href").is_none())
    {
        return with_base(found, text);
    }
    // Atom: the address is an attribute, and the relation decides.
    let is_alternate =
        |l: &&Element| l.attribute("rel").is_none_or(|rel| rel.is_empty() || rel.rsplit('/').next() == Some("alternate"));
    let is_html = |l: &&Element| l.attribute("type").is_none_or(|kind| kind.contains("html") || kind.is_empty());
    let atom = || links().filter(|l| l.attribute("href").is_some_and(|href| !href.is_empty()));
    if let Some(found) = atom().find(|l| is_alternate(l) && is_html(l)).or_else(|| atom().find(is_alternate)) {
        return with_base(found, found.attribute("href").unwrap_or_default().to_owned());
    }
    // Sitemaps.
    if let Some(found) = children(element, Space::Core, "loc").next() {
        return with_base(found, value(found));
    }
    // A guid that is a permalink, unless it says that it is none.
    let is_permalink = |guid: &&Element| guid.attribute("ispermalink").is_none_or(|flag| !flag.eq_ignore_ascii_case("false"));
    if let Some(found) = children(element, Space::Core, "guid").find(is_permalink).filter(|guid| is_web(&value(guid))) {
        return with_base(found, value(found));
    }
    // CDF and RDF.
    let named = element.attribute("href").or_else(|| element.attribute("rdf:about").filter(|about| is_web(about)));
    (named.map(str::to_owned), element.base.as_deref().cloned())
}

fn is_web(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

fn published(element: &Element, news: Option<&Element>) -> Option<jiff::Timestamp> {
    let own = |name: &'static str| {
        let own = element.elements().filter(move |child| matches!(child.space, Space::Core | Space::Dc) && child.name == name);
        let of_news = news.into_iter().flat_map(move |news| children(news, Space::News, name));
        // An element that is written twice was corrected the second time.
        own.chain(of_news).filter_map(|found| date::parse(&value(found))).last()
    };
    DATES.iter().find_map(|name| own(name)).or_else(|| element.attribute("lastmod").and_then(date::parse))
}

fn authors(element: &Element) -> Vec<String> {
    let mut names = Vec::new();
    for author in element.elements() {
        let is_author = matches!(
            (author.space, author.name.as_str()),
            (Space::Core | Space::Dc | Space::Itunes, "author") | (Space::Dc, "creator")
        );
        if !is_author {
            continue;
        }
        let name = match children(author, Space::Core, "name").next() {
            Some(name) => value(name),
            None => person(&value(author)),
        };
        let name: String = name.chars().take(MAX_AUTHOR_CHARS).collect();
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The name in RSS's "address (Name)" or mail's "Name <address>".
fn person(text: &str) -> String {
    if let Some((before, name)) = text.split_once('(')
        && before.contains('@')
        && let Some((name, _)) = name.split_once(')')
    {
        return name.trim().to_owned();
    }
    match text.split_once('<') {
        Some((name, address)) if address.contains('@') => name.trim().trim_matches('"').to_owned(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::element::read;

    fn draft(item: &str) -> Draft {
        let mut drafts = Vec::new();
        let base = Url::parse("http://site.example/dir/feed").expect("a test address");
        read(&format!("<rss xmlns:content='http://purl.org/rss/1.0/modules/content/'>{item}</rss>"), Some(&base), &mut |e| {
            drafts.push(entry(&e))
        });
        drafts.pop().expect("one entry")
    }

    #[track_caller]
    fn check_link(inside: &str, expected: &str) {
        assert_eq!(draft(&format!("<item>{inside}</item>")).link.unwrap_or_default(), expected);
    }

    #[test]
    fn the_link_is_where_each_format_puts_it() {
        check_link("<link>http://a.example/1</link>", "http://a.example/1");
        check_link(
            "<link rel='self' href='s'/><link rel='enclosure' href='e'/><link rel='alternate' type='text/html' href='one'/>",
            "one",
        );
        check_link("<link href='one'/>", "one");
        check_link("<link rel='self' href='s'/>", "");
        check_link("<atom:link rel='replies' href='r'/><link>one</link>", "one");
        check_link("<guid>http://a.example/2</guid>", "http://a.example/2");
        check_link("<guid isPermaLink='false'>http://a.example/2</guid>", "");
        check_link("<loc>http://a.example/3</loc>", "http://a.example/3");
    }

    #[test]
    fn an_item_is_read_whole() {
        let draft = draft(
            "<item><title>a</title><guid>g</guid><description>short</description><content:encoded><![CDATA[<p>long</p>]]></content:encoded>\
             <author>a@b.example (Jane Roe)</author><dc:creator>Jan Kowalski</dc:creator><pubDate>Tue, 03 Jun 2025 08:09:10 GMT</pubDate></item>",
        );
        assert_eq!((draft.title.as_str(), draft.guid.as_deref(), draft.summary.as_str()), ("a", Some("g"), "short"));
        assert_eq!(
            (draft.content.as_deref(), draft.authors),
            (Some("<p>long</p>"), vec!["Jane Roe".to_owned(), "Jan Kowalski".to_owned()])
        );
        assert_eq!(draft.published.map(|at| at.to_string()).as_deref(), Some("2025-06-03T08:09:10Z"));
    }

    #[test]
    fn a_news_sitemap_announces_articles() {
        let draft = draft(
            "<url><loc>http://a.example/1</loc><lastmod>2025-06-04</lastmod><news:news><news:publication><news:name>A</news:name><news:language>fr</news:language></news:publication><news:publication_date>2025-06-03T08:09:10Z</news:publication_date><news:title>a &amp; b</news:title></news:news></url>",
        );
        assert_eq!(draft.language, Some(Lang::FR));
        assert_eq!((draft.title.as_str(), draft.link.as_deref()), ("a & b", Some("http://a.example/1")));
        assert_eq!(draft.published.map(|at| at.to_string()).as_deref(), Some("2025-06-03T08:09:10Z"));
    }

    #[test]
    fn the_channel_speaks_for_the_feed() {
        let root = read("<rss><channel><title>a &lt;b&gt;c&lt;/b&gt;</title><language>fr-FR</language><ttl>60</ttl><image><title>x</title></image></channel></rss>", None, &mut |_| ()).expect("a root");
        let about = about(&root);
        assert_eq!(
            (about.title.as_deref(), about.language, about.ttl),
            (Some("a c"), Some(Lang::FR), Some(Duration::from_secs(3600)))
        );
    }
}
