-- Step 1: the rooms, with the head of each, and one row for each event.
--
-- An event's id is its room's id << 40 | its seq, so one tree holds the log of each room as a
-- contiguous range in order. A head never decreases, also when events are forgotten. The view `log`
-- is for operators: events with their room, seq and time in clear.
--
-- application_id is 0x63686174, "chat".
PRAGMA application_id = 1667785076;
CREATE TABLE rooms (
    id      INTEGER PRIMARY KEY,
    name    TEXT NOT NULL UNIQUE,   -- as the one who made it wrote it
    head    INTEGER NOT NULL,       -- seq of the last event; never goes back, whatever is forgotten
    topic   TEXT NOT NULL,
    session INTEGER NOT NULL        -- highest number of a session that said something here
);
CREATE TABLE events (
    id      INTEGER PRIMARY KEY,    -- rooms.id << 40 | seq
    time    INTEGER NOT NULL,       -- when it was committed, milliseconds since 1970
    session INTEGER NOT NULL,       -- number of the session that said it
    author  TEXT NOT NULL,          -- its name at that moment
    kind    INTEGER NOT NULL,       -- 1 message, 2 action, 3 topic
    text    TEXT NOT NULL           -- as it was said; not yet made safe for a terminal
);
CREATE VIEW log AS
    SELECT rooms.name AS room, events.id & 1099511627775 AS seq,
           datetime(events.time / 1000, 'unixepoch') AS utc, events.session AS session,
           author, kind, text
    FROM events JOIN rooms ON rooms.id = events.id >> 40;
