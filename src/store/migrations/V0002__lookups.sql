-- An entry's link is looked up within its feed and across all feeds: one index serves both.
DROP INDEX entries_link;
CREATE INDEX entries_link ON entries (canonical_link) WHERE canonical_link IS NOT NULL;

-- What the story index keeps of a verbatim copy; with it, its text need not be read again at start. NULL for every other article.
ALTER TABLE story_articles ADD COLUMN outline BLOB;
