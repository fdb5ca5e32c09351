-- The report of validations and subject names is read in the order of time, however many there are: from its first row on.
CREATE INDEX ledger_validated ON ledger (at) WHERE event = 'mailbox.validated';
CREATE INDEX subject_name_by_time ON subject_name (registered_at, name);

-- What came after a validation of the same mailbox: earlier versions recorded its address as it was typed.
DROP INDEX ledger_of_validation;
CREATE INDEX ledger_of_validation ON ledger (subject COLLATE NOCASE) WHERE event = 'mailbox.validated';

-- What a person has is asked of our own certificates; whether one is ours is answered in the index, too.
DROP INDEX certificate_of_subscriber;
CREATE INDEX certificate_of_subscriber ON certificate (subscriber, number, kind, profile, reason, superseded_at, not_after, uses, issuer)
    WHERE subscriber IS NOT NULL;

-- Certificates of which it is still to be read what they are good for: those of other CAs from before, which were judged by the profile that
-- came nearest, those of profiles with purposes that allow all or open nothing, and whatever a program from before stores beside this one.
-- (One that is good for nothing is read once more.)
CREATE TABLE certificate_to_read (
    number INTEGER NOT NULL PRIMARY KEY REFERENCES certificate (number)
) STRICT;
INSERT INTO certificate_to_read (number) SELECT number FROM certificate WHERE kind = 'subscriber' AND (issuer IS NULL OR uses = 0
    OR profile_version IN (SELECT p.version FROM profile AS p, json_each(p.definition, '$.purposes') AS e
        WHERE e.value IN ('2.5.29.37.0', '1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.3', '1.3.6.1.5.5.7.3.8', '1.3.6.1.5.5.7.3.9', '1.3.6.1.5.5.7.3.36',
            '1.3.6.1.4.1.311.20.2.2', '1.3.6.1.5.2.3.4')));
CREATE TRIGGER certificate_is_to_be_read AFTER INSERT ON certificate WHEN NEW.kind = 'subscriber' AND NEW.uses = 0 BEGIN
    INSERT INTO certificate_to_read (number) VALUES (NEW.number);
END;
