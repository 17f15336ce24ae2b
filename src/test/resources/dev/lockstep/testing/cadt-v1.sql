-- CADT's first data model, with rows that follow from their numbers. Statements are separated by empty lines.
-- :projects, :units and :audit stand for how many rows those tables get; the others get their share.

CREATE TABLE `SequelizeMeta` (`name` VARCHAR(255))

CREATE TABLE `audit` (`id` INTEGER PRIMARY KEY AUTOINCREMENT, `orgUid` VARCHAR(255) NOT NULL, `registryId` VARCHAR(255) NOT NULL,
 `rootHash` VARCHAR(255) NOT NULL, `type` VARCHAR(255) NOT NULL, `change` TEXT, `table` VARCHAR(255),
 `onchainConfirmationTimeStamp` VARCHAR(255) NOT NULL, `createdAt` DATETIME, `updatedAt` DATETIME, `comment` VARCHAR(255),
 `author` VARCHAR(255), `generation` INTEGER)

CREATE TABLE `coBenefits` (`id` VARCHAR(255) NOT NULL UNIQUE PRIMARY KEY, `warehouseProjectId` VARCHAR(255), `orgUid` VARCHAR(255),
 `cobenefit` VARCHAR(255), `timeStaged` VARCHAR(255), `createdAt` DATETIME, `updatedAt` DATETIME)

CREATE TABLE `estimations` (`id` VARCHAR(255) NOT NULL UNIQUE PRIMARY KEY, `warehouseProjectId` VARCHAR(255), `orgUid` VARCHAR(255),
 `creditingPeriodStart` DATETIME, `creditingPeriodEnd` DATETIME, `unitCount` INTEGER, `timeStaged` VARCHAR(255), `createdAt` DATETIME,
 `updatedAt` DATETIME)

CREATE TABLE `fileStore` (`SHA256` VARCHAR(255) NOT NULL UNIQUE PRIMARY KEY, `fileName` VARCHAR(255), `data` VARCHAR(255),
 `orgUid` VARCHAR(255))

CREATE TABLE `governance` (`id` INTEGER PRIMARY KEY AUTOINCREMENT, `metaKey` VARCHAR(255) UNIQUE, `metaValue` VARCHAR(255),
 `confirmed` TINYINT(1) DEFAULT 0)

CREATE TABLE `issuances` (`id` VARCHAR(255) NOT NULL UNIQUE PRIMARY KEY, `orgUid` VARCHAR(255), `warehouseProjectId` VARCHAR(255),
 `startDate` DATETIME, `endDate` DATETIME, `verificationApproach` VARCHAR(255), `verificationReportDate` DATETIME,
 `verificationBody` VARCHAR(255), `timeStaged` VARCHAR(255), `createdAt` DATETIME, `updatedAt` DATETIME NOT NULL)

CREATE TABLE `label_unit` (`id` VARCHAR(255) NOT NULL UNIQUE PRIMARY KEY, `orgUid` VARCHAR(255), `warehouseUnitId` VARCHAR(255),
 `labelId` VARCHAR(255), `timeStaged` VARCHAR(255), `createdAt` DATETIME, `updatedAt` DATETIME)

CREATE TABLE `labels` (`id` VARCHAR(255) NOT NULL UNIQUE PRIMARY KEY, `warehouseProjectId` VARCHAR(255), `orgUid` VARCHAR(255),
 `label` VARCHAR(255), `labelType` VARCHAR(255), `creditingPeriodStartDate` DATETIME, `creditingPeriodEndDate` DATETIME,
 `validityPeriodStartDate` DATETIME, `validityPeriodEndDate` DATETIME, `unitQuantity` INTEGER, `labelLink` VARCHAR(255),
 `timeStaged` VARCHAR(255), `createdAt` DATETIME, `updatedAt` DATETIME)

