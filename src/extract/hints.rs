//! What an element's name, role, class and id say about its content.
//!
//! In: one element. Out: a few flags. They are hints: `boilerplate` weighs them against the text that lies inside.

use std::collections::HashMap;
use std::sync::LazyLock;

use scraper::node::Element;

use super::dom::attr;

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

/// Whole words that name boilerplate.
const BOILERPLATE: &[&str] = &[
    "nav",
    "navbar",
    "navigation",
    "menu",
    "submenu",
    "footer",
    "sidebar",
    "rail",
    "breadcrumb",
    "breadcrumbs",
    "crumbs",
    "share",
    "sharing",
    "shares",
    "social",
    "sociallinks",
    "addthis",
    "sharethis",
    "sharedaddy",
    "newsletter",
    "newsletters",
    "promo",
    "promotion",
    "promotions",
    "sponsor",
    "sponsored",
    "sponsors",
    "advert",
    "adverts",
    "advertisement",
    "advertising",
    "ads",
    "ad",
    "adbox",
    "cookie",
    "cookies",
    "consent",
    "gdpr",
    "related",
    "relatedposts",
    "recommended",
    "recommendation",
    "recommendations",
    "recirc",
    "recirculation",
    "popular",
    "trending",
    "mostread",
    "toc",
    "tags",
    "taglist",
    "tagcloud",
    "keywords",
    "pagination",
    "pager",
    "paging",
    "pagenav",
    "signup",
    "register",
    "login",
    "outbrain",
    "taboola",
    "rating",
    "ratings",
    "votes",
    "toolbar",
    "widget",
    "widgets",
    "tooltip",
    "readmore",
    "seealso",
    "addtoany",
    "jp",
    "sitemap",
    "sr",
    "screenreader",
    "disclaimer",
    "feedback",
    "playlist",
    "dropdown",
    "noprint",
    "skip",
    "yarpp",
    "crp",
    "nextprev",
    "prevnext",
    "linkbox",
    "linklist",
    "relacionadas",
    "relacionados",
    "verwandt",
    "mehrzum",
    "plista",
    "donate",
    "donation",
    "shop",
    "marketing",
    "teaserlist",
    "hatnote",
    "mw-jump-link",
    "siblings",
    "infobar",
    "usermenu",
    "partage",
    "accordion-nav",
    "whatsapp",
    "telegram",
    "podcast",
    "morefrom",
    "readnext",
    "upnext",
    "reactions",
    "emoji",
];
/// Beginnings of words that name boilerplate.
const BOILERPLATE_PREFIXES: &[&str] = &[
    "newsletter",
    "breadcrumb",
    "advert",
    "sponsor",
    "socialmedia",
    "socialshare",
    "socialbar",
    "sharebar",
    "sharebutton",
    "sharetool",
    "recommend",
    "relatedarticle",
    "relatedpost",
    "relatedcontent",
    "relatedlink",
    "relatedstor",
    "navigation",
    "pagination",
    "outbrain",
    "taboola",
    "googlead",
    "adslot",
    "adunit",
    "dfp",
    "sidebar",
    "cookie",
    "mostread",
    "mostpopular",
    "readalso",
    "lireaussi",
    "topnav",
    "mainnav",
    "leserbrief",
];
const COMMENTS: &[&str] = &[
    "comment",
    "comments",
    "commentlist",
    "commentform",
    "commentaire",
    "commentaires",
    "kommentar",
    "kommentare",
    "comentarios",
    "commenti",
    "disqus",
    "respond",
    "reply",
    "replies",
    "discussion",
    "livefyre",
    "fbcomments",
    "reacties",
    "komentarze",
    "leserkommentare",
    "coral",
    "opinary",
];
const CAPTIONS: &[&str] = &[
    "caption",
    "figcaption",
    "legend",
    "credit",
    "credits",
    "copyright",
    "imagecaption",
    "bildunterschrift",
    "wpcaption",
    "legende",
    "bu",
];
const BYLINES: &[&str] = &[
    "byline",
    "author",
    "authors",
    "authorbox",
    "autor",
    "auteur",
    "bio",
    "date",
    "dates",
    "datum",
    "published",
    "pubdate",
    "timestamp",
    "metadata",
    "postmeta",
    "entrymeta",
    "articlemeta",
    "postedon",
    "dateline",
    "writer",
    "avatar",
    "updated",
    "infos",
    "readingtime",
    "aboutauthor",
];
const WALLS: &[&str] =
    &["paywall", "regwall", "piano", "poool", "gate", "meter", "barrier", "abo", "pw", "offer", "offers", "locked", "premium"];
