-- Functions of version 1. See `chatd.storage.shared` for the words.
--
-- Nothing is refused by an error: a function that cannot do what it is asked returns a word for it,
-- and writes nothing. What chatd_append_1 and chatd_forget_1 answer counts once chatd_seal_1 has
-- been called after it, on that connection and without a warning; the others wait for all copies of
-- the log themselves. (PostgreSQL waits at the end of the transaction, so the setting that decides
-- it is set until there.)

-- Append a batch. Rooms, drafts, lines, writes and records are counted from 1.
--
-- p_rooms    the names of the rooms, each once, with their p_counts of lines, and p_highest sessions
-- p_unit     of each draft: what has one number is stored together or not at all; 0: alone
-- p_of       of each line: its draft, its p_room, its p_place among the lines of its room, and the
--            place of the p_first line of its message, if it has several; and so on
-- p_made     {draft, name, time} of drafts that say who made their room, and when
-- p_writes   {n, known, rights, unit, room, line, lines}: so many of the room's up to that line are
--            its own; no room without any
-- p_records  {n, write, known, kind, key, value, before, last, grows, ephemeral}
-- p_claims   {name, looks, holder, release}, in their order
-- p_numbers  how many blocks of 1,000 numbers of sessions are wanted
--
-- what is 'stored'; or 'again', because the rights were changed in batch no since p_known, so the
-- lines are to be checked; or 'fenced'. last is the id of a batch that a seal of the answer finds.
-- The answer has the head of each room before the batch (afters), the drafts that were left_out, the
-- writes that were conflicts, of each claim the name that was in_the_way, or null, the first ones of
-- the numbers, and the values [record, value] that are not as they were given.
CREATE FUNCTION chatd_append_1(
    p_shard integer, p_id uuid, p_again boolean, p_term bigint, p_known bigint,
    p_rooms json, p_counts integer[], p_highest bigint[], p_unit integer[],
    p_of integer[], p_room integer[], p_place integer[], p_first integer[], p_session bigint[],
    p_author json, p_kind smallint[], p_text json,
    p_made json, p_writes json, p_records json, p_claims json, p_numbers integer, p_content json,
    p_size integer,
    OUT what text, OUT no bigint, OUT stamp bigint, OUT last uuid, OUT answer json
) LANGUAGE plpgsql AS $$
DECLARE
    v_node integer;
    v_session bigint;
    v_rights bigint;
    v_names text[];
    v_author text[];
    v_text text[];
    v_rooms integer[] := '{}';
    v_afters bigint[] := '{}';
    v_places integer[] := p_place;
    v_conflicts integer[] := '{}';
    v_units integer[] := '{}';  -- of which nothing is stored
    v_left_out integer[] := '{}';
    v_decides boolean := false;
    v_records json[] := '{}';
    v_values json[] := '{}';
    v_in_the_way text[] := '{}';
    v_numbers bigint[] := '{}';
    v_last bigint;
    v_old text;
    v_new text;
    r record;
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    SELECT c.no, c.time, c.session INTO no, stamp, v_session
        FROM clock c WHERE c.shard = p_shard FOR UPDATE;
    IF p_again THEN
        SELECT b.no, b.time, b.answer INTO r
            FROM batches b WHERE b.shard = p_shard AND b.id = p_id;
        IF FOUND THEN
            what := 'stored'; no := r.no; stamp := r.time; last := p_id; answer := r.answer;
            RETURN;
        END IF;
    END IF;

    -- A beat does not wait for this lock. To end a term does, for all shards that it writes to.
    SELECT n.node INTO v_node FROM nodes n WHERE n.term = p_term AND n.live FOR KEY SHARE;
    IF NOT FOUND THEN
        what := 'fenced';
        SELECT b.id INTO last FROM batches b WHERE b.shard = p_shard AND b.no = chatd_append_1.no;
        RETURN;
    END IF;
    IF cardinality(p_of) > 0 THEN
        SELECT max(b.no) INTO v_rights FROM batches b
            WHERE b.shard = p_shard AND b.rights AND b.no > p_known AND b.term <> p_term;
        IF v_rights IS NOT NULL THEN
            what := 'again';
            SELECT b.id INTO last
                FROM batches b WHERE b.shard = p_shard AND b.no = chatd_append_1.no;
            no := v_rights;
            RETURN;
        END IF;
    END IF;

    IF p_writes IS NOT NULL THEN
        SELECT array_agg(w.n), array_agg(DISTINCT w.unit) FILTER (WHERE w.unit <> 0)
            INTO v_conflicts, v_units
            FROM json_to_recordset(p_writes)
                AS w(n integer, known bigint, rights boolean, unit integer)
            WHERE w.rights AND EXISTS (
                SELECT FROM batches b
                WHERE b.shard = p_shard AND b.rights AND b.no > w.known AND b.term <> p_term
            ) OR w.n IN (
                SELECT c.write
                FROM json_to_recordset(p_records)
                    AS c(write integer, known bigint, kind text, key text, grows text)
                JOIN records s ON s.shard = p_shard AND s.kind = c.kind AND s.key = c.key
                WHERE c.grows = '' AND s.no > c.known AND s.term <> p_term
            );
        v_conflicts := coalesce(v_conflicts, '{}');
        v_units := coalesce(v_units, '{}');
        IF cardinality(v_units) > 0 THEN
            SELECT array_agg(w.n) INTO v_conflicts
                FROM json_to_recordset(p_writes) AS w(n integer, unit integer)
                WHERE w.n = ANY (v_conflicts) OR w.unit = ANY (v_units);
            SELECT coalesce(array_agg(u.n ORDER BY u.n), '{}') INTO v_left_out
                FROM unnest(p_unit) WITH ORDINALITY AS u(unit, n)
                WHERE u.unit = ANY (v_units);
        END IF;
        v_decides := EXISTS (
            SELECT FROM json_to_recordset(p_writes) AS w(n integer, rights boolean)
            WHERE w.rights AND w.n <> ALL (v_conflicts)
        );
    END IF;

    what := 'stored'; last := p_id; no := no + 1;
    stamp := greatest(stamp, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint);

    IF cardinality(p_of) > 0 THEN
        v_names := array(SELECT json_array_elements_text(p_rooms));
        v_author := array(SELECT json_array_elements_text(p_author));
        v_text := array(SELECT json_array_elements_text(p_text));
        IF cardinality(v_units) > 0 THEN
            -- Lines are left out: those behind them in their rooms move up.
            SELECT array_agg(w.place ORDER BY w.n) INTO v_places
                FROM (
                    SELECT l.n, count(*) FILTER (WHERE p_unit[l.draft] <> ALL (v_units))
                        OVER (PARTITION BY l.room ORDER BY l.n) AS place
                    FROM unnest(p_of, p_room) WITH ORDINALITY AS l(draft, room, n)
                ) w;
            SELECT array_agg(l.draft), array_agg(l.room), array_agg(l.now), array_agg(l.session),
                    array_agg(l.now + l.first - l.place), array_agg(l.author), array_agg(l.kind),
                    array_agg(l.text)
                INTO p_of, p_room, p_place, p_session, p_first, v_author, p_kind, v_text
                FROM (
                    SELECT * FROM unnest(p_of, p_room, v_places, p_place, p_session, p_first,
                        v_author, p_kind, v_text) WITH ORDINALITY
                        AS l(draft, room, now, place, session, first, author, kind, text, n)
                    WHERE p_unit[l.draft] <> ALL (v_units) ORDER BY l.n
                ) l;
            SELECT array_agg(coalesce(w.count, 0) ORDER BY a.i),
                    array_agg(coalesce(w.highest, 0) ORDER BY a.i)
                INTO p_counts, p_highest
                FROM unnest(v_names) WITH ORDINALITY AS a(name, i) LEFT JOIN (
                    SELECT l.room, count(*) AS count, max(l.session) AS highest
                    FROM unnest(p_room, p_session) AS l(room, session) GROUP BY l.room
                ) w ON w.room = a.i;
        END IF;
        SELECT array_agg(m.id ORDER BY a.i), array_agg(coalesce(m.head, 0) ORDER BY a.i)
            INTO v_rooms, v_afters
            FROM unnest(v_names) WITH ORDINALITY AS a(name, i)
            LEFT JOIN rooms m ON m.shard = p_shard AND m.name = a.name;
        IF array_position(v_rooms, NULL) IS NOT NULL THEN
            INSERT INTO rooms (shard, name, made_by, made_at)
                SELECT p_shard, v_names[f.room], coalesce(m.name, ''), coalesce(m.time, stamp)
                FROM (
                    SELECT l.room, min(l.draft) AS draft
                    FROM unnest(p_of, p_room) AS l(draft, room)
                    WHERE v_rooms[l.room] IS NULL GROUP BY l.room
                ) f LEFT JOIN json_to_recordset(p_made) AS m(draft integer, name text, time bigint)
                    ON m.draft = f.draft
                ORDER BY f.draft;
            SELECT array_agg(m.id ORDER BY a.i) INTO v_rooms
                FROM unnest(v_names) WITH ORDINALITY AS a(name, i)
                LEFT JOIN rooms m ON m.shard = p_shard AND m.name = a.name;
        END IF;
        UPDATE rooms m SET head = m.head + a.count, session = greatest(m.session, a.highest)
            FROM unnest(v_rooms, p_counts, p_highest) AS a(id, count, highest)
            WHERE m.id = a.id AND a.count > 0;
        INSERT INTO events (shard, room, seq, time, session, author, kind, text, part_of)
            SELECT p_shard, v_rooms[l.room], v_afters[l.room] + l.place, stamp, l.session, l.author,
                l.kind, l.text, v_afters[l.room] + l.first
            FROM unnest(p_room, p_place, p_first, p_session, v_author, p_kind, v_text)
                AS l(room, place, first, session, author, kind, text);
        IF 3 = ANY (p_kind) THEN
            UPDATE rooms m SET topic = t.text, topic_by = t.author, topic_at = stamp
                FROM (
                    SELECT DISTINCT ON (l.room) l.room, l.author, l.text
                    FROM unnest(p_room, v_author, p_kind, v_text) WITH ORDINALITY
                        AS l(room, author, kind, text, n)
                    WHERE l.kind = 3 ORDER BY l.room, l.n DESC
                ) t
                WHERE m.id = v_rooms[t.room];
        END IF;
    ELSE
        p_counts := '{}';
    END IF;

    IF p_records IS NOT NULL THEN
        FOR r IN
            SELECT c.*, w.room, w.line, w.lines
            FROM json_to_recordset(p_records) AS c(n integer, write integer, kind text, key text,
                value text, before text, last text, grows text, ephemeral boolean)
            JOIN json_to_recordset(p_writes)
                AS w(n integer, room integer, line integer, lines integer) ON w.n = c.write
            WHERE c.write <> ALL (v_conflicts)
            ORDER BY c.n
        LOOP
            v_new := r.value;
            IF r.value IS NOT NULL AND r.room IS NOT NULL AND r.before || r.last <> '' THEN
                v_last := v_afters[r.room] + v_places[r.line];
                v_new := (v_new::jsonb || (
                    jsonb_build_object(r.before, v_last - r.lines, r.last, v_last) - ''
                ))::text;
            END IF;
            IF r.value IS NOT NULL AND r.grows <> '' THEN
                SELECT s.value INTO v_old FROM records s
                    WHERE s.shard = p_shard AND s.kind = r.kind AND s.key = r.key;
                IF (v_old::jsonb ->> r.grows)::bigint > (v_new::jsonb ->> r.grows)::bigint THEN
                    v_new := v_old;
                END IF;
            END IF;
            INSERT INTO records AS s (shard, kind, key, value, no, term, node)
                VALUES (p_shard, r.kind, r.key, v_new, chatd_append_1.no, p_term,
                    CASE WHEN r.ephemeral AND v_new IS NOT NULL THEN v_node END)
                ON CONFLICT (shard, kind, key) DO UPDATE SET value = excluded.value,
                    no = excluded.no, term = excluded.term, node = excluded.node;
            v_records := v_records || json_build_array(r.kind, r.key, v_new);
            IF v_new IS DISTINCT FROM r.value THEN
                v_values := v_values || json_build_array(r.n, v_new);
            END IF;
        END LOOP;
    END IF;

    IF p_claims IS NOT NULL THEN
        FOR r IN
            SELECT * FROM json_to_recordset(p_claims)
                AS c(name text, looks text[], holder text, release boolean)
        LOOP
            IF r.release THEN
                DELETE FROM claims c
                    WHERE c.shard = p_shard AND c.look = ANY (r.looks) AND c.name = r.name
                        AND c.holder = r.holder AND c.node = v_node;
                v_old := NULL;
            ELSE
                v_old := chatd_claim_1(p_shard, v_node, r.name, r.looks, r.holder);
            END IF;
            v_in_the_way := v_in_the_way || v_old;
        END LOOP;
    END IF;

    FOR i IN 0 .. p_numbers - 1 LOOP
        v_numbers := v_numbers || v_session + 1 + 1000 * i;
    END LOOP;

    answer := json_build_object(
        'afters', v_afters, 'left_out', v_left_out, 'conflicts', v_conflicts,
        'in_the_way', v_in_the_way, 'numbers', v_numbers, 'values', v_values
    );
    INSERT INTO batches
            (shard, no, id, term, time, rights, rooms, afters, counts, content, records, answer, size)
        VALUES (p_shard, chatd_append_1.no, p_id, p_term, stamp, v_decides, v_rooms,
            v_afters, p_counts, p_content,
            CASE WHEN cardinality(v_records) > 0 THEN array_to_json(v_records) END, answer, p_size);
    UPDATE clock c SET no = chatd_append_1.no, time = stamp,
            session = v_session + 1000 * p_numbers
        WHERE c.shard = p_shard;
