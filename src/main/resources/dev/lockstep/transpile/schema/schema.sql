-- The first two statements make what Boxel makes, where Boxel has not been; the rest adds to it.
-- Statements end with a semicolon at the end of a line.

create unlogged table if not exists module_transpile_cache (
    realm_url       varchar not null,
    canonical_path  varchar not null,
    body            text,
    headers         jsonb,
    dependency_keys jsonb,
    generation      bigint not null default 0,
    created_at      bigint,
    constraint module_transpile_cache_pkey primary key (realm_url, canonical_path)
);

create index if not exists module_transpile_cache_realm_url_index on module_transpile_cache (realm_url);

-- The compiler and its options, what is known of the build (its inputs, what the compiler said, headers that belong to
-- one key alone), the bytes that a text cannot hold, and the proof that they belong to the row as it is: a writer that
-- does not know these columns leaves them as they were.
alter table module_transpile_cache
    add column if not exists fingerprint text,
    add column if not exists build       jsonb,
    add column if not exists content     bytea,
    add column if not exists stamp       text;

-- Not compressed, so that a slice of it can be read without the whole.
alter table module_transpile_cache alter column content set storage external;

-- No index on, or over, what a tombstone changes: PostgreSQL could no longer replace a row within its page, and every
-- write of a replica would grow every index.

-- Artifacts of one key each, beside the path's row: valid as long as that row has their generation, and no replica has put
-- an artifact of its own into it. It dies with the cache.
create unlogged table if not exists lockstep_keyed_artifact (
    realm_url       text not null,
    canonical_path  text not null,
    fingerprint     text not null,
    body            text not null,
    content         bytea,
    dependency_keys jsonb,
    build           jsonb,
    generation      bigint not null,
    -- created_at of the artifact that the row had when this one was stored, -1 for null; null if it had no artifact.
    beside          bigint,
    created_at      bigint not null,
    primary key (realm_url, canonical_path, fingerprint)
);

alter table lockstep_keyed_artifact alter column content set storage external;

-- How often the cache has served since it was made, and what that has saved. It dies with the cache, so that to count costs
-- no flush.
create unlogged table if not exists lockstep_cache_use (
    realm_url   text primary key,
    hits        bigint not null default 0,
    waits       bigint not null default 0,
    builds      bigint not null default 0,
    saved_ms    bigint not null default 0,
    built_ms    bigint not null default 0,
    since       timestamptz not null default now()
) with (fillfactor = 20);

-- Survives a crash of the server; the cache does not.
create table if not exists lockstep_realm_floor (
    realm_url text primary key,
    floor     bigint not null default 0
);

-- Dies with the cache: one row, another value after each crash.
create unlogged table if not exists lockstep_epoch (
    one   boolean primary key default true check (one),
    epoch uuid not null default gen_random_uuid()
);

-- So that whoever looks first, and may not write, can capture it.
insert into lockstep_epoch default values on conflict do nothing;
