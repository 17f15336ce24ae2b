/** The composite indexes of the audit table: what a query needs, what is there, and making it without shutting writers out. */
package dev.lockstep.audit.index;