END $$;

-- Hold a name, all of its looks or none. Return the name of another holder that is in the way.
-- The caller has locked the clock.
CREATE FUNCTION chatd_claim_1(
    p_shard integer, p_node integer, p_name text, p_looks text[], p_holder text
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    v_other text;
BEGIN
    SELECT c.name INTO v_other FROM claims c
        WHERE c.shard = p_shard AND c.look = ANY (p_looks) AND c.holder <> p_holder
        ORDER BY c.look, c.name LIMIT 1;
    IF NOT FOUND THEN
        INSERT INTO claims (shard, look, name, holder, node)
            SELECT p_shard, l.look, p_name, p_holder, p_node FROM unnest(p_looks) AS l(look)
            ON CONFLICT DO NOTHING;
    END IF;
    RETURN v_other;
END $$;

-- Wait until all copies of the log have what was readable when this began. A batch of that id has to
-- be in the log, or else this is another server than the one that said so: sealed is false.
CREATE FUNCTION chatd_seal_1(
    p_shard integer, p_id uuid, OUT sealed boolean, OUT standbys text
) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('synchronous_commit', 'on', true);
    sealed := p_id IS NULL
        OR EXISTS (SELECT FROM batches b WHERE b.shard = p_shard AND b.id = p_id);
    IF sealed THEN
        PERFORM pg_logical_emit_message(true, 'chatd', '');  -- to have something to wait for
    END IF;
    standbys := current_setting('synchronous_standby_names');
END $$;

-- Write a batch without lines. The caller has locked the clock. Return its number.
CREATE FUNCTION chatd_write_1(p_shard integer, p_id uuid, p_term bigint, p_records json, p_content json)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    v_no bigint;
    v_time bigint;
BEGIN
    UPDATE clock c SET no = c.no + 1,
            time = greatest(c.time, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)
        WHERE c.shard = p_shard RETURNING c.no, c.time INTO v_no, v_time;
    INSERT INTO batches (shard, no, id, term, time, content, records, size)
        VALUES (p_shard, v_no, p_id, p_term, v_time, p_content, p_records,
            coalesce(length(p_records::text), 0) + coalesce(length(p_content::text), 0));
    RETURN v_no;
END $$;

-- Write a batch that ends all that ends with a node. The caller has locked the clock, and its row.
CREATE FUNCTION chatd_end_1(p_shard integer, p_id uuid, p_term bigint, p_node integer)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    v_no bigint;
    v_records json;
BEGIN
    SELECT c.no + 1 INTO v_no FROM clock c WHERE c.shard = p_shard;
    WITH ended AS (
        UPDATE records s SET value = NULL, no = v_no, term = p_term, node = NULL
            WHERE s.shard = p_shard AND s.node = p_node
            RETURNING s.kind, s.key
    )
    SELECT json_agg(json_build_array(e.kind, e.key, NULL, true) ORDER BY e.kind, e.key)
        INTO v_records
        FROM ended e;
    DELETE FROM claims c WHERE c.shard = p_shard AND c.node = p_node;
    RETURN chatd_write_1(p_shard, p_id, p_term, v_records, NULL);
END $$;

-- Begin a term of the node of a name, which ends those before, by batch no of that id. what is
-- 'joined', also if it had been done; 'replaced' if the node has joined since p_last, the last term
-- that its process had or found there (0: none); or 'old' if its version is too low for the level of
-- the log. p_held are the claims that it still holds, {name, looks, holder}; lost are the places,
-- from 1, of those of which another one has a look.
CREATE FUNCTION chatd_join_1(
    p_shard integer, p_id uuid, p_name text, p_last bigint, p_version integer, p_held json,
    OUT what text, OUT term bigint, OUT no bigint, OUT lost integer[], OUT level integer
) LANGUAGE plpgsql AS $$
DECLARE
    v_node integer;
    v_answer json;
    r record;
BEGIN
    PERFORM set_config('synchronous_commit', 'on', true);
    PERFORM FROM clock c WHERE c.shard = p_shard FOR UPDATE;
    SELECT m.level INTO level FROM meta m;
    SELECT n.term INTO term FROM nodes n WHERE n.name = p_name FOR UPDATE;
    SELECT b.no, b.answer INTO no, v_answer
        FROM batches b WHERE b.shard = p_shard AND b.id = p_id;
    IF FOUND THEN
        what := 'joined';
        term := (v_answer ->> 'term')::bigint;
        lost := array(SELECT json_array_elements_text(v_answer -> 'lost'))::integer[];
    ELSIF p_version < level THEN
        what := 'old';
    ELSIF coalesce(term, 0) <> p_last THEN
        what := 'replaced';
    END IF;
    IF what IS NOT NULL THEN
        RETURN;  -- it waits all the same, because the locks of rows are written
    END IF;
    what := 'joined';
    UPDATE clock c SET term = c.term + 1 WHERE c.shard = 0 RETURNING c.term, c.no INTO term, no;
    INSERT INTO nodes AS n (name, term, live, applied, version)
        VALUES (p_name, chatd_join_1.term, true, chatd_join_1.no, p_version)
        ON CONFLICT (name) DO UPDATE SET term = excluded.term, live = true, beat = n.beat + 1,
            version = excluded.version
        RETURNING n.node INTO v_node;
    no := chatd_end_1(p_shard, p_id, term, v_node);
    lost := '{}';
    FOR r IN
        SELECT * FROM ROWS FROM (
            json_to_recordset(p_held) AS (name text, looks text[], holder text)
        ) WITH ORDINALITY AS c(name, looks, holder, n)
    LOOP
        IF chatd_claim_1(p_shard, v_node, r.name, r.looks, r.holder) IS NOT NULL THEN
            lost := lost || r.n::integer;
        END IF;
    END LOOP;
    UPDATE batches b SET answer = json_build_object('term', chatd_join_1.term, 'lost', lost)
        WHERE b.shard = p_shard AND b.no = chatd_join_1.no;
END $$;

-- Renew the lease of a term, and return all nodes; no row if the term has ended.
CREATE FUNCTION chatd_beat_1(p_term bigint, p_applied bigint)
RETURNS TABLE (
    node integer, name text, term bigint, live boolean, beat bigint, applied bigint, version integer
) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('synchronous_commit', 'on', true);
    UPDATE nodes n SET beat = n.beat + 1, applied = greatest(n.applied, p_applied)
        WHERE n.term = p_term AND n.live;
    IF FOUND THEN
        RETURN QUERY SELECT n.node, n.name, n.term, n.live, n.beat, n.applied, n.version
            FROM nodes n ORDER BY n.node;
    ELSE
        PERFORM pg_logical_emit_message(true, 'chatd', '');  -- to have something to wait for
    END IF;
END $$;

-- End the term of another node, if its beat is still that one. Return the number of the batch that
-- says so; NULL if nothing was done.
CREATE FUNCTION chatd_reap_1(
    p_shard integer, p_id uuid, p_by bigint, p_node integer, p_term bigint, p_beat bigint
) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('synchronous_commit', 'on', true);
    PERFORM FROM clock c WHERE c.shard = p_shard FOR UPDATE;
    PERFORM FROM nodes n WHERE n.term = p_by AND n.live FOR KEY SHARE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    PERFORM FROM nodes n
        WHERE n.node = p_node AND n.term = p_term AND n.beat = p_beat AND n.live FOR UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    UPDATE nodes n SET live = false WHERE n.node = p_node;
    RETURN chatd_end_1(p_shard, p_id, p_by, p_node);
END $$;

-- End the own term. Return the number of the batch that says so; NULL if it had ended.
CREATE FUNCTION chatd_leave_1(p_shard integer, p_id uuid, p_term bigint)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    v_node integer;
BEGIN
    PERFORM set_config('synchronous_commit', 'on', true);
    PERFORM FROM clock c WHERE c.shard = p_shard FOR UPDATE;
    SELECT n.node INTO v_node FROM nodes n WHERE n.term = p_term AND n.live FOR UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    UPDATE nodes n SET live = false WHERE n.node = v_node;
    RETURN chatd_end_1(p_shard, p_id, p_term, v_node);
END $$;

-- Delete at most p_most of the oldest events of a room with seqs up to p_upto, messages as a whole,
-- and say so by a batch of that id, if there are any. Return how many, and the batch's number.
CREATE FUNCTION chatd_forget_1(
    p_shard integer, p_id uuid, p_room text, p_upto bigint, p_most integer,
    OUT forgotten integer, OUT no bigint
) LANGUAGE plpgsql AS $$
DECLARE
    v_room integer;
    v_oldest bigint;
    v_upto bigint;
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    SELECT m.id, m.oldest INTO v_room, v_oldest
        FROM rooms m WHERE m.shard = p_shard AND m.name = p_room;
    SELECT max(f.seq) INTO v_upto
        FROM (
            SELECT e.seq, row_number() OVER w AS n, lead(e.seq) OVER w AS next,
                lead(e.part_of) OVER w AS part_of
            FROM (
                SELECT e.seq, e.part_of FROM events e
                WHERE e.shard = p_shard AND e.room = v_room AND e.seq >= v_oldest
                ORDER BY e.seq LIMIT p_most + 1
            ) e WINDOW w AS (ORDER BY e.seq)
        ) f
        WHERE f.n <= p_most AND f.seq <= p_upto AND (f.part_of IS NULL OR f.part_of = f.next);
    DELETE FROM events e
        WHERE e.shard = p_shard AND e.room = v_room AND e.seq BETWEEN v_oldest AND v_upto;
    GET DIAGNOSTICS forgotten = ROW_COUNT;
    IF forgotten > 0 THEN
        PERFORM FROM clock c WHERE c.shard = p_shard FOR UPDATE;
        UPDATE rooms m SET oldest = v_upto + 1 WHERE m.id = v_room AND m.oldest <= v_upto;
        no := chatd_write_1(
            p_shard, p_id, 0, NULL,
            json_build_array(json_build_array('forgot', p_room, v_upto))
        );
    END IF;
END $$;

-- Raise the level of the log, if the node of the term is live, and all live ones can read it. Return
-- the number of the batch that says so; NULL if nothing was done.
CREATE FUNCTION chatd_level_1(p_shard integer, p_id uuid, p_term bigint, p_level integer)
RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('synchronous_commit', 'on', true);
    PERFORM FROM clock c WHERE c.shard = p_shard FOR UPDATE;
    IF NOT EXISTS (SELECT FROM nodes n WHERE n.term = p_term AND n.live)
            OR EXISTS (SELECT FROM nodes n WHERE n.live AND n.version < p_level)
            OR EXISTS (SELECT FROM meta m WHERE m.level >= p_level) THEN
        RETURN NULL;
    END IF;
    UPDATE meta SET level = p_level;
    RETURN chatd_write_1(
        p_shard, p_id, p_term, NULL, json_build_array(json_build_array('level', p_level))
    );
END $$;

-- Delete some batches of which no node has need: at most p_most, from the oldest on, those that are
-- older than an hour and that all live nodes have applied; and the tombstones of as old ones. The
-- last batch stays. Return how many batches. If it is undone, it is done again.
CREATE FUNCTION chatd_prune_1(p_shard integer, p_most integer)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    v_before bigint;
    v_count integer;
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    SELECT least(c.no, min(n.applied) + 1) INTO v_before
        FROM clock c LEFT JOIN nodes n ON n.live WHERE c.shard = p_shard GROUP BY c.no;
    DELETE FROM batches b USING (
        SELECT o.no FROM (
            SELECT a.no, a.time FROM batches a
            WHERE a.shard = p_shard AND a.no < v_before ORDER BY a.no LIMIT p_most
        ) o WHERE o.time < extract(epoch FROM clock_timestamp()) * 1000 - 3600000
    ) d WHERE b.shard = p_shard AND b.no = d.no;
    GET DIAGNOSTICS v_count = ROW_COUNT;
    DELETE FROM records s USING (
        SELECT t.kind, t.key FROM records t
        WHERE t.shard = p_shard AND t.value IS NULL
            AND t.no < (SELECT min(b.no) FROM batches b WHERE b.shard = p_shard)
        ORDER BY t.no LIMIT p_most FOR UPDATE SKIP LOCKED
    ) d WHERE s.shard = p_shard AND s.kind = d.kind AND s.key = d.key AND s.value IS NULL;
    RETURN v_count;
END $$;
