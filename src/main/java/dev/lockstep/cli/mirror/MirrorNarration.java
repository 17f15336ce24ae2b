package dev.lockstep.cli.mirror;

import dev.lockstep.cli.hint.Hints;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Output;
import dev.lockstep.mirror.run.Progress;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Notice;
import dev.lockstep.support.ProgressListener;
import dev.lockstep.support.Work;

/** Tells whoever watches how it gets on. */
class MirrorNarration implements Progress {
    private final Output output;
    private final ProgressListener meter;
    private final Runnable watch;

    /**
     * @param meter shows how far it is
     * @param watch what to look at now and then
     */
    MirrorNarration(Invocation call, ProgressListener meter, Runnable watch) {
        this.output = call.output();
        this.meter = meter;
        this.watch = watch;
    }

    @Override
    public void at(String table, Work work, long done, long total) {
        watch.run();
        meter.at(table, work, done, total);
    }

    @Override
    public void table(String name) {
        watch.run();
        output.detail(name + ": reading the source");
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
