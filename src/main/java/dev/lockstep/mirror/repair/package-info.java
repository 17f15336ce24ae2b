/**
 * Makes just those rows of a mirror right that a verification has found to differ: by statements for the database's own
 * client, which somebody else looks at and runs, or by a run of its own.
 */
package dev.lockstep.mirror.repair;
