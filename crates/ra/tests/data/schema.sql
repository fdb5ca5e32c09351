CREATE TRIGGER bundle_added AFTER INSERT ON bundle BEGIN UPDATE generation SET number = number + 1 WHERE topic = 'unit'; END;

CREATE TRIGGER bundle_changed AFTER UPDATE ON bundle BEGIN UPDATE generation SET number = number + 1 WHERE topic = 'unit'; END;

CREATE TRIGGER bundle_removed AFTER DELETE ON bundle BEGIN UPDATE generation SET number = number + 1 WHERE topic = 'unit'; END;

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

CREATE TRIGGER certificate_counted_elsewhere AFTER UPDATE OF profile ON certificate WHEN OLD.profile <> NEW.profile BEGIN
    UPDATE certificate_count SET count = count - 1 WHERE kind = OLD.kind AND profile = OLD.profile AND day = OLD.not_after / 86400
        AND state = CASE WHEN OLD.reason = 6 THEN 'held' WHEN OLD.reason IS NOT NULL THEN 'revoked' WHEN OLD.superseded_at IS NOT NULL THEN 'superseded' ELSE 'valid' END;
    INSERT INTO certificate_count (kind, profile, day, state, count)
        VALUES (NEW.kind, NEW.profile, NEW.not_after / 86400,
            CASE WHEN NEW.reason = 6 THEN 'held' WHEN NEW.reason IS NOT NULL THEN 'revoked' WHEN NEW.superseded_at IS NOT NULL THEN 'superseded' ELSE 'valid' END, 1)
        ON CONFLICT DO UPDATE SET count = count + 1;
END;

CREATE TRIGGER certificate_is_not_forgotten BEFORE DELETE ON certificate BEGIN SELECT RAISE(ABORT, 'a certificate is never forgotten'); END;

CREATE TRIGGER certificate_is_to_be_read AFTER INSERT ON certificate WHEN NEW.kind = 'subscriber' AND NEW.uses = 0 BEGIN
    INSERT INTO certificate_to_read (number) VALUES (NEW.number);
END;

CREATE TRIGGER certificate_revocation AFTER UPDATE OF revoked_at, reason, invalid_since ON certificate BEGIN
    UPDATE generation SET number = number + 1 WHERE topic = 'revocation';
    INSERT INTO revocation_change (issuer, serial, generation)
        SELECT NEW.issuer, NEW.serial, number FROM generation
        WHERE topic = 'revocation' AND EXISTS (SELECT 1 FROM crl_history WHERE issuer = NEW.issuer)
        ON CONFLICT DO UPDATE SET generation = excluded.generation;
END;

CREATE TRIGGER challenge_is_spent_once BEFORE UPDATE OF state ON challenge
WHEN OLD.state = 'spent' OR OLD.state = 'refused' OR OLD.state = 'cancelled'
BEGIN SELECT RAISE(ABORT, 'a challenge that has ended stays so'); END;

CREATE TRIGGER challenge_keeps_its_key BEFORE UPDATE OF claimed_by ON challenge WHEN OLD.claimed_by IS NOT NULL AND NEW.claimed_by IS NOT OLD.claimed_by
BEGIN SELECT RAISE(ABORT, 'a claimed challenge belongs to its key'); END;

CREATE TRIGGER escrow_decided AFTER INSERT ON escrow_decision BEGIN UPDATE generation SET number = number + 1 WHERE topic = 'unit'; END;

CREATE TRIGGER escrow_decision_is_not_forgotten BEFORE DELETE ON escrow_decision
BEGIN SELECT RAISE(ABORT, 'a decision is never forgotten'); END;

CREATE TRIGGER escrow_decision_stays BEFORE UPDATE ON escrow_decision BEGIN SELECT RAISE(ABORT, 'a decision is never changed'); END;

CREATE TRIGGER gate_added AFTER INSERT ON gate BEGIN UPDATE generation SET number = number + 1 WHERE topic = 'unit'; END;

CREATE TRIGGER gate_changed AFTER UPDATE ON gate BEGIN UPDATE generation SET number = number + 1 WHERE topic = 'unit'; END;

