-- Issuing by the officer: at most one current encrypting certificate of a kind for each person, and batches.

-- Invariant 3. What is held still counts: it may come back. Certificates from elsewhere (no issuer of ours) do not.
CREATE UNIQUE INDEX certificate_one_to_encrypt ON certificate (subscriber, profile)
    WHERE profile IN ('encryption', 'document') AND kind = 'subscriber' AND issuer IS NOT NULL AND subscriber IS NOT NULL
      AND superseded_at IS NULL AND (reason IS NULL OR reason = 6);

CREATE TABLE batch (
    id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    name       TEXT    NOT NULL, -- what the officer calls it: the file's name
    digest     BLOB    NOT NULL CHECK (length(digest) = 32), -- of list and choices: the same again is the same batch
    form       TEXT    NOT NULL CHECK (form IN ('legacy', 'modern')), -- of the PKCS#12
    supersede  INTEGER NOT NULL CHECK (supersede IN (0, 1)),
    state      TEXT    NOT NULL CHECK (state IN ('running', 'done', 'cancelled')),
    created_at INTEGER NOT NULL,
    ended_at   INTEGER,
    CHECK ((state = 'running') = (ended_at IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX batch_by_digest ON batch (digest);

--   waiting -> reserved (a serial is) -> issued (the certificate is stored) -> delivered;   waiting, reserved -> refused
-- No key is ever here: one whose delivery did not happen is lost, and its certificate is revoked and made again.
CREATE TABLE batch_item (
    batch      BLOB    NOT NULL REFERENCES batch (id),
    number     INTEGER NOT NULL, -- order of the list
    line       INTEGER NOT NULL, -- of the file
    subscriber BLOB    NOT NULL,
    mail       TEXT    NOT NULL,
    profile    TEXT    NOT NULL,
    csr        BLOB,             -- DER; NULL: the key is made here
    state      TEXT    NOT NULL CHECK (state IN ('waiting', 'reserved', 'issued', 'delivered', 'refused')),
    serial     BLOB,
    code       TEXT,             -- of the refusal
    reason     TEXT,
    PRIMARY KEY (batch, number),
    CHECK ((state IN ('reserved', 'issued', 'delivered')) = (serial IS NOT NULL)),
    CHECK ((state = 'refused') = (code IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX batch_item_by_state ON batch_item (batch, state, number);
