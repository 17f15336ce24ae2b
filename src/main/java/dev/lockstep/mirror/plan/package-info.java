/** Which column goes where, and whether a value fits. A plan is made before anything is written. */
package dev.lockstep.mirror.plan;
