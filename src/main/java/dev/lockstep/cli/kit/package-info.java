/** What a command is made of: its invocation, its result, its output, its exit status, and being stopped. */
package dev.lockstep.cli.kit;
