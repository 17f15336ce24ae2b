package dev.lockstep.cli.html;

import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.WholeFile;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.text.Layout;
import dev.lockstep.support.FileError;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Redactor;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

/**
 * One report. What comes goes into a file of its own until the verdict is known, which stands above it; so a long report
 * takes no more memory than a short one. The result is well-formed XML, too.
 */
public final class HtmlReport implements AutoCloseable {
    public static final Opt<String> HTML = Opt.text(
            "FILE",
            "Write the result as a report to this file, too: one HTML file that needs no network, for a screen or for paper.",
            "--html");

    /** How something came out. */
    public enum Tone {
        GOOD("good"),
        WARN("warn"),
        BAD("bad"),
        /** Nothing is said about it. */
        PLAIN("");

        private final String style;

        Tone(String style) {
            this.style = style;
        }
    }

    /**
     * A cell of a table.
     *
     * @param styles its classes in the style sheet
     */
    public record Cell(String text, String styles) {
        public static Cell text(String text) {
            return new Cell(text, "");
        }

        public static Cell text(String text, Tone tone) {
            return new Cell(text, tone.style);
        }

        public static Cell number(long number) {
            return new Cell(Long.toString(number), "number");
        }

        /** A number that is to be seen if it is not 0. */
        public static Cell count(long number) {
            return new Cell(Long.toString(number), number == 0 ? "number faint" : "number bad");
        }

        /** Something of a database, in letters of one width. */
        public static Cell value(String text, String more) {
            return new Cell(text, more.isEmpty() ? "value" : "value " + more);
        }
    }

    private final String command;
    private final Redactor redactor;
    private final Path folder;
    private final Path body;
    private final BufferedWriter out;
    private final StringBuilder above = new StringBuilder();
    private boolean isAbove;

    public HtmlReport(Invocation call) {
        this.command = "lockstep " + call.path();
        this.redactor = call.databases().environment().redactor();
        try {
            this.folder = Files.createTempDirectory("lockstep-html-");
            this.body = folder.resolve("body");
            this.out = Files.newBufferedWriter(body, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the action says stands above all that was said before, below the verdict. */
    public void above(Runnable action) {
        isAbove = true;
        action.run();
        isAbove = false;
    }

    public void heading(String text) {
        put("<h2>" + escaped(text) + "</h2>\n");
    }

    public void paragraph(String text, Tone tone) {
        put("<p" + styled(tone.style) + ">" + escaped(text) + "</p>\n");
    }

    /** What is to be copied as it is. */
    public void code(String text) {
        put("<pre>" + escaped(text) + "</pre>\n");
    }

    public void list(List<String> items) {
        if (!items.isEmpty()) {
            put("<ul>\n");
            items.forEach(item -> put("<li>" + escaped(item) + "</li>\n"));
            put("</ul>\n");
        }
    }

    public void table(List<String> headings, List<List<Cell>> rows) {
        beginTable(headings);
        rows.forEach(this::row);
        endTable();
    }

    /** A table whose rows come one by one. */
    public void beginTable(List<String> headings) {
        put("<table><thead><tr>");
        headings.forEach(heading -> put("<th scope=\"col\">" + escaped(heading) + "</th>"));
        put("</tr></thead><tbody>\n");
    }

    public void row(List<Cell> cells) {
        put("<tr>");
        cells.forEach(cell -> put("<td" + styled(cell.styles()) + ">" + escaped(cell.text()) + "</td>"));
        put("</tr>\n");
    }

    /** A line above rows that belong together. */
    public void group(String text, int columns) {
        put("<tr class=\"group\"><th scope=\"colgroup\" colspan=\"" + columns + "\">" + escaped(text) + "</th></tr>\n");
    }

    public void endTable() {
        put("</tbody></table>\n");
    }

    private static String styled(String styles) {
        return styles.isEmpty() ? "" : " class=\"" + styles + "\"";
    }

    private String escaped(String text) {
        return HtmlText.escaped(Layout.printed(redactor.withoutKnown(text)));
    }

    private void put(String html) {
        if (isAbove) {
            above.append(html);
            return;
        }
        try {
            out.write(html);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes all of it to a file, as that was named, so that nobody ever sees a part. */
    public void write(String file, Tone tone, String verdict, Map<String, String> facts) {
        try {
            out.close();
            WholeFile.write(Invocation.file(file), stream -> {
                write(stream, beginning(tone, verdict, facts));
                write(stream, above.toString());
                Files.copy(body, stream);
                write(stream, "<footer>" + escaped(command) + ", " + now() + "</footer>\n</body>\n</html>\n");
            });
        } catch (IOException e) {
            throw new LockstepException("cannot write the report: " + FileError.namedReason(e), null);
        }
    }

    private String beginning(Tone tone, String verdict, Map<String, String> facts) {
        StringBuilder page = new StringBuilder("""
                <!DOCTYPE html>
                <html lang="en" xmlns="http://www.w3.org/1999/xhtml">
                <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
                <title>%1$s: %2$s</title>
                <style>
                %3$s</style>
                </head>
                <body>
                <h1>%1$s</h1>
                <p class="verdict %4$s">%2$s</p>
                <table class="facts"><tbody>
                """.formatted(escaped(command), escaped(verdict), styles(), tone.style));
        facts.forEach((name, value) -> page.append("<tr><th scope=\"row\">")
                .append(escaped(name))
                .append("</th><td>")
                .append(escaped(value))
                .append("</td></tr>\n"));
        return page.append("</tbody></table>\n").toString();
    }

    private static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static String styles() {
        try (InputStream in = HtmlReport.class.getResourceAsStream("report.css")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        try {
            out.close();
            Files.deleteIfExists(body);
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
