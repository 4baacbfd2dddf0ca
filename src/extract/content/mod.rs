//! The article's blocks among those of the page.
//!
//! In: blocks, hints, reasons to leave blocks out, and what the metadata says (headline, description, body). Out: the blocks of the article in
//! reading order, and where they end. Not done here: wall sentences.

pub(in crate::extract) mod blocks;
pub(in crate::extract) mod boilerplate;
pub(in crate::extract) mod boxes;
mod hint_words;
pub(in crate::extract) mod hints;
pub(in crate::extract) mod notes;
pub(in crate::extract) mod parts;
pub(in crate::extract) mod stated_body;
pub(in crate::extract) mod text;

use std::collections::HashSet;

use crate::extract::markup::dom::{Dom, attr};
use crate::extract::wordings::phrases;
use blocks::{Block, BlockKind, letters};
use boilerplate::{Prose, Reason, weight};
use hints::Hints;
use text::key;

/// What the rules know of the page.
pub(in crate::extract) struct PageView<'a> {
    pub(in crate::extract) dom: &'a Dom<'a>,
    pub(in crate::extract) hints: &'a [Hints],
    pub(in crate::extract) blocks: &'a [Block],
    pub(in crate::extract) reasons: &'a [Option<Reason>],
    /// The headline, and its other forms, as keys.
    pub(in crate::extract) titles: &'a [String],
    /// The description in the metadata, as a key.
    pub(in crate::extract) description: String,
    /// Keys of the paragraphs of the body that the metadata holds.
    pub(in crate::extract) stated_body: &'a str,
    /// No block from here on is of the article.
    pub(in crate::extract) end: usize,
}

/// The article's blocks.
pub(in crate::extract) struct Content {
    /// Places in the list of blocks, in order.
    pub(in crate::extract) kept: Vec<usize>,
}

/// A card that shows another article has no more blocks.
const MAX_CARD_BLOCKS: usize = 6;
/// A line between a card's heading and its text is no longer, letters.
const MAX_CARD_LABEL_LETTERS: usize = 40;
/// What a letter of a short line in a body is worth beside a letter of prose.
const SHORT_LINE_WORTH: f32 = 0.5;
/// An element that declares itself the article's body (schema.org) is it from this share of the prose on.
const DECLARED_BODY_SHARE: f32 = 0.15;
/// More headings than this at the end are a list that the article ends with.
const MAX_LAST_HEADINGS: usize = 3;
/// A sibling of the body goes on with it when it holds a paragraph of so many letters.
const MIN_KIN_LETTERS: usize = 80;
/// A second element that is named as a body counts from this weight of prose on.
const MIN_BODY_WEIGHT: f32 = 200.0;
/// Blocks times the length of the body that the metadata holds, in which each is looked for, bytes; only made pages have more.
const MAX_COMPARED_BYTES: usize = 200_000_000;
/// The share of the prose that a child must hold for the search to go into it.
const CHILD_SHARE: f32 = 0.72;
/// The same inside an element that is named as an article's body.
const CHILD_SHARE_IN_BODY: f32 = 0.9;

/// Chooses the article's blocks.
pub(in crate::extract) fn choose(view: &PageView<'_>) -> Content {
    let heading = title_heading(view);
    let mut weights: Vec<f32> = (0..view.blocks.len()).map(|i| block_weight(view, i)).collect();
    count_short_lines(view, &mut weights);
    let after_title: f32 = weights.iter().skip(heading.unwrap_or(0)).sum();
    let all: f32 = weights.iter().sum();
    let begin = match heading {
        Some(at) if after_title > 0.25 * all => at,
        _ => 0,
    };
    let prose = Prose::of(view.blocks, |i, _| if i >= begin && i < view.end { weights[i] } else { 0.0 });
    let ranges: Vec<_> = containers(view, &prose).into_iter().map(|at| prose.range(view.dom, at)).collect();
    let mut kept = standfirst(view, begin, ranges.first().map_or(0, |r| r.start));
    for range in ranges {
        kept.extend((range.start.max(begin)..range.end.min(view.end)).filter(|i| is_kept(view, *i)));
    }
    trim(view, &mut kept);
    Content { kept }
}

