package dev.lockstep.mirror.copy;

import dev.lockstep.db.Tx;
import dev.lockstep.mirror.copy.PageScan.Page;
import dev.lockstep.mirror.engine.MirrorEngine;
import dev.lockstep.mirror.plan.MappedRow;
import dev.lockstep.mirror.plan.MappedRow.Misfit;
import dev.lockstep.mirror.plan.RejectedRow;
import dev.lockstep.mirror.plan.RowMapper;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.source.SourceTable.Range;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The rows of some pages that the mirror can hold, read from the source again each time. */
final class PageRows implements MirrorEngine.Rows {
    private final Tx source;
    private final TablePlan plan;
    private final List<Page> pages;
    private final int from;
    private final int to;
    private final List<List<RejectedRow>> rejects = new ArrayList<>();
    private final List<List<RejectedRow>> changes = new ArrayList<>();
    private int page;
    private int ordinal;
    private long delivered;

    PageRows(Tx source, TablePlan plan, List<Page> pages) {
        this(source, plan, pages, 0, Integer.MAX_VALUE);
    }

    private PageRows(Tx source, TablePlan plan, List<Page> pages, int from, int to) {
        this.source = source;
        this.plan = plan;
        this.pages = pages;
        this.from = from;
        this.to = to;
        pages.forEach(p -> {
            rejects.add(new ArrayList<>());
            changes.add(new ArrayList<>());
        });
    }

    /** Of one page the rows from one ordinal, counted from 0, to another that does not belong to them. */
    static PageRows part(Tx source, TablePlan plan, Page page, int from, int to) {
        return new PageRows(source, plan, List.of(page), from, to);
    }

    @Override
    public void each(Consumer<MappedRow> sink) {
        rejects.forEach(List::clear);
        changes.forEach(List::clear);
        page = 0;
        ordinal = 0;
        delivered = 0;
        RowMapper mapper = plan.mapper();
        for (Range range : ranges()) {
            plan.source().scan(source, range, cells -> {
                if (ordinal == pages.get(page).rows()) {
                    page++;
                    ordinal = 0;
                }
                if (ordinal >= from && ordinal < to) {
                    MappedRow row = mapper.map(cells);
                    if (row.fits()) {
                        delivered++;
                        row.changes().forEach(one -> changes.get(page)
                                .add(RejectedRow.of(plan.name(), plan.key(cells), one)));
                        sink.accept(row);
                    } else {
                        Misfit misfit = row.misfits().get(0);
                        rejects.get(page).add(RejectedRow.of(plan.name(), plan.key(cells), misfit));
                    }
                }
                ordinal++;
            });
        }
    }

    /** How many rows the last {@link #each} handed over. */
    long delivered() {
        return delivered;
    }

    /** The rows of a page, by its number, that the last {@link #each} left out. */
    List<RejectedRow> rejects(int number) {
        return rejects.get(number);
    }

    /** Those and the rows of which it changed a value. */
    List<RejectedRow> listed(int number) {
        List<RejectedRow> listed = new ArrayList<>(rejects.get(number));
        listed.addAll(changes.get(number));
        return listed;
    }

    /** Pages that follow each other are read as one. */
    private List<Range> ranges() {
        List<Range> ranges = new ArrayList<>();
        for (int i = 0; i < pages.size(); i++) {
            Range range = pages.get(i).range();
            if (i > 0 && pages.get(i - 1).range().through().equals(range.after())) {
                Range before = ranges.remove(ranges.size() - 1);
                ranges.add(new Range(before.after(), range.through()));
            } else {
                ranges.add(range);
            }
        }
        return ranges;
    }
}
