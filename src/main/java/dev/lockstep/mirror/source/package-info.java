/** The tables that are mirrored, as SQLite has them: schema, file, and the triggers that note changes. */
package dev.lockstep.mirror.source;