/// The heading that shows the title.
fn title_heading(view: &PageView<'_>) -> Option<usize> {
    let matches = |i: &usize| {
        let block = &view.blocks[*i];
        let key = key(&block.text);
        key.len() >= 8 && view.titles.iter().any(|t| *t == key || (key.len() > 20 && t.starts_with(&key)))
    };
    let indices = || 0..view.blocks.len().min(view.end);
    indices()
        .filter(|i| view.blocks[*i].kind == BlockKind::Heading(1))
        .find(matches)
        .or_else(|| indices().filter(|i| view.blocks[*i].is_heading()).find(matches))
        .or_else(|| indices().find(matches))
}

fn block_weight(view: &PageView<'_>, i: usize) -> f32 {
    if view.reasons[i].is_some() || is_teaser(view, i) {
        return 0.0;
    }
    let block = &view.blocks[i];
    let mut weight = weight(block);
    let is_compared = view.stated_body.len() > 200 && i < MAX_COMPARED_BYTES / view.stated_body.len();
    if weight > 0.0 && is_compared && block.letters > 40 && view.stated_body.contains(probe(&key(&block.text))) {
        weight *= 4.0;
    }
    weight
}

/// True for text in a card: a small element of its own with a heading that is nothing but a link. So lists show other articles.
fn is_teaser(view: &PageView<'_>, i: usize) -> bool {
    if view.blocks[i].is_heading() {
        return false;
    }
    // Between them stand at most a name, a date, a label.
    let is_small = |j: &usize| view.blocks[*j].is_heading() || view.blocks[*j].letters < MAX_CARD_LABEL_LETTERS;
    let mut above = (0..i).rev().take(MAX_CARD_BLOCKS).enumerate().take_while(|(n, j)| *n == 0 || is_small(j)).map(|(_, j)| j);
    let Some(heading) = above.find(|j| view.blocks[*j].is_heading()) else { return false };
    if view.blocks[heading].link_share() < 0.9 {
        return false;
    }
    let mut card = view.blocks[heading].element;
    while card > 0 && view.dom.nodes[card].end <= view.blocks[i].at {
        card = view.dom.nodes[card].parent;
    }
    let end = view.dom.nodes[card].end;
    let begin = heading.saturating_sub(MAX_CARD_BLOCKS);
    view.blocks[begin..].iter().take_while(|b| b.at < end).filter(|b| b.at > card).take(MAX_CARD_BLOCKS + 1).count()
        <= MAX_CARD_BLOCKS
}

/// Short lines are no prose anywhere but inside an element that is named as the body: there they are the article's lists.
fn count_short_lines(view: &PageView<'_>, weights: &mut [f32]) {
    let mut until = 0;
    let mut block = 0;
    for at in 0..view.dom.nodes.len() {
        if view.hints[at].is_body {
            until = until.max(view.dom.nodes[at].end);
        }
        while view.blocks.get(block).is_some_and(|b| b.at <= at) {
            let is_free =
                view.reasons[block].is_none() && view.blocks[block].link_share() < 0.3 && !view.blocks[block].is_heading();
            if at < until && weights[block] == 0.0 && is_free {
                weights[block] = SHORT_LINE_WORTH * view.blocks[block].letters as f32;
            }
            block += 1;
        }
    }
}

/// The beginning of a key, enough to be found by.
fn probe(key: &str) -> &str {
    &key[..key.floor_char_boundary(60)]
}

