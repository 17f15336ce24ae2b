package dev.lockstep.cli.top;

import dev.lockstep.cli.kit.TerminalText;
import dev.lockstep.cli.text.Age;
import dev.lockstep.cli.text.DisplayWidth;
import dev.lockstep.cli.text.Quantity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Rows in columns, as wide as there is room. */
final class TopTable {
    /** What rows are sorted by. */
    enum Order {
        /** As they were read: by source and kind. */
        KIND,
        NAME,
        STATE,
        AGE,
        AMOUNT,
        RATE;

        private Optional<Comparator<TopRow>> comparator() {
            return Optional.ofNullable(
                    switch (this) {
                        case KIND -> null;
                        case NAME -> Comparator.comparing(TopRow::name);
                        case STATE ->
                            Comparator.comparing((TopRow row) -> !row.wrong()).thenComparing(TopRow::state);
                        case AGE ->
                            Comparator.comparing((TopRow row) ->
                                    row.age().map(age -> -age.toMillis()).orElse(1L));
                        case AMOUNT ->
                            Comparator.comparing((TopRow row) -> -row.amount().orElse(-1));
                        case RATE ->
                            Comparator.comparing((TopRow row) -> -row.rate().orElse(-1.0));
                    });
        }

        Order next() {
            List<Order> all = List.of(values());
            return all.get((all.indexOf(this) + 1) % all.size());
        }

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        List<TopRow> sorted(List<TopRow> rows) {
            List<TopRow> sorted = new ArrayList<>(rows);
            comparator().ifPresent(sorted::sort);
            return sorted;
        }
    }

    private static final List<String> HEADS =
            List.of("SOURCE", "KIND", "NAME", "STATE", "AGE", "AMOUNT", "RATE", "DETAIL");
    private static final int NAME = 2;
    private static final int DETAIL = 7;
    private static final int AGE = 4;
    private static final int AMOUNT = 5;
    private static final int RATE = 6;
    private static final int LEAST_NAME = 12;
    private static final int GAP = 2;

    private final List<Integer> columns = new ArrayList<>();
    private int limit = Integer.MAX_VALUE;
    private final int[] widths = new int[HEADS.size()];

    /**
     * Lays out.
     *
     * @param room how many columns there are; 0: as many as are needed
     */
    TopTable(List<TopRow> rows, int room) {
        for (int i = 0; i < HEADS.size(); i++) {
            for (TopRow row : rows) {
                widths[i] = Math.max(widths[i], DisplayWidth.of(cell(row, i)));
            }
            if (widths[i] > 0) {
                widths[i] = Math.max(widths[i], HEADS.get(i).length());
                columns.add(i);
            }
        }
        if (room > 0) {
            fit(room);
        }
    }

    /** The detail gives way first, then names become shorter, then what changes least goes. */
    private void fit(int room) {
        narrow(DETAIL, room, 0);
        narrow(NAME, room, LEAST_NAME);
        for (int column : List.of(RATE, AGE, AMOUNT)) {
            if (width() > room) {
                columns.remove((Integer) column);
            }
        }
        limit = room;
    }

    private void narrow(int column, int room, int least) {
        int over = width() - room;
        if (over > 0 && columns.contains(column)) {
            widths[column] = Math.max(least, widths[column] - over);
            if (widths[column] < HEADS.get(column).length()) {
                columns.remove((Integer) column);
            }
        }
    }

    private int width() {
        return columns.stream().mapToInt(column -> widths[column] + GAP).sum() - GAP;
    }

    String head() {
        return line(HEADS);
    }

    String line(TopRow row) {
        List<String> cells = new ArrayList<>();
        for (int i = 0; i < HEADS.size(); i++) {
            cells.add(cell(row, i));
        }
        return line(cells);
    }

    private String line(List<String> cells) {
        List<String> parts = new ArrayList<>();
        for (int column : columns) {
            String cell = DisplayWidth.cut(cells.get(column), widths[column]);
            boolean number = column >= AGE && column <= RATE;
            parts.add(
                    number
                            ? DisplayWidth.rightPadded(cell, widths[column])
                            : DisplayWidth.padded(cell, widths[column]));
        }
        return DisplayWidth.cut(String.join(" ".repeat(GAP), parts).stripTrailing(), limit);
    }

    private static String cell(TopRow row, int column) {
        String text =
                switch (column) {
                    case 0 -> row.source();
                    case 1 -> row.kind();
                    case NAME -> row.name();
                    case 3 -> row.state();
                    case AGE -> row.age().map(Age::of).orElse("");
                    case AMOUNT ->
                        row.amount().isPresent()
                                ? Quantity.grouped(row.amount().getAsLong()) + " " + row.unit()
                                : row.unit();
                    case RATE ->
                        row.rate()
                                .filter(rate -> Math.abs(rate) >= 0.5)
                                .map(rate -> Quantity.grouped(Math.round(rate)) + "/s")
                                .orElse("");
                    default -> row.detail();
                };
        return TerminalText.printable(text).replace('\n', ' ').replace('\t', ' ');
    }
}