CREATE TABLE `meta` (`id` INTEGER PRIMARY KEY AUTOINCREMENT, `metaKey` VARCHAR(255) UNIQUE, `metaValue` VARCHAR(255))

CREATE TABLE `organizations` (`id` INTEGER PRIMARY KEY AUTOINCREMENT, `orgUid` VARCHAR(255) UNIQUE, `orgHash` VARCHAR(255),
 `name` VARCHAR(255), `icon` VARCHAR(255), `registryId` VARCHAR(255), `registryHash` VARCHAR(255), `subscribed` TINYINT(1) DEFAULT 0,
 `isHome` TINYINT(1) DEFAULT 0, `createdAt` DATETIME, `updatedAt` DATETIME, `fileStoreId` VARCHAR(255),
 `fileStoreSubscribed` VARCHAR(255), `metadata` VARCHAR(255) DEFAULT '{}', `synced` TINYINT(1) NOT NULL DEFAULT 0,
 `sync_remaining` INTEGER DEFAULT 0, `dataModelVersionStoreId` VARCHAR(255), `dataModelVersionStoreHash` VARCHAR(255))

CREATE TABLE `projectLocations` (`id` VARCHAR(255) NOT NULL UNIQUE PRIMARY KEY, `warehouseProjectId` VARCHAR(255), `orgUid` VARCHAR(255),
 `country` VARCHAR(255), `inCountryRegion` VARCHAR(255), `geographicIdentifier` VARCHAR(255), `timeStaged` VARCHAR(255),
 `createdAt` DATETIME, `updatedAt` DATETIME NOT NULL, `fileId` VARCHAR(255))

CREATE TABLE `projectRatings` (`id` VARCHAR(255) NOT NULL UNIQUE PRIMARY KEY, `warehouseProjectId` VARCHAR(255), `orgUid` VARCHAR(255),
 `ratingType` VARCHAR(255), `ratingRangeHighest` VARCHAR(255), `ratingRangeLowest` VARCHAR(255), `rating` VARCHAR(255),
 `ratingLink` VARCHAR(255), `timeStaged` VARCHAR(255), `createdAt` DATETIME, `updatedAt` DATETIME)

CREATE TABLE `projects` (`warehouseProjectId` VARCHAR(255) NOT NULL UNIQUE PRIMARY KEY, `orgUid` VARCHAR(255),
 `currentRegistry` VARCHAR(255), `projectId` VARCHAR(255), `originProjectId` VARCHAR(255), `registryOfOrigin` VARCHAR(255),
 `program` VARCHAR(255), `projectName` TEXT, `projectLink` VARCHAR(1000), `projectDeveloper` VARCHAR(255), `sector` VARCHAR(255),
 `projectType` VARCHAR(255), `projectTags` TEXT, `coveredByNDC` VARCHAR(255), `ndcInformation` VARCHAR(255),
 `projectStatus` VARCHAR(255), `projectStatusDate` DATETIME, `unitMetric` VARCHAR(255), `methodology` TEXT,
 `validationBody` VARCHAR(255), `validationDate` DATETIME, `timeStaged` VARCHAR(255), `createdAt` DATETIME,
 `updatedAt` DATETIME NOT NULL, `description` TEXT, `methodology2` VARCHAR(255))

CREATE INDEX `projects_org_uid` ON `projects` (`orgUid`)

CREATE TABLE `relatedProjects` (`id` VARCHAR(255) NOT NULL UNIQUE PRIMARY KEY, `warehouseProjectId` VARCHAR(255), `orgUid` VARCHAR(255),
 `relatedProjectId` VARCHAR(255), `relationshipType` VARCHAR(255), `registry` VARCHAR(255), `timeStaged` VARCHAR(255),
 `createdAt` DATETIME, `updatedAt` DATETIME)

CREATE TABLE `simulator` (`id` INTEGER PRIMARY KEY AUTOINCREMENT, `key` VARCHAR(255) UNIQUE, `value` VARCHAR(255))

