/** Keeps a mirror equal: takes the keys that triggers noted, and ships those rows. */
package dev.lockstep.mirror.follow;
