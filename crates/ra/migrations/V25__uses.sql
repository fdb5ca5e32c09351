-- What certificates of people are good for, as relying parties read it in them (a set: 1 signs mail, 2 mail is encrypted to it, 4 signs in to VPN
-- and Wi-Fi, 8 documents are encrypted to it). A functional mailbox may sign, be encrypted to, or both, whatever its profile is called: who can
-- be encrypted to is asked of a million people at once.
ALTER TABLE certificate ADD COLUMN uses INTEGER NOT NULL DEFAULT 0 CHECK (uses BETWEEN 0 AND 15);

-- Those from before: what the version of their profile says, which is never changed.
CREATE TEMP TABLE version_uses (version INTEGER NOT NULL PRIMARY KEY, uses INTEGER NOT NULL);
INSERT INTO version_uses (version, uses)
    SELECT version, (mail AND signs) + 2 * (mail AND enciphers) + 4 * (client AND signs) + 8 * (decrypts AND (further OR NOT (mail AND enciphers)))
    FROM (SELECT version, signs, decrypts,
            EXISTS (SELECT 1 FROM json_each(definition, '$.usage') WHERE value = 'keyEncipherment') AS enciphers,
            EXISTS (SELECT 1 FROM json_each(definition, '$.purposes') WHERE value = '1.3.6.1.5.5.7.3.4') AS mail,
            EXISTS (SELECT 1 FROM json_each(definition, '$.purposes') WHERE value = '1.3.6.1.5.5.7.3.2') AS client,
            EXISTS (SELECT 1 FROM json_each(definition, '$.purposes')
                    WHERE value NOT IN ('1.3.6.1.5.5.7.3.4', '1.3.6.1.5.5.7.3.2')) AS further
          FROM profile WHERE definition IS NOT NULL);

-- Where nobody had saved a version, what the built-in profile says; an import had looked for the profile that comes nearest.
UPDATE certificate SET uses = coalesce(
    (SELECT v.uses FROM version_uses AS v WHERE v.version = certificate.profile_version),
    CASE certificate.profile WHEN 'signing' THEN 1 WHEN 'functional' THEN 1 WHEN 'encryption' THEN 2 WHEN 'authentication' THEN 4
                             WHEN 'document' THEN 8 ELSE 0 END)
WHERE kind = 'subscriber';
DROP TABLE version_uses;

-- An elliptic key that signs has no other usage, whatever its profile says: id-ecPublicKey stands in the certificate.
UPDATE certificate SET uses = uses & 5
WHERE (uses & 5) <> 0 AND (uses & 10) <> 0
  AND EXISTS (SELECT 1 FROM certificate_der AS d WHERE d.number = certificate.number AND instr(d.der, x'06072a8648ce3d0201') > 0);

-- A person's certificates: what they are good for is answered in the index, too.
DROP INDEX certificate_of_subscriber;
CREATE INDEX certificate_of_subscriber ON certificate (subscriber, number, kind, profile, reason, superseded_at, not_after, uses)
    WHERE subscriber IS NOT NULL;
