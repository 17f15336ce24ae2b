/** The cache in a replica: a cache in the process above the shared one, builds that are shared by all who wait, and whoever compiles. */
package dev.lockstep.transpile.service;
