/** Each database as a mirror: its catalog, its types, its bulk statements and its digests. */
package dev.lockstep.mirror.engine;
