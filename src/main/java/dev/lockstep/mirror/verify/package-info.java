/** Proves that a mirror is equal, or names the rows and cells that differ, by bisection over buckets of keys. */
package dev.lockstep.mirror.verify;
