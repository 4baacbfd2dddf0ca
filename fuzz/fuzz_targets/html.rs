//! Any bytes as an article page.

#![no_main]

use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use vigie::extract::{WallLexicon, extract};
use vigie::fetch::Page;

fuzz_target!(|bytes: &[u8]| {
    let url = "https://paper.example/2024/10/17/article.html".parse().ok();
    let page = Page::saved(url, bytes.to_vec(), Timestamp::UNIX_EPOCH);
    let article = extract(&page, &WallLexicon::shipped());
    assert!(!article.title.contains('\n'), "a headline is one line");
});
