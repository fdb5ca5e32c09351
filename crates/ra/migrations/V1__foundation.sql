-- Units, settings, ledger, sealed keys, certificates, reservations, CRLs.
-- Times are whole UTC seconds, ids UUIDv7 (16 octets), serials minimal big-endian octets.
PRAGMA application_id = 1399416692; -- "Sigt"

CREATE TABLE unit (
    id           BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    parent       BLOB    REFERENCES unit (id),
    kind         TEXT    NOT NULL CHECK (kind IN ('organization', 'department')),
    name         TEXT    NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
    mail_domains TEXT    NOT NULL DEFAULT '[]', -- JSON array
    hosts        TEXT    NOT NULL DEFAULT '[]', -- JSON array
    training     INTEGER NOT NULL DEFAULT 0 CHECK (training IN (0, 1)),
    created_at   INTEGER NOT NULL,
    CHECK ((kind = 'organization') = (parent IS NULL))
) STRICT, WITHOUT ROWID;

-- One value for a unit; what a department does not set it inherits from its organization.
CREATE TABLE setting (
    unit  BLOB NOT NULL REFERENCES unit (id),
    key   TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (unit, key)
) STRICT, WITHOUT ROWID;

-- Unfinished input that must outlive a restart (the set-up wizard).
CREATE TABLE draft (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- hash = SHA-256(previous hash || canonical row); number has no gaps.
CREATE TABLE ledger (
    number  INTEGER NOT NULL PRIMARY KEY,
    at      INTEGER NOT NULL,
    actor   TEXT    NOT NULL,
    event   TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    details TEXT    NOT NULL,
    hash    BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE TRIGGER ledger_is_not_changed BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_is_not_deleted BEFORE DELETE ON ledger BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

-- Heads signed by one of our keys: start-up verifies from the last one.
CREATE TABLE ledger_head (
    number    INTEGER NOT NULL PRIMARY KEY REFERENCES ledger (number),
    hash      BLOB    NOT NULL CHECK (length(hash) = 32),
    at        INTEGER NOT NULL,
    signer    BLOB    NOT NULL, -- serial of the certificate whose key signed
    signature BLOB    NOT NULL
) STRICT;

-- Narrow rows for lists; the DER stands apart.
CREATE TABLE certificate (
    number          INTEGER NOT NULL PRIMARY KEY, -- order of storing: newest first is the list's order
    serial          BLOB    NOT NULL UNIQUE CHECK (length(serial) BETWEEN 1 AND 20),
    kind            TEXT    NOT NULL CHECK (kind IN ('subscriber', 'transport', 'root', 'issuing', 'ra', 'profile_signer', 'tls', 'ocsp')),
    profile         TEXT    NOT NULL,
    subject         TEXT    NOT NULL, -- RFC 4514
    san             TEXT    NOT NULL, -- JSON array of type:value
    issuer          BLOB,             -- authorityKeyIdentifier: on whose CRL it goes; NULL: not of ours
    subscriber      BLOB,
    enrollment      BLOB,
    key_fingerprint BLOB    NOT NULL CHECK (length(key_fingerprint) = 32), -- SHA-256 of the SubjectPublicKeyInfo
    not_before      INTEGER NOT NULL,
    not_after       INTEGER NOT NULL,
    issued_at       INTEGER NOT NULL,
    superseded_at   INTEGER, -- replaced by a newer one (renewal, re-key)
    revoked_at      INTEGER,
    reason          INTEGER CHECK (reason BETWEEN 0 AND 10 AND reason <> 7), -- CRLReason (RFC 5280 5.3.1); 6 = held
    invalid_since   INTEGER,
    CHECK ((revoked_at IS NULL) = (reason IS NULL))
) STRICT;
CREATE INDEX certificate_of_subscriber ON certificate (subscriber, number) WHERE subscriber IS NOT NULL;
CREATE INDEX certificate_ending ON certificate (not_after) WHERE kind = 'subscriber' AND revoked_at IS NULL AND superseded_at IS NULL;
CREATE INDEX certificate_of_enrollment ON certificate (enrollment) WHERE enrollment IS NOT NULL;
CREATE INDEX certificate_of_ours ON certificate (kind, number) WHERE kind NOT IN ('subscriber', 'transport');
-- Covers the CRL, so that a long one is read in one sweep.
CREATE INDEX certificate_revoked ON certificate (issuer, number, serial, revoked_at, reason, invalid_since) WHERE revoked_at IS NOT NULL;

CREATE TABLE certificate_der (
    number INTEGER NOT NULL PRIMARY KEY REFERENCES certificate (number),
    der    BLOB    NOT NULL
) STRICT;

-- Private keys, sealed under the key-encryption key. sealed is NULL once the key was moved to removable media.
CREATE TABLE sealed_key (
    id          BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    unit        BLOB    NOT NULL REFERENCES unit (id),
    purpose     TEXT    NOT NULL CHECK (purpose IN ('root', 'issuing', 'ra', 'profile_signer', 'tls', 'ocsp')),
    certificate INTEGER REFERENCES certificate (number), -- NULL for an imported one
    sealed      BLOB,
    created_at  INTEGER NOT NULL,
    retired_at  INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX sealed_key_in_use ON sealed_key (purpose, created_at);

-- The certificates of an imported TLS identity, leaf first, without the root.
CREATE TABLE imported_chain (
    key      BLOB    NOT NULL REFERENCES sealed_key (id),
    position INTEGER NOT NULL,
    der      BLOB    NOT NULL,
    PRIMARY KEY (key, position)
) STRICT, WITHOUT ROWID;

-- Issuance cycle: the serial is reserved and the intent recorded before anything is signed. What was reserved but never
-- stored is abandoned and stands on the CRL. The index holds only what is not stored, so it stays small.
CREATE TABLE issuance (
    number      INTEGER NOT NULL PRIMARY KEY,
    serial      BLOB    NOT NULL CHECK (length(serial) BETWEEN 1 AND 20),
    issuer      BLOB,             -- subjectKeyIdentifier of the CA that is to sign; NULL: self-signed
    intent      TEXT    NOT NULL, -- JSON: what is to be certified
    state       TEXT    NOT NULL CHECK (state IN ('reserved', 'stored', 'abandoned')),
    reserved_at INTEGER NOT NULL,
    ended_at    INTEGER
) STRICT;
CREATE UNIQUE INDEX issuance_not_stored ON issuance (serial) WHERE state <> 'stored';

-- Numbers taken by CRLs; taken before signing, so a crash leaves a gap and never a repeat.
CREATE TABLE crl_number (
    issuer BLOB    NOT NULL PRIMARY KEY,
    number INTEGER NOT NULL CHECK (number > 0)
) STRICT, WITHOUT ROWID;

-- The current CRL of each CA, by its subjectKeyIdentifier.
CREATE TABLE crl (
    issuer      BLOB    NOT NULL PRIMARY KEY,
    number      INTEGER NOT NULL CHECK (number > 0),
    this_update INTEGER NOT NULL,
    next_update INTEGER NOT NULL,
    generation  INTEGER NOT NULL, -- of the topic 'revocation' that it says
    der         BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

-- Counters that say which cached knowledge is stale; counted by the triggers below, so nobody can forget it.
CREATE TABLE generation (
    topic  TEXT    NOT NULL PRIMARY KEY CHECK (topic IN ('unit', 'identity', 'revocation')),
    number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO generation (topic, number) VALUES ('unit', 1), ('identity', 1), ('revocation', 1);

CREATE TRIGGER unit_added AFTER INSERT ON unit BEGIN UPDATE generation SET number = number + 1 WHERE topic = 'unit'; END;
CREATE TRIGGER unit_changed AFTER UPDATE ON unit BEGIN UPDATE generation SET number = number + 1 WHERE topic = 'unit'; END;
CREATE TRIGGER setting_added AFTER INSERT ON setting BEGIN UPDATE generation SET number = number + 1 WHERE topic = 'unit'; END;
CREATE TRIGGER setting_changed AFTER UPDATE ON setting BEGIN UPDATE generation SET number = number + 1 WHERE topic = 'unit'; END;
CREATE TRIGGER setting_removed AFTER DELETE ON setting BEGIN UPDATE generation SET number = number + 1 WHERE topic = 'unit'; END;
CREATE TRIGGER sealed_key_added AFTER INSERT ON sealed_key BEGIN UPDATE generation SET number = number + 1 WHERE topic = 'identity'; END;
CREATE TRIGGER sealed_key_changed AFTER UPDATE ON sealed_key BEGIN UPDATE generation SET number = number + 1 WHERE topic = 'identity'; END;
CREATE TRIGGER sealed_key_removed AFTER DELETE ON sealed_key BEGIN UPDATE generation SET number = number + 1 WHERE topic = 'identity'; END;
CREATE TRIGGER certificate_revocation AFTER UPDATE OF revoked_at, reason, invalid_since ON certificate
BEGIN UPDATE generation SET number = number + 1 WHERE topic = 'revocation'; END;
CREATE TRIGGER issuance_abandoned AFTER UPDATE OF state ON issuance WHEN NEW.state = 'abandoned'
BEGIN UPDATE generation SET number = number + 1 WHERE topic = 'revocation'; END;
CREATE TRIGGER issuance_is_not_forgotten BEFORE DELETE ON issuance BEGIN SELECT RAISE(ABORT, 'a reserved serial is never forgotten'); END;
CREATE TRIGGER certificate_is_not_forgotten BEFORE DELETE ON certificate BEGIN SELECT RAISE(ABORT, 'a certificate is never forgotten'); END;
