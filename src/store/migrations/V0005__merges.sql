-- The other story that an article belongs to as well, and the article that proved two stories to be one: what the story index is rebuilt from at start.
ALTER TABLE story_articles ADD COLUMN bridges INTEGER;
ALTER TABLE merges ADD COLUMN article_id INTEGER;

-- What a story has taken in.
CREATE INDEX merges_into ON merges (into_story);
