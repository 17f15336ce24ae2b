-- The durable log of invalidations. Statements end with a semicolon at the end of a line.

-- How many there have been on a channel. The row is locked from the number's allocation to the commit, so numbers are
-- committed in their order, and a rollback gives its numbers back. The epoch is another one if the log is made anew.
create table if not exists lockstep_inval_head (
    channel text primary key,
    seq     bigint not null,
    epoch   uuid not null
);

-- The emitter's backend tells a notification that belongs to a row from one that was sent without the log.
create table if not exists lockstep_inval_log (
    channel   text,
    seq       bigint,
    id        uuid not null unique,
    realm_url text not null,
    path      text not null,
    at        timestamptz not null default clock_timestamp(),
    emitter   integer not null default pg_backend_pid(),
    primary key (channel, seq)
);

-- How far each named listener is. The holder is the run that may move it; without one it is nobody's.
create table if not exists lockstep_listener (
    name    text primary key,
    channel text not null,
    epoch   uuid not null,
    seq     bigint not null,
    holder  uuid,
    pid     integer,
    client  text,
    seen_at timestamptz not null default now()
);
