-- States as Home Assistant records them, attributes shared, with an index over those of them that say something.
-- expected: equal

CREATE TABLE state_attributes (attributes_id INTEGER NOT NULL, hash BIGINT, shared_attrs TEXT, PRIMARY KEY (attributes_id));

CREATE TABLE states (state_id INTEGER NOT NULL, entity_id CHAR(0), state VARCHAR(255), attributes_id INTEGER, last_updated_ts FLOAT, old_state_id INTEGER, PRIMARY KEY (state_id));

CREATE VIRTUAL TABLE states_fts USING fts5(entity_id, state, content='states', content_rowid='state_id', columnsize=0, prefix='3');

CREATE TRIGGER states_fts_i AFTER INSERT ON states WHEN new.state NOT IN ('unknown', 'unavailable') BEGIN
  INSERT INTO states_fts (rowid, entity_id, state) VALUES (new.state_id, new.entity_id, new.state);
END;

CREATE TRIGGER states_fts_d BEFORE DELETE ON states WHEN old.state NOT IN ('unknown', 'unavailable') BEGIN
  INSERT INTO states_fts (states_fts, rowid, entity_id, state) VALUES ('delete', old.state_id, old.entity_id, old.state);
END;

CREATE TRIGGER states_fts_u AFTER UPDATE OF entity_id, state ON states BEGIN
  INSERT INTO states_fts (states_fts, rowid, entity_id, state) SELECT 'delete', old.state_id, old.entity_id, old.state WHERE old.state NOT IN ('unknown', 'unavailable');
  INSERT INTO states_fts (rowid, entity_id, state) SELECT new.state_id, new.entity_id, new.state WHERE new.state NOT IN ('unknown', 'unavailable');
END;

-- rows

insert into states (state_id, entity_id, state) values ({id}, 'sensor.kitchen_{id}', {'on'|'unknown'|'21.5'|null});

-- work

insert into states (entity_id, state, last_updated_ts) values ('light.hall_{id}', {'on'|'off'|'unavailable'|null}, 1.5);

update states set entity_id = 'light.renamed_{id}' where state_id % 4 = {id} % 4;

update states set state = {'on'|'unknown'|null|'unavailable'} where state_id = {id};

update states set old_state_id = null where old_state_id = {id};

delete from states where state_id < {id};
