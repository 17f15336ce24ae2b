-- Markdown files as a plugin of Obsidian indexes them: a path that may be renamed, tags gathered from another table.
-- expected: equal

create table note (id integer primary key, path text not null unique, name text generated always as (replace(path, '.md', '')) stored, content text not null default '', frontmatter text, mtime integer not null default 0);

create table link (source integer not null, target text not null);

create virtual table note_search using fts5(name, content, aliases, content='', contentless_delete=1, tokenize="unicode61 tokenchars '#'");

create trigger note_search_insert after insert on note begin
  insert into note_search (rowid, name, content, aliases) values (new.id, new.name, new.content, json_extract(new.frontmatter, '$.aliases'));
end;

create trigger note_search_delete after delete on note begin
  delete from note_search where rowid = old.id;
  delete from link where source = old.id;
end;

create trigger note_search_update after update of path, content, frontmatter on note begin
  delete from note_search where rowid = old.id;
  insert into note_search (rowid, name, content, aliases) values (new.id, new.name, new.content, json_extract(new.frontmatter, '$.aliases'));
end;

-- rows

insert into note (id, path, content, frontmatter) values ({id}, 'note {id}.md', {words}, {null|json_object('aliases', 'other name')});

insert into link values ({id}, 'note 1');

-- work

insert into note (path, content) values ('new {new}.md', {words});

update note set path = 'moved {new}.md' where id = {id};

update note set content = {words}, mtime = {new} where id % 3 = {id} % 3;

update note set frontmatter = {null|json_object('aliases', 'third name')} where id = {id};

insert into link values ({id}, 'note {id}');

delete from note where id = {id};
