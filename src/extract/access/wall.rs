//! Whether all of the article is there.
//!
//! In: the page's blocks, the lexicon, the metadata. Out: where the article ends because of a wall, and the verdict. The rule: a wall sentence
//! where the text stops decides; metadata alone is never more than a hint; a wall sentence that prose follows is decoration.

use super::paywall::WallLexicon;
use crate::extract::article::{Access, Paywall};
use crate::extract::content::blocks::{Block, BlockKind};
use crate::extract::content::boilerplate::Reason;
use crate::extract::markup::dom::{Dom, attr};
use crate::extract::wordings::phrases;
use crate::text::sentences::sentences;

/// Prose after a wall sentence that proves it to be decoration, letters.
const MIN_LETTERS_AFTER: usize = 300;
/// A block is prose from this length on, letters.
const MIN_PROSE_LETTERS: usize = 80;
/// A wall sentence is no longer, letters.
const MAX_WALL_LETTERS: usize = 250;
/// A wall stands within so many blocks of the text that it ends.
const REACH: usize = 12;
/// The same when the markup says that it is a dialog, a banner or a list.
const REACH_IN_BOILERPLATE: usize = 3;
/// A page with less prose may be nothing but a wall, letters.
const LITTLE_PROSE_LETTERS: usize = 500;
/// No page needs more wall sentences looked at.
const MAX_WALLS: usize = 20;
/// Blocks among which walls are looked for, so that a made page costs no more than a real one.
const MAX_BLOCKS: usize = 10_000;
/// So many blocks before a wall are compared with those after it.
const KIN_LOOKED_AT: usize = 8;
/// A text that is not free and shorter than this is probably a standfirst, letters.
const MAX_SLIGHT_LETTERS: usize = 300;
/// A share that makes the whole longer than this is a forgotten template on a complete page, letters.
const LONGEST_ARTICLE_LETTERS: f64 = 40_000.0;
/// Weak wordings count within so many blocks after the text.
const WEAK_REACH: usize = 4;

/// A strong wall sentence that ends the article.
pub(in crate::extract) struct Wall {
    /// The block it stands in.
    pub(in crate::extract) block: usize,
    pub(in crate::extract) paywall: Paywall,
}

/// Where comments begin: nothing after that is the article's.
pub(in crate::extract) fn end_of_flow(blocks: &[Block], reasons: &[Option<Reason>]) -> usize {
    let total: usize = blocks.iter().zip(reasons).filter(|(b, r)| r.is_none() && is_prose(b)).map(|(b, _)| b.letters).sum();
    let mut before = 0;
    for (i, block) in blocks.iter().enumerate() {
        if before * 3 > total && before > 300 && block.link_share() < 0.5 && phrases::begins_comments(&block.text) {
            return i;
        }
        if reasons[i].is_none() && is_prose(block) {
            before += block.letters;
        }
    }
    blocks.len()
}

fn is_prose(block: &Block) -> bool {
    block.letters >= MIN_PROSE_LETTERS && block.link_share() < 0.4 && !block.is_heading()
}

/// The strong wall sentences of the page, and which of them ends the article.
pub(in crate::extract) struct Walls {
    /// Blocks with a strong wording: none is text of the article.
    pub(in crate::extract) strong: Vec<usize>,
    pub(in crate::extract) ending: Option<Wall>,
    /// A strong wording with nothing of the article before it.
    pub(in crate::extract) bare: Option<String>,
}

/// Looks for strong wall sentences before `end`.
pub(in crate::extract) fn find(
    dom: &Dom<'_>,
    blocks: &[Block],
    reasons: &[Option<Reason>],
    end: usize,
    title_at: usize,
    walls: &WallLexicon,
) -> Walls {
    let strong: Vec<usize> = near_prose(blocks, reasons)
        .into_iter()
        .filter(|&i| {
            !matches!(reasons[i], Some(Reason::Comments | Reason::Caption | Reason::Tucked)) && blocks[i].kind != BlockKind::Item
        })
        .filter(|&i| blocks[i].letters < MAX_WALL_LETTERS && walls.is_strong(&blocks[i].text))
        .take(MAX_WALLS)
        .collect();
    let mut found = Walls { strong, ending: None, bare: None };
    for &at in found.strong.iter().take_while(|at| **at < end) {
        let before: Vec<usize> =
            (title_at..at).filter(|i| reasons[*i].is_none() && is_prose(&blocks[*i]) && !found.strong.contains(i)).collect();
        let marker = walls.marker(&blocks[at].text).unwrap_or(&blocks[at].text).to_owned();
        let Some(nearest) = before.last() else {
            found.bare.get_or_insert(marker);
            continue;
        };
        let reach = if reasons[at] == Some(Reason::Boilerplate) { REACH_IN_BOILERPLATE } else { REACH };
        if at - nearest > reach {
            continue;
        }
        let after = (at + 1..end)
            .filter(|i| reasons[*i].is_none() && !found.strong.contains(i))
            .filter(|i| is_prose(&blocks[*i]) && blocks[*i].ends_sentence() && !walls.is_offer(&blocks[*i].text))
            .filter(|i| before.iter().rev().take(KIN_LOOKED_AT).any(|b| are_kin(dom, &blocks[*b], &blocks[*i])));
        let (count, letters) = after.fold((0, 0), |(count, letters), i| (count + 1, letters + blocks[i].letters));
        if count >= 2 && letters >= MIN_LETTERS_AFTER {
            continue;
        }
        // The share may be stated a line or two away from the sentence.
        let missing_percent = (at..blocks.len().min(at + 4)).find_map(|i| walls.missing_percent(&blocks[i].text));
        let held: usize = before.iter().map(|i| blocks[*i].letters).sum();
        if missing_percent.is_some_and(|share| held as f64 > LONGEST_ARTICLE_LETTERS * (1.0 - share / 100.0)) {
            continue;
        }
        found.ending = Some(Wall { block: at, paywall: Paywall { marker, missing_percent } });
        break;
    }
    found
}

