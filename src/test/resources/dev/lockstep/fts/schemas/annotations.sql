-- Annotations in books as calibre's reader keeps them: two indexes, and a note that is dropped when its book is.
-- expected: equal

CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT NOT NULL);

CREATE TABLE annotations (id INTEGER PRIMARY KEY, book INTEGER NOT NULL, format TEXT NOT NULL COLLATE NOCASE, user_type TEXT NOT NULL, user TEXT NOT NULL, timestamp REAL NOT NULL, annot_id TEXT NOT NULL, annot_type TEXT NOT NULL, annot_data TEXT NOT NULL, searchable_text TEXT NOT NULL DEFAULT "", UNIQUE (book, user_type, user, format, annot_type, annot_id));

CREATE VIRTUAL TABLE annotations_fts USING fts5(searchable_text, content = 'annotations', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2');

CREATE VIRTUAL TABLE annotations_fts_stemmed USING fts5(searchable_text, content = 'annotations', content_rowid = 'id', tokenize = 'porter unicode61 remove_diacritics 2');

CREATE TRIGGER annotations_fts_insert_trg AFTER INSERT ON annotations
BEGIN
    INSERT INTO annotations_fts(rowid, searchable_text) VALUES (NEW.id, NEW.searchable_text);
    INSERT INTO annotations_fts_stemmed(rowid, searchable_text) VALUES (NEW.id, NEW.searchable_text);
END;

CREATE TRIGGER annotations_fts_delete_trg AFTER DELETE ON annotations
BEGIN
    INSERT INTO annotations_fts(annotations_fts, rowid, searchable_text) VALUES('delete', OLD.id, OLD.searchable_text);
    INSERT INTO annotations_fts_stemmed(annotations_fts_stemmed, rowid, searchable_text) VALUES('delete', OLD.id, OLD.searchable_text);
END;

CREATE TRIGGER annotations_fts_update_trg AFTER UPDATE ON annotations
BEGIN
    INSERT INTO annotations_fts(annotations_fts, rowid, searchable_text) VALUES('delete', OLD.id, OLD.searchable_text);
    INSERT INTO annotations_fts(rowid, searchable_text) VALUES (NEW.id, NEW.searchable_text);
    INSERT INTO annotations_fts_stemmed(annotations_fts_stemmed, rowid, searchable_text) VALUES('delete', OLD.id, OLD.searchable_text);
    INSERT INTO annotations_fts_stemmed(rowid, searchable_text) VALUES (NEW.id, NEW.searchable_text);
END;

CREATE TRIGGER books_delete_trg AFTER DELETE ON books
BEGIN
    DELETE FROM annotations WHERE book = OLD.id;
END;

-- rows

insert into books values ({id}, {words});

insert into annotations values ({id}, {id}, 'EPUB', 'local', 'viewer', 1.5, 'a{id}', 'highlight', '{}', {words});

-- work

insert into annotations (book, format, user_type, user, timestamp, annot_id, annot_type, annot_data, searchable_text) values ({id}, 'EPUB', 'local', 'viewer', 2.5, 'a{new}', 'highlight', '{}', {words});

update annotations set searchable_text = {words} where book = {id};

update annotations set timestamp = timestamp + 1;

delete from books where id = {id};

delete from annotations where id = {id};
