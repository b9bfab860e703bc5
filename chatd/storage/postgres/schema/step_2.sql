-- Step 2: an index of questions, answers, acks and decisions (kinds 7 to 10): those of a kind are
-- found in a long log without reading it. Nodes write none below level 2 of the log.
CREATE INDEX remarks ON events (shard, room, kind, seq) WHERE kind > 6;
