//! Whole made pages, one for each rule of what is text and what is the page around it.

use jiff::Timestamp;

use super::Access;
use super::Article;
use super::WallLexicon;
use super::extract;
use crate::fetch::Page;

const FIRST: &str =
    "The harbour town counted its boats on Tuesday, and the mayor said that three of them had come back without their nets.";
const SECOND: &str =
    "Two of the boats belong to a family that has fished there since the war, and nobody has heard of the third crew yet.";
const THIRD: &str =
    "A spokeswoman for the coast guard said that the search would go on until Friday, weather permitting, with two helicopters.";
const OTHER: &str =
    "The brewery at the upper market will close in autumn, and its forty workers were told so on Monday morning by letter.";

fn read(html: &str) -> Article {
    extract(&Page::saved(None, html.as_bytes().to_vec(), Timestamp::UNIX_EPOCH), WallLexicon::shipped())
}

/// Checks the text: what must be there and what must not.
#[track_caller]
fn check(html: &str, keep: &[&str], drop: &[&str]) -> Article {
    let article = read(html);
    let text = article.text();
    for part in keep {
        assert!(text.contains(part), "lacks {part:?}: {text}");
    }
    for part in drop {
        assert!(!text.contains(part), "still holds {part:?}: {text}");
    }
    article
}

/// The same, and how much of the article is there.
#[track_caller]
fn check_access(html: &str, access: Access, keep: &[&str], drop: &[&str]) -> Article {
    let article = check(html, keep, drop);
    assert_eq!(article.access, access, "{article:?}");
    article
}

fn page(inside: &str) -> String {
    format!("<html lang=en><title>Boats counted</title><body><h1>Boats counted</h1>{inside}</body></html>")
}

#[test]
fn a_text_goes_on_beside_its_heaviest_part() {
    let (long, again) = (SECOND.repeat(6), THIRD.repeat(2));
    check(&page(&format!("<div><p>{FIRST}</p><div><p>{long}</p><p>{again}</p></div></div>")), &[FIRST, SECOND], &[]);
    let piece = |text: &str| format!("<div class=chunk><p>{text}</p></div>");
    check(&page(&format!("<section>{}{}{}</section>", piece(FIRST), piece(&long), piece(THIRD))), &[FIRST, THIRD], &[]);
    // Another article of the same make is no piece of this one.
    check(
        &page(&format!("<article class=a><p>{long}</p></article><article class=a><p>{OTHER}</p></article>")),
        &[SECOND],
        &["brewery"],
    );
}

#[test]
fn a_footer_may_outweigh_a_short_report() {
    let footer = format!("<footer><h3>Our products</h3>{}</footer>", format!("<p>{OTHER}</p>").repeat(5));
    check(&page(&format!("<article><p>{FIRST}</p><p>{SECOND}</p></article>{footer}")), &[FIRST, SECOND], &["brewery"]);
}

#[test]
fn a_page_builders_widgets_are_text() {
    let widget = |text: &str| format!("<div class='widget widget-text'><p>{text}</p></div>");
    let related = format!("<div class='widget widget-related'><a href=/x>{OTHER}</a></div>");
    let html = page(&format!("<div class=widgets>{}{}{related}{}</div>", widget(FIRST), widget(SECOND), widget(THIRD)));
    check(&html, &[FIRST, SECOND, THIRD], &["brewery"]);
}

#[test]
fn notices_that_recur_are_no_prose() {
    let notice = format!("<div class=social-box><p>Your settings keep this from being shown. {OTHER}</p></div>").repeat(9);
    check(
        &page(&format!("<article><p>{FIRST}</p><p>{SECOND}</p>{notice}<p>{THIRD}</p></article>")),
        &[FIRST, THIRD],
        &["settings"],
    );
}

