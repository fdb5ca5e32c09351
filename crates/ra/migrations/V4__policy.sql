-- Certificate profiles with their versions, bundles, escrow decisions, gates, pilot and production.

-- NULL: a pilot. What an existing department has already issued to its people was no pilot, and stays as it is.
ALTER TABLE unit ADD COLUMN production_at INTEGER;
UPDATE unit SET production_at = created_at WHERE kind = 'department' AND EXISTS (SELECT 1 FROM certificate WHERE kind = 'subscriber');

-- A version is never changed; the last one of a unit counts, and a NULL definition means: inherited again.
CREATE TABLE profile (
    version    INTEGER NOT NULL PRIMARY KEY,
    unit       BLOB    NOT NULL REFERENCES unit (id),
    name       TEXT    NOT NULL CHECK (name IN ('signing', 'encryption', 'authentication', 'document', 'functional')),
    at         INTEGER NOT NULL,
    actor      TEXT    NOT NULL, -- JSON
    definition TEXT,             -- JSON
    signs      INTEGER NOT NULL CHECK (signs IN (0, 1)),
    decrypts   INTEGER NOT NULL CHECK (decrypts IN (0, 1)),
    escrow     INTEGER NOT NULL CHECK (escrow IN (0, 1)),
    exception  TEXT,             -- who made an exception for a key that signs and decrypts, and why
    -- Keys that sign are never escrowed (invariant 1); a key of both kinds only by a named exception.
    CHECK (escrow = 0 OR decrypts = 1),
    CHECK (escrow = 0 OR signs = 0 OR coalesce(length(exception), 0) > 0)
) STRICT;
CREATE INDEX profile_of_unit ON profile (unit, name, version);
CREATE TRIGGER profile_version_stays BEFORE UPDATE ON profile BEGIN SELECT RAISE(ABORT, 'a version of a profile is never changed'); END;
CREATE TRIGGER profile_version_is_not_forgotten BEFORE DELETE ON profile
BEGIN SELECT RAISE(ABORT, 'a version of a profile is never forgotten'); END;

-- Profiles issued in one act. An empty list: removed in this unit, also when it would be inherited.
CREATE TABLE bundle (
    unit     BLOB NOT NULL REFERENCES unit (id),
    name     TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
    profiles TEXT NOT NULL, -- JSON array
    PRIMARY KEY (unit, name)
) STRICT, WITHOUT ROWID;

-- Decisions are kept for ever; the last one counts.
CREATE TABLE escrow_decision (
    number   INTEGER NOT NULL PRIMARY KEY,
    unit     BLOB    NOT NULL REFERENCES unit (id),
    at       INTEGER NOT NULL,
    actor    TEXT    NOT NULL, -- JSON
    enabled  INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    decision TEXT    NOT NULL  -- JSON: answers, recommendation, who decided, why, advisers
) STRICT;
CREATE TRIGGER escrow_decision_stays BEFORE UPDATE ON escrow_decision BEGIN SELECT RAISE(ABORT, 'a decision is never changed'); END;
CREATE TRIGGER escrow_decision_is_not_forgotten BEFORE DELETE ON escrow_decision
BEGIN SELECT RAISE(ABORT, 'a decision is never forgotten'); END;

-- What stands between a pilot and production.
CREATE TABLE gate (
    unit       BLOB    NOT NULL REFERENCES unit (id),
    name       TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    actor      TEXT    NOT NULL, -- JSON
    overridden INTEGER NOT NULL CHECK (overridden IN (0, 1)),
    answers    TEXT    NOT NULL, -- JSON: what was written down, or name and reason of the override
    PRIMARY KEY (unit, name)
) STRICT, WITHOUT ROWID;

-- By which version of its profile a certificate was issued (NULL: the built-in one), and whether by a pilot.
ALTER TABLE certificate ADD COLUMN profile_version INTEGER;
ALTER TABLE certificate ADD COLUMN pilot INTEGER NOT NULL DEFAULT 0 CHECK (pilot IN (0, 1));

-- Who made a challenge: under four eyes somebody else approves.
ALTER TABLE challenge ADD COLUMN made_by TEXT;

CREATE TRIGGER profile_added AFTER INSERT ON profile BEGIN UPDATE generation SET number = number + 1 WHERE topic = 'unit'; END;
CREATE TRIGGER bundle_added AFTER INSERT ON bundle BEGIN UPDATE generation SET number = number + 1 WHERE topic = 'unit'; END;
CREATE TRIGGER bundle_changed AFTER UPDATE ON bundle BEGIN UPDATE generation SET number = number + 1 WHERE topic = 'unit'; END;
CREATE TRIGGER bundle_removed AFTER DELETE ON bundle BEGIN UPDATE generation SET number = number + 1 WHERE topic = 'unit'; END;
CREATE TRIGGER escrow_decided AFTER INSERT ON escrow_decision BEGIN UPDATE generation SET number = number + 1 WHERE topic = 'unit'; END;
CREATE TRIGGER gate_added AFTER INSERT ON gate BEGIN UPDATE generation SET number = number + 1 WHERE topic = 'unit'; END;
CREATE TRIGGER gate_changed AFTER UPDATE ON gate BEGIN UPDATE generation SET number = number + 1 WHERE topic = 'unit'; END;
CREATE TRIGGER gate_removed AFTER DELETE ON gate BEGIN UPDATE generation SET number = number + 1 WHERE topic = 'unit'; END;
