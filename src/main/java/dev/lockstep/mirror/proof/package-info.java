/** Reads rows of source and mirror in one canonical form, with code of its own: it shares no conversion with the copy. */
package dev.lockstep.mirror.proof;
