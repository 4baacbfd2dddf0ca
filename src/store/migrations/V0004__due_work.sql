-- What waits to be claimed, and only that: whoever looks for work meets neither what is in hand nor what is gone, however much of it there is. Feeds come in the
-- order in which they are claimed, for ten thousand may be due at the same instant.
DROP INDEX feeds_due;
CREATE INDEX feeds_due ON feeds (next_poll_at, id) WHERE configured = 1 AND leased_until IS NULL AND status NOT IN ('gone', 'paused');
DROP INDEX read_queue_due;
CREATE INDEX read_queue_due ON read_queue (next_at) WHERE leased_until IS NULL;
