-- Step 1: the log that all nodes share, and their names and leases.
--
-- Every table that belongs to a log has its shard; there is one, 0. Texts are compared by their code
-- points. A text, a topic and a key of a record are written by `chatd.storage.postgres.texts`,
-- because PostgreSQL stores no U+0000. Times are milliseconds since 1970.
CREATE TABLE meta (
    one         boolean PRIMARY KEY DEFAULT true CHECK (one),
    application text    NOT NULL DEFAULT 'chatd',
    schema      integer NOT NULL,               -- the last step that was taken
    level       integer NOT NULL DEFAULT 1,     -- the least version of a node that can read the log
    settings    jsonb   NOT NULL DEFAULT '{}'   -- those that all nodes have alike
);
INSERT INTO meta (schema) VALUES (0);

-- The order of the batches. Whoever writes one locks this row first.
CREATE TABLE clock (
    shard   integer PRIMARY KEY,
    no      bigint  NOT NULL DEFAULT 0,         -- number of the last batch
    time    bigint  NOT NULL DEFAULT 0,         -- of the last batch; never goes back
    term    bigint  NOT NULL DEFAULT 0,         -- the last term that a node was given; in shard 0
    session bigint  NOT NULL DEFAULT 0          -- the last number of a session that was given
) WITH (fillfactor = 10);
INSERT INTO clock (shard) VALUES (0);

-- A beat changes no column with an index, so it does not wait for appends, nor they for it.
CREATE TABLE nodes (
    node    integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    name    text COLLATE "C" NOT NULL UNIQUE,
    term    bigint  NOT NULL UNIQUE,
    live    boolean NOT NULL,                   -- false: its term has ended
    beat    bigint  NOT NULL DEFAULT 0,         -- another number after each renewal of its lease
    applied bigint  NOT NULL,                   -- the last batch that it had published then
    version integer NOT NULL                    -- the one that it reads and writes
) WITH (fillfactor = 10);

CREATE TABLE rooms (
    shard    integer NOT NULL,
    id       integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    name     text COLLATE "C" NOT NULL UNIQUE,  -- as the one who made it wrote it; or of an inbox
    head     bigint  NOT NULL DEFAULT 0,        -- seq of the last event; never goes back
    topic    text    NOT NULL DEFAULT '',
    topic_by text    NOT NULL DEFAULT '',       -- '' and 0 if it is not known
    topic_at bigint  NOT NULL DEFAULT 0,
    session  bigint  NOT NULL DEFAULT 0,        -- highest number of a session that said something
    made_by  text    NOT NULL DEFAULT '',
    made_at  bigint  NOT NULL DEFAULT 0,
    oldest   bigint  NOT NULL DEFAULT 1,        -- no event has a seq below this one
    indexed  bigint  NOT NULL DEFAULT 0         -- up to this seq search has the events
) WITH (fillfactor = 50);

CREATE TABLE events (
    shard   integer  NOT NULL,
    room    integer  NOT NULL,
    seq     bigint   NOT NULL,
    time    bigint   NOT NULL,                  -- when its batch was stored
    session bigint   NOT NULL,                  -- number of the session that said it
    author  text     NOT NULL,                  -- its name at that moment
    kind    smallint NOT NULL,                  -- see `chatd.event.Kind`
    text    text     NOT NULL,
    part_of bigint,                             -- seq of its message's first line; NULL: alone
    PRIMARY KEY (shard, room, seq)
);

-- Where imported lines were stored with times that went back: see `chatd.storage.postgres.time_index`.
CREATE TABLE strands (
    shard  integer NOT NULL,
    room   integer NOT NULL,
    seq    bigint  NOT NULL,                    -- first event of a stretch
    strand integer NOT NULL,
    time   bigint  NOT NULL,                    -- of that event, or none of the stretch is below it
    PRIMARY KEY (shard, room, seq)
);
CREATE INDEX strands_by_time ON strands (shard, room, strand, time, seq);

-- The trigrams of events: see `chatd.storage.postgres.search_index`. Each question reads the list of
-- what is pending in the index; without one, an event would take 10 KB of the server's log.
CREATE TABLE search (
    shard integer    NOT NULL,
    room  integer    NOT NULL,
    seq   bigint     NOT NULL,
    grams smallint[] NOT NULL,
    PRIMARY KEY (shard, room, seq),
    FOREIGN KEY (shard, room, seq) REFERENCES events ON DELETE CASCADE
);
CREATE INDEX search_by_grams ON search
    USING gin ((ARRAY[(room::bigint << 28) | (seq >> 12)]), grams) WITH (gin_pending_list_limit = 2048);

CREATE TABLE batches (
    shard   integer NOT NULL,
    no      bigint  NOT NULL,
    id      uuid    NOT NULL,                   -- the node drew it before it sent the batch first
    term    bigint  NOT NULL,                   -- of the node that wrote it; 0: of none
    time    bigint  NOT NULL,
    rights  boolean NOT NULL DEFAULT false,     -- it has records that decide who may do what
    rooms   integer[] NOT NULL DEFAULT '{}',    -- in which lines were said, each with the seq of its
    afters  bigint[]  NOT NULL DEFAULT '{}',    -- last event before them, and the number of lines
    counts  integer[] NOT NULL DEFAULT '{}',
    content json,                               -- the order of lines and notices, if it needs one
    records json,                               -- [kind, key, value] of each, as it was written
    answer  json,                               -- what its node was answered
    size    integer NOT NULL DEFAULT 0,         -- characters that reading it takes, roughly
    PRIMARY KEY (shard, no),
    UNIQUE (shard, id)
);
CREATE INDEX batches_of_rights ON batches (shard, no, term) WHERE rights;

-- A deleted record stays as a tombstone while its batch does: who changes it meanwhile conflicts.
CREATE TABLE records (
    shard   integer NOT NULL,
    kind    text COLLATE "C" NOT NULL,
    key     text COLLATE "C" NOT NULL,
    value   text,                               -- JSON; NULL: deleted
    no      bigint  NOT NULL,                   -- the batch that wrote it last, and that one's term
    term    bigint  NOT NULL,
    node    integer,                            -- with which it ends; NULL: it stays
    PRIMARY KEY (shard, kind, key)
);
CREATE INDEX records_of_nodes ON records (shard, node) WHERE node IS NOT NULL;
CREATE INDEX tombstones ON records (shard, no) WHERE value IS NULL;

-- All rows of a look have one holder.
CREATE TABLE claims (
    shard   integer NOT NULL,
    look    text COLLATE "C" NOT NULL,
    name    text COLLATE "C" NOT NULL,
    holder  text COLLATE "C" NOT NULL,
    node    integer NOT NULL,
    PRIMARY KEY (shard, look, name, holder, node)
);
CREATE INDEX claims_of_nodes ON claims (shard, node);
