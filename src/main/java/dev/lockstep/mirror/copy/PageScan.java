package dev.lockstep.mirror.copy;

import dev.lockstep.db.Cells;
import dev.lockstep.db.Tx;
import dev.lockstep.mirror.copy.Backfill.BadRows;
import dev.lockstep.mirror.copy.Backfill.Substitutes;
import dev.lockstep.mirror.plan.MappedRow;
import dev.lockstep.mirror.plan.MappedRow.Misfit;
import dev.lockstep.mirror.plan.RejectedRow;
import dev.lockstep.mirror.plan.RowMapper;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.proof.RowDigest;
import dev.lockstep.mirror.proof.RowFingerprint;
import dev.lockstep.mirror.source.SourceTable.Range;
import dev.lockstep.support.Digests;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.ProgressListener;
import dev.lockstep.support.Work;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Reads a whole table of the source once: finds every value that will not fit, and cuts the rows into pages with a digest
 * each.
 *
 * <p>A page ends after a row whose key says so, so that a row that comes or goes changes the page that it is in and perhaps
 * the next, and no other; only the limits on its size are counted.
 */
final class PageScan {
    private static final int MIN_ROWS = 128;
    private static final int MAX_ROWS = 2_048;
    private static final int MAX_BYTES = 1 << 20;
    /** Which bits of a key's hash end a page: about one key in 512. */
    private static final long END = 511;

    private static final int SHOWN_REJECTS = 20;

    /**
     * Rows that follow each other.
     *
     * @param digest of all of them, in hexadecimal
     * @param rows how many
     * @param fitting how many of them the mirror can hold
     * @param changes how many values of them are changed, so that it can
     * @param bytes about how many bytes they are
     */
    record Page(Range range, String digest, int rows, int fitting, int changes, long bytes) {
        /** Whether the mirror holds all of it as it is, so that there is nothing to be listed. */
        boolean isWhole() {
            return fitting == rows && changes == 0;
        }
    }

    private final TablePlan plan;
    private final Tx tx;
    private final Optional<RowDigest> rowDigest;
    private final RowFingerprint fingerprint;
    private final List<char[]> parts = new ArrayList<>();
    private final List<Page> pages = new ArrayList<>();
    private final List<RejectedRow> rejects = new ArrayList<>();
    private final List<RejectedRow> changes = new ArrayList<>();
    private final MessageDigest digest = Digests.sha256();
    private final byte[] shape;
    private final Set<String> keys = new HashSet<>();
    private final List<String> merging = new ArrayList<>();
    private final Set<List<Object>> twins = new HashSet<>();
    private List<Object> after = List.of();
    private final char[] pageParts = new char[MAX_ROWS];
    private long rows;
    private final Set<String> misfits = new LinkedHashSet<>();
    private ProgressListener progress = ProgressListener.NOBODY;
    private Work work = Work.ROWS_READ;
    private long expected;
    private long cut;
    private long rejected;
    private int pageRows;
    private int pageFitting;
    private int pageChanges;
    private long changed;
    private long pageBytes;

    /** @param rowDigest if it is to be known of all rows, and of each page, which they are */
    PageScan(TablePlan plan, Tx tx, Optional<RowDigest> rowDigest) {
        this.rowDigest = rowDigest;
        this.fingerprint = new RowFingerprint(rowDigest.isPresent() ? RowFingerprint.MAX_BITS : 0);
        this.plan = plan;
        this.tx = tx;
        this.shape = plan.shape().getBytes(StandardCharsets.UTF_8);
    }

    static PageScan of(TablePlan plan, Tx tx, Optional<RowDigest> rowDigest, ProgressListener progress) {
        PageScan scan = new PageScan(plan, tx, rowDigest).telling(progress, Work.ROWS_READ);
        scan.run(row -> {});
        return scan;
    }

    /** Tells how far it is, as work of that kind. */
    PageScan telling(ProgressListener listener, Work kind) {
        progress = listener;
        work = kind;
        expected = RowEstimate.of(tx, plan.source());
        return this;
    }

    List<Page> pages() {
        return pages;
    }

    /** Of the rows that the mirror can hold, if it was to be known. */
    RowFingerprint fingerprint() {
        return fingerprint;
    }

