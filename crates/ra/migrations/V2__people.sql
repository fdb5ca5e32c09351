-- People, their mailbox, invitations, and what each phone did with them.

CREATE TABLE subscriber (
    id          BLOB PRIMARY KEY,
    name        TEXT NOT NULL,
    -- Folded (no accents, no case): what lists are sorted by.
    sort_key    TEXT NOT NULL,
    -- Folded name and addresses, one a line: what searches look through.
    search      TEXT NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('person', 'functional')),
    -- Subject DN, JSON.
    subject     TEXT NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX subscriber_by_name ON subscriber (sort_key, id);

-- Every subject DN ever given, for ever (invariant 4): no reference to subscriber, so that it outlives them.
CREATE TABLE subject_name (
    -- Comparable form (RFC 5280 7.1: case and blanks do not distinguish).
    name          TEXT PRIMARY KEY,
    subscriber    BLOB NOT NULL,
    registered_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER subject_names_are_kept BEFORE DELETE ON subject_name
    BEGIN SELECT RAISE(ABORT, 'a subject DN belongs to one subscriber for ever'); END;
CREATE TRIGGER subject_names_stay BEFORE UPDATE ON subject_name
    BEGIN SELECT RAISE(ABORT, 'a subject DN belongs to one subscriber for ever'); END;

CREATE TABLE mailbox (
    id          BLOB PRIMARY KEY,
    subscriber  BLOB NOT NULL REFERENCES subscriber (id) ON DELETE CASCADE,
    address     TEXT NOT NULL,
    -- In lower case: two people cannot have addresses that differ in case alone.
    address_key TEXT NOT NULL UNIQUE,
    position    INTEGER NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX mailboxes_by_subscriber ON mailbox (subscriber, position);

CREATE TABLE mailbox_validation (
    id       INTEGER PRIMARY KEY,
    mailbox  BLOB NOT NULL REFERENCES mailbox (id) ON DELETE CASCADE,
    at       INTEGER NOT NULL,
    method   TEXT NOT NULL,
    evidence TEXT NOT NULL,
    actor    TEXT NOT NULL
) STRICT;
CREATE INDEX mailbox_validation_by_mailbox ON mailbox_validation (mailbox, id);

-- Local passwords, set by their owners alone (Argon2id, PHC string).
CREATE TABLE password (
    subscriber BLOB PRIMARY KEY REFERENCES subscriber (id) ON DELETE CASCADE,
    hash       TEXT NOT NULL,
    set_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE password_failure (
    id         INTEGER PRIMARY KEY,
    subscriber BLOB NOT NULL REFERENCES subscriber (id) ON DELETE CASCADE,
    at         INTEGER NOT NULL
) STRICT;
CREATE INDEX password_failure_by_subscriber ON password_failure (subscriber, at);

-- What the portal needs once: the sealed key of the codes' HMAC, and the identifier that every profile of this department has.
CREATE TABLE portal (
    id                 INTEGER PRIMARY KEY CHECK (id = 1),
    code_key           BLOB NOT NULL,
    profile_identifier TEXT NOT NULL
) STRICT;

CREATE TABLE device (
    id           BLOB PRIMARY KEY,
    subscriber   BLOB NOT NULL REFERENCES subscriber (id) ON DELETE CASCADE,
    -- As the device described itself.
    udid         TEXT NOT NULL,
    serial       TEXT,
    product      TEXT,
    os_version   TEXT,
    build        TEXT,
    imei         TEXT,
    meid         TEXT,
    device_name  TEXT,
    language     TEXT,
    -- Its certificate came from a further device CA (--device-ca), not from Apple's.
    foreign_device_ca INTEGER NOT NULL,
    first_seen   INTEGER NOT NULL,
    last_seen    INTEGER NOT NULL,
    UNIQUE (subscriber, udid)
) STRICT, WITHOUT ROWID;

CREATE TABLE enrollment (
    id               BLOB PRIMARY KEY,
    subscriber       BLOB NOT NULL REFERENCES subscriber (id) ON DELETE CASCADE,
    mailbox          BLOB NOT NULL REFERENCES mailbox (id) ON DELETE CASCADE,
    channel          TEXT NOT NULL,
    state            TEXT NOT NULL,
    -- How far it came, 0 invited to 5 configured; stays when it ends otherwise.
    reached          INTEGER NOT NULL,
    profile_sent     INTEGER NOT NULL DEFAULT 0,
    created_at       INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    configured_at    INTEGER,
    -- SHA-256 of the token of the link that counts now.
    link             BLOB NOT NULL,
    device           BLOB REFERENCES device (id) ON DELETE SET NULL,
    download_ends_at INTEGER,
    page_viewed_at   INTEGER,
    -- "has needs", while a phone waits for its update.
    os_too_old       TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX enrollment_by_subscriber ON enrollment (subscriber, id);
CREATE INDEX enrollment_by_state ON enrollment (state, id);
CREATE INDEX enrollment_by_creation ON enrollment (created_at, state, reached);
CREATE INDEX enrollment_by_configuration ON enrollment (configured_at) WHERE configured_at IS NOT NULL;

CREATE TABLE step (
    id         INTEGER PRIMARY KEY,
    enrollment BLOB NOT NULL REFERENCES enrollment (id) ON DELETE CASCADE,
    at         INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    facts      TEXT NOT NULL
) STRICT;
CREATE INDEX step_by_enrollment ON step (enrollment, id);

-- Links, current and ended ones; an ended one is forgotten after 30 days.
CREATE TABLE link (
    token      BLOB PRIMARY KEY,
    enrollment BLOB NOT NULL REFERENCES enrollment (id) ON DELETE CASCADE,
    -- HMAC-SHA-256 of the code, under a key that the vault keeps.
    code       BLOB NOT NULL,
    wrong      INTEGER NOT NULL DEFAULT 0,
    -- Made by a re-send: signs in by code alone, so that a forgotten password can be replaced.
    resets     INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended      TEXT,
    ended_at   INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX link_by_enrollment ON link (enrollment);

-- One sign-in, its OTA challenge, and what a device made of it.
CREATE TABLE session (
    id           INTEGER PRIMARY KEY,
    -- SHA-256 of the cookie.
    cookie       BLOB NOT NULL UNIQUE,
    link         BLOB NOT NULL,
    enrollment   BLOB NOT NULL REFERENCES enrollment (id) ON DELETE CASCADE,
    by_code      INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    -- OTA challenge of phases 1 and 2: SHA-256, and sealed for the repeated download.
    challenge    BLOB NOT NULL UNIQUE,
    sealed       BLOB NOT NULL,
    -- PayloadUUID of the Profile Service profile.
    profile_uuid BLOB NOT NULL,
    first_sent_at INTEGER,
    -- Phase 2: SHA-256 of the device's certificate, and who it says it is.
    leaf         BLOB,
    udid         TEXT,
    serial       TEXT,
    device       BLOB,
    -- Phase 3: serial of the transport certificate that came first.
    transport    BLOB,
    -- No phase 2 with this challenge any more.
    dead         INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX session_by_enrollment ON session (enrollment, id);

-- Answers to phases 2 and 3: first what they will hold (sealed), then the bytes (sealed), so that a repeat gets the same.
CREATE TABLE ota_answer (
    id         INTEGER PRIMARY KEY,
    session    INTEGER NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    phase      INTEGER NOT NULL CHECK (phase IN (2, 3)),
    created_at INTEGER NOT NULL,
    plan       BLOB NOT NULL,
    bytes      BLOB
) STRICT;
CREATE INDEX ota_answer_by_session ON ota_answer (session, phase, id);

-- Identities that a final profile promises, and the certificates that came of them.
CREATE TABLE profile_identity (
    answer  INTEGER NOT NULL REFERENCES ota_answer (id) ON DELETE CASCADE,
    profile TEXT NOT NULL,
    serial  BLOB,
    PRIMARY KEY (answer, profile)
) STRICT, WITHOUT ROWID;

-- Transport certificates: to be revoked after an hour without phase 3.
CREATE TABLE transport_certificate (
    serial     BLOB PRIMARY KEY,
    enrollment BLOB NOT NULL,
    issued_at  INTEGER NOT NULL,
    used_at    INTEGER,
    ended      INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX transport_certificates_unused ON transport_certificate (issued_at) WHERE used_at IS NULL AND ended = 0;
CREATE INDEX transport_certificate_by_enrollment ON transport_certificate (enrollment);
