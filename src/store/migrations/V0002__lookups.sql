-- An entry's link is looked up within its feed and across all feeds: one index serves both.
DROP INDEX entries_link;
CREATE INDEX entries_link ON entries (canonical_link) WHERE canonical_link IS NOT NULL;

-- What the story index keeps of a verbatim copy; with it, its text need not be read again at start. NULL for every other article.
ALTER TABLE story_articles ADD COLUMN outline BLOB;

-- Segments of the full-text index are merged four times more rarely than by default: reading is rare, writing is not.
INSERT INTO articles_text (articles_text, rank) VALUES ('automerge', 16);
