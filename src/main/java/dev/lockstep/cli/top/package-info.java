/**
 * {@code lockstep top}: what several mechanisms say of themselves at once. A {@link dev.lockstep.cli.top.TopReader} asks the status
 * calls of the engine and makes a {@link dev.lockstep.cli.top.TopRow} of each answer; one that fails is a row with its reason, hides
 * no other, and gives a single look its exit code. A {@link dev.lockstep.cli.top.TopTable} lays them out; a {@link dev.lockstep.cli.top.TopScreen} does so again and
 * again on a terminal, and hears keys.
 */
package dev.lockstep.cli.top;
