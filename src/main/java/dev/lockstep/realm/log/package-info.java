/** The durable log of invalidations: numbered rows, and listeners that read each of them once and in order. */
package dev.lockstep.realm.log;
