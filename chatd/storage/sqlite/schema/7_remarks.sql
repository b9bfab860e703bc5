-- Step 7: questions, answers, acks and decisions (kinds 7 to 10), which an older chatd cannot read,
-- and an index of them: those of a kind are found in a long log without reading it.
CREATE INDEX remarks ON events (kind, id) WHERE kind > 6;