CREATE TRIGGER gate_removed AFTER DELETE ON gate BEGIN UPDATE generation SET number = number + 1 WHERE topic = 'unit'; END;

CREATE TRIGGER issuance_abandoned AFTER UPDATE OF state ON issuance WHEN NEW.state = 'abandoned' BEGIN
    UPDATE generation SET number = number + 1 WHERE topic = 'revocation';
    INSERT INTO revocation_change (issuer, serial, generation)
        SELECT NEW.issuer, NEW.serial, number FROM generation
        WHERE topic = 'revocation' AND EXISTS (SELECT 1 FROM crl_history WHERE issuer = NEW.issuer)
        ON CONFLICT DO UPDATE SET generation = excluded.generation;
END;

CREATE TRIGGER issuance_is_not_forgotten BEFORE DELETE ON issuance BEGIN SELECT RAISE(ABORT, 'a reserved serial is never forgotten'); END;

CREATE TRIGGER key_plan_is_not_forgotten BEFORE DELETE ON key_plan BEGIN SELECT RAISE(ABORT, 'a version of a plan is never forgotten'); END;

CREATE TRIGGER key_plan_stays BEFORE UPDATE ON key_plan BEGIN SELECT RAISE(ABORT, 'a version of a plan is never changed'); END;

CREATE TRIGGER ledger_is_not_changed BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

CREATE TRIGGER ledger_is_not_deleted BEFORE DELETE ON ledger BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

CREATE TRIGGER lesson_is_not_forgotten BEFORE DELETE ON lesson BEGIN SELECT RAISE(ABORT, 'the log of lessons is append-only'); END;

CREATE TRIGGER lesson_stays BEFORE UPDATE ON lesson BEGIN SELECT RAISE(ABORT, 'the log of lessons is append-only'); END;

CREATE TRIGGER mailbox_is_validated AFTER INSERT ON mailbox_validation BEGIN
    UPDATE mailbox SET validated_at = NEW.at WHERE id = NEW.mailbox;
END;

CREATE TRIGGER mailbox_is_validated_no_more AFTER DELETE ON mailbox_validation BEGIN
    UPDATE mailbox SET validated_at = (SELECT v.at FROM mailbox_validation v WHERE v.mailbox = OLD.mailbox ORDER BY v.id DESC LIMIT 1)
        WHERE id = OLD.mailbox;
END;

CREATE TRIGGER mailbox_validation_stays BEFORE UPDATE ON mailbox_validation
BEGIN SELECT RAISE(ABORT, 'a recorded validation is never changed'); END;

CREATE TRIGGER profile_added AFTER INSERT ON profile BEGIN UPDATE generation SET number = number + 1 WHERE topic = 'unit'; END;

CREATE TRIGGER profile_version_is_not_forgotten BEFORE DELETE ON profile
BEGIN SELECT RAISE(ABORT, 'a version of a profile is never forgotten'); END;

CREATE TRIGGER profile_version_stays BEFORE UPDATE ON profile BEGIN SELECT RAISE(ABORT, 'a version of a profile is never changed'); END;

CREATE TRIGGER sealed_key_added AFTER INSERT ON sealed_key BEGIN UPDATE generation SET number = number + 1 WHERE topic = 'identity'; END;

CREATE TRIGGER sealed_key_changed AFTER UPDATE ON sealed_key BEGIN UPDATE generation SET number = number + 1 WHERE topic = 'identity'; END;

CREATE TRIGGER sealed_key_removed AFTER DELETE ON sealed_key BEGIN UPDATE generation SET number = number + 1 WHERE topic = 'identity'; END;

CREATE TRIGGER setting_added AFTER INSERT ON setting BEGIN UPDATE generation SET number = number + 1 WHERE topic = 'unit'; END;

CREATE TRIGGER setting_changed AFTER UPDATE ON setting BEGIN UPDATE generation SET number = number + 1 WHERE topic = 'unit'; END;

CREATE TRIGGER setting_removed AFTER DELETE ON setting BEGIN UPDATE generation SET number = number + 1 WHERE topic = 'unit'; END;

