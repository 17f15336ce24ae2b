package dev.lockstep.cli.progress;

import dev.lockstep.cli.text.Age;
import dev.lockstep.cli.text.DisplayWidth;
import dev.lockstep.cli.text.Quantity;
import dev.lockstep.support.Work;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How far a step is at a moment.
 *
 * @param total 0 if nobody knows
 * @param rate how many a second, lately; 0 if that cannot be told yet
 * @param elapsed since the step began
 */
record Reading(String subject, Work work, long done, long total, double rate, Duration elapsed) {
    private static final int MOST_BAR = 40;
    private static final int LEAST_BAR = 8;

    /** The bar does not become shorter by one when a number becomes longer by one. */
    private static final int STEP = 4;

    private static final int PERCENT = 100;

    /** An estimate that is surpassed was none. */
    Reading {
        total = done > total ? 0 : total;
    }

    /** What is being done to what: {@code docs: rows written}. */
    String step() {
        return subject + ": " + (done == 0 && total == 0 ? work.doing() : work.done());
    }

    Optional<Duration> left() {
        return total > 0 && rate > 0
                ? Optional.of(Duration.ofMillis((long) ((total - done) / rate * 1_000)))
                : Optional.empty();
    }

    private int percent() {
        return (int) (PERCENT * (double) done / total);
    }

    /** In words, for a line of its own. */
    String sentence() {
        if (done == 0 && total == 0) {
            return step() + ", for " + Age.about(elapsed);
        }
        StringBuilder text = new StringBuilder(subject).append(": ");
        if (!work.isShare()) {
            text.append(amount(done))
                    .append(total > 0 ? " of " + amount(total) : "")
                    .append(' ');
        } else {
            text.append(percent()).append("% ");
        }
        text.append(work.done());
        if (total > 0 && !work.isShare()) {
            text.append(" (").append(percent()).append("%)");
        }
        if (rate >= 1 && !work.isShare()) {
            text.append(", ").append(speed());
        }
        left().ifPresent(time -> text.append(", ").append(Age.about(time)).append(" left"));
        return text.toString();
    }

    /** For programs. */
    Map<String, Object> tree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("step", step());
        tree.put("done", done);
        tree.put("total", total > 0 ? total : null);
        tree.put("rate", Math.round(rate));
        tree.put("etaMs", left().map(Duration::toMillis).orElse(null));
        return tree;
    }

    private String amount(long number) {
        return work.isBytes() ? Quantity.bytes(number) : Quantity.grouped(number);
    }

    /** As wide as the total, so that what stands before it keeps its place. */
    private String beside(String all) {
        return DisplayWidth.rightPadded(amount(done), all.length()) + " of " + all;
    }

    private String speed() {
        return amount(Math.round(rate)) + "/s";
    }

    /** In one line with a bar, of fewer columns than these: what matters least goes first. */
    String bar(int columns) {
        String time = left().map(left -> Age.about(left) + " left").orElse(total > 0 ? "" : Age.about(elapsed));
        String count =
                work.isShare() || (done == 0 && total == 0) ? "" : total > 0 ? beside(amount(total)) : amount(done);
        String speed = rate >= 1 && !work.isShare() ? speed() : "";
        String verb = done == 0 && total == 0 ? work.doing() : work.done();
        List<List<String>> tails = List.of(
                List.of(count, speed, time), List.of(count, time), List.of(speed, time), List.of(time), List.of());
        for (List<String> tail : tails) {
            for (String head : List.of(subject + ": " + verb, subject)) {
                Optional<String> line = line(head, tail, columns - 1);
                if (line.isPresent()) {
                    return line.get();
                }
            }
        }
        String end = total > 0 ? " " + percent() + "%" : "";
        return DisplayWidth.cut(subject, columns - 1 - end.length()) + end;
    }

    private Optional<String> line(String head, List<String> tail, int columns) {
        String end =
                String.join(", ", tail.stream().filter(part -> !part.isEmpty()).toList());
        String behind = end.isEmpty() ? "" : " " + end;
        if (total == 0) {
            String line = head + (end.isEmpty() ? "" : ", " + end);
            return DisplayWidth.of(line) <= columns ? Optional.of(line) : Optional.empty();
        }
        String percent = DisplayWidth.rightPadded(percent() + "%", 4);
        int room = columns - DisplayWidth.of(head) - DisplayWidth.of(behind) - percent.length() - " []".length() - 1;
        if (room < LEAST_BAR) {
            return Optional.empty();
        }
        int bar = Math.min(MOST_BAR, room / STEP * STEP);
        int filled = (int) (bar * (double) done / total);
        return Optional.of(head + " [" + "#".repeat(filled) + "-".repeat(bar - filled) + "] " + percent + behind);
    }
}
