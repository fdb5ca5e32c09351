-- People are found by their devices, as certificates are: by the name that a device gives itself, its serial number, UDID, IMEI and model. An IMEI
-- is one number, however it is grouped. (lower() folds ASCII alone: by a name with other letters one is found once the device is seen again.)
UPDATE subscriber SET search = search || (
    SELECT group_concat(
        coalesce(char(10) || lower(device_name), '') || coalesce(char(10) || lower(serial), '') || char(10) || lower(udid)
            || coalesce(char(10) || replace(imei, ' ', ''), '') || coalesce(char(10) || lower(product), ''),
        '')
    FROM device WHERE device.subscriber = subscriber.id)
WHERE EXISTS (SELECT 1 FROM device WHERE device.subscriber = subscriber.id);

-- Where certificates were found by an IMEI in groups they are looked at anew, in idle moments.
INSERT INTO certificate_search (certificate_search) SELECT 'delete-all' WHERE EXISTS (SELECT 1 FROM device WHERE imei LIKE '% %');
UPDATE find_progress SET number = 0 WHERE EXISTS (SELECT 1 FROM device WHERE imei LIKE '% %');
