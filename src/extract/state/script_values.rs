//! The JSON that a page holds for its scripts.
//!
//! In: markup. Out: the values that stand whole in a script, after an assignment, in a call, in a quoted string, and in the stream of Next.js
//! (`__next_f`). Not done here: JSON-LD (`jsonld`), scripts' own objects that are no JSON, saying what the values mean (`state`).

use std::collections::HashMap;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use serde_json::Value;

use crate::extract::markup::raw;
use crate::extract::metadata::json_mend::mend;

/// Scripts looked at; the stream of Next.js comes in up to two hundred.
const MAX_SCRIPTS: usize = 2_000;
/// Bytes of scripts looked at; the longest page measured has 2 MB of them.
const MAX_SCRIPT_BYTES: usize = 8 * 1024 * 1024;
/// Commas in all scripts that are read, since a value has hardly more parts and each takes memory. The largest state measured has 12,000; scripts
/// that are programs have 30,000.
const MAX_COMMAS: usize = 80_000;
/// A value that holds an article is no shorter, bytes.
const MIN_VALUE_BYTES: usize = 400;
/// Where a piece of the stream of Next.js begins.
const STREAM_PUSH: &str = "__next_f.push([1,";

/// How the tags of scripts and styles begin.
static OPENINGS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder().ascii_case_insensitive(true).build(["<script", "<style"]).expect("two short strings")
});

/// What the scripts hold.
#[derive(Debug, Default)]
pub(super) struct ScriptValues {
    pub(super) values: Vec<Value>,
    /// Texts that the stream of Next.js sends by themselves; a value names one as `$id`.
    pub(super) texts: HashMap<String, String>,
}

/// Reads the scripts of a page.
pub(super) fn read(markup: &str) -> ScriptValues {
    let mut found = ScriptValues::default();
    let mut stream = String::new();
    let (mut bytes_left, mut commas_left) = (MAX_SCRIPT_BYTES, MAX_COMMAS);
    let mut at = 0;
    for _ in 0..MAX_SCRIPTS {
        let Some(open) = OPENINGS.find(&markup[at..]) else { break };
        let tag = &markup[at + open.start()..];
        let tag = &tag[..tag.find('>').map_or(tag.len(), |end| end + 1)];
        at += open.start() + tag.len();
        if open.pattern().as_usize() == 1 {
            at += raw::inside(&markup[at..], "style");
            continue;
        }
        let script = &markup[at..];
        let script = &script[..raw::inside_script(script)];
        at += script.len();
        // JSON-LD is read elsewhere.
        if tag.to_ascii_lowercase().contains("ld+json") {
            continue;
        }
        let Some(left) = bytes_left.checked_sub(script.len()) else { break };
        bytes_left = left;
        if script.contains(STREAM_PUSH) {
            gather_stream(script, &mut stream);
        } else if script.len() >= MIN_VALUE_BYTES {
            // A script beyond what is left is passed over, not the ones after it.
            let commas = script.bytes().filter(|b| *b == b',').count();
            if let Some(left) = commas_left.checked_sub(commas) {
                commas_left = left;
                read_script(script.trim(), &mut found.values);
            }
        }
    }
    if stream.bytes().filter(|b| *b == b',').count() <= commas_left {
        read_stream(&stream, &mut found);
    }
    found
}

/// The values of one script.
///
/// A value that does not go on as JSON is given up where it does not, which is before the mark after the next: so no text is read often.
fn read_script(script: &str, values: &mut Vec<Value>) {
    if script.starts_with("{&q;")
        && let Ok((value, _)) = first_value(&unescape_entities(script))
    {
        // Angular's.
        values.push(value);
        return;
    }
    let mut at = 0;
    while at < script.len() {
        let rest = &script[at..];
        let read = match rest.as_bytes()[0] {
            b'{' | b'[' => match first_value(rest) {
                Err(Broken::Escape) => {
                    // A script's own escapes (`\'`). Mending reads all that is left, so this is the script's last value.
                    values.extend(first_value(&mend(rest)).ok().map(|(value, _)| value));
                    return;
                }
                read => read.ok(),
            },
            b'"' | b'\'' | b'`' if rest[1..].trim_start().starts_with(['{', '[']) => {
                unquote(rest).and_then(|(text, end)| Some((first_value(&text).ok()?.0, end)))
            }
            _ => None,
        };
        if let Some((value, end)) = read {
            if end >= MIN_VALUE_BYTES {
                values.push(value);
            }
            at += end;
        }
        let Some(mark) = script[at..].find(['=', '(']) else { break };
        at += mark + 1;
        at += script[at..].len() - script[at..].trim_start().len();
    }
}

