//! What an article says in the terms of a topic.
//!
//! In: an article and a lexicon. Out: the [`Reading`]: the folded text, what was masked, and the terms that remain, by where they stand.
//! Not done here: deciding what they amount to.

use std::ops::Range;

use super::lexicon::{Hit, Lexicon, Meaning};
use super::outcome::Zone;
use super::pattern::{self, Place};
use super::spec::ZoneRule;
use crate::extract::Article;
use crate::text::letters::is_syllable;
use crate::text::matching::Folded;

/// A paragraph of at most so many characters without a full stop may be the headline of another piece.
const HEADLINE_CHARACTERS: usize = 160;

/// The lead ends after so many columns, however few paragraphs it has: many feeds give the whole text as one.
const LEAD_COLUMNS: usize = 800;

/// Text is read up to so many bytes: a longer page is an archive, not an article.
const READ_BYTES: usize = 400_000;

/// A dateline ends within so many columns.
const DATELINE_COLUMNS: usize = 60;

/// So many different masked words are shown.
const MASKED_SHOWN: usize = 20;

/// A term can only overlap the last few before it.
const OVERLAP_DEPTH: usize = 8;

/// An article folded for matching, once for all topics.
pub(super) struct Prepared<'a> {
    folded: Folded,
    /// The title, then the paragraphs.
    pieces: Vec<&'a str>,
}

impl<'a> Prepared<'a> {
    /// Folds an article.
    pub(super) fn of(article: &'a Article) -> Prepared<'a> {
        let mut folded = Folded::with_capacity(article.paragraphs.iter().map(String::len).sum::<usize>().min(READ_BYTES));
        let mut pieces = Vec::with_capacity(article.paragraphs.len() + 1);
        let mut left = READ_BYTES;
        for piece in std::iter::once(&article.title).chain(&article.paragraphs) {
            let piece = &piece[..piece.floor_char_boundary(left)];
            folded.push(piece);
            pieces.push(piece);
            left -= piece.len();
            if left == 0 {
                break;
            }
        }
        Prepared { folded, pieces }
    }

    /// What patterns are checked against.
    pub(super) fn place(&self) -> Place<'_> {
        Place { folded: &self.folded, pieces: &self.pieces }
    }
}

/// An article in the terms of a topic.
pub(super) struct Reading<'a> {
    pub folded: &'a Folded,
    /// The title, then the paragraphs.
    pub pieces: &'a [&'a str],
    /// Terms that are not masked and not in a skipped piece, by where they begin.
    pub hits: Vec<Hit>,
    /// The masked words as they stand.
    pub masked: Vec<String>,
    lead_end: usize,
}

impl Reading<'_> {
    /// The part of the article that holds a folded offset.
    pub(super) fn zone(&self, offset: usize) -> Zone {
        match self.folded.piece_at(offset) {
            0 => Zone::Title,
            _ if offset < self.lead_end => Zone::Lead,
            _ => Zone::Body,
        }
    }

    /// The words at a range, as they stand in the article.
    pub(super) fn original(&self, range: &Range<usize>) -> &str {
        pattern::original(&Place { folded: self.folded, pieces: self.pieces }, range)
    }

    /// The length of the lead, in columns.
    pub(super) fn lead_columns(&self) -> usize {
        columns(&self.folded.as_str()[self.folded.piece(0).end..self.lead_end])
    }

    /// The length of what follows the lead, in columns.
    pub(super) fn body_columns(&self) -> usize {
        columns(&self.folded.as_str()[self.lead_end..])
    }
}

/// Reads an article.
pub(super) fn read<'a>(article: &'a Prepared<'a>, lexicon: &Lexicon, zones: &ZoneRule) -> Reading<'a> {
    let (folded, pieces) = (&article.folded, article.pieces.as_slice());
    let mut hits = lexicon.scan(&article.place());
    let lead_end = if hits.is_empty() { 0 } else { lead_end(folded, pieces.len(), zones.lead_paragraphs) };
    let mut reading = Reading { folded, pieces, hits: Vec::new(), masked: Vec::new(), lead_end };
    if !hits.is_empty() {
        drop_skipped(&mut hits, &reading);
        drop_datelines(&mut hits, &reading);
        drop_masked(&mut hits, &mut reading);
        reading.hits = without_overlaps(hits);
    }
    reading
}

/// How wide a text is printed: Han, Kana and Hangul take two columns, and say about twice as much.
pub(super) fn columns(text: &str) -> usize {
    // By bytes, for speed: every letter has one that begins it, and from E3 to ED these begin Han, Kana and Hangul.
    text.bytes().map(|b| usize::from(b & 0xc0 != 0x80) + usize::from((0xe3..=0xed).contains(&b))).sum()
}

fn width(c: char) -> usize {
    if is_syllable(c) { 2 } else { 1 }
}

