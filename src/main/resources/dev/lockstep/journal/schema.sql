create table lockstep_journal (
    id            integer primary key,      -- the log is lockstep_journal_<id>, its triggers begin with that name
    consumer      text not null,            -- who reads it
    tbl           text not null collate nocase, -- the table whose keys it notes
    epoch         text not null,            -- told anew by each installation: what was read of another one is worth nothing
    key_json      text not null,            -- ["column", ...]; k0, k1, ... in the log
    image_json    text not null,            -- ["expression over old", ...]; o0, o1, ... in the log
    triggers_json text not null,            -- {"name": "text"}, byte for byte
    acknowledged  integer not null,         -- the consumer has dealt with all entries up to here
    since         text not null,            -- RFC 3339 in UTC
    unique (consumer, tbl)
)