#[test]
fn locked_text_that_is_in_the_page_is_read() {
    let rest = format!("<div class=paywall><p>{SECOND}</p><p>{THIRD}</p></div>");
    check(&page(&format!("<article><p>{FIRST}</p>{rest}</article>")), &[FIRST, SECOND, THIRD], &[]);
    let named = "<script type=application/ld+json>{\"@type\":\"NewsArticle\",\"isAccessibleForFree\":false,\
                 \"hasPart\":{\"isAccessibleForFree\":\"False\",\"cssSelector\":\".rest\"}}</script>";
    let rest = format!("<div class=rest hidden><p>{SECOND}</p><p>{THIRD}</p></div>");
    check(&page(&format!("{named}<article><p>{FIRST}</p>{rest}</article>")), &[SECOND, THIRD], &[]);
    // The box of the wall is not.
    let wall =
        "<div class=paywall><p>Subscribe now for unlimited access to all that we write, and cancel any time you like.</p></div>";
    check(&page(&format!("<article><p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>{wall}</article>")), &[THIRD], &["Subscribe"]);
}

#[test]
fn fact_boxes_carousels_and_pop_ups_are_beside_the_article() {
    let article = format!("<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p><p>Again: {FIRST}</p><p>Once more: {SECOND}</p>");
    for other in [
        format!("<aside><p>{OTHER}</p></aside>"),
        format!("<div class=fact-box><h3>Facts</h3><p>{OTHER}</p></div>"),
        format!("<div role=complementary><p>{OTHER}</p></div>"),
        format!("<div class=carousel><div class=slide><img src=a><p>{OTHER}</p></div></div>"),
        format!(
            "<p>The crew <span class=popover><img src=a><a href=/x>{OTHER}</a></span> is well, and so is the harbour master.</p>"
        ),
    ] {
        check(
            &page(&format!("<article>{article}{other}<p>In the end it rained on all of them.</p></article>")),
            &[FIRST],
            &["brewery"],
        );
    }
}

#[test]
fn cards_are_left_out_with_their_names_and_dates() {
    let card = |n: usize| {
        format!(
            "<div><h2><a href=/{n}>Brewery closes {n}</a></h2><div class=who><a href=/j>Jane Roe</a></div><div>{n} hours ago</div><p>{n} {OTHER}</p></div>"
        )
    };
    let cards: String = (2..9).map(card).collect();
    let html = page(&format!("<div class=content><p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p><h2>More from us</h2>{cards}</div>"));
    check(&html, &[FIRST, THIRD], &["brewery", "More from us"]);
}

#[test]
fn what_opens_with_the_title_of_a_list_is_the_list() {
    let others: String = (1..7).map(|n| format!("<article><p>{n}. {OTHER}</p><p>{OTHER} {n}</p></article>")).collect();
    let html = page(&format!(
        "<article><p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p></article><section><h3>You may also like</h3>{others}</section>"
    ));
    check(&html, &[FIRST, SECOND], &["brewery"]);
    // Before the article has begun it is the name of the section that the article stands in.
    check(&page(&format!("<section><h3>Topics</h3><p>{FIRST}</p><p>{SECOND}</p></section>")), &[FIRST, SECOND], &[]);
}

#[test]
fn a_note_on_the_author_is_left_out() {
    let html = page(&format!(
        "<meta name=author content='Jane Roe'><article><p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p><p>Jane Roe writes about harbours and lives in one.</p></article>"
    ));
    check(&html, &[THIRD], &["lives in one"]);
    // A quoted namesake early in the text stays.
    let html = page(&format!(
        "<meta name=author content='Jane Roe'><article><p>Jane Roe counted them herself. {FIRST}</p><p>{SECOND}</p><p>{THIRD}</p><p>{OTHER}</p><p>{FIRST} So it ends.</p></article>"
    ));
    check(&html, &["counted them herself"], &[]);
}

#[test]
fn a_body_in_the_metadata_that_holds_the_text_twice_is_not_used() {
    let stated = |body: &str| {
        format!("<script type=application/ld+json>{{\"@type\":\"NewsArticle\",\"articleBody\":\"{body}\"}}</script>")
    };
    let twice = stated(&format!("{FIRST} {SECOND} {THIRD} {FIRST} {SECOND} {THIRD}"));
    let article = check(&page(&format!("{twice}<article><p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p></article>")), &[FIRST], &[]);
    assert_eq!(article.paragraphs.len(), 3);
    let escaped =
        stated(&format!("&lt;p class=&quot;x&quot;&gt;{FIRST}&lt;/p&gt;&lt;p&gt;{SECOND} {THIRD} {OTHER} {OTHER}&lt;/p&gt;"));
    check(&page(&format!("{escaped}<p>Boats.</p>")), &[FIRST, SECOND], &["&lt;", "<p", "class"]);
}

