package dev.lockstep.fts;

import dev.lockstep.testing.TestSqlite;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * A SQLite file with what CADT's first data model has of projects and units: both tables with every column, meta, the two
 * indexes, the six triggers as migrations by several hands left them, and rows that follow from their numbers.
 */
public final class CadtDatabase {
    static final String FLAG = "fts5TriggersDeferredV1";
    static final String SNAPSHOT = "fts5DeferredTriggerSnapshotV1";
    static final String OWN = "lockstepFtsDeferralV1";

    static final List<String> TRIGGERS = List.of(
            "project_insert_fts",
            "project_delete_fts",
            "project_update_fts",
            "unit_insert_fts",
            "unit_delete_fts",
            "unit_update_fts");

    static final String PROJECT_COLUMNS = "warehouseProjectId, orgUid, currentRegistry, projectId, description,"
            + " registryOfOrigin, originProjectId, program, projectName, projectLink, projectDeveloper, sector,"
            + " coveredByNDC, projectType, projectTags, ndcInformation, projectStatus, projectStatusDate, unitMetric,"
            + " methodology, methodology2, validationBody, validationDate, timeStaged";

    /** What the unit triggers write: all columns of the index but timeStaged. */
    static final String UNIT_COLUMNS = "warehouseUnitId, issuanceId, projectLocationId, orgUid, unitOwner,"
            + " countryJurisdictionOfOwner, inCountryJurisdictionOfOwner, serialNumberBlock, vintageYear, unitType,"
            + " marketplace, marketplaceLink, marketplaceIdentifier, unitTags, unitStatus, unitStatusReason,"
            + " unitRegistryLink, correspondingAdjustmentDeclaration, correspondingAdjustmentStatus, unitBlockStart,"
            + " unitBlockEnd, unitCount";

    private static final String PROJECTS = """
            CREATE TABLE `projects` (`warehouseProjectId` VARCHAR(255) NOT NULL UNIQUE PRIMARY KEY, `orgUid` VARCHAR(255),\
             `currentRegistry` VARCHAR(255), `projectId` VARCHAR(255), `originProjectId` VARCHAR(255),\
             `registryOfOrigin` VARCHAR(255), `program` VARCHAR(255), `projectName` TEXT, `projectLink` VARCHAR(1000),\
             `projectDeveloper` VARCHAR(255), `sector` VARCHAR(255), `projectType` VARCHAR(255), `projectTags` TEXT,\
             `coveredByNDC` VARCHAR(255), `ndcInformation` VARCHAR(255), `projectStatus` VARCHAR(255),\
             `projectStatusDate` DATETIME, `unitMetric` VARCHAR(255), `methodology` TEXT, `validationBody` VARCHAR(255),\
             `validationDate` DATETIME, `timeStaged` VARCHAR(255), `createdAt` DATETIME, `updatedAt` DATETIME NOT NULL,\
             `description` TEXT, `methodology2` VARCHAR(255))""";

    private static final String UNITS = """
            CREATE TABLE `units` (`warehouseUnitId` VARCHAR(255) NOT NULL UNIQUE PRIMARY KEY, `issuanceId` VARCHAR(255),\
             `projectLocationId` VARCHAR(255), `orgUid` VARCHAR(255), `unitOwner` VARCHAR(255),\
             `countryJurisdictionOfOwner` VARCHAR(255), `inCountryJurisdictionOfOwner` VARCHAR(255),\
             `serialNumberBlock` VARCHAR(255), `vintageYear` INTEGER, `unitType` VARCHAR(255), `marketplace` VARCHAR(255),\
             `marketplaceLink` VARCHAR(255), `marketplaceIdentifier` VARCHAR(255), `unitTags` TEXT,\
             `unitStatus` VARCHAR(255), `unitStatusReason` VARCHAR(255), `unitRegistryLink` VARCHAR(255),\
             `correspondingAdjustmentDeclaration` VARCHAR(255), `correspondingAdjustmentStatus` VARCHAR(255),\
             `timeStaged` VARCHAR(255), `createdAt` DATETIME, `updatedAt` DATETIME, `unitBlockStart` VARCHAR(255),\
             `unitBlockEnd` VARCHAR(255), `unitCount` INTEGER)""";

