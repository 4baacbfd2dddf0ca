//! Pages that nobody wrote for readers: what is read of them is bounded, said, and never a panic.

use jiff::Timestamp;
use proptest::prelude::*;

use super::Access;
use super::Article;
use super::WallLexicon;
use super::extract;
use super::markup::tokens::MAX_MARKUP_BYTES;
use super::markup::tree::{self, MAX_NODES};
use crate::fetch::Page;

/// More than is read, bytes.
const LARGE: usize = MAX_MARKUP_BYTES + MAX_MARKUP_BYTES / 4;

fn read(body: Vec<u8>) -> Article {
    extract(&Page::saved(None, body, Timestamp::UNIX_EPOCH), WallLexicon::shipped())
}

/// `piece` as often as it takes to be more than is read.
fn many(piece: &str) -> String {
    piece.repeat(LARGE / piece.len() + 1)
}

/// Checks that a page's tree stays small and that one of its problems says why.
#[track_caller]
fn check(markup: &str, problem: &str) {
    let mut problems = Vec::new();
    let tree = tree::parse(markup, &mut problems);
    assert!(tree.nodes.len() < 2 * MAX_NODES, "{} nodes", tree.nodes.len());
    assert!(problems.iter().any(|p| p.contains(problem)), "{problems:?}");
    assert_eq!(problems.len(), 1, "{problems:?}");
}

#[test]
fn nesting_is_cut() {
    for opening in ["<div>", "<b>", "<table><tr><td>", "<svg>", "<p><font color=red>"] {
        check(&opening.repeat(100_000), "nested");
    }
    let formats: String = (0..300).map(|i| format!("<b a{i}>")).collect();
    check(&format!("<div>{formats}{}", "<p>x".repeat(100_000)), "nested");
}

#[test]
fn a_million_elements_or_attributes_are_cut() {
    check(&"<i>x</i>".repeat(1_000_000), "too many");
    check(&"<li class='menu related'>x</li>".repeat(200_000), "too many");
    let names: String = (0..100_000).map(|i| format!(" a{i}=x")).collect();
    check(&format!("<p{names}>x"), "attributes");
    check(&format!("<p {}>x", "b ".repeat(1_000_000)), "attributes");
}

#[test]
fn what_is_never_closed_is_cut() {
    for opening in ["<p>x", "<p>x<!--", "<p>x<a title=\"", "<title>", "<!doctype ", "<textarea>", "<plaintext>", "<svg><![CDATA["]
    {
        check(&format!("{opening}{}", many("a b ")), "only the first");
    }
}

#[test]
fn scripts_count_for_nothing_however_long() {
    for (opening, closing) in [("<script>", "</script>"), ("<style>", "</style>"), ("<script><!--", "--></script>")] {
        let article = read(
            format!("<h1>Boats</h1>{opening}{}{closing}<p>Three boats came back without their nets.</p>", many("a<b "))
                .into_bytes(),
        );
        assert_eq!(article.problems, [""; 0], "{opening}");
        assert!(article.text().contains("nets"), "{opening}");
    }
    assert_eq!(read(format!("<script>{}", many("x ")).into_bytes()).access, Access::Blocked);
}

#[test]
fn one_long_paragraph_is_cut_and_said_to_be() {
    let article = read(format!("<p>{}", many("word and word. ")).into_bytes());
    assert!(article.text().len() <= MAX_MARKUP_BYTES);
    assert!(article.problems.iter().any(|p| p.contains("only the first")), "{:?}", article.problems);
}

#[test]
fn endless_statements_are_survived() {
    let many_parts = "a | b - ".repeat(100_000);
    for body in [
        format!("<title>{many_parts}</title><h1>{many_parts}</h1><p>x"),
        format!("<meta property='og:title' content='{many_parts}'><p>x"),
        format!("<script type='application/ld+json'>{{\"@type\":\"NewsArticle\",\"headline\":\"{many_parts}\"}}</script><p>x"),
        format!("<script type='application/ld+json'>{}</script><p>x", "[".repeat(500_000)),
        format!("<script type='application/ld+json'>{}</script><p>x", "{\"@graph\":".repeat(100_000)),
        "<script type='application/ld+json'>{\"@type\":\"NewsArticle\",\"headline\":\"x\"}</script>".repeat(20_000),
        "<a rel=author href=/author/x>Jane Roe</a>".repeat(20_000),
        "<h2><a href=x>Another story</a></h2><p>Text that is long enough to be taken for prose, or so it seems.</p>"
            .repeat(5_000),
        "&".repeat(500_000),
        "<".repeat(500_000),
        "\0".repeat(500_000),
    ] {
        assert!(read(body.into_bytes()).title.len() < 10_000);
    }
}

#[test]
fn broken_bytes_are_survived() {
    for bytes in [&b"\xff\xfe\x80abc "[..], b"\xc3", b"a\0b\0 ", b"\x1b$B", b"\xf0\x9f\x98"] {
        for mark in [&b""[..], b"\xff\xfe", b"\xef\xbb\xbf", b"<meta charset=iso-2022-jp>", b"<meta charset=utf-16>"] {
            read([mark, b"<p>", &bytes.repeat(20_000)].concat());
        }
    }
}

/// Pieces that pages and mistakes in pages are made of.
fn soup() -> impl Strategy<Value = String> {
    let names =
        "(p|div|article|h1|h2|a|b|table|tr|td|ul|li|form|script|style|title|svg|template|select|main|nav|html|body|head|time)";
    let values = "(related-posts|article-body|paywall|comments|byline|author|hidden|2024-11-06|/author/x|[a-z]{1,5})";
    prop_oneof![
        4 => proptest::string::string_regex(&format!("<{names}( (class|id|itemprop|rel|href|datetime|style|hidden)=['\"]?{values}['\"]?){{0,2}}>")).expect("a pattern"),
        3 => proptest::string::string_regex(&format!("</{names}>")).expect("a pattern"),
        3 => "[A-Za-zé, ]{1,60}[.!?…]?",
        1 => "(Subscribe to continue reading|Il vous reste 57 % de cet article à lire\\.|By Jane Roe|11/11/2024|Read more|&nbsp;|<!--|-->|<br>)",
        1 => "<script type=application/ld\\+json>[\\[\\]{}:\",a-z@]{0,40}</script>",
        1 => "<meta (property|name)=\"(og:title|author|article:published_time|description)\" content=\"[^\"]{0,30}\">",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn any_bytes_give_an_article(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let article = read(bytes);
        prop_assert!(!article.title.contains('\n'));
    }

    #[test]
    fn any_tag_soup_gives_an_article(pieces in proptest::collection::vec(soup(), 0..80)) {
        let markup = pieces.concat();
        let article = read(markup.clone().into_bytes());
        prop_assert!(!article.title.contains('\n'));
        prop_assert!(article.paragraphs.iter().all(|p| !p.trim().is_empty()), "{:?}", article.paragraphs);
        prop_assert!(article.access != Access::Blocked || article.paragraphs.is_empty(), "{article:?}");
        prop_assert_eq!(&article, &read(markup.into_bytes()), "the same page, the same article");
    }
}
