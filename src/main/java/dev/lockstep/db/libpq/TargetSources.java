package dev.lockstep.db.libpq;

import dev.lockstep.db.libpq.ConnectionString.Exposure;
import dev.lockstep.support.Environment;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a target of any engine may be described.
 *
 * @param option what the caller calls the connection string, for messages
 * @param exposure who else can read what the option says
 * @param variable the variable that stands in for the option
 * @param profileUrl the connection string of the profile, which must not hold a password
 * @param passwordFile a file that holds the password and nothing else; it beats every other password
 * @param passwordOption what the caller calls that file, for messages
 */
public record TargetSources(
        Environment environment,
        String option,
        Exposure exposure,
        String variable,
        Optional<String> profileUrl,
        Optional<Path> passwordFile,
        String passwordOption) {
    /** A connection string and the variable {@code LOCKSTEP_PG}, with no profile and no password file. */
    public static TargetSources of(Environment environment) {
        return new TargetSources(
                environment,
                "the connection string",
                Exposure.PUBLIC,
                "LOCKSTEP_PG",
                Optional.empty(),
                Optional.empty(),
                "the password file");
    }

    /** The same with names that the caller's own users know. */
    public TargetSources called(String optionName, String passwordOptionName) {
        return new TargetSources(
                environment, optionName, exposure, variable, profileUrl, passwordFile, passwordOptionName);
    }

    /** The same for a string that nobody but this program sees, so that it may hold a password. */
    public TargetSources inPrivate() {
        return new TargetSources(
                environment, option, Exposure.PRIVATE, variable, profileUrl, passwordFile, passwordOption);
    }

    public TargetSources withVariable(String name) {
        return new TargetSources(environment, option, exposure, name, profileUrl, passwordFile, passwordOption);
    }

    public TargetSources withProfileUrl(Optional<String> url) {
        return new TargetSources(environment, option, exposure, variable, url, passwordFile, passwordOption);
    }

    public TargetSources withPasswordFile(Optional<Path> file) {
        return new TargetSources(environment, option, exposure, variable, profileUrl, file, passwordOption);
    }

    /**
     * The first description that there is.
     *
     * @param url what the option says, or null if it was not given
     */
    public Optional<ConnectionString> string(String url) {
        if (url != null) {
            return Optional.of(new ConnectionString(url, option, exposure));
        }
        return environment
                .get(variable)
                .map(text -> new ConnectionString(text, variable, Exposure.PRIVATE))
                .or(() -> profileUrl.map(text -> new ConnectionString(text, "the profile", Exposure.PUBLIC)));
    }
}
