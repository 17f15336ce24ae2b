-- What a mirror knows of its own state, in the mirror itself; the same in every kind of database.

create table if not exists lockstep_mirror_table (
    tbl           varchar(255) not null,
    mirror_id     varchar(512) not null,
    state         varchar(16) not null,
    row_count     bigint not null,
    detail        varchar(1000),
    finished_at   varchar(32),
    -- What the table was copied from, if all of it was: see SourceFile.
    source_look   varchar(500),
    source_digest varchar(64),
    -- What the mirror's table was known by when it was complete: see TableDigest.
    seal          varchar(255),
    -- When lockstep made the table, if it did.
    made_at       varchar(32),
    primary key (tbl)
);

create table if not exists lockstep_mirror_ckpt (
    tbl       varchar(255) not null,
    digest    varchar(64) not null,
    row_count bigint not null,
    primary key (tbl, digest)
);

create table if not exists lockstep_mirror_reject (
    tbl         varchar(255) not null,
    digest      varchar(64) not null,
    ordinal     bigint not null,
    row_key     varchar(500) not null,
    column_name varchar(255),
    reason      varchar(500) not null,
    shown       varchar(500),
    rejected_at varchar(32) not null,
    primary key (tbl, digest, ordinal)
);

-- By which a mirror is known: where each statement commits by itself, the others are there before it.
create table if not exists lockstep_mirror_run (
    mirror_id   varchar(512) not null,
    fence       bigint not null,
    run_id      varchar(64) not null,
    owner       varchar(255) not null,
    state       varchar(16) not null,
    started_at  varchar(32) not null,
    finished_at varchar(32),
    primary key (mirror_id)
);
