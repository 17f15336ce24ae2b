package dev.lockstep.support;

/** What is done to the things that are counted while it is done; see {@link ProgressListener}. */
public enum Work {
    ROWS_READ("rows read", "reading"),
    /** In a transaction that holds all of them: none is there before its end. */
    ROWS_SENT("rows sent", "sending"),
    ROWS_WRITTEN("rows written", "writing"),
    ROWS_COMPARED("rows compared", "comparing"),
    ROWS_INDEXED("rows indexed", "indexing"),
    BYTES_READ("read", "reading"),
    BYTES_COPIED("copied", "copying"),
    /** Whatever parts the database counts in. */
    INDEX_BUILT("of the index built", "building the index"),
    /** The same, of one step of several that are named with what is worked on. */
    STEP_DONE("of this step done", "at work"),
    STATEMENTS_RUN("statements run", "running statements");

    private final String done;
    private final String doing;

    Work(String done, String doing) {
        this.done = done;
        this.doing = doing;
    }

    /** What was done to as many as are counted: {@code rows written}. */
    public String done() {
        return done;
    }

    /** What is being done, where nothing is counted: {@code writing}. */
    public String doing() {
        return doing;
    }

    /** Whether it is bytes that are counted. */
    public boolean isBytes() {
        return this == BYTES_READ || this == BYTES_COPIED;
    }

    /** Whether the numbers mean nothing to people but for the share of them that is done. */
    public boolean isShare() {
        return this == INDEX_BUILT || this == STEP_DONE;
    }
}
