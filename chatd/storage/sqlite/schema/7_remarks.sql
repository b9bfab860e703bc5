-- Step 7: questions, answers, acks and decisions (kinds 7 to 10), which an older chatd cannot read,
-- and an index of them: those of a kind are found in a long log without reading it.
CREATE INDEX remarks ON events (kind, id) WHERE kind > 6;

-- Records that are deleted with a line: questions, and the answers to them.
ALTER TABLE records ADD COLUMN line INTEGER;    -- id of that event; NULL: of none
CREATE INDEX records_of_lines ON records (line) WHERE line IS NOT NULL;
