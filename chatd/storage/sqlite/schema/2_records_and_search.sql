-- Step 2: the records that are stored beside the logs (accounts, roles, ...), and what the search
-- index needs: `rooms.indexed` is the seq up to which a room's events are in the index, and `chores`
-- holds the pending work on it. "renew" is to build the index again from the events; "purge" is to
-- rewrite it without the events that were forgotten.
CREATE TABLE records (
    kind    TEXT NOT NULL,          -- what it is: account, ...
    key     TEXT NOT NULL,
    value   TEXT NOT NULL,          -- JSON
    PRIMARY KEY (kind, key)
) WITHOUT ROWID;
ALTER TABLE rooms ADD COLUMN indexed INTEGER NOT NULL DEFAULT 0;  -- up to this seq it is in search
CREATE TABLE chores (
    what    TEXT PRIMARY KEY        -- purge: search still holds what was forgotten; renew: make it
) WITHOUT ROWID;                    -- anew
