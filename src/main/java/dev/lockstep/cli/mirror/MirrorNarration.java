package dev.lockstep.cli.mirror;

import dev.lockstep.cli.hint.Hints;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Output;
import dev.lockstep.mirror.run.Progress;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Notice;

/** Tells whoever watches how it gets on. */
class MirrorNarration implements Progress {
    private final Output output;
    private final Runnable watch;

    /** @param watch what to look at now and then */
    MirrorNarration(Invocation call, Runnable watch) {
        this.output = call.output();
        this.watch = watch;
    }

    @Override
    public void table(String name) {
        watch.run();
        output.detail(name + ": reading the source");
    }

    @Override
    public void rows(String table, long written, long total) {
        watch.run();
        output.detail(table + ": " + written + " of " + total + " rows written");
    }

    @Override
    public void loading(String table, long rows) {
        watch.run();
        output.detail(table + ": " + rows + " rows sent");
    }

    @Override
    public void same(String table) {
        output.detail(table + ": the source consists of the bytes that were copied");
    }

    @Override
    public void failed(String table, LockstepException why) {
        output.detail(table + ": failed: " + why.getMessage());
    }

    @Override
    public void note(String table, Notice what) {
        output.detail(table + ": " + Hints.of(what));
    }

    @Override
    public void notice(String table, Notice what) {
        output.warn("mirror", table + ": " + Hints.of(what));
    }
}
