/** The one door to a process's databases: which engine a URL means, what is opened, kept, cancelled and closed. */
package dev.lockstep.db.open;
