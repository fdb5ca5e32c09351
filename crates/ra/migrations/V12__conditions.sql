-- A list of more than two words behind IN is made into a table for every statement that checks it, which costs more than the row that is
-- written. The same conditions in words that SQLite compares one by one. What they allow is what they allowed.

DROP TRIGGER challenge_is_spent_once;
CREATE TRIGGER challenge_is_spent_once BEFORE UPDATE OF state ON challenge
WHEN OLD.state = 'spent' OR OLD.state = 'refused' OR OLD.state = 'cancelled'
BEGIN SELECT RAISE(ABORT, 'a challenge that has ended stays so'); END;

-- In the order of letters: cancelled | claimed, open, pending | refused, spent.
DROP INDEX challenge_of_subscriber_unspent;
CREATE INDEX challenge_of_subscriber_unspent ON challenge (subscriber)
    WHERE subscriber IS NOT NULL AND state BETWEEN 'claimed' AND 'pending';

-- Conditions of tables are changed as https://www.sqlite.org/lang_altertable.html says (section 8, what does not change the rows).
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(replace(sql,
    'CHECK (state IN (''open'', ''claimed'', ''pending'', ''spent'', ''refused'', ''cancelled''))',
    'CHECK (state = ''open'' OR state = ''claimed'' OR state = ''spent'' OR state = ''pending'' OR state = ''refused'' OR state = ''cancelled'')'),
    'CHECK ((state IN (''claimed'', ''pending'', ''spent'', ''refused'')) <= (claimed_by IS NOT NULL))',
    'CHECK (claimed_by IS NOT NULL OR state = ''open'' OR state = ''cancelled'')')
    WHERE type = 'table' AND name = 'challenge';
UPDATE sqlite_schema SET sql = replace(sql,
    'CHECK (kind IN (''subscriber'', ''transport'', ''root'', ''issuing'', ''ra'', ''profile_signer'', ''tls'', ''ocsp''))',
    'CHECK (kind = ''subscriber'' OR kind = ''transport'' OR kind = ''root'' OR kind = ''issuing'' OR kind = ''ra'' OR kind = ''profile_signer'' OR kind = ''tls'' OR kind = ''ocsp'')')
    WHERE type = 'table' AND name = 'certificate';
UPDATE sqlite_schema SET sql = replace(sql,
    'CHECK (state IN (''reserved'', ''stored'', ''abandoned''))',
    'CHECK (state = ''stored'' OR state = ''reserved'' OR state = ''abandoned'')')
    WHERE type = 'table' AND name = 'issuance';
UPDATE sqlite_schema SET sql = replace(sql,
    'CHECK (state IN (''valid'', ''held'', ''revoked'', ''superseded''))',
    'CHECK (state = ''valid'' OR state = ''held'' OR state = ''revoked'' OR state = ''superseded'')')
    WHERE type = 'table' AND name = 'certificate_count';
PRAGMA writable_schema = RESET;
