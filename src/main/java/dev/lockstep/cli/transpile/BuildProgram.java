package dev.lockstep.cli.transpile;

import dev.lockstep.cli.hint.Hints;
import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.cli.kit.ExitTrouble;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.cli.process.ChildProcess;
import dev.lockstep.support.LockstepException;
import dev.lockstep.transpile.Artifact;
import dev.lockstep.transpile.ArtifactKey;
import dev.lockstep.transpile.BuildInputs;
import dev.lockstep.transpile.BuildRecord;
import dev.lockstep.transpile.Captured;
import dev.lockstep.transpile.Content;
import dev.lockstep.transpile.Depfile;
import dev.lockstep.transpile.service.Compiler;
import dev.lockstep.transpile.service.Source;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** The program that {@code transpile run} builds with: what it reads, what it makes, and what it says. */
final class BuildProgram implements Compiler {
    private static final Opt<String> SOURCE = Opt.text(
            "FILE",
            "The source: what the command reads on standard input. An artifact that was made from other content"
                    + " is no hit. Without it, only an invalidation makes an artifact stale.",
            "--source");
    private static final Opt<List<String>> INPUT =
            Opt.texts("FILE", "Another file that the command reads: its content is part of the key.", "--input");
    private static final Opt<List<String>> ENV =
            Opt.texts("NAME", "A variable that the command reads: its value is part of the key.", "--env");
    private static final Opt<String> DEPS = Opt.text(
            "FILE",
            "What else the command has read, as it writes it down: a rule of make (gcc -MD), file names by line,"
                    + " or a JSON array of modules. A hit needs those files unchanged. Where the source lies in a folder as PATH does in the realm, whatever their endings, files of"
                    + " that folder are modules: an invalidation of one makes the artifact stale.",
            "--deps");
    private static final Opt<String> HEADERS = Opt.text(
            "FILE|-",
            "A JSON object of HTTP headers, so that Boxel's replicas serve it, too; what they need besides is added.",
            "--headers");
    private static final Opt<String> REPLAY = Opt.text(
            "stderr|none",
            "What the command says on standard error is kept, and said again with a hit (default stderr).",
            "--replay");
    private static final Opt<Boolean> ALLOW_EMPTY = Opt.flag("An artifact without a byte is right.", "--allow-empty");

    /** The program has ended with a status that is not 0. */
    static final class ChildFailed extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final int status;