CREATE TRIGGER subject_names_are_kept BEFORE DELETE ON subject_name
    BEGIN SELECT RAISE(ABORT, 'a subject DN belongs to one subscriber for ever'); END;

CREATE TRIGGER subject_names_stay BEFORE UPDATE ON subject_name
    BEGIN SELECT RAISE(ABORT, 'a subject DN belongs to one subscriber for ever'); END;

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

CREATE TRIGGER subscriber_found AFTER INSERT ON subscriber BEGIN
    INSERT INTO subscriber_find (subscriber, text) VALUES (NEW.id, NEW.search);
END;

CREATE TRIGGER subscriber_found_again AFTER UPDATE OF search ON subscriber WHEN OLD.search <> NEW.search BEGIN
    UPDATE subscriber_find SET text = NEW.search WHERE subscriber = NEW.id;
END;

CREATE TRIGGER subscriber_has_a_department BEFORE INSERT ON subscriber
WHEN NOT EXISTS (SELECT 1 FROM unit WHERE id = NEW.department AND kind = 'department')
BEGIN SELECT RAISE(ABORT, 'everybody belongs to a department'); END;

CREATE TRIGGER subscriber_stays_in_a_department BEFORE UPDATE OF department ON subscriber
WHEN NOT EXISTS (SELECT 1 FROM unit WHERE id = NEW.department AND kind = 'department')
BEGIN SELECT RAISE(ABORT, 'everybody belongs to a department'); END;

CREATE TRIGGER unit_added AFTER INSERT ON unit BEGIN UPDATE generation SET number = number + 1 WHERE topic = 'unit'; END;

CREATE TRIGGER unit_certified_name_stays BEFORE UPDATE OF certified_name ON unit
WHEN OLD.certified_name IS NOT NULL AND NEW.certified_name IS NOT OLD.certified_name
BEGIN SELECT RAISE(ABORT, 'what is certified of a department never changes'); END;

CREATE TRIGGER unit_changed AFTER UPDATE ON unit BEGIN UPDATE generation SET number = number + 1 WHERE topic = 'unit'; END;