/// The elements that hold the article, in reading order: the innermost one with most of the prose, and its kin.
fn containers(view: &PageView<'_>, prose: &Prose) -> Vec<usize> {
    let dom = view.dom;
    let total = prose.total();
    let mut at = 0;
    if total <= 0.0 {
        return vec![at];
    }
    let mut in_body = false;
    if let Some(body) = named_body(view, prose) {
        at = body;
        in_body = true;
    }
    loop {
        let here = prose.inside(dom, at);
        let mut heaviest: Option<(usize, f32)> = None;
        for child in children(dom, at) {
            let inside = prose.inside(dom, child);
            if heaviest.is_none_or(|(_, w)| inside > w) {
                heaviest = Some((child, inside));
            }
        }
        let Some((child, inside)) = heaviest else { break };
        let share = if in_body { CHILD_SHARE_IN_BODY } else { CHILD_SHARE };
        let wanted = if matches!(dom.name(child), "article" | "main") || view.hints[child].is_body { share * 0.7 } else { share };
        if inside < wanted * here
            || matches!(dom.name(child), "p" | "blockquote" | "ul" | "ol" | "li" | "a" | "span" | "pre" | "table")
        {
            break;
        }
        at = child;
        in_body |= view.hints[child].is_body;
    }
    let mut out = vec![at];
    while at > 0 {
        let parent = dom.nodes[at].parent;
        out.extend(children(dom, parent).filter(|other| *other != at && is_kin(view, prose, at, *other)));
        at = parent;
    }
    out.sort_unstable();
    out
}

/// The heaviest element that calls itself the body.
fn named_body(view: &PageView<'_>, prose: &Prose) -> Option<usize> {
    let mut best: Option<(usize, f32)> = None;
    for i in 0..view.dom.nodes.len() {
        if view.hints[i].is_body && view.dom.element(i).is_some() {
            let inside = prose.inside(view.dom, i);
            let is_declared =
                view.dom.element(i).and_then(|e| attr(e, "itemprop")).is_some_and(|p| p.eq_ignore_ascii_case("articleBody"));
            let wanted = if is_declared { DECLARED_BODY_SHARE } else { 0.5 };
            if inside > wanted * prose.total() && best.is_none_or(|(_, w)| inside >= 0.9 * w) {
                best = Some((i, inside));
            }
        }
    }
    best.map(|(at, _)| at)
}

/// The elements directly under the one at `at`.
fn children<'a>(dom: &'a Dom<'_>, at: usize) -> impl Iterator<Item = usize> + 'a {
    let end = dom.nodes[at].end;
    let mut next = at + 1;
    std::iter::from_fn(move || {
        while next < end {
            let child = next;
            next = dom.nodes[child].end;
            if dom.element(child).is_some() {
                return Some(child);
            }
        }
        None
    })
}

/// True when `other`, a sibling of the chosen `child`, goes on with the same text: a paragraph of prose beside it, or a piece of the same make.
fn is_kin(view: &PageView<'_>, prose: &Prose, child: usize, other: usize) -> bool {
    let dom = view.dom;
    let Some(element) = dom.element(other) else { return false };
    let range = prose.range(dom, other);
    let is_prose = |i: usize| {
        let block = &view.blocks[i];
        view.reasons[i].is_none()
            && !is_teaser(view, i)
            && block.letters >= MIN_KIN_LETTERS
            && block.link_share() < 0.3
            && block.ends_sentence()
            && !block.is_heading()
    };
    let is_alike = match element.name() {
        "p" | "blockquote" => true,
        "article" => false,
        name => {
            let class = attr(element, "class");
            name == dom.name(child) && class.is_some() && class == dom.element(child).and_then(|e| attr(e, "class"))
                || view.hints[other].is_body && prose.inside(dom, other) > MIN_BODY_WEIGHT
        }
    };
    is_alike && !range.clone().any(|i| view.blocks[i].kind == BlockKind::Heading(1)) && range.into_iter().any(is_prose)
}

/// Paragraphs between headline and body that are marked as the standfirst or say what the description says.
fn standfirst(view: &PageView<'_>, begin: usize, body: usize) -> Vec<usize> {
    let mut out = Vec::new();
    for i in begin..body.min(view.end) {
        let block = &view.blocks[i];
        if block.letters < 40 || block.link_share() > 0.3 || matches!(block.kind, BlockKind::Heading(1)) {
            continue;
        }
        let key = key(&block.text);
        let is_described = view.description.len() > 40
            && (view.description.starts_with(probe(&key)) || key.starts_with(probe(&view.description)));
        let is_marked = view.reasons[i].is_none() && is_lede(view, block.element);
        if (is_described || is_marked) && !view.titles.contains(&key) {
            out.push(i);
        }
    }
    out.truncate(3);
    out
}

