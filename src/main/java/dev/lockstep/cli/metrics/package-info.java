/**
 * How a command that runs for months is watched from outside: counts that Prometheus asks for or reads from a file, a health that
 * says whether the loop still turns, and systemd, which is told the same.
 *
 * <p>A command counts what it does in a {@link dev.lockstep.cli.metrics.Monitoring} and tells it each time its loop has turned.
 * Nothing is measured that is not asked for: without {@code --metrics-listen}, {@code --metrics-file} or systemd the counting is all
 * there is. The texts are those of Prometheus' own client library; the server is the JDK's.
 */
package dev.lockstep.cli.metrics;
