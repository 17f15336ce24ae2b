/** Long text for people: through their pager, through one that is built in, or as it is where nobody sits at a terminal. */
package dev.lockstep.cli.pager;