CREATE TABLE act_alone (
    officer TEXT    NOT NULL, -- the account, in lower case
    serial  BLOB    NOT NULL CHECK (length(serial) BETWEEN 1 AND 20),
    at      INTEGER NOT NULL,
    PRIMARY KEY (officer, serial)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE batch (
    id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    name       TEXT    NOT NULL, -- what the officer calls it: the file's name
    digest     BLOB    NOT NULL CHECK (length(digest) = 32), -- of list and choices: the same again is the same batch
    form       TEXT    NOT NULL CHECK (form IN ('legacy', 'modern')), -- of the PKCS#12
    supersede  INTEGER NOT NULL CHECK (supersede IN (0, 1)),
    state      TEXT    NOT NULL CHECK (state IN ('running', 'done', 'cancelled')),
    created_at INTEGER NOT NULL,
    ended_at   INTEGER, folder TEXT, stopped_at INTEGER CHECK (stopped_at IS NULL OR state = 'running'), passwords TEXT,
    CHECK ((state = 'running') = (ended_at IS NULL))
) STRICT, WITHOUT ROWID;

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

CREATE TABLE bundle (
    unit     BLOB NOT NULL REFERENCES unit (id),
    name     TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
    profiles TEXT NOT NULL, -- JSON array
    PRIMARY KEY (unit, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE certificate (
    number          INTEGER NOT NULL PRIMARY KEY, -- order of storing: newest first is the list's order
    serial          BLOB    NOT NULL UNIQUE CHECK (length(serial) BETWEEN 1 AND 20),
    kind            TEXT    NOT NULL CHECK (kind = 'subscriber' OR kind = 'transport' OR kind = 'root' OR kind = 'issuing' OR kind = 'ra' OR kind = 'profile_signer' OR kind = 'tls' OR kind = 'ocsp'),
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
    invalid_since   INTEGER, profile_version INTEGER, pilot INTEGER NOT NULL DEFAULT 0 CHECK (pilot IN (0, 1)), department BLOB, uses INTEGER NOT NULL DEFAULT 0 CHECK (uses BETWEEN 0 AND 15),
    CHECK ((revoked_at IS NULL) = (reason IS NULL))
) STRICT;

CREATE TABLE certificate_count (
    kind    TEXT    NOT NULL,
    profile TEXT    NOT NULL,
    day     INTEGER NOT NULL,
    state   TEXT    NOT NULL CHECK (state = 'valid' OR state = 'held' OR state = 'revoked' OR state = 'superseded'),
    count   INTEGER NOT NULL,
    PRIMARY KEY (kind, profile, day, state)
) STRICT, WITHOUT ROWID;

CREATE TABLE certificate_der (
    number INTEGER NOT NULL PRIMARY KEY REFERENCES certificate (number),
    der    BLOB    NOT NULL
) STRICT;

CREATE TABLE certificate_fingerprint (
    head   BLOB    NOT NULL CHECK (length(head) = 8),
    number INTEGER NOT NULL,
    PRIMARY KEY (head, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE certificate_name (
    key    TEXT    NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (key, number)
) STRICT, WITHOUT ROWID;

CREATE VIRTUAL TABLE certificate_search USING fts5 (text, content = '', columnsize = 0, detail = none, tokenize = 'trigram case_sensitive 1');

CREATE TABLE 'certificate_search_config'(k PRIMARY KEY, v) WITHOUT ROWID;

CREATE TABLE 'certificate_search_data'(id INTEGER PRIMARY KEY, block BLOB);

CREATE TABLE 'certificate_search_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;

CREATE TABLE certificate_to_read (
    number INTEGER NOT NULL PRIMARY KEY REFERENCES certificate (number)
) STRICT;

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
    state           TEXT    NOT NULL CHECK (state = 'open' OR state = 'claimed' OR state = 'spent' OR state = 'pending' OR state = 'refused' OR state = 'cancelled'),
    claimed_by      BLOB    CHECK (length(claimed_by) = 32), -- SHA-256 of the key's SubjectPublicKeyInfo
    serial          BLOB, made_by TEXT,                                    -- reserved (claimed, pending) or issued (spent)
    CHECK (claimed_by IS NOT NULL OR state = 'open' OR state = 'cancelled'),
    CHECK (state <> 'spent' OR serial IS NOT NULL)
) STRICT;

CREATE TABLE "crl" (
    issuer      BLOB    NOT NULL PRIMARY KEY,
    number      INTEGER NOT NULL CHECK (number > 0),
    this_update INTEGER NOT NULL,
    next_update INTEGER NOT NULL,
    generation  INTEGER NOT NULL, -- of the topic 'revocation' that it says
    size        INTEGER NOT NULL, -- octets
    der         BLOB, made_at INTEGER NOT NULL DEFAULT 0,             -- NULL: in the file
    CHECK (der IS NULL OR length(der) = size)
) STRICT, WITHOUT ROWID;

CREATE TABLE crl_history (
    issuer     BLOB    NOT NULL,
    number     INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    made_at    INTEGER NOT NULL,
    PRIMARY KEY (issuer, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE crl_number (
    issuer BLOB    NOT NULL PRIMARY KEY,
    number INTEGER NOT NULL CHECK (number > 0)
, this_update INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;

CREATE TABLE delta_crl (
    issuer      BLOB    NOT NULL PRIMARY KEY,
    number      INTEGER NOT NULL,
    base        INTEGER NOT NULL,
    next_update INTEGER NOT NULL,
    der         BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE departure (
    subscriber BLOB    NOT NULL PRIMARY KEY CHECK (length(subscriber) = 16),
    at         INTEGER NOT NULL,
    reason     INTEGER NOT NULL,
    successor  TEXT, -- who may read what was written to the mailbox
    keep_until INTEGER -- escrowed keys are kept so long
) STRICT, WITHOUT ROWID;

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

CREATE TABLE draft (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
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

CREATE TABLE escrow_decision (
    number   INTEGER NOT NULL PRIMARY KEY,
    unit     BLOB    NOT NULL REFERENCES unit (id),
    at       INTEGER NOT NULL,
    actor    TEXT    NOT NULL, -- JSON
    enabled  INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    decision TEXT    NOT NULL  -- JSON: answers, recommendation, who decided, why, advisers
) STRICT;

CREATE TABLE find_progress (
    id     INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    number INTEGER NOT NULL
) STRICT;

CREATE TABLE gate (
    unit       BLOB    NOT NULL REFERENCES unit (id),
    name       TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    actor      TEXT    NOT NULL, -- JSON
    overridden INTEGER NOT NULL CHECK (overridden IN (0, 1)),
    answers    TEXT    NOT NULL, -- JSON: what was written down, or name and reason of the override
    PRIMARY KEY (unit, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE generation (
    topic  TEXT    NOT NULL PRIMARY KEY CHECK (topic IN ('unit', 'identity', 'revocation')),
    number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE hold_deadline (
    serial   BLOB    NOT NULL PRIMARY KEY CHECK (length(serial) BETWEEN 1 AND 20),
    since    INTEGER NOT NULL,
    final_at INTEGER NOT NULL CHECK (final_at > since)
) STRICT, WITHOUT ROWID;

CREATE TABLE imported_chain (
    key      BLOB    NOT NULL REFERENCES sealed_key (id),
    position INTEGER NOT NULL,
    der      BLOB    NOT NULL,
    PRIMARY KEY (key, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE issuance (
    number      INTEGER NOT NULL PRIMARY KEY,
    serial      BLOB    NOT NULL CHECK (length(serial) BETWEEN 1 AND 20),
    issuer      BLOB,             -- subjectKeyIdentifier of the CA that is to sign; NULL: self-signed
    intent      TEXT    NOT NULL, -- JSON: what is to be certified
    state       TEXT    NOT NULL CHECK (state = 'stored' OR state = 'reserved' OR state = 'abandoned'),
    reserved_at INTEGER NOT NULL,
    ended_at    INTEGER
) STRICT;

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

CREATE TABLE ledger (
    number  INTEGER NOT NULL PRIMARY KEY,
    at      INTEGER NOT NULL,
    actor   TEXT    NOT NULL,
    event   TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    details TEXT    NOT NULL,
    hash    BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE TABLE ledger_head (
    number    INTEGER NOT NULL PRIMARY KEY REFERENCES ledger (number),
    hash      BLOB    NOT NULL CHECK (length(hash) = 32),
    at        INTEGER NOT NULL,
    signer    BLOB    NOT NULL, -- serial of the certificate whose key signed
    signature BLOB    NOT NULL
) STRICT;

CREATE TABLE lesson (
    number   INTEGER NOT NULL PRIMARY KEY,
    unit     BLOB    NOT NULL REFERENCES unit (id),
    day      TEXT    NOT NULL CHECK (day LIKE '____-__-__'), -- when it happened
    at       INTEGER NOT NULL,                               -- when it was written down
    actor    TEXT    NOT NULL, -- JSON
    happened TEXT    NOT NULL,
    learned  TEXT    NOT NULL
) STRICT;

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

CREATE TABLE mailbox (
    id          BLOB PRIMARY KEY,
    subscriber  BLOB NOT NULL REFERENCES subscriber (id) ON DELETE CASCADE,
    address     TEXT NOT NULL,
    -- In lower case: two people cannot have addresses that differ in case alone.
    address_key TEXT NOT NULL UNIQUE,
    position    INTEGER NOT NULL,
    created_at  INTEGER NOT NULL
, validated_at INTEGER) STRICT, WITHOUT ROWID;

CREATE TABLE mailbox_validation (
    id       INTEGER PRIMARY KEY,
    mailbox  BLOB NOT NULL REFERENCES mailbox (id) ON DELETE CASCADE,
    at       INTEGER NOT NULL,
    method   TEXT NOT NULL,
    evidence TEXT NOT NULL,
    actor    TEXT NOT NULL
, rules TEXT NOT NULL DEFAULT 'before-versions') STRICT;

CREATE TABLE ota_answer (
    id         INTEGER PRIMARY KEY,
    session    INTEGER NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    phase      INTEGER NOT NULL CHECK (phase IN (2, 3)),
    created_at INTEGER NOT NULL,
    plan       BLOB NOT NULL,
    bytes      BLOB
) STRICT;

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

CREATE TABLE outbox_attempt (
    number       INTEGER NOT NULL PRIMARY KEY,
    outbox       BLOB    NOT NULL REFERENCES outbox (id),
    target       BLOB    NOT NULL,
    item         TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    milliseconds INTEGER NOT NULL,
    succeeded    INTEGER NOT NULL CHECK (succeeded IN (0, 1)),
    detail       TEXT    NOT NULL
, failure TEXT) STRICT;

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

CREATE TABLE portal (
    id                 INTEGER PRIMARY KEY CHECK (id = 1),
    code_key           BLOB NOT NULL,
    profile_identifier TEXT NOT NULL
) STRICT;

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

CREATE TABLE profile_identity (
    answer  INTEGER NOT NULL REFERENCES ota_answer (id) ON DELETE CASCADE,
    profile TEXT NOT NULL,
    serial  BLOB,
    PRIMARY KEY (answer, profile)
) STRICT, WITHOUT ROWID;

CREATE TABLE publication_target (
    id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    address    TEXT    NOT NULL, -- an absolute folder, or http(s)://...
    user       TEXT,             -- HTTP Basic
    password   BLOB,             -- sealed
    added_at   INTEGER NOT NULL,
    removed_at INTEGER,
    CHECK ((user IS NULL) = (password IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE published_crl (
    address     TEXT    NOT NULL PRIMARY KEY,
    state       TEXT    NOT NULL CHECK (state IN ('fresh', 'stale', 'otherNumber', 'unreachable', 'unreadable')),
    detail      TEXT    NOT NULL,
    number      INTEGER,
    next_update INTEGER,
    checked_at  INTEGER NOT NULL,
    since       INTEGER NOT NULL -- in this state
, failure TEXT, named_until INTEGER) STRICT, WITHOUT ROWID;

CREATE TABLE refinery_schema_history(
             version int4 PRIMARY KEY,
             name VARCHAR(255),
             applied_on VARCHAR(255),
             checksum VARCHAR(255));

CREATE TABLE revocation_change (
    issuer     BLOB    NOT NULL,
    serial     BLOB    NOT NULL CHECK (length(serial) BETWEEN 1 AND 20),
    generation INTEGER NOT NULL,
    PRIMARY KEY (issuer, serial)
) STRICT, WITHOUT ROWID;

CREATE TABLE saved_view (
    id       BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    of       TEXT    NOT NULL CHECK (of IN ('certificates', 'people')),
    name     TEXT    NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
    query    TEXT    NOT NULL, -- JSON
    columns  TEXT    NOT NULL, -- JSON array
    saved_at INTEGER NOT NULL,
    UNIQUE (of, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE scep_pending (
    id        BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    challenge INTEGER NOT NULL UNIQUE REFERENCES challenge (id),
    spki      BLOB    NOT NULL,
    since     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE scep_refusal (
    about BLOB    NOT NULL PRIMARY KEY,
    hour  INTEGER NOT NULL,
    count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE scep_transaction (
    transaction_id BLOB    NOT NULL PRIMARY KEY CHECK (length(transaction_id) BETWEEN 1 AND 255),
    key            BLOB    NOT NULL CHECK (length(key) = 32),     -- SHA-256 of the signer's SubjectPublicKeyInfo
    request        BLOB    NOT NULL CHECK (length(request) = 32), -- SHA-256 of the CSR
    challenge      INTEGER REFERENCES challenge (id),             -- its state is the state of the transaction
    serial         BLOB,                                          -- of a renewal, which has no challenge: reserved or issued
    at             INTEGER NOT NULL,
    CHECK ((challenge IS NULL) <> (serial IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE sealed_key (
    id          BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    unit        BLOB    NOT NULL REFERENCES unit (id),
    purpose     TEXT    NOT NULL CHECK (purpose IN ('root', 'issuing', 'ra', 'profile_signer', 'tls', 'ocsp')),
    certificate INTEGER REFERENCES certificate (number), -- NULL for an imported one
    sealed      BLOB,
    created_at  INTEGER NOT NULL,
    retired_at  INTEGER
) STRICT, WITHOUT ROWID;

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

CREATE TABLE setting (
    unit  BLOB NOT NULL REFERENCES unit (id),
    key   TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (unit, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE setting_request (
    key      TEXT    NOT NULL PRIMARY KEY,
    value    TEXT, -- NULL: back to the default
    asked_by TEXT    NOT NULL, -- JSON, an actor
    asked_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE step (
    id         INTEGER PRIMARY KEY,
    enrollment BLOB NOT NULL REFERENCES enrollment (id) ON DELETE CASCADE,
    at         INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    facts      TEXT NOT NULL
) STRICT;

CREATE TABLE subject_name (
    -- Comparable form (RFC 5280 7.1: case and blanks do not distinguish).
    name          TEXT PRIMARY KEY,
    subscriber    BLOB NOT NULL,
    registered_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

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
, department BLOB REFERENCES unit (id)) STRICT, WITHOUT ROWID;

CREATE TABLE subscriber_find (
    number     INTEGER NOT NULL PRIMARY KEY,
    subscriber BLOB    NOT NULL UNIQUE REFERENCES subscriber (id) ON DELETE CASCADE,
    text       TEXT    NOT NULL
) STRICT;

CREATE VIRTUAL TABLE subscriber_search USING fts5 (
    text, content = 'subscriber_find', content_rowid = 'number', columnsize = 0, detail = none, tokenize = 'trigram case_sensitive 1'
);

CREATE TABLE 'subscriber_search_config'(k PRIMARY KEY, v) WITHOUT ROWID;

CREATE TABLE 'subscriber_search_data'(id INTEGER PRIMARY KEY, block BLOB);

CREATE TABLE 'subscriber_search_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;

CREATE TABLE transport_certificate (
    serial     BLOB PRIMARY KEY,
    enrollment BLOB NOT NULL,
    issued_at  INTEGER NOT NULL,
    used_at    INTEGER,
    ended      INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE unit (
    id           BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    parent       BLOB    REFERENCES unit (id),
    kind         TEXT    NOT NULL CHECK (kind IN ('organization', 'department')),
    name         TEXT    NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
    mail_domains TEXT    NOT NULL DEFAULT '[]', -- JSON array
    hosts        TEXT    NOT NULL DEFAULT '[]', -- JSON array
    training     INTEGER NOT NULL DEFAULT 0 CHECK (training IN (0, 1)),
    created_at   INTEGER NOT NULL, production_at INTEGER, certified_name TEXT,
    CHECK ((kind = 'organization') = (parent IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX act_request_waiting ON act_request (asked_at) WHERE state = 'waiting';

CREATE INDEX batch_by_digest ON batch (digest);

CREATE INDEX batch_item_by_state ON batch_item (batch, state, number);

CREATE INDEX batch_item_made_here ON batch_item (batch) WHERE csr IS NULL;

CREATE INDEX certificate_ending ON certificate (not_after, number, kind, profile, reason, superseded_at);

CREATE INDEX certificate_finally_revoked ON certificate (number) WHERE reason <> 6;

CREATE INDEX certificate_held ON certificate (number) WHERE reason = 6;

CREATE INDEX certificate_listed ON certificate (number, kind, profile, reason, superseded_at, not_after);

CREATE INDEX certificate_of_department ON certificate (department, number) WHERE department IS NOT NULL;

CREATE INDEX certificate_of_enrollment ON certificate (enrollment) WHERE enrollment IS NOT NULL;

CREATE INDEX certificate_of_key ON certificate (key_fingerprint);

CREATE INDEX certificate_of_ours ON certificate (kind, number) WHERE kind NOT IN ('subscriber', 'transport');

CREATE INDEX certificate_of_subscriber ON certificate (subscriber, number, kind, profile, reason, superseded_at, not_after, uses, issuer)
    WHERE subscriber IS NOT NULL;

CREATE UNIQUE INDEX certificate_one_to_encrypt ON certificate (subscriber, profile)
    WHERE profile IN ('encryption', 'document') AND kind = 'subscriber' AND issuer IS NOT NULL AND subscriber IS NOT NULL
      AND superseded_at IS NULL AND (reason IS NULL OR reason = 6);

CREATE INDEX certificate_revoked ON certificate (issuer, number, serial, revoked_at, reason, invalid_since) WHERE revoked_at IS NOT NULL;

CREATE INDEX certificate_superseded ON certificate (number) WHERE superseded_at IS NOT NULL;

CREATE INDEX challenge_of_enrollment ON challenge (enrollment) WHERE enrollment IS NOT NULL;

CREATE INDEX challenge_of_subscriber_unspent ON challenge (subscriber)
    WHERE subscriber IS NOT NULL AND state BETWEEN 'claimed' AND 'pending';

CREATE INDEX enrollment_by_configuration ON enrollment (configured_at) WHERE configured_at IS NOT NULL;

CREATE INDEX enrollment_by_creation ON enrollment (created_at, state, reached);

CREATE INDEX enrollment_by_device ON enrollment (device) WHERE device IS NOT NULL;

CREATE INDEX enrollment_by_state ON enrollment (state, id);

CREATE INDEX enrollment_by_subscriber ON enrollment (subscriber, id);

CREATE INDEX hold_deadline_by_end ON hold_deadline (final_at);

CREATE UNIQUE INDEX issuance_not_stored ON issuance (serial) WHERE state <> 'stored';

CREATE INDEX ledger_of_certificate ON ledger (subject)
    WHERE event >= 'certificate.' AND event < 'certificate/' AND event <> 'certificate.issued';

CREATE INDEX ledger_of_subscriber ON ledger (subject, event) WHERE event >= 'subscriber.' AND event < 'subscriber/';

CREATE INDEX ledger_of_validation ON ledger (subject COLLATE NOCASE) WHERE event = 'mailbox.validated';

CREATE INDEX ledger_validated ON ledger (at) WHERE event = 'mailbox.validated';

CREATE INDEX lesson_of_unit ON lesson (unit, number);

CREATE INDEX link_by_enrollment ON link (enrollment);

CREATE INDEX mailbox_by_address ON mailbox (address_key, subscriber);

CREATE INDEX mailbox_by_validation ON mailbox (validated_at, subscriber);

CREATE INDEX mailbox_validation_by_mailbox ON mailbox_validation (mailbox, id);

CREATE INDEX mailboxes_by_subscriber ON mailbox (subscriber, position, validated_at);

CREATE INDEX ota_answer_by_session ON ota_answer (session, phase, id);

CREATE INDEX outbox_attempt_of_target ON outbox_attempt (target, number);

CREATE INDEX outbox_due ON outbox (due_at) WHERE state = 'waiting';

CREATE UNIQUE INDEX outbox_waiting ON outbox (kind, target, item) WHERE state = 'waiting';

CREATE INDEX password_failure_by_subscriber ON password_failure (subscriber, at);

CREATE INDEX profile_of_unit ON profile (unit, name, version);

CREATE UNIQUE INDEX publication_target_in_use ON publication_target (address) WHERE removed_at IS NULL;

CREATE INDEX sealed_key_in_use ON sealed_key (purpose, created_at);

CREATE INDEX session_by_enrollment ON session (enrollment, id);

CREATE INDEX step_by_enrollment ON step (enrollment, id);

CREATE INDEX subject_name_by_time ON subject_name (registered_at, name);

CREATE INDEX subscriber_by_name ON subscriber (sort_key, id);

CREATE INDEX subscriber_of_department ON subscriber (department, sort_key, id);

CREATE INDEX transport_certificate_by_enrollment ON transport_certificate (enrollment);

CREATE INDEX transport_certificates_unused ON transport_certificate (issued_at) WHERE used_at IS NULL AND ended = 0;
