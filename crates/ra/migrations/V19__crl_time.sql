-- thisUpdate lies before the time at which a CRL was made, for relying parties whose clocks are slow, and no two of a CA say the same one:
-- clients that go by the time (NSS) keep the CRL that they have where the new one is not later. crl_number remembers the last one taken.
ALTER TABLE crl ADD COLUMN made_at INTEGER NOT NULL DEFAULT 0;
UPDATE crl SET made_at = this_update;
ALTER TABLE crl_number ADD COLUMN this_update INTEGER NOT NULL DEFAULT 0;
UPDATE crl_number SET this_update = coalesce((SELECT this_update FROM crl WHERE crl.issuer = crl_number.issuer), 0);
