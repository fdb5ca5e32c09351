-- Departments in the plural under the one organization of a folder.

-- The name that stands in certificates (OU). It is given once: renaming a department changes what people read, never what is certified.
ALTER TABLE unit ADD COLUMN certified_name TEXT;
UPDATE unit SET certified_name = name;
CREATE TRIGGER unit_certified_name_stays BEFORE UPDATE OF certified_name ON unit
WHEN OLD.certified_name IS NOT NULL AND NEW.certified_name IS NOT OLD.certified_name
BEGIN SELECT RAISE(ABORT, 'what is certified of a department never changes'); END;

-- Hosts belong to the folder, for all its departments.
UPDATE unit SET hosts = coalesce((SELECT d.hosts FROM unit AS d WHERE d.parent = unit.id ORDER BY d.id LIMIT 1), '[]')
    WHERE kind = 'organization';

-- What is the same for the whole network is set for the organization.
INSERT INTO setting (unit, key, value)
    SELECT u.parent, s.key, s.value FROM setting AS s JOIN unit AS u ON u.id = s.unit
    WHERE u.kind = 'department' AND s.key IN ('serve.https', 'serve.http', 'serve.public_url', 'serve.device_ca', 'status.url',
        'status.in_certificates', 'status.ocsp_in_certificates', 'crl.delta', 'mail.server', 'mail.from', 'mail.user', 'scep.legacy',
        'revoke.four_eyes_above', 'revoke.four_eyes_hours', 'revoke.maybe_lost_days')
    ON CONFLICT (unit, key) DO UPDATE SET value = excluded.value;
DELETE FROM setting WHERE unit IN (SELECT id FROM unit WHERE kind = 'department')
    AND key IN ('serve.https', 'serve.http', 'serve.public_url', 'serve.device_ca', 'status.url', 'status.in_certificates',
        'status.ocsp_in_certificates', 'crl.delta', 'mail.server', 'mail.from', 'mail.user', 'scep.legacy', 'revoke.four_eyes_above',
        'revoke.four_eyes_hours', 'revoke.maybe_lost_days');

-- Everybody belongs to a department.
ALTER TABLE subscriber ADD COLUMN department BLOB REFERENCES unit (id);
UPDATE subscriber SET department = (SELECT id FROM unit WHERE kind = 'department' ORDER BY id LIMIT 1);
CREATE INDEX subscriber_of_department ON subscriber (department, sort_key, id);
CREATE TRIGGER subscriber_has_a_department BEFORE INSERT ON subscriber
WHEN NOT EXISTS (SELECT 1 FROM unit WHERE id = NEW.department AND kind = 'department')
BEGIN SELECT RAISE(ABORT, 'everybody belongs to a department'); END;
CREATE TRIGGER subscriber_stays_in_a_department BEFORE UPDATE OF department ON subscriber
WHEN NOT EXISTS (SELECT 1 FROM unit WHERE id = NEW.department AND kind = 'department')
BEGIN SELECT RAISE(ABORT, 'everybody belongs to a department'); END;

-- The department that it was issued in: stays when the person moves on.
ALTER TABLE certificate ADD COLUMN department BLOB;
UPDATE certificate SET department = (SELECT id FROM unit WHERE kind = 'department' ORDER BY id LIMIT 1) WHERE subscriber IS NOT NULL;
CREATE INDEX certificate_of_department ON certificate (department, number) WHERE department IS NOT NULL;
