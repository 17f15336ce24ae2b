create table lockstep_fts_deferral (
    fts          text not null primary key, -- the FTS5 table that nothing keeps while this row is here
    journal      text,                      -- the epoch of the journal of changed rows; null: made anew from its base
    ddl_json     text not null,             -- [{"name","sql","position"}], the triggers, byte for byte
    ddl_sha256   text not null,             -- of ddl_json in UTF-8, in hex
    shape_json   text,                      -- the columns and definitions then; null accepts those of now
    owner_json   text,                      -- [{"host","pid","boot","started"}], those for whom it is
    since        text not null,             -- RFC 3339 in UTC
    note         text,
    until        text                       -- RFC 3339 in UTC: from then on anybody may restore
)
