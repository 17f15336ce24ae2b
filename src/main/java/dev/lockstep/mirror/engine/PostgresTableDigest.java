package dev.lockstep.mirror.engine;

import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.plan.TargetTable.Column;
import dev.lockstep.mirror.proof.RowDigest;
import dev.lockstep.mirror.proof.RowFingerprint;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A mirror in PostgreSQL: digests of rows in the binary form of {@code record_send}, computed by the server.
 *
 * <p>The seal is of where each row's version is and which transaction wrote it (ctid and xmin), which no write leaves as
 * it was: a version is never changed, and a new one has another number. That is so
 *
 * <ul>
 *   <li>of tables of the heap, without partitions or children;
 *   <li>while the cluster and the table's file and columns are the same ones: a restored dump, a rewritten table, a column
 *       that was renamed, or dropped and added with a default, have another seal;
 *   <li>until the 32 bits of a transaction's number begin again: a seal ends with the epoch that it was made in, and there is
 *       none of a table with rows of an epoch before, whose numbers may yet come again.
 * </ul>
 */
final class PostgresTableDigest implements TableDigest {
    private static final String SUMS = """
            select part, count(*) as n, sum(high) as high, sum(low) as low
              from (select %1$s as part, high, low
                      from (select ('x' || encode(substr(digest, 1, 8), 'hex'))::bit(64)::bigint as high,
                                   ('x' || encode(substr(digest, 9, 8), 'hex'))::bit(64)::bigint as low
                              from (select sha256(record_send(row(%2$s))) as digest from %3$s offset 0) as d offset 0) as l) as p
             group by part
            """;

    /** The transaction numbers are told by the snapshot, for to ask for one's own would use one up. */
    private static final String SEAL = """
            select count(*) as n, coalesce(sum(hash_record_extended(row(ctid, xmin), 1)), 0)::text as one,
                   coalesce(sum(hash_record_extended(row(ctid, xmin), 2)), 0)::text as two,
                   coalesce(max(xmin::text::bigint), 0)
                     <= greatest(pg_snapshot_xmax(pg_current_snapshot())::text::bigint,
                                 pg_current_xact_id_if_assigned()::text::bigint) & 4294967295 as of_this_epoch,
                   count(*) filter (where xmin::text::bigint
                                    = pg_current_xact_id_if_assigned()::text::bigint & 4294967295) as own,
                   pg_snapshot_xmax(pg_current_snapshot())::text::bigint >> 32 as epoch
              from %s
            """;

    /** No row if it is not a plain table. */
    private static final String IDENTITY = """
            select md5(concat_ws('|', (select system_identifier from pg_control_system()), c.oid, c.relname,
                                 pg_relation_filenode(c.oid),
                                 (select string_agg(concat_ws(',', a.attnum, a.attname, a.atttypid, a.atttypmod,
                                                              a.attmissingval::text), ';' order by a.attnum)
                                    from pg_attribute a
                                   where a.attrelid = c.oid
                                     and a.attnum > 0
                                     and not a.attisdropped))) as identity
              from pg_class c
              join pg_am m on m.oid = c.relam
             where c.oid = to_regclass(?)
               and c.relkind = 'r'
               and m.amname = 'heap'
               and not exists (select 1 from pg_inherits i where i.inhparent = c.oid)
            """;

    private final TablePlan plan;

    PostgresTableDigest(TablePlan plan) {
        this.plan = plan;
    }

    @Override
    public RowDigest ofSource() {
        CopyBinaryWriter[] binary = new CopyBinaryWriter[1];
        return new RowDigest("SHA-256", (row, digest) -> {
            if (binary[0] == null) {
                binary[0] = new CopyBinaryWriter(plan.columns(), digest::update);
            }
            binary[0].record(row);
        });
    }

    @Override
    public RowFingerprint ofMirror(Tx mirror, int bits) {
        List<String> values = new ArrayList<>();
        for (Column column : plan.columns()) {
            String name = column.identifier().toString();
            values.add(
                    switch (column.type().orElseThrow().form()) {
                        case TEXT, CHAR, LABEL, JSON -> name + "::text";
                        case DECIMAL -> "trim_scale(" + name + ")";
                        case INTEGER, REAL, BLOB, TIMESTAMP, DATE, TIME, INTERVAL, UUID, ANY -> name;
                    });
        }
        String part = bits == 0 ? "0" : "(high >> " + (Long.SIZE - bits) + ") & " + ((1 << bits) - 1);
        RowFingerprint found = new RowFingerprint(bits);
        mirror.each(SUMS.formatted(part, String.join(", ", values), plan.identifier()), found::add);
        return found;
    }

    @Override
    public Compared compared() {
        return Compared.SERVER;
    }

    @Override
    public Optional<String> seal(Tx mirror, RowFingerprint found) {
        return sealed(mirror).map(Sealed::text);
    }

    @Override
    public boolean holds(Tx mirror, String seal) {
        return seal(mirror, null).filter(seal::equals).isPresent();
    }

    @Override
    public boolean knowsItsOwn(Tx mirror) {
        return mirror.row(IDENTITY, plan.identifier().toString()).isPresent();
    }

    /** A trigger that would change what is sent is seen by everybody, and nobody can make one while rows are being sent. */
    @Override
    public Optional<String> sealOfOwn(Tx mirror, long sent) {
        boolean asSent = new PostgresTargetCatalog(mirror, () -> true)
                .find(plan.target().name())
                .filter(table -> table.obstacles().isEmpty())
                .isPresent();
        return sealed(mirror)
                .filter(found -> asSent && found.rows() == sent && found.own() == sent)
                .map(Sealed::text);
    }

    private record Sealed(String text, long rows, long own) {}

    private Optional<Sealed> sealed(Tx mirror) {
        Optional<Row> identity = mirror.row(IDENTITY, plan.identifier().toString());
        if (identity.isEmpty()) {
            return Optional.empty();
        }
        Row found = mirror.only(SEAL.formatted(plan.identifier()));
        String text = identity.get().text("identity") + ":" + found.integer("n") + ":" + found.text("one") + ":"
                + found.text("two") + ":" + found.integer("epoch");
        return found.flag("of_this_epoch")
                ? Optional.of(new Sealed(text, found.integer("n"), found.integer("own")))
                : Optional.empty();
    }
}
