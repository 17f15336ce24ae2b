/** What a schema has beside tables, their columns and their keys: read from SQLite, translated, and made in the mirror after the data. */
package dev.lockstep.mirror.schema;
