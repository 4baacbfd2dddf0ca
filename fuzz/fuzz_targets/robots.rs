//! A robots.txt behind a first line, which is the path that is asked for.

#![no_main]

use libfuzzer_sys::fuzz_target;
use robotxt::Robots;

fuzz_target!(|bytes: &[u8]| {
    let end = bytes.iter().position(|b| *b == b'\n').unwrap_or(0);
    let (path, rules) = bytes.split_at(end);
    let robots = Robots::parse(rules, "vigie");
    let _ = robots.is_allowed(&String::from_utf8_lossy(path));
});