fn lead_end(folded: &Folded, pieces: usize, lead_paragraphs: usize) -> usize {
    let start = folded.piece(0).end + 1;
    let end = (folded.piece(lead_paragraphs.min(pieces.saturating_sub(1))).end + 1).max(start);
    let mut seen = 0;
    let longest = folded.as_str()[start..end].char_indices().find(|&(_, c)| {
        seen += width(c);
        seen > LEAD_COLUMNS
    });
    longest.map_or(end, |(at, _)| start + at)
}

/// Takes out the terms of paragraphs that name other pieces ("Lire aussi").
fn drop_skipped(hits: &mut Vec<Hit>, reading: &Reading<'_>) {
    let text = reading.folded.as_str();
    let mut skipped: Vec<usize> = Vec::new();
    for hit in hits.iter().filter(|h| h.meaning == Meaning::Skip) {
        let index = reading.folded.piece_at(hit.range.start);
        let piece = reading.folded.piece(index);
        if index == 0 || text[piece.start..hit.range.start].chars().any(char::is_alphanumeric) {
            continue;
        }
        if skipped.last().is_some_and(|&last| last > index) {
            continue;
        }
        skipped.push(index);
        if text[hit.range.end..piece.end].chars().any(char::is_alphanumeric) {
            continue;
        }
        // Nothing but the marker: the headlines follow, a paragraph each.
        skipped.extend((index + 1..reading.pieces.len()).take_while(|&i| looks_like_headline(reading.pieces[i])));
    }
    skipped.sort_unstable();
    if !skipped.is_empty() {
        hits.retain(|hit| skipped.binary_search(&reading.folded.piece_at(hit.range.start)).is_err());
    }
    hits.retain(|hit| hit.meaning != Meaning::Skip);
}

fn looks_like_headline(paragraph: &str) -> bool {
    let paragraph = paragraph.trim();
    paragraph.chars().count() <= HEADLINE_CHARACTERS && !paragraph.ends_with(['.', '…', '。', '"', '»', '”'])
}

/// Takes out the names before an agency's in the first words of a paragraph: where the reporter sits is not whom the article is about.
fn drop_datelines(hits: &mut Vec<Hit>, reading: &Reading<'_>) {
    let text = reading.folded.as_str();
    let mut datelines: Vec<Range<usize>> = Vec::new();
    for agency in hits.iter().filter(|h| h.meaning == Meaning::Dateline) {
        let start = reading.folded.piece(reading.folded.piece_at(agency.range.start)).start;
        let before = text[start..agency.range.start].trim_end();
        // "(Reuters", "/ТАСС/", "서울=연합뉴스", "МОСКВА, 3 июн - РИА": not "Moscow told Reuters".
        if columns(before) <= DATELINE_COLUMNS && before.ends_with(['(', '[', '/', '=', '-']) {
            datelines.push(start..agency.range.end);
        }
    }
    hits.retain(|hit| {
        let next = datelines.partition_point(|line| line.end <= hit.range.start);
        hit.meaning != Meaning::Dateline && datelines.get(next).is_none_or(|line| line.start > hit.range.start)
    });
}

/// Takes out what a mask covers, and the masks.
fn drop_masked(hits: &mut Vec<Hit>, reading: &mut Reading<'_>) {
    // Sorted and apart from each other, so that each hit needs to look at one mask only.
    let mut masks: Vec<Range<usize>> = Vec::new();
    for hit in hits.iter().filter(|h| h.meaning == Meaning::Mask) {
        match masks.last_mut() {
            Some(last) if last.end >= hit.range.start => last.end = last.end.max(hit.range.end),
            _ => masks.push(hit.range.clone()),
        }
    }
    for mask in &masks {
        let words = reading.original(mask);
        if reading.masked.len() < MASKED_SHOWN && !reading.masked.iter().any(|m| m == words) {
            reading.masked.push(words.to_owned());
        }
    }
    hits.retain(|hit| {
        let next = masks.partition_point(|mask| mask.end <= hit.range.start);
        hit.meaning != Meaning::Mask && masks.get(next).is_none_or(|mask| mask.start >= hit.range.end)
    });
}

/// Where names overlap the longest stays; a concept inside a longer name ("workers" in a party's) goes, and so does its own like.
fn without_overlaps(hits: Vec<Hit>) -> Vec<Hit> {
    let mut out: Vec<Hit> = Vec::with_capacity(hits.len());
    for hit in hits {
        let recent = out.len().saturating_sub(OVERLAP_DEPTH);
        let rival = out[recent..].iter().rposition(|kept| {
            kept.range.end > hit.range.start
                && (kept.meaning == hit.meaning && kept.concept == hit.concept
                    || kept.meaning.is_name() && hit.meaning.is_name()
                    || kept.meaning.is_name() && kept.range.len() > hit.range.len())
        });
        match rival {
            None => out.push(hit),
            Some(at) if hit.range.len() > out[recent + at].range.len() => {
                out.remove(recent + at);
                out.push(hit);
            }
            Some(_) => {}
        }
    }
    out
}
