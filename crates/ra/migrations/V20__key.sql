-- All certificates of a key: one that was compromised or is on hold is not certified again, one that Signet made signs nothing, and what
-- becomes of a compromised key becomes of all its certificates. The index of compromised keys alone is part of it.
DROP INDEX certificate_compromised_key;
CREATE INDEX certificate_of_key ON certificate (key_fingerprint);

-- A phone between phases 2 and 3 goes on: its transport certificate came of its newest sign-in.
UPDATE session SET transport =
    (SELECT t.serial FROM transport_certificate t WHERE t.enrollment = session.enrollment AND t.used_at IS NULL AND t.ended = 0
     ORDER BY t.issued_at DESC LIMIT 1)
WHERE transport IS NULL AND leaf IS NOT NULL
  AND id = (SELECT max(s.id) FROM session s WHERE s.enrollment = session.enrollment AND s.leaf IS NOT NULL);
