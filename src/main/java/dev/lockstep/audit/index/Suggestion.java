package dev.lockstep.audit.index;

import java.util.List;

/**
 * Which index would serve a query.
 *
 * @param query the query, or its name
 * @param columns the columns of the index, in order
 * @param definition how to make it, or null if there is one
 * @param reason why these columns in this order
 * @param existing the index that serves it already, or null
 * @param tried whether the index was tried, and how
 * @param plan what the planner would do with it, or null if that is not known
 * @param notes what no index serves of it, and what was read otherwise than it is written
 */
public record Suggestion(
        String query,
        String table,
        List<String> columns,
        String definition,
        String reason,
        String existing,
        String tried,
        String plan,
        List<String> notes) {}
