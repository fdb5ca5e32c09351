-- A long CRL lies in a file beside the database (crl-ISSUER-NUMBER.der, written before the row that names it): in a row all of it would
-- go through the write-ahead log and be written twice. Short ones stay in the row, and so does the root's, whose key may be elsewhere.

CREATE TABLE crl_kept (
    issuer      BLOB    NOT NULL PRIMARY KEY,
    number      INTEGER NOT NULL CHECK (number > 0),
    this_update INTEGER NOT NULL,
    next_update INTEGER NOT NULL,
    generation  INTEGER NOT NULL, -- of the topic 'revocation' that it says
    size        INTEGER NOT NULL, -- octets
    der         BLOB,             -- NULL: in the file
    CHECK (der IS NULL OR length(der) = size)
) STRICT, WITHOUT ROWID;
INSERT INTO crl_kept SELECT issuer, number, this_update, next_update, generation, length(der), der FROM crl;
DROP TABLE crl;
ALTER TABLE crl_kept RENAME TO crl;