#[test]
fn a_declared_body_is_the_article_even_beside_longer_comments() {
    let talk = format!("<p>{OTHER}</p>").repeat(12);
    check(
        &page(&format!(
            "<div itemprop=articleBody><p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p></div><div class=readers>{talk}</div>"
        )),
        &[FIRST, THIRD],
        &["brewery"],
    );
}

#[test]
fn a_box_that_offers_something_goes_whole() {
    let account = "<div><h3>Create an account</h3><ul><li>Read stories from across the county</li><li>Get word from your favourite authors</li></ul>\
                   <p>Already have an account? Sign in.</p></div>";
    let letters = "<div><h4>Harbour news</h4><div>Every Monday the best of the week in your newsletter</div><div>You can leave at any time.</div></div>";
    for offer in [account, letters] {
        let html = page(&format!("<article><p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>{offer}<p>{OTHER}</p></article>"));
        check(&html, &[FIRST, OTHER], &["favourite authors", "across the county", "leave at any time"]);
    }
}

#[test]
fn a_login_dialog_beside_a_short_report_blocks_nothing() {
    let dialog = "<div class=modal><p>Forgot your password?</p></div>";
    let article = check(&page(&format!("{dialog}<article><p>{FIRST}</p></article>")), &[FIRST], &["password"]);
    assert_eq!(article.access, Access::Open);
}

#[test]
fn lists_of_sentences_stay_though_they_are_full_of_links() {
    let item = |text: &str| format!("<li><a href=/x>{}</a>{}</li>", &text[..80], &text[80..]);
    check(&page(&format!("<article><p>{THIRD}</p><ul>{}{}</ul></article>", item(FIRST), item(SECOND))), &[FIRST, SECOND], &[]);
    let last: String = (1..6).map(|n| format!("<h2>{n}. Boat number {n} came home</h2><img src={n}>")).collect();
    check(&page(&format!("<article><p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>{last}</article>")), &["1. Boat", "5. Boat"], &[]);
}

#[test]
fn the_page_around_the_article_is_left_out() {
    let html = format!(
        "<html lang=en><title>Boats counted | The Pier</title><body><nav><a href=/>Home</a></nav><article><h1>Boats counted</h1>\
         <p class=byline>By Jane Roe</p><p>{FIRST}</p><h2>What comes next</h2><p>{FIRST} Again.</p><ul><li>One boat is red, one is blue.</li></ul></article>\
         <div id=comments><p>{FIRST} I do not believe it.</p></div><aside class=related><p>Another story from the pier, with a long teaser text.</p></aside></body>"
    );
    let article = check_access(
        &html,
        Access::Open,
        &["counted its boats", "What comes next", "one is blue"],
        &["Jane Roe", "believe", "Another story", "Home"],
    );
    assert_eq!(article.title, "Boats counted");
    assert_eq!(article.authors, ["Jane Roe"]);
    assert_eq!(article.language.map(|l| l.as_str().to_owned()).as_deref(), Some("en"));
}

#[test]
fn the_state_speaks_where_the_page_shows_little() {
    let page = |shown: &str, wall: &str| {
        let body = (1..9).map(|n| format!("\"{FIRST} It was the {n}th count.\"")).collect::<Vec<_>>().join(",");
        format!(
            "<html lang=en><title>Boats counted by the mayor | The Pier</title><body><h1>Boats counted by the mayor</h1><article>{shown}</article>{wall}\
             <script>window.S={{\"title\":\"Boats counted by the mayor\",\"body\":[{body}]}}</script></body>"
        )
    };
    let teaser = format!("<p>{FIRST}</p>");
    for shown in ["", "<p>Please enable JavaScript to view this page.</p>", &teaser] {
        let article = check_access(&page(shown, ""), Access::Open, &["1th count", "8th count"], &["enable"]);
        assert_eq!(article.problems.len(), 1, "{article:?}");
    }
    let wall = "<p>Subscribe to continue reading</p>";
    assert!(!check_access(&page(&teaser, wall), Access::Partial, &["counted its boats"], &["1th count"]).paragraphs.is_empty());
    let whole = (0..5).map(|n| format!("<p>{FIRST} Mark {n} stands.</p>")).collect::<String>();
    check_access(&page(&whole, ""), Access::Open, &["Mark 4"], &["1th count"]);
}

