package dev.lockstep.db.listen;

import dev.lockstep.db.Identifier;
import dev.lockstep.support.LockstepException;

/**
 * The name of a notification channel, exactly as it is spelled: letters, digits and underscores, 1 to 63 of them.
 *
 * <p>LISTEN takes no bound parameter and folds an unquoted name to lower case, where {@code pg_notify} takes the name as
 * it is; so a name holds nothing that needs escaping, and is always quoted.
 */
public record Channel(String name) {
    /** @throws LockstepException usage: no channel can have that name */
    public Channel {
        boolean valid = !name.isEmpty() && name.length() <= Identifier.POSTGRESQL_MAX_BYTES;
        for (int i = 0; i < name.length() && valid; i++) {
            valid = isAllowed(name.charAt(i));
        }
        if (!valid) {
            throw LockstepException.usage(
                    "not a channel name: '" + name + "'",
                    "a channel is 1 to " + Identifier.POSTGRESQL_MAX_BYTES
                            + " letters (A-Z, a-z), digits and underscores");
        }
    }

    private static boolean isAllowed(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    }

    /** As SQL spells it. */
    Identifier identifier() {
        return new Identifier(name);
    }

    @Override
    public String toString() {
        return name;
    }
}
