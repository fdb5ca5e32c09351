-- SCEP: challenges (invariant 7), transactions, requests that wait for the officer, bounds for logged refusals.

-- A challenge says what may be certified with it; the secret itself is nowhere (only its SHA-256).
--   open -> claimed (a key has it, a serial is reserved) -> spent (serial is that of the stored certificate)
--   open -> pending (waits for the officer) -> spent | refused;   open, claimed, pending -> cancelled
CREATE TABLE challenge (
    id              INTEGER NOT NULL PRIMARY KEY,
    hash            BLOB    NOT NULL UNIQUE CHECK (length(hash) = 32),
    purpose         TEXT    NOT NULL, -- 'transport' or a certificate profile
    subject         TEXT    NOT NULL, -- JSON
    san             TEXT    NOT NULL, -- JSON
    subscriber      BLOB,
    enrollment      BLOB,
    device          BLOB,
    created_at      INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    manual_approval INTEGER NOT NULL CHECK (manual_approval IN (0, 1)),
    state           TEXT    NOT NULL CHECK (state IN ('open', 'claimed', 'pending', 'spent', 'refused', 'cancelled')),
    claimed_by      BLOB    CHECK (length(claimed_by) = 32), -- SHA-256 of the key's SubjectPublicKeyInfo
    serial          BLOB,                                    -- reserved (claimed, pending) or issued (spent)
    CHECK ((state IN ('claimed', 'pending', 'spent', 'refused')) <= (claimed_by IS NOT NULL)),
    CHECK (state <> 'spent' OR serial IS NOT NULL)
) STRICT;
CREATE INDEX challenge_of_enrollment ON challenge (enrollment) WHERE enrollment IS NOT NULL;
CREATE INDEX challenge_of_subscriber_unspent ON challenge (subscriber) WHERE subscriber IS NOT NULL AND state IN ('open', 'claimed', 'pending');
CREATE TRIGGER challenge_is_spent_once BEFORE UPDATE OF state ON challenge WHEN OLD.state IN ('spent', 'refused', 'cancelled')
BEGIN SELECT RAISE(ABORT, 'a challenge that has ended stays so'); END;
CREATE TRIGGER challenge_keeps_its_key BEFORE UPDATE OF claimed_by ON challenge WHEN OLD.claimed_by IS NOT NULL AND NEW.claimed_by IS NOT OLD.claimed_by
BEGIN SELECT RAISE(ABORT, 'a claimed challenge belongs to its key'); END;

-- Authenticated uses of a transactionID (RFC 8894 3.2.1.1): the same request again gets the same answer, another key gets none.
CREATE TABLE scep_transaction (
    transaction_id BLOB    NOT NULL PRIMARY KEY CHECK (length(transaction_id) BETWEEN 1 AND 255),
    key            BLOB    NOT NULL CHECK (length(key) = 32),     -- SHA-256 of the signer's SubjectPublicKeyInfo
    request        BLOB    NOT NULL CHECK (length(request) = 32), -- SHA-256 of the CSR
    challenge      INTEGER REFERENCES challenge (id),             -- its state is the state of the transaction
    serial         BLOB,                                          -- of a renewal, which has no challenge: reserved or issued
    at             INTEGER NOT NULL,
    CHECK ((challenge IS NULL) <> (serial IS NULL))
) STRICT, WITHOUT ROWID;

-- What the officer decides on; the row goes when the decision has been carried out.
CREATE TABLE scep_pending (
    id        BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    challenge INTEGER NOT NULL UNIQUE REFERENCES challenge (id),
    spki      BLOB    NOT NULL,
    since     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How many refusals of one enrollment or subscriber were logged in one hour.
CREATE TABLE scep_refusal (
    about BLOB    NOT NULL PRIMARY KEY,
    hour  INTEGER NOT NULL,
    count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
