-- Step 5: messages of several lines. Each line of one has the seq of the first line, also that line
-- itself. The view `log` shows it.
ALTER TABLE events ADD COLUMN part_of INTEGER;  -- seq of its message's first line; NULL: alone
DROP VIEW log;
CREATE VIEW log AS
    SELECT rooms.name AS room, events.id & 1099511627775 AS seq,
           datetime(events.time / 1000, 'unixepoch') AS utc, events.session AS session,
           author, kind, text, part_of
    FROM events JOIN rooms ON rooms.id = events.id >> 40;
