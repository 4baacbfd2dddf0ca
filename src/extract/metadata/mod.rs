//! What the page says of itself outside the text: `meta`, `title`, `link`, JSON-LD, microdata.
//!
//! In: the flat view. Out: the statements, unjudged. Not done here: choosing among them (`title`, `authors`, `date`).

mod headings;
pub(in crate::extract) mod json_mend;
mod jsonld;
pub(in crate::extract) mod language;
pub(in crate::extract) mod site_name;
pub(in crate::extract) mod title;

use crate::extract::content::hints::Hints;
use crate::extract::markup::dom::{Dom, Element, Kind, attr};
use jsonld::{Known, Stated};

/// Statements of one kind that are kept; more say nothing new.
const MAX_KEPT: usize = 200;

/// A byline's own box has fewer nodes.
const MAX_BYLINE_BOX_NODES: usize = 40;

/// The statements of a page.
#[derive(Default)]
pub(in crate::extract) struct Metadata<'a> {
    /// `lang` of the root element.
    pub(in crate::extract) root_language: Option<&'a str>,
    /// `<title>`.
    pub(in crate::extract) title: Option<String>,
    /// `meta` by name or property, in lower case, in order.
    metas: Vec<(String, &'a str)>,
    /// `link rel=canonical`.
    pub(in crate::extract) canonical: Option<&'a str>,
    /// What JSON-LD states.
    pub(in crate::extract) stated: Stated,
    /// Elements with `itemprop`, and its value.
    pub(in crate::extract) itemprops: Vec<(&'a str, usize)>,
    /// `time` elements.
    pub(in crate::extract) times: Vec<usize>,
    /// `h1` elements.
    pub(in crate::extract) headings: Vec<usize>,
    /// `h2` to `h4` elements outside navigation and lists of other articles.
    pub(in crate::extract) lesser_headings: Vec<usize>,
    /// Elements whose names say author or byline.
    pub(in crate::extract) bylines: Vec<usize>,
    /// Links with `rel=author` or an address that is an author's page.
    pub(in crate::extract) author_links: Vec<usize>,
}

impl<'a> Metadata<'a> {
    /// Sweeps the page once.
    pub(in crate::extract) fn of(dom: &Dom<'a>, hints: &[Hints]) -> Metadata<'a> {
        let mut found = Metadata::default();
        let mut scripts = Vec::new();
        // Names and dates inside comments, forms and lists of other articles are not this article's.
        let mut foreign_until = 0;
        for (at, node) in dom.nodes.iter().enumerate() {
            let Kind::Element(element) = node.kind else { continue };
            // A small `aside` or `footer` often holds nothing but the byline.
            let is_small = node.end - at < MAX_BYLINE_BOX_NODES;
            let is_foreign = hints[at].is_comments
                || matches!(element.name(), "form" | "nav")
                || (element.name() == "aside" && !is_small)
                || (element.name() == "footer" && !hints[at].is_byline);
            if is_foreign
                && !matches!(element.name(), "html" | "body" | "main" | "article")
                && node.end - at < dom.nodes.len() / 2
            {
                foreign_until = foreign_until.max(node.end);
            }
            let is_foreign = at < foreign_until;
            match element.name() {
                "html" => {
                    found.root_language =
                        attr(element, "lang").or_else(|| attr(element, "xml:lang")).filter(|l| !l.trim().is_empty())
                }
                "title" if found.title.is_none() && dom.name(node.parent) != "svg" => found.title = Some(dom.text(at, 1000)),
                "meta" => found.meta(element),
                "link" if attr(element, "rel").is_some_and(|rel| rel.eq_ignore_ascii_case("canonical")) => {
                    found.canonical = found.canonical.or_else(|| attr(element, "href"));
                }
                "script"
                    if scripts.len() < MAX_KEPT
                        && attr(element, "type").is_some_and(|t| t.to_ascii_lowercase().contains("ld+json")) =>
                {
                    scripts.push(dom.raw(at));
                }
                "time" if !is_foreign && found.times.len() < MAX_KEPT => found.times.push(at),
                "h1" if found.headings.len() < MAX_KEPT => found.headings.push(at),
                "h2" | "h3" | "h4" if !is_foreign && found.lesser_headings.len() < MAX_KEPT => found.lesser_headings.push(at),
                "a" if !is_foreign && found.author_links.len() < MAX_KEPT && is_author_link(element) => {
                    found.author_links.push(at)
                }
                _ => {}
            }
            if is_foreign {
                continue;
            }
            let mut is_byline = hints[at].is_byline;
            for (name, value) in element.attrs() {
                match name {
                    "itemprop" if found.itemprops.len() < MAX_KEPT => found.itemprops.push((value, at)),
                    // `authorname` is one word to `hints`.
                    "class" => is_byline |= value.contains("uthor"),
                    _ => {}
                }
            }
            if is_byline && found.bylines.len() < MAX_KEPT {
                found.bylines.push(at);
            }
        }
        let address = found.canonical.or_else(|| found.meta_of(&["og:url"]));
        found.stated = jsonld::read(&scripts, &Known { address, headline: found.meta_of(&["og:title"]) });
        found
    }

    fn meta(&mut self, element: &'a Element) {
        let name = attr(element, "property").or_else(|| attr(element, "name")).or_else(|| attr(element, "itemprop"));
        if let (Some(name), Some(content)) = (name, attr(element, "content"))
            && !content.trim().is_empty()
            && self.metas.len() < MAX_KEPT
        {
            self.metas.push((name.trim().to_ascii_lowercase(), content.trim()));
        }
    }

    /// The first non-empty `meta` among `names`, in the order of `names`.
    pub(in crate::extract) fn meta_of(&self, names: &[&str]) -> Option<&'a str> {
        names.iter().find_map(|name| self.metas.iter().find(|(n, _)| n == name).map(|(_, content)| *content))
    }

    /// All `meta` whose name has these letters and digits, and a digit in its content.
    pub(in crate::extract) fn dates_of(&self, name: &str) -> impl Iterator<Item = &'a str> {
        let is_named = move |known: &str| known.bytes().filter(u8::is_ascii_alphanumeric).eq(name.bytes());
        self.metas
            .iter()
            .filter(move |(known, content)| {
                known.len() >= name.len() && content.bytes().any(|b| b.is_ascii_digit()) && is_named(known)
            })
            .map(|(_, content)| *content)
    }

    /// All `meta` of one name.
    pub(in crate::extract) fn metas_of(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.metas.iter().filter(move |(n, _)| n == name).map(|(_, content)| *content)
    }
}

fn is_author_link(element: &Element) -> bool {
    attr(element, "rel").is_some_and(|rel| rel.split_ascii_whitespace().any(|r| r.eq_ignore_ascii_case("author")))
        || attr(element, "href").is_some_and(|href| {
            [
                "/author/",
                "/authors/",
                "/auteur/",
                "/auteurs/",
                "/autor/",
                "/autoren/",
                "/autores/",
                "/autore/",
                "/journalist",
                "/profile/",
            ]
            .iter()
            .any(|part| href.contains(part))
        })
}
