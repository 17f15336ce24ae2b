/**
 * Benchmarks: how lockstep compares with what a person would use instead, or with a budget.
 *
 * <p>A {@link dev.lockstep.bench.Benchmark} is one or more {@link dev.lockstep.bench.Race races}. In a race the peer and
 * lockstep take turns, in one run on one machine, so that what slows the machine slows both; the medians and their ratio
 * are the result. Nothing is compared with a number from another day. A {@link dev.lockstep.bench.Contender} that is not
 * installed is said to be absent, and there is no ratio then.
 *
 * <p>{@link dev.lockstep.bench.Bench} runs them ({@code mvn -Pbench verify}, {@code -Dbench=NAME} for one), prints a table
 * and writes {@code target/bench/NAME.json}. Of a command what counts is the CPU that its processes used ({@link
 * dev.lockstep.bench.CommandCpu}): on a busy machine the time on the clock says little. Where nanoseconds matter, a race
 * reads its samples from JMH.
 */
package dev.lockstep.bench;
