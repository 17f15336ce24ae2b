package dev.lockstep.audit.index;

/**
 * How a database would run a query.
 *
 * @param service what the index does for it
 * @param text the plan in the database's own words, on one line
 */
public record QueryPlan(Service service, String text) {
    public enum Service {
        /** It finds the rows by the index, and they come in the right order. */
        SERVED,
        /** It searches or sorts in some other way. */
        NOT_SERVED,
        /** The database could answer without looking, so that it did not say. */
        NOT_SAID
    }

    static QueryPlan of(boolean seeks, boolean sorts, String text) {
        return new QueryPlan(seeks && !sorts ? Service.SERVED : Service.NOT_SERVED, text);
    }

    boolean served() {
        return service == Service.SERVED;
    }
}
