-- A setting that one officer wants weaker, and that stays as it is until another one sets the same value.
CREATE TABLE setting_request (
    key      TEXT    NOT NULL PRIMARY KEY,
    value    TEXT, -- NULL: back to the default
    asked_by TEXT    NOT NULL, -- JSON, an actor
    asked_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
