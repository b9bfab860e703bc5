-- Step 3: build the index again, if there is one, because texts are indexed without their accents
-- from this version on.
INSERT INTO chores SELECT 'renew' WHERE EXISTS (SELECT 1 FROM rooms WHERE indexed > 0)
    ON CONFLICT DO NOTHING;         -- texts are indexed without their accents
UPDATE rooms SET indexed = 0;
