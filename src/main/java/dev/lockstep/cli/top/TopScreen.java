package dev.lockstep.cli.top;

import dev.lockstep.cli.text.Age;
import dev.lockstep.cli.text.DisplayWidth;
import dev.lockstep.support.LockstepException;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.NonBlockingReader;

/** The table on a terminal, again and again, with keys. The terminal is as it was when it is left. */
final class TopScreen {
    private static final String ENTER = "\033[?1049h\033[?25l";
    private static final String LEAVE = "\033[?25h\033[?1049l";
    private static final String HOME = "\033[H";
    private static final String TO_THE_END = "\033[K";
    private static final String BELOW = "\033[J";
    private static final String REVERSE = "\033[7m";
    private static final String RED = "\033[31m";
    private static final String PLAIN = "\033[0m";
    /** A look that takes so long is said to. */
    private static final Duration LATE = Duration.ofSeconds(2);

    private static final int ESCAPE = 27;
    private static final int FIRST_ROW = 3;
    private static final String KEYS = "q quit  s sort  p pause  j/k move  Enter more";

    private final TopReader reader;
    private final Duration interval;
    private final boolean coloured;
    private List<TopRow> rows = List.of();
    private TopTable.Order order = TopTable.Order.KIND;
    private int selected;
    private boolean hasSeen;
    private boolean paused;
    private boolean opened;
    private boolean ended;
    private Size size;

    /** To ask for the size takes a process. */
    private volatile boolean resized = true;

    /** @param coloured whether what is wrong is red */
    TopScreen(TopReader reader, Duration interval, boolean coloured) {
        this.reader = reader;
        this.interval = interval;
        this.coloured = coloured;
    }

    /** Shows it until somebody quits. */
    void run() throws InterruptedException {
        try (Terminal terminal = TerminalBuilder.builder()
                .exec(true)
                .jni(false)
                .jna(false)
                .ffm(false)
                .dumb(false)
                .build()) {
            Thread worker = Thread.currentThread();
            terminal.handle(Terminal.Signal.INT, signal -> worker.interrupt());
            terminal.handle(Terminal.Signal.WINCH, signal -> resized = true);
            Attributes before = terminal.enterRawMode();
            terminal.writer().print(ENTER);
            try {
                turn(terminal);
            } finally {
                terminal.writer().print(LEAVE);
                terminal.flush();
                terminal.setAttributes(before);
            }
        } catch (IOException | IllegalStateException e) {
            throw new LockstepException("cannot use this terminal: " + e.getMessage(), "--once prints it");
        }
    }

