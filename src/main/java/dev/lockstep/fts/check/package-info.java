/** Finds drift, and triggers that are slow or wrong; replaces such a trigger by one that is proven to write the same. */
package dev.lockstep.fts.check;
