/** Writing the log a generation at a time, and its replica. */
package dev.lockstep.audit.write;
