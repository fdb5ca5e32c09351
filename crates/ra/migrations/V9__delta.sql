-- Delta CRLs (RFC 5280 5.2.4), made only where a department wants them, and acts of one officer alone, counted together.

-- The complete CRLs of the last days: a delta says what changed since the oldest of them. Empty where no deltas are made.
CREATE TABLE crl_history (
    issuer     BLOB    NOT NULL,
    number     INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    made_at    INTEGER NOT NULL,
    PRIMARY KEY (issuer, number)
) STRICT, WITHOUT ROWID;
-- The delta that belongs to the complete CRL of the same number.
CREATE TABLE delta_crl (
    issuer      BLOB    NOT NULL PRIMARY KEY,
    number      INTEGER NOT NULL,
    base        INTEGER NOT NULL,
    next_update INTEGER NOT NULL,
    der         BLOB    NOT NULL
) STRICT, WITHOUT ROWID;
-- Serials whose status changed, with the generation in which it last did. Kept only where deltas are made.
CREATE TABLE revocation_change (
    issuer     BLOB    NOT NULL,
    serial     BLOB    NOT NULL CHECK (length(serial) BETWEEN 1 AND 20),
    generation INTEGER NOT NULL,
    PRIMARY KEY (issuer, serial)
) STRICT, WITHOUT ROWID;

-- In one trigger each, because the order of two is not defined.
DROP TRIGGER certificate_revocation;
CREATE TRIGGER certificate_revocation AFTER UPDATE OF revoked_at, reason, invalid_since ON certificate BEGIN
    UPDATE generation SET number = number + 1 WHERE topic = 'revocation';
    INSERT INTO revocation_change (issuer, serial, generation)
        SELECT NEW.issuer, NEW.serial, number FROM generation
        WHERE topic = 'revocation' AND EXISTS (SELECT 1 FROM crl_history WHERE issuer = NEW.issuer)
        ON CONFLICT DO UPDATE SET generation = excluded.generation;
END;
DROP TRIGGER issuance_abandoned;
CREATE TRIGGER issuance_abandoned AFTER UPDATE OF state ON issuance WHEN NEW.state = 'abandoned' BEGIN
    UPDATE generation SET number = number + 1 WHERE topic = 'revocation';
    INSERT INTO revocation_change (issuer, serial, generation)
        SELECT NEW.issuer, NEW.serial, number FROM generation
        WHERE topic = 'revocation' AND EXISTS (SELECT 1 FROM crl_history WHERE issuer = NEW.issuer)
        ON CONFLICT DO UPDATE SET generation = excluded.generation;
END;

-- Which certificates an officer changed without a second one, and when; forgotten after a while.
CREATE TABLE act_alone (
    officer TEXT    NOT NULL, -- the account, in lower case
    serial  BLOB    NOT NULL CHECK (length(serial) BETWEEN 1 AND 20),
    at      INTEGER NOT NULL,
    PRIMARY KEY (officer, serial)
) STRICT, WITHOUT ROWID;
