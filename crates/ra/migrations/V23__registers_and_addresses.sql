-- How mailboxes were validated, and what became of people, stands in the ledger for ever, also of those who left or were deleted. The report
-- of validations and subject names is read there.
CREATE INDEX ledger_of_validation ON ledger (subject, at) WHERE event = 'mailbox.validated';
CREATE INDEX ledger_of_subscriber ON ledger (subject, event) WHERE event >= 'subscriber.' AND event < 'subscriber/';

-- Whose addresses begin so, without a look at each mailbox.
CREATE INDEX mailbox_by_address ON mailbox (address_key, subscriber);
