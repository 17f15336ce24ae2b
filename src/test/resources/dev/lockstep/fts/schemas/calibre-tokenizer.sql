-- What calibre writes with its own tokenizer, which only calibre has. The test makes the schema so by hand.
-- expected: refused, calibre
-- afterwards: pragma writable_schema = on
-- afterwards: update sqlite_master set sql = replace(sql, 'unicode61', 'calibre') where name = 'books_fts'

CREATE TABLE books_text (id INTEGER PRIMARY KEY, book INTEGER NOT NULL, searchable_text TEXT NOT NULL DEFAULT "");

CREATE VIRTUAL TABLE books_fts USING fts5(searchable_text, content = 'books_text', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2');

CREATE TRIGGER books_fts_insert_trg AFTER INSERT ON books_text
BEGIN
    INSERT INTO books_fts (rowid, searchable_text) VALUES (NEW.id, NEW.searchable_text);
END;

-- rows

insert into books_text values ({id}, {id}, {words});

-- work
