/**
 * Databases: opening them, transactions, rows, names, locks, notifications, and errors that say what to do.
 *
 * <p>The only package that imports {@code java.sql} and the drivers. What two mechanisms need, and neither owns, is here.
 */
package dev.lockstep.db;