    /** Whether a page, by its number, has a row in one of these parts, that so many bits name. */
    boolean isIn(int page, BitSet some, int bits) {
        for (char part : parts.get(page)) {
            if (some.get(part >>> (RowFingerprint.MAX_BITS - bits))) {
                return true;
            }
        }
        return false;
    }

    /** The first rows that do not fit, for people. */
    List<RejectedRow> rejects() {
        return rejects;
    }

    /** The first keys that mean the same to the mirror as another key. */
    List<String> merging() {
        return merging;
    }

    /** Where all the rows are that have such a key. */
    Set<List<Object>> twins() {
        return twins;
    }

    long rows() {
        return rows;
    }

    /** How many rows do not fit. */
    long rejected() {
        return rejected;
    }

    /** The values that are changed, so that the mirror takes their rows. */
    Substitutes substitutes() {
        return new Substitutes(changed, changes);
    }

    /** @throws LockstepException refused: a row does not fit, and that is not to be */
    void check(BadRows policy) {
        if (rejected > 0 && policy == BadRows.FAIL) {
            throw new MisfitException(
                    rejects.get(0) + (rejected > 1 ? "; and " + (rejected - 1) + " more rows" : ""), misfits);
        }
    }

    /**
     * Reads the table, once.
     *
     * @param sink takes the rows that the mirror can hold
     */
    void run(Consumer<MappedRow> sink) {
        RowMapper mapper = plan.mapper();
        begin();
        progress.at(plan.name(), work, 0, expected);
        plan.source().scan(tx, Range.ALL, cells -> {
            MappedRow row = mapper.map(cells);
            add(cells, row);
            if (row.fits()) {
                sink.accept(row);
            }
            if (isEnd(row)) {
                progress.at(plan.name(), work, rows, expected);
                end(plan.source().position(cells));
            }
        });
        if (pageRows > 0) {
            end(List.of());
        }
        cut = mapper.cut();
    }

    /** What is to be said of times that had to be cut; empty if none had. */
    Optional<String> cut() {
        return cut == 0
                ? Optional.empty()
                : Optional.of(cut + " times have more than six digits of a second; what is finer than a microsecond is"
                        + " cut off");
    }

    /** The columns that have values which do not fit. */
    Set<String> misfits() {
        return misfits;
    }

    private void add(Cells cells, MappedRow row) {
        rows++;
        pageRows++;
        pageBytes += row.size();
        row.digest(digest);
        if (row.fits() && plan.mayMeanTheSame() && !keys.add(row.exactKey(plan.keyWidth()))) {
            twins.add(plan.source().position(cells));
            if (merging.size() < SHOWN_REJECTS) {
                merging.add(plan.key(cells));
            }
        }
        if (row.fits()) {
            rowDigest.ifPresent(of -> {
                fingerprint.add(of.of(row));
                pageParts[pageFitting] = (char) of.part(RowFingerprint.MAX_BITS);
            });
            pageFitting++;
            pageChanges += row.changes().size();
            changed += row.changes().size();
            if (changes.size() < SHOWN_REJECTS) {
                row.changes().forEach(one -> changes.add(RejectedRow.of(plan.name(), plan.key(cells), one)));
            }
            return;
        }
        rejected++;
        for (Misfit misfit : row.misfits()) {
            misfits.add(misfit.column());
            if (rejects.size() < SHOWN_REJECTS) {
                rejects.add(RejectedRow.of(plan.name(), plan.key(cells), misfit));
            }
        }
    }

    private boolean isEnd(MappedRow row) {
        return pageRows >= MAX_ROWS
                || pageBytes >= MAX_BYTES
                || (pageRows >= MIN_ROWS && (row.hash(plan.keyWidth()) & END) == 0);
    }

    private void begin() {
        digest.update(shape);
        pageRows = 0;
        pageFitting = 0;
        pageChanges = 0;
        pageBytes = 0;
    }

    /** @param through where the page's last row is; nowhere for the last page, which goes to the end */
    private void end(List<Object> through) {
        pages.add(new Page(
                new Range(after, through),
                HexFormat.of().formatHex(digest.digest()),
                pageRows,
                pageFitting,
                pageChanges,
                pageBytes));
        if (rowDigest.isPresent()) {
            parts.add(Arrays.copyOf(pageParts, pageFitting));
        }
        after = through;
        begin();
    }
}
