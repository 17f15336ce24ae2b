package dev.lockstep.cli.doctor;

import dev.lockstep.cli.hint.Hints;
import dev.lockstep.cli.html.HtmlReport;
import dev.lockstep.cli.html.HtmlReport.Cell;
import dev.lockstep.cli.html.HtmlReport.Tone;
import dev.lockstep.cli.kit.Advice;
import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.kit.TerminalText;
import dev.lockstep.cli.text.Accent;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Redactor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** What {@code doctor} has found so far. A check that cannot be made is itself a finding. */
final class DoctorReport {
    /** How a check came out. */
    enum State {
        OK,
        /** Works, and may not for ever, or not for everybody. */
        WARN,
        FAIL,
        /** There was nothing to check. */
        SKIPPED;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One check.
     *
     * @param name what was checked: {@code postgresql.notify}
     * @param detail what was seen
     * @param fix the command that mends it, or what to do; null if nothing is to be mended
     */
    record Check(String name, State state, String detail, String fix) {
        static Check ok(String name, String detail) {
            return new Check(name, State.OK, detail, null);
        }
    }

    private final Advice advice;
    private final Redactor redactor;
    private final List<Check> checks = new ArrayList<>();

    /** @param call makes the commands in what mends a failure whole, and knows what must not be shown */
    DoctorReport(Invocation call) {
        this.advice = call.advice();
        this.redactor = call.databases().environment().redactor();
    }

    void add(Check check) {
        checks.add(check);
    }

    void ok(String name, String detail) {
        add(Check.ok(name, detail));
    }

    void warn(String name, String detail, String fix) {
        add(new Check(name, State.WARN, detail, fix));
    }

    void fail(String name, String detail, String fix) {
        add(new Check(name, State.FAIL, detail, fix));
    }

    void skipped(String name, String detail) {
        add(new Check(name, State.SKIPPED, detail, null));
    }

    /** Makes a check; what keeps it from being made is its failure. */
    void attempt(String name, Supplier<Check> check) {
        try {
            add(check.get());
        } catch (LockstepException e) {
            fail(name, e.getMessage(), Hints.of(e));
        }
    }

    Result result() {
        List<Object> data = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        boolean failed = false;
        for (Check check : checks) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("name", check.name());
            fields.put("state", check.state().label());
            fields.put("detail", TerminalText.printable(check.detail()));
            String fix = redactor.redact(advice.complete(check.fix()));
            fields.put("fix", fix);
            data.add(fields);
            lines.add(accented(check.state()) + check.name() + ": " + check.detail());
            if (fix != null) {
                lines.add(pad("") + "fix: " + fix);
            }
            failed |= check.state() == State.FAIL;
        }
        Result result = Result.unchanged(Map.of("checks", data), lines);
        return failed ? result.with(ExitCode.DIFFERS) : result;
    }

    /** The same as a file. */
    void write(Invocation call, String file) {
        try (HtmlReport html = new HtmlReport(call)) {
            html.beginTable(List.of("check", "state", "what was seen", "what mends it"));
            for (Check check : checks) {
                String fix = redactor.redact(advice.complete(check.fix()));
                html.row(List.of(
                        Cell.text(check.name()),
                        Cell.text(check.state().label(), tone(check.state())),
                        Cell.text(redactor.redact(check.detail())),
                        Cell.value(fix == null ? "" : fix, "")));
            }
            html.endTable();
            long failed =
                    checks.stream().filter(check -> check.state() == State.FAIL).count();
            long warned =
                    checks.stream().filter(check -> check.state() == State.WARN).count();
            html.write(
                    file,
                    failed > 0 ? Tone.BAD : warned > 0 ? Tone.WARN : Tone.GOOD,
                    failed + " failed, " + warned + " to be looked at, " + (checks.size() - failed - warned)
                            + " in order or skipped",
                    Map.of("Java", System.getProperty("java.version")));
        }
    }

    private static String accented(State state) {
        String label = pad(state.label());
        return switch (state) {
            case OK -> Accent.GOOD.of(label);
            case WARN -> Accent.ODD.of(label);
            case FAIL -> Accent.BAD.of(label);
            case SKIPPED -> label;
        };
    }

    private static Tone tone(State state) {
        return switch (state) {
            case OK -> Tone.GOOD;
            case WARN -> Tone.WARN;
            case FAIL -> Tone.BAD;
            case SKIPPED -> Tone.PLAIN;
        };
    }

    private static String pad(String word) {
        return word + " ".repeat("skipped  ".length() - word.length());
    }
}
