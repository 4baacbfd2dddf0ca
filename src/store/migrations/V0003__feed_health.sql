-- Since when polls succeed or fail, the longest silence of late, and what operators were told last: 'failing', 'quiet', or 'well' again.
-- told_since: since when that was so; told_at: when they were told.

ALTER TABLE feeds ADD COLUMN status_since INTEGER;
ALTER TABLE feeds ADD COLUMN longest_gap_seconds REAL;
ALTER TABLE feeds ADD COLUMN told TEXT;
ALTER TABLE feeds ADD COLUMN told_at INTEGER;
ALTER TABLE feeds ADD COLUMN told_since INTEGER;
