/**
 * MariaDB and MySQL: finding the server as its own clients do, logging in, how a transaction goes, and what an error or a warning
 * means.
 */
package dev.lockstep.db.mariadb;
