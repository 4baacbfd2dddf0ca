//! Which blocks are the page and not the article.
//!
//! In: the flat view, the blocks, the markup's hints. Out: for each block why it is left out, if it is. Hints are weighed: an element that
//! holds most of the page's prose is its wrapper, whatever its class says. Not done here: wall sentences (`paywall`), choosing the body (`content`).

use std::collections::{HashMap, HashSet};

use super::blocks::{Block, BlockKind};
use super::hints::Hints;
use crate::extract::access::paywall::WallLexicon;
use crate::extract::markup::dom::{Dom, attr};
use crate::extract::wordings::phrases;

/// Why a block is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::extract) enum Reason {
    /// Navigation, sharing, promotion, other articles, forms.
    Boilerplate,
    /// Readers' comments.
    Comments,
    /// A picture's caption.
    Caption,
    /// Names and dates.
    Byline,
    /// Shown only when a script says so.
    Tucked,
    /// An offer to subscribe.
    Wall,
}

/// An element may hold this share of the page's prose and still be left out for the reason its names give.
fn most_share(reason: Reason) -> f32 {
    match reason {
        Reason::Comments => 0.8,
        Reason::Boilerplate => 0.35,
        Reason::Wall => 0.3,
        Reason::Caption => 0.2,
        Reason::Byline | Reason::Tucked => 0.15,
    }
}

/// Prose besides the comments that makes an article, letters.
const MIN_ARTICLE_BESIDES_COMMENTS: f32 = 500.0;

/// A paragraph of this weight may be text that a wall's class marks as locked.
const MIN_LOCKED_PROSE: f32 = 60.0;
/// The article has begun when it holds so much prose, letters.
const MIN_BEFORE_LIST: f32 = 200.0;
/// Prose besides a page's footer that makes a short report, letters.
const MIN_BESIDES_FOOTER: f32 = 150.0;
/// A class whose elements hold this share of the page's prose says nothing of boilerplate.
const MOST_SHARE_OF_A_CLASS: f32 = 0.5;

/// Prose by place: how much of it lies in any subtree, in constant time after one pass.
pub(in crate::extract) struct Prose {
    /// `sums[i]`: the weight of the blocks before block `i`.
    sums: Vec<f32>,
    places: Vec<usize>,
}

impl Prose {
    /// Sums the weights of the blocks; `weigh` is called once for each.
    pub(in crate::extract) fn of<'b>(blocks: &'b [Block], mut weigh: impl FnMut(usize, &'b Block) -> f32) -> Prose {
        let mut sums = Vec::with_capacity(blocks.len() + 1);
        let mut sum = 0.0;
        sums.push(sum);
        for (i, block) in blocks.iter().enumerate() {
            sum += weigh(i, block);
            sums.push(sum);
        }
        Prose { sums, places: blocks.iter().map(|b| b.at).collect() }
    }

    /// The weight of all blocks.
    pub(in crate::extract) fn total(&self) -> f32 {
        self.sums.last().copied().unwrap_or(0.0)
    }

    /// The blocks inside the element at `at`.
    pub(in crate::extract) fn range(&self, dom: &Dom<'_>, at: usize) -> std::ops::Range<usize> {
        let end = dom.nodes.get(at).map_or(at, |n| n.end);
        self.places.partition_point(|p| *p < at)..self.places.partition_point(|p| *p < end)
    }

    /// The weight inside the element at `at`.
    pub(in crate::extract) fn inside(&self, dom: &Dom<'_>, at: usize) -> f32 {
        let range = self.range(dom, at);
        self.sums[range.end] - self.sums[range.start]
    }
}

/// How much a block looks like prose, in letters.
pub(in crate::extract) fn weight(block: &Block) -> f32 {
    let share = block.link_share();
    if share > 0.5 || block.letters < 25 || (block.letters < 60 && !block.ends_sentence()) {
        return 0.0;
    }
    let kind = match block.kind {
        BlockKind::Paragraph => 1.0,
        BlockKind::Loose if block.is_piece => 0.9,
        BlockKind::Loose => 0.7,
        BlockKind::Item => 0.4,
        BlockKind::Row => 0.3,
        BlockKind::Heading(_) => 0.0,
    };
    // A page-long paragraph is not worth more than a few real ones.
    kind * (block.letters as f32).min(1500.0) * (1.0 - share)
}