    private void turn(Terminal terminal) throws IOException, InterruptedException {
        long looked = System.nanoTime();
        long next = looked;
        try (TopLook look = new TopLook(() -> reader.read().rows())) {
            while (!ended) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                if (!paused && System.nanoTime() - next >= 0) {
                    look.begin();
                }
                Optional<List<TopRow>> seen = look.seen();
                if (seen.isPresent()) {
                    show(seen.get());
                    looked = System.nanoTime();
                    next = looked + interval.toNanos();
                }
                draw(terminal, Duration.ofNanos(System.nanoTime() - looked));
                int key = terminal.reader().read(hasSeen ? 250 : 50);
                if (key == ESCAPE) {
                    key = arrow(terminal.reader());
                }
                if (key == -1) {
                    return;
                }
                press(key);
            }
        }
    }

    /** What a cursor key means; Escape itself closes what is open. */
    private static int arrow(NonBlockingReader keys) throws IOException {
        int next = keys.read(50);
        if (next != '[' && next != 'O') {
            return ESCAPE;
        }
        return switch (keys.read(50)) {
            case 'A' -> 'k';
            case 'B' -> 'j';
            default -> NonBlockingReader.READ_EXPIRED;
        };
    }

    /** From now on it is these. */
    void show(List<TopRow> read) {
        hasSeen = true;
        rows = order.sorted(read);
    }

    void press(int key) {
        switch (key) {
            case 'q', 'Q', 3, 4 -> ended = true;
            case 's' -> {
                order = order.next();
                rows = order.sorted(rows);
            }
            case 'p', ' ' -> paused = !paused;
            case 'j' -> selected++;
            case 'k' -> selected--;
            case '\r', '\n' -> opened = !opened;
            case ESCAPE -> opened = false;
            default -> {}
        }
        selected = Math.max(0, Math.min(selected, rows.size() - 1));
    }

    private void draw(Terminal terminal, Duration age) {
        if (resized) {
            resized = false;
            size = terminal.getSize();
        }
        int columns = size.getColumns() > 0 ? size.getColumns() : 80;
        int height = size.getRows() > 0 ? size.getRows() : 24;
        StringBuilder screen = new StringBuilder(HOME);
        for (String line : lines(columns, height, age)) {
            screen.append(line).append(TO_THE_END).append("\r\n");
        }
        PrintWriter out = terminal.writer();
        out.print(screen.substring(0, screen.length() - 2) + BELOW);
        out.flush();
    }

    /** One line fewer than there are, none wider than the screen. */
    List<String> lines(int columns, int height, Duration age) {
        int room = columns - 1;
        List<String> lines = new ArrayList<>();
        long wrong = rows.stream().filter(TopRow::wrong).count();
        String state = state(age);
        lines.add(DisplayWidth.cut(
                "lockstep top: " + rows.size() + (rows.size() == 1 ? " row, " : " rows, ") + wrong + " to look at; "
                        + state + "; by " + order.label(),
                room));
        lines.add("");
        if (opened && !rows.isEmpty()) {
            for (Map.Entry<String, Object> field :
                    rows.get(Math.min(selected, rows.size() - 1)).tree().entrySet()) {
                String value = String.valueOf(field.getValue() == null ? "" : field.getValue());
                lines.addAll(wrapped(DisplayWidth.padded(field.getKey(), 8), value, room));
            }
        } else {
            TopTable table = new TopTable(rows, room);
            lines.add(table.head());
            int shown = Math.max(1, height - FIRST_ROW - 2);
            int from = Math.max(0, Math.min(selected - shown / 2, rows.size() - shown));
            for (int i = from; i < Math.min(rows.size(), from + shown); i++) {
                lines.add(marked(rows.get(i), DisplayWidth.padded(table.line(rows.get(i)), room), i == selected));
            }
        }
        List<String> most = new ArrayList<>(lines.subList(0, Math.min(lines.size(), Math.max(1, height - 2))));
        most.add(DisplayWidth.cut(KEYS, room));
        return most;
    }

    /** @param age how long ago the last look ended, or the first began */
    private String state(Duration age) {
        if (!hasSeen) {
            return "looking for " + Age.about(age);
        }
        if (paused) {
            return "paused, seen " + Age.about(age) + " ago";
        }
        boolean late = age.compareTo(interval.plus(LATE)) > 0;
        return late ? "no answer yet, seen " + Age.about(age) + " ago" : "each " + Age.about(interval);
    }

    private static List<String> wrapped(String head, String value, int room) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder(head);
        for (String word : value.split(" ", -1)) {
            if (DisplayWidth.of(line.toString()) + 1 + DisplayWidth.of(word) > room && line.length() > head.length()) {
                lines.add(line.toString());
                line = new StringBuilder(" ".repeat(head.length()));
            }
            line.append(' ').append(word);
        }
        lines.add(line.toString());
        lines.replaceAll(one -> DisplayWidth.cut(one, room));
        return lines;
    }

    private String marked(TopRow row, String line, boolean chosen) {
        String colour = row.wrong() && coloured ? RED : "";
        String mark = colour + (chosen ? REVERSE : "");
        return mark.isEmpty() ? line : mark + line + PLAIN;
    }
}
