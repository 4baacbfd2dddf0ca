//! How long one page takes: `cargo bench --bench extract`.
//!
//! The pages are made here, in the shape of a news page: as much script and navigation as text.

use divan::Bencher;
use jiff::Timestamp;
use vigie::extract::{WallLexicon, extract, fragment_paragraphs};
use vigie::fetch::Page;

fn main() {
    divan::main();
}

fn page(paragraphs: usize) -> Page {
    let text: String = (0..paragraphs)
        .map(|i| {
            format!(
                "<p>Paragraph {i} says in a few plain words what happened, where it happened, and who said so on Tuesday.</p>"
            )
        })
        .collect();
    let menu = "<li class=\"nav-item\"><a href=\"/section/one\">A section of the site</a></li>".repeat(150);
    let script = "<script>var settings = {\"slot\": [1, 2, 3], \"name\": \"value\"};</script>".repeat(300);
    let html = format!(
        "<!doctype html><html lang=en><head><title>A headline about something</title>{script}</head><body><nav><ul>{menu}</ul></nav>\
         <main><article><h1>A headline about something</h1><div class=article-body>{text}</div></article></main>\
         <footer><ul>{menu}</ul></footer></body></html>"
    );
    Page::saved(None, html.into_bytes(), Timestamp::UNIX_EPOCH)
}

#[divan::bench(args = [10, 100, 1000])]
fn a_page(bencher: Bencher<'_, '_>, paragraphs: usize) {
    let page = page(paragraphs);
    bencher.bench(|| extract(&page, WallLexicon::shipped()));
}

#[divan::bench]
fn nested_too_deep(bencher: Bencher<'_, '_>) {
    let page = Page::saved(None, "<div><b>".repeat(200_000).into_bytes(), Timestamp::UNIX_EPOCH);
    bencher.bench(|| extract(&page, WallLexicon::shipped()));
}

#[divan::bench]
fn an_entry(bencher: Bencher<'_, '_>) {
    let html = "<p>One paragraph of a summary, with <b>bold</b> words.</p>".repeat(10);
    bencher.bench(|| fragment_paragraphs(&html));
}