    private static final String META =
            "CREATE TABLE `meta` (`id` INTEGER PRIMARY KEY AUTOINCREMENT, `metaKey` VARCHAR(255) UNIQUE,"
                    + " `metaValue` VARCHAR(255))";

    private static final String PROJECT_DELETE = """
            CREATE TRIGGER project_delete_fts   AFTER DELETE ON projects BEGIN
                  -- the index has no key: this scans; see also units_fts
                  DELETE FROM projects_fts WHERE warehouseProjectId = old.warehouseProjectId;
            END""";

    private static final String PROJECT_UPDATE = """
            CREATE TRIGGER `project_update_fts` AFTER UPDATE ON `projects`\tBEGIN
                  DELETE FROM `projects_fts` WHERE warehouseProjectId = old.warehouseProjectId;
            """;

    private static final String UNIT_UPDATE = """
            CREATE TRIGGER unit_update_fts AFTER UPDATE ON units BEGIN
                  DELETE FROM units_fts WHERE warehouseUnitId = old.warehouseUnitId;
            """;

    private CadtDatabase() {}

    /** A file with that many projects and three times as many units, all triggers live, the indexes kept by them. */
    static Path create(Path file, int projects) throws SQLException {
        List<String> statements = new ArrayList<>(List.of(
                "PRAGMA journal_mode = WAL",
                "BEGIN",
                PROJECTS,
                "CREATE INDEX `projects_org_uid` ON `projects` (`orgUid`)",
                UNITS,
                META,
                "INSERT INTO meta (metaKey, metaValue) VALUES ('migratedToNewSync', 'true'), ('userDeletedOrgs', '[]')",
                "CREATE VIRTUAL TABLE projects_fts USING fts5(\n      " + PROJECT_COLUMNS + "\n    )",
                "CREATE VIRTUAL TABLE units_fts USING fts5(" + UNIT_COLUMNS + ", timeStaged)"));
        statements.addAll(triggers());
        statements.add(insertProjects(1, projects));
        statements.add(insertUnits(1, 3 * projects));
        statements.add("COMMIT");
        return TestSqlite.create(file, statements.toArray(String[]::new));
    }

    /** The six, with the comments, quotings and white space of texts that people wrote. */
    static List<String> triggers() {
        return List.of(
                "CREATE TRIGGER project_insert_fts AFTER INSERT ON projects BEGIN\n"
                        + insert("projects_fts", PROJECT_COLUMNS) + "\n    END",
                PROJECT_DELETE,
                PROJECT_UPDATE + insert("\"projects_fts\"", PROJECT_COLUMNS) + "\n    END",
                "CREATE TRIGGER unit_insert_fts AFTER INSERT ON units BEGIN\r\n" + insert("units_fts", UNIT_COLUMNS)
                        + " END",
                "CREATE TRIGGER unit_delete_fts AFTER DELETE ON units /* é 😀 */ BEGIN"
                        + " DELETE FROM units_fts WHERE warehouseUnitId = old.warehouseUnitId; END",
                UNIT_UPDATE + insert("units_fts", UNIT_COLUMNS) + "\n\n  END");
    }

    private static String insert(String index, String columns) {
        return "      INSERT INTO " + index + "(\n        " + columns + "\n      ) VALUES (\n        new."
                + columns.replace(", ", ",\n        new.") + "\n      );";
    }

    /** Adds the projects of these numbers. */
    static String insertProjects(int from, int to) {
        return "with recursive n(i) as (select " + from + " union all select i + 1 from n where i < " + to + ")"
                + " insert into projects (" + PROJECT_COLUMNS + ", createdAt, updatedAt)"
                + " select printf('project-%06d', i), 'org-' || (i % 7), 'Registry ' || (i % 3), 'VCS' || i,"
                + " 'Describes forest number ' || i || ' in words', 'Origin', i, 'Program', 'Forest ' || i, 'https://p/' || i,"
                + " 'Developer ' || (i % 11), 'Forestry', iif(i % 4, 'Inside NDC', null), 'Afforestation', 'tag' || i, '',"
                + " 'Listed', '2020-01-01 00:00:00.000 +00:00', 'tCO2e', 'VM' || i, 'ACM', 'Body', null, '16' || i,"
                + " '2021-01-01', '2021-01-01' from n";
    }

