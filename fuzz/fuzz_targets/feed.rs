//! Any bytes as a feed: RSS, Atom, RDF, JSON Feed, or none of them.

#![no_main]

use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use vigie::fetch::Page;

fuzz_target!(|bytes: &[u8]| {
    let url = "https://feed.example/news.xml".parse().ok();
    let page = Page::saved(url, bytes.to_vec(), Timestamp::UNIX_EPOCH);
    if let Ok(feed) = vigie::feed::parse(&page) {
        for entry in &feed.entries {
            assert!(!entry.title.contains('\0'), "a control character reached a title");
        }
    }
});