/// Judges every block by the elements around it.
pub(in crate::extract) fn judge(dom: &Dom<'_>, hints: &[Hints], blocks: &[Block], walls: &WallLexicon) -> Vec<Option<Reason>> {
    let mut reasons = vec![None; blocks.len()];
    // A text that recurs counts once: notices in place of embedded things are no prose, however many.
    let mut seen = HashSet::new();
    let prose = Prose::of(blocks, |_, block| match weight(block) {
        weight if weight > 0.0 && seen.insert(block.text.as_str()) => weight,
        _ => 0.0,
    });
    let total = prose.total().max(1.0);
    let bodies: Vec<usize> = (0..dom.nodes.len())
        .filter(|&at| {
            (hints[at].is_body || matches!(dom.name(at), "h1" | "main"))
                && (dom.name(at) == "h1" || prose.inside(dom, at) > 0.2 * total)
        })
        .collect();
    let uses = Uses::of(dom, hints, &prose);
    // A class that speaks of a wall marks the wall's box, or the text behind it: in the box stand offers.
    let holds_prose = |at: usize| {
        let inside = &blocks[prose.range(dom, at)];
        inside.iter().any(|b| weight(b) > MIN_LOCKED_PROSE)
            && !inside.iter().any(|b| walls.is_strong(&b.text) || walls.is_offer(&b.text))
    };
    let mut at = 0;
    while at < dom.nodes.len() {
        if let Some(reason) = reason(hints[at])
            && !matches!(dom.name(at), "html" | "body" | "main" | "h1" | "a" | "span" | "b" | "strong" | "em" | "i")
            && !(reason == Reason::Wall && holds_prose(at))
        {
            let end = dom.nodes[at].end;
            let inside = prose.inside(dom, at);
            let share = inside / total;
            let first = bodies.partition_point(|b| *b < at);
            let holds_body = bodies.get(first).is_some_and(|b| *b < end && share > 0.02);
            let is_article = share > 0.1 && (dom.name(at) == "article" || hints[at].is_body);
            // Comments may outweigh the article, as long as there is one besides.
            let is_lively = reason == Reason::Comments && total * (1.0 - share) > MIN_ARTICLE_BESIDES_COMMENTS;
            // A page's footer may outweigh a short report.
            let is_footer =
                reason == Reason::Boilerplate && share < 0.9 && is_frame(dom, at) && total - inside > MIN_BESIDES_FOOTER;
            let is_used_for_prose = uses.of_class(dom, at) > MOST_SHARE_OF_A_CLASS * total;
            let is_small = share <= most_share(reason) && !is_used_for_prose;
            if (is_small || is_lively || is_footer) && !holds_body && !is_article {
                for i in prose.range(dom, at) {
                    reasons[i] = Some(reason);
                }
                at = end;
                continue;
            }
        }
        at += 1;
    }
    mark_lists(dom, blocks, &prose, &mut reasons);
    reasons
}

/// Marks elements that open with the title of a list of other articles, once the article has begun.
fn mark_lists(dom: &Dom<'_>, blocks: &[Block], prose: &Prose, reasons: &mut [Option<Reason>]) {
    let headline = blocks.iter().position(|b| b.kind == BlockKind::Heading(1)).unwrap_or(0);
    let mut before = 0.0;
    for i in headline..blocks.len() {
        let block = &blocks[i];
        if before >= MIN_BEFORE_LIST && block.is_heading() && phrases::is_list_title(&block.text) {
            let mut at = block.element;
            while at > 0 && prose.range(dom, dom.nodes[at].parent).start == i {
                at = dom.nodes[at].parent;
            }
            for reason in &mut reasons[prose.range(dom, at)] {
                reason.get_or_insert(Reason::Boilerplate);
            }
        }
        if reasons[i].is_none() {
            before += weight(block);
        }
    }
}

/// True for the frame around every page of a site.
fn is_frame(dom: &Dom<'_>, at: usize) -> bool {
    let Some(element) = dom.element(at) else { return false };
    matches!(element.name(), "footer" | "nav")
        || attr(element, "role").is_some_and(|role| matches!(role, "contentinfo" | "navigation"))
        || ["class", "id"]
            .iter()
            .filter_map(|name| attr(element, name))
            .any(|names| names.to_ascii_lowercase().contains("footer"))
}

/// What the classes that hint at boilerplate are used for: some page builders give every paragraph a widget's class.
struct Uses<'a> {
    /// By class: the prose in its elements, and where the last of them ends.
    prose: HashMap<&'a str, (f32, usize)>,
}

impl<'a> Uses<'a> {
    fn of(dom: &Dom<'a>, hints: &[Hints], prose: &Prose) -> Uses<'a> {
        let mut uses: HashMap<&'a str, (f32, usize)> = HashMap::new();
        let pictures: Vec<usize> = (0..dom.nodes.len()).filter(|at| matches!(dom.name(*at), "img" | "figure")).collect();
        for (at, hint) in hints.iter().enumerate() {
            if reason(*hint) == Some(Reason::Boilerplate)
                && let Some(class) = dom.element(at).and_then(|e| attr(e, "class"))
            {
                let (weight, end) = uses.entry(class).or_default();
                if at >= *end {
                    // What goes with a picture is its caption.
                    let picture = pictures.get(pictures.partition_point(|p| *p < at));
                    if picture.is_none_or(|p| *p >= dom.nodes[at].end) {
                        *weight += prose.inside(dom, at);
                    }
                    *end = dom.nodes[at].end;
                }
            }
        }
        Uses { prose: uses }
    }

    /// The prose in all elements of the class of the one at `at`.
    fn of_class(&self, dom: &Dom<'a>, at: usize) -> f32 {
        dom.element(at).and_then(|e| attr(e, "class")).and_then(|class| self.prose.get(class)).map_or(0.0, |(weight, _)| *weight)
    }
}

fn reason(hints: Hints) -> Option<Reason> {
    if hints.is_comments {
        Some(Reason::Comments)
    } else if hints.is_tucked {
        Some(Reason::Tucked)
    } else if hints.is_wall {
        Some(Reason::Wall)
    } else if hints.is_boilerplate || hints.is_aside {
        Some(Reason::Boilerplate)
    } else if hints.is_caption {
        Some(Reason::Caption)
    } else if hints.is_byline {
        Some(Reason::Byline)
    } else {
        None
    }
}
