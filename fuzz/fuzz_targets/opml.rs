//! Any bytes as an OPML file; what was read is written, and read again it is the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use vigie::feed::{read_opml, write_opml};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(feeds) = read_opml(bytes) {
        let written = write_opml(&feeds);
        match read_opml(written.as_bytes()) {
            Ok(again) => assert_eq!(again.len(), feeds.len(), "writing lost a feed"),
            Err(_) => panic!("what was written cannot be read"),
        }
    }
});
