-- The life of a certificate after its issue: holds that end by themselves, acts that wait for a second officer, leavers.

-- "Maybe lost": held since `since`, revoked for good at `final_at` unless reinstated before.
CREATE TABLE hold_deadline (
    serial   BLOB    NOT NULL PRIMARY KEY CHECK (length(serial) BETWEEN 1 AND 20),
    since    INTEGER NOT NULL,
    final_at INTEGER NOT NULL CHECK (final_at > since)
) STRICT, WITHOUT ROWID;
CREATE INDEX hold_deadline_by_end ON hold_deadline (final_at);

-- Four eyes: an act on more certificates than one officer may change alone.
CREATE TABLE act_request (
    id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    act        TEXT    NOT NULL, -- JSON
    why        TEXT    NOT NULL,
    count      INTEGER NOT NULL, -- certificates it was about when it was asked for
    state      TEXT    NOT NULL CHECK (state IN ('waiting', 'approved', 'refused')),
    asked_by   TEXT    NOT NULL, -- JSON, an actor
    asked_at   INTEGER NOT NULL,
    decided_by TEXT,
    decided_at INTEGER,
    CHECK ((state = 'waiting') = (decided_by IS NULL)),
    CHECK ((decided_by IS NULL) = (decided_at IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX act_request_waiting ON act_request (asked_at) WHERE state = 'waiting';

-- Who left, and what the institution decided about it. No reference to subscriber: it outlives them.
CREATE TABLE departure (
    subscriber BLOB    NOT NULL PRIMARY KEY CHECK (length(subscriber) = 16),
    at         INTEGER NOT NULL,
    reason     INTEGER NOT NULL,
    successor  TEXT, -- who may read what was written to the mailbox
    keep_until INTEGER -- escrowed keys are kept so long
) STRICT, WITHOUT ROWID;

CREATE INDEX enrollment_by_device ON enrollment (device) WHERE device IS NOT NULL;
-- A key known to be compromised is never certified again.
CREATE INDEX certificate_compromised_key ON certificate (key_fingerprint) WHERE reason = 1;
