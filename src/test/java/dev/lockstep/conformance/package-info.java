/**
 * What lockstep asks of a database, noun by noun, the same of every engine: types, keys, locks, catalog, bulk, errors,
 * transactions, reconnection. It runs on each version of each server that can be had, as {@code
 * dev.lockstep.testing.TestServer} decides; a server that fails here is none that lockstep works on.
 *
 * <p>Beside it stand {@code DbConformance}, {@code BackfillConformance} and {@code GrantsConformance}: what a connection, a
 * copy and an account promise.
 */
package dev.lockstep.conformance;