CREATE TABLE `staging` (`id` INTEGER PRIMARY KEY AUTOINCREMENT, `uuid` VARCHAR(255) UNIQUE, `table` VARCHAR(255), `action` VARCHAR(255),
 `data` VARCHAR(255), `commited` TINYINT(1) NOT NULL DEFAULT 0, `failedCommit` TINYINT(1) NOT NULL DEFAULT 0, `createdAt` DATETIME,
 `updatedAt` DATETIME NOT NULL, `isTransfer` TINYINT(1) NOT NULL DEFAULT 0)

CREATE TABLE `units` (`warehouseUnitId` VARCHAR(255) NOT NULL UNIQUE PRIMARY KEY, `issuanceId` VARCHAR(255),
 `projectLocationId` VARCHAR(255), `orgUid` VARCHAR(255), `unitOwner` VARCHAR(255), `countryJurisdictionOfOwner` VARCHAR(255),
 `inCountryJurisdictionOfOwner` VARCHAR(255), `serialNumberBlock` VARCHAR(255), `vintageYear` INTEGER, `unitType` VARCHAR(255),
 `marketplace` VARCHAR(255), `marketplaceLink` VARCHAR(255), `marketplaceIdentifier` VARCHAR(255), `unitTags` TEXT,
 `unitStatus` VARCHAR(255), `unitStatusReason` VARCHAR(255), `unitRegistryLink` VARCHAR(255),
 `correspondingAdjustmentDeclaration` VARCHAR(255), `correspondingAdjustmentStatus` VARCHAR(255), `timeStaged` VARCHAR(255),
 `createdAt` DATETIME, `updatedAt` DATETIME, `unitBlockStart` VARCHAR(255), `unitBlockEnd` VARCHAR(255), `unitCount` INTEGER)

CREATE VIRTUAL TABLE projects_fts USING fts5(
  warehouseProjectId, orgUid, currentRegistry, projectId, description, registryOfOrigin, originProjectId, program, projectName,
  projectLink, projectDeveloper, sector, coveredByNDC, projectType, projectTags, ndcInformation, projectStatus, projectStatusDate,
  unitMetric, methodology, methodology2, validationBody, validationDate, timeStaged
)

CREATE VIRTUAL TABLE units_fts USING fts5(
  warehouseUnitId, issuanceId, projectLocationId, orgUid, unitOwner, countryJurisdictionOfOwner, inCountryJurisdictionOfOwner,
  serialNumberBlock, vintageYear, unitType, marketplace, marketplaceLink, marketplaceIdentifier, unitTags, unitStatus,
  unitStatusReason, unitRegistryLink, correspondingAdjustmentDeclaration, correspondingAdjustmentStatus, unitBlockStart,
  unitBlockEnd, unitCount, timeStaged
)

insert into SequelizeMeta
values ('20211201195016-create-project-location.js'), ('20211215213314-label-units-junction.js'),
       ('20211201195016-create-project-location.js'), ('20211215213314-label-units-junction.js')

insert into meta (metaKey, metaValue)
values ('migratedToNewSync', 'true'), ('migratedToIndexBasedSync', 'true'), ('may2024AuditResetTaskHasRun', 'true'),
       ('userDeletedOrgs', '[]')

insert into organizations
       (orgUid, orgHash, name, icon, registryId, registryHash, subscribed, isHome, createdAt, updatedAt, fileStoreSubscribed, synced)
select uid, hash, 'Organisation ' || i, '<svg>' || hash || '</svg>', registry, hash, 1, i = 1, '2024-01-15 08:00:00.000 +00:00',
       '2025-09-01 08:00:00.000 +00:00', '0', 1
  from temp.org

insert into projects
       (warehouseProjectId, orgUid, currentRegistry, projectId, originProjectId, registryOfOrigin, program, projectName, projectLink,
        projectDeveloper, sector, projectType, projectTags, coveredByNDC, ndcInformation, projectStatus, projectStatusDate, unitMetric,
        methodology, validationBody, validationDate, timeStaged, createdAt, updatedAt, description, methodology2)
