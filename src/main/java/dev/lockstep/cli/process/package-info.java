/** Programs that commands run, and what becomes of them when lockstep is stopped or killed. */
package dev.lockstep.cli.process;
