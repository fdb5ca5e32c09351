-- What departments learned: a log that only grows.

CREATE TABLE lesson (
    number   INTEGER NOT NULL PRIMARY KEY,
    unit     BLOB    NOT NULL REFERENCES unit (id),
    day      TEXT    NOT NULL CHECK (day LIKE '____-__-__'), -- when it happened
    at       INTEGER NOT NULL,                               -- when it was written down
    actor    TEXT    NOT NULL, -- JSON
    happened TEXT    NOT NULL,
    learned  TEXT    NOT NULL
) STRICT;
CREATE INDEX lesson_of_unit ON lesson (unit, number);

-- What the checklist held of lessons is the log's first entry; what was overridden stays so.
INSERT INTO lesson (unit, day, at, actor, happened, learned)
    SELECT unit, date(at, 'unixepoch'), at, actor, 'Written on the checklist.', json_extract(answers, '$.lessons')
    FROM gate WHERE name = 'lessons' AND overridden = 0 AND json_extract(answers, '$.lessons') IS NOT NULL ORDER BY at;
DELETE FROM gate WHERE name = 'lessons' AND overridden = 0;

CREATE TRIGGER lesson_stays BEFORE UPDATE ON lesson BEGIN SELECT RAISE(ABORT, 'the log of lessons is append-only'); END;
CREATE TRIGGER lesson_is_not_forgotten BEFORE DELETE ON lesson BEGIN SELECT RAISE(ABORT, 'the log of lessons is append-only'); END;
