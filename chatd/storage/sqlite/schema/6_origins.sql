-- Step 6: who set a room's topic and when, and who made the room and when. Of an older room that is
-- known as far as its events tell: when its first line came, and the last topic that was set. A
-- damaged event tells nothing.
ALTER TABLE rooms ADD COLUMN topic_by TEXT NOT NULL DEFAULT '';    -- '' and 0 if it is not known
ALTER TABLE rooms ADD COLUMN topic_at INTEGER NOT NULL DEFAULT 0;  -- milliseconds since 1970
ALTER TABLE rooms ADD COLUMN made_by TEXT NOT NULL DEFAULT '';
ALTER TABLE rooms ADD COLUMN made_at INTEGER NOT NULL DEFAULT 0;
UPDATE rooms SET made_at = coalesce((
    SELECT time FROM events WHERE events.id = (rooms.id << 40 | 1)
        AND typeof(time) = 'integer' AND time BETWEEN 0 AND 253402300799999
), 0);
UPDATE rooms SET (topic_by, topic_at) = (
    SELECT coalesce(max(author), ''), coalesce(max(time), 0)
    FROM (
        SELECT author, time FROM events
        WHERE events.id > rooms.id << 40 AND events.id <= (rooms.id << 40 | rooms.head) AND kind = 3
        ORDER BY events.id DESC LIMIT 1
    )
    WHERE typeof(author) = 'text' AND typeof(time) = 'integer'
        AND time BETWEEN 0 AND 253402300799999
) WHERE topic <> '';
