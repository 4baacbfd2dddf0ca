//! The values of a page's scripts, laid out flat.
//!
//! In: the values. Out: their lists and objects, each with the one it stands in, in a notation-free form: places in a table (Nuxt 3), names of
//! cached objects (Apollo) and names of texts (Next.js) are gone through. Not done here: saying what they mean (`state`).

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::script_values::ScriptValues;

/// Lists and objects looked at in all.
const MAX_FRAMES: usize = 200_000;
/// Fields of an object that are looked at for a headline.
const MAX_FIELDS: usize = 200;
/// A headline is no longer, bytes.
const MAX_TITLE_BYTES: usize = 500;
/// Wrappers (`["Ref", 7]`) inside one another.
const MAX_WRAPPERS: usize = 3;

/// A list or an object, and where it stands.
pub(super) struct Frame<'a> {
    pub(super) value: &'a Value,
    pub(super) parent: usize,
    /// The key it stands under; its parent's in a list.
    pub(super) key: &'a str,
    pub(super) table: Table<'a>,
}

/// The values that numbers stand for, in the notation of Nuxt 3 (devalue): a list of all values, each naming its parts by their places.
pub(super) type Table<'a> = Option<&'a [Value]>;

/// The values of a page's scripts, laid out flat.
pub(super) struct State<'a> {
    pub(super) frames: Vec<Frame<'a>>,
    texts: &'a HashMap<String, String>,
    /// Objects of a normalised cache (Apollo), by their key.
    entities: HashMap<&'a str, &'a Value>,
}

impl<'a> State<'a> {
    /// Lays the values out, the outer ones first.
    pub(super) fn of(scripts: &'a ScriptValues) -> State<'a> {
        let mut state = State { frames: Vec::new(), texts: &scripts.texts, entities: HashMap::new() };
        let mut seen: HashSet<*const Value> = HashSet::new();
        for value in &scripts.values {
            let table = table(value);
            let root = table.and_then(|all| all.first()).map_or(value, |first| through(first, table));
            state.frames.push(Frame { value: root, parent: usize::MAX, key: "", table });
        }
        let mut at = 0;
        while at < state.frames.len() {
            let Frame { value, key, table, .. } = state.frames[at];
            let mut push = |frames: &mut Vec<Frame<'a>>, value: &'a Value, key: &'a str| {
                if (value.is_array() || value.is_object()) && frames.len() < MAX_FRAMES && seen.insert(std::ptr::from_ref(value))
                {
                    frames.push(Frame { value, parent: at, key, table });
                }
            };
            match value {
                Value::Array(items) => items.iter().for_each(|v| push(&mut state.frames, through(v, table), key)),
                Value::Object(fields) => {
                    for (key, value) in fields {
                        let value = through(value, table);
                        if value.get("__typename").is_some() {
                            state.entities.insert(key, value);
                        }
                        push(&mut state.frames, value, key);
                    }
                }
                _ => {}
            }
            at += 1;
        }
        state
    }

    /// What a part of a list or an object stands for: itself, or what it names.
    pub(super) fn part(&self, value: &'a Value, table: Table<'a>) -> &'a Value {
        let value = through(value, table);
        let named = match value.get("__ref") {
            Some(Value::String(name)) => Some(name),
            _ if value.get("type").and_then(Value::as_str) == Some("id") => match value.get("id") {
                Some(Value::String(name)) => Some(name),
                _ => None,
            },
            _ => None,
        };
        named.and_then(|name| self.entities.get(name.as_str()).copied()).unwrap_or(value)
    }

    /// A string, or the text that it names in the stream of Next.js.
    pub(super) fn text(&self, string: &'a str) -> &'a str {
        string.strip_prefix('$').and_then(|id| self.texts.get(id)).map_or(string, String::as_str)
    }

    /// True when a frame is a list; false where there is none.
    pub(super) fn is_list(&self, frame: usize) -> bool {
        self.frames.get(frame).is_some_and(|f| f.value.is_array())
    }

    /// A frame and those it stands in.
    pub(super) fn above(&self, frame: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(frame), |at| Some(self.frames[*at].parent).filter(|parent| *parent != usize::MAX))
    }

    /// The strings of an object that may be headlines, and those one object below, under their names.
    pub(super) fn short_strings(&self, frame: usize) -> impl Iterator<Item = (&'a str, &'a str)> {
        let Frame { value, table, .. } = self.frames[frame];
        let fields = |value: &'a Value| value.as_object().into_iter().flatten().take(MAX_FIELDS);
        fields(value)
            .flat_map(move |(name, value)| {
                let value = through(value, table);
                let own = value.as_str().map(|text| (name.as_str(), text));
                let below = fields(value).filter_map(move |(_, v)| Some((name.as_str(), through(v, table).as_str()?)));
                own.into_iter().chain(below)
            })
            .filter(|(_, text)| text.len() <= MAX_TITLE_BYTES)
    }
}

/// The table that a value is, if it is one: its first item names others by number.
fn table(value: &Value) -> Table<'_> {
    let items = value.as_array()?;
    let is_table = match items.first()? {
        Value::Array(first) => first.len() == 2 && first[0].is_string() && first[1].is_u64(),
        Value::Object(first) => !first.is_empty() && first.values().all(Value::is_number),
        _ => false,
    };
    (is_table && items.len() > 2).then_some(items)
}

/// What a number stands for in a table; a named wrapper (`["Ref", 7]`) is gone through.
pub(super) fn through<'a>(value: &'a Value, table: Table<'a>) -> &'a Value {
    let Some(all) = table else { return value };
    let place = |value: &Value| value.as_u64().and_then(|n| usize::try_from(n).ok()).and_then(|n| all.get(n));
    let mut value = place(value).unwrap_or(value);
    for _ in 0..MAX_WRAPPERS {
        match value {
            Value::Array(pair) if pair.len() == 2 && pair[0].is_string() => value = place(&pair[1]).unwrap_or(value),
            _ => break,
        }
    }
    value
}
