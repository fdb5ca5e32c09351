-- Certificates of other CAs that are neither for mail nor to sign in with had been put beside those that sign in: each gets anew the certificate
-- profile that comes nearest, or none, once it is read, and is counted there.
INSERT OR IGNORE INTO certificate_to_read (number) SELECT number FROM certificate WHERE kind = 'subscriber' AND issuer IS NULL;
CREATE TRIGGER certificate_counted_elsewhere AFTER UPDATE OF profile ON certificate WHEN OLD.profile <> NEW.profile BEGIN
    UPDATE certificate_count SET count = count - 1 WHERE kind = OLD.kind AND profile = OLD.profile AND day = OLD.not_after / 86400
        AND state = CASE WHEN OLD.reason = 6 THEN 'held' WHEN OLD.reason IS NOT NULL THEN 'revoked' WHEN OLD.superseded_at IS NOT NULL THEN 'superseded' ELSE 'valid' END;
    INSERT INTO certificate_count (kind, profile, day, state, count)
        VALUES (NEW.kind, NEW.profile, NEW.not_after / 86400,
            CASE WHEN NEW.reason = 6 THEN 'held' WHEN NEW.reason IS NOT NULL THEN 'revoked' WHEN NEW.superseded_at IS NOT NULL THEN 'superseded' ELSE 'valid' END, 1)
        ON CONFLICT DO UPDATE SET count = count + 1;
END;

-- Whether keys of a batch are made here is asked at each of its steps; a list of requests alone has no such row, however long it is.
CREATE INDEX batch_item_made_here ON batch_item (batch) WHERE csr IS NULL;

-- Of an address where the monitor looked before status.url was moved: when the last certificate ends that names it. NULL: an address of
-- today, or one whose certificates were not looked through yet.
ALTER TABLE published_crl ADD COLUMN named_until INTEGER;
