package dev.lockstep.db;

import java.io.InputStream;

/**
 * Bytes to bind that are sent as they are read, and never held as a whole. A statement with one cannot be run again.
 *
 * @param length how many bytes the stream has
 */
public record BinaryStream(InputStream in, int length) {}