#[test]
fn a_flat_page_ends_where_its_wall_or_its_comment_form_begins() {
    let lines = [
        FIRST,
        FIRST,
        "Il reste encore 61,5 % de cet article à consulter.",
        "Laisser un commentaire",
        "2 × 5 =",
        "Lire aussi",
        FIRST,
        FIRST,
        FIRST,
    ];
    let html: String = lines.iter().map(|l| format!("<p>{l}</p>")).collect();
    let article =
        check_access(&html, Access::Partial, &["counted its boats"], &["Il reste", "commentaire", "2 × 5", "Lire aussi"]);
    assert_eq!(article.paragraphs.len(), 2);
    let paywall = article.paywall.expect("a wall");
    assert_eq!(paywall.marker, "Il reste encore 61,5 % de cet article à consulter.");
    assert_eq!(paywall.missing_percent, Some(61.5));
}

#[test]
fn what_only_looks_like_a_wall_leaves_the_article_open() {
    let prose = format!("<p>{FIRST}</p>").repeat(4);
    let middle = format!("<article>{prose}<p>Subscribe to continue reading</p>{prose}</article>");
    check_access(&middle, Access::Open, &["counted its boats"], &["Subscribe"]);
    let hidden = format!("<article>{prose}</article><div hidden><p>Subscribe to continue reading</p></div>");
    check_access(&hidden, Access::Open, &[], &["Subscribe"]);
    let comments = format!(
        "<article>{prose}</article><section><p>Comments are for subscribers only. Already a subscriber? Log in</p></section>"
    );
    check_access(&comments, Access::Open, &[], &["Comments"]);
}

#[test]
fn a_body_in_the_metadata_replaces_a_missing_one() {
    let body = format!("{FIRST}\\n\\n{FIRST} And so on.\\n\\n{FIRST} To the end. {FIRST} {FIRST}");
    let html = format!(
        "<script type='application/ld+json'>{{\"@type\":\"NewsArticle\",\"headline\":\"Boats\",\"articleBody\":\"{body}\"}}</script><p>Boats.</p>"
    );
    check_access(&html, Access::Open, &["And so on.", "To the end."], &[]);
}

#[test]
fn a_consent_wall_is_not_the_article_and_an_article_on_cookies_is_one() {
    let wall = "<h1>Your privacy</h1><p>We and our 812 partners use cookies to show personalised ads and to measure our audience. You can withdraw \
                your consent at any time.</p><p>Accept all</p><p>Manage my choices</p>";
    check_access(wall, Access::Blocked, &[], &["partners"]);
    let article = format!(
        "<article><h1>Regulator fines site over cookies</h1><p>The regulator found that cookies were set before anybody gave consent.</p><p>{FIRST}</p><p>{FIRST}</p></article>"
    );
    check_access(&article, Access::Open, &["set before anybody"], &[]);
}

#[test]
fn a_page_without_an_article_is_blocked() {
    check_access(
        "<title>Log in</title><form><label>Name</label></form><p>Forgot your password?</p>",
        Access::Blocked,
        &[],
        &["password"],
    );
    check_access(
        "<div id=root></div><p>You need to enable JavaScript to run this app.</p>",
        Access::Blocked,
        &[],
        &["JavaScript"],
    );
    check_access("<h1>Boats</h1><p>This article is for subscribers only</p>", Access::Blocked, &[], &["subscribers"]);
    check_access("%PDF-1.7 ...", Access::Blocked, &[], &["PDF"]);
    check_access("", Access::Blocked, &[], &[]);
    check_access("\0\0\0", Access::Blocked, &[], &[]);
    let mut page = Page::saved(None, format!("<p>{FIRST}</p>").into_bytes(), Timestamp::UNIX_EPOCH);
    page.status = 403;
    assert_eq!(extract(&page, WallLexicon::shipped()).access, Access::Blocked);
}
