/** What an index ought to hold, comparing it with what it holds, and making it so. */
package dev.lockstep.fts.content;