/// Why there is no value.
enum Broken {
    /// An escape that JSON does not have.
    Escape,
    Other,
}

/// The value that the text begins with, and where it ends.
fn first_value(text: &str) -> Result<(Value, usize), Broken> {
    // JSON's own beginnings; an object of a script mostly has bare keys.
    let inner = text.get(1..).unwrap_or_default().trim_start();
    if !inner.starts_with(if text.starts_with('{') { ['"'; 3] } else { ['"', '{', '['] }) {
        return Err(Broken::Other);
    }
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    match values.next() {
        Some(Ok(value)) => Ok((value, values.byte_offset())),
        Some(Err(error)) if error.to_string().starts_with("invalid escape") => Err(Broken::Escape),
        _ => Err(Broken::Other),
    }
}

/// The text of the string literal that `quoted` begins with, and where it ends.
fn unquote(quoted: &str) -> Option<(String, usize)> {
    let quote = quoted.chars().next()?;
    let mut out = String::new();
    let mut rest = quoted.get(1..)?;
    loop {
        let stop = rest.find(['\\', quote])?;
        out.push_str(&rest[..stop]);
        let Some(escape) = rest[stop..].strip_prefix('\\') else { return Some((out, quoted.len() - rest.len() + stop + 1)) };
        let c = escape.chars().next()?;
        rest = &escape[c.len_utf8()..];
        match c {
            'n' => out.push('\n'),
            't' => out.push('\t'),
            'r' | 'b' | 'f' | 'v' | '\n' => {}
            'x' => {
                out.push(char::from(u8::from_str_radix(rest.get(..2)?, 16).ok()?));
                rest = &rest[2..];
            }
            'u' => {
                let mut units = Vec::with_capacity(2);
                units.push(u16::from_str_radix(rest.get(..4)?, 16).ok()?);
                rest = &rest[4..];
                if let Some(low) = rest.strip_prefix("\\u").and_then(|low| low.get(..4))
                    && (0xd800..0xdc00).contains(&units[0])
                {
                    units.push(u16::from_str_radix(low, 16).ok()?);
                    rest = &rest[6..];
                }
                out.extend(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
            }
            other => out.push(other),
        }
    }
}

/// Angular's escapes.
fn unescape_entities(script: &str) -> String {
    script.replace("&q;", "\"").replace("&s;", "'").replace("&l;", "<").replace("&g;", ">").replace("&a;", "&")
}

/// Appends the pieces of the stream that a script pushes.
fn gather_stream(script: &str, stream: &mut String) {
    let mut rest = script;
    while let Some(at) = rest.find(STREAM_PUSH) {
        rest = rest[at + STREAM_PUSH.len()..].trim_start();
        if let Some((piece, end)) = unquote(rest).filter(|_| rest.starts_with(['"', '\''])) {
            stream.push_str(&piece);
            rest = &rest[end..];
        }
    }
}

/// Reads the rows of the stream: `id:value` up to the line's end, or `id:T` with a length in bytes and so much text.
fn read_stream(stream: &str, found: &mut ScriptValues) {
    let mut rest = stream;
    while !rest.is_empty() {
        let line = rest.split('\n').next().unwrap_or_default();
        let mut end = line.len() + 1;
        if let Some((id, row)) = line.split_once(':') {
            if let Some((digits, _)) = row.strip_prefix('T').and_then(|text| text.split_once(','))
                && let Ok(length) = usize::from_str_radix(digits, 16)
            {
                let begin = id.len() + ":T".len() + digits.len() + ",".len();
                let text = &rest[begin..];
                let text = &text[..text.floor_char_boundary(length)];
                found.texts.insert(id.to_owned(), text.to_owned());
                end = begin + text.len();
            } else if row.starts_with(['{', '[']) {
                found.values.extend(first_value(row).ok().map(|(value, _)| value));
            }
        }
        rest = rest.get(end..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A value of more than the least length, written as JSON; its `x` is what the tests look for.
    fn long(x: &str) -> String {
        format!(r#"{{"x":"{x}","pad":"{}"}}"#, "y".repeat(MIN_VALUE_BYTES))
    }

    #[track_caller]
    fn check(markup: &str, expected: &[&str]) {
        let found = read(markup);
        let all: Vec<&str> = found.values.iter().filter_map(|v| v.get("x").or_else(|| v.get(3)?.get("x"))?.as_str()).collect();
        assert_eq!(all, expected, "{markup}");
    }

    #[test]
    fn a_value_is_found_wherever_scripts_are_given_one() {
        let value = long("a");
        let quoted = serde_json::to_string(&value).expect("a string");
        check(&format!("<SCRIPT type=application/json id=state>\n{value}</SCRIPT>"), &["a"]);
        check(&format!("<script>var s = '='; window.S = {value};f({value})</script>"), &["a", "a"]);
        check(&format!("<script>window.S=window.S||{{}};S.a={value};S.b={{bare:1}};</script>"), &["a"]);
        check(&format!("<script>S = JSON.parse({quoted})</script>"), &["a"]);
        check(
            &format!("<script>S='{}'</script>", value.replace("\"", "\\x22").replace('a', "\\u0061").replace('p', "\\p")),
            &["a"],
        );
        check(&format!("<script>{}</script>", value.replace('"', "&q;")), &["a"]);
        check(&format!("<script type='application/ld+json'>{value}</script><style>a={value}</style>"), &[]);
        check("<script>a={\"x\":\"short\"}</script>", &[]);
    }

    #[test]
    fn the_stream_of_next_is_joined_and_cut_into_rows() {
        let stream = format!("1:I[7,[]]\n2:Td,<p>é:\n2</p>\n\n3:[\"$\",\"$L\",null,{}]\nrest", long("a"));
        let (one, two) = stream.split_at(60);
        let push =
            |piece: &str| format!("<script>self.__next_f.push([1,{}])</script>", serde_json::to_string(piece).expect("a string"));
        let markup = format!("<script>(self.__next_f=self.__next_f||[]).push([0])</script>{}{}", push(one), push(two));
        check(&markup, &["a"]);
        assert_eq!(read(&markup).texts["2"], "<p>é:\n2</p>\n");
    }

    #[test]
    fn broken_and_hostile_scripts_hold_nothing() {
        let (megabytes, size) = (5 << 20, 1 << 18);
        for script in [
            "[".repeat(megabytes),
            "{\"a\":".repeat(megabytes / 5),
            "=[\"".repeat(size / 3),
            "=\"{".repeat(size / 3),
            "='{=\"{=`{".repeat(size / 9),
            format!("a=[{}", "0,".repeat(size / 2)),
            format!("a=[{}", "[[]],".repeat(MAX_COMMAS / 2)),
            "\\".repeat(size),
            format!("self.{STREAM_PUSH}\"{}", "1:Tffffffff,".repeat(size / 12)),
            STREAM_PUSH.repeat(size / STREAM_PUSH.len()),
            format!("{STREAM_PUSH}\"{}\"])", ":\\n".repeat(size / 4)),
            long("cut")[..MIN_VALUE_BYTES].to_owned(),
            "S='{\\u00e".to_owned() + &"x".repeat(MIN_VALUE_BYTES),
        ] {
            check(&format!("<script>{script}</script>"), &[]);
            check(&format!("<script>x='{{'+{script}"), &[]);
        }
        check(&"<script>".repeat(size / 8), &[]);
        check(&"<script></script>".repeat(size / 17), &[]);
    }
}
