-- Plans for decryption keys, generated and signed. A version is never changed.
CREATE TABLE key_plan (
    id             INTEGER NOT NULL PRIMARY KEY,
    unit           BLOB    NOT NULL REFERENCES unit (id),
    number         INTEGER NOT NULL CHECK (number > 0), -- 1, 2, 3 ... in each department
    at             INTEGER NOT NULL,
    actor          TEXT    NOT NULL, -- JSON
    facts          TEXT    NOT NULL, -- JSON: what it was generated from
    hash           BLOB    NOT NULL CHECK (length(hash) = 32), -- SHA-256 of facts
    english        TEXT    NOT NULL,
    french         TEXT    NOT NULL,
    english_signed BLOB    NOT NULL, -- CMS SignedData over the text, by the profile signer
    french_signed  BLOB    NOT NULL,
    UNIQUE (unit, number)
) STRICT;
CREATE TRIGGER key_plan_stays BEFORE UPDATE ON key_plan BEGIN SELECT RAISE(ABORT, 'a version of a plan is never changed'); END;
CREATE TRIGGER key_plan_is_not_forgotten BEFORE DELETE ON key_plan BEGIN SELECT RAISE(ABORT, 'a version of a plan is never forgotten'); END;
