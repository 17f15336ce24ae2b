/** The right to write to a mirror (a fencing token), the ledger of what was copied, and every transaction that writes. */
package dev.lockstep.mirror.run;
