/** Makes a mirror equal: pages found by content-defined chunking, first loads, merges, deletions. */
package dev.lockstep.mirror.copy;
