-- The outbox of invalidations. Statements end with a semicolon at the end of a line.

-- What transactions that have committed want everybody to be told; whoever sequences moves it into the log. A row is found
-- by its transaction: those before upto are moved, but for those in pending, so that the dead rows of the past, which an
-- old transaction elsewhere keeps from being removed, cost nothing. n is the order within a step.
create table if not exists ${lockstep}.lockstep_inval_outbox (
    xact      xid8 not null default pg_current_xact_id(),
    n         bigint generated always as identity,
    id        uuid not null default gen_random_uuid(),
    channel   text not null check (channel in ('realm_file_changes', 'module_cache_invalidated')),
    realm_url text not null check (realm_url like '%_/' and strpos(realm_url, '/:') = 0),
    -- Local paths, or the URLs of modules; null: all.
    paths     text[] check (cardinality(paths) > 0 and array_position(paths, null) is null),
    -- Whether the shared caches forget, too.
    forgets   boolean not null,
    at        timestamptz not null default clock_timestamp(),
    emitter   integer not null default pg_backend_pid(),
    primary key (xact, n)
);

-- Who has taken the last step, and how far it came.
create table if not exists ${lockstep}.lockstep_sequencer (
    channel text primary key,
    upto    xid8 not null default '0',
    pending xid8[] not null default '{}',
    moved   bigint not null default 0,
    pid     integer,
    client  text,
    seen_at timestamptz
);
