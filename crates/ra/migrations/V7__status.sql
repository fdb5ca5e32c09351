-- Status information leaves for places that stay up: publication targets, the outbox, its attempts, and what a relying party finds there.

CREATE TABLE publication_target (
    id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    address    TEXT    NOT NULL, -- an absolute folder, or http(s)://...
    user       TEXT,             -- HTTP Basic
    password   BLOB,             -- sealed
    added_at   INTEGER NOT NULL,
    removed_at INTEGER,
    CHECK ((user IS NULL) = (password IS NULL))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX publication_target_in_use ON publication_target (address) WHERE removed_at IS NULL;

-- What is to leave. A row says what, never the octets: they are read when it is sent, so that the newest leaves.
CREATE TABLE outbox (
    id           BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    kind         TEXT    NOT NULL CHECK (kind IN ('publication')),
    target       BLOB    NOT NULL,
    item         TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    due_at       INTEGER NOT NULL,
    wanted       INTEGER NOT NULL DEFAULT 1, -- counts how often it was asked for; what was asked again while on its way goes again
    attempts     INTEGER NOT NULL DEFAULT 0, -- failed ones since it was last asked for
    leased_until INTEGER,                    -- one process has it until then
    state        TEXT    NOT NULL CHECK (state IN ('waiting', 'done', 'cancelled'))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX outbox_waiting ON outbox (kind, target, item) WHERE state = 'waiting';
CREATE INDEX outbox_due ON outbox (due_at) WHERE state = 'waiting';

CREATE TABLE outbox_attempt (
    number       INTEGER NOT NULL PRIMARY KEY,
    outbox       BLOB    NOT NULL REFERENCES outbox (id),
    target       BLOB    NOT NULL,
    item         TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    milliseconds INTEGER NOT NULL,
    succeeded    INTEGER NOT NULL CHECK (succeeded IN (0, 1)),
    detail       TEXT    NOT NULL
) STRICT;
CREATE INDEX outbox_attempt_of_target ON outbox_attempt (target, number);

-- The last look at each published CRL.
CREATE TABLE published_crl (
    address     TEXT    NOT NULL PRIMARY KEY,
    state       TEXT    NOT NULL CHECK (state IN ('fresh', 'stale', 'otherNumber', 'unreachable', 'unreadable')),
    detail      TEXT    NOT NULL,
    number      INTEGER,
    next_update INTEGER,
    checked_at  INTEGER NOT NULL,
    since       INTEGER NOT NULL -- in this state
) STRICT, WITHOUT ROWID;
