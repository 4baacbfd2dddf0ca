//! Any text as the lexicon of paywalls, which an operator may replace.

#![no_main]

use libfuzzer_sys::fuzz_target;
use vigie::extract::WallLexicon;

fuzz_target!(|text: &str| {
    // A mistake is told in words; it never panics and never hangs (patterns have a size limit).
    let _ = WallLexicon::parse(text);
});
