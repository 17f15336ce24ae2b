-- Mail as Thunderbird's gloda has it, with a contentless index of subject, body and names that take deletions.
-- expected: equal

create table folderLocations (id integer primary key, folderURI text not null, name text not null);

create table messages (id integer primary key, folderID integer, messageKey integer, conversationID integer not null, date integer, headerMessageID text, deleted integer not null default 0, subject text, body text, attachmentNames text, author text, recipients text);

create virtual table messagesText using fts5(subject, body, attachmentNames, author, recipients, content='', contentless_delete=1, tokenize='porter unicode61 remove_diacritics 2');

create trigger messages_insert after insert on messages when new.deleted = 0 begin
  insert into messagesText (rowid, subject, body, attachmentNames, author, recipients)
  values (new.id, new.subject, new.body, new.attachmentNames, lower(new.author), lower(new.recipients));
end;

create trigger messages_update after update of deleted, subject, body, attachmentNames, author, recipients on messages begin
  delete from messagesText where rowid = old.id and old.deleted = 0;
  insert into messagesText (rowid, subject, body, attachmentNames, author, recipients)
  select new.id, new.subject, new.body, new.attachmentNames, lower(new.author), lower(new.recipients) where new.deleted = 0;
end;

create trigger messages_delete after delete on messages when old.deleted = 0 begin
  delete from messagesText where rowid = old.id;
end;

-- rows

insert into messages (id, folderID, conversationID, subject, body, author, recipients, deleted) values ({id}, 1, {id}, {words}, {words}, {words}, {words|null}, {0|0|1});

-- work

insert into messages (id, folderID, conversationID, subject, body, author) values ({new}, 2, {id}, {words}, {words|null}, {words});

update messages set deleted = 1 - deleted where id % 4 = {id} % 4;

update messages set subject = {words}, attachmentNames = {words|null} where id = {id};

update messages set folderID = {id};

delete from messages where deleted = 1;

delete from messages where id = {id};
