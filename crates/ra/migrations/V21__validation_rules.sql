-- Validations of mailboxes end. Each says under which rules it was made; those from before rules had versions say that.
ALTER TABLE mailbox_validation ADD COLUMN rules TEXT NOT NULL DEFAULT 'before-versions';

-- When a mailbox was last validated, NULL where it never was, kept by triggers: whether that still counts is a question of time, and
-- among a million people those are found without looking at everybody. In the place of the list of mailboxes that nobody validated.
DROP TRIGGER mailbox_is_new;
DROP TRIGGER mailbox_is_validated;
DROP TRIGGER mailbox_is_validated_no_more;
DROP TABLE mailbox_not_validated;

ALTER TABLE mailbox ADD COLUMN validated_at INTEGER;
UPDATE mailbox AS m SET validated_at = (SELECT v.at FROM mailbox_validation v WHERE v.mailbox = m.id ORDER BY v.id DESC LIMIT 1);
CREATE INDEX mailbox_by_validation ON mailbox (validated_at, subscriber);

-- A person's mailboxes: whether they count is answered in the index.
DROP INDEX mailboxes_by_subscriber;
CREATE INDEX mailboxes_by_subscriber ON mailbox (subscriber, position, validated_at);

CREATE TRIGGER mailbox_is_validated AFTER INSERT ON mailbox_validation BEGIN
    UPDATE mailbox SET validated_at = NEW.at WHERE id = NEW.mailbox;
END;
CREATE TRIGGER mailbox_is_validated_no_more AFTER DELETE ON mailbox_validation BEGIN
    UPDATE mailbox SET validated_at = (SELECT v.at FROM mailbox_validation v WHERE v.mailbox = OLD.mailbox ORDER BY v.id DESC LIMIT 1)
        WHERE id = OLD.mailbox;
END;
CREATE TRIGGER mailbox_validation_stays BEFORE UPDATE ON mailbox_validation
BEGIN SELECT RAISE(ABORT, 'a recorded validation is never changed'); END;
