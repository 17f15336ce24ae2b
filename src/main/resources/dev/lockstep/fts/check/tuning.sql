create table lockstep_fts_tuning (
    name   text not null primary key, -- the trigger that another stands in for
    fts    text not null,             -- the FTS5 table that it keeps
    before text not null,             -- its CREATE TRIGGER, byte for byte
    after  text not null,             -- that of the one that is there instead
    since  text not null              -- RFC 3339 in UTC
)