        ChildFailed(int status) {
            super("exit status " + status);
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    private final Invocation call;
    private final ArtifactKey key;
    private final ChildProcess child;
    private final Optional<Path> source;
    private final BuildOutput output;
    private final Optional<Path> deps;
    private final Optional<String> headers;
    private final boolean replays;
    private final BuildInputs inputs;
    private boolean areNamed;
    private final Optional<Duration> limit;

    /**
     * @param limit after which the program is stopped
     * @throws LockstepException usage: a file that it needs is not there; with exit code 126 or 127: the program is not
     */
    BuildProgram(Invocation call, ArtifactKey key, Optional<Duration> limit) {
        this.call = call;
        this.limit = limit;
        this.key = key;
        this.source = call.get(SOURCE).map(Invocation::file);
        this.output = new BuildOutput(call.outputFile());
        this.deps = call.get(DEPS).map(Invocation::file);
        this.headers = call.get(HEADERS).map(file -> TranspileArguments.json(file, call, Map.class));
        this.replays = replays(call.get(REPLAY).orElse("stderr"));
        this.inputs = inputs();
        List<String> parameters = call.parameters();
        this.child = ChildProcess.of(
                parameters.subList(2, parameters.size()), call.databases().environment());
    }

    static void declare(CommandSpec spec) {
        Options.add(spec, SOURCE, INPUT, ENV, DEPS, HEADERS, Options.OUTPUT_FILE, REPLAY, ALLOW_EMPTY);
    }

    private static boolean replays(String word) {
        return switch (word) {
            case "stderr" -> true;
            case "none" -> false;
            default ->
                throw LockstepException.usage("unknown --replay '" + word + "'", "--replay takes stderr or none");
        };
    }

    private BuildInputs inputs() {
        List<Path> files = new ArrayList<>(source.stream().toList());
        call.all(INPUT).forEach(file -> files.add(Invocation.file(file)));
        files.forEach(TranspileArguments::checkSource);
        Map<String, String> values = new LinkedHashMap<>();
        Map<String, String> environment = call.databases().environment().variables();
        for (String name : call.all(ENV)) {
            // To a compiler, one that is empty is not one that is unset.
            values.put(name, environment.containsKey(name) ? "=" + environment.get(name) : "unset");
        }
        if (deps.isPresent() && files.isEmpty()) {
            values.put("--deps", "");
        }
        areNamed = !files.isEmpty() || !values.isEmpty();
        if (output.isFolder()) {
            values.put("--output", "folder");
        }
        return files.isEmpty() && values.isEmpty() ? BuildInputs.NONE : BuildInputs.of(files, values);
    }

    /** The source, for {@link #compile}. */
    Source source() {
        String path = call.parameters().get(1);
        return source.map(file -> Source.of(path, file)).orElseGet(() -> Source.of(path, InputStream::nullInputStream));
    }

    /** The digest of what it would read now. */
    Optional<String> digest() {
        try {
            return inputs.digest();
        } catch (IOException e) {
            throw trouble("inputs", "cannot read what the command reads: " + TranspileArguments.reason(e), null);
        }
    }

    /** Whether a hit is told by what it was made from. */
    boolean knowsItsInputs() {
        return areNamed;
    }

    /** Whether a build from the source as it is now can follow one that was invalidated. */
    boolean canBeReadAgain() {
        return source.map(Files::isRegularFile).orElse(true);
    }

    /** Whether standard output is the artifact. */
    boolean printsTheArtifact() {
        return output.isPrinted();
    }

    @Override
    public Artifact compile(Source from, Captured captured) throws IOException, InterruptedException {
        Optional<String> before = inputs.digest();
        Object old = output.state();
        try (Diagnostics said = replays ? Diagnostics.shownOn(call.output().err()) : null) {
            ChildProcess program = said == null ? child : child.withErrorsIn(said.file());
            ChildProcess.Ended<Content> ended = program.run(
                    Map.of(
                            "LOCKSTEP_REALM",
                            key.realm(),
                            "LOCKSTEP_PATH",
                            call.parameters().get(1)),
                    source.isPresent() ? from.open(captured) : null,
                    Content::read,
                    limit);
            String diagnostics = said == null ? null : said.text();
            if (ended.status() != 0 || !output.isPrinted()) {
                show(ended.output());
            }
            if (ended.status() != 0) {
                throw new ChildFailed(ended.status());
            }
            Content content = output.artifact(ended.output(), old);
            if (content.size() == 0 && !call.has(ALLOW_EMPTY)) {
                throw trouble(
                        "empty",
                        "the command made no output; nothing was stored",
                        "--allow-empty if that is right," + " --output FILE if it writes a file itself");
            }
            Depfile read = deps.isPresent() ? depfile(deps.get()) : new Depfile(List.of(), List.of());
            Map<String, String> digests = BuildInputs.digests(read.files());
            digests.keySet().stream()
                    .filter(file -> BuildInputs.isAbsent(digests.get(file)))
                    .findFirst()
                    .ifPresent(this::warnOfAbsent);
            BuildRecord record = new BuildRecord(
                    inputs.digest().equals(before) ? before.orElse(null) : BuildRecord.UNSETTLED,
                    digests,
                    diagnostics,
                    output.form(),
                    Optional.empty());
            return new Artifact(content, headers(content), modules(read), record);
        }
    }

    /** What a compiler prints besides, or in place of, an artifact is for whoever reads its messages. */
    private void show(Content printed) throws IOException {
        try (printed) {
            printed.writeTo(call.output().err());
            call.output().err().flush();
        }
    }

    private static Depfile depfile(Path file) throws IOException {
        try {
            return Depfile.parse(Files.readString(file));
        } catch (NoSuchFileException e) {
            throw trouble("no-deps", "the command has not written " + file, "nothing was stored");
        } catch (LockstepException e) {
            throw trouble("bad-deps", file + ": " + e.getMessage(), Hints.of(e));
        }
    }

    private void warnOfAbsent(String file) {
        call.output()
                .warn(
                        "deps",
                        "this will be no hit: --deps names " + file
                                + ", which is not there; a name is relative to where lockstep runs");
    }

    private static ExitTrouble trouble(String code, String what, String hint) {
        return new ExitTrouble(ExitCode.AROUND_CHILD, code, what, hint, null);
    }

    /** What was read and lies in the realm, as other artifacts name it. The source's own place says where the realm is. */
    private String modules(Depfile read) {
        List<String> modules = new ArrayList<>(read.modules());
        Optional<Path> root = source.flatMap(file -> RealmFolder.of(file, TranspileArguments.local(key)));
        for (String file : read.files()) {
            Path absolute = Invocation.file(file).toAbsolutePath().normalize();
            if (root.isPresent() && absolute.startsWith(root.get()) && !isSource(absolute)) {
                modules.add(root.get().relativize(absolute).toString());
            }
        }
        return modules.isEmpty() ? null : TranspileArguments.modules(key.realm(), modules);
    }

    private boolean isSource(Path file) {
        return source.isPresent() && file.equals(source.get().toAbsolutePath().normalize());
    }

    /** Boxel serves text beside headers, and would serve an empty module in place of anything else. */
    private String headers(Content content) {
        if (headers.isEmpty()) {
            return null;
        }
        if (content.text().isEmpty()) {
            call.output()
                    .warn(
                            "headers",
                            "the headers are left out: they are for text of at most " + Content.SMALL
                                    + " bytes; Boxel's replicas will not serve this");
            return null;
        }
        return TranspileArguments.withServingHeaders(headers.get(), key, source);
    }

    /** Gives the artifact to whoever asked for it, and says again what its compiler has said. */
    void deliver(Artifact artifact, boolean isBuiltHere) throws IOException {
        String diagnostics = artifact.build().diagnostics();
        if (!isBuiltHere && replays && diagnostics != null) {
            call.output().err().print(diagnostics);
            call.output().err().flush();
        }
        if (output.isPrinted()) {
            call.output().bytes(artifact.content()::writeTo);
        } else if (!isBuiltHere) {
            output.restore(artifact);
        }
    }
}
