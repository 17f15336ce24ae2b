/** The tables of the compile cache, beside those of Boxel: making them, looking whether they are right, and pruning. */
package dev.lockstep.transpile.schema;
