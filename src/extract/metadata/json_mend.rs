//! JSON as pages write it.
//!
//! In: a script's contents. Out: its first value, mended where the break is known (raw line breaks, trailing commas, comment marks). Not done
//! here: what it means.

use serde_json::Value;

/// Scripts longer than this are catalogues, bytes.
const MAX_SCRIPT_BYTES: usize = 1024 * 1024;

/// The first value of a script.
pub(in crate::extract) fn parse(script: &str) -> Option<Value> {
    if script.len() > MAX_SCRIPT_BYTES {
        return None;
    }
    let script = script.trim().trim_start_matches('\u{feff}');
    if let Ok(value) = serde_json::from_str(script) {
        return Some(value);
    }
    let inner = script.trim_start_matches("<!--").trim_start_matches("//").trim_start().trim_start_matches("<![CDATA[");
    let inner = inner.trim().trim_end_matches("-->").trim_end().trim_end_matches("//").trim_end_matches("]]>").trim_end();
    let inner = inner.trim_end_matches("//").trim().trim_end_matches(';');
    let mended = mend(inner);
    // Whatever follows the first whole value is not ours to understand.
    serde_json::Deserializer::from_str(&mended).into_iter::<Value>().next()?.ok()
}

/// Escapes raw control characters inside strings and drops commas before a closing bracket.
pub(in crate::extract) fn mend(script: &str) -> String {
    let mut out = String::with_capacity(script.len() + 16);
    let (mut in_string, mut escaped) = (false, false);
    for c in script.chars() {
        if in_string {
            if escaped {
                escaped = false;
                if !matches!(c, '"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' | 'u') {
                    // `\'` and its like: the backslash goes.
                    out.pop();
                }
                out.push(c);
                continue;
            }
            match c {
                '\\' => escaped = true,
                '"' => in_string = false,
                '\n' | '\r' | '\t' => {
                    out.push_str(if c == '\t' { "\\t" } else { "\\n" });
                    continue;
                }
                c if c.is_control() => continue,
                _ => {}
            }
        } else if c == '"' {
            in_string = true;
        } else if matches!(c, ']' | '}') {
            out.truncate(out.trim_end().trim_end_matches(',').len());
        }
        out.push(c);
    }
    out
}
