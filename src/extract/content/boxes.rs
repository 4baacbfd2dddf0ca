//! Boxes inside the article that offer something: an account, a subscription, a newsletter.
//!
//! In: the flat view, the blocks, those kept, the wall lexicon. Out: the kept ones without such boxes. One line gives a box away; the rest of it
//! (what the account is good for, a form's labels) is found by structure: the largest element around that line that holds nothing but short lines.

use super::blocks::Block;
use super::boilerplate::Prose;
use crate::extract::access::paywall::WallLexicon;
use crate::extract::markup::dom::Dom;

/// A line that gives a box away is no longer, letters.
const MAX_OFFER_LETTERS: usize = 200;
/// Every other line of a box is shorter, letters.
const MAX_LINE_LETTERS: usize = 120;
/// A box has no more lines.
const MAX_LINES: usize = 20;
/// Blocks among which boxes are looked for, so that a made page costs no more than a real one.
const MAX_BLOCKS: usize = 5_000;
/// So many kept blocks stand above the first box.
const MIN_BEFORE: usize = 2;
/// A box holds no more of the kept text than one part in so many.
const MIN_PARTS: usize = 3;

/// Drops the kept blocks that stand in such a box.
pub(in crate::extract) fn drop(dom: &Dom<'_>, all: &[Block], walls: &WallLexicon, kept: &mut Vec<usize>) {
    // Nothing is dropped above the first sentences: a label beside the headline gives nothing away.
    let (Some(&first), Some(&last)) = (kept.get(MIN_BEFORE), kept.last()) else { return };
    let letters: usize = kept.iter().map(|i| all[*i].letters).sum();
    let places = Prose::of(all, |_, _| 0.0);
    let mut until = 0;
    let mut boxes = Vec::new();
    for i in (first..=last).take(MAX_BLOCKS) {
        let block = &all[i];
        if i < until || block.letters > MAX_OFFER_LETTERS || !(walls.is_offer(&block.text) || walls.is_decoy(&block.text)) {
            continue;
        }
        let is_short = |j: usize| {
            all[j].letters <= MAX_LINE_LETTERS || (all[j].letters <= MAX_OFFER_LETTERS && walls.is_offer(&all[j].text))
        };
        let mut at = block.element;
        let mut found = None;
        while at > 0 {
            let range = places.range(dom, at);
            let held: usize = range.clone().map(|j| all[j].letters).sum();
            if range.start < first || range.len() > MAX_LINES || held * MIN_PARTS > letters || !range.clone().all(is_short) {
                break;
            }
            found = Some(range);
            at = dom.nodes[at].parent;
        }
        if let Some(range) = found.filter(|range| range.len() > 1) {
            until = range.end;
            boxes.push(range);
        }
    }
    kept.retain(|i| !boxes.iter().any(|range| range.contains(i)));
}
