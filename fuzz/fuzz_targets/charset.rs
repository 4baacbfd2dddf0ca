//! A page whose first line is what the server says of its charset, the rest its bytes.

#![no_main]

use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use vigie::extract::{WallLexicon, extract};
use vigie::fetch::Page;

fuzz_target!(|bytes: &[u8]| {
    let end = bytes.iter().position(|b| *b == b'\n').unwrap_or(0);
    let (label, body) = bytes.split_at(end);
    let mut page = Page::saved(None, body.to_vec(), Timestamp::UNIX_EPOCH);
    page.headers.push("content-type", [b"text/html; charset=".as_slice(), label].concat());
    let _ = extract(&page, &WallLexicon::shipped());
    let _ = vigie::feed::parse(&page);
});
