-- Articles of feeds as NetNewsWire keeps them: the article knows the number of its row in the index.
-- expected: refused, asks for what the write before it has done

create table articles (articleID text not null primary key, feedID text not null, title text, contentHTML text, summary text, searchRowID integer);

create table statuses (articleID text not null primary key, read integer not null default 0, starred integer not null default 0);

create virtual table search using fts5(title, body);

create trigger articles_search after insert on articles begin
  insert into search (title, body) values (coalesce(new.title, ''), coalesce(new.contentHTML, new.summary, ''));
  update articles set searchRowID = last_insert_rowid() where articleID = new.articleID;
end;

create trigger articles_after_delete_trigger_delete_search_text after delete on articles begin
  delete from search where rowid = old.searchRowID;
end;

-- rows

insert into articles (articleID, feedID, title, contentHTML) values ('a{id}', 'f', {words}, {words});

-- work

insert into articles (articleID, feedID, title, contentHTML) values ('a{new}', 'f', {words}, {words});

delete from articles where articleID = 'a{id}';