select id, (select uid from temp.org where org.i = 1 + n.i % 10), 'Registry ' || (i % 5), printf('%05d', i), printf('ORIG-%05d', i),
       'Registry ' || (i % 3), 'Program ' || (i % 17),
       (select group_concat(text, ' ') from temp.word where word.i between n.i * 31 % 2900 and n.i * 31 % 2900 + 5),
       'https://registry.example/projects/' || i, 'Developer ' || (i % 113), 'Sector ' || (i % 15), 'Afforestation', null,
       iif(i % 4, 'Inside NDC', 'Outside NDC'), '', iif(i % 9, 'Registered', 'Listed'),
       iif(i % 6, moment || '.000 +00:00', moment), 'tCO2e', 'VM' || printf('%04d', i % 70), 'Body ' || (i % 9),
       iif(i % 8, moment || '.250 +00:00', null), strftime('%s', moment), moment || '.000 +00:00', moment || '.500 +00:00',
       (select group_concat(text, ' ') from temp.word where word.i between n.i * 37 % 2900 and n.i * 37 % 2900 + 59), null
  from temp.n
 where i <= :projects

insert into projectLocations
       (id, warehouseProjectId, orgUid, country, inCountryRegion, geographicIdentifier, timeStaged, createdAt, updatedAt)
select 'loc-' || id, id, (select uid from temp.org where org.i = 1 + n.i % 10), 'Country ' || (i % 190), 'Region ' || (i % 900),
       printf('%.4f, %.4f', i % 180 - 90.5, i % 360 - 180.25), strftime('%s', moment), moment || '.000 +00:00',
       moment || '.000 +00:00'
  from temp.n
 where i <= :projects

insert into coBenefits (id, warehouseProjectId, orgUid, cobenefit, timeStaged, createdAt, updatedAt)
select 'ben-' || id, id, (select uid from temp.org where org.i = 1 + n.i % 10), 'SDG ' || (1 + i % 17), strftime('%s', moment),
       moment || '.000 +00:00', moment || '.000 +00:00'
  from temp.n
 where i <= :projects

insert into estimations
       (id, warehouseProjectId, orgUid, creditingPeriodStart, creditingPeriodEnd, unitCount, timeStaged, createdAt, updatedAt)
select 'est-' || id, id, (select uid from temp.org where org.i = 1 + n.i % 10), moment || '.000 +00:00',
       '2034' || substr(moment, 5) || '.000 +00:00', i * 13, strftime('%s', moment), moment || '.000 +00:00', moment || '.000 +00:00'
  from temp.n
 where i <= :projects
   and i % 2 = 0

insert into issuances
       (id, orgUid, warehouseProjectId, startDate, endDate, verificationApproach, verificationReportDate, verificationBody, timeStaged,
        createdAt, updatedAt)
select 'iss-' || id, (select uid from temp.org where org.i = 1 + n.i % 10), id, moment || '.000 +00:00',
       '2034' || substr(moment, 5) || '.000 +00:00', 'Approach ' || (i % 4), moment || '.000 +00:00', 'Body ' || (i % 9),
       strftime('%s', moment), moment || '.000 +00:00', moment || '.000 +00:00'
  from temp.n
 where i <= :projects

insert into labels
       (id, warehouseProjectId, orgUid, label, labelType, creditingPeriodStartDate, creditingPeriodEndDate, validityPeriodStartDate,
        validityPeriodEndDate, unitQuantity, labelLink, timeStaged, createdAt, updatedAt)
