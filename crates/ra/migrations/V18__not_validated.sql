-- Mailboxes that nobody has validated, kept by triggers: among a million people they are found without looking at everybody.

CREATE TABLE mailbox_not_validated (
    subscriber BLOB NOT NULL,
    mailbox    BLOB NOT NULL REFERENCES mailbox (id) ON DELETE CASCADE,
    PRIMARY KEY (subscriber, mailbox)
) STRICT, WITHOUT ROWID;
CREATE INDEX mailbox_not_validated_by_mailbox ON mailbox_not_validated (mailbox);

INSERT INTO mailbox_not_validated (subscriber, mailbox)
    SELECT subscriber, id FROM mailbox m WHERE NOT EXISTS (SELECT 1 FROM mailbox_validation v WHERE v.mailbox = m.id);

CREATE TRIGGER mailbox_is_new AFTER INSERT ON mailbox BEGIN
    INSERT INTO mailbox_not_validated (subscriber, mailbox) VALUES (NEW.subscriber, NEW.id);
END;
CREATE TRIGGER mailbox_is_validated AFTER INSERT ON mailbox_validation BEGIN
    DELETE FROM mailbox_not_validated WHERE mailbox = NEW.mailbox;
END;
CREATE TRIGGER mailbox_is_validated_no_more AFTER DELETE ON mailbox_validation
WHEN NOT EXISTS (SELECT 1 FROM mailbox_validation WHERE mailbox = OLD.mailbox) BEGIN
    INSERT OR IGNORE INTO mailbox_not_validated (subscriber, mailbox) SELECT subscriber, id FROM mailbox WHERE id = OLD.mailbox;
END;
