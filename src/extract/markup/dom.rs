//! The page as a flat list of nodes in reading order.
//!
//! In: a page's tree. Out: the flat view that every rule walks without recursion. Not done here: parsing (`tree`), judging nodes.

use super::tree::{DOCUMENT, NONE, Tree, TreeKind};
pub(in crate::extract) use super::tree::{Element, parse};

/// One node; its subtree is the run of nodes up to `end`.
pub(in crate::extract) struct Node<'a> {
    /// Where its parent stands; the root is its own parent.
    pub(in crate::extract) parent: usize,
    /// One past the last node of its subtree.
    pub(in crate::extract) end: usize,
    pub(in crate::extract) kind: Kind<'a>,
}

/// What a node is.
#[derive(Clone, Copy)]
pub(in crate::extract) enum Kind<'a> {
    Text(&'a str),
    Element(&'a Element),
}

/// The flat view of a tree: elements and texts in reading order.
pub(in crate::extract) struct Dom<'a> {
    pub(in crate::extract) nodes: Vec<Node<'a>>,
}

impl<'a> Dom<'a> {
    /// Lays a tree out flat.
    pub(in crate::extract) fn of(tree: &'a Tree) -> Dom<'a> {
        let mut nodes: Vec<Node<'a>> = Vec::with_capacity(tree.nodes.len());
        let mut open: Vec<usize> = Vec::new();
        let mut next = tree.nodes[DOCUMENT as usize].first_child;
        while next != NONE {
            let mut node = &tree.nodes[next as usize];
            let parent = open.last().copied().unwrap_or(0);
            match &node.kind {
                TreeKind::Text(text) => nodes.push(Node { parent, end: nodes.len() + 1, kind: Kind::Text(text) }),
                TreeKind::Element(element) => {
                    open.push(nodes.len());
                    nodes.push(Node { parent, end: nodes.len() + 1, kind: Kind::Element(element) });
                }
                TreeKind::Other => {}
            }
            next = node.first_child;
            while next == NONE {
                if matches!(node.kind, TreeKind::Element(_))
                    && let Some(at) = open.pop()
                {
                    nodes[at].end = nodes.len();
                }
                next = node.next;
                if next != NONE || node.parent == NONE {
                    break;
                }
                node = &tree.nodes[node.parent as usize];
            }
        }
        Dom { nodes }
    }

    /// The element at `at`, when it is one.
    pub(in crate::extract) fn element(&self, at: usize) -> Option<&'a Element> {
        match self.nodes.get(at)?.kind {
            Kind::Element(element) => Some(element),
            Kind::Text(_) => None,
        }
    }

    /// The name of the element at `at`; empty for a text.
    pub(in crate::extract) fn name(&self, at: usize) -> &'a str {
        self.element(at).map_or("", Element::name)
    }

    /// The text under `at`, white space collapsed, cut soon after `limit` bytes; scripts, styles and the reading of ruby left out.
    pub(in crate::extract) fn text(&self, at: usize, limit: usize) -> String {
        self.text_without(at, self.nodes[at].end, limit, |_| false)
    }

    /// The same up to the node `end`, without the elements that `leave_out` names.
    pub(in crate::extract) fn text_without(
        &self,
        at: usize,
        end: usize,
        limit: usize,
        leave_out: impl Fn(&Element) -> bool,
    ) -> String {
        let mut out = String::new();
        // The element itself is asked for, whatever it is.
        let mut i = if self.element(at).is_some() { at + 1 } else { at };
        while i < end && out.len() < limit {
            match self.nodes[i].kind {
                Kind::Text(text) => push_collapsed(&mut out, beginning(text, limit)),
                Kind::Element(element) => {
                    let is_silent = matches!(element.name(), "script" | "style" | "noscript" | "template" | "svg" | "rt" | "rp");
                    if is_silent || leave_out(element) {
                        i = self.nodes[i].end;
                        continue;
                    }
                    if matches!(element.name(), "br" | "p" | "div" | "li") {
                        push_collapsed(&mut out, " ");
                    }
                }
            }
            i += 1;
        }
        out.truncate(out.trim_end().len());
        out
    }

    /// The raw text inside a script.
    pub(in crate::extract) fn raw(&self, at: usize) -> &'a str {
        match self.nodes.get(at + 1).map(|n| n.kind) {
            Some(Kind::Text(text)) => text,
            _ => "",
        }
    }
}

/// So much of a text, white space before it not counted, that `limit` bytes are left of it when white space is collapsed in any real page.
fn beginning(text: &str, limit: usize) -> &str {
    let blank = text.len() - text.trim_start().len();
    &text[..text.floor_char_boundary(blank + 4 * limit)]
}

/// The value of an attribute.
pub(in crate::extract) fn attr<'a>(element: &'a Element, name: &str) -> Option<&'a str> {
    element.attrs().find(|(n, _)| *n == name).map(|(_, value)| value)
}

/// Appends text with every run of white space as one space; a leading run is kept only between words.
pub(in crate::extract) fn push_collapsed(out: &mut String, text: &str) {
    let mut pending = false;
    for (i, word) in text.split(|c: char| c.is_whitespace()).enumerate() {
        if i > 0 {
            pending = true;
        }
        if word.is_empty() {
            continue;
        }
        if pending && !out.is_empty() && !out.ends_with([' ', '\n']) {
            out.push(' ');
        }
        pending = false;
        out.push_str(word);
    }
    if pending && !out.is_empty() && !out.ends_with([' ', '\n']) {
        out.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_collapsed() {
        let html = parse("<p>  one\n two<b> three</b><script>x</script></p>", &mut Vec::new());
        let dom = Dom::of(&html);
        assert_eq!(dom.text(0, 100), "one two three");
    }
}