select 'lab-' || id, id, (select uid from temp.org where org.i = 1 + n.i % 10), 'Label ' || (i % 40), 'Certification',
       moment || '.000 +00:00', '2034' || substr(moment, 5) || '.000 +00:00', moment || '.000 +00:00',
       '2034' || substr(moment, 5) || '.000 +00:00', i % 5000, 'https://labels.example/' || i, strftime('%s', moment),
       moment || '.000 +00:00', moment || '.000 +00:00'
  from temp.n
 where i <= :projects
   and i % 2 = 1

insert into projectRatings
       (id, warehouseProjectId, orgUid, ratingType, ratingRangeHighest, ratingRangeLowest, rating, ratingLink, timeStaged, createdAt,
        updatedAt)
select 'rat-' || id, id, (select uid from temp.org where org.i = 1 + n.i % 10), 'CDP', '100', '0', 'A' || (i % 100),
       'https://ratings.example/' || i, strftime('%s', moment), moment || '.000 +00:00', moment || '.000 +00:00'
  from temp.n
 where i <= :projects
   and i % 2 = 0

insert into relatedProjects
       (id, warehouseProjectId, orgUid, relatedProjectId, relationshipType, registry, timeStaged, createdAt, updatedAt)
select 'rel-' || id, id, (select uid from temp.org where org.i = 1 + n.i % 10), printf('%05d', i / 2), 'Neighbour', 'Registry 1',
       strftime('%s', moment), moment || '.000 +00:00', moment || '.000 +00:00'
  from temp.n
 where i <= :projects
   and i % 4 = 0

insert into units
       (warehouseUnitId, issuanceId, projectLocationId, orgUid, unitOwner, countryJurisdictionOfOwner, inCountryJurisdictionOfOwner,
        serialNumberBlock, vintageYear, unitType, marketplace, marketplaceLink, marketplaceIdentifier, unitTags, unitStatus,
        unitStatusReason, unitRegistryLink, correspondingAdjustmentDeclaration, correspondingAdjustmentStatus, timeStaged, createdAt,
        updatedAt, unitBlockStart, unitBlockEnd, unitCount)
select 'u' || substr(n.id, 2), 'iss-' || p.id, 'loc-' || p.id, (select uid from temp.org where org.i = 1 + p.i % 10),
       'Owner ' || (n.i % 1301), 'Country ' || (n.i % 190), 'Region ' || (n.i % 900),
       printf('ABC%06d-XYZ%06d', n.i * 1000, n.i * 1000 + 999), 2000 + n.i % 25, iif(n.i % 3, 'Removal', 'Reduction - technical'),
       'Marketplace ' || (n.i % 6), 'https://market.example/u/' || n.i, 'M-' || n.i,
       (select group_concat(text, ' ') from temp.word where word.i between n.i * 41 % 2900 and n.i * 41 % 2900 + 3),
       iif(n.i % 7, 'Held', 'Retired'), iif(n.i % 7, null, 'Zur Kompensation stillgelegt – für ' || (n.i % 50)),
       'https://registry.example/units/' || n.i, 'Unknown', 'Not Started', strftime('%s', n.moment), n.moment || '.000 +00:00',
       n.moment || '.750 +00:00', 'ABC' || printf('%06d', n.i * 1000), 'XYZ' || printf('%06d', n.i * 1000 + 999), 1000
  from temp.n
       join temp.n as p on p.i = 1 + n.i % :projects
 where n.i <= :units

insert into label_unit (id, orgUid, warehouseUnitId, labelId, timeStaged, createdAt, updatedAt)
select 'lu-' || id, (select uid from temp.org where org.i = 1 + n.i % 10), 'u' || substr(id, 2),
       'lab-' || (select id from temp.n as p where p.i = 1 + n.i % :projects), strftime('%s', moment), moment || '.000 +00:00',
       moment || '.000 +00:00'
  from temp.n
 where i <= :units
   and i % 2 = 0

-- Ten registries, five rows to a generation; every eleventh generation changed nothing.
insert into audit
       (orgUid, registryId, rootHash, type, change, "table", onchainConfirmationTimeStamp, createdAt, updatedAt, comment, author,
        generation)
