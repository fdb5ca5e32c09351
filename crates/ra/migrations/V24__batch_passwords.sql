-- Where the passwords of a batch's files lie: apart from the files, so that both do not go the same way. Those that are here already have
-- theirs in the folder with the files.
ALTER TABLE batch ADD COLUMN passwords TEXT;
UPDATE batch SET passwords = folder || '/passwords.csv' WHERE folder IS NOT NULL;
