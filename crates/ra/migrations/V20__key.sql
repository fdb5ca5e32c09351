-- All certificates of a key: one that was compromised or is on hold is not certified again, one that Signet made signs nothing, and what
-- becomes of a compromised key becomes of all its certificates. The index of compromised keys alone is part of it.
DROP INDEX certificate_compromised_key;
CREATE INDEX certificate_of_key ON certificate (key_fingerprint);