select uid, registry, printf('0x%064x', n.i), case when step = 0 then 'CREATE REGISTRY' when step / 5 % 11 = 0 then 'NO CHANGE'
       when n.i % 29 = 0 then 'DELETE' else 'INSERT' end,
       iif(step > 0 and step / 5 % 11, json_object('warehouseUnitId', 'u' || n.i, 'unitOwner', 'Owner ' || (n.i % 1301), 'unitCount', n.i,
                                                   'unitTags', 'é "' || n.i || '"'), null),
       iif(step > 0 and step / 5 % 11, iif(n.i % 4, 'units', 'projects'), null), strftime('%s', n.moment), n.moment || '.000 +00:00',
       n.moment || '.000 +00:00', iif(step, '', null), iif(step, '', null), (step + 4) / 5
  from (select i, moment, (i - 1) / 10 as step from temp.n where i <= :audit) as n
       join temp.org on org.i = 1 + n.i % 10

insert into projects_fts
       (warehouseProjectId, orgUid, currentRegistry, projectId, description, registryOfOrigin, originProjectId, program, projectName,
        projectLink, projectDeveloper, sector, coveredByNDC, projectType, projectTags, ndcInformation, projectStatus, projectStatusDate,
        unitMetric, methodology, methodology2, validationBody, validationDate, timeStaged)
select warehouseProjectId, orgUid, currentRegistry, projectId, description, registryOfOrigin, originProjectId, program, projectName,
       projectLink, projectDeveloper, sector, coveredByNDC, projectType, projectTags, ndcInformation, projectStatus, projectStatusDate,
       unitMetric, methodology, methodology2, validationBody, validationDate, timeStaged
  from projects

-- As the triggers leave it: without timeStaged.
insert into units_fts
       (warehouseUnitId, issuanceId, projectLocationId, orgUid, unitOwner, countryJurisdictionOfOwner, inCountryJurisdictionOfOwner,
        serialNumberBlock, vintageYear, unitType, marketplace, marketplaceLink, marketplaceIdentifier, unitTags, unitStatus,
        unitStatusReason, unitRegistryLink, correspondingAdjustmentDeclaration, correspondingAdjustmentStatus, unitBlockStart,
        unitBlockEnd, unitCount)
select warehouseUnitId, issuanceId, projectLocationId, orgUid, unitOwner, countryJurisdictionOfOwner, inCountryJurisdictionOfOwner,
       serialNumberBlock, vintageYear, unitType, marketplace, marketplaceLink, marketplaceIdentifier, unitTags, unitStatus,
       unitStatusReason, unitRegistryLink, correspondingAdjustmentDeclaration, correspondingAdjustmentStatus, unitBlockStart,
       unitBlockEnd, unitCount
  from units

CREATE TRIGGER project_insert_fts AFTER INSERT ON projects BEGIN
  INSERT INTO projects_fts (
    warehouseProjectId, orgUid, currentRegistry, projectId, description, registryOfOrigin, originProjectId, program,
    projectName, projectLink, projectDeveloper, sector, coveredByNDC, projectType, projectTags, ndcInformation,
    projectStatus, projectStatusDate, unitMetric, methodology, methodology2, validationBody, validationDate, timeStaged
  ) VALUES (
    new.warehouseProjectId, new.orgUid, new.currentRegistry, new.projectId, new.description, new.registryOfOrigin,
    new.originProjectId, new.program, new.projectName, new.projectLink, new.projectDeveloper, new.sector,
    new.coveredByNDC, new.projectType, new.projectTags, new.ndcInformation, new.projectStatus, new.projectStatusDate,
    new.unitMetric, new.methodology, new.methodology2, new.validationBody, new.validationDate, new.timeStaged
  );
END

CREATE TRIGGER project_delete_fts AFTER DELETE ON projects BEGIN
  DELETE FROM projects_fts WHERE warehouseProjectId = old.warehouseProjectId;
