-- Step 4: the time index (`chatd.storage.sqlite.time_index`): one row for each stretch of a log along
-- which stored times do not decrease. `time_index.fill` then fills it.
CREATE TABLE strands (
    id      INTEGER PRIMARY KEY,    -- of the event with which a stretch begins
    strand  INTEGER NOT NULL,       -- number of its strand in its room; along one, times only grow
    time    INTEGER NOT NULL        -- of that event
);
CREATE INDEX strands_by_time ON strands (id >> 40, strand, time);