/// The blocks that stand within reach after prose; all of them on a page with next to none.
fn near_prose(blocks: &[Block], reasons: &[Option<Reason>]) -> Vec<usize> {
    let is_kept_prose = |i: usize| reasons[i].is_none() && is_prose(&blocks[i]);
    let letters: usize = (0..blocks.len()).filter(|i| is_kept_prose(*i)).map(|i| blocks[i].letters).sum();
    let mut last = (letters < LITTLE_PROSE_LETTERS).then_some(0);
    (0..blocks.len().min(MAX_BLOCKS))
        .filter(|&i| {
            let is_near = last.is_some_and(|at| i - at <= REACH || letters < LITTLE_PROSE_LETTERS);
            if is_kept_prose(i) {
                last = Some(i);
            }
            is_near
        })
        .collect()
}

/// True when two blocks stand in one flow: in the same element, or in neighbouring ones of the same class.
fn are_kin(dom: &Dom<'_>, a: &Block, b: &Block) -> bool {
    let (a, b) = (home(dom, a), home(dom, b));
    let class = |at: usize| dom.element(at).and_then(|e| attr(e, "class"));
    a == b
        || (dom.nodes[a].parent == dom.nodes[b].parent
            && dom.name(a) == dom.name(b)
            && class(a).is_some()
            && class(a) == class(b))
}

/// The element in whose flow a block stands.
fn home(dom: &Dom<'_>, block: &Block) -> usize {
    if block.kind == BlockKind::Loose { block.element } else { dom.nodes[block.element].parent }
}

/// What the metadata hints at.
pub(in crate::extract) struct Claims {
    /// The page says that it is locked (`article:content_tier`).
    pub(in crate::extract) is_locked: bool,
    /// The page says that it is not free.
    pub(in crate::extract) is_unfree: bool,
    /// The number of words that the page says it has.
    pub(in crate::extract) words: Option<usize>,
}

/// The verdict when no strong sentence ended the text: a weak wording just after it, and another sign of a cut.
pub(in crate::extract) fn weak_verdict(
    blocks: &[Block],
    kept: &[usize],
    reasons: &[Option<Reason>],
    claims: &Claims,
    walls: &WallLexicon,
) -> Option<Paywall> {
    let last = *kept.last()?;
    let letters: usize = kept.iter().map(|i| blocks[*i].letters).sum();
    let words: usize = kept.iter().map(|i| blocks[*i].text.split_whitespace().count()).sum();
    let text = blocks[last].text.trim_end();
    let is_cut_off = text.ends_with("...") || text.ends_with('…') || text.ends_with("[…]");
    let is_short = claims.words.is_some_and(|stated| stated > 150 && words * 2 < stated);
    if letters > MIN_LETTERS_AFTER && is_cut_in_word(text) {
        return Some(Paywall { marker: sentences(text).last().map_or(text, |s| *s).to_owned(), missing_percent: None });
    }
    let is_slight = claims.is_unfree && letters < MAX_SLIGHT_LETTERS;
    if !(is_cut_off || is_short || claims.is_locked || is_slight) {
        return None;
    }
    let near = (last + 1..blocks.len())
        .filter(|i| !matches!(reasons[*i], Some(Reason::Comments | Reason::Caption | Reason::Byline | Reason::Tucked)))
        .take(WEAK_REACH);
    let weak = near.into_iter().find(|i| walls.is_weak(&blocks[*i].text));
    match weak {
        Some(at) => Some(Paywall { marker: blocks[at].text.clone(), missing_percent: walls.missing_percent(&blocks[at].text) }),
        None if claims.is_unfree && (is_cut_off || is_short || (is_slight && claims.is_locked)) => {
            Some(Paywall { marker: blocks[last].text.clone(), missing_percent: None })
        }
        None => None,
    }
}

/// True for a text that stops after one consonant of a word: "it is even n…".
fn is_cut_in_word(text: &str) -> bool {
    let Some(rest) = text.strip_suffix('…').or_else(|| text.strip_suffix("...")) else { return false };
    let word = rest.rsplit(char::is_whitespace).next().unwrap_or_default();
    word.len() == 1 && word.chars().all(|c| c.is_ascii_lowercase() && !matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y'))
}

/// What a status says of access, when it says anything.
pub(in crate::extract) fn access_of_status(status: u16) -> Option<Access> {
    matches!(status, 401 | 402 | 403 | 451).then_some(Access::Blocked)
}