END

CREATE TRIGGER project_update_fts AFTER UPDATE ON projects BEGIN
  DELETE FROM projects_fts WHERE warehouseProjectId = old.warehouseProjectId;
  INSERT INTO projects_fts (
    warehouseProjectId, orgUid, currentRegistry, projectId, description, registryOfOrigin, originProjectId, program,
    projectName, projectLink, projectDeveloper, sector, coveredByNDC, projectType, projectTags, ndcInformation,
    projectStatus, projectStatusDate, unitMetric, methodology, methodology2, validationBody, validationDate, timeStaged
  ) VALUES (
    new.warehouseProjectId, new.orgUid, new.currentRegistry, new.projectId, new.description, new.registryOfOrigin,
    new.originProjectId, new.program, new.projectName, new.projectLink, new.projectDeveloper, new.sector,
    new.coveredByNDC, new.projectType, new.projectTags, new.ndcInformation, new.projectStatus, new.projectStatusDate,
    new.unitMetric, new.methodology, new.methodology2, new.validationBody, new.validationDate, new.timeStaged
  );
END

CREATE TRIGGER unit_insert_fts AFTER INSERT ON units BEGIN
  INSERT INTO units_fts (
    warehouseUnitId, issuanceId, projectLocationId, orgUid, unitOwner, countryJurisdictionOfOwner,
    inCountryJurisdictionOfOwner, serialNumberBlock, vintageYear, unitType, marketplace, marketplaceLink,
    marketplaceIdentifier, unitTags, unitStatus, unitStatusReason, unitRegistryLink,
    correspondingAdjustmentDeclaration, correspondingAdjustmentStatus, unitBlockStart, unitBlockEnd, unitCount
  ) VALUES (
    new.warehouseUnitId, new.issuanceId, new.projectLocationId, new.orgUid, new.unitOwner,
    new.countryJurisdictionOfOwner, new.inCountryJurisdictionOfOwner, new.serialNumberBlock, new.vintageYear,
    new.unitType, new.marketplace, new.marketplaceLink, new.marketplaceIdentifier, new.unitTags, new.unitStatus,
    new.unitStatusReason, new.unitRegistryLink, new.correspondingAdjustmentDeclaration,
    new.correspondingAdjustmentStatus, new.unitBlockStart, new.unitBlockEnd, new.unitCount
  );
END

CREATE TRIGGER unit_delete_fts AFTER DELETE ON units BEGIN
  DELETE FROM units_fts WHERE warehouseUnitId = old.warehouseUnitId;
END

CREATE TRIGGER unit_update_fts AFTER UPDATE ON units BEGIN
  DELETE FROM units_fts WHERE warehouseUnitId = old.warehouseUnitId;
  INSERT INTO units_fts (
    warehouseUnitId, issuanceId, projectLocationId, orgUid, unitOwner, countryJurisdictionOfOwner,
    inCountryJurisdictionOfOwner, serialNumberBlock, vintageYear, unitType, marketplace, marketplaceLink,
    marketplaceIdentifier, unitTags, unitStatus, unitStatusReason, unitRegistryLink,
    correspondingAdjustmentDeclaration, correspondingAdjustmentStatus, unitBlockStart, unitBlockEnd, unitCount
  ) VALUES (
    new.warehouseUnitId, new.issuanceId, new.projectLocationId, new.orgUid, new.unitOwner,
    new.countryJurisdictionOfOwner, new.inCountryJurisdictionOfOwner, new.serialNumberBlock, new.vintageYear,
    new.unitType, new.marketplace, new.marketplaceLink, new.marketplaceIdentifier, new.unitTags, new.unitStatus,
    new.unitStatusReason, new.unitRegistryLink, new.correspondingAdjustmentDeclaration,
    new.correspondingAdjustmentStatus, new.unitBlockStart, new.unitBlockEnd, new.unitCount
  );
END
