-- Why a file did not arrive, or could not be fetched, as a stable word, so that the next step can be said in any language; detail keeps what
-- the other side said. None with what succeeded, and with what earlier versions recorded: there the reason stands in detail.
ALTER TABLE outbox_attempt ADD COLUMN failure TEXT;
ALTER TABLE published_crl ADD COLUMN failure TEXT;
