//! How long one page takes: `cargo bench --bench extract`.
//!
//! The pages are made here, in the shape of a news page: as much script and navigation as text.

use divan::Bencher;
use divan::counter::BytesCount;
use jiff::Timestamp;
use vigie::extract::{WallLexicon, extract, fragment_paragraphs};
use vigie::fetch::Page;

fn main() {
    divan::main();
}

/// A page of about so many bytes: half script and style, a quarter menu, a quarter text.
fn page(bytes: usize) -> Page {
    let fill = |piece: &str, share: usize| piece.repeat((bytes / share / piece.len()).max(1));
    let text =
        fill("<p>This paragraph says in a few plain words what happened, where it happened, and who said so on Tuesday.</p>", 4);
    let menu = fill("<li class=\"nav-item\"><a href=\"/section/one?a=1&amp;b=2\">A section of the site</a></li>", 4);
    let script = fill("<script>var settings = {\"slot\": [1, 2, 3], \"name\": \"value\", \"list\": [\"a\", \"b\"]};</script>", 4);
    let style = format!("<style>{}</style>", fill(".a-class > .another { color: red; margin: 0 auto }\n", 4));
    let html = format!(
        "<!doctype html><html lang=en><head><title>A headline about something</title>{script}{style}</head><body><nav><ul>{menu}</ul></nav>\
         <main><article><h1>A headline about something</h1><div class=article-body>{text}</div></article></main></body></html>"
    );
    Page::saved(None, html.into_bytes(), Timestamp::UNIX_EPOCH)
}

/// From a stub to the largest pages of the web, bytes; the limits cut only the last.
#[divan::bench(args = [1_000, 10_000, 100_000, 1_000_000, 5_000_000])]
fn a_page(bencher: Bencher<'_, '_>, bytes: usize) {
    let page = page(bytes);
    bencher.counter(BytesCount::new(page.body.len())).bench(|| extract(&page, WallLexicon::shipped()));
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
