//! Whole made pages, one for each rule of what is text and what is the page around it.

use jiff::Timestamp;

use super::{Access, Article, WallLexicon, extract};
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