    /** Adds the units of these numbers. Their timeStaged is set, and the triggers leave it out of the index. */
    static String insertUnits(int from, int to) {
        return "with recursive n(i) as (select " + from + " union all select i + 1 from n where i < " + to + ")"
                + " insert into units (" + UNIT_COLUMNS + ", timeStaged, createdAt, updatedAt)"
                + " select printf('unit-%06d', i), 'issue-' || (i / 10), 'loc', 'org-' || (i % 7), 'Owner ' || (i % 13),"
                + " 'Country', 'Region', 'SN-' || i, 2000 + i % 25, 'Removal', 'Market', 'https://u/' || i, 'M' || i,"
                + " 'tag' || i, 'Held', null, 'https://r/' || i, 'Unknown', 'Not Started', i * 10, i * 10 + 9, 10,"
                + " '17' || i, '2021-01-01', '2021-01-01' from n";
    }

    /** What a bulk catch-up does: changes, additions and deletions in both tables. */
    static Path change(Path file) throws SQLException {
        return TestSqlite.create(
                file,
                "begin",
                "update units set unitOwner = 'Newcomer', timeStaged = 'later' where warehouseUnitId like '%3'",
                "delete from units where warehouseUnitId like '%7'",
                insertUnits(900_001, 900_020),
                "update projects set projectName = 'Renamed ' || projectName where warehouseProjectId like '%2'",
                "delete from projects where warehouseProjectId like '%5'",
                insertProjects(900_001, 900_005),
                "commit");
    }

    /** How many rows differ, both ways and over both indexes, from what the triggers would have written. */
    public static long differences(Path file) throws SQLException {
        try (TestSqlite.Reader reader = TestSqlite.read(file)) {
            return differences(reader);
        }
    }

    public static long differences(TestSqlite.Reader file) throws SQLException {
        return difference(
                        file,
                        "select " + PROJECT_COLUMNS + " from projects",
                        "select " + PROJECT_COLUMNS + " from projects_fts")
                + difference(
                        file,
                        "select " + UNIT_COLUMNS + ", null from units",
                        "select " + UNIT_COLUMNS + ", timeStaged from units_fts");
    }

    private static long difference(TestSqlite.Reader file, String wanted, String found) throws SQLException {
        return Long.parseLong(file.ask("select (select count(*) from (" + wanted + " except " + found + "))"
                + " + (select count(*) from (" + found + " except " + wanted + "))"
                + " + abs((select count(*) from (" + wanted + ")) - (select count(*) from (" + found + ")))"));
    }

    /** The names of the application's triggers, in the order in which they fire by. */
    static String liveTriggers(Path file) throws SQLException {
        try (TestSqlite.Reader reader = TestSqlite.read(file)) {
            return liveTriggers(reader);
        }
    }

    static String liveTriggers(TestSqlite.Reader file) throws SQLException {
        return file.ask("select coalesce(group_concat(name), '') from"
                + " (select name from sqlite_master where type = 'trigger'"
                + " and name not glob 'lockstep_journal_*' and name not glob 'lockstep_watch_*' order by rowid)");
    }

    /** All of sqlite_master but where the tables are in the file, in its own order. */
    public static String masterInOrder(Path file) throws SQLException {
        return TestSqlite.ask(
                file,
                "select group_concat(type || '|' || name || '|' || tbl_name || '|' || coalesce(sql, ''), char(10))"
                        + " from (select * from sqlite_master order by rowid)");
    }

    static String meta(Path file, String key) throws SQLException {
        try (TestSqlite.Reader reader = TestSqlite.read(file)) {
            return meta(reader, key);
        }
    }

    static String meta(TestSqlite.Reader file, String key) throws SQLException {
        return file.ask("select metaValue from meta where metaKey = '" + key + "'");
    }
}