fn is_lede(view: &PageView<'_>, element: usize) -> bool {
    let mut at = element;
    for _ in 0..3 {
        if view.hints[at].is_lede {
            return true;
        }
        at = view.dom.nodes[at].parent;
    }
    false
}

/// Judges one block inside the container.
fn is_kept(view: &PageView<'_>, i: usize) -> bool {
    let block = &view.blocks[i];
    if view.reasons[i].is_some() || block.letters == 0 || is_teaser(view, i) {
        return false;
    }
    let link_share = block.link_share();
    match block.kind {
        BlockKind::Heading(_) => link_share < 0.6 && !phrases::is_list_title(&block.text),
        BlockKind::Paragraph => {
            if link_share > 0.75 && (block.letters < 150 || !block.ends_sentence()) {
                return false;
            }
            !phrases::is_chrome(&block.text)
        }
        BlockKind::Item => {
            let is_sentence = block.letters >= MIN_KIN_LETTERS && block.ends_sentence();
            link_share <= if is_sentence { 0.8 } else { 0.6 } && !phrases::is_chrome(&block.text)
        }
        BlockKind::Row => link_share < 0.6,
        BlockKind::Loose => {
            link_share < 0.5
                && !phrases::is_chrome(&block.text)
                && (block.ends_sentence() || block.letters > 60 || block.is_piece || is_cell(view, block.element))
        }
    }
}

fn is_cell(view: &PageView<'_>, element: usize) -> bool {
    matches!(view.dom.name(element), "td" | "th" | "blockquote")
}

/// Takes off what stands before and after the article in the same flow: headline, byline, date, list titles, lists of links.
fn trim(view: &PageView<'_>, kept: &mut Vec<usize>) {
    let mut seen = HashSet::new();
    kept.retain(|i| seen.insert(*i));
    // The headline, wherever it was repeated; and what stands above it when that is little.
    if let Some(at) = kept.iter().take(12).position(|i| is_title(view, &view.blocks[*i].text)) {
        let above: usize = kept[..at].iter().map(|i| view.blocks[*i].letters).sum();
        let below: usize = kept[at + 1..].iter().map(|i| view.blocks[*i].letters).sum();
        if above * 5 < below {
            kept.drain(..=at);
        } else {
            kept.remove(at);
        }
    }
    kept.retain(|i| !is_title(view, &view.blocks[*i].text));
    while let Some(first) = kept.first() {
        let block = &view.blocks[*first];
        let is_label = block.letters < 40 && !block.ends_sentence() && !block.is_heading() && kept.len() > 2;
        if is_label || phrases::is_byline(&block.text) {
            kept.remove(0)
        } else {
            break;
        };
    }
    // A heading at the end is the next thing's; a run of them is a list.
    let is_run =
        kept.len() > MAX_LAST_HEADINGS && kept[kept.len() - MAX_LAST_HEADINGS - 1..].iter().all(|i| view.blocks[*i].is_heading());
    while let Some(last) = kept.last() {
        let block = &view.blocks[*last];
        if (block.is_heading() && !is_run) || phrases::is_list_title(&block.text) || phrases::is_byline(&block.text) {
            kept.pop();
        } else {
            break;
        }
    }
}

fn is_title(view: &PageView<'_>, text: &str) -> bool {
    text.len() < 500 && {
        let key = key(text);
        key.len() >= 8 && view.titles.contains(&key)
    }
}

/// The letters of the kept blocks.
pub(in crate::extract) fn kept_letters(view: &PageView<'_>, content: &Content) -> usize {
    content.kept.iter().map(|i| letters(&view.blocks[*i].text)).sum()
}
