-- A batch that the window works off: where its files go, and that the officer stopped it for a while. One without a folder was begun
-- by a command, which goes on with it when the list is given again.
ALTER TABLE batch ADD COLUMN folder TEXT;
ALTER TABLE batch ADD COLUMN stopped_at INTEGER CHECK (stopped_at IS NULL OR state = 'running');
