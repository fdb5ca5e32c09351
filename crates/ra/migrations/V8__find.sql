-- Finding among a million: counts kept exact by triggers, an index of names that is filled when nobody waits, saved views.

-- Every certificate by its last second, with all that decides its status, so that lists and counts need no other page. In the
-- place of the index of active ones.
DROP INDEX certificate_ending;
CREATE INDEX certificate_ending ON certificate (not_after, number, kind, profile, reason, superseded_at);
CREATE INDEX certificate_held ON certificate (number) WHERE reason = 6;
CREATE INDEX certificate_finally_revoked ON certificate (number) WHERE reason <> 6;
CREATE INDEX certificate_superseded ON certificate (number) WHERE superseded_at IS NOT NULL;

-- How many there are of a kind and profile, that end on a day (notAfter / 86400) and are valid, held, revoked or superseded as far
-- as is not a question of time.
CREATE TABLE certificate_count (
    kind    TEXT    NOT NULL,
    profile TEXT    NOT NULL,
    day     INTEGER NOT NULL,
    state   TEXT    NOT NULL CHECK (state IN ('valid', 'held', 'revoked', 'superseded')),
    count   INTEGER NOT NULL,
    PRIMARY KEY (kind, profile, day, state)
) STRICT, WITHOUT ROWID;
INSERT INTO certificate_count (kind, profile, day, state, count)
    SELECT kind, profile, not_after / 86400,
           CASE WHEN reason = 6 THEN 'held' WHEN reason IS NOT NULL THEN 'revoked' WHEN superseded_at IS NOT NULL THEN 'superseded' ELSE 'valid' END,
           count(*) FROM certificate GROUP BY 1, 2, 3, 4;
CREATE TRIGGER certificate_counted AFTER INSERT ON certificate BEGIN
    INSERT INTO certificate_count (kind, profile, day, state, count)
        VALUES (NEW.kind, NEW.profile, NEW.not_after / 86400,
            CASE WHEN NEW.reason = 6 THEN 'held' WHEN NEW.reason IS NOT NULL THEN 'revoked' WHEN NEW.superseded_at IS NOT NULL THEN 'superseded' ELSE 'valid' END, 1)
        ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER certificate_counted_again AFTER UPDATE OF reason, superseded_at ON certificate
WHEN OLD.reason IS NOT NEW.reason OR (OLD.superseded_at IS NULL) <> (NEW.superseded_at IS NULL) BEGIN
    UPDATE certificate_count SET count = count - 1 WHERE kind = OLD.kind AND profile = OLD.profile AND day = OLD.not_after / 86400
        AND state = CASE WHEN OLD.reason = 6 THEN 'held' WHEN OLD.reason IS NOT NULL THEN 'revoked' WHEN OLD.superseded_at IS NOT NULL THEN 'superseded' ELSE 'valid' END;
    INSERT INTO certificate_count (kind, profile, day, state, count)
        VALUES (NEW.kind, NEW.profile, NEW.not_after / 86400,
            CASE WHEN NEW.reason = 6 THEN 'held' WHEN NEW.reason IS NOT NULL THEN 'revoked' WHEN NEW.superseded_at IS NOT NULL THEN 'superseded' ELSE 'valid' END, 1)
        ON CONFLICT DO UPDATE SET count = count + 1;
END;

-- Names, addresses and devices of certificates, folded, by trigrams. Filled in batches up to find_progress, never by who issues.
CREATE VIRTUAL TABLE certificate_search USING fts5 (text, content = '', columnsize = 0, detail = none, tokenize = 'trigram case_sensitive 1');
-- Beginnings: 'n' and the folded name (which is also the order by name), 'a' and a folded address.
CREATE TABLE certificate_name (
    key    TEXT    NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (key, number)
) STRICT, WITHOUT ROWID;
-- The first 8 octets of SHA-256 and SHA-1 of each certificate.
CREATE TABLE certificate_fingerprint (
    head   BLOB    NOT NULL CHECK (length(head) = 8),
    number INTEGER NOT NULL,
    PRIMARY KEY (head, number)
) STRICT, WITHOUT ROWID;
-- Up to which certificate the three are filled.
CREATE TABLE find_progress (
    id     INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    number INTEGER NOT NULL
) STRICT;
INSERT INTO find_progress (id, number) VALUES (1, 0);

-- People by trigrams of name and addresses; there are far fewer of them, so triggers keep it.
CREATE TABLE subscriber_find (
    number     INTEGER NOT NULL PRIMARY KEY,
    subscriber BLOB    NOT NULL UNIQUE REFERENCES subscriber (id) ON DELETE CASCADE,
    text       TEXT    NOT NULL
) STRICT;
CREATE VIRTUAL TABLE subscriber_search USING fts5 (
    text, content = 'subscriber_find', content_rowid = 'number', columnsize = 0, detail = none, tokenize = 'trigram case_sensitive 1'
);
CREATE TRIGGER subscriber_find_added AFTER INSERT ON subscriber_find BEGIN
    INSERT INTO subscriber_search (rowid, text) VALUES (NEW.number, NEW.text);
END;
CREATE TRIGGER subscriber_find_changed AFTER UPDATE OF text ON subscriber_find BEGIN
    INSERT INTO subscriber_search (subscriber_search, rowid, text) VALUES ('delete', OLD.number, OLD.text);
    INSERT INTO subscriber_search (rowid, text) VALUES (NEW.number, NEW.text);
END;
CREATE TRIGGER subscriber_find_removed AFTER DELETE ON subscriber_find BEGIN
    INSERT INTO subscriber_search (subscriber_search, rowid, text) VALUES ('delete', OLD.number, OLD.text);
END;
INSERT INTO subscriber_find (subscriber, text) SELECT id, search FROM subscriber ORDER BY id;
CREATE TRIGGER subscriber_found AFTER INSERT ON subscriber BEGIN
    INSERT INTO subscriber_find (subscriber, text) VALUES (NEW.id, NEW.search);
END;
CREATE TRIGGER subscriber_found_again AFTER UPDATE OF search ON subscriber WHEN OLD.search <> NEW.search BEGIN
    UPDATE subscriber_find SET text = NEW.search WHERE subscriber = NEW.id;
END;

-- What happened to certificates after their issue, by serial; what was issued is found by its time.
CREATE INDEX ledger_of_certificate ON ledger (subject)
    WHERE event >= 'certificate.' AND event < 'certificate/' AND event <> 'certificate.issued';

CREATE TABLE saved_view (
    id       BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    of       TEXT    NOT NULL CHECK (of IN ('certificates', 'people')),
    name     TEXT    NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
    query    TEXT    NOT NULL, -- JSON
    columns  TEXT    NOT NULL, -- JSON array
    saved_at INTEGER NOT NULL,
    UNIQUE (of, name)
) STRICT, WITHOUT ROWID;
