-- The text of books as calibre searches it: two indexes of the same rows, one by stems, which one trigger writes.
-- expected: equal

CREATE TABLE books_text (id INTEGER PRIMARY KEY, book INTEGER NOT NULL, timestamp REAL NOT NULL, format TEXT NOT NULL COLLATE NOCASE, format_hash TEXT NOT NULL COLLATE NOCASE, searchable_text TEXT NOT NULL DEFAULT "", text_size INTEGER NOT NULL DEFAULT 0, err_msg TEXT DEFAULT "", UNIQUE (book, format));

CREATE TABLE dirtied_formats (id INTEGER PRIMARY KEY, book INTEGER NOT NULL, format TEXT NOT NULL COLLATE NOCASE, UNIQUE (book, format));

CREATE VIRTUAL TABLE books_fts USING fts5(searchable_text, content = 'books_text', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2');

CREATE VIRTUAL TABLE books_fts_stemmed USING fts5(searchable_text, content = 'books_text', content_rowid = 'id', tokenize = 'porter unicode61 remove_diacritics 2');

CREATE TRIGGER books_fts_insert_trg AFTER INSERT ON books_text
BEGIN
    INSERT INTO books_fts (rowid, searchable_text) VALUES (NEW.id, NEW.searchable_text);
    INSERT INTO books_fts_stemmed (rowid, searchable_text) VALUES (NEW.id, NEW.searchable_text);
END;

CREATE TRIGGER books_fts_delete_trg AFTER DELETE ON books_text
BEGIN
    INSERT INTO books_fts (books_fts, rowid, searchable_text) VALUES ('delete', OLD.id, OLD.searchable_text);
    INSERT INTO books_fts_stemmed (books_fts_stemmed, rowid, searchable_text) VALUES ('delete', OLD.id, OLD.searchable_text);
END;

CREATE TRIGGER books_fts_update_trg AFTER UPDATE OF searchable_text ON books_text
BEGIN
    INSERT INTO books_fts (books_fts, rowid, searchable_text) VALUES ('delete', OLD.id, OLD.searchable_text);
    INSERT INTO books_fts (rowid, searchable_text) VALUES (NEW.id, NEW.searchable_text);
    INSERT INTO books_fts_stemmed (books_fts_stemmed, rowid, searchable_text) VALUES ('delete', OLD.id, OLD.searchable_text);
    INSERT INTO books_fts_stemmed (rowid, searchable_text) VALUES (NEW.id, NEW.searchable_text);
END;

-- rows

insert into books_text (id, book, timestamp, format, format_hash, searchable_text) values ({id}, {id}, 1.5, 'EPUB', 'x', {words});

-- work

insert into books_text (book, timestamp, format, format_hash, searchable_text) values ({new}, 2, 'EPUB', 'x', {words});

insert into dirtied_formats (book, format) values ({new}, 'pdf');

update books_text set searchable_text = {words}, text_size = 9 where id = {id};

update books_text set err_msg = {words};

delete from books_text where book = {id};
