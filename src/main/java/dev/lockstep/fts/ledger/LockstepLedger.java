package dev.lockstep.fts.ledger;

import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.fts.ledger.LedgerEntry.Circumstances;
import dev.lockstep.fts.ledger.LedgerEntry.Health;
import dev.lockstep.fts.ledger.LedgerEntry.StoredTrigger;
import dev.lockstep.fts.schema.SchemaFingerprint;
import dev.lockstep.support.Digests;
import dev.lockstep.support.Json;
import dev.lockstep.support.LockstepException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The table {@code lockstep_fts_deferral}, one row for each FTS5 table. It is made with its first row and goes with its
 * last, so that a schema looks after a restore as it did before the deferral.
 */
final class LockstepLedger implements DeferralLedger {
    private static final String EXISTS = """
            select 1
              from main.sqlite_master
             where type = 'table'
               and name = 'lockstep_fts_deferral'
            """;

    private static final String READ = """
              select fts, journal, ddl_json, ddl_sha256, shape_json, owner_json, since, note, until
                from main.lockstep_fts_deferral
            order by fts
            """;

    private static final String ADD = """
            insert into main.lockstep_fts_deferral
                   (fts, journal, ddl_json, ddl_sha256, shape_json, owner_json, since, note, until)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """;

    private static final String ASSIGN = """
            update main.lockstep_fts_deferral
               set owner_json = ?,
                   until = ?
             where fts = ?
            """;

    private static final String FORGET = """
            delete from main.lockstep_fts_deferral
             where fts = ?
            """;

    private static final String IS_EMPTY = """
            select not exists (select 1 from main.lockstep_fts_deferral)
            """;

    @Override
    public List<LedgerEntry> read(Tx tx) {
        List<LedgerEntry> entries = new ArrayList<>();
        if (exists(tx)) {
            for (Row row : tx.rows(READ)) {
                entries.add(entry(row));
            }
        }
        return entries;
    }

    private static LedgerEntry entry(Row row) {
        List<String> indexes = List.of(row.text("fts"));
        Circumstances circumstances = new Circumstances(
                tree(row.text("owner_json")).map(Circumstances::owners).orElse(List.of()),
                Optional.of(row.text("since")),
                Optional.ofNullable(row.text("note")),
                Optional.ofNullable(row.text("until")));
        String ddl = row.text("ddl_json");
        if (!Digests.sha256(ddl).equals(row.text("ddl_sha256"))) {
            return LedgerEntry.damaged(indexes, circumstances, Health.EDITED);
        }
        try {
            List<StoredTrigger> triggers = StoredTrigger.parse(ddl);
            Optional<SchemaFingerprint> fingerprint =
                    tree(row.text("shape_json")).flatMap(SchemaFingerprint::ofTree);
            Map<String, String> journals =
                    row.isNull("journal") ? Map.of() : Map.of(SqlToken.fold(row.text("fts")), row.text("journal"));
            return new LedgerEntry(indexes, triggers, fingerprint, circumstances, Health.SOUND, journals);
        } catch (LockstepException e) {
            return LedgerEntry.damaged(indexes, circumstances, Health.UNREADABLE);
        }
    }

    @Override
    public void add(Tx tx, LedgerEntry entry) {
        if (!exists(tx)) {
            tx.execute(schema());
        }
        for (String index : entry.indexes()) {
            List<Object> elements = new ArrayList<>();
            for (StoredTrigger stored : entry.writers(index)) {
                Map<String, Object> element = stored.toTree();
                element.put("position", stored.position());
                stored.older().ifPresent(names -> element.put("older", names));
                elements.add(element);
            }
            String ddl = Json.write(elements);
            tx.update(
                    ADD,
                    index,
                    entry.journals().get(SqlToken.fold(index)),
                    ddl,
                    Digests.sha256(ddl),
                    entry.fingerprint()
                            .map(fingerprint -> Json.write(fingerprint.toTree()))
                            .orElse(null),
                    Json.write(entry.circumstances().ownerTrees()),
                    entry.circumstances().since().orElseThrow(),
                    entry.circumstances().note().orElse(null),
                    entry.circumstances().until().orElse(null));
        }
    }

    @Override
    public void assign(Tx tx, Set<String> indexes, Circumstances circumstances) {
        for (Row row : exists(tx) ? tx.rows(READ) : List.<Row>of()) {
            if (indexes.contains(SqlToken.fold(row.text("fts")))) {
                tx.update(
                        ASSIGN,
                        Json.write(circumstances.ownerTrees()),
                        circumstances.until().orElse(null),
                        row.text("fts"));
            }
        }
    }

    @Override
    public void forget(Tx tx, Set<String> indexes) {
        if (!exists(tx)) {
            return;
        }
        for (Row row : tx.rows(READ)) {
            if (indexes.contains(SqlToken.fold(row.text("fts")))) {
                tx.update(FORGET, row.text("fts"));
            }
        }
        if (tx.only(IS_EMPTY).integer(0) == 1) {
            tx.execute("drop table main.lockstep_fts_deferral");
        }
    }

    @Override
    public String place() {
        return "lockstep_fts_deferral";
    }

    @Override
    public String acceptSchema(String index) {
        return "update lockstep_fts_deferral set shape_json = null where fts = " + literal(index);
    }

    @Override
    public String surrender(String index) {
        String entry = " from lockstep_fts_deferral where fts = " + literal(index);
        return "create table if not exists lockstep_fts_given_up as select * from lockstep_fts_deferral where 0;"
                + " insert into lockstep_fts_given_up select *" + entry + "; delete" + entry;
    }

    private static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    private static boolean exists(Tx tx) {
        return !tx.rows(EXISTS).isEmpty();
    }

    private static Optional<Object> tree(String json) {
        try {
            return json == null ? Optional.empty() : Optional.ofNullable(Json.parse(json));
        } catch (LockstepException e) {
            return Optional.empty();
        }
    }

    private static String schema() {
        try (InputStream in = LockstepLedger.class.getResourceAsStream("schema.sql")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
