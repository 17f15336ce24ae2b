-- A migration written by hand beside Drizzle: keys that are texts, an index with content of its own, names in backticks.
-- expected: equal

CREATE TABLE `Post` (`id` text PRIMARY KEY NOT NULL, `title` text NOT NULL, `content` text, `published` integer DEFAULT false NOT NULL, `authorId` text NOT NULL, `createdAt` integer DEFAULT 0 NOT NULL);

CREATE UNIQUE INDEX `Post_title_authorId_key` ON `Post` (`title`, `authorId`);

CREATE VIRTUAL TABLE `Post_fts` USING fts5(`id` UNINDEXED, `title`, `content`, tokenize = 'trigram');

CREATE TRIGGER `Post_fts_insert` AFTER INSERT ON `Post` BEGIN INSERT INTO `Post_fts` (`id`, `title`, `content`) VALUES (NEW.`id`, NEW.`title`, NEW.`content`); END;

CREATE TRIGGER `Post_fts_update` AFTER UPDATE ON `Post` FOR EACH ROW BEGIN UPDATE `Post_fts` SET `id` = NEW.`id`, `title` = NEW.`title`, `content` = NEW.`content` WHERE `id` = OLD.`id`; END;

CREATE TRIGGER `Post_fts_delete` AFTER DELETE ON `Post` BEGIN DELETE FROM `Post_fts` WHERE `id` = OLD.`id`; END;

-- rows

INSERT INTO `Post` (`id`, `title`, `content`, `authorId`) VALUES ('c{id}', 'title {id}', {words}, 'u{id}');

-- work

INSERT INTO `Post` (`id`, `title`, `content`, `authorId`) VALUES ('c{new}', {words} || {new}, {words|null}, 'u{id}');

INSERT INTO Post (id, title, authorId) VALUES ('c{id}', 'other {new}', 'u1') ON CONFLICT (id) DO UPDATE SET content = {words};

UPDATE Post SET content = {words|null} WHERE rowid % 3 = {id} % 3;

UPDATE Post SET title = 'title {id}', authorId = 'u{id}' WHERE id = 'c{id}';

DELETE FROM Post WHERE authorId = 'u{id}';