const TUCKED: &[&str] = &[
    "hidden",
    "hide",
    "dnone",
    "displaynone",
    "invisible",
    "ishidden",
    "modal",
    "popup",
    "popmake",
    "lightbox",
    "srconly",
    "visuallyhidden",
];
const LEDES: &[&str] = &[
    "lede",
    "lead",
    "standfirst",
    "intro",
    "chapo",
    "chapeau",
    "dek",
    "deck",
    "subtitle",
    "subhead",
    "subheadline",
    "summary",
    "abstract",
    "excerpt",
    "vorspann",
    "introduction",
    "description",
    "subline",
    "kicker",
    "hat",
    "entradilla",
    "bajada",
    "perex",
    "ingress",
    "leadtext",
    "strapline",
];
/// Runs of two words that name boilerplate where neither does alone.
const PAIRS: &[(&str, &str)] = &[
    ("read", "more"),
    ("read", "also"),
    ("read", "next"),
    ("see", "also"),
    ("more", "stories"),
    ("more", "articles"),
    ("more", "news"),
    ("more", "links"),
    ("more", "from"),
    ("most", "read"),
    ("most", "viewed"),
    ("top", "stories"),
    ("latest", "news"),
    ("other", "articles"),
    ("also", "like"),
    ("up", "next"),
    ("lire", "aussi"),
    ("a", "lire"),
    ("tag", "list"),
    ("tag", "links"),
    ("post", "tags"),
    ("entry", "tags"),
    ("article", "tags"),
    ("tags", "links"),
    ("teaser", "list"),
    ("link", "list"),
    ("article", "list"),
    ("post", "list"),
    ("article", "footer"),
    ("entry", "footer"),
    ("post", "footer"),
    ("call", "action"),
    ("print", "only"),
    ("visually", "hidden"),
    ("screen", "reader"),
    ("pull", "quote"),
    ("post", "navigation"),
    ("nav", "links"),
    ("story", "list"),
    ("inline", "link"),
    ("author", "info"),
    ("about", "author"),
    ("tts", "player"),
    ("audio", "player"),
    ("video", "player"),
    ("in", "brief"),
    ("follow", "us"),
    ("google", "news"),
    ("app", "download"),
    ("gift", "article"),
];
const BODIES: &[&str] = &[
    "articlebody",
    "storybody",
    "entrycontent",
    "postcontent",
    "articlecontent",
    "articletext",
    "postbody",
    "storycontent",
    "bodytext",
    "fulltext",
    "storytext",
    "newstext",
    "textbody",
    "contentbody",
    "bodycontent",
    "articlefulltext",
    "mainbody",
    "artikeltext",
    "articlebodytext",
    "richtext",
];
const BODY_PAIRS: &[(&str, &str)] = &[
    ("article", "body"),
    ("story", "body"),
    ("entry", "content"),
    ("post", "content"),
    ("article", "content"),
    ("article", "text"),
    ("post", "body"),
    ("story", "content"),
    ("body", "text"),
    ("full", "text"),
    ("story", "text"),
    ("post", "text"),
    ("content", "body"),
    ("body", "content"),
    ("news", "text"),
    ("article", "copy"),
    ("body", "copy"),
    ("post", "entry"),
    ("single", "content"),
    ("page", "content"),
    ("node", "content"),
    ("news", "body"),
    ("td", "content"),
    ("rich", "text"),
    ("field", "body"),
    ("text", "content"),
    ("article", "main"),
    ("artikel", "text"),
];
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
            "aria-hidden" => hints.is_hidden |= value == "true",
            "style" => {
                let style: String = value.chars().take(300).filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
                hints.is_hidden |= style.contains("display:none") || style.contains("visibility:hidden");
            }
            "role" => {
                hints.is_tucked |= matches!(value, "dialog" | "alertdialog");
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
                judge_word(&word, hints);
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
        check("comments-area", Hints { is_comments: true, ..Hints::default() });
    }
}
